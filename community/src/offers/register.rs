//! The register of offers: one row a resident and policy.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm::{FromQueryResult, Value};

use super::events::Event;
use super::state::{Offer, Standing};
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;
use crate::residents::erased;

/// 政策找人 as a feature: one stream a resident and policy, `offer/…`.
#[derive(Debug, Clone, Copy)]
pub struct Offers;

const TEXT: [&str; 8] = [
    "resident", "area", "street", "policy", "service", "on_day", "standing", "case_id",
];

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// To whom.
    pub resident: String,
    /// Where they live.
    pub area: String,
    /// By which policy.
    pub policy: String,
    /// The service that grants it.
    pub service: String,
    /// The day for which it was reckoned.
    pub on_day: String,
    /// How much each time, in fen.
    pub amount_fen: Option<i64>,
    /// Where it stands: [`Standing::code`].
    pub standing: String,
    /// The case that was filed from it.
    pub case_id: Option<String>,
}

impl Row {
    /// To whom.
    #[must_use]
    pub fn resident(&self) -> Option<ResidentId> {
        self.resident.parse().ok()
    }

    /// Where they live.
    #[must_use]
    pub fn area(&self) -> Option<AreaPath> {
        self.area.parse().ok()
    }

    /// The case that was filed from it.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.case_id.as_deref()?.parse().ok()
    }
}

/// The table of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("offer")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in TEXT {
        table.col(ColumnDef::new(column).text());
    }
    table.col(ColumnDef::new("amount_fen").big_integer());
    vec![table]
}

/// Its further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table("offer");
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("offer_resident", &["resident"]),
        index("offer_place", &["standing", "street", "area"]),
    ]
}

/// What of a resident's offers goes when they are erased: how much and why.
#[must_use]
pub fn forget(subject: ResidentId) -> Vec<Change> {
    vec![Change::Set {
        table: "offer",
        filter: vec![("resident", subject.to_string().into())],
        assign: vec![
            ("amount_fen", Value::BigInt(None)),
            ("standing", Standing::Lapsed.code().into()),
        ],
    }]
}

impl Feature for Offers {
    const TOPIC: &'static str = "offer";
    type State = Offer;
    type Event = Event;

    fn write(_: &Offer, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Offer, _: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(event);
    }

    fn rows(_: &Offer, after: &Offer, rows: &mut Vec<Change>) {
        let (Some(resident), Some(area)) = (after.resident, &after.area) else {
            return;
        };
        let case = match after.standing {
            Standing::Taken(case) => Some(case.to_string()),
            _ => None,
        };
        let id = format!("{resident}.{}", after.policy);
        let on = after.on.map(|day| day.to_string());
        rows.push(Change::Upsert {
            table: "offer",
            key: &["id"],
            row: vec![
                ("id", id.into()),
                ("resident", resident.to_string().into()),
                ("area", area.as_str().into()),
                ("street", street_path(area).into()),
                ("policy", after.policy.as_str().into()),
                ("service", after.service.as_str().into()),
                ("on_day", on.into()),
                ("standing", after.standing.code().into()),
                ("case_id", case.into()),
                ("amount_fen", after.amount_fen.into()),
            ],
        });
    }

    fn notice(_: &Offer, event: &Event, _: u64) -> Option<(&'static str, serde_json::Value)> {
        match event {
            Event::Made(made, ..) => crate::reactions::told_of_offer(made),
            Event::Declined(_) | Event::Taken(..) | Event::Lapsed(_) => None,
        }
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        rows.extend(erased(entry).into_iter().flat_map(forget));
    }

    fn slim(state: &mut Offer) {
        state.reckoning = None;
    }
}
