//! The registers of residents and households, and how entries become their rows.
//!
//! A row holds what lists and look-ups need; everything else is read from the stream. When a
//! subject's key is destroyed their row goes.

use std::collections::BTreeMap;

use linli_journal::{Change, FoldError, Recorded, kinds};
use linli_kernel::{Fault, ResidentId, StreamId};
use sea_orm::Value;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::events::{Event, HouseholdEvent, Member};
use super::fields::FieldId;
use super::mask;
use super::merge;
use super::state::{Facts, Household, Resident};
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;

/// 居民 as a feature: one stream a resident, `resident/…`.
#[derive(Debug, Clone, Copy)]
pub struct Residents;

/// 户 as a feature: one stream a household, `household/…`.
#[derive(Debug, Clone, Copy)]
pub struct Households;

/// Columns of the table `resident` besides its key, all nullable: `(name, whether a number)`.
const RESIDENT: [(&str, bool); 21] = [
    ("area", false),
    ("street", false),
    ("name", false),
    ("id_key", false),
    ("id_masked", false),
    ("birth_date", false),
    ("sex", false),
    ("phone", false),
    ("hukou", false),
    ("ethnicity", false),
    ("marital_status", false),
    ("employment", false),
    ("disability_kind", false),
    ("disability_grade", false),
    ("special_care", false),
    ("monthly_income_fen", true),
    ("facts", false),
    ("dead", true),
    ("synthetic", true),
    ("household", false),
    ("relation", false),
];

const HOUSEHOLD: [(&str, bool); 8] = [
    ("area", false),
    ("head", false),
    ("address", false),
    ("housing", false),
    ("members", true),
    ("monthly_income_fen", true),
    ("assets_fen", true),
    ("facts", false),
];

/// Facts that stand in a column of their own, or that no policy reckons with.
const APART: [&str; 22] = [
    "person.name",
    "person.id_number",
    "person.phone",
    "person.address",
    "person.bank_account",
    "person.education",
    "person.birth_date",
    "person.sex",
    "person.hukou",
    "person.ethnicity",
    "person.marital_status",
    "person.employment",
    "person.disability_kind",
    "person.disability_grade",
    "person.special_care",
    "person.relation",
    "person.monthly_income_fen",
    "household.members",
    "household.address",
    "household.housing",
    "household.monthly_income_fen",
    "household.assets_fen",
];

/// The tables of this part.
pub(super) fn tables() -> Vec<TableCreateStatement> {
    let own = vec![table("resident", &RESIDENT), table("household", &HOUSEHOLD)];
    [own, merge::tables()].concat()
}

/// Their further indexes.
pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    let own = vec![
        index("resident_id_key", "resident", &["id_key"]),
        index("resident_phone", "resident", &["phone"]),
        // Lists walk it: a district, a street or a committee, by area and name.
        index("resident_place", "resident", &["street", "area", "name"]),
        index("resident_born", "resident", &["street", "birth_date"]),
        index("resident_name", "resident", &["name"]),
        index("resident_household", "resident", &["household"]),
    ];
    [own, merge::indexes()].concat()
}

pub(super) fn table(name: &'static str, columns: &[(&'static str, bool)]) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for (column, number) in columns {
        let mut definition = ColumnDef::new(*column);
        if *number {
            definition.big_integer();
        } else {
            definition.text();
        }
        table.col(definition);
    }
    table
}

pub(super) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

pub(super) type Row = Vec<(&'static str, Value)>;

/// Writes the columns of `after` that differ from `before`; all of them when the row is new.
pub(super) fn write_row(
    table: &'static str,
    before: Option<Row>,
    after: Row,
    to: &mut Vec<Change>,
) {
    let row = match before {
        None => after,
        Some(before) => {
            let mut row = after;
            row.retain(|(column, value)| {
                let old = before.iter().find(|(name, _)| name == column);
                *column == "id" || old.is_none_or(|(_, old)| old != value)
            });
            row
        }
    };
    if row.len() > 1 {
        let key = &["id"];
        to.push(Change::Upsert { table, key, row });
    }
}

impl Feature for Residents {
    const TOPIC: &'static str = "resident";
    type State = Resident;
    type Event = Event;

    fn write(after: &Resident, event: &Event) -> Result<Parts, Fault> {
        let missing = || Fault::Damaged("an event of a resident without id".to_owned());
        event.write(after.id.ok_or_else(missing)?)
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Resident, stream: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(stream, event);
    }

    fn rows(before: &Resident, after: &Resident, rows: &mut Vec<Change>) {
        let Some(id) = after.id else { return };
        if after.withdrawn {
            rows.push(forget_resident(id));
            return;
        }
        rows.extend(
            after
                .apart
                .difference(&before.apart)
                .map(|other| apart(id, *other)),
        );
        rows.extend(merge::row(id, before, after));
        if after.merged_into.is_some() {
            rows.push(forget_resident(id));
            return;
        }
        // A record that stands for itself again is written whole.
        let there = before.id.filter(|_| before.merged_into.is_none());
        let mut old = there.map(|id| resident_row(id, before));
        if let Some(old) = &mut old {
            // A rebuild does not know any more what was there: what was emptied is written again.
            let emptied = |column: &str| after.emptied.iter().any(|field| fills(field, column));
            old.retain(|(column, _)| !emptied(column));
        }
        write_row("resident", old, resident_row(id, after), rows);
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        if let Some(subject) = erased(entry) {
            rows.push(forget_resident(subject));
            rows.push(forget_number(subject));
        }
    }

    fn slim(state: &mut Resident) {
        // Rows are written from differences: what an event does not change needs no memory, but
        // for the facts that share a column.
        state.facts.retain(|field, _| !has_column(field));
        state.id_key = None;
        state.absorbed.clear();
    }
}

impl Feature for Households {
    const TOPIC: &'static str = "household";
    type State = Household;
    type Event = HouseholdEvent;

    fn write(_: &Household, event: &HouseholdEvent) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<HouseholdEvent, FoldError> {
        HouseholdEvent::read(entry)
    }

    fn apply(state: &mut Household, stream: &StreamId, event: &HouseholdEvent, _: Meta<'_>) {
        state.apply(stream, event);
    }

    fn rows(before: &Household, after: &Household, rows: &mut Vec<Change>) {
        let Some(id) = after.id else { return };
        if after.withdrawn {
            let key = vec![("id", id.to_string().into())];
            let table = "household";
            rows.push(Change::Delete { table, key });
        } else {
            let old = before.id.map(|_| household_row(before));
            write_row("household", old, household_row(after), rows);
        }
        // A whole household is written in bulk when it forms; later changes set what is there, so
        // that the row of somebody erased does not come back.
        let forms = before.id.is_none();
        for member in &after.members {
            if before.member(member.resident) != Some(member) {
                let of = Some((id.to_string(), member));
                rows.push(membership(member.resident, of, forms));
            }
        }
        for member in &before.members {
            if after.member(member.resident).is_none() {
                rows.push(membership(member.resident, None, false));
            }
        }
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        if let Some(subject) = erased(entry) {
            rows.push(forget_household(subject));
        }
    }

    fn slim(state: &mut Household) {
        state.facts.retain(|field, _| !has_column(field));
    }
}

/// What becomes of the rows about `subject` once their key is destroyed.
#[must_use]
pub fn forget(subject: ResidentId) -> Vec<Change> {
    let mut changes = vec![
        forget_resident(subject),
        forget_number(subject),
        forget_household(subject),
    ];
    for (table, whose) in [
        ("look", "resident"),
        ("mandate", "principal"),
        ("consent", "resident"),
    ] {
        changes.push(forget_words(table, whose, subject));
    }
    changes
}

fn forget_resident(subject: ResidentId) -> Change {
    Change::Delete {
        table: "resident",
        key: vec![("id", subject.to_string().into())],
    }
}

/// A record that was merged away still leads to the survivor, but by its number no more.
fn forget_number(subject: ResidentId) -> Change {
    Change::Set {
        table: "merged",
        filter: vec![("id", subject.to_string().into())],
        assign: vec![("id_key", Value::String(None))],
    }
}

/// What is known of a household is sealed under its head's key.
fn forget_household(subject: ResidentId) -> Change {
    Change::Set {
        table: "household",
        filter: vec![("head", subject.to_string().into())],
        assign: vec![
            ("address", Value::String(None)),
            ("housing", Value::String(None)),
            ("monthly_income_fen", Value::BigInt(None)),
            ("assets_fen", Value::BigInt(None)),
        ],
    }
}

/// Words that were said stay as long as they can be read.
pub(super) fn forget_words(
    table: &'static str,
    whose: &'static str,
    subject: ResidentId,
) -> Change {
    Change::Set {
        table,
        filter: vec![(whose, subject.to_string().into())],
        assign: vec![("words", Value::String(None))],
    }
}

/// The subject whose key an entry says was destroyed.
pub(crate) fn erased(entry: &Recorded) -> Option<ResidentId> {
    (entry.kind == kinds::KEYS_DESTROYED)
        .then(|| entry.open.get("subject")?.as_str()?.parse().ok())
        .flatten()
}

fn apart(first: ResidentId, second: ResidentId) -> Change {
    Change::Upsert {
        table: "apart",
        key: &["id"],
        row: vec![
            ("id", format!("{first}:{second}").into()),
            ("first", first.to_string().into()),
            ("second", second.to_string().into()),
        ],
    }
}

fn resident_row(id: ResidentId, state: &Resident) -> Row {
    let text = |field: &str| Value::from(state.text(field).map(str::to_owned));
    let area = state.area.as_ref();
    let income = state.facts.get("person.monthly_income_fen");
    let income = income.and_then(|fact| fact.value.as_i64());
    vec![
        ("id", id.to_string().into()),
        ("area", area.map(|area| area.as_str().to_owned()).into()),
        (
            "street",
            area.map(|area| street_path(area).to_owned()).into(),
        ),
        ("name", text("person.name")),
        ("id_key", state.id_key.clone().into()),
        (
            "id_masked",
            state.text("person.id_number").map(mask::id_number).into(),
        ),
        ("birth_date", text("person.birth_date")),
        ("sex", text("person.sex")),
        ("phone", text("person.phone")),
        ("hukou", text("person.hukou")),
        ("ethnicity", text("person.ethnicity")),
        ("marital_status", text("person.marital_status")),
        ("employment", text("person.employment")),
        ("disability_kind", text("person.disability_kind")),
        ("disability_grade", text("person.disability_grade")),
        ("special_care", text("person.special_care")),
        ("monthly_income_fen", income.into()),
        ("facts", further(&state.facts)),
        ("dead", i64::from(state.dead).into()),
        ("synthetic", i64::from(state.synthetic).into()),
    ]
}

fn household_row(state: &Household) -> Row {
    let fact = |field: &str| state.facts.get(field).map(|fact| &fact.value);
    let text = |field: &str| {
        let value = fact(field).and_then(serde_json::Value::as_str);
        Value::from(value.map(str::to_owned))
    };
    let number = |field: &str| Value::from(fact(field).and_then(serde_json::Value::as_i64));
    let members = i64::try_from(state.members.len()).unwrap_or(i64::MAX);
    vec![
        ("id", state.id.map(|id| id.to_string()).into()),
        (
            "area",
            state
                .area
                .as_ref()
                .map(|area| area.as_str().to_owned())
                .into(),
        ),
        ("head", state.head().map(|head| head.to_string()).into()),
        ("address", text("household.address")),
        ("housing", text("household.housing")),
        ("members", members.into()),
        ("monthly_income_fen", number("household.monthly_income_fen")),
        ("assets_fen", number("household.assets_fen")),
        ("facts", further(&state.facts)),
    ]
}

/// The facts without a column of their own, as JSON: a sweep of policies reads them in one pass.
fn further(facts: &Facts) -> Value {
    let others: BTreeMap<&str, &serde_json::Value> = facts
        .iter()
        .filter(|(field, _)| !has_column(field))
        .map(|(field, fact)| (field.as_str(), &fact.value))
        .collect();
    let text = (!others.is_empty()).then(|| serde_json::to_string(&others).unwrap_or_default());
    Value::from(text)
}

fn has_column(field: &FieldId) -> bool {
    APART.contains(&field.as_str())
}

/// Whether the fact `field` stands in `column` of a resident's row.
fn fills(field: &FieldId, column: &str) -> bool {
    let name = field.as_str().strip_prefix("person.").unwrap_or_default();
    let own = if has_column(field) { name } else { "facts" };
    column == own || (name == "id_number" && matches!(column, "id_key" | "id_masked"))
}

fn membership(resident: ResidentId, of: Option<(String, &Member)>, forms: bool) -> Change {
    let (household, relation) = of
        .map(|(household, member)| (household, member.relation.clone()))
        .unzip();
    let id = ("id", resident.to_string().into());
    let of = [
        ("household", household.into()),
        ("relation", relation.into()),
    ];
    if forms {
        Change::Upsert {
            table: "resident",
            key: &["id"],
            row: [vec![id], of.to_vec()].concat(),
        }
    } else {
        Change::Set {
            table: "resident",
            filter: vec![id],
            assign: of.to_vec(),
        }
    }
}
