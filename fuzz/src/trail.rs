//! What proves things to strangers: checkpoints, notes, keys and paths of tiles.

use linli_translog::{Checkpoint, Note, TilePath, VerifierKey};

/// Checkpoints, notes, keys and paths that are taken are written as they were read.
pub(crate) fn checkpoint(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let checkpoint = Checkpoint::parse(&text);
    if let Ok(one) = &checkpoint {
        assert_eq!(Checkpoint::parse(&one.to_string()).as_ref(), Ok(one));
    }
    let note = Note::parse(&text);
    if let Ok(one) = &note {
        assert_eq!(Note::parse(&one.to_string()).as_ref(), Ok(one));
        assert!(one.text.ends_with('\n'));
    }
    let key = text.trim().parse::<VerifierKey>();
    if let Ok(one) = &key {
        assert_eq!(one.to_string().parse().as_ref(), Ok(one));
    }
    let path = TilePath::parse(text.trim());
    checkpoint.is_ok() || note.is_ok() || key.is_ok() || path.is_some()
}
