//! The fields of a staff form. A form is data: a list of [`Field`]s drawn with the components of the
//! frame, so that every form has label, hint, error and what was typed in the same places.

use super::typed::Typed;
use crate::shell::Page;
use crate::shell::ui::{self, Markup};

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
        match &self.kind {
            Kind::Line(_) | Kind::Words | Kind::Date => self.draw_open(page),
            Kind::Radios(choices) | Kind::Checks(choices) | Kind::Select(choices) => {
                self.draw_choices(page, choices)
            }
        }
    }

    fn labelled(&self, page: &Page) -> String {
        if self.optional {
            page.t1("desk-optional", "label", &self.label)
        } else {
            self.label.clone()
        }
    }

    /// A field that takes what one types.
    fn draw_open(&self, page: &Page) -> Markup {
        let (name, label, hint) = (self.name.clone(), self.labelled(page), self.hint.clone());
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
            Kind::Date => Markup::of(&ui::DateInput {
                name,
                legend: label,
                hint,
                error,
                labels: ["desk-year", "desk-month", "desk-day"].map(|key| page.t(key)),
                values: parts(&self.value()),
                ..ui::DateInput::default()
            }),
            _ => Markup::of(&ui::Textarea {
                name,
                label,
                hint,
                error,
                value: self.value(),
                rows: 5,
                ..ui::Textarea::default()
            }),
        }
    }

    /// A field of which one picks.
    fn draw_choices(&self, page: &Page, choices: &[Choice]) -> Markup {
        let (name, label, hint) = (self.name.clone(), self.labelled(page), self.hint.clone());
        let error = page.problem_of(&self.name).to_owned();
        let mut choices = self.choices(choices);
        match &self.kind {
            Kind::Radios(_) => Markup::of(&ui::Radios {
                name,
                legend: label,
                hint,
                error,
                choices,
                ..ui::Radios::default()
            }),
            Kind::Checks(_) => Markup::of(&ui::Checkboxes {
                name,
                legend: label,
                hint,
                error,
                choices,
                ..ui::Checkboxes::default()
            }),
            _ => {
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
