//! The parts of a staff form: what was typed, the fields to show, and how one becomes the other.
//!
//! A staff form is data: a list of [`Field`]s drawn with the components of the frame, so that every
//! form has label, hint, error and what was typed in the same places. [`Typed`] reads what was sent
//! and collects every problem, each on its field.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_units::{Fen, digits};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shell::ui::{self, Markup};
use crate::shell::{Fields, Page};

/// The longest free text a staff form takes.
pub(crate) const MOST_WORDS: usize = 2_000;

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) hint: String,
}

impl Choice {
    pub(crate) fn new(value: &str, label: impl Into<String>) -> Self {
        Self {
            value: value.to_owned(),
            label: label.into(),
            hint: String::new(),
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One line.
    Line(ui::Kind),
    /// Several lines.
    Words,
    /// A date in three fields.
    Date,
    /// One of a few.
    Radios(Vec<Choice>),
    /// Any of a few.
    Checks(Vec<Choice>),
    /// One of many.
    Select(Vec<Choice>),
}

/// One field of a staff form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    pub(crate) values: Vec<String>,
}

impl Field {
    pub(crate) fn new(name: &str, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.into(),
            hint: String::new(),
            kind,
            optional: false,
            values: Vec::new(),
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Marks the field as one that may stay empty; its label says so.
    pub(crate) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// What stands there before anything was typed.
    pub(crate) fn preset(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    fn value(&self) -> String {
        self.values.first().cloned().unwrap_or_default()
    }

    /// A value as people read it: the label of a choice, the text itself otherwise.
    pub(crate) fn words_of(&self, value: &str) -> String {
        let (Kind::Radios(choices) | Kind::Checks(choices) | Kind::Select(choices)) = &self.kind
        else {
            return value.to_owned();
        };
        let chosen = choices.iter().find(|one| one.value == value);
        chosen.map_or_else(|| value.to_owned(), |one| one.label.clone())
    }

    fn choices(&self, choices: &[Choice]) -> Vec<ui::Choice> {
        let one = |choice: &Choice| ui::Choice {
            value: choice.value.clone(),
            text: choice.label.clone(),
            hint: choice.hint.clone(),
            chosen: self.values.contains(&choice.value),
        };
        choices.iter().map(one).collect()
    }

    /// The field as a part of `page`, with what the page says is wrong with it.
    pub(crate) fn draw(&self, page: &Page) -> Markup {
        let label = if self.optional {
            page.t1("desk-optional", "label", &self.label)
        } else {
            self.label.clone()
        };
        let (name, hint) = (self.name.clone(), self.hint.clone());
        let error = page.problem_of(&self.name).to_owned();
        match &self.kind {
            Kind::Line(kind) => Markup::of(&ui::Input {
                name,
                label,
                hint,
                error,
                value: self.value(),
                kind: *kind,
                width: match kind {
                    ui::Kind::Money => 10,
                    ui::Kind::Digits | ui::Kind::Phone | ui::Kind::IdNumber => 20,
                    _ => 30,
                },
                ..ui::Input::default()
            }),
            Kind::Words => Markup::of(&ui::Textarea {
                name,
                label,
                hint,
                error,
                value: self.value(),
                rows: 5,
                ..ui::Textarea::default()
            }),
            Kind::Date => Markup::of(&ui::DateInput {
                name,
                legend: label,
                hint,
                error,
                labels: ["desk-year", "desk-month", "desk-day"].map(|key| page.t(key)),
                values: parts(&self.value()),
                ..ui::DateInput::default()
            }),
            Kind::Radios(choices) => Markup::of(&ui::Radios {
                name,
                legend: label,
                hint,
                error,
                choices: self.choices(choices),
                ..ui::Radios::default()
            }),
            Kind::Checks(choices) => Markup::of(&ui::Checkboxes {
                name,
                legend: label,
                hint,
                error,
                choices: self.choices(choices),
                ..ui::Checkboxes::default()
            }),
            Kind::Select(choices) => {
                let mut choices = self.choices(choices);
                if !choices.iter().any(|one| one.chosen) {
                    // Nothing is chosen for anybody: the first one would be sent unseen.
                    choices.insert(0, ui::Choice::new("", page.t("desk-choose")));
                }
                Markup::of(&ui::Select {
                    name,
                    label,
                    hint,
                    error,
                    choices,
                })
            }
        }
    }
}

/// Year, month and day of a date as it stands or as it was typed.
fn parts(date: &str) -> [String; 3] {
    let mut parts = date
        .splitn(3, '-')
        .map(|part| part.trim_start_matches('0').to_owned());
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

/// The fields drawn, in order.
pub(crate) fn draw(page: &Page, fields: &[Field]) -> Vec<Markup> {
    fields.iter().map(|field| field.draw(page)).collect()
}

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

/// Fills `fields` with what was typed, but for passwords.
pub(crate) fn refill(fields: &mut [Field], typed: &Typed) {
    for field in fields {
        if field.kind == Kind::Line(ui::Kind::Password) {
            field.values.clear();
        } else if typed.has(&field.name) {
            field.values = typed.all(&field.name);
        } else if matches!(field.kind, Kind::Checks(_)) {
            field.values.clear();
        }
    }
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

    #[test]
    fn what_was_typed_comes_back_and_unticked_boxes_stay_unticked() {
        let boxes = Kind::Checks(vec![Choice::new("a", "A"), Choice::new("b", "B")]);
        let mut fields = [
            Field::new("words", "W", Kind::Words).preset("before"),
            Field::new("papers", "P", boxes).preset("a"),
        ];
        refill(&mut fields, &typed(&[("words", " <b>你好</b> ")]));
        assert_eq!(fields[0].value(), "<b>你好</b>");
        assert_eq!(parts("2026-09-01"), ["2026", "9", "1"]);
        assert!(fields[1].values.is_empty());
    }
}
