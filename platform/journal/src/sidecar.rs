//! The keys beside a backup: `keys.linli`, readable by its owner only.
//!
//! A backup's archive holds only sealed personal data; what opens it lies in this one file beside
//! all archives of a folder. It always holds the newest keys and no others: it is rewritten by each
//! backup, and when a subject's key is destroyed, that key is overwritten in the file in place. So no
//! archive, however old, can be opened for someone who was erased.
//!
//! **Shape**: a header of [`HEADER`] bytes (JSON, padded with spaces), then one record a subject,
//! ordered by subject: 16 bytes of id and the wrapped key. An overwritten record is all zeros.
//!
//! Where a recipient is set, the node's secrets in the header are sealed to it (see [`crate::sealing`]).
//! Without them no wrapped key opens, so the folder is worth nothing to a thief; and records can
//! still be overwritten by a node that cannot open the file.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use linli_kernel::{Fault, ResidentId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::WRAPPED;
use crate::sealing;
use crate::secrets::{Secrets, setting, sync_folder, write_secret};
use crate::shared::Shared;

/// The file's name.
pub(crate) const FILE: &str = "keys.linli";

/// The bytes of the header.
const HEADER: usize = 1024;

/// The bytes of a record.
const RECORD: usize = 16 + WRAPPED;

/// The name of the form of the file.
const FORM: &str = "linli-keys/1";

/// The name of the form whose secrets are sealed.
const FORM_SEALED: &str = "linli-keys/2";

/// The header's content: the secrets as they are, or sealed, in base64.
#[derive(Serialize, Deserialize)]
struct Header {
    form: String,
    log: String,
    #[serde(flatten)]
    open: Option<OpenSecrets>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    keys: u64,
}

/// The secrets as they are, in hexadecimal.
#[derive(Serialize, Deserialize)]
struct OpenSecrets {
    signing: String,
    wrapping: String,
    lookup: String,
}

/// What a sidecar holds.
pub(crate) struct Sidecar {
    pub(crate) log: String,
    pub(crate) secrets: Secrets,
    /// Subjects and wrapped keys; overwritten records are left out.
    pub(crate) keys: Vec<(ResidentId, Vec<u8>)>,
}

/// Writes the newest keys beside the archives in `folder`, in place of what was there.
pub(crate) async fn write(shared: &Shared, folder: &Path) -> Result<(), Fault> {
    let held = shared.sidecars.lock().await;
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let page = shared.keys.page(after, 10_000).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        for (subject, wrapped) in page {
            if shared.keys.is_destroyed(subject) {
                continue;
            }
            if wrapped.len() != WRAPPED {
                return Err(Fault::Damaged(format!("the key of subject {subject}")));
            }
            records.extend_from_slice(subject.0.as_bytes());
            records.extend_from_slice(&wrapped);
        }
    }
    let header = header_of(shared, (records.len() / RECORD) as u64)?;
    let path = folder.join(FILE);
    let fresh = folder.join("keys.linli.new");
    if fresh.exists() {
        std::fs::remove_file(&fresh).map_err(|why| setting(&fresh, &why))?;
    }
    let mut bytes = serde_json::to_vec(&header).map_err(|why| setting(&path, &why))?;
    if bytes.len() >= HEADER {
        return Err(setting(&path, &"the header does not fit"));
    }
    bytes.resize(HEADER - 1, b' ');
    bytes.push(b'\n');
    bytes.append(&mut records);
    write_secret(&fresh, &bytes)?;
    if path.exists() {
        blank(&path)?;
    }
    std::fs::rename(&fresh, &path).map_err(|why| setting(&path, &why))?;
    sync_folder(folder)?;
    drop(held);
    Ok(())
}

/// The header of a sidecar with so many keys, its secrets sealed where there is a recipient.
fn header_of(shared: &Shared, keys: u64) -> Result<Header, Fault> {
    let secrets = &shared.secrets;
    let (form, open, sealed) = match &shared.config.backup_recipient {
        Some(recipient) => {
            let sealed = sealing::seal(recipient, &secrets.together())?;
            (FORM_SEALED, None, Some(sealed))
        }
        None => {
            let open = OpenSecrets {
                signing: hex::encode(secrets.signing),
                wrapping: hex::encode(secrets.wrapping),
                lookup: hex::encode(secrets.lookup),
            };
            (FORM, Some(open), None)
        }
    };
    Ok(Header {
        form: form.to_owned(),
        log: shared.identity()?.log.clone(),
        open,
        sealed,
        keys,
    })
}

/// Reads the sidecar in `folder`; `identity` is the file that opens it where it is sealed.
pub(crate) fn read(folder: &Path, identity: Option<&Path>) -> Result<Sidecar, Fault> {
    let path = folder.join(FILE);
    let bytes = std::fs::read(&path).map_err(|why| setting(&path, &why))?;
    let bad = |why: &str| setting(&path, &why);
    let header = header(&bytes).ok_or_else(|| bad("this is no file of keys"))?;
    let records = &bytes[HEADER..];
    if records.len() as u64 != header.keys * RECORD as u64 {
        return Err(bad("it is cut short or too long"));
    }
    let mut keys = Vec::new();
    for record in records.chunks_exact(RECORD) {
        if record.iter().any(|byte| *byte != 0) {
            let (id, wrapped) = record.split_at(16);
            let id = Uuid::from_slice(id).map_err(|why| bad(&format!("a record: {why}")))?;
            keys.push((ResidentId(id), wrapped.to_vec()));
        }
    }
    let secrets = match (&header.open, &header.sealed) {
        (Some(open), None) => {
            let all = [open.signing.as_str(), &open.wrapping, &open.lookup].concat();
            hex::decode(all).map_err(|why| bad(&format!("a secret: {why}")))?
        }
        (None, Some(sealed)) => {
            let identity = identity.ok_or_else(|| {
                bad("it is sealed: name the file with the age identity that opens it")
            })?;
            sealing::open(identity, sealed)?
        }
        _ => return Err(bad("it holds no secrets")),
    };
    Ok(Sidecar {
        secrets: Secrets::apart(&secrets).ok_or_else(|| bad("its secrets are cut short"))?,
        log: header.log,
        keys,
    })
}

/// Removes `subjects` from the sidecar of every folder this node ever backed up to. Returns the
/// folders that could not be reached.
pub(crate) async fn punch_everywhere(
    shared: &Shared,
    subjects: &[ResidentId],
) -> Result<Vec<PathBuf>, Fault> {
    let held = shared.sidecars.lock().await;
    let mut unreachable = Vec::new();
    for folder in folders(shared).await? {
        let path = folder.join(FILE);
        let (subjects, beside) = (subjects.to_vec(), folder.clone());
        let punched = crate::read::blocking(move || {
            punch(&path, &subjects)?;
            crate::files::forget(&beside, &subjects)
        });
        let punched = punched.await?;
        if let Err(error) = punched {
            tracing::error!(folder = %folder.display(), %error, "a key could not be removed");
            unreachable.push(folder);
        }
    }
    drop(held);
    Ok(unreachable)
}

/// Overwrites the records of `subjects` in place.
fn punch(path: &Path, subjects: &[ResidentId]) -> Result<(), Fault> {
    let failed = |why: &dyn std::fmt::Display| setting(path, why);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|why| failed(&why))?;
    let length = file.metadata().map_err(|why| failed(&why))?.len();
    let records = length.saturating_sub(HEADER as u64) / RECORD as u64;
    for subject in subjects {
        // Overwritten records break the order, so every record is looked at.
        file.seek(SeekFrom::Start(HEADER as u64))
            .map_err(|why| failed(&why))?;
        let mut reader = std::io::BufReader::with_capacity(1 << 20, &mut file);
        let mut found = None;
        let mut record = [0; RECORD];
        for place in 0..records {
            reader.read_exact(&mut record).map_err(|why| failed(&why))?;
            if record[..16] == *subject.0.as_bytes() {
                found = Some(place);
                break;
            }
        }
        drop(reader);
        if let Some(place) = found {
            let at = HEADER as u64 + place * RECORD as u64;
            file.seek(SeekFrom::Start(at)).map_err(|why| failed(&why))?;
            file.write_all(&[0; RECORD]).map_err(|why| failed(&why))?;
        }
    }
    file.sync_all().map_err(|why| failed(&why))
}

/// Overwrites a whole file that is about to be replaced.
fn blank(path: &Path) -> Result<(), Fault> {
    let failed = |why: &dyn std::fmt::Display| setting(path, why);
    let mut file = OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(|why| failed(&why))?;
    let mut left = file.metadata().map_err(|why| failed(&why))?.len();
    let zeros = [0; 1 << 16];
    while left > 0 {
        let some = usize::try_from(left)
            .unwrap_or(zeros.len())
            .min(zeros.len());
        file.write_all(&zeros[..some]).map_err(|why| failed(&why))?;
        left -= some as u64;
    }
    file.sync_all().map_err(|why| failed(&why))
}

/// The folders this node backed up to.
pub(crate) async fn folders(shared: &Shared) -> Result<Vec<PathBuf>, Fault> {
    let known = shared.meta(shared.reader(), "backup_folders").await?;
    Ok(known
        .iter()
        .flat_map(|known| known.lines())
        .map(PathBuf::from)
        .collect())
}

/// Remembers a folder backed up to.
pub(crate) async fn remember(shared: &Shared, folder: &Path) -> Result<(), Fault> {
    let mut known = folders(shared).await?;
    if known.iter().any(|one| one == folder) {
        return Ok(());
    }
    known.push(folder.to_owned());
    let text: Vec<String> = known.iter().map(|one| one.display().to_string()).collect();
    let state = shared.state.lock().await;
    shared
        .set_meta(&shared.db.write, "backup_folders", &text.join("\n"))
        .await?;
    drop(state);
    Ok(())
}

fn header(bytes: &[u8]) -> Option<Header> {
    let header: Header = serde_json::from_slice(bytes.get(..HEADER)?).ok()?;
    [FORM, FORM_SEALED]
        .contains(&header.form.as_str())
        .then_some(header)
}
