//! The register of exports: one row an export.

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::events::Event;
use crate::feature::{Feature, Meta, Parts};

/// 导出 as a feature: one stream an export, `export/…`.
#[derive(Debug, Clone, Copy)]
pub struct Exports;

/// What the events of the stream `export/…` add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// What left, when, by which account and role; `None` before.
    pub(super) made: Option<(Event, Timestamp, Option<String>, Option<&'static str>)>,
    id: String,
}

const TEXT: [&str; 6] = ["area", "account", "role", "what", "format", "purpose"];

/// The table of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("export")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in TEXT {
        table.col(ColumnDef::new(column).text());
    }
    table.col(ColumnDef::new("at").big_integer());
    table.col(ColumnDef::new("rows_out").big_integer());
    vec![table]
}

/// Its further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let mut index = Index::create();
    index.name("export_at").table("export").col("at");
    vec![index]
}

impl Feature for Exports {
    const TOPIC: &'static str = "export";
    type State = Export;
    type Event = Event;

    fn write(_: &Export, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Export, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        let account = meta.actor.account.map(|account| account.to_string());
        let role = meta.actor.role().map(linli_kernel::Role::code);
        stream.key().clone_into(&mut state.id);
        state.made = Some((event.clone(), meta.at, account, role));
    }

    fn rows(_: &Export, after: &Export, rows: &mut Vec<Change>) {
        let Some((event, at, account, role)) = &after.made else {
            return;
        };
        let made = &event.made;
        let count = i64::try_from(made.rows).unwrap_or(i64::MAX);
        rows.push(Change::Upsert {
            table: "export",
            key: &["id"],
            row: vec![
                ("id", after.id.as_str().into()),
                ("area", event.area.as_str().into()),
                ("account", account.clone().into()),
                ("role", (*role).into()),
                ("what", made.what.code().into()),
                ("format", made.format.as_str().into()),
                ("purpose", made.purpose.as_str().into()),
                ("at", at.as_microsecond().into()),
                ("rows_out", count.into()),
            ],
        });
    }
}
