//! 模板: the words of messages as data, checked when they are read.

use std::fs;
use std::path::Path;

use jiff::civil::Time;
use serde::Deserialize;

use super::compose::Frame;
use crate::catalogue::Text;

/// What may be filled in where strangers may read it: nothing about whom, nor what service.
const SHORT: [&str; 4] = ["tail", "date", "place", "phone"];

/// What may be filled in about a case, or about an award as such.
const WHOLE: &[&str] = &["service", "number", "tail", "date", "place", "phone"];

/// What may be filled in about each kind of thing: by how the event's kind begins.
const PLACES: [(&str, &[&str]); 8] = [
    ("cases.", WHOLE),
    // These are of no month's payment.
    ("benefits.review", WHOLE),
    ("benefits.suspended", WHOLE),
    ("benefits.resumed", WHOLE),
    ("benefits.stopped", WHOLE),
    ("benefits.claimed", WHOLE),
    (
        "benefits.",
        &[
            "service", "number", "tail", "date", "month", "money", "place", "phone",
        ],
    ),
    // There is no case yet, and no day.
    ("offers.", &["service", "place", "phone"]),
];

/// The most characters of a short message as it stands in the file: two parts of 67 on the network.
const LONGEST_SMS: usize = 134;

/// 免打扰: the hours in which nobody is called or sent a short message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// From when in the evening.
    pub from: Time,
    /// Until when in the morning.
    pub to: Time,
    /// Whether no source confirms it.
    #[serde(default)]
    pub unverified: bool,
    /// Why.
    pub note: Text,
}

/// Within how many working days a call is made or a letter brought.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// How many.
    pub within_days: u16,
    /// Whether no source confirms it.
    #[serde(default)]
    pub unverified: bool,
    /// Why.
    pub note: Text,
}

/// The words for one kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The kind of event, `cases.decided`.
    pub on: String,
    /// Its heading.
    pub title: Text,
    /// What it says, on the page, on the phone and on paper.
    pub body: Text,
    /// What it says as a short message.
    pub sms: Text,
}

/// Every template, with the hours and days that go with them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// When nobody is disturbed.
    pub quiet: Quiet,
    /// By when a call is made.
    pub calls: Calls,
    /// What every mail is headed; may name {place}.
    #[serde(default = "no_subject")]
    pub subject: Text,
    messages: Vec<Template>,
}

/// The file about cases, which has the hours and days too: its name below `catalogue/messages/`, and
/// what comes with Linli.
const CASES: (&str, &str) = (
    "cases.toml",
    include_str!("../../../catalogue/messages/cases.toml"),
);

/// The files about other things.
const MORE: [(&str, &str); 2] = [
    (
        "benefits.toml",
        include_str!("../../../catalogue/messages/benefits.toml"),
    ),
    (
        "offers.toml",
        include_str!("../../../catalogue/messages/offers.toml"),
    ),
];

/// A file of a district from before there was mail has no subject.
fn no_subject() -> Text {
    Text::new("{place}：您有一条新消息", "{place}: a message for you")
}

/// A file of templates alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    messages: Vec<Template>,
}

impl Templates {
    /// The templates of the district's folder, file by file where it has any, else the built-in
    /// ones.
    ///
    /// # Errors
    /// Every problem, in words for whoever wrote the file.
    pub fn of_folder(folder: Option<&Path>) -> Result<Self, Vec<String>> {
        let mut all = Self::read(&text_of(folder, CASES)?)?;
        for file in MORE {
            let read = toml::from_str::<Words>(&text_of(folder, file)?);
            let words = read.map_err(|problem| vec![format!("{}: {problem}", file.0)])?;
            all.messages.extend(checked(words.messages)?);
        }
        Ok(all)
    }

    /// The templates of the file about cases with this text.
    ///
    /// # Errors
    /// Every problem, in words for whoever wrote the file.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let read: Self = toml::from_str(text).map_err(|problem| vec![problem.to_string()])?;
        let messages = checked(read.messages)?;
        Ok(Self { messages, ..read })
    }

    /// What a mail is headed.
    #[must_use]
    pub(super) fn subject(&self, frame: &Frame) -> String {
        let place = [("place", frame.place.as_str())];
        fill(self.subject.in_lang(frame.lang), &place)
    }

    /// The words for events of the kind `on`; `None` where nobody is told of them.
    #[must_use]
    pub fn of(&self, on: &str) -> Option<&Template> {
        self.messages.iter().find(|one| one.on == on)
    }
}

/// The district's own text of a file, or the one that comes with Linli.
fn text_of(folder: Option<&Path>, (name, built_in): (&str, &str)) -> Result<String, Vec<String>> {
    let own = folder.map(|folder| folder.join("messages").join(name));
    match own.filter(|own| own.is_file()) {
        Some(own) => fs::read_to_string(&own).map_err(|why| vec![format!("{name}: {why}")]),
        None => Ok(built_in.to_owned()),
    }
}

/// The templates, where nothing is wrong with them.
fn checked(templates: Vec<Template>) -> Result<Vec<Template>, Vec<String>> {
    let problems: Vec<String> = templates.iter().flat_map(problems).collect();
    if problems.is_empty() {
        Ok(templates)
    } else {
        Err(problems)
    }
}

fn problems(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    let places_of = PLACES.iter().find(|(on, _)| template.on.starts_with(on));
    let Some((_, full)) = places_of else {
        return vec![format!("{}: nobody is told of such events", template.on)];
    };
    let short: Vec<&str> = full
        .iter()
        .copied()
        .filter(|one| SHORT.contains(one))
        .collect();
    let parts = [
        ("title", &template.title, *full),
        ("body", &template.body, *full),
        ("sms", &template.sms, &short),
    ];
    for (part, text, allowed) in parts {
        for words in [&text.zh, &text.en] {
            if words.trim().is_empty() {
                found.push(format!("{}: {part} is empty in one language", template.on));
            }
            for place in places(words) {
                if !allowed.contains(&place) {
                    let on = &template.on;
                    found.push(format!("{on}: {part} may not name {{{place}}}"));
                }
            }
        }
    }
    if template.sms.zh.chars().count() > LONGEST_SMS {
        found.push(format!("{}: the short message is too long", template.on));
    }
    found
}

/// The names in braces, an open brace without its end among them.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
}

/// The text with its places filled. What is filled in is never read for places again.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = values.iter().find(|(place, _)| *place == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        filled.push_str(rest);
    }
    filled
}
