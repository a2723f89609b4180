//! 附件: files kept beside the journal, each once, sealed under its subject's own key.
//!
//! An entry is at most 60 KiB and names a file by its [`FileId`]. The id is a keyed hash of subject
//! and content, so the same content of the same person is kept once, while equal papers of two
//! persons have nothing in common to be seen, and nobody without the node's key can try contents
//! out. Content and label are sealed together: destroying the subject's key makes every copy
//! unreadable, those in backups included.
//!
//! A file is durable before [`Journal::keep_file`] returns, and so before the entry that names it.
//! Whoever registers which files entries name ([`FileRegister`]) makes them part of backup, restore
//! and verification; files that nothing names are swept ([`Journal::drop_loose`]).

mod carry;
mod check;
mod sealed;
mod store;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use linli_kernel::{Fault, ResidentId};
use sea_orm::ConnectionTrait;
use serde_json::Value;

pub(crate) use carry::{back, forget, out};
pub(crate) use check::check;
pub(crate) use store::Store;

use crate::append::AppendError;
use crate::db::fault;
use crate::journal::Journal;
use crate::prepare::Effect;
use crate::read::blocking;
use crate::registers::FileRegister;
use crate::shared::Shared;
use crate::sql::Sql;

/// The folder of files in a node's folder, and beside the archives of a backup.
pub(crate) const FOLDER: &str = "attachments";

/// How many rows of a register one query asks for.
const PAGE: u64 = 1_000;

/// A kept file: 64 hexadecimal digits that say nothing about its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) [u8; 32]);

impl FileId {
    /// Its 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl From<[u8; 32]> for FileId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

/// A text is no [`FileId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits in lower case")]
pub struct BadFileId;

impl FromStr for FileId {
    type Err = BadFileId;
    fn from_str(text: &str) -> Result<Self, BadFileId> {
        // One spelling only: an id is compared as text in registers.
        let lower = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if lower => Ok(Self(bytes)),
            _ => Err(BadFileId),
        }
    }
}

/// What was kept.
#[derive(Clone, PartialEq)]
pub struct KeptFile {
    /// What was said about it when it was first kept: name, type. Sealed like the content.
    pub label: Value,
    /// The content.
    pub content: Vec<u8>,
}

impl fmt::Debug for KeptFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptFile({} bytes)", self.content.len())
    }
}

/// Where a kept file lies: whose it is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileAt {
    /// Whose it is.
    pub subject: ResidentId,
    /// Which.
    pub id: FileId,
}

impl Journal {
    /// Keeps `content` for `subject` with its `label`, durably. Content that is there already is
    /// not written again and keeps its first label.
    ///
    /// # Errors
    /// [`AppendError`]: a refusal `journal.subject-erased`, no writes now, or the world failed.
    pub async fn keep_file(
        &self,
        subject: ResidentId,
        label: Value,
        content: Vec<u8>,
    ) -> Result<FileId, AppendError> {
        self.writable(Effect::Nothing)?;
        let shared = Arc::clone(&self.shared);
        let keys = shared.keys.find_or_make([subject]).await?;
        let key = keys
            .get(&subject)
            .copied()
            .ok_or_else(|| Fault::Damaged(format!("the key of subject {subject}")))?;
        {
            // The key first: a file must never be durable before the key that opens it. The writer
            // flushes under the same lock.
            let state = shared.state.lock().await;
            shared.keys.flush().await?;
            drop(state);
        }
        let now = shared.clock.now();
        let kept = blocking(move || {
            let id = sealed::id_of(&shared.secrets, subject, &content);
            let at = FileAt { subject, id };
            if sealed::opens(&shared, at, &key)? {
                shared.files.touch(at, now)?;
                return Ok::<_, Fault>(id);
            }
            let bytes = sealed::seal(at, &key, &label, &content)?;
            shared.files.put(at, &bytes, now)?;
            Ok(id)
        });
        Ok(kept.await??)
    }

    /// A kept file; `None` when there is none, or its subject was erased.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when it is not what it was, or another fault.
    pub async fn file(&self, at: FileAt) -> Result<Option<KeptFile>, Fault> {
        let keys = self.shared.keys.find([at.subject]).await?;
        let Some(key) = keys.get(&at.subject).copied() else {
            return Ok(None);
        };
        let shared = Arc::clone(&self.shared);
        blocking(move || sealed::open(&shared, at, &key)).await?
    }

    /// Whether a file is there; not whether it is sound.
    ///
    /// # Errors
    /// A fault.
    pub async fn has_file(&self, at: FileAt) -> Result<bool, Fault> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.files.has(at)).await
    }

    /// Files that were kept, or kept again, before `moment`.
    ///
    /// # Errors
    /// A fault.
    pub async fn files_before(&self, moment: Timestamp) -> Result<Vec<FileAt>, Fault> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.files.before(moment)).await?
    }

    /// Deletes those of `files` that no entry names. Whoever holds files for something not yet in
    /// the journal must have taken them out of the list, after the list was made.
    ///
    /// # Errors
    /// A fault.
    pub async fn drop_loose(&self, files: Vec<FileAt>) -> Result<u64, Fault> {
        let mut dropped = 0;
        for at in files {
            if !self.names(at).await? {
                let shared = Arc::clone(&self.shared);
                blocking(move || shared.files.remove(at)).await??;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// The files that entries name, and whether each is there; those of erased subjects left out.
    ///
    /// # Errors
    /// A fault.
    pub async fn named_files(&self) -> Result<Vec<(FileAt, bool)>, Fault> {
        let shared = &self.shared;
        let mut named = Vec::new();
        for register in shared.registers.files() {
            let mut after = String::new();
            loop {
                let page = page(shared, self.reader(), register, &after).await?;
                let Some(last) = page.last() else { break };
                after = last.id.to_string();
                let shared = Arc::clone(shared);
                let looked = blocking(move || {
                    let there = page.into_iter().map(|at| (at, shared.files.has(at)));
                    there.collect::<Vec<_>>()
                });
                named.extend(looked.await?);
            }
        }
        Ok(named)
    }

    /// A file as it lies here, sealed: what another node of the network is given. `None` when there
    /// is none.
    ///
    /// # Errors
    /// A fault.
    pub async fn sealed_file(&self, at: FileAt) -> Result<Option<Vec<u8>>, Fault> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.files.get(at)).await?
    }

    /// Whether a file from another node is waited for: an entry names it, its subject's key is here,
    /// and it is not.
    ///
    /// # Errors
    /// A fault.
    pub async fn lacks_file(&self, at: FileAt) -> Result<bool, Fault> {
        let keys = self.shared.keys.find([at.subject]).await?;
        Ok(keys.contains_key(&at.subject) && !self.has_file(at).await? && self.names(at).await?)
    }

    /// Keeps a sealed file of another node that is waited for here. Says whether it was what its id
    /// says, and was kept.
    ///
    /// # Errors
    /// A fault.
    pub async fn take_file(&self, at: FileAt, sealed: Vec<u8>) -> Result<bool, Fault> {
        if !self.lacks_file(at).await? {
            return Ok(false);
        }
        let keys = self.shared.keys.find([at.subject]).await?;
        let Some(key) = keys.get(&at.subject).copied() else {
            return Ok(false);
        };
        let (shared, now) = (Arc::clone(&self.shared), self.shared.clock.now());
        let kept = blocking(move || {
            let sound = sealed::is_sound(&shared.secrets, at, (&key, &sealed));
            if sound {
                shared.files.put(at, &sealed, now)?;
            }
            Ok::<_, Fault>(sound)
        });
        kept.await?
    }

    async fn names(&self, at: FileAt) -> Result<bool, Fault> {
        for register in self.shared.registers.files() {
            let FileRegister { table, file, .. } = register;
            let head = format!("SELECT 1 AS one FROM {table} WHERE {file} = ");
            let mut sql = Sql::new(self.shared.backend(), &head);
            sql.bind(at.id.to_string()).push(" LIMIT 1");
            let row = self.reader().query_one_raw(sql.done()).await;
            if row.map_err(fault)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The files that `register` names after the file `after`, in their order; those of erased subjects
/// left out. Empty at the end.
pub(crate) async fn page(
    shared: &Shared,
    db: &impl ConnectionTrait,
    register: FileRegister,
    after: &str,
) -> Result<Vec<FileAt>, Fault> {
    let FileRegister {
        table,
        subject,
        file,
    } = register;
    let mut after = after.to_owned();
    loop {
        let head =
            format!("SELECT DISTINCT {subject} AS s, {file} AS f FROM {table} WHERE {file} > ");
        let mut sql = Sql::new(shared.backend(), &head);
        sql.bind(after)
            .push(&format!(" ORDER BY {file} LIMIT {PAGE}"));
        let mut page = Vec::new();
        let rows = db.query_all_raw(sql.done()).await.map_err(fault)?;
        let Some(last) = rows.last() else {
            return Ok(page);
        };
        after = last.try_get("", "f").map_err(fault)?;
        for row in rows {
            let subject: String = row.try_get("", "s").map_err(fault)?;
            let file: String = row.try_get("", "f").map_err(fault)?;
            let damaged = |_| Fault::Damaged(format!("table {table}, file {file}"));
            let subject: ResidentId = subject.parse().map_err(|_bad| damaged(BadFileId))?;
            let id = file.parse().map_err(damaged)?;
            if !shared.keys.is_destroyed(subject) {
                page.push(FileAt { subject, id });
            }
        }
        if !page.is_empty() {
            return Ok(page);
        }
    }
}
