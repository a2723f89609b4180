//! The registers: the node's public keys, and revoked certificates.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, StreamId};
use sea_orm::sea_query::{ColumnDef, IndexCreateStatement, Table, TableCreateStatement};

use super::events::Event;
use super::state::{Certificate, KeyRing};
use crate::feature::{Feature, Meta, Parts};

/// The keys of a node as a feature: one stream, `certificate-key/node`.
#[derive(Debug, Clone, Copy)]
pub struct Keys;

/// 证明 as a feature: one stream a certificate that was revoked, `certificate/…`.
#[derive(Debug, Clone, Copy)]
pub struct Certificates;

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut keys = Table::create();
    keys.table("certificate_key")
        .col(ColumnDef::new("x").text().not_null().primary_key())
        .col(ColumnDef::new("published_at").big_integer().not_null());
    let mut revoked = Table::create();
    revoked
        .table("certificate_revoked")
        .col(ColumnDef::new("number").text().not_null().primary_key())
        .col(ColumnDef::new("on_day").text().not_null())
        .col(ColumnDef::new("ground").text().not_null());
    vec![keys, revoked]
}

/// Their further indexes: none, both are small.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}

impl Feature for Keys {
    const TOPIC: &'static str = "certificate-key";
    type State = KeyRing;
    type Event = Event;

    fn write(_: &KeyRing, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut KeyRing, _: &StreamId, event: &Event, meta: Meta<'_>) {
        state.apply(event, meta.at);
    }

    fn rows(before: &KeyRing, after: &KeyRing, rows: &mut Vec<Change>) {
        for (x, at) in after.keys.iter().skip(before.keys.len()) {
            rows.push(Change::Upsert {
                table: "certificate_key",
                key: &["x"],
                row: vec![
                    ("x", x.as_str().into()),
                    ("published_at", at.as_microsecond().into()),
                ],
            });
        }
    }
}

impl Feature for Certificates {
    const TOPIC: &'static str = "certificate";
    type State = Certificate;
    type Event = Event;

    fn write(_: &Certificate, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Certificate, _: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(event);
    }

    fn rows(before: &Certificate, after: &Certificate, rows: &mut Vec<Change>) {
        let Some((on, ground)) = after.revoked.as_ref() else {
            return;
        };
        if before.revoked != after.revoked {
            rows.push(Change::Upsert {
                table: "certificate_revoked",
                key: &["number"],
                row: vec![
                    ("number", after.number.as_str().into()),
                    ("on_day", on.to_string().into()),
                    ("ground", ground.as_str().into()),
                ],
            });
        }
    }

    fn slim(state: &mut Certificate) {
        state.words = String::new();
    }
}
