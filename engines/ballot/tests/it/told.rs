//! What is refused, found, and what does not follow, is told in Chinese and in English.

use linli_ballot::certificate::Code;
use linli_ballot::{Counts, Election, Fault, Flaw, NoResult, Procedure, explain};

/// Asserts that one message is told in Chinese and in English, with the same numbers, and that
/// nothing of Rust's own stands in it.
pub(crate) fn both(zh: &str, en: &str) {
    let chinese = |sign: char| ('\u{4e00}'..='\u{9fff}').contains(&sign);
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split(|sign: char| !sign.is_ascii_digit());
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        parts.retain(|part| !part.is_empty());
        parts.sort_unstable();
        parts
    };
    assert!(zh.contains(chinese), "{zh} | {en}");
    assert!(
        en.contains(|sign: char| sign.is_ascii_alphabetic()),
        "{zh} | {en}"
    );
    assert!(zh != en && !en.contains("Some("), "{zh} | {en}");
    assert_eq!(numbers(zh), numbers(en), "{zh} | {en}");
}

pub(crate) fn fault(fault: &Fault) {
    both(&fault.problem_zh, &fault.problem);
    let told = fault.told();
    assert_eq!(told.en, fault.to_string());
    both(&told.zh, &told.en);
}

pub(crate) fn flaws(flaws: &[Flaw]) {
    for flaw in flaws {
        both(&flaw.problem_zh, &flaw.problem);
        assert_eq!(flaw.told().en, flaw.to_string());
    }
}

#[test]
fn every_finding_has_words_in_both() {
    let all = (101..=108).chain(201..=207).chain([301, 302, 401]);
    for number in all {
        let code: Code = serde_json::from_value(format!("F{number}").into()).unwrap();
        let told = explain::finding(code);
        both(&told.zh, &told.en);
    }
}

#[test]
fn an_empty_file_is_called_empty() {
    let election = include_str!("../../example/ELECTION.toml");
    let election = Election::parse(election).unwrap();
    let procedure = include_str!("../../../../catalogue/procedures/residents-election.toml");
    let procedure = Procedure::parse(procedure).unwrap();
    let unknown = procedure.rules("show-of-hands", election.day).unwrap_err();
    both(&unknown.zh, &unknown.en);
    let old = procedure.rules(&election.method, "1950-01-01".parse().unwrap());
    let old = old.unwrap_err();
    both(&old.zh, &old.en);
    for text in ["", "\n\n", "\u{feff}", " \r\n"] {
        let read = Counts::read(text, &election, procedure.kind, &mut |_, _| {});
        let found = read.unwrap_err();
        assert!(found.problem.contains("empty"), "{found}");
        fault(&found);
    }
    for text in [
        "",
        "format = 3",
        "format = \"x\"",
        "nonsense = true",
        "\0",
        "id = ",
    ] {
        fault(&Election::parse(text).unwrap_err());
        fault(&Procedure::parse(text).unwrap_err());
    }
    let told =
        NoResult::Counts(Counts::read("", &election, procedure.kind, &mut |_, _| {}).unwrap_err());
    both(&told.told().zh, &told.to_string());
    let told = NoResult::Election(unknown).told();
    both(&told.zh, &told.en);
}
