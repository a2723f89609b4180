//! A staff form as typed: read field by field, with every problem kept on its field.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_units::{Fen, digits};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shell::Fields;

/// The longest free text a staff form takes.
pub(crate) const MOST_WORDS: usize = 2_000;

/// A form as typed: every value of every name, and the problems found while reading it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    values: BTreeMap<String, Vec<String>>,
    refusals: Vec<Refusal>,
}

impl Typed {
    /// Reads pairs, such as those of a form's body or an address's query.
    pub(crate) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        let dates: Vec<String> = values
            .keys()
            .filter_map(|name| name.strip_suffix("-year").map(str::to_owned))
            .collect();
        for name in dates {
            let part = |suffix: &str| {
                let all = values.get(&format!("{name}-{suffix}"));
                all.and_then(|all| all.first())
                    .map_or("", |one| one.trim())
                    .to_owned()
            };
            let typed = ["year", "month", "day"].map(part);
            let joined = typed.join("-");
            let whole = if joined == "--" {
                String::new()
            } else {
                joined
            };
            values.insert(name, vec![whole]);
        }
        Self {
            values,
            refusals: Vec::new(),
        }
    }

    /// What a form sent.
    pub(crate) fn of(fields: &Fields) -> Self {
        Self::from_pairs(
            fields
                .typed()
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        )
    }

    /// Whether anything of this name came.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The first value of `name`, without space around it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values
            .get(name)
            .and_then(|all| all.first())
            .map_or("", |one| one.trim())
    }

    /// Every value of `name` that is not blank.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let all = self.values.get(name).into_iter().flatten();
        all.map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect()
    }

    /// Name and value of everything typed.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let all = self.values.iter();
        all.flat_map(|(name, values)| values.iter().map(move |one| (name.clone(), one.clone())))
            .collect()
    }

    /// Notes a problem.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// A text that must be there; `code` is the refusal when it is not.
    pub(crate) fn words(&mut self, name: &str, code: &str) -> String {
        let words = self.some_words(name);
        if words.is_empty() {
            self.refuse(Refusal::new(code).on(name));
        }
        words
    }

    /// A text that may be empty.
    pub(crate) fn some_words(&mut self, name: &str) -> String {
        let words = self.get(name).replace("\r\n", "\n");
        let count = words.chars().count();
        if count > MOST_WORDS {
            let refusal = Refusal::new("desk.words-too-long").on(name);
            self.refuse(refusal.with("max", MOST_WORDS).with("count", count));
        }
        words
    }

    /// A date that must be there.
    pub(crate) fn date(&mut self, name: &str) -> Date {
        let date = self.some_date(name);
        if date.is_none() && self.get(name).is_empty() {
            self.refuse(Refusal::new("desk.date-required").on(name));
        }
        date.unwrap_or_default()
    }

    /// A date that may be missing.
    pub(crate) fn some_date(&mut self, name: &str) -> Option<Date> {
        let typed = self.get(name).to_owned();
        if typed.is_empty() {
            return None;
        }
        let date = read_date(&typed);
        if date.is_none() {
            self.refuse(Refusal::new("desk.date-unreadable").on(name));
        }
        date
    }

    /// Money in yuan, as typed.
    pub(crate) fn money(&mut self, name: &str) -> i64 {
        match Fen::parse_input(self.get(name)) {
            Ok(fen) => fen.0,
            Err(bad) => {
                let code = format!("catalogue.money-{}", bad.code());
                self.refuse(Refusal::new(&code).on(name));
                0
            }
        }
    }

    /// A whole number within `least..=most`.
    pub(crate) fn number(&mut self, name: &str, least: u16, most: u16) -> u16 {
        match digits::compact(self.get(name)).parse::<u16>() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                let refusal = Refusal::new("desk.number-outside").on(name);
                self.refuse(refusal.with("least", least).with("most", most));
                least
            }
        }
    }

    /// One of a closed set, by its code.
    pub(crate) fn choice<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let code = Value::String(self.get(name).to_owned());
        let chosen = serde_json::from_value(code).ok();
        if chosen.is_none() {
            self.refuse(Refusal::new("desk.choose-one").on(name));
        }
        chosen
    }

    /// One of `known`, by its code.
    pub(crate) fn one_of(&mut self, name: &str, known: &[String]) -> String {
        let code = self.get(name).to_owned();
        if !known.contains(&code) {
            self.refuse(Refusal::new("desk.choose-one").on(name));
        }
        code
    }

    /// Yes or no; a refusal when neither was chosen.
    pub(crate) fn yes(&mut self, name: &str) -> bool {
        match self.get(name) {
            "yes" => true,
            "no" => false,
            _ => {
                self.refuse(Refusal::new("desk.choose-one").on(name));
                false
            }
        }
    }

    /// The value read, or the problems noted.
    pub(crate) fn into_result<T>(self, value: Option<T>) -> Result<T, Vec<Refusal>> {
        match value {
            Some(value) if self.refusals.is_empty() => Ok(value),
            _ => Err(self.refusals),
        }
    }
}

/// A date as people type it: `2026-09-01`, `2026/9/1`, `2026年9月1日`, `20260901`.
pub(crate) fn read_date(typed: &str) -> Option<Date> {
    let plain = digits::narrowed(typed);
    let parts: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    let year: i16 = year.parse().ok()?;
    if !(1900..=2200).contains(&year) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let owned = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Typed::from_pairs(owned)
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = Date::constant(2026, 9, 1);
        for text in [
            "2026-09-01",
            "2026/9/1",
            "2026年9月1日",
            "20260901",
            "２０２６-9-1",
        ] {
            assert_eq!(read_date(text), Some(day), "{text}");
        }
        for text in [
            "",
            "1 Sept",
            "2026-13-01",
            "2026-02-30",
            "0026-01-01",
            "2026-09",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn every_problem_is_kept_with_its_field() {
        let mut form = typed(&[
            ("on-year", "2026"),
            ("on-month", "13"),
            ("on-day", "1"),
            ("amount", "12x"),
            ("people", "0"),
        ]);
        form.date("on");
        form.money("amount");
        form.number("people", 1, 9);
        form.words("words", "desk.words-required");
        let refusals = form.into_result(Some(())).unwrap_err();
        let fields: Vec<_> = refusals
            .iter()
            .filter_map(|one| one.field.as_deref())
            .collect();
        assert_eq!(fields, ["on", "amount", "people", "words"]);
    }
}
