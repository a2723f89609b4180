//! Exports of Polis: votes in both forms, and statements.

use linli_opinion::{BadInput, Conversation, Settings, Statements, picture, read, verify};

/// The most cells of a table that the tests of a moment map.
const MAPPED: usize = 60_000;

/// Votes are read, or refused with a place inside the file; what was read is mapped, the map passes
/// the checker, and it can be drawn.
pub(crate) fn votes(bytes: &[u8]) -> bool {
    match read::votes(bytes) {
        Err(bad) => {
            inside(bytes, &bad);
            false
        }
        Ok(votes) => {
            if votes.people().len() * votes.statements().len() <= MAPPED {
                let conversation = Conversation::new(votes, Statements::new(), Settings::default());
                let analysis = conversation.analyse(None);
                let report = verify::verify(conversation.votes(), &Statements::new(), &analysis);
                assert!(report.holds, "{report:?}");
                assert!(picture::svg(&analysis).ends_with("</svg>\n"));
            }
            true
        }
    }
}

/// Statements are read, or refused with a place inside the file.
pub(crate) fn comments(bytes: &[u8]) -> bool {
    match read::comments(bytes) {
        Err(bad) => {
            inside(bytes, &bad);
            false
        }
        Ok(_) => true,
    }
}

fn inside(bytes: &[u8], bad: &BadInput) {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
    assert!(bad.line >= 1 && bad.line <= lines, "{bad}");
}
