//! Which columns a table can have: the facts of the dictionary, and what the registers know besides.

use serde_json::Value;

use super::rules::Rules;
use crate::catalogue::Text;
use crate::residents::{Dictionary, FieldType, mask};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fact of the dictionary.
    Fact(FieldType),
    /// The path of the committee.
    Area,
    /// Full years.
    Age,
    /// A code of the list `relation`.
    Relation,
    /// How many people.
    Members,
}

/// One column that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name: of a fact, or `row.…`.
    pub id: String,
    /// What people call it.
    pub names: Text,
    /// What it holds.
    pub kind: Kind,
}

/// 数据字典 as columns: what a table can ask for, in the order in which it stands there.
#[must_use]
pub fn columns(dictionary: &Dictionary, rules: &Rules) -> Vec<Column> {
    let own = rules.column.iter().filter_map(|column| {
        let column = Column {
            id: column.id.clone(),
            names: column.names.clone(),
            kind: own_kind(&column.id)?,
        };
        Some(("", column))
    });
    let facts = dictionary.fields().filter(|field| {
        let left_out = &rules.left_out;
        !left_out.iter().any(|one| one == field.id.as_str())
    });
    let facts = facts.map(|field| {
        let column = Column {
            id: field.id.as_str().to_owned(),
            names: field.names.clone(),
            kind: Kind::Fact(field.kind),
        };
        (field.office.as_str(), column)
    });
    let mut all: Vec<(&str, Column)> = own.chain(facts).collect();
    let place = |id: &str| rules.first.iter().position(|one| one == id);
    all.sort_by_cached_key(|(office, column)| {
        let place = place(&column.id).unwrap_or(usize::MAX);
        (place, (*office).to_owned(), column.id.clone())
    });
    all.into_iter().map(|(_, column)| column).collect()
}

fn own_kind(id: &str) -> Option<Kind> {
    match id {
        "row.area" => Some(Kind::Area),
        "row.age" => Some(Kind::Age),
        "row.relation" => Some(Kind::Relation),
        "row.members" => Some(Kind::Members),
        _ => None,
    }
}

impl Column {
    /// The value as lists show it: what identifies a person is masked, and of the day of birth the
    /// year stays.
    #[must_use]
    pub fn masked(&self, value: &Value) -> Value {
        let Value::String(text) = value else {
            return value.clone();
        };
        let masked = match self.kind {
            Kind::Fact(FieldType::Name) => mask::name(text),
            Kind::Fact(FieldType::IdentityNumber) => mask::id_number(text),
            Kind::Fact(FieldType::Phone) => mask::phone(text),
            Kind::Fact(FieldType::Address) => mask::address(text),
            Kind::Fact(FieldType::BankAccount) => mask::account(text),
            Kind::Fact(FieldType::Date) if self.id == "person.birth_date" => {
                text.split('-').next().unwrap_or_default().to_owned()
            }
            _ => return value.clone(),
        };
        Value::String(masked)
    }
}
