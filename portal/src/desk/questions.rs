//! A service's questions as fields of a staff form: all on one page, filled in with what stands.

use linli_community::catalogue::question::{Choice as Option_, Column, Kind as Wanted, Question};
use linli_community::catalogue::{Text, from_form};
use linli_units::Fen;
use serde_json::Value;

use super::fields::{Choice, Field, Kind};
use super::typed::Typed;
use crate::shell::Page;
use crate::shell::ui;

/// Rows offered for a list beyond those already filled in.
const SPARE_ROWS: usize = 2;

/// The fields of `question`, holding `standing` until something else is typed. A list of household
/// members has a field for each cell, named `question.row.column`.
pub(crate) fn fields(page: &Page, question: &Question, standing: Option<&Value>) -> Vec<Field> {
    if question.kind == Wanted::Members {
        return rows(page, question, standing);
    }
    let mut field = Field::new(
        &question.id,
        pick(page, &question.label),
        kind(page, question.kind, &question.choices),
    );
    if let Some(hint) = &question.hint {
        field = field.hint(pick(page, hint));
    }
    field.optional = !question.required;
    if let Some(text) = standing.and_then(|value| typed_form(question.kind, value)) {
        field = field.preset(text);
    }
    vec![field]
}

/// What was typed for `question`, as the catalogue reads it.
pub(crate) fn typed(question: &Question, typed: &Typed) -> Value {
    from_form(question, &typed.pairs())
}

fn rows(page: &Page, question: &Question, standing: Option<&Value>) -> Vec<Field> {
    let empty = Vec::new();
    let rows = standing.and_then(Value::as_array).unwrap_or(&empty);
    let most = question.limits.max_rows.unwrap_or(12) as usize;
    let count = (rows.len() + SPARE_ROWS).min(most.max(rows.len()));
    let title = pick(page, &question.short);
    let cell = |row: usize, column: &Column| {
        let name = format!("{}.{row}.{}", question.id, column.id);
        let label = format!("{title} {}: {}", row + 1, pick(page, &column.label));
        let mut field = Field::new(&name, label, kind(page, column.kind, &column.choices));
        field.optional = !column.required || row >= rows.len();
        let value = rows.get(row).and_then(|cells| cells.get(&column.id));
        if let Some(text) = value.and_then(|value| typed_form(column.kind, value)) {
            field = field.preset(text);
        }
        field
    };
    (0..count)
        .flat_map(|row| question.columns.iter().map(move |column| (row, column)))
        .map(|(row, column)| cell(row, column))
        .collect()
}

fn kind(page: &Page, wanted: Wanted, choices: &[Option_]) -> Kind {
    match wanted {
        Wanted::LongText => Kind::Words,
        Wanted::Date => Kind::Date,
        Wanted::Money => Kind::Line(ui::Kind::Money),
        Wanted::Integer | Wanted::BankAccount => Kind::Line(ui::Kind::Digits),
        Wanted::Phone => Kind::Line(ui::Kind::Phone),
        Wanted::Boolean => Kind::Radios(vec![
            Choice::new("yes", page.t("desk-yes")),
            Choice::new("no", page.t("desk-no")),
        ]),
        Wanted::Choice if choices.len() > 6 => Kind::Select(options(page, choices)),
        Wanted::Choice => Kind::Radios(options(page, choices)),
        Wanted::IdentityNumber => Kind::Line(ui::Kind::IdNumber),
        Wanted::Text | Wanted::Address | Wanted::Members => Kind::Line(ui::Kind::Text),
    }
}

fn options(page: &Page, choices: &[Option_]) -> Vec<Choice> {
    choices
        .iter()
        .map(|one| {
            let hint = one.hint.as_ref().map(|hint| pick(page, hint));
            Choice::new(&one.value, pick(page, &one.names)).hint(hint.unwrap_or_default())
        })
        .collect()
}

/// A kept answer as a person would type it: money in yuan, yes and no as the buttons say it.
fn typed_form(kind: Wanted, value: &Value) -> Option<String> {
    match (kind, value) {
        (_, Value::Null) => None,
        (Wanted::Money, Value::Number(fen)) => fen.as_i64().map(|fen| Fen(fen).plain()),
        (_, Value::Bool(true)) => Some("yes".to_owned()),
        (_, Value::Bool(false)) => Some("no".to_owned()),
        (_, Value::String(text)) => Some(text.clone()),
        (_, other) => Some(other.to_string()),
    }
}

fn pick<'a>(page: &Page, text: &'a Text) -> &'a str {
    text.in_lang(page.lang.tag())
}
