//! The register of imports: one row an import.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, StreamId};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::events::{ColumnsRemembered, Event};
use super::state::{Called, Import, Stage};
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;

/// 导入 as a feature: one stream an import, `import/…`.
#[derive(Debug, Clone, Copy)]
pub struct Imports;

/// 列名 as a feature: one stream a committee, `ledger/…`.
#[derive(Debug, Clone, Copy)]
pub struct ColumnWords;

const TEXT: [&str; 5] = ["area", "street", "account", "source", "stage"];
const NUMBERS: [&str; 9] = [
    "at", "lines", "added", "changed", "same", "doubtful", "bad", "undone", "kept",
];

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// Which import.
    pub id: String,
    /// The committee whose ledger it is.
    pub area: String,
    /// The account that began it.
    pub account: Option<String>,
    /// Where it stands: [`Stage::code`].
    pub stage: String,
    /// When it began, in microseconds since 1970.
    pub at: i64,
    /// How many lines the ledger had.
    pub lines: i64,
    /// New residents.
    pub added: i64,
    /// Changed residents.
    pub changed: i64,
    /// Nothing new.
    pub same: i64,
    /// Left out, to be looked at.
    pub doubtful: i64,
    /// Left out, wrong.
    pub bad: i64,
    /// Residents taken back.
    pub undone: i64,
    /// Residents of whom something stays.
    pub kept: i64,
}

/// The table of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("import")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in TEXT {
        table.col(ColumnDef::new(column).text());
    }
    for column in NUMBERS {
        table.col(ColumnDef::new(column).big_integer());
    }
    vec![table]
}

/// Its further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let mut index = Index::create();
    index.name("import_place").table("import");
    index.col("street").col("area").col("at");
    vec![index]
}

impl Feature for Imports {
    const TOPIC: &'static str = "import";
    type State = Import;
    type Event = Event;

    fn write(_: &Import, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Import, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        if state.id.is_none() {
            state.at = Some(meta.at);
            state.account = meta.actor.account.map(|account| account.to_string());
        }
        state.apply(stream, event);
    }

    fn rows(before: &Import, after: &Import, rows: &mut Vec<Change>) {
        let (Some(id), Some(area), Some(at)) = (after.id, &after.area, after.at) else {
            return;
        };
        // Parts are recorded by themselves, without the import's state: they change no row.
        let same = before.stage == after.stage && before.undone_parts == after.undone_parts;
        let (Some(begun), false) = (&after.begun, same) else {
            return;
        };
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let counts = &after.counts;
        rows.push(Change::Upsert {
            table: "import",
            key: &["id"],
            row: vec![
                ("id", id.to_string().into()),
                ("area", area.as_str().into()),
                ("street", street_path(area).into()),
                ("account", after.account.clone().into()),
                ("source", begun.source.as_str().into()),
                ("stage", after.stage.code().into()),
                ("at", at.as_microsecond().into()),
                ("lines", count(begun.lines).into()),
                ("added", count(counts.new).into()),
                ("changed", count(counts.changed).into()),
                ("same", count(counts.same).into()),
                ("doubtful", count(counts.doubtful).into()),
                ("bad", count(counts.bad).into()),
                ("undone", count(after.undone).into()),
                ("kept", count(after.kept.len() as u64).into()),
            ],
        });
    }

    fn slim(state: &mut Import) {
        state.parts.clear();
        if state.stage == Stage::Undone {
            state.undone_parts.clear();
        }
    }
}

impl Feature for ColumnWords {
    const TOPIC: &'static str = "ledger";
    type State = Called;
    type Event = ColumnsRemembered;

    fn write(_: &Called, event: &ColumnsRemembered) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<ColumnsRemembered, FoldError> {
        ColumnsRemembered::read(entry)
    }

    fn apply(state: &mut Called, _: &StreamId, event: &ColumnsRemembered, _: Meta<'_>) {
        state.columns.extend(event.columns.clone());
    }

    fn rows(_: &Called, _: &Called, _: &mut Vec<Change>) {}
}
