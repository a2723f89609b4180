//! Messages for every refusal, the generated dictionary, and publishing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;
use linli_journal::Config;
use linli_journal::golden::{self, Golden};
use linli_kernel::{AccountId, Actor, Post, PostId, Role, StreamId, SystemClock};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;

use super::super::{Catalogued, data_dictionary, decide, events, refusal, register, state};
use super::catalogue;
use crate::{Linli, NodeConfig};

#[test]
fn every_refusal_has_a_message_in_both_languages_and_every_code_in_the_source_is_listed() {
    let known: BTreeSet<String> = refusal::CODES
        .iter()
        .map(|code| (*code).to_owned())
        .collect();
    for text in [
        include_str!("../../../../web/messages/zh-CN/refusals-catalogue.ftl"),
        include_str!("../../../../web/messages/en/refusals-catalogue.ftl"),
    ] {
        let keys = text.lines().filter_map(|line| {
            let key = line.strip_prefix("refusal-catalogue-")?;
            Some(key.split(' ').next()?.to_owned())
        });
        assert_eq!(keys.collect::<BTreeSet<_>>(), known);
    }
    for source in [include_str!("../answer.rs"), include_str!("../form.rs")] {
        for part in source.split("\"catalogue.").skip(1) {
            let code = part.split('"').next().unwrap();
            // `money-{}` and the like are completed from the codes of linli-units.
            let (stem, whole) = code
                .split_once('{')
                .map_or((code, true), |(stem, _)| (stem, false));
            let listed = known.iter().any(|one| {
                if whole {
                    one == stem
                } else {
                    one.starts_with(stem)
                }
            });
            assert!(
                listed || ["money", "number"].contains(&stem),
                "catalogue.{code} is not listed"
            );
        }
    }
}

#[test]
fn the_data_dictionary_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data-dictionary.md");
    let text = data_dictionary(catalogue());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == text,
        "docs/data-dictionary.md is stale: UPDATE=1 cargo test -p linli-community data_dictionary"
    );
}

fn candidates() -> Vec<decide::Candidate> {
    register::candidates(catalogue()).remove(1)
}

fn published(state: &mut state::Publications, files: &[decide::Candidate]) -> Vec<events::Event> {
    let events = decide::decide(state, files, &Actor::system()).unwrap();
    for event in &events {
        state.apply(event, jiff::Timestamp::UNIX_EPOCH);
    }
    events
}

#[test]
fn a_file_is_published_once_and_again_when_it_changes() {
    let mut state = state::Publications::default();
    let mut files = candidates();
    let first = published(&mut state, &files);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].published().edition, 1);
    assert!(first[0].published().text.contains("最低生活保障"));
    assert_eq!(published(&mut state, &files), []);
    files[0].hash = "another".to_owned();
    assert_eq!(published(&mut state, &files)[0].published().edition, 2);
}

#[test]
fn only_linli_itself_and_the_district_publish() {
    let files = candidates();
    let state = state::Publications::default();
    let in_post = |role| {
        let post = Post {
            id: PostId(uuid::Uuid::nil()),
            role,
            area: "310117".parse().unwrap(),
        };
        Actor::in_post(AccountId(uuid::Uuid::nil()), post)
    };
    assert!(decide::decide(&state, &files, &in_post(Role::DistrictOfficer)).is_ok());
    let refused = decide::decide(&state, &files, &in_post(Role::StreetOfficer)).unwrap_err();
    assert!(refused.code.starts_with("gate."), "{refused:?}");
}

#[test]
fn a_publication_fits_into_an_entry() {
    for files in register::candidates(catalogue()) {
        for event in
            decide::decide(&state::Publications::default(), &files, &Actor::system()).unwrap()
        {
            let bytes = event.open().unwrap().to_string().len();
            assert!(
                bytes < 58 * 1024,
                "{}: {bytes} bytes",
                event.published().file
            );
        }
    }
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/catalogue");
    let published = events::Published {
        service: "dibao".to_owned(),
        area: "310117".parse().unwrap(),
        version: 1,
        edition: 1,
        hash: "ab".repeat(32),
        valid_from: date(2026, 7, 1),
        file: "dibao.toml".to_owned(),
        text: "id = \"dibao\"\n".to_owned(),
    };
    let town = events::Published {
        area: "310117/310117102".parse().unwrap(),
        file: "towns/310117102-dibao.toml".to_owned(),
        ..published.clone()
    };
    let samples = [
        events::Event::ServicePublished(published),
        events::Event::TownAdded(town),
    ];
    for event in &samples {
        let today = Golden {
            kind: event.kind(),
            open: event.open().unwrap(),
            sealed: Vec::new(),
        };
        golden::check(&folder, &today).unwrap();
    }
    let files = golden::all(&folder).unwrap();
    assert_eq!(files.len(), samples.len());
    for file in files {
        let event = events::Event::read(&file.kind, &file.open).unwrap();
        assert!(samples.contains(&event), "{event:?}");
    }
}

#[tokio::test]
async fn a_node_publishes_its_catalogue_once() {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(SystemClock)).await.unwrap();
    let services = catalogue().versions().count();
    assert_eq!(register::publish(&linli).await.unwrap(), services);
    assert_eq!(register::publish(&linli).await.unwrap(), 0);

    let stream = StreamId::new("catalogue", "dibao");
    let state = linli.load::<Catalogued>(&stream).await.unwrap().state;
    let service = catalogue().service("dibao", date(2026, 9, 1)).unwrap();
    let latest = &state.latest[&(service.jurisdiction.clone(), service.version)];
    assert_eq!((latest.edition, &latest.hash), (1, &service.hash));

    let rows = Query::select().column("service").from("publication").take();
    let rows = linli.journal().reader().query_all(&rows).await.unwrap();
    assert_eq!(rows.len(), services);
}

#[tokio::test]
async fn a_version_without_a_file_is_remembered_by_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("node");
    let texts = folder.path().join("catalogue");
    std::fs::create_dir_all(&store).unwrap();
    std::fs::create_dir_all(&texts).unwrap();
    let open = || async {
        let config = NodeConfig {
            journal: Config::sqlite(&store),
            catalogue: Some(texts.clone()),
        };
        Linli::open(config, Arc::new(SystemClock)).await.unwrap()
    };
    let linli = open().await;
    register::publish(&linli).await.unwrap();
    linli.journal().close().await;

    // The next version takes the place of the first; the first has no file any more.
    let next = super::text_of("dibao.toml").replacen("version = 1", "version = 2", 1);
    std::fs::write(texts.join("dibao.toml"), next).unwrap();
    let linli = open().await;
    let now = linli
        .catalogue()
        .service("dibao", date(2026, 9, 1))
        .unwrap();
    assert_eq!(now.version, 2);
    let past = linli.catalogue().version("dibao", 1).unwrap();
    assert_eq!(past.hash, catalogue().version("dibao", 1).unwrap().hash);
    assert!(
        !past.form.questions[3].choices.is_empty(),
        "code lists are filled in"
    );
    linli.journal().close().await;
}
