//! The form of a kept file: a first line, a nonce, and the sealed length of the label, the label
//! (JSON) and the content. Whose file it is and which are authenticated with it, so a file copied
//! elsewhere does not open; and its id is reckoned again from what was opened.

use linli_kernel::{Fault, ResidentId};

use super::{FileAt, FileId, KeptFile};
use crate::seal::{self, Key, Nonce};
use crate::secrets::{Secrets, random, sha256};
use crate::shared::Shared;

/// The first line.
const FIRST_LINE: &[u8] = b"LINLI-FILE/1\n";

/// The id of `content` kept for `subject`.
pub(super) fn id_of(secrets: &Secrets, subject: ResidentId, content: &[u8]) -> FileId {
    let parts: [&[u8]; 2] = [subject.0.as_bytes(), &sha256(content)];
    FileId(secrets.keyed_hash("file", &parts))
}

/// The bytes of the file.
pub(super) fn seal(
    at: FileAt,
    key: &Key,
    label: &serde_json::Value,
    content: &[u8],
) -> Result<Vec<u8>, Fault> {
    let label = label.to_string();
    let length = u32::try_from(label.len())
        .map_err(|_long| Fault::Store("the label of a file is too long".to_owned()))?;
    let plain = [&length.to_be_bytes(), label.as_bytes(), content].concat();
    let nonce: Nonce = random()?;
    let sealed = seal::seal(key, &nonce, &context(at), &plain);
    Ok([FIRST_LINE, &nonce, &sealed].concat())
}

/// Opens the file at `at`; `None` when there is none.
pub(super) fn open(shared: &Shared, at: FileAt, key: &Key) -> Result<Option<KeptFile>, Fault> {
    let Some(bytes) = shared.files.get(at)? else {
        return Ok(None);
    };
    let damaged = || Fault::Damaged(format!("file {} of subject {}", at.id, at.subject));
    let kept = read(at, key, &bytes).ok_or_else(damaged)?;
    if id_of(&shared.secrets, at.subject, &kept.content) == at.id {
        Ok(Some(kept))
    } else {
        Err(damaged())
    }
}

/// Whether these bytes are the file at `at`.
pub(super) fn is_sound(secrets: &Secrets, at: FileAt, (key, bytes): (&Key, &[u8])) -> bool {
    read(at, key, bytes).is_some_and(|kept| id_of(secrets, at.subject, &kept.content) == at.id)
}

/// Whether the file is there and sound. A damaged one may be written anew.
pub(super) fn opens(shared: &Shared, at: FileAt, key: &Key) -> Result<bool, Fault> {
    match open(shared, at, key) {
        Ok(found) => Ok(found.is_some()),
        Err(Fault::Damaged(what)) => {
            tracing::warn!(what, "damaged, and written anew");
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

fn read(at: FileAt, key: &Key, bytes: &[u8]) -> Option<KeptFile> {
    let (nonce, sealed) = bytes.strip_prefix(FIRST_LINE)?.split_first_chunk::<24>()?;
    let plain = seal::open(key, nonce, &context(at), sealed)?;
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (label, content) = rest.split_at_checked(length)?;
    Some(KeptFile {
        label: serde_json::from_slice(label).ok()?,
        content: content.to_vec(),
    })
}

fn context(at: FileAt) -> Vec<u8> {
    [FIRST_LINE, at.subject.0.as_bytes(), &at.id.0].concat()
}
