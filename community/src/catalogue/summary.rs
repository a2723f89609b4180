//! 核对: the check-answers page, in groups, with each answer in words.

use jiff::civil::Date;
use linli_units::Fen;
use serde_json::Value;

use super::form::{Answered, Answers, Form, Origin};
use super::question::{Choice, Column, Group, Kind, Question};
use super::text::Text;

/// A part of the check-answers page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryGroup<'a> {
    /// Which part.
    pub group: &'a Group,
    /// Its lines.
    pub rows: Vec<SummaryRow<'a>>,
}

/// A line of the check-answers page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow<'a> {
    /// The question.
    pub question: &'a Question,
    /// What stands; none when it was left empty.
    pub answered: Option<Answered>,
    /// What stands, in words.
    pub shown: Text,
    /// What the register has instead, in words, when the applicant says otherwise.
    pub register_has: Option<Text>,
}

/// The check-answers page of `form`: every visible question, in the groups of the file.
#[must_use]
pub fn summary<'a>(form: &Form<'a>, answers: &Answers) -> Vec<SummaryGroup<'a>> {
    let visible = form.visible(answers);
    let groups = form.service().form.groups.iter();
    groups
        .map(|group| SummaryGroup {
            group,
            rows: visible
                .iter()
                .filter(|question| question.group == group.id)
                .map(|question| row(form, question, answers))
                .collect(),
        })
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn row<'a>(form: &Form<'a>, question: &'a Question, answers: &Answers) -> SummaryRow<'a> {
    let answered = form.standing(question, answers);
    let shown = answered.as_ref().map(|one| show(question, &one.value));
    let changed = answered
        .as_ref()
        .is_some_and(|one| one.origin == Origin::Applicant);
    let register_has = form
        .known(question)
        .filter(|_| changed)
        .map(|known| show(question, &known.value));
    SummaryRow {
        question,
        shown: shown.unwrap_or_else(|| Text::new("未填写", "Not given")),
        answered,
        register_has,
    }
}

/// A kept answer in words: ¥1,200.00, 2026年9月1日, the names of choices; a line a member.
#[must_use]
pub fn show(question: &Question, value: &Value) -> Text {
    match (question.kind, value) {
        (Kind::Members, Value::Array(rows)) => members(&question.columns, rows),
        _ => cell(question.kind, &question.choices, value),
    }
}

fn members(columns: &[Column], rows: &[Value]) -> Text {
    if rows.is_empty() {
        return Text::new("无", "None");
    }
    let line = |row: &Value, zh: bool| {
        let shown = columns.iter().filter_map(|column| {
            let text = cell(column.kind, &column.choices, row.get(&column.id)?);
            Some(if zh { text.zh } else { text.en })
        });
        let gap = if zh { "，" } else { ", " };
        shown.collect::<Vec<_>>().join(gap)
    };
    let lines = |zh| {
        rows.iter()
            .map(|row| line(row, zh))
            .collect::<Vec<_>>()
            .join("\n")
    };
    Text {
        zh: lines(true),
        en: lines(false),
    }
}

fn cell(kind: Kind, choices: &[Choice], value: &Value) -> Text {
    match (kind, value) {
        (_, Value::Null) => Text::new("未填写", "Not given"),
        (Kind::Money, Value::Number(fen)) => same(&Fen(fen.as_i64().unwrap_or(0)).to_string()),
        (Kind::Boolean, Value::Bool(true)) => Text::new("是", "Yes"),
        (Kind::Boolean, Value::Bool(false)) => Text::new("否", "No"),
        (Kind::Choice, Value::String(code)) => choices
            .iter()
            .find(|choice| choice.value == *code)
            .map_or_else(|| same(code), |choice| choice.names.clone()),
        (Kind::Date, Value::String(date)) => date.parse().map_or_else(|_| same(date), day),
        (_, Value::String(text)) => same(text),
        (_, other) => same(&other.to_string()),
    }
}

/// A date in words.
#[must_use]
pub fn day(date: Date) -> Text {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, day) = (date.year(), date.month(), date.day());
    let index = usize::try_from(month - 1).unwrap_or(0);
    let name = MONTHS.get(index).copied().unwrap_or_default();
    Text {
        zh: format!("{year}年{month}月{day}日"),
        en: format!("{day} {name} {year}"),
    }
}

fn same(text: &str) -> Text {
    Text::new(text, text)
}
