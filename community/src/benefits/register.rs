//! The registers of awards: one row an award, and one with what rolls brought it.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AreaPath, AwardId, CaseId, Fault, ResidentId, StreamId};
use sea_orm::sea_query::{
    Alias, ColumnDef, ColumnType, Index, IndexCreateStatement, Table, TableCreateStatement,
};
use sea_orm::{FromQueryResult, Value};

use super::events::Event;
use super::ledger::Ledger;
use super::month::Month;
use super::schedule::Schedule;
use super::settled::Settled;
use super::state::{Award, MaybeAward, Standing, apply};
use crate::cases::every_code;
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;
use crate::residents::erased;

/// 待遇 as a feature: one stream an award, `award/…`.
#[derive(Debug, Clone, Copy)]
pub struct Awards;

const TEXT: ColumnType = ColumnType::Text;
const INTEGER: ColumnType = ColumnType::BigInteger;

const BENEFIT: &[(&str, ColumnType)] = &[
    ("number", TEXT),
    ("resident", TEXT),
    ("case_id", TEXT),
    ("service", TEXT),
    ("area", TEXT),
    ("street", TEXT),
    ("standing", TEXT),
    ("payable", INTEGER),
    ("died", INTEGER),
    ("from_month", TEXT),
    ("amount_fen", INTEGER),
    ("every", TEXT),
    ("by_policy", INTEGER),
    ("review", TEXT),
    ("review_due", TEXT),
    ("review_on", TEXT),
    ("ground", TEXT),
    ("schedule", TEXT),
];

const SETTLED: &[(&str, ColumnType)] =
    &[("settled", TEXT), ("deducted", INTEGER), ("period", TEXT)];

/// A row of the register of awards, with what rolls brought.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    id: String,
    /// The number it is spoken of by.
    pub number: String,
    resident: String,
    case_id: Option<String>,
    /// The service that grants it.
    pub service: String,
    area: String,
    standing: String,
    payable: i64,
    died: i64,
    from_month: String,
    /// The rate of the day the row was written; `None` after erasure.
    pub amount_fen: Option<i64>,
    /// How often it is paid: a code of `every`.
    pub every: String,
    /// Why a review is open, by its code.
    pub review: Option<String>,
    review_due: Option<String>,
    review_on: Option<String>,
    /// The ground of the last suspension or stop.
    pub ground: Option<String>,
    schedule: Option<String>,
    settled: Option<String>,
    deducted: Option<i64>,
    period: Option<String>,
}

impl Row {
    /// Which award.
    #[must_use]
    pub fn id(&self) -> Option<AwardId> {
        self.id.parse().ok()
    }

    /// To whom.
    #[must_use]
    pub fn resident(&self) -> Option<ResidentId> {
        self.resident.parse().ok()
    }

    /// The case that granted it.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.case_id.as_deref()?.parse().ok()
    }

    /// Where they live.
    #[must_use]
    pub fn area(&self) -> Option<AreaPath> {
        self.area.parse().ok()
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing::from_code(&self.standing).unwrap_or(Standing::Stopped)
    }

    /// Whether a bank can be told where to pay.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        self.payable == 1
    }

    /// Whether the register knows the recipient to have died.
    #[must_use]
    pub fn died(&self) -> bool {
        self.died == 1
    }

    /// The first month.
    #[must_use]
    pub fn from(&self) -> Option<Month> {
        self.from_month.parse().ok()
    }

    /// By when somebody shall have looked.
    #[must_use]
    pub fn review_due(&self) -> Option<jiff::civil::Date> {
        self.review_due.as_deref()?.parse().ok()
    }

    /// When it is looked at again.
    #[must_use]
    pub fn review_on(&self) -> Option<jiff::civil::Date> {
        self.review_on.as_deref()?.parse().ok()
    }

    /// What is owed when; `None` after erasure.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        serde_json::from_str(self.schedule.as_deref()?).ok()
    }

    /// What rolls brought.
    #[must_use]
    pub fn settled(&self) -> Settled {
        let text = self.settled.as_deref().unwrap_or_default();
        text.parse().unwrap_or_default()
    }

    /// What rolls kept back for claims.
    #[must_use]
    pub fn deducted(&self) -> i64 {
        self.deducted.unwrap_or(0)
    }

    /// The month of the last roll that it was on.
    #[must_use]
    pub fn last_period(&self) -> Option<Month> {
        self.period.as_deref()?.parse().ok()
    }
}

/// The tables of awards and of the ledger.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut all = vec![
        table("benefit", "id", BENEFIT),
        table("benefit_settled", "award", SETTLED),
        ledger_table(),
    ];
    all.extend(super::roll::tables());
    all
}

pub(super) fn table(
    name: &'static str,
    key: &'static str,
    columns: &[(&'static str, ColumnType)],
) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(ColumnDef::new(key).text().not_null().primary_key());
    for (column, kind) in columns {
        table.col(ColumnDef::new_with_type(Alias::new(*column), kind.clone()));
    }
    table
}

fn ledger_table() -> TableCreateStatement {
    let mut table = Table::create();
    table.table("benefit_ledger");
    for column in ["stream", "service", "area", "account"] {
        table.col(ColumnDef::new(column).text().not_null());
    }
    for (column, kind) in [("period", TEXT), ("street", TEXT), ("fen", INTEGER)] {
        table.col(ColumnDef::new_with_type(Alias::new(column), kind));
    }
    let mut key = Index::create();
    for column in LEDGER_KEY {
        key.col(*column);
    }
    table.primary_key(&mut key);
    table
}

const LEDGER_KEY: &[&str] = &["stream", "service", "area", "account"];

/// The further indexes of this feature.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table("benefit");
        for column in columns {
            index.col(*column);
        }
        index
    };
    let mut all = vec![
        index("benefit_resident", &["resident"]),
        index("benefit_place", &["street", "area"]),
        index("benefit_review", &["review_due"]),
        index("benefit_review_on", &["review_on"]),
        index("benefit_number", &["number"]),
    ];
    all.extend(super::roll::indexes());
    all
}

/// What of a resident's awards goes when they are erased: how much. What was paid stays, by number.
#[must_use]
pub fn forget(subject: ResidentId) -> Vec<Change> {
    vec![Change::Set {
        table: "benefit",
        filter: vec![("resident", subject.to_string().into())],
        assign: vec![
            ("amount_fen", Value::BigInt(None)),
            ("schedule", Value::String(None)),
            ("payable", Value::BigInt(Some(0))),
        ],
    }]
}

impl Feature for Awards {
    const TOPIC: &'static str = "award";
    type State = MaybeAward;
    type Event = Event;

    fn write(after: &MaybeAward, event: &Event) -> Result<Parts, Fault> {
        let award = after.as_ref().ok_or_else(|| {
            Fault::Damaged("an event of an award before it was opened".to_owned())
        })?;
        let (kind, open, sealed) = event.write()?;
        let sealed = sealed.map(|plain| (award.resident, plain));
        Ok(Parts {
            kind,
            area: award.area.clone(),
            open,
            sealed: sealed.into_iter().collect(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut MaybeAward, stream: &StreamId, event: &Event, _: Meta<'_>) {
        if let Ok(id) = stream.key().parse() {
            apply(state, id, event);
        }
    }

    fn rows(before: &MaybeAward, after: &MaybeAward, rows: &mut Vec<Change>) {
        let Some(award) = after else { return };
        rows.push(row(before.as_deref(), award));
        let old = before.as_ref().map(|award| &award.ledger);
        let stream = StreamId::from(award.id);
        ledger_rows((&stream, None), old, &award.ledger, rows);
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        rows.extend(erased(entry).into_iter().flat_map(forget));
    }

    fn notice(
        after: &MaybeAward,
        event: &Event,
        version: u64,
    ) -> Option<(&'static str, serde_json::Value)> {
        crate::reactions::told_of_award(after.as_deref()?, &event.fact, version)
    }

    fn slim(state: &mut MaybeAward) {
        if let Some(award) = state.as_mut().map(std::sync::Arc::make_mut) {
            award.reckoned.clear();
        }
    }
}

/// The row of an award. Where it lies is written only when that changed: the rows of an area that
/// moved follow it by themselves.
fn row(before: Option<&Award>, award: &Award) -> Change {
    let text = |value: Option<String>| Value::from(value);
    let schedule = &award.schedule;
    let erased = schedule.rates.is_empty();
    let now = schedule.rates.last().map(|rate| rate.fen);
    let written = (!erased)
        .then(|| serde_json::to_string(schedule).ok())
        .flatten();
    let mut row: Vec<(&'static str, Value)> = vec![
        ("id", award.id.to_string().into()),
        ("number", award.number.as_str().into()),
        ("resident", award.resident.to_string().into()),
        ("case_id", text(award.case.map(|case| case.to_string()))),
        ("service", award.service.as_str().into()),
        ("standing", award.standing().code().into()),
        ("payable", i64::from(award.is_payable()).into()),
        ("died", i64::from(award.died).into()),
        ("from_month", schedule.from.to_string().into()),
        ("amount_fen", now.into()),
        ("every", every_code(schedule.every).into()),
        ("by_policy", i64::from(!award.policies.is_empty()).into()),
        (
            "review",
            text(award.review.map(|one| one.why.code().to_owned())),
        ),
        (
            "review_due",
            text(award.review.map(|one| one.due.to_string())),
        ),
        (
            "review_on",
            text(award.review_on.map(|day| day.to_string())),
        ),
        ("ground", text(award.ground.clone())),
        ("schedule", text(written)),
    ];
    if before.is_none_or(|old| old.area != award.area) {
        row.push(("area", award.area.as_str().into()));
        row.push(("street", street_path(&award.area).into()));
    }
    Change::Upsert {
        table: "benefit",
        key: &["id"],
        row,
    }
}

/// The rows of a stream's part of the ledger that differ.
pub(super) fn ledger_rows(
    (stream, period): (&StreamId, Option<Month>),
    before: Option<&Ledger>,
    after: &Ledger,
    rows: &mut Vec<Change>,
) {
    if before == Some(after) {
        return;
    }
    let period = period.map(|period| period.to_string());
    for (purpose, account, fen) in after.balances() {
        rows.push(Change::Upsert {
            table: "benefit_ledger",
            key: LEDGER_KEY,
            row: vec![
                ("stream", stream.as_str().into()),
                ("service", purpose.service.as_str().into()),
                ("area", purpose.area.as_str().into()),
                ("account", account.code().into()),
                ("period", period.clone().into()),
                ("street", street_path(&purpose.area).into()),
                ("fen", fen.into()),
            ],
        });
    }
}
