//! What is refused, and what does not hold, is told in Chinese and in English.

use linli_budgeting::pabulib::{self, Fault};
use linli_budgeting::{Flaw, Refusal};

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

pub(crate) fn faults(faults: &[Fault]) {
    for fault in faults {
        both(&fault.text_zh, &fault.text);
    }
}

pub(crate) fn flaws(flaws: &[Flaw]) {
    for Flaw(told) in flaws {
        both(&told.zh, &told.en);
    }
}

#[test]
fn every_refusal_is_told_in_both() {
    for refusal in [
        Refusal::NeedsApprovals,
        Refusal::TooHard,
        Refusal::NotThisRule("completion"),
        Refusal::NothingToStop,
    ] {
        let told = refusal.told();
        both(&told.zh, &told.en);
        assert_eq!(refusal.to_string(), told.en);
    }
}

#[test]
fn what_is_no_election_says_so_once() {
    for bytes in [
        &b""[..],
        b"\n \r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfeM\0",
        b"M\0E\0T\0A\0",
    ] {
        let found = pabulib::read(bytes, &mut |_| {}).unwrap_err();
        faults(&found);
        let errors = found
            .iter()
            .filter(|it| it.severity == pabulib::Severity::Error);
        assert_eq!(errors.count(), 1, "{found:?}");
    }
}
