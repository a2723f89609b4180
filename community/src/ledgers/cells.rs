//! A cell as the value of a fact: read, never guessed.

use jiff::civil::Date;
use linli_interop::sheet::{Cell, number_text};
use linli_kernel::Refusal;
use linli_units::digits::{compact, narrowed};
use serde_json::Value;

use super::dates::date_of;
use super::words::Words;
use crate::residents::{Dictionary, Field, FieldType};

/// What cells are read with.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Which facts there are.
    pub dictionary: &'a Dictionary,
    /// What ledgers call things.
    pub words: &'a Words,
    /// Whether serial numbers count from 1904.
    pub from_1904: bool,
    /// The day: no date is after it.
    pub today: Date,
}

/// From here on a number of a spreadsheet has lost digits: it keeps fifteen.
const EXACT: f64 = 1e15;

impl Reading<'_> {
    /// The value of `field` in `cell`; `None` when there is nothing in it.
    ///
    /// # Errors
    /// A [`Refusal`] on the field: `ledgers.number-lost-digits`, `ledgers.cell-error`, those of
    /// [`BadDate`](super::dates::BadDate), or of [`Dictionary::check`].
    pub fn value(&self, field: &Field, cell: &Cell) -> Result<Option<Value>, Refusal> {
        let no = |code: &str| Refusal::new(code).on(field.id.as_str());
        let text = match cell {
            Cell::Error(_) => return Err(no("ledgers.cell-error")),
            cell => cell.shown(),
        };
        if text.is_empty() || (says_nothing(&text) && self.coded(field, &text).is_none()) {
            return Ok(None);
        }
        let value: Value = match field.kind {
            FieldType::Date => {
                let day = date_of(cell, self.from_1904);
                day.map_err(|bad| no(bad.code()))?.to_string().into()
            }
            FieldType::IdentityNumber | FieldType::BankAccount => exact(cell)
                .map_err(|()| no("ledgers.number-lost-digits"))?
                .into(),
            FieldType::Code => match self.coded(field, &text) {
                Some(code) => code.into(),
                None => {
                    let list = self.dictionary.codes_of(field.id.as_str());
                    let choices =
                        list.map(|list| first_names(list.codes.iter().map(|one| &*one.names.zh)));
                    let refusal = no("ledgers.not-in-list");
                    return Err(refusal.with("choices", choices.unwrap_or_default()));
                }
            },
            FieldType::Integer => match text.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => return Err(no("residents.wrong-type")),
            },
            FieldType::Money => narrowed(&text).trim_end_matches('元').trim().into(),
            FieldType::Name => name(&text).into(),
            _ => one_line(&text).into(),
        };
        let checked = self.dictionary.check(field.id.as_str(), &value, self.today);
        checked.map(Some)
    }

    fn coded(&self, field: &Field, text: &str) -> Option<&str> {
        self.words.code(field.codes.as_deref()?, text)
    }

    /// 与户主关系 in a cell.
    ///
    /// # Errors
    /// `ledgers.not-in-list`.
    pub fn relation(&self, cell: &Cell) -> Result<Option<String>, Refusal> {
        let text = cell.shown();
        if text.is_empty() || says_nothing(&text) {
            return Ok(None);
        }
        match self.words.code("relation", &text) {
            Some(code) => Ok(Some(code.to_owned())),
            None => {
                let list = self.dictionary.list("relation");
                let choices =
                    list.map(|list| first_names(list.codes.iter().map(|one| &*one.names.zh)));
                let refusal = Refusal::new("ledgers.not-in-list").on("relation");
                Err(refusal.with("choices", choices.unwrap_or_default()))
            }
        }
    }
}

fn first_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.take(8).collect();
    names.join("、")
}

/// Whether people write this where they have nothing to write.
fn says_nothing(text: &str) -> bool {
    const NOTHING: [&str; 14] = [
        "无", "/", "-", "—", "--", "——", "不详", "未知", "暂无", "n/a", "na", "空", "\\", "待补",
    ];
    let text = text.trim().to_lowercase();
    NOTHING.contains(&text.as_str())
}

/// A number of many digits as it was typed; what a spreadsheet turned into a number of more than
/// fifteen digits lost the others, and nobody knows them.
fn exact(cell: &Cell) -> Result<String, ()> {
    let text = match cell {
        Cell::Number(number) if *number >= EXACT => return Err(()),
        Cell::Number(number) => number_text(*number),
        cell => compact(&cell.shown()),
    };
    // 3.10117E+17 as text: the number went through a spreadsheet on its way into the file.
    let scientific = text.contains("E+") || (text.contains('.') && text.contains('E'));
    if scientific { Err(()) } else { Ok(text) }
}

/// A name: no space between Chinese characters, one between other words.
fn name(text: &str) -> String {
    let text = one_line(text);
    if text.is_ascii() {
        text
    } else {
        text.replace(' ', "")
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
