//! The register of exports: one row an export.

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AccountId, AreaPath, Fault, Role, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::events::{Answered, Asked, Event, Fact, Made, What};
use crate::feature::{Feature, Meta, Parts};
use crate::places::AreaTree;

/// 导出 as a feature: one stream an export, `export/…`.
#[derive(Debug, Clone, Copy)]
pub struct Exports;

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing happened yet.
    Nothing,
    /// 待批准: a second person is to say yes or no.
    Asked,
    /// 已批准: it may be taken, once.
    Granted,
    /// 未批准.
    Refused,
    /// 已导出: it left.
    Made,
}

impl Stage {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Made => "made",
        }
    }
}

/// By whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account: Option<AccountId>,
    /// In which role.
    pub role: Option<Role>,
}

/// What the events of the stream `export/…` add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// The area of the post that takes it, by its path at the last event.
    area: Option<AreaPath>,
    /// Whole names and numbers were asked for.
    pub asked: Option<(Asked, By)>,
    /// A second person answered.
    pub answered: Option<(Answered, By)>,
    /// It left.
    pub made: Option<(Made, By)>,
    id: String,
}

impl Export {
    /// The area of the post that takes it, by its path of today.
    #[must_use]
    pub fn area<'a>(&'a self, areas: &'a AreaTree) -> Option<&'a AreaPath> {
        let area = self.area.as_ref()?;
        Some(areas.today(area).unwrap_or(area))
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (&self.asked, &self.answered, &self.made) {
            (_, _, Some(_)) => Stage::Made,
            (_, Some((answered, _)), None) if answered.granted => Stage::Granted,
            (_, Some(_), None) => Stage::Refused,
            (Some(_), None, None) => Stage::Asked,
            (None, None, None) => Stage::Nothing,
        }
    }
}

const TEXT: [&str; 9] = [
    "area",
    "account",
    "role",
    "what",
    "format",
    "purpose",
    "stage",
    "answered_by",
    "reason",
];
const NUMBERS: [&str; 3] = ["at", "rows_out", "whole"];

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
    for column in NUMBERS {
        table.col(ColumnDef::new(column).big_integer());
    }
    vec![table]
}

/// Its further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, columns: [&'static str; 2]| {
        let mut index = Index::create();
        index.name(name).table("export");
        for column in columns {
            index.col(column);
        }
        index
    };
    vec![
        index("export_account", ["account", "at"]),
        index("export_stage", ["stage", "at"]),
    ]
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
        let by = By {
            at: meta.at,
            account: meta.actor.account,
            role: meta.actor.role(),
        };
        stream.key().clone_into(&mut state.id);
        state.area = Some(event.area.clone());
        match &event.fact {
            Fact::Asked(asked) => state.asked = Some((asked.clone(), by)),
            Fact::Answered(answered) => state.answered = Some((answered.clone(), by)),
            Fact::Made(made) => state.made = Some((made.clone(), by)),
        }
    }

    fn rows(_: &Export, after: &Export, rows: &mut Vec<Change>) {
        let asked = after.asked.as_ref();
        let made = after.made.as_ref();
        let Some(by) = made.map(|(_, by)| by).or(asked.map(|(_, by)| by)) else {
            return;
        };
        let (purpose, format, count) = match (made, asked) {
            (Some((made, _)), _) => (&made.purpose, &made.format, made.rows),
            (None, Some((asked, _))) => (&asked.purpose, &asked.format, asked.rows),
            (None, None) => return,
        };
        let what = match (made, asked) {
            (Some((made, _)), _) => made.what,
            (None, Some((asked, _))) => What::of(&asked.filter),
            (None, None) => return,
        };
        let answered = after.answered.as_ref();
        let answered_by = answered.and_then(|(_, by)| by.account);
        let reason = answered.map(|(answered, _)| answered.reason.clone());
        rows.push(Change::Upsert {
            table: "export",
            key: &["id"],
            row: vec![
                ("id", after.id.as_str().into()),
                ("area", after.area.as_ref().map(ToString::to_string).into()),
                ("account", by.account.map(|who| who.to_string()).into()),
                ("role", by.role.map(Role::code).into()),
                ("what", what.code().into()),
                ("format", format.as_str().into()),
                ("purpose", purpose.as_str().into()),
                ("stage", after.stage().code().into()),
                ("answered_by", answered_by.map(|who| who.to_string()).into()),
                ("reason", reason.into()),
                ("at", by.at.as_microsecond().into()),
                ("rows_out", i64::try_from(count).unwrap_or(i64::MAX).into()),
                ("whole", i64::from(asked.is_some()).into()),
            ],
        });
    }
}
