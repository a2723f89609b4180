//! 填写: one answer, from what a person typed to the form in which it is kept.
//!
//! **Shape** of kept answers: text, date (`yyyy-mm-dd`), choice, phone, number and account as JSON
//! strings; money as whole fen; integer and boolean as themselves; household members as a list of
//! objects. **Reading** takes either the kept form or what a person typed (a string): money typed
//! is yuan, so that `"1200"` is ¥1,200.00 while the number `1200` is 1,200 fen. Full-width digits,
//! spaces and hyphens are accepted; every failed check has a code of its own.

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_units::{Fen, IdentityNumber, digits};
use serde_json::{Map, Number, Value};

use super::question::{Choice, Column, Kind, Limits, Question};
use crate::residents::fields::SYNTHETIC_PHONE;

/// The longest answer kept, whatever the file says: a bound against abuse, not a rule.
const MOST_CHARS: u32 = 2_000;
/// The most rows kept, whatever the file says.
const MOST_ROWS: u32 = 30;

/// What an answer must be: the part that a question and a column share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    kind: Kind,
    choices: &'a [Choice],
    columns: &'a [Column],
    limits: &'a Limits,
    today: Date,
}

impl<'a> Wanted<'a> {
    pub(super) fn question(question: &'a Question, today: Date) -> Self {
        Self {
            kind: question.kind,
            choices: &question.choices,
            columns: &question.columns,
            limits: &question.limits,
            today,
        }
    }

    fn column(column: &'a Column, today: Date) -> Self {
        Self {
            kind: column.kind,
            choices: &column.choices,
            columns: &[],
            limits: &column.limits,
            today,
        }
    }

    /// The kept form of `value`, or every reason why it is none, each on the field `at`.
    pub(super) fn read(self, value: &Value, at: &str) -> Result<Value, Vec<Refusal>> {
        let one = match self.kind {
            Kind::Members => return self.members(value, at),
            Kind::Text | Kind::Address => self.text(value, false),
            Kind::LongText => self.text(value, true),
            Kind::Date => self.date(value),
            Kind::Money => self.money(value),
            Kind::Integer => self.integer(value),
            Kind::Boolean => boolean(value),
            Kind::Choice => self.choice(value),
            Kind::Phone => phone(value),
            Kind::IdentityNumber => identity(value),
            Kind::BankAccount => account(value),
        };
        one.map_err(|refusal| vec![refusal.on(at)])
    }

    fn text(self, value: &Value, lines: bool) -> Result<Value, Refusal> {
        let text = typed(value)?.replace("\r\n", "\n");
        let text = text.trim();
        if text
            .chars()
            .any(|c| c.is_control() && !(lines && c == '\n'))
        {
            return Err(Refusal::new("catalogue.text-unprintable"));
        }
        let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let max = self.limits.max_chars.unwrap_or(MOST_CHARS).min(MOST_CHARS);
        let min = self.limits.min_chars.unwrap_or(0);
        if count > max {
            let refusal = Refusal::new("catalogue.text-too-long");
            return Err(refusal.with("max", max).with("count", count));
        }
        if count < min {
            let refusal = Refusal::new("catalogue.text-too-short");
            return Err(refusal.with("min", min).with("count", count));
        }
        Ok(Value::String(text.to_owned()))
    }

    fn date(self, value: &Value) -> Result<Value, Refusal> {
        let date = read_date(&typed(value)?)?;
        if self.limits.not_future == Some(true) && date > self.today {
            return Err(Refusal::new("catalogue.date-in-future"));
        }
        Ok(Value::String(date.to_string()))
    }

    fn money(self, value: &Value) -> Result<Value, Refusal> {
        let fen = match value {
            Value::Number(number) => whole(number, "catalogue.money-characters")?,
            _ => match Fen::parse_input(&typed(value)?) {
                Ok(fen) => fen.0,
                Err(bad) => return Err(Refusal::new(&format!("catalogue.money-{}", bad.code()))),
            },
        };
        self.within(fen, "catalogue.money", |fen| Fen(fen).to_string())
    }

    fn integer(self, value: &Value) -> Result<Value, Refusal> {
        let number = match value {
            Value::Number(number) => whole(number, "catalogue.number-characters")?,
            _ => match digits::compact(&typed(value)?).replace(',', "").parse() {
                Ok(number) => number,
                Err(_not_digits) => return Err(Refusal::new("catalogue.number-characters")),
            },
        };
        self.within(number, "catalogue.number", |number| number.to_string())
    }

    fn within(self, number: i64, code: &str, show: fn(i64) -> String) -> Result<Value, Refusal> {
        let min = self.limits.min.unwrap_or(0);
        if number < min {
            return Err(Refusal::new(&format!("{code}-too-small")).with("min", show(min)));
        }
        if let Some(max) = self.limits.max
            && number > max
        {
            return Err(Refusal::new(&format!("{code}-too-large")).with("max", show(max)));
        }
        Ok(Value::Number(number.into()))
    }

    fn choice(self, value: &Value) -> Result<Value, Refusal> {
        let typed = typed(value)?;
        let typed = typed.trim();
        let known = self.choices.iter().find(|choice| choice.value == typed);
        known
            .map(|choice| Value::String(choice.value.clone()))
            .ok_or_else(|| Refusal::new("catalogue.choice-unknown"))
    }

    fn members(self, value: &Value, at: &str) -> Result<Value, Vec<Refusal>> {
        let Value::Array(rows) = value else {
            return Err(vec![Refusal::new("catalogue.rows-shape").on(at)]);
        };
        let rows: Vec<&Value> = rows.iter().filter(|row| !is_blank(row)).collect();
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let max = self.limits.max_rows.unwrap_or(MOST_ROWS).min(MOST_ROWS);
        let min = self.limits.min_rows.unwrap_or(0);
        if count > max {
            return Err(vec![
                Refusal::new("catalogue.rows-too-many")
                    .on(at)
                    .with("max", max),
            ]);
        }
        if count < min {
            return Err(vec![
                Refusal::new("catalogue.rows-too-few")
                    .on(at)
                    .with("min", min),
            ]);
        }
        let mut kept = Vec::new();
        let mut refusals = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            match self.row(row, &format!("{at}.{index}")) {
                Ok(row) => kept.push(Value::Object(row)),
                Err(more) => refusals.extend(more),
            }
        }
        if refusals.is_empty() {
            Ok(Value::Array(kept))
        } else {
            Err(refusals)
        }
    }

    fn row(self, row: &Value, at: &str) -> Result<Map<String, Value>, Vec<Refusal>> {
        let Value::Object(cells) = row else {
            return Err(vec![Refusal::new("catalogue.rows-shape").on(at)]);
        };
        let mut kept = Map::new();
        let mut refusals = Vec::new();
        for column in self.columns {
            let at = format!("{at}.{}", column.id);
            match cells.get(&column.id).filter(|cell| !is_blank(cell)) {
                None if column.required => refusals.push(named(
                    Refusal::new("catalogue.cell-required").on(&at),
                    &column.label,
                )),
                None => {}
                Some(cell) => match Wanted::column(column, self.today).read(cell, &at) {
                    Ok(cell) => drop(kept.insert(column.id.clone(), cell)),
                    Err(more) => refusals.extend(more),
                },
            }
        }
        for unknown in cells
            .keys()
            .filter(|key| !self.columns.iter().any(|c| c.id == **key))
        {
            refusals.push(Refusal::new("catalogue.column-unknown").on(&format!("{at}.{unknown}")));
        }
        if refusals.is_empty() {
            Ok(kept)
        } else {
            Err(refusals)
        }
    }
}

/// The refusal with the name of what it is about, in both languages.
pub(super) fn named(refusal: Refusal, name: &super::text::Text) -> Refusal {
    refusal.with("name_zh", &name.zh).with("name_en", &name.en)
}

/// Whether nothing was answered: null, white space, an empty list, or a row of such.
#[must_use]
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.iter().all(is_blank),
        Value::Object(cells) => cells.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What a page's form sent for `question`, as one value: `id` alone, `id.year`, `id.month` and
/// `id.day` for a date in three boxes, `id.0.name` for the rows of a list. Nothing is checked.
#[must_use]
pub fn from_form(question: &Question, sent: &[(String, String)]) -> Value {
    let find = |key: &str| {
        sent.iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    };
    match question.kind {
        Kind::Members => rows_from_form(question, sent),
        Kind::Date => {
            let part = |name: &str| find(&format!("{}.{name}", question.id)).map(|v| v.trim());
            match (part("year"), part("month"), part("day")) {
                (Some(""), Some(""), Some("")) => Value::Null,
                (Some(year), Some(month), Some(day)) => {
                    Value::String(format!("{year}-{month}-{day}"))
                }
                _ => find(&question.id).map_or(Value::Null, |v| Value::String(v.clone())),
            }
        }
        _ => find(&question.id).map_or(Value::Null, |value| Value::String(value.clone())),
    }
}

fn rows_from_form(question: &Question, sent: &[(String, String)]) -> Value {
    let prefix = format!("{}.", question.id);
    let mut rows: std::collections::BTreeMap<u32, Map<String, Value>> = Default::default();
    for (name, value) in sent {
        let Some((row, column)) = name.strip_prefix(&prefix).and_then(|at| at.split_once('.'))
        else {
            continue;
        };
        if let Ok(row) = row.parse() {
            let cells = rows.entry(row).or_default();
            cells.insert(column.to_owned(), Value::String(value.clone()));
        }
    }
    let rows = rows.into_values().map(Value::Object);
    Value::Array(rows.filter(|row| !is_blank(row)).collect())
}

fn typed(value: &Value) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Refusal::new("catalogue.answer-shape")),
    }
}

fn whole(number: &Number, code: &str) -> Result<i64, Refusal> {
    number.as_i64().ok_or_else(|| Refusal::new(code))
}

/// Reads `2026-9-1`, `2026年9月1日`, `2026/09/01`, `2026.9.1` and `20260901`.
fn read_date(text: &str) -> Result<Date, Refusal> {
    let plain = digits::narrowed(text);
    let parts: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month, day) = match parts[..] {
        [one] if one.len() == 8 => (&one[..4], &one[4..6], &one[6..]),
        [year, month, day] if year.len() == 4 => (year, month, day),
        _ => return Err(Refusal::new("catalogue.date-unreadable")),
    };
    let odd = |c: char| !(c.is_ascii_digit() || " -/.年月日".contains(c));
    let numbers = (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>());
    let (Ok(year), Ok(month), Ok(day)) = numbers else {
        return Err(Refusal::new("catalogue.date-unreadable"));
    };
    if plain.chars().any(odd) {
        return Err(Refusal::new("catalogue.date-unreadable"));
    }
    match Date::new(year, month, day) {
        Ok(date) if year >= 1900 => Ok(date),
        _ => Err(Refusal::new("catalogue.date-no-such-day")),
    }
}

fn boolean(value: &Value) -> Result<Value, Refusal> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::String(text) if matches!(text.trim(), "yes" | "true" | "是") => Ok(true.into()),
        Value::String(text) if matches!(text.trim(), "no" | "false" | "否") => Ok(false.into()),
        _ => Err(Refusal::new("catalogue.yes-or-no")),
    }
}

/// A mobile number (11 digits), or a fixed one with its area code (0, 10 to 12 digits) or without
/// (7 or 8 digits). A leading +86 or 0086 is dropped. Synthetic people have mobile numbers with a
/// prefix that no subscriber has.
fn phone(value: &Value) -> Result<Value, Refusal> {
    let plain = digits::compact(&typed(value)?).replace(['(', ')'], "");
    let plain = plain
        .strip_prefix("+86")
        .or_else(|| plain.strip_prefix("0086"))
        .unwrap_or(&plain);
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::new("catalogue.phone-characters"));
    }
    let (fits, code) = match plain.as_bytes() {
        [b'0', b'1'..=b'9', ..] => (10..=12, "catalogue.phone-fixed-length"),
        [b'2'..=b'8', ..] if plain.len() < 10 => (7..=8, "catalogue.phone-fixed-length"),
        _ => (11..=11, "catalogue.phone-length"),
    };
    if !fits.contains(&plain.len()) {
        return Err(Refusal::new(code).with("count", plain.len()));
    }
    let mobile = plain.len() == 11 && !plain.starts_with('0');
    let known =
        plain.starts_with(SYNTHETIC_PHONE) || matches!(plain.as_bytes(), [b'1', b'3'..=b'9', ..]);
    if mobile && !known {
        return Err(Refusal::new("catalogue.phone-prefix"));
    }
    Ok(Value::String(plain.to_owned()))
}

fn identity(value: &Value) -> Result<Value, Refusal> {
    match IdentityNumber::parse(&typed(value)?) {
        Ok(number) => Ok(Value::String(number.as_str().to_owned())),
        Err(bad) => {
            Err(Refusal::new(&format!("catalogue.identity-{}", bad.code())).citing("GB 11643-1999"))
        }
    }
}

fn account(value: &Value) -> Result<Value, Refusal> {
    let plain = digits::compact(&typed(value)?);
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::new("catalogue.account-characters"));
    }
    if !(8..=30).contains(&plain.len()) {
        return Err(Refusal::new("catalogue.account-length").with("count", plain.len()));
    }
    Ok(Value::String(plain))
}
