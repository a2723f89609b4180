//! The register of publications, and publishing on a running node.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Actor, CommandId, Fault, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::decide::{Candidate, decide};
use super::events::Event;
use super::load::Catalogue;
use super::state::{Publication, Publications};
use crate::feature::{Call, Feature, Meta, Parts, Problem};
use crate::node::Linli;

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
