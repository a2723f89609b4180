//! What an entry says, once read: its kind, who did it, its open part, and its sealed parts opened
//! where their keys still exist.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use linli_kernel::{Actor, AreaPath, CommandId, ResidentId, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// What kind of event an entry records, and in which version of its form: `cases.submitted@1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kind {
    /// `feature.past-tense`: lower-case letters, digits, hyphens, underscores and dots.
    pub name: Cow<'static, str>,
    /// The version of the form, from 1.
    pub v: u16,
}

/// Why a text names no kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{0}” is no kind of entry: expected a name and a version such as cases.submitted@1")]
pub struct BadKind(pub String);

/// An entry as read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its place in the log, from 0, without gaps.
    pub seq: u64,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// The area it belongs to.
    pub area: AreaPath,
    /// What kind of event it records.
    pub kind: Kind,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// The command it came from.
    pub command: CommandId,
    /// What whoever may read the area's log may read.
    pub open: Value,
    /// Personal data, one part a subject.
    pub sealed: Vec<Opened>,
    /// SHA-256 of the entry's exact bytes.
    pub digest: [u8; 32],
}

/// A sealed part of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Whose data it is.
    pub subject: ResidentId,
    /// The data, or `None` when the subject's key was destroyed.
    pub plain: Option<Value>,
}

impl Kind {
    /// The kind called `name` in version `v`.
    #[must_use]
    pub const fn new(name: &'static str, v: u16) -> Self {
        Self {
            name: Cow::Borrowed(name),
            v,
        }
    }

    /// Whether the kind is the journal's own (`keys.…`, `node.…`): features may not write it.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.name.starts_with("keys.") || self.name.starts_with("node.")
    }
}

impl Recorded {
    /// Whether it only says which node writes its stream from now on: it changes nothing else.
    #[must_use]
    pub fn is_handover(&self) -> bool {
        matches!(
            &*self.kind.name,
            "node.released" | "node.accepted" | "node.takeover"
        )
    }

    /// The first sealed part of `subject` that can still be read.
    #[must_use]
    pub fn sealed_of(&self, subject: ResidentId) -> Option<&Value> {
        self.sealed
            .iter()
            .find(|part| part.subject == subject)
            .and_then(|part| part.plain.as_ref())
    }
}

impl FromStr for Kind {
    type Err = BadKind;
    fn from_str(text: &str) -> Result<Self, BadKind> {
        let bad = || BadKind(text.to_owned());
        let (name, version) = text.rsplit_once('@').ok_or_else(bad)?;
        let named = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
        match version.parse::<u16>() {
            Ok(v) if named && v > 0 && !version.starts_with(['0', '+']) => Ok(Self {
                name: Cow::Owned(name.to_owned()),
                v,
            }),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = BadKind;
    fn try_from(text: String) -> Result<Self, BadKind> {
        text.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.to_string()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.v)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({self})")
    }
}
