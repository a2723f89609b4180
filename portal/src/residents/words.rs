//! How facts and signs are said: shared by the pages of residents.

use linli_community::residents::{Dictionary, Fact, Likeness};
use linli_units::Fen;
use serde_json::Value;

use crate::shell::Page;

/// The signs, with their points.
pub(super) fn reasons(page: &Page, likeness: &Likeness) -> String {
    let sign = |code: &str, points: i32| {
        let name = page.t(&format!("residents-sign-{}", code.replace('_', "-")));
        format!("{name} {points:+}")
    };
    let comma = if page.lang.tag() == "en" { ", " } else { "、" };
    let signs = likeness.reasons.iter();
    let all: Vec<String> = signs
        .map(|(one, points)| sign(one.code(), *points))
        .collect();
    all.join(comma)
}

/// Where a fact is from, and as of when.
pub(super) fn source(page: &Page, dictionary: &Dictionary, fact: &Fact) -> String {
    let office = dictionary.office(&fact.source);
    let office = office.map_or(&*fact.source, |one| one.names.in_lang(page.lang.tag()));
    format!("{office}, {}", page.date(fact.as_of))
}

/// A fact's value in words.
pub(super) fn value(page: &Page, dictionary: &Dictionary, field: &str, fact: &Fact) -> String {
    match &fact.value {
        Value::String(code) => dictionary.code_name(field, code).map_or_else(
            || code.clone(),
            |name| name.in_lang(page.lang.tag()).to_owned(),
        ),
        Value::Number(number) if field.ends_with("_fen") => number
            .as_i64()
            .map_or_else(String::new, |fen| Fen(fen).to_string()),
        other => other.to_string(),
    }
}
