//! 数据字典: which facts exist about a person or a household, of which type, who answers for them
//! and what shows them; and the code lists they are drawn from.
//!
//! The data is `catalogue/fields.toml` and `catalogue/codes/*.toml`. A form may ask only for what is
//! not known here; a value enters the register only through [`Dictionary::check`].

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_units::digits::{compact, narrowed};
use linli_units::{Fen, IdentityNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::catalogue::Text;

/// The name of a fact: `person.name`, `household.members`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldId(String);

impl FieldId {
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
        Self(id.to_owned())
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
    "disability_grade",
    "disability_kind",
    "education",
    "employment",
    "ethnicity",
    "housing",
    "hukou",
    "marital_status",
    "relation",
    "sex",
    "special_care",
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

    /// The value of `field` as it is kept, or why it cannot be. `today` bounds dates.
    ///
    /// # Errors
    /// A [`Refusal`] on the field: `residents.unknown-field`, `residents.wrong-type`,
    /// `residents.too-long`, `residents.not-in-list`, `residents.date-wrong`,
    /// `residents.date-in-future`, `residents.phone-wrong`, `residents.account-wrong`,
    /// `residents.amount-wrong`, or `residents.id-number-…` with the failed check.
    pub fn check(&self, field: &str, value: &Value, today: Date) -> Result<Value, Refusal> {
        let Some(found) = self.field(field) else {
            return Err(Refusal::new("residents.unknown-field").with("field", field));
        };
        self.checked(found, value, today)
            .map_err(|code| Refusal::new(&code).on(field))
    }

    fn checked(&self, field: &Field, value: &Value, today: Date) -> Result<Value, String> {
        let wrong_type = || "residents.wrong-type".to_owned();
        match field.kind {
            FieldType::Money => money(value),
            FieldType::Integer => value.as_i64().map(Value::from).ok_or_else(wrong_type),
            FieldType::Members => Err(wrong_type()),
            _ => {
                let text = value.as_str().ok_or_else(wrong_type)?;
                self.checked_text(field, text, today).map(Value::from)
            }
        }
    }

    fn checked_text(&self, field: &Field, text: &str, today: Date) -> Result<String, String> {
        let list = field.codes.as_deref().and_then(|list| self.list(list));
        match field.kind {
            FieldType::Name => words(text, 50),
            FieldType::Date => past_date(text, today),
            FieldType::Phone => phone(text),
            FieldType::IdentityNumber => match IdentityNumber::parse(text) {
                Ok(number) => Ok(number.as_str().to_owned()),
                Err(failed) => Err(format!("residents.id-number-{}", failed.code())),
            },
            FieldType::BankAccount => account(text),
            FieldType::Code => match list.and_then(|list| list.code(text)) {
                Some(code) => Ok(code.value.clone()),
                None => Err("residents.not-in-list".to_owned()),
            },
            _ => words(text, 200),
        }
    }
}

/// Prefix of the telephone numbers of synthetic people: no subscriber's number begins so.
pub const SYNTHETIC_PHONE: &str = "109";

/// A telephone number in plain digits: mobile, or fixed with or without its area code.
///
/// # Errors
/// `residents.phone-wrong` when it is none.
pub fn phone(text: &str) -> Result<String, String> {
    let digits = compact(text);
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let digits: String = digits.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits.len() == 11
        && (digits.starts_with(SYNTHETIC_PHONE)
            || (digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))));
    let fixed = (digits.starts_with('0') && (10..=12).contains(&digits.len()))
        || (matches!(digits.as_bytes().first(), Some(b'2'..=b'8'))
            && (7..=8).contains(&digits.len()));
    if plain && (mobile || fixed) {
        Ok(digits)
    } else {
        Err("residents.phone-wrong".to_owned())
    }
}

fn words(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("residents.wrong-type".to_owned());
    }
    if text.chars().count() > most {
        return Err("residents.too-long".to_owned());
    }
    Ok(text.to_owned())
}

fn past_date(text: &str, today: Date) -> Result<String, String> {
    match narrowed(text).trim().parse::<Date>() {
        Ok(date) if date > today => Err("residents.date-in-future".to_owned()),
        Ok(date) if date.year() >= 1_850 => Ok(date.to_string()),
        _ => Err("residents.date-wrong".to_owned()),
    }
}

fn account(text: &str) -> Result<String, String> {
    let digits = compact(text);
    if (8..=30).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err("residents.account-wrong".to_owned())
    }
}

fn money(value: &Value) -> Result<Value, String> {
    let amount = match value {
        Value::Number(number) => number.as_i64().map(Fen),
        Value::String(text) => Fen::parse_input(text).ok(),
        _ => None,
    };
    match amount {
        Some(Fen(fen)) if fen >= 0 => Ok(Value::from(fen)),
        _ => Err("residents.amount-wrong".to_owned()),
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
    use jiff::civil::date;
    use serde_json::json;

    fn check(field: &str, value: &Value) -> Result<Value, String> {
        let dictionary = Dictionary::built_in().unwrap();
        dictionary
            .check(field, value, date(2026, 11, 23))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn the_built_in_files_fit_together() {
        let dictionary = Dictionary::built_in().unwrap();
        assert_eq!(dictionary.fields().count(), 21);
        assert_eq!(dictionary.lists().count(), CODE_FILES.len());
        assert_eq!(dictionary.list("ethnicity").unwrap().codes.len(), 58);
        let name = dictionary.code_name("person.sex", "2").unwrap();
        assert_eq!((name.zh.as_str(), name.en.as_str()), ("女", "Female"));
        for list in dictionary.lists() {
            let complete = list.codes.iter().all(|code| !code.names.is_incomplete());
            assert!(complete, "{}", list.id);
        }
    }

    #[test]
    fn values_are_kept_in_one_form() {
        for (field, typed, kept) in [
            (
                "person.id_number",
                json!("110105 19491231 002x"),
                json!("11010519491231002X"),
            ),
            (
                "person.phone",
                json!("１３８ 0000-0001"),
                json!("13800000001"),
            ),
            (
                "person.phone",
                json!("(021) 5772 0000"),
                json!("02157720000"),
            ),
            (
                "person.monthly_income_fen",
                json!("1,200.5"),
                json!(120_050),
            ),
            (
                "person.birth_date",
                json!("1949-12-31"),
                json!("1949-12-31"),
            ),
            ("person.sex", json!("1"), json!("1")),
            (
                "person.name",
                json!(" 阿依古丽·买买提 "),
                json!("阿依古丽·买买提"),
            ),
        ] {
            assert_eq!(check(field, &typed), Ok(kept), "{field}");
        }
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        for (field, typed, why) in [
            ("person.shoe_size", json!(1), "residents.unknown-field"),
            (
                "person.id_number",
                json!("110105194912310021"),
                "residents.id-number-check-digit",
            ),
            ("person.phone", json!("12345"), "residents.phone-wrong"),
            (
                "person.birth_date",
                json!("2026-11-24"),
                "residents.date-in-future",
            ),
            (
                "person.birth_date",
                json!("1949-02-30"),
                "residents.date-wrong",
            ),
            ("person.sex", json!("3"), "residents.not-in-list"),
            ("person.name", json!(""), "residents.wrong-type"),
            ("person.name", json!("甲".repeat(51)), "residents.too-long"),
            (
                "person.monthly_income_fen",
                json!(-1),
                "residents.amount-wrong",
            ),
            (
                "person.monthly_income_fen",
                json!(1.5),
                "residents.amount-wrong",
            ),
            ("household.members", json!([]), "residents.wrong-type"),
        ] {
            assert_eq!(check(field, &typed), Err(why.to_owned()), "{field}");
        }
    }
}
