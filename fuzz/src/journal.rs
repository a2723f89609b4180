//! Entries of a journal, and receipts that somebody shows.

use linli_journal::{Receipt, read_entry, verify_receipt};
use linli_translog::Checkpoint;

/// An entry is read or refused; what an entry names can be written and read again.
pub(crate) fn entry(bytes: &[u8]) -> bool {
    let Ok(entry) = read_entry(bytes) else {
        return false;
    };
    assert_eq!(entry.kind.to_string().parse().as_ref(), Ok(&entry.kind));
    assert_eq!(entry.area.to_string().parse().as_ref(), Ok(&entry.area));
    assert!(entry.sealed.iter().all(|part| part.plain.is_none()));
    true
}

/// A receipt that holds still says what its signed checkpoint says.
pub(crate) fn receipt(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Ok(proven) = verify_receipt(&text, None) else {
        return false;
    };
    assert!(!proven.trusted && proven.index < proven.size);
    let read: Receipt = serde_json::from_str(&text).expect("it was read before");
    assert!(verify_receipt(&text, Some(&read.key)).is_ok_and(|one| one.trusted));
    let checkpoint = Checkpoint::open(
        &read.checkpoint,
        &read.key.parse().expect("it was read before"),
    );
    assert!(checkpoint.is_ok_and(|one| one.origin == proven.origin && one.size == proven.size));
    true
}
