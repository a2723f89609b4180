//! What is handed to the writer, and what comes back.

use jiff::Timestamp;
use linli_kernel::{Actor, AreaPath, CommandId, Fault, Refusal, ResidentId, StreamId};
use serde_json::Value;
use thiserror::Error;

use crate::change::Change;
use crate::entry::Kind;

/// An event about to be recorded.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The stream it goes to.
    pub stream: StreamId,
    /// The area it belongs to.
    pub area: AreaPath,
    /// What kind of event it is.
    pub kind: Kind,
    /// What whoever may read the area's log may read: no personal data.
    pub open: Value,
    /// Personal data, sealed under each subject's own key.
    pub sealed: Vec<Secret>,
}

/// Personal data of one subject, not yet sealed.
#[derive(Clone)]
pub struct Secret {
    /// Whose data it is.
    pub subject: ResidentId,
    /// The data.
    pub plain: Value,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({}, …)", self.subject)
    }
}

/// Something to be told to the world once it is durable: a message, a task for another system.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it is about, as `cases.decided`: who delivers it chooses by this.
    pub topic: String,
    /// What to tell: ids, no personal data.
    pub body: Value,
}

/// One command's worth of facts: recorded as a whole or not at all.
#[derive(Debug, Clone)]
pub struct Append {
    /// The act these facts come from: sent once or many times, recorded once.
    pub command: CommandId,
    /// SHA-256 of the command's body: the same id with another body is refused.
    pub digest: [u8; 32],
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// The version each stream must be at; 0 for a stream that must not exist. A stream that takes
    /// entries but is not listed takes them at whatever version it is at.
    pub expected: Vec<(StreamId, u64)>,
    /// What happened, in order.
    pub entries: Vec<NewEntry>,
    /// The register rows that follow from it.
    pub changes: Vec<Change>,
    /// What to answer, now and whenever the command is sent again. No personal data.
    pub answer: Value,
    /// What to tell others.
    pub notices: Vec<Notice>,
}

/// What became of an [`Append`].
#[derive(Debug, Clone, PartialEq)]
pub enum Appended {
    /// It is durable.
    Done {
        /// The command's answer.
        answer: Value,
        /// The place of the first entry in the log.
        first_seq: u64,
        /// The place of the last entry in the log; before `first_seq` when there were no entries.
        last_seq: u64,
    },
    /// The command was recorded before; this is what it was answered then.
    Repeated {
        /// The first answer.
        answer: Value,
    },
}

impl Appended {
    /// The command's answer, first or repeated.
    #[must_use]
    pub fn answer(&self) -> &Value {
        match self {
            Self::Done { answer, .. } | Self::Repeated { answer } => answer,
        }
    }
}

/// Why nothing was recorded.
#[derive(Debug, Error)]
pub enum AppendError {
    /// Somebody else was faster: load the stream again and decide anew.
    #[error("stream {stream} is at version {found}, not {expected}")]
    Conflict {
        /// The stream that moved.
        stream: StreamId,
        /// The version the command was decided at.
        expected: u64,
        /// The version it is at.
        found: u64,
    },
    /// The command id was used before, for another command.
    #[error("this command id was used for another command")]
    CommandReused,
    /// The stream holds an entry that this version of Linli cannot understand.
    #[error("stream {0} is parked: it holds an entry this version cannot understand")]
    Parked(StreamId),
    /// The node takes no writes now; the text says why.
    #[error("read-only: {0}")]
    ReadOnly(String),
    /// A rule of the journal says no: an entry too large, a subject already erased.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The world failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
