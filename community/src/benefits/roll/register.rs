//! The registers of rolls: one row a roll, one a line.

use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AccountId, AreaPath, AwardId, Fault, StreamId};
use sea_orm::sea_query::{
    Alias, ColumnDef, ColumnType, Index, IndexCreateStatement, Table, TableCreateStatement,
};
use sea_orm::{FromQueryResult, Value};

use super::events::Event;
use super::line::{Group, Line};
use super::state::{Roll, Stage};
use crate::benefits::month::Month;
use crate::benefits::register::{ledger_rows, table};
use crate::feature::{Feature, Meta, Parts};

/// 发放名册 as a feature: one stream a street and month, `roll/310117001-2026-11`.
#[derive(Debug, Clone, Copy)]
pub struct Rolls;

const TEXT: ColumnType = ColumnType::Text;
const INTEGER: ColumnType = ColumnType::BigInteger;

const ROLL: &[(&str, ColumnType)] = &[
    ("area", TEXT),
    ("street", TEXT),
    ("period", TEXT),
    ("stage", TEXT),
    ("lines", INTEGER),
    ("held", INTEGER),
    ("gross_fen", INTEGER),
    ("deduct_fen", INTEGER),
    ("hash", TEXT),
    ("made_by", TEXT),
    ("approved_by", TEXT),
    ("approved_at", INTEGER),
    ("batches", INTEGER),
    ("bad", INTEGER),
    ("paid_on", TEXT),
];

const LINE: &[(&str, ColumnType)] = &[
    ("award", TEXT),
    ("fen", INTEGER),
    ("deduct", INTEGER),
    ("months", TEXT),
    ("why", TEXT),
    ("outcome", TEXT),
    ("reason", TEXT),
];

/// A row of the register of rolls.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// Its name.
    pub id: String,
    area: String,
    period: String,
    stage: String,
    /// How many lines.
    pub lines: i64,
    /// How many are left off.
    pub held: i64,
    /// What is due, in fen.
    pub gross_fen: i64,
    /// What is kept back for claims.
    pub deduct_fen: i64,
    made_by: Option<String>,
    approved_by: Option<String>,
    /// How many lines the bank could not pay.
    pub bad: i64,
    /// The day of the bank's last answer.
    pub paid_on: Option<String>,
}

impl Row {
    /// The street.
    #[must_use]
    pub fn area(&self) -> Option<AreaPath> {
        self.area.parse().ok()
    }

    /// The month.
    #[must_use]
    pub fn period(&self) -> Option<Month> {
        self.period.parse().ok()
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        Stage::from_code(&self.stage).unwrap_or_default()
    }

    /// Who made it.
    #[must_use]
    pub fn made_by(&self) -> Option<AccountId> {
        self.made_by.as_deref()?.parse().ok()
    }

    /// Who approved it.
    #[must_use]
    pub fn approved_by(&self) -> Option<AccountId> {
        self.approved_by.as_deref()?.parse().ok()
    }
}

/// A row of the register of lines.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct LineRow {
    /// Its number in the roll.
    pub line: i64,
    award: String,
    /// What is due, in fen.
    pub fen: i64,
    /// What is kept back for a claim.
    pub deduct: i64,
    /// The months and their fen, where they are not the roll's own alone.
    pub months: Option<String>,
    /// Why it is this much: a code of `Why`.
    pub why: String,
    /// `failed` or `returned`, where the bank said so and it was not sent again.
    pub outcome: Option<String>,
    /// Why the bank could not pay.
    pub reason: Option<String>,
    /// The number of the award.
    pub number: Option<String>,
    /// The service that grants it.
    pub service: Option<String>,
}

impl LineRow {
    /// Which award.
    #[must_use]
    pub fn award(&self) -> Option<AwardId> {
        self.award.parse().ok()
    }
}

/// The tables of rolls.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut lines = Table::create();
    lines.table("roll_line");
    lines.col(ColumnDef::new("roll").text().not_null());
    lines.col(ColumnDef::new("line").big_integer().not_null());
    for (column, kind) in LINE {
        lines.col(ColumnDef::new_with_type(Alias::new(*column), kind.clone()));
    }
    lines.primary_key(Index::create().col("roll").col("line"));
    vec![table("roll", "id", ROLL), lines]
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("roll_line_award")
            .table("roll_line")
            .col("award")
            .take(),
        Index::create()
            .name("roll_place")
            .table("roll")
            .col("street")
            .col("period")
            .take(),
    ]
}

impl Feature for Rolls {
    const TOPIC: &'static str = "roll";
    type State = Roll;
    type Event = Event;

    fn write(_: &Roll, event: &Event) -> Result<Parts, Fault> {
        let (kind, open) = event.write()?;
        Ok(Parts {
            kind,
            area: event.area.clone(),
            open,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Roll, _: &StreamId, event: &Event, meta: Meta<'_>) {
        state.apply(event, meta);
    }

    fn notice(
        after: &Roll,
        event: &Event,
        version: u64,
    ) -> Option<(&'static str, serde_json::Value)> {
        crate::reactions::told_of_roll(&after.id()?, &event.fact, version)
    }

    fn rows(before: &Roll, after: &Roll, rows: &mut Vec<Change>) {
        let Some(id) = after.id() else { return };
        rows.push(roll_row(&id, after));
        line_rows(&id, before, after, rows);
        if before.stage < Stage::Approved && after.stage >= Stage::Approved {
            settled_rows(after, rows);
        }
        bad_rows(&id, before, after, rows);
        let stream = super::state::stream(&id);
        ledger_rows(
            (&stream, after.period),
            Some(&before.ledger),
            &after.ledger,
            rows,
        );
    }
}

fn int(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn roll_row(id: &str, roll: &Roll) -> Change {
    let text = |value: Option<String>| Value::from(value);
    let account = |account: Option<AccountId>| text(account.map(|one| one.to_string()));
    let paid_on = roll
        .batches
        .iter()
        .rev()
        .find_map(|batch| batch.answered_on);
    let street = roll.area.as_ref().map(|area| area.as_str().to_owned());
    Change::Upsert {
        table: "roll",
        key: &["id"],
        row: vec![
            ("id", id.into()),
            ("area", street.clone().into()),
            ("street", street.into()),
            ("period", text(roll.period.map(|period| period.to_string()))),
            ("stage", roll.stage.code().into()),
            ("lines", i64::from(roll.lines).into()),
            ("held", int(roll.held.len())),
            ("gross_fen", roll.gross_fen.into()),
            ("deduct_fen", roll.deduct_fen.into()),
            ("hash", roll.hash.as_str().into()),
            ("made_by", account(roll.made_by)),
            ("approved_by", account(roll.approved_by)),
            (
                "approved_at",
                roll.approved_at.map(jiff::Timestamp::as_microsecond).into(),
            ),
            ("batches", int(roll.batches.len())),
            ("bad", int(roll.bad.len())),
            ("paid_on", text(paid_on.map(|day| day.to_string()))),
        ],
    }
}

/// The lines that came, and of a roll made anew those that are too many.
fn line_rows(id: &str, before: &Roll, after: &Roll, rows: &mut Vec<Change>) {
    let anew = before.edition != after.edition;
    if anew {
        for line in after.lines + 1..=before.lines {
            rows.push(Change::Delete {
                table: "roll_line",
                key: vec![("roll", id.into()), ("line", i64::from(line).into())],
            });
        }
    }
    let known = if anew { 0 } else { before.groups.len() };
    let skipped = after
        .groups
        .iter()
        .take(known)
        .map(|group| group.lines.len())
        .sum();
    let new = after.numbered().skip(skipped);
    rows.extend(new.map(|(number, _, line)| line_row(id, number, line)));
}

fn line_row(id: &str, number: u32, line: &Line) -> Change {
    let months = (!line.months.is_empty()).then(|| serde_json::to_string(&line.months).ok());
    Change::Upsert {
        table: "roll_line",
        key: &["roll", "line"],
        row: vec![
            ("roll", id.into()),
            ("line", i64::from(number).into()),
            ("award", line.award.to_string().into()),
            ("fen", line.fen.into()),
            ("deduct", line.deduct.into()),
            ("months", Value::from(months.flatten())),
            ("why", line.why.code().into()),
        ],
    }
}

/// What rolls brought to each award, this one included: from now on it counts.
fn settled_rows(roll: &Roll, rows: &mut Vec<Change>) {
    let period = roll.period.map(|period| period.to_string());
    let lines = roll
        .groups
        .iter()
        .flat_map(|group: &std::sync::Arc<Group>| &group.lines);
    rows.extend(lines.map(|line| Change::Upsert {
        table: "benefit_settled",
        key: &["award"],
        row: vec![
            ("award", line.award.to_string().into()),
            ("settled", (*line.settled).into()),
            ("deducted", line.deducted.into()),
            ("period", period.clone().into()),
        ],
    }));
}

fn bad_rows(id: &str, before: &Roll, after: &Roll, rows: &mut Vec<Change>) {
    let numbers = before.bad.keys().chain(after.bad.keys());
    let changed = numbers.filter(|number| before.bad.get(number) != after.bad.get(number));
    let changed: std::collections::BTreeSet<u32> = changed.copied().collect();
    for number in changed {
        let bad = after.bad.get(&number);
        rows.push(Change::Upsert {
            table: "roll_line",
            key: &["roll", "line"],
            row: vec![
                ("roll", id.into()),
                ("line", i64::from(number).into()),
                (
                    "outcome",
                    bad.map(|bad| bad.outcome.code().to_owned()).into(),
                ),
                ("reason", bad.map(|bad| bad.reason.code().to_owned()).into()),
            ],
        });
    }
}
