//! What is wrong with a file or a result is told in Chinese and in English.

use linli_opinion::{BadInput, Statements, read, verify};

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

#[test]
fn every_fault_of_a_file_is_told_in_both() {
    let votes = |bytes: &[u8]| read::votes(bytes).map(|_| ());
    let comments = |bytes: &[u8]| read::comments(bytes).map(|_| ());
    type Reader<'r> = &'r dyn Fn(&[u8]) -> Result<(), BadInput>;
    let cases: [(Reader<'_>, &[u8]); 25] = [
        (&votes, b""),
        (&votes, b"\n\n"),
        (&votes, b"\xff\xfep\0a\0"),
        (&votes, b"participant,\x000,1\n1,1,0\n"),
        (&votes, b"p\0a\0r\0,\x000\0\n"),
        (&votes, b"a,b\n1,2\n"),
        (&votes, b"0,1\n1,1\n"),
        (&votes, b"participant,0,0\n"),
        (&votes, b"participant,participant,0\n"),
        (&votes, b"participant,0\n1,1,1\n"),
        (&votes, b"participant,0,1\n1,1\n2,1"),
        (&votes, b"participant,0\n,1\n"),
        (&votes, b"participant,0\n4,1\n5,1\n4.0,-1\n"),
        (&votes, b"participant,0\n1,NaNa\n"),
        (&votes, b"participant,0\n1,inf\n"),
        (&votes, "participant,0\n1,１\n".as_bytes()),
        (&votes, b"participant,0\n\xcd\xf5,1\n"),
        (&votes, b"comment-id,vote\n1,1\n"),
        (
            &votes,
            b"comment-id,voter-id,vote\n99999999999999999999,1,1\n",
        ),
        (
            &votes,
            b"timestamp,comment-id,voter-id,vote\nyesterday,1,1,1\n",
        ),
        (&comments, b"participant,0\n"),
        (&comments, b"comment-id,moderated\n1,7\n"),
        (&comments, b"comment-id,is-meta\n1,perhaps\n"),
        (&comments, b"comment-id\n1\n1\n"),
        (&comments, b"comment-id,txt\n1,a\0b\n"),
    ];
    for (read, bytes) in cases {
        let shown = String::from_utf8_lossy(bytes);
        let bad = read(bytes).expect_err(&shown);
        both(&bad.what_zh, &bad.what);
        assert!(bad.line > 0 && bad.column > 0, "{shown}: {bad}");
        assert!(!bad.what.contains('\0') && bad.what.len() < 300, "{bad}");
    }
}

#[test]
fn a_report_that_was_kept_is_read_and_a_new_one_is_told_in_both() {
    let votes = read::votes(b"participant,0,1\n1,1,0\n2,-1,\n").unwrap();
    let statements = Statements::new();
    let conversation =
        linli_opinion::Conversation::new(votes, statements.clone(), Default::default());
    let result = conversation.analyse(None);
    let report = verify::verify(conversation.votes(), &statements, &result);
    for check in &report.checks {
        both(&check.told_zh, &check.told);
    }
    let old = r#"{"holds": true, "checks": [{"name": "shape", "held": true, "told": "3 votes"}]}"#;
    let old: verify::Report = serde_json::from_str(old).unwrap();
    assert_eq!(old.checks[0].told_zh, "");
}
