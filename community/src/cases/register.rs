//! The read model of cases: tables, and the projection from state to rows.
//!
//! `cases` has one row a case; `award`, `public_notice` and `follow_up` one row while there is such a
//! thing; `paper_file` one row a file that came with a case. Rows follow from the state alone, so a rebuild gives the same. The names they hold are
//! for staff lists; they go when the person is erased.

use std::sync::Arc;

use linli_journal::{Change, FileRegister, FoldError, Recorded};
use linli_kernel::{CaseId, Fault, ResidentId, StreamId};
use sea_orm::Value;
use sea_orm::sea_query::{
    Alias, ColumnDef, ColumnType, Index, IndexCreateStatement, Table, TableCreateStatement,
};

use super::clock::Due;
use super::events::Event;
use super::fold;
use super::rules::area_on;
use super::state::{Owner, Phase, State};
use crate::catalogue::{Every, Level, OutcomeKind};
use crate::feature::{Feature, Meta, Parts};

/// 一口受理 as a feature: one stream a case, `case/0190…`.
#[derive(Debug, Clone, Copy)]
pub struct Cases;

/// A case's state; `None` before it is filed.
pub type MaybeCase = Option<Arc<State>>;

const TEXT: ColumnType = ColumnType::Text;
const INTEGER: ColumnType = ColumnType::BigInteger;

/// Columns of `cases` besides its key. All may be null, as later changes write some columns only.
const CASES: &[(&str, ColumnType)] = &[
    ("number", TEXT),
    ("serial", INTEGER),
    ("service", TEXT),
    ("version", INTEGER),
    ("area", TEXT),
    ("street", TEXT),
    ("phase", TEXT),
    ("open", INTEGER),
    ("channel", TEXT),
    ("applicant", TEXT),
    ("name", TEXT),
    ("station", INTEGER),
    ("returned", INTEGER),
    ("paused", INTEGER),
    ("submitted_at", INTEGER),
    ("updated_at", INTEGER),
    ("desk", TEXT),
    ("home", TEXT),
    ("next", TEXT),
    ("due", TEXT),
    ("due_unknown", INTEGER),
    ("result_by", TEXT),
    ("holder", TEXT),
    ("filed_by", TEXT),
    ("result", TEXT),
    ("decided_on", TEXT),
    ("rating", INTEGER),
    ("urged_on", TEXT),
    ("flag", TEXT),
];

const AWARD: &[(&str, ColumnType)] = &[
    ("number", TEXT),
    ("service", TEXT),
    ("outcome", TEXT),
    ("area", TEXT),
    ("street", TEXT),
    ("applicant", TEXT),
    ("decided_on", TEXT),
    ("from_day", TEXT),
    ("amount_fen", INTEGER),
    ("every", TEXT),
    ("until_day", TEXT),
];

const NOTICE: &[(&str, ColumnType)] = &[
    ("number", TEXT),
    ("service", TEXT),
    ("version", INTEGER),
    ("area", TEXT),
    ("street", TEXT),
    ("applicant", TEXT),
    ("outcome", TEXT),
    ("name", TEXT),
    ("place", TEXT),
    ("posted_on", TEXT),
    ("ends_on", TEXT),
    ("objections", INTEGER),
    ("amount_fen", INTEGER),
    ("people", INTEGER),
];

const FOLLOW_UP: &[(&str, ColumnType)] = &[
    ("number", TEXT),
    ("service", TEXT),
    ("area", TEXT),
    ("street", TEXT),
    ("opened_on", TEXT),
    ("contacts", INTEGER),
    ("done", INTEGER),
    ("due", TEXT),
];

const PAPER_FILE: &[(&str, ColumnType)] = &[("case_id", TEXT), ("subject", TEXT), ("file", TEXT)];

/// Which files the papers of cases are.
pub const PAPER_FILES: FileRegister = FileRegister {
    table: "paper_file",
    subject: "subject",
    file: "file",
};

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("cases", CASES),
        table("award", AWARD),
        table("public_notice", NOTICE),
        table("follow_up", FOLLOW_UP),
        table(PAPER_FILES.table, PAPER_FILE),
    ]
}

fn table(name: &'static str, columns: &[(&'static str, ColumnType)]) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for (column, kind) in columns {
        table.col(ColumnDef::new_with_type(Alias::new(*column), kind.clone()));
    }
    table
}

/// Index name, table, columns.
///
/// A list leads with its area and with whether the case is open, walks that index in its order, and
/// tests its other conditions on the columns that follow before it looks at a row: see
/// [`queries`](super::queries). `serial` rises with the time of submission. Those ending in service
/// and channel hold only what never changes, so they cost nothing after filing.
const INDEXES: &[(&str, &str, &[&str])] = &[
    (
        "cases_by_serial",
        "cases",
        &["serial", "service", "channel"],
    ),
    (
        "cases_by_service",
        "cases",
        &["service", "channel", "serial"],
    ),
    (
        "cases_by_open",
        "cases",
        &["open", "serial", "phase", "service", "channel"],
    ),
    ("cases_by_due", "cases", BY_DUE),
    (
        "cases_by_street",
        "cases",
        &["street", "serial", "service", "channel"],
    ),
    (
        "cases_by_street_open",
        "cases",
        &["street", "open", "serial", "phase", "service", "channel"],
    ),
    ("cases_by_street_due", "cases", BY_STREET_DUE),
    (
        "cases_by_area",
        "cases",
        &["area", "serial", "service", "channel"],
    ),
    (
        "cases_by_area_open",
        "cases",
        &["area", "open", "serial", "phase", "service", "channel"],
    ),
    ("cases_by_area_due", "cases", BY_AREA_DUE),
    (
        "cases_by_home",
        "cases",
        &["home", "due", "serial", "desk", "returned"],
    ),
    ("cases_by_applicant", "cases", &["applicant", "serial"]),
    ("cases_by_holder", "cases", &["holder"]),
    ("award_by_applicant", "award", &["applicant"]),
    ("award_by_area", "award", &["area"]),
    ("public_notice_by_area", "public_notice", &["area"]),
    ("follow_up_by_area", "follow_up", &["area"]),
    ("paper_file_by_file", "paper_file", &["file", "subject"]),
];

const BY_DUE: &[&str] = &[
    "open", "due", "serial", "phase", "service", "channel", "returned", "desk",
];
const BY_STREET_DUE: &[&str] = &[
    "street", "open", "due", "serial", "phase", "service", "channel", "returned", "desk",
];
const BY_AREA_DUE: &[&str] = &[
    "area", "open", "due", "serial", "phase", "service", "channel", "returned", "desk",
];

/// The further indexes of this feature.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let mut all: Vec<IndexCreateStatement> = INDEXES
        .iter()
        .map(|(name, table, columns)| {
            let mut index = Index::create();
            index.name(*name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            index
        })
        .collect();
    all.push(
        Index::create()
            .name("cases_by_number")
            .table("cases")
            .col("number")
            .unique()
            .take(),
    );
    all
}

impl Feature for Cases {
    const TOPIC: &'static str = "case";
    type State = MaybeCase;
    type Event = Event;

    fn write(after: &MaybeCase, event: &Event) -> Result<Parts, Fault> {
        let case = after
            .as_ref()
            .ok_or_else(|| Fault::Damaged("an event of a case before its submission".to_owned()))?;
        let written = event
            .write()
            .map_err(|e| Fault::Damaged(format!("{}: {e}", event.fact.kind())))?;
        Ok(Parts {
            kind: written.kind,
            area: case.area.clone(),
            open: written.open,
            sealed: written
                .sealed
                .into_iter()
                .map(|plain| (case.applicant, plain))
                .collect(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut MaybeCase, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        if let Ok(id) = stream.key().parse::<CaseId>() {
            fold::apply(state, id, event, meta);
        }
    }

    fn rows(before: &MaybeCase, after: &MaybeCase, rows: &mut Vec<Change>) {
        let Some(case) = after else { return };
        let before = before.as_deref();
        write(before.map(case_row), case_row(case), rows);
        award_rows(before, case, rows);
        notice_rows(before, case, rows);
        follow_up_rows(before, case, rows);
        paper_rows(before, case, rows);
    }

    fn notice(
        after: &MaybeCase,
        event: &Event,
        version: u64,
    ) -> Option<(&'static str, serde_json::Value)> {
        crate::reactions::told_of_case(after.as_deref()?, &event.fact, version)
    }

    fn slim(state: &mut MaybeCase) {
        if let Some(case) = state.as_mut().map(Arc::make_mut) {
            case.answers = Arc::default();
            case.papers = Vec::new();
            case.phone = String::new();
            if let Some(asked) = &mut case.asked {
                asked.words = String::new();
            }
            if let Some(decided) = &mut case.decided {
                decided.words = String::new();
            }
        }
    }
}

/// What becomes of the rows of `subject` when that person is erased.
#[must_use]
pub fn erased(subject: ResidentId) -> Vec<Change> {
    let filter = || vec![("applicant", Value::from(subject.to_string()))];
    let none = Value::BigInt(None);
    vec![
        Change::Set {
            table: "cases",
            filter: filter(),
            assign: vec![("name", "".into())],
        },
        Change::Set {
            table: "award",
            filter: filter(),
            assign: vec![("amount_fen", none.clone())],
        },
        Change::Set {
            table: "public_notice",
            filter: filter(),
            assign: vec![("name", "".into()), ("amount_fen", none)],
        },
    ]
}

fn flag(value: bool) -> Value {
    Value::from(i64::from(value))
}

fn text(value: Option<impl ToString>) -> Value {
    Value::from(value.map(|value| value.to_string()))
}

fn date_of(due: Option<Due>) -> Value {
    text(due.and_then(Due::date))
}

fn street_of(case: &State) -> Value {
    Value::from(area_on(Level::Street, &case.area).as_str())
}

/// Writes the columns that differ, all of them when the row is new: indexes over columns that stay
/// (service, area, applicant, number) are not touched again.
fn write(before: Option<Columns>, after: Columns, rows: &mut Vec<Change>) {
    let mut row = after;
    if let Some(before) = before {
        let mut at = 0;
        row.retain(|(column, value)| {
            let same = before.get(at).is_some_and(|(_, old)| old == value);
            at += 1;
            *column == "id" || !same
        });
        if row.len() < 2 {
            return;
        }
    }
    rows.push(Change::Upsert {
        table: "cases",
        key: &["id"],
        row,
    });
}

type Columns = Vec<(&'static str, Value)>;

fn case_row(case: &State) -> Columns {
    let wait = case.wait.as_ref();
    let unknown = wait.and_then(|wait| match wait.due {
        Due::Unknown(year) => Some(i64::from(year)),
        _ => None,
    });
    let desk = wait.and_then(|wait| match &wait.owner {
        Owner::Desk(desk) => Some(desk.key()),
        Owner::Applicant => None,
    });
    // Ended cases lie at no desk, so that a desk's list holds its open cases only.
    let home = case.home.as_ref().filter(|_| case.phase.is_open());
    vec![
        ("id", case.id.to_string().into()),
        ("number", case.number.as_str().into()),
        ("serial", i64::from(case.serial).into()),
        ("service", case.service.as_str().into()),
        ("version", i64::from(case.service_version).into()),
        ("area", case.area.as_str().into()),
        ("street", street_of(case)),
        ("phase", case.phase.code().into()),
        ("open", flag(case.phase.is_open())),
        ("channel", case.channel.code().into()),
        ("applicant", case.applicant.to_string().into()),
        ("name", case.name.as_str().into()),
        ("station", i64::from(case.station).into()),
        ("returned", flag(case.returned)),
        ("paused", flag(case.clock.is_paused())),
        ("submitted_at", case.submitted_at.as_microsecond().into()),
        ("updated_at", case.updated_at.as_microsecond().into()),
        ("desk", text(desk)),
        ("home", text(home.map(super::Desk::key))),
        ("next", text(wait.map(|wait| wait.next.code()))),
        ("due", date_of(wait.map(|wait| wait.due))),
        ("due_unknown", unknown.into()),
        ("result_by", date_of(wait.and_then(|wait| wait.result_by))),
        ("holder", text(case.holder.map(|one| one.account))),
        ("filed_by", text(case.filed_by.account)),
        (
            "result",
            text(case.decided.as_ref().map(|d| kind_code(d.result))),
        ),
        ("decided_on", text(case.decided.as_ref().map(|d| d.on))),
        ("rating", case.rating.map(|g| i64::from(g.stars())).into()),
        ("urged_on", text(case.urged_on)),
        ("flag", text(case.flag.as_ref())),
    ]
}

/// The name of a kind of result in tables and message keys.
#[must_use]
pub fn kind_code(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Grant => "grant",
        OutcomeKind::Confirm => "confirm",
        OutcomeKind::Certificate => "certificate",
        OutcomeKind::Refuse => "refuse",
    }
}

/// The name of a rhythm of payment in tables and message keys.
#[must_use]
pub fn every_code(every: Every) -> &'static str {
    match every {
        Every::Once => "once",
        Every::Month => "month",
        Every::Quarter => "quarter",
    }
}

fn gone(table: &'static str, case: &State) -> Change {
    Change::Delete {
        table,
        key: vec![("id", case.id.to_string().into())],
    }
}

fn award_rows(before: Option<&State>, case: &State, rows: &mut Vec<Change>) {
    // What was granted unasked and declined is no award.
    let granted = |case: &State| {
        let decided = case.decided.as_ref();
        decided.is_some_and(|one| one.result == OutcomeKind::Grant)
            && case.phase != Phase::Withdrawn
    };
    let had = before.is_some_and(granted);
    let Some(decided) = case.decided.as_ref().filter(|_| granted(case)) else {
        if had {
            rows.push(gone("award", case));
        }
        return;
    };
    let same = before.is_some_and(|old| old.decided == case.decided && old.area == case.area);
    if same {
        return;
    }
    rows.push(Change::Upsert {
        table: "award",
        key: &["id"],
        row: vec![
            ("id", case.id.to_string().into()),
            ("number", case.number.as_str().into()),
            ("service", case.service.as_str().into()),
            ("outcome", decided.outcome.as_str().into()),
            ("area", case.area.as_str().into()),
            ("street", street_of(case)),
            ("applicant", case.applicant.to_string().into()),
            ("decided_on", decided.on.to_string().into()),
            ("from_day", decided.from.to_string().into()),
            ("amount_fen", decided.amount_fen.into()),
            ("every", text(decided.every.map(every_code))),
            ("until_day", text(decided.until)),
        ],
    });
}

fn notice_rows(before: Option<&State>, case: &State, rows: &mut Vec<Change>) {
    let hangs = |case: &State| case.phase == Phase::Notice;
    let Some(notice) = case.notice.as_ref().filter(|_| hangs(case)) else {
        if before.is_some_and(hangs) {
            rows.push(gone("public_notice", case));
        }
        return;
    };
    rows.push(Change::Upsert {
        table: "public_notice",
        key: &["id"],
        row: vec![
            ("id", case.id.to_string().into()),
            ("number", case.number.as_str().into()),
            ("service", case.service.as_str().into()),
            ("version", i64::from(case.service_version).into()),
            ("area", case.area.as_str().into()),
            ("street", street_of(case)),
            ("applicant", case.applicant.to_string().into()),
            ("outcome", notice.outcome.as_str().into()),
            ("name", notice.name.as_str().into()),
            ("place", notice.place.as_str().into()),
            ("posted_on", notice.on.to_string().into()),
            ("ends_on", notice.ends_on.to_string().into()),
            (
                "objections",
                i64::try_from(case.objections.len())
                    .unwrap_or(i64::MAX)
                    .into(),
            ),
            ("amount_fen", notice.amount_fen.into()),
            ("people", notice.people.map(i64::from).into()),
        ],
    });
}

fn follow_up_rows(before: Option<&State>, case: &State, rows: &mut Vec<Change>) {
    let Some(follow_up) = case.follow_up else {
        if before.is_some_and(|old| old.follow_up.is_some()) {
            rows.push(gone("follow_up", case));
        }
        return;
    };
    let due = case.wait.as_ref().filter(|_| case.phase == Phase::FollowUp);
    rows.push(Change::Upsert {
        table: "follow_up",
        key: &["id"],
        row: vec![
            ("id", case.id.to_string().into()),
            ("number", case.number.as_str().into()),
            ("service", case.service.as_str().into()),
            ("area", case.area.as_str().into()),
            ("street", street_of(case)),
            ("opened_on", follow_up.opened_on.to_string().into()),
            ("contacts", i64::from(follow_up.contacts).into()),
            ("done", flag(follow_up.done)),
            ("due", date_of(due.map(|wait| wait.due))),
        ],
    });
}

/// The files that came since: papers are only ever added. Rows stay when the person is erased; the
/// journal passes over files of whom it no longer has a key.
fn paper_rows(before: Option<&State>, case: &State, rows: &mut Vec<Change>) {
    let known = before.map_or(0, |old| old.papers.len());
    for paper in case.papers.iter().skip(known) {
        let Some(file) = &paper.attachment else {
            continue;
        };
        rows.push(Change::Upsert {
            table: PAPER_FILES.table,
            key: &["id"],
            row: vec![
                ("id", format!("{}/{file}", case.id).into()),
                ("case_id", case.id.to_string().into()),
                ("subject", case.applicant.to_string().into()),
                ("file", file.as_str().into()),
            ],
        });
    }
}
