//! 校核: what a service file must keep to beyond its shape. Every problem names file, key and what
//! is expected.
//!
//! Wording and sources are checked by walking the whole file, so that a part added to the schema
//! later is checked without anyone remembering to.

mod form;
mod guide;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::load::{File, FileProblem, MOST_BYTES};
use super::service::{Service, TownMay};
use super::town::Town;
use crate::residents::Dictionary;

/// Words that no page says to a person (and what the tone guide says instead).
const BARRED_ZH: [&str; 7] = [
    "非法输入",
    "参数错误",
    "操作失败",
    "请耐心等待",
    "！",
    "你",
    "不得有误",
];

/// Collects problems of one file.
struct Problems<'a> {
    file: &'a str,
    found: Vec<FileProblem>,
}

impl Problems<'_> {
    /// Records a problem at `key` unless it is `met`.
    fn must(&mut self, met: bool, key: impl AsRef<str>, expected: impl Into<String>) {
        if !met {
            self.found.push(FileProblem {
                file: self.file.to_owned(),
                key: key.as_ref().to_owned(),
                expected: expected.into(),
            });
        }
    }

    /// Records every id that stands twice in `ids`.
    fn distinct<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>, key: &str) {
        let mut seen = BTreeSet::new();
        for id in ids {
            self.must(
                seen.insert(id),
                key,
                format!("every id once, but “{id}” stands twice"),
            );
        }
    }
}

/// Every problem of a service file.
pub(super) fn check_service(
    file: &File,
    service: &Service,
    dictionary: &Dictionary,
) -> Vec<FileProblem> {
    let mut problems = Problems {
        file: &file.name,
        found: Vec::new(),
    };
    let named = file.name == format!("{}.toml", service.id)
        || file.name == format!("{}@{}.toml", service.id, service.version);
    problems.must(
        named,
        "id",
        "the file's name before .toml, or before @version.toml",
    );
    problems.must(
        is_key(&service.id),
        "id",
        "lower-case letters, digits and hyphens",
    );
    problems.must(service.version > 0, "version", "1 or more");
    let in_order = service
        .valid_to
        .is_none_or(|last| service.valid_from <= last);
    problems.must(in_order, "valid_to", "a day not before valid_from");
    problems.must(
        !service.life_events.is_empty(),
        "life_events",
        "at least one situation",
    );
    let small = file.text.len() <= MOST_BYTES;
    problems.must(small, "file", format!("at most {MOST_BYTES} bytes"));
    guide::check(service, &mut problems);
    form::check(service, dictionary, &mut problems);
    work::check(service, &mut problems);
    examples(service, &mut problems);
    walk_file(
        service,
        &service.sources.iter().map(|s| s.key.as_str()).collect(),
        &mut problems,
    );
    problems.found
}

/// Every problem of a town's file, given the versions of the service it adds to.
pub(super) fn check_town(file: &File, town: &Town, versions: &[Arc<Service>]) -> Vec<FileProblem> {
    let mut problems = Problems {
        file: &file.name,
        found: Vec::new(),
    };
    let Some(service) = versions.iter().find(|one| one.holds_on(town.valid_from)) else {
        problems.must(
            false,
            "service",
            "the id of a service in force on valid_from",
        );
        return problems.found;
    };
    let inside = service.jurisdiction.contains(&town.area) && town.area != service.jurisdiction;
    problems.must(
        inside,
        "area",
        format!("a town inside {}", service.jurisdiction),
    );
    problems.must(town.version > 0, "version", "1 or more");
    let allowed = |what: TownMay| service.town_may.contains(&what);
    let why = "nothing here: the district's file does not allow it (town_may)";
    problems.must(
        town.contact.is_none() || allowed(TownMay::Contact),
        "contact",
        why,
    );
    problems.must(town.ways.is_empty() || allowed(TownMay::Ways), "ways", why);
    problems.must(
        town.good_to_know.is_empty() || allowed(TownMay::Notes),
        "good_to_know",
        why,
    );
    problems.must(
        town.terms.is_empty() || allowed(TownMay::Terms),
        "terms",
        why,
    );
    shorter_terms(town, service, &mut problems);
    walk_file(
        town,
        &service.sources.iter().map(|s| s.key.as_str()).collect(),
        &mut problems,
    );
    problems.found
}

fn shorter_terms(town: &Town, service: &Service, problems: &mut Problems<'_>) {
    let shorter = |days: Option<u32>, most: u32| days.is_none_or(|days| (1..=most).contains(&days));
    let total = service.clock.total.days;
    problems.must(
        shorter(town.terms.total, total),
        "terms.total",
        format!("1 to {total} days"),
    );
    let intake = service.intake.within.days;
    problems.must(
        shorter(town.terms.intake, intake),
        "terms.intake",
        format!("1 to {intake} days"),
    );
    for (id, days) in &town.terms.steps {
        let key = format!("terms.steps.{id}");
        match service.step(id) {
            None => problems.must(false, key, "the id of a desk of the service"),
            Some(step) => {
                let most = step.within.days;
                problems.must(shorter(Some(*days), most), key, format!("1 to {most} days"));
            }
        }
    }
}

/// Whether `text` can be a key: lower-case letters, digits, hyphens and underscores.
fn is_key(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

fn examples(service: &Service, problems: &mut Problems<'_>) {
    let forms = || service.cases.iter().filter_map(|case| case.form.as_ref());
    let passes = forms().any(|form| form.refused.is_empty());
    let refuses = forms().any(|form| !form.refused.is_empty());
    let reckons = service.cases.iter().any(|case| case.clock.is_some());
    problems.must(passes, "cases", "an example whose form is in order");
    problems.must(
        refuses,
        "cases",
        "an example whose form is refused, with the errors named",
    );
    problems.must(reckons, "cases", "an example of the clock");
}

/// Checks wording and sources of everything in the file.
fn walk_file(file: &impl serde::Serialize, sources: &BTreeSet<&str>, problems: &mut Problems<'_>) {
    let mut cited = BTreeSet::new();
    match serde_json::to_value(file) {
        Ok(value) => walk(&value, "", sources, &mut cited, problems),
        Err(error) => problems.must(
            false,
            "file",
            format!("a file that can be walked ({error})"),
        ),
    }
    // A town cites what the district's file lists; only a service must use all it lists.
    if problems.file.starts_with("towns/") {
        return;
    }
    for unused in sources.iter().filter(|key| !cited.contains(**key)) {
        let expected = format!("“{unused}” to be cited somewhere, or left out");
        problems.must(false, "sources", expected);
    }
}

fn walk(
    value: &Value,
    key: &str,
    sources: &BTreeSet<&str>,
    cited: &mut BTreeSet<String>,
    problems: &mut Problems<'_>,
) {
    match value {
        Value::Object(map) => {
            if let (Some(Value::String(zh)), Some(Value::String(en))) =
                (map.get("zh"), map.get("en"))
            {
                wording(zh, en, key, problems);
            }
            if key.ends_with("basis") {
                basis(value, key, problems);
            }
            if let Some(Value::String(source)) = map.get("source") {
                let known = sources.contains(source.as_str());
                problems.must(
                    known,
                    format!("{key}.source"),
                    "the key of one of the sources",
                );
                cited.insert(source.clone());
            }
            for (name, part) in map {
                let at = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                walk(part, &at, sources, cited, problems);
            }
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                walk(part, &format!("{key}[{index}]"), sources, cited, problems);
            }
        }
        _ => {}
    }
}

fn wording(zh: &str, en: &str, key: &str, problems: &mut Problems<'_>) {
    problems.must(
        zh.chars().any(is_han),
        format!("{key}.zh"),
        "Chinese wording",
    );
    problems.must(
        en.bytes().any(|b| b.is_ascii_alphabetic()),
        format!("{key}.en"),
        "English wording",
    );
    problems.must(
        !en.chars().any(is_han),
        format!("{key}.en"),
        "English without Chinese characters",
    );
    // Half-width marks beside Chinese characters come from an English keyboard.
    let mut pairs = zh.chars().zip(zh.chars().skip(1));
    let slipped = pairs.any(|(a, b)| is_han(a) && ",;:?()".contains(b));
    problems.must(
        !slipped,
        format!("{key}.zh"),
        "full-width marks: ，；：？（）",
    );
    for barred in BARRED_ZH.iter().filter(|word| zh.contains(**word)) {
        problems.must(
            false,
            format!("{key}.zh"),
            format!("kind, plain wording without “{barred}”"),
        );
    }
    problems.must(
        !en.contains('!'),
        format!("{key}.en"),
        "wording without exclamation marks",
    );
}

fn basis(value: &Value, key: &str, problems: &mut Problems<'_>) {
    let cites = value
        .get("cite")
        .and_then(Value::as_array)
        .is_some_and(|cite| !cite.is_empty());
    let unverified = value.get("unverified") == Some(&Value::Bool(true));
    let noted = value.get("note").is_some();
    let met = cites || (unverified && noted);
    problems.must(
        met,
        key,
        "a citation, or unverified = true with a note saying what is missing",
    );
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
