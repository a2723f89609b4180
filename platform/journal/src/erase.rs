//! The journal's own entries: a subject's key destroyed, a restored node confirmed.

use linli_kernel::{Actor, AreaPath, CommandId, Refusal, ResidentId, StreamId};
use serde_json::{Value, json};

use crate::append::{Append, AppendError, Appended, NewEntry};
use crate::change::Change;
use crate::journal::{Journal, kinds};
use crate::keys;
use crate::prepare::Effect;
use crate::shared::Mode;
use crate::sidecar;

/// The wish to destroy a subject's key: what erasing a person comes down to.
#[derive(Debug, Clone)]
pub struct Destroy {
    /// The act.
    pub command: CommandId,
    /// Who decided it.
    pub actor: Actor,
    /// The area the subject belongs to.
    pub area: AreaPath,
    /// Why: the rule or request, without personal data.
    pub reason: String,
    /// The register rows that hold the subject's data, deleted or blanked: what a fold gives once
    /// the sealed parts cannot be read.
    pub changes: Vec<Change>,
}

impl Journal {
    /// Destroys a subject's key: what is sealed under it can never be read again, here or from any
    /// backup whose folder this node can still reach; their files go. The journal still verifies.
    ///
    /// Backup folders that could not be reached are returned: the key must be removed there by
    /// hand, or by the next backup into them.
    ///
    /// # Errors
    /// As [`append`](Self::append). A refusal `journal.subject-erased` when it was destroyed before
    /// by another command.
    pub async fn destroy(
        &self,
        subject: ResidentId,
        wish: Destroy,
    ) -> Result<Vec<std::path::PathBuf>, AppendError> {
        let open = json!({ "subject": subject, "reason": wish.reason });
        let append = self.own_append(
            (wish.command, wish.actor),
            NewEntry {
                stream: StreamId::new("key", subject),
                area: wish.area,
                kind: kinds::KEYS_DESTROYED,
                open,
                sealed: Vec::new(),
            },
            wish.changes,
        );
        let keys = &self.shared.keys;
        let before = keys.is_destroyed(subject);
        keys.mark_destroyed([subject]);
        if let Err(error) = self.submit(append, Effect::Destroys(subject)).await {
            if before && matches!(error, AppendError::Conflict { .. }) {
                return Err(Refusal::new("journal.subject-erased").into());
            }
            if !before {
                keys.unmark_destroyed(subject);
            }
            return Err(error);
        }
        keys.remove(&[subject]).await?;
        keys::scrub(&self.shared.db.write, "log_meta").await?;
        self.shared.files.remove_all(subject)?;
        Ok(sidecar::punch_everywhere(&self.shared, &[subject]).await?)
    }

    /// A restored node writes again: an operator has made sure that no other copy of it does.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub async fn confirm_stands_alone(
        &self,
        command: CommandId,
        actor: Actor,
        area: AreaPath,
    ) -> Result<Appended, AppendError> {
        if self.mode() == Mode::Active {
            return Err(Refusal::new("journal.not-restored").into());
        }
        let restored = self.shared.meta(self.reader(), "restored").await?;
        let entry = NewEntry {
            stream: StreamId::new("node", self.log_id()?),
            area,
            kind: kinds::NODE_STANDS_ALONE,
            open: json!({ "restored": restored }),
            sealed: Vec::new(),
        };
        let mut append = self.own_append((command, actor), entry, Vec::new());
        // A node may be restored more than once: whatever version the stream is at.
        append.expected.clear();
        self.submit(append, Effect::StandsAlone).await
    }

    fn own_append(&self, act: (CommandId, Actor), entry: NewEntry, changes: Vec<Change>) -> Append {
        let (command, actor) = act;
        Append {
            command,
            digest: crate::secrets::sha256(entry.open.to_string().as_bytes()),
            at: self.shared.clock.now(),
            actor,
            expected: vec![(entry.stream.clone(), 0)],
            entries: vec![entry],
            changes,
            answer: Value::Null,
            notices: Vec::new(),
        }
    }
}
