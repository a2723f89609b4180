//! The register of templates: one row a template.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, StreamId};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use uuid::Uuid;

use super::events::{About, Event};
use super::state::Template;
use crate::feature::{Feature, Meta, Parts};

/// 填报模板 as a feature: one stream a template, `reporting/…`.
#[derive(Debug, Clone, Copy)]
pub struct Templates;

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// Which.
    pub id: String,
    /// The area in which it is asked for, by its path of today.
    pub area: String,
    /// What the table is called.
    pub name: String,
    /// The document it rests on.
    pub number: String,
    /// Who hands it in: [`super::Level::code`].
    pub level: String,
    /// What a row is: [`About::code`].
    pub about: String,
    /// Its columns, as JSON.
    pub columns: String,
    /// How often it is due: [`super::Period::code`].
    pub period: String,
    /// When it is due first.
    pub first_due: String,
    /// Whether it was ended.
    pub ended: i64,
    /// When it was made, in microseconds.
    pub at: i64,
}

impl Row {
    /// Its columns.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        serde_json::from_str(&self.columns).unwrap_or_default()
    }

    /// What a row of the table is.
    #[must_use]
    pub fn about(&self) -> About {
        match self.about.as_str() {
            "households" => About::Households,
            _ => About::Residents,
        }
    }
}

pub(super) const COLUMNS: [&str; 11] = [
    "id",
    "area",
    "name",
    "number",
    "level",
    "about",
    "columns",
    "period",
    "first_due",
    "ended",
    "at",
];

/// The stream of a template.
#[must_use]
pub fn stream(template: Uuid) -> StreamId {
    StreamId::new(Templates::TOPIC, template)
}

/// The table of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("report_template")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in &COLUMNS[1..] {
        let mut definition = ColumnDef::new(*column);
        if matches!(*column, "ended" | "at") {
            definition.big_integer();
        } else {
            definition.text();
        }
        table.col(definition);
    }
    vec![table]
}

/// Its further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let mut index = Index::create();
    index
        .name("report_template_ended")
        .table("report_template")
        .col("ended")
        .col("at");
    vec![index]
}

impl Feature for Templates {
    const TOPIC: &'static str = "reporting";
    type State = Template;
    type Event = Event;

    fn write(_: &Template, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Template, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        state.apply(stream, event, meta);
    }

    fn rows(_: &Template, after: &Template, rows: &mut Vec<Change>) {
        let (Some((created, by)), Some(area)) = (&after.created, after.path()) else {
            return;
        };
        let columns = serde_json::to_string(&created.columns).unwrap_or_default();
        rows.push(Change::Upsert {
            table: "report_template",
            key: &["id"],
            row: vec![
                ("id", after.id.as_str().into()),
                ("area", area.as_str().into()),
                ("name", created.name.as_str().into()),
                ("number", created.basis.number.as_str().into()),
                ("level", created.level.code().into()),
                ("about", created.about.code().into()),
                ("columns", columns.into()),
                ("period", created.period.code().into()),
                ("first_due", created.first_due.to_string().into()),
                ("ended", i64::from(after.ended.is_some()).into()),
                ("at", by.at.as_microsecond().into()),
            ],
        });
    }
}
