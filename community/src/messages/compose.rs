//! What a message says: its template, filled with what it is about and what the district gives.

use jiff::civil::Date;
use linli_units::Fen;

use super::matter::Named;
use super::template::{Template, fill};
use crate::benefits::Month;

/// What a message needs besides what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The district's name.
    pub place: String,
    /// The number people can call.
    pub phone: String,
    /// `zh-CN` or `en`.
    pub lang: &'static str,
}

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// Its heading.
    pub title: String,
    /// What it says on the page, on the phone and on paper.
    pub body: String,
    /// What it says as a short message: nothing about whom, nor what service.
    pub sms: String,
}

/// The words of `template` about what is named.
#[must_use]
pub(super) fn compose(template: &Template, named: &Named, frame: &Frame) -> Worded {
    let number = &named.number;
    let tail = number
        .get(number.len().saturating_sub(4)..)
        .unwrap_or(number);
    let lang = frame.lang;
    let date = named
        .date
        .map_or_else(|| not_known(lang), |date| day(date, lang));
    let month = named.month.map(|one| month(one, lang)).unwrap_or_default();
    let money = named
        .fen
        .map(|fen| Fen(fen).to_string())
        .unwrap_or_default();
    let values = [
        ("service", named.service.in_lang(lang)),
        ("number", number.as_str()),
        ("tail", tail),
        ("date", date.as_str()),
        ("month", month.as_str()),
        ("money", money.as_str()),
        ("place", frame.place.as_str()),
        ("phone", frame.phone.as_str()),
    ];
    let worded = |text: &crate::catalogue::Text| fill(text.in_lang(lang), &values);
    Worded {
        title: worded(&template.title),
        body: worded(&template.body),
        sms: worded(&template.sms),
    }
}

fn day(date: Date, lang: &str) -> String {
    if lang == "en" {
        date.strftime("%-d %B %Y").to_string()
    } else {
        format!("{}月{}日", date.month(), date.day())
    }
}

fn month(month: Month, lang: &str) -> String {
    if lang == "en" {
        month.first_day().strftime("%B %Y").to_string()
    } else {
        format!("{}年{}月", month.year(), month.number())
    }
}

/// Where a year has no calendar yet, no day is named.
fn not_known(lang: &str) -> String {
    if lang == "en" {
        "a day still to be named".to_owned()
    } else {
        "另行通知的日期".to_owned()
    }
}
