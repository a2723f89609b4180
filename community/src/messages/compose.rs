//! What a message says: its template, filled with what the case and the district give.

use jiff::civil::Date;

use super::template::{Template, fill};
use crate::cases::State;
use crate::catalogue::Service;

/// What a message needs besides its case.
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

/// The words of `template` about `case`.
#[must_use]
pub(super) fn compose(
    template: &Template,
    case: &State,
    service: &Service,
    date: Option<Date>,
    frame: &Frame,
) -> Worded {
    let number = &case.number;
    let tail = number
        .get(number.len().saturating_sub(4)..)
        .unwrap_or(number);
    let name = service.names.in_lang(frame.lang);
    let date = date.map_or_else(|| not_known(frame.lang), |date| day(date, frame.lang));
    let values = [
        ("service", name),
        ("number", number.as_str()),
        ("tail", tail),
        ("date", date.as_str()),
        ("place", frame.place.as_str()),
        ("phone", frame.phone.as_str()),
    ];
    let worded = |text: &crate::catalogue::Text| fill(text.in_lang(frame.lang), &values);
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

/// Where a year has no calendar yet, no day is named.
fn not_known(lang: &str) -> String {
    if lang == "en" {
        "a day still to be named".to_owned()
    } else {
        "另行通知的日期".to_owned()
    }
}
