//! The search on a running node: it follows what is recorded, it shows what the gate permits and all
//! of it, and whoever is erased is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::Config;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{
    AccountId, Action, Actor, AreaPath, Clock, CommandId, HouseholdId, Post, PostId, ResidentId,
    Role,
};
use linli_testkit::Postgres;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use uuid::Uuid;

use super::{Asked, Found, Kind};
use crate::feature::Call;
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::reactions;
use crate::residents::synthetic::Wish;
use crate::residents::{Command, FieldId, HouseholdCommand, Member, NewFact, Values};

const HOME: &str = "310117/310117001/310117001001";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

async fn open(journal: Config) -> Linli {
    let config = NodeConfig {
        journal,
        catalogue: None,
    };
    Linli::open(config, Arc::new(Noon)).await.unwrap()
}

async fn node_on(journal: Config) -> Linli {
    let linli = open(journal).await;
    let system = Actor::system();
    let done = linli.import_divisions(call(&system), SONGJIANG).await;
    done.unwrap();
    linli
}

fn who(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

async fn register(linli: &Linli, n: u128, name: &str, area: &str) {
    let facts: Values = [
        ("person.name", json!(name)),
        ("person.birth_date", json!("1950-05-05")),
    ]
    .into_iter()
    .map(|(field, value)| (FieldId::from(field), value))
    .collect();
    let command = Command::Register {
        area: area.parse().unwrap(),
        facts,
        source: "police".to_owned(),
        as_of: date(2026, 11, 1),
    };
    let system = Actor::system();
    linli.record(call(&system), who(n), &command).await.unwrap();
}

fn post(role: Role, area: &AreaPath) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: area.clone(),
    };
    Actor::in_post(AccountId(Uuid::from_u128(1)), post)
}

fn district() -> Actor {
    post(Role::DistrictOfficer, &"310117".parse().unwrap())
}

async fn find(linli: &Linli, actor: &Actor, text: &str) -> Found {
    let asked = Asked {
        text,
        kinds: &Kind::ALL,
        area: None,
        most: 1_000,
    };
    linli.search(actor, asked).await.unwrap()
}

async fn people(linli: &Linli, text: &str) -> Vec<ResidentId> {
    let found = find(linli, &district(), text).await;
    found.residents.rows.iter().map(|row| row.id).collect()
}

#[expect(clippy::cognitive_complexity, reason = "one question after the other")]
async fn follows(linli: Linli) {
    register(&linli, 7, "张建国", HOME).await;
    register(&linli, 8, "李秀英", HOME).await;
    assert!(find(&linli, &district(), "zjg").await.building);
    assert!(linli.refresh_search().await.unwrap().rebuilt);
    assert_eq!(people(&linli, "zjg").await, [who(7)]);

    register(&linli, 9, "冼冠生", HOME).await;
    assert!(people(&linli, "冼冠生").await.is_empty());
    let refreshed = linli.refresh_search().await.unwrap();
    assert_eq!((refreshed.entries, refreshed.rebuilt), (1, false));
    assert_eq!(people(&linli, "xianguansheng").await, [who(9)]);

    let system = Actor::system();
    let renamed = Command::RecordFact(NewFact {
        field: FieldId::from("person.name"),
        value: json!("欧阳修文"),
        source: "police".to_owned(),
        as_of: date(2026, 11, 20),
        case: None,
    });
    linli.record(call(&system), who(7), &renamed).await.unwrap();
    linli.refresh_search().await.unwrap();
    assert!(people(&linli, "张建国").await.is_empty());
    assert_eq!(people(&linli, "ouyangxiuwen").await, [who(7)]);

    let died = Command::RecordDeath {
        on: date(2026, 11, 21),
        source: "police".to_owned(),
    };
    linli.record(call(&system), who(8), &died).await.unwrap();
    linli.refresh_search().await.unwrap();
    assert!(people(&linli, "李秀英").await.is_empty());

    let area: AreaPath = HOME.parse().unwrap();
    reactions::erase(&linli, call(&system), who(9), &area, "test")
        .await
        .unwrap();
    linli.refresh_search().await.unwrap();
    assert!(people(&linli, "冼冠生").await.is_empty());
    assert_eq!(linli.refresh_search().await.unwrap().entries, 0);
}

#[tokio::test]
async fn the_index_follows_what_is_recorded() {
    follows(node_on(Config::memory()).await).await;
}

#[tokio::test]
async fn it_follows_a_postgres_node_as_well() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    follows(node_on(Config::postgres(folder.path(), &postgres.database())).await).await;
}

#[tokio::test]
async fn a_household_is_found_by_its_address_and_its_head() {
    let linli = node_on(Config::memory()).await;
    register(&linli, 7, "张建国", HOME).await;
    let address = (
        FieldId::from("household.address"),
        json!("岳阳街道松影苑12号301室"),
    );
    let form = HouseholdCommand::Form {
        area: HOME.parse().unwrap(),
        members: vec![Member {
            resident: who(7),
            relation: "0".to_owned(),
        }],
        facts: std::iter::once(address).collect(),
        source: "committee".to_owned(),
        as_of: date(2026, 11, 1),
    };
    let household = HouseholdId(Uuid::from_u128(70));
    let system = Actor::system();
    linli
        .record_household(call(&system), household, &form)
        .await
        .unwrap();
    linli.refresh_search().await.unwrap();
    for text in ["松影苑", "songyingyuan 301", "zjg"] {
        let found = find(&linli, &district(), text).await.households.rows;
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].address, "岳阳街道松影苑***");
        assert_eq!(found[0].name, "张*国");
    }
    let area: AreaPath = HOME.parse().unwrap();
    reactions::erase(&linli, call(&system), who(7), &area, "test")
        .await
        .unwrap();
    linli.refresh_search().await.unwrap();
    for text in ["松影苑", "zjg"] {
        assert!(
            find(&linli, &district(), text)
                .await
                .households
                .rows
                .is_empty(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn it_goes_on_after_a_restart_and_is_made_anew_when_it_does_not_fit() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let linli = node_on(Config::sqlite(first.path())).await;
    register(&linli, 7, "张建国", HOME).await;
    assert!(linli.refresh_search().await.unwrap().rebuilt);
    register(&linli, 8, "李秀英", HOME).await;
    linli.journal().close().await;
    drop(linli);
    let linli = open(Config::sqlite(first.path())).await;
    let refreshed = linli.refresh_search().await.unwrap();
    assert_eq!((refreshed.entries, refreshed.rebuilt), (1, false));
    assert_eq!(people(&linli, "zjg").await, [who(7)]);
    assert_eq!(people(&linli, "lxy").await, [who(8)]);
    linli.journal().close().await;
    drop(linli);
    // Somebody copies the index of one node into another.
    let linli = node_on(Config::sqlite(second.path())).await;
    register(&linli, 9, "冼冠生", HOME).await;
    let (from, to) = (first.path().join("search"), second.path().join("search"));
    std::fs::create_dir_all(&to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    assert!(linli.refresh_search().await.unwrap().rebuilt);
    assert!(people(&linli, "zjg").await.is_empty());
    assert_eq!(people(&linli, "xgs").await, [who(9)]);
    linli.journal().close().await;
}

#[tokio::test]
async fn services_and_places_are_found_by_what_people_call_them() {
    let linli = node_on(Config::memory()).await;
    linli.refresh_search().await.unwrap();
    for text in ["低保", "dibao", "最低生活", "shenghuobaozhang"] {
        let found = find(&linli, &district(), text).await.services.rows;
        assert_eq!(found.first().map(String::as_str), Some("dibao"), "{text}");
    }
    for text in ["岳阳", "yueyang", "yyjd"] {
        let found = find(&linli, &district(), text).await.places.rows;
        assert_eq!(
            found.first().map(AreaPath::as_str),
            Some("310117/310117001"),
            "{text}"
        );
    }
}

/// Whoever searches finds of what there is exactly what the gate permits: for every role, for posts
/// all over the district, and for areas inside and outside of them.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk, step by step")]
async fn a_search_finds_what_the_gate_permits_and_all_of_it() {
    let linli = node_on(Config::memory()).await;
    let wish = Wish {
        seed: 3,
        residents: 300,
        today: date(2026, 11, 23),
    };
    linli.populate(wish, |_| {}).await.unwrap();
    linli.refresh_search().await.unwrap();
    // Where somebody lives, and what lies around: elsewhere there is nothing to see.
    let everybody = find(&linli, &district(), "zh").await.residents.rows;
    let mut areas: BTreeSet<AreaPath> = everybody.into_iter().map(|row| row.area).collect();
    for area in areas.clone() {
        areas.extend(area.parent());
        areas.extend(area.parent().and_then(|street| street.parent()));
    }
    let areas: Vec<AreaPath> = areas.into_iter().collect();
    let texts = [
        "张", "王", "李", "wang", "li", "zh", "zhang", "秀", "建", "陈",
    ];
    let roles = [
        Role::CommitteeWorker,
        Role::GridWorker,
        Role::StreetOfficer,
        Role::DistrictOfficer,
        Role::Auditor,
        Role::SystemAdmin,
    ];
    // The district comes first: half of the posts see much.
    let at = prop_oneof![Just(0), 0..areas.len()];
    let cases = (
        0..roles.len(),
        at,
        0..areas.len(),
        0..texts.len(),
        any::<bool>(),
    );
    let mut everything: BTreeMap<&str, Found> = BTreeMap::new();
    for text in texts {
        everything.insert(text, find(&linli, &district(), text).await);
    }
    let mut runner = TestRunner::deterministic();
    let mut seen = 0;
    for _ in 0..100 {
        let (role, at, narrowed, text, narrow) = cases.new_tree(&mut runner).unwrap().current();
        let actor = post(roles[role], &areas[at]);
        let all = &everything[texts[text]];
        let asked = Asked {
            text: texts[text],
            kinds: &Kind::ALL,
            area: narrow.then_some(&areas[narrowed]),
            most: 1_000,
        };
        let may = |area: &AreaPath, action| {
            let target = Target {
                area,
                subject: None,
            };
            let inside = !narrow || areas[narrowed].contains(area);
            inside && permits(&actor, action, target).is_ok()
        };
        let found = match linli.search(&actor, asked).await {
            Ok(found) => found,
            Err(refused) => {
                // Only an area outside the post's own is refused.
                assert!(narrow && !areas[at].contains(&areas[narrowed]), "{refused}");
                continue;
            }
        };
        let ids = |found: &Found, keep: &dyn Fn(&AreaPath) -> bool| -> BTreeSet<ResidentId> {
            let rows = found.residents.rows.iter().filter(|row| keep(&row.area));
            rows.map(|row| row.id).collect()
        };
        let permitted = ids(all, &|area| may(area, Action::ResidentList));
        let got = ids(&found, &|_| true);
        seen += got.len();
        assert_eq!(
            got, permitted,
            "{:?} of {}: {}",
            roles[role], areas[at], texts[text]
        );
        let homes = |found: &Found, keep: &dyn Fn(&AreaPath) -> bool| -> BTreeSet<HouseholdId> {
            let rows = found.households.rows.iter().filter(|row| keep(&row.area));
            rows.map(|row| row.id).collect()
        };
        let permitted = homes(all, &|area| may(area, Action::ResidentList));
        assert_eq!(homes(&found, &|_| true), permitted);
    }
    assert!(seen > 50, "the posts see too little to tell: {seen}");
}
