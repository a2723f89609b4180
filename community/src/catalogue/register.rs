//! The register of publications, and publishing on a running node.

use linli_journal::{Change, FoldError, Journal, Recorded};
use linli_kernel::{Actor, CommandId, Fault, StreamId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{
    ColumnDef, Index, IndexCreateStatement, Query, Table, TableCreateStatement,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::decide::{Candidate, decide};
use super::events::Event;
use super::load::{Catalogue, File};
use super::state::{Publication, Publications};
use crate::feature::{Call, Feature, Meta, Parts, Problem};
use crate::node::Linli;
use crate::registers::store;

/// 事项目录 as a feature: one stream a service, `catalogue/dibao`.
#[derive(Debug, Clone, Copy)]
pub struct Catalogued;

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table.table("publication");
    for column in ["service", "area"] {
        table.col(ColumnDef::new(column).text().not_null());
    }
    for column in ["version", "edition", "published_at"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    for column in ["hash", "valid_from"] {
        table.col(ColumnDef::new(column).text().not_null());
    }
    table.primary_key(Index::create().col("service").col("area").col("version"));
    vec![table]
}

/// Their further indexes: none; the table is as small as the catalogue.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}

impl Feature for Catalogued {
    const TOPIC: &'static str = "catalogue";
    type State = Publications;
    type Event = Event;

    fn write(_: &Publications, event: &Event) -> Result<Parts, Fault> {
        Ok(Parts {
            kind: event.kind(),
            area: event.published().area.clone(),
            open: event.open()?,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(&entry.kind, &entry.open)
    }

    fn apply(state: &mut Publications, _: &StreamId, event: &Event, meta: Meta<'_>) {
        state.apply(event, meta.at);
    }

    fn rows(before: &Publications, after: &Publications, rows: &mut Vec<Change>) {
        for (key, publication) in &after.latest {
            if before.latest.get(key) != Some(publication) {
                rows.push(row(&after.service, key.0.as_str(), key.1, publication));
            }
        }
    }
}

fn row(service: &str, area: &str, version: u32, publication: &Publication) -> Change {
    Change::Upsert {
        table: "publication",
        key: &["service", "area", "version"],
        row: vec![
            ("service", service.into()),
            ("area", area.into()),
            ("version", i64::from(version).into()),
            ("edition", i64::from(publication.edition).into()),
            ("hash", publication.hash.as_str().into()),
            ("valid_from", publication.valid_from.to_string().into()),
            ("published_at", publication.at.as_microsecond().into()),
        ],
    }
}

/// Publishes in the journal what of the node's catalogue has not been published as it is.
///
/// Done at start-up, so that every case can name the version it was filed under and anyone with
/// the journal can show it. Returns how many files were published.
///
/// # Errors
/// [`Problem`]: the journal refuses to write, or a fault.
pub async fn publish(linli: &Linli) -> Result<usize, Problem> {
    let actor = Actor::system();
    let mut count = 0;
    for files in candidates(linli.catalogue()) {
        let Some(first) = files.first() else {
            continue;
        };
        let stream = StreamId::new(Catalogued::TOPIC, &first.service);
        let known = linli.load::<Catalogued>(&stream).await?;
        let news = decide(&known.state, &files, &actor)?.len();
        if news == 0 {
            continue;
        }
        let call = Call {
            command: CommandId::new(linli.clock()),
            actor: &actor,
            expected: None,
        };
        linli
            .perform::<Catalogued, _>(call, digest(&files), &stream, |state| {
                match decide(state, &files, &actor) {
                    Ok(events) => Ok((events, json!({}))),
                    Err(refusal) => Err(vec![refusal]),
                }
            })
            .await?;
        count += news;
    }
    Ok(count)
}

/// Takes into `catalogue` the versions that were published once and have no file any more, so that
/// the cases filed under them can still be worked and explained.
///
/// # Errors
/// [`Fault`] when the journal cannot be read. A text that this program no longer understands is
/// logged and left out.
pub(crate) async fn remember(journal: &Journal, catalogue: &mut Catalogue) -> Result<(), Fault> {
    let query = Query::select()
        .columns(["service", "version"])
        .from("publication")
        .take();
    let rows = journal.reader().query_all(&query).await.map_err(store)?;
    for row in rows {
        let id: String = row.try_get("", "service").map_err(store)?;
        let version: i64 = row.try_get("", "version").map_err(store)?;
        let version = u32::try_from(version).unwrap_or_default();
        if catalogue.version(&id, version).is_some() {
            continue;
        }
        if let Some(file) = last_edition(journal, &id, version).await?
            && let Err(problems) = catalogue.remember(&file)
        {
            tracing::warn!(
                service = id,
                version,
                ?problems,
                "a past version is not understood"
            );
        }
    }
    Ok(())
}

/// The file of a version as it was published last.
async fn last_edition(journal: &Journal, id: &str, version: u32) -> Result<Option<File>, Fault> {
    let stream = StreamId::new(Catalogued::TOPIC, id);
    let entries = journal.stream(&stream).await?;
    let mut published = entries
        .iter()
        .filter_map(|entry| match Catalogued::read(entry) {
            Ok(Event::ServicePublished(past)) if past.version == version => Some(past),
            _ => None,
        });
    Ok(published.next_back().map(|past| File {
        name: past.file,
        text: past.text,
    }))
}

/// The files of the catalogue, by service.
pub(super) fn candidates(catalogue: &Catalogue) -> Vec<Vec<Candidate>> {
    let mut by_service: Vec<Vec<Candidate>> = Vec::new();
    for service in catalogue.versions() {
        let file = Candidate {
            service: service.id.clone(),
            area: service.jurisdiction.clone(),
            town: false,
            version: service.version,
            hash: service.hash.clone(),
            valid_from: service.valid_from,
            file: String::new(),
            text: String::new(),
        };
        match by_service.last_mut() {
            Some(files) if files[0].service == file.service => files.push(file),
            _ => by_service.push(vec![file]),
        }
    }
    for files in &mut by_service {
        let towns = catalogue.towns().iter();
        let of_service = towns.filter(|town| town.service == files[0].service);
        let added: Vec<Candidate> = of_service
            .map(|town| Candidate {
                service: town.service.clone(),
                area: town.area.clone(),
                town: true,
                version: town.version,
                hash: town.hash.clone(),
                valid_from: town.valid_from,
                file: String::new(),
                text: String::new(),
            })
            .collect();
        files.extend(added);
        for file in files {
            if let Some(found) = catalogue.file_with(&file.hash) {
                file.file.clone_from(&found.name);
                file.text.clone_from(&found.text);
            }
        }
    }
    by_service
}

fn digest(files: &[Candidate]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.hash.as_bytes());
    }
    digest.finalize().into()
}
