//! How a question is drawn: its label as the page's heading, hint, reason, what the register holds,
//! what is wrong, and the input that fits its kind.

use askama::Template;
use linli_community::catalogue::{Answered, Choice, Kind, Origin, Question, show};

use super::forms::row_count;
use crate::catalogue::views::say;
use crate::shell::Page;
use crate::shell::ui::{self, DateInput, Input, Markup, Radios, Select, Textarea};

/// One input to draw.
struct Spec<'a> {
    name: String,
    kind: Kind,
    choices: &'a [Choice],
    label: String,
    heading: bool,
    hint: String,
    why: String,
    source: String,
    autocomplete: &'static str,
}

/// One row of a list of household members.
pub(super) struct RowView {
    pub(super) at: usize,
    pub(super) legend: String,
    pub(super) cells: Vec<Markup>,
}

#[derive(Template)]
#[template(path = "apply/templates/rows.html")]
struct Rows<'a> {
    page: &'a Page,
    id: &'a str,
    heading: bool,
    legend: String,
    hint: String,
    why: String,
    source: String,
    error: &'a str,
    rows: Vec<RowView>,
    can_add: bool,
}

/// Draws `question` with what the inputs hold (`sent`), as the page's heading or as one of several.
/// `known` is what the register holds; `rows` asks for at least so many rows of a list.
pub(crate) fn draw_question(
    page: &Page,
    question: &Question,
    sent: &[(String, String)],
    known: Option<&Answered>,
    (heading, rows): (bool, usize),
) -> Markup {
    let mut label = say(page, &question.label);
    if !question.required {
        label.push_str(&page.t("apply-optional"));
    }
    let hint = question
        .hint
        .as_ref()
        .map(|hint| say(page, hint))
        .unwrap_or_default();
    let why = page.ta("apply-why", &[("text", &say(page, &question.why))]);
    let source = known
        .map(|known| held_note(page, question, known))
        .unwrap_or_default();
    if question.kind == Kind::Members {
        return draw_rows(
            page,
            question,
            sent,
            rows,
            (label, hint, why, source, heading),
        );
    }
    let spec = Spec {
        name: question.id.clone(),
        kind: question.kind,
        choices: &question.choices,
        label,
        heading,
        hint,
        why,
        source,
        autocomplete: autocomplete(question),
    };
    draw(page, spec, sent)
}

/// What the register holds, with source and date, asking to check it.
fn held_note(page: &Page, question: &Question, known: &Answered) -> String {
    let value = say(page, &show(question, &known.value)).replace('\n', page.pick("；", "; "));
    let Origin::Register { source, as_of } = &known.origin else {
        return String::new();
    };
    match as_of {
        Some(day) => page.ta(
            "apply-held-from",
            &[
                ("value", &value),
                ("source", source),
                ("day", &page.date(*day)),
            ],
        ),
        None => page.ta(
            "apply-held-from-undated",
            &[("value", &value), ("source", source)],
        ),
    }
}

fn autocomplete(question: &Question) -> &'static str {
    match (question.field.as_deref(), question.kind) {
        (Some("person.phone"), _) => "tel",
        (Some("person.name"), _) => "name",
        (Some("person.address" | "household.address"), _) => "street-address",
        _ => "off",
    }
}

fn value<'a>(sent: &'a [(String, String)], name: &str) -> &'a str {
    sent.iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.as_str())
}

fn draw(page: &Page, spec: Spec<'_>, sent: &[(String, String)]) -> Markup {
    let error = page.problem_of(&spec.name).to_owned();
    let typed = value(sent, &spec.name).to_owned();
    match spec.kind {
        Kind::LongText => Markup::of(&Textarea {
            hint: joined(page, &spec.hint, &spec.source),
            name: spec.name,
            label: spec.label,
            heading: spec.heading,
            why: spec.why,
            value: typed,
            error,
            rows: 5,
        }),
        Kind::Date => Markup::of(&date_input(page, spec, sent, error)),
        Kind::Boolean => {
            let choices = vec![
                ui::Choice::new("yes", page.t("apply-yes")).chosen_if(&typed),
                ui::Choice::new("no", page.t("apply-no")).chosen_if(&typed),
            ];
            Markup::of(&radios(page, spec, choices, error))
        }
        Kind::Choice => {
            let choices = spec.choices.iter().map(|choice| {
                let hint = choice.hint.as_ref().map(|hint| say(page, hint));
                ui::Choice::new(choice.value.as_str(), say(page, &choice.names))
                    .hinting(hint.unwrap_or_default())
                    .chosen_if(&typed)
            });
            let choices = choices.collect();
            Markup::of(&radios(page, spec, choices, error))
        }
        kind => Markup::of(&Input {
            name: spec.name,
            label: spec.label,
            heading: spec.heading,
            hint: if kind == Kind::Money {
                joined(page, &spec.hint, &page.t("apply-money-hint"))
            } else {
                spec.hint
            },
            why: spec.why,
            source: spec.source,
            value: typed,
            error,
            kind: keyboard(kind),
            autocomplete: spec.autocomplete,
            width: width(kind),
        }),
    }
}

fn date_input(page: &Page, spec: Spec<'_>, sent: &[(String, String)], error: String) -> DateInput {
    let part = |part: &str| value(sent, &format!("{}.{part}", spec.name)).to_owned();
    let hint = joined(page, &spec.hint, &page.t("apply-date-hint"));
    DateInput {
        labels: ["apply-year", "apply-month", "apply-day"].map(|key| page.t(key)),
        values: ["year", "month", "day"].map(part),
        hint: joined(page, &hint, &spec.source),
        name: spec.name,
        legend: spec.label,
        heading: spec.heading,
        why: spec.why,
        error,
    }
}

fn radios(page: &Page, spec: Spec<'_>, choices: Vec<ui::Choice>, error: String) -> Radios {
    Radios {
        hint: joined(page, &spec.hint, &spec.source),
        name: spec.name,
        legend: spec.label,
        heading: spec.heading,
        why: spec.why,
        error,
        choices,
    }
}

/// Two sentences, one after the other.
fn joined(page: &Page, one: &str, two: &str) -> String {
    let gap = if one.is_empty() || two.is_empty() {
        ""
    } else {
        page.pick("", " ")
    };
    format!("{one}{gap}{two}")
}

fn keyboard(kind: Kind) -> ui::Kind {
    match kind {
        Kind::Money => ui::Kind::Money,
        Kind::Integer | Kind::BankAccount => ui::Kind::Digits,
        Kind::Phone => ui::Kind::Phone,
        Kind::IdentityNumber => ui::Kind::IdNumber,
        _ => ui::Kind::Text,
    }
}

fn width(kind: Kind) -> u8 {
    match kind {
        Kind::Money | Kind::Integer => 10,
        Kind::Phone | Kind::IdentityNumber => 20,
        Kind::BankAccount => 30,
        _ => 0,
    }
}

type Words = (String, String, String, String, bool);

fn draw_rows(
    page: &Page,
    question: &Question,
    sent: &[(String, String)],
    rows: usize,
    (legend, hint, why, source, heading): Words,
) -> Markup {
    let most = question.limits.max_rows.map_or(30, |most| most as usize);
    let count = row_count(&question.id, sent)
        .max(rows)
        .clamp(1, most.max(1));
    let row = |at: usize| RowView {
        at,
        legend: page.t1("apply-member", "n", at + 1),
        cells: question
            .columns
            .iter()
            .map(|column| cell(page, question, column, at, sent))
            .collect(),
    };
    Markup::of(&Rows {
        page,
        id: &question.id,
        heading,
        legend,
        hint: if question.limits.min_rows.unwrap_or(0) == 0 {
            joined(page, &hint, &page.t("apply-members-none"))
        } else {
            hint
        },
        why,
        source,
        error: page.problem_of(&question.id),
        rows: (0..count).map(row).collect(),
        can_add: count < most,
    })
}

fn cell(
    page: &Page,
    question: &Question,
    column: &linli_community::catalogue::Column,
    at: usize,
    sent: &[(String, String)],
) -> Markup {
    let name = format!("{}.{at}.{}", question.id, column.id);
    let mut label = say(page, &column.label);
    if !column.required {
        label.push_str(&page.t("apply-optional"));
    }
    if column.kind == Kind::Choice {
        let typed = value(sent, &name).to_owned();
        let first = ui::Choice::new("", page.t("apply-choose"));
        let choices = column.choices.iter().map(|choice| {
            ui::Choice::new(choice.value.as_str(), say(page, &choice.names)).chosen_if(&typed)
        });
        return Markup::of(&Select {
            error: page.problem_of(&name).to_owned(),
            label,
            hint: String::new(),
            choices: std::iter::once(first).chain(choices).collect(),
            name,
        });
    }
    let spec = Spec {
        name,
        kind: column.kind,
        choices: &column.choices,
        label,
        heading: false,
        hint: String::new(),
        why: String::new(),
        source: String::new(),
        autocomplete: "off",
    };
    draw(page, spec, sent)
}
