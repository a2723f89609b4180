//! 数据字典: which facts exist about a person or a household, of which type, who answers for them
//! and what shows them; and the code lists they are drawn from.
//!
//! The data is `catalogue/fields.toml` and `catalogue/codes/*.toml`. A form may ask only for what is
//! not known here; a value enters the register only through [`Dictionary::check`] (see `values.rs`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use super::values::{SYNTHETIC_PHONE, phone};
use crate::catalogue::Text;

/// The name of a fact: `person.name`, `household.members`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldId(Cow<'static, str>);

impl FieldId {
    /// The name of a fact that the code knows by heart.
    #[must_use]
    pub const fn known(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose fact it is, as the name says.
    #[must_use]
    pub fn entity(&self) -> Entity {
        if self.0.starts_with("household.") {
            Entity::Household
        } else {
            Entity::Person
        }
    }
}

impl From<&str> for FieldId {
    fn from(id: &str) -> Self {
        Self(Cow::Owned(id.to_owned()))
    }
}

impl std::borrow::Borrow<str> for FieldId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldId({})", self.0)
    }
}

/// Whose fact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A person's.
    Person,
    /// A household's.
    Household,
}

/// What a fact's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Words of at most 200 characters.
    Text,
    /// A person's name of at most 50 characters.
    Name,
    /// `yyyy-mm-dd`, not in the future.
    Date,
    /// A code of the field's list.
    Code,
    /// A telephone number.
    Phone,
    /// 公民身份号码, in plain capitals.
    IdentityNumber,
    /// An address of at most 200 characters.
    Address,
    /// A bank account: 8 to 30 digits.
    BankAccount,
    /// Whole fen, not below zero.
    Money,
    /// A whole number.
    Integer,
    /// The members of a household; made from household events, never typed in whole.
    Members,
}

/// One fact that can be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub id: FieldId,
    /// What people call it.
    pub names: Text,
    /// Whose fact it is.
    pub entity: Entity,
    /// What a value looks like.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The code list, for codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<String>,
    /// The unit, for money: `fen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The standard it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// Whether it is sealed under the person's key.
    pub personal: bool,
    /// Which office answers for it.
    pub office: String,
    /// What shows it.
    pub proof: Text,
}

/// An office that answers for facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Its key, as fields name it and as a fact's source.
    pub id: String,
    /// What people call it.
    pub names: Text,
}

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Its key.
    pub id: String,
    /// What people call it.
    pub names: Text,
    /// The standard it follows; none for a list of Linli's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// Whether it was not compared with the standard. Pages that use it say so.
    #[serde(default)]
    pub unverified: bool,
    /// What to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The codes, in order.
    #[serde(rename = "code")]
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub names: Text,
    /// The broader code it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Whether it was not compared with the standard.
    #[serde(default)]
    pub unverified: bool,
}

impl CodeList {
    /// The code with this value.
    #[must_use]
    pub fn code(&self, value: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.value == value)
    }
}

/// Why the dictionary's files do not fit together.
#[derive(Debug, Error)]
pub enum BadDictionary {
    /// A file is no TOML of the expected shape.
    #[error("{file}: {problem}")]
    Shape {
        /// Which file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A name is used twice, or refers to nothing.
    #[error("dictionary: {0}")]
    Reference(String),
}

/// 数据字典: the fields, the offices and the code lists.
#[derive(Debug, Clone)]
pub struct Dictionary {
    fields: BTreeMap<FieldId, Field>,
    offices: BTreeMap<String, Office>,
    lists: BTreeMap<String, CodeList>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    office: Vec<Office>,
    field: Vec<Field>,
}

macro_rules! code_files {
    ($($name:literal),* $(,)?) => {
        &[$((concat!($name, ".toml"), include_str!(concat!("../../../catalogue/codes/", $name, ".toml")))),*]
    };
}

/// The code lists that come with Linli: file name and content.
pub const CODE_FILES: &[(&str, &str)] = code_files![
    "child_category",
    "disability_grade",
    "disability_kind",
    "education",
    "employment",
    "ethnicity",
    "home_care_bonus",
    "housing",
    "hukou",
    "marital_status",
    "medical_share",
    "military_disability_cause",
    "military_honour",
    "relation",
    "relief_event",
    "schooling",
    "sex",
    "special_care",
    "yes_no",
];

impl Dictionary {
    /// The dictionary that comes with Linli.
    ///
    /// # Errors
    /// [`BadDictionary`] when the files do not fit together; a test keeps them fitting.
    pub fn built_in() -> Result<Self, BadDictionary> {
        Self::read(include_str!("../../../catalogue/fields.toml"), CODE_FILES)
    }

    /// Reads a dictionary from the text of its files.
    ///
    /// # Errors
    /// [`BadDictionary`] when a file has another shape, a name is used twice or refers to nothing.
    pub fn read(fields: &str, codes: &[(&str, &str)]) -> Result<Self, BadDictionary> {
        let file: File = parse("fields.toml", fields)?;
        let mut lists = BTreeMap::new();
        for (name, text) in codes {
            let list: CodeList = parse(name, text)?;
            insert_once(&mut lists, list.id.clone(), list)?;
        }
        let mut offices = BTreeMap::new();
        for office in file.office {
            insert_once(&mut offices, office.id.clone(), office)?;
        }
        let mut fields = BTreeMap::new();
        for field in file.field {
            check_references(&field, &offices, &lists)?;
            insert_once(&mut fields, field.id.clone(), field)?;
        }
        Ok(Self {
            fields,
            offices,
            lists,
        })
    }

    /// Every field, by name.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.values()
    }

    /// The field called `id`.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.get(id)
    }

    /// The office called `id`.
    #[must_use]
    pub fn office(&self, id: &str) -> Option<&Office> {
        self.offices.get(id)
    }

    /// Every office, by key.
    pub fn offices(&self) -> impl Iterator<Item = &Office> {
        self.offices.values()
    }

    /// Every code list, by key.
    pub fn lists(&self) -> impl Iterator<Item = &CodeList> {
        self.lists.values()
    }

    /// The code list called `id`.
    #[must_use]
    pub fn list(&self, id: &str) -> Option<&CodeList> {
        self.lists.get(id)
    }

    /// The code list of a field.
    #[must_use]
    pub fn codes_of(&self, field: &str) -> Option<&CodeList> {
        self.field(field)
            .and_then(|field| field.codes.as_deref())
            .and_then(|list| self.list(list))
    }

    /// What people call the code `value` of a field.
    #[must_use]
    pub fn code_name(&self, field: &str, value: &str) -> Option<&Text> {
        self.codes_of(field)
            .and_then(|list| list.code(value))
            .map(|code| &code.names)
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, BadDictionary> {
    toml::from_str(text).map_err(|problem| BadDictionary::Shape {
        file: file.to_owned(),
        problem: problem.to_string(),
    })
}

fn insert_once<K: Ord + fmt::Debug, V>(
    map: &mut BTreeMap<K, V>,
    key: K,
    value: V,
) -> Result<(), BadDictionary> {
    let name = format!("{key:?}");
    match map.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(BadDictionary::Reference(format!("{name} is there twice"))),
    }
}

fn check_references(
    field: &Field,
    offices: &BTreeMap<String, Office>,
    lists: &BTreeMap<String, CodeList>,
) -> Result<(), BadDictionary> {
    let bad = |what: &str| {
        let problem = format!("{}: {what}", field.id);
        Err(BadDictionary::Reference(problem))
    };
    if !offices.contains_key(&field.office) {
        return bad("its office is not listed");
    }
    if field.entity != field.id.entity() {
        return bad("its name and its entity differ");
    }
    if field.names.is_incomplete() || field.proof.is_incomplete() {
        return bad("a name lacks Chinese or English");
    }
    match (field.kind, &field.codes) {
        (FieldType::Code, Some(list)) if lists.contains_key(list) => Ok(()),
        (FieldType::Code, _) => bad("its code list is not there"),
        (_, Some(_)) => bad("only codes have a code list"),
        (FieldType::Money, None) if field.unit.as_deref() != Some("fen") => bad("money is in fen"),
        (_, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_fit_together() {
        let dictionary = Dictionary::built_in().unwrap();
        assert_eq!(dictionary.fields().count(), 58);
        assert_eq!(dictionary.lists().count(), CODE_FILES.len());
        assert_eq!(dictionary.list("ethnicity").unwrap().codes.len(), 58);
        let name = dictionary.code_name("person.sex", "2").unwrap();
        assert_eq!((name.zh.as_str(), name.en.as_str()), ("女", "Female"));
        for list in dictionary.lists() {
            let complete = list.codes.iter().all(|code| !code.names.is_incomplete());
            assert!(complete, "{}", list.id);
        }
    }
}
