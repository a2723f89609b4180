//! What must hold of any bytes at all; the fuzz targets and `tests/it/broken.rs` both ask it.

use linli_opinion::{BadInput, Conversation, Settings, Statements, picture, read, verify};

/// Votes are read, or refused with a place inside the file; what was read is mapped, the map passes
/// the checker, and it can be drawn.
pub(crate) fn votes(bytes: &[u8]) {
    match read::votes(bytes) {
        Err(bad) => inside(bytes, &bad),
        Ok(votes) => {
            let conversation = Conversation::new(votes, Statements::new(), Settings::default());
            let analysis = conversation.analyse(None);
            let report = verify::verify(conversation.votes(), &Statements::new(), &analysis);
            assert!(report.holds, "{report:?}");
            assert!(picture::svg(&analysis).ends_with("</svg>\n"));
        }
    }
}

/// Statements are read, or refused with a place inside the file.
pub(crate) fn comments(bytes: &[u8]) {
    if let Err(bad) = read::comments(bytes) {
        inside(bytes, &bad);
    }
}

fn inside(bytes: &[u8], bad: &BadInput) {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
    assert!(bad.line >= 1 && bad.line <= lines, "{bad}");
}
