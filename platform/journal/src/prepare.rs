//! Making an append ready for the writer, on the submitter's own task: everything is sealed and
//! serialised here, so that the writer only puts the pieces together.

use std::collections::HashMap;

use jiff::Timestamp;
use linli_kernel::{Actor, CommandId, Fault, Refusal, ResidentId, StreamId};
use serde_json::Value;

use crate::append::{Append, AppendError, NewEntry};
use crate::change::Change;
use crate::entry::{Opened, Recorded};
use crate::foreign::Handover;
use crate::seal::Key;
use crate::wire::{self, Act, HEAD_ROOM, MAX_ENTRY};

/// An append, ready to be put in its place.
pub(crate) struct Prepared {
    pub(crate) command: CommandId,
    pub(crate) digest: [u8; 32],
    pub(crate) expected: Vec<(StreamId, u64)>,
    pub(crate) entries: Vec<Ready>,
    pub(crate) changes: Vec<Change>,
    pub(crate) answer: Value,
    pub(crate) answer_text: String,
    /// Topics and bodies.
    pub(crate) notices: Vec<(String, String)>,
    pub(crate) effect: Effect,
}

/// What an append does besides: only the journal's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Nothing,
    /// The key of this subject is destroyed.
    Destroys(ResidentId),
    /// A restored node stands alone and writes again.
    StandsAlone,
    /// The network writes, and a stream may change hands.
    Network(Handover),
}

/// An entry but for its place.
pub(crate) struct Ready {
    pub(crate) stream: StreamId,
    /// The stream's name as JSON.
    pub(crate) name: String,
    pub(crate) rest: Rest,
}

/// The part of an entry after its place.
pub(crate) enum Rest {
    Written(Vec<u8>),
    /// Sealed parts are bound to a version that only the writer knows.
    Unsealed(Box<Unsealed>),
}

pub(crate) struct Unsealed {
    entry: NewEntry,
    at: Timestamp,
    actor: Actor,
    command: CommandId,
    keys: HashMap<ResidentId, Key>,
}

impl Rest {
    /// The bytes, for an entry that becomes version `version` of its stream.
    pub(crate) fn written(&self, version: u64) -> Result<std::borrow::Cow<'_, [u8]>, Fault> {
        match self {
            Self::Written(bytes) => Ok(bytes.into()),
            Self::Unsealed(parts) => {
                let act = Act {
                    at: parts.at,
                    actor: &parts.actor,
                    command: parts.command,
                };
                wire::write_rest(&parts.entry, act, version, &parts.keys)
                    .map(Into::into)
                    .map_err(|why| Fault::Store(format!("an entry cannot be written: {why}")))
            }
        }
    }
}

/// Every subject whose data the append seals.
pub(crate) fn subjects(append: &Append) -> Vec<ResidentId> {
    let sealed = append.entries.iter().flat_map(|entry| &entry.sealed);
    let mut subjects: Vec<_> = sealed.map(|secret| secret.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// Seals and serialises `append` with `keys`, which has one for each subject.
pub(crate) fn prepare(
    append: Append,
    keys: &HashMap<ResidentId, Key>,
    effect: Effect,
) -> Result<Prepared, AppendError> {
    let mut versions: HashMap<&StreamId, u64> = HashMap::new();
    for (stream, version) in &append.expected {
        versions.insert(stream, *version);
    }
    let act = Act {
        at: append.at,
        actor: &append.actor,
        command: append.command,
    };
    let mut entries = Vec::with_capacity(append.entries.len());
    for entry in &append.entries {
        if effect == Effect::Nothing && entry.kind.is_reserved() {
            let refusal = Refusal::new("journal.reserved-kind").with("kind", &entry.kind);
            return Err(refusal.into());
        }
        let version = versions.get_mut(&entry.stream);
        let version = version.map(|version| {
            *version += 1;
            *version
        });
        entries.push(ready(entry, act, version, keys)?);
    }
    let answer_text = append.answer.to_string();
    let notices = append.notices.into_iter();
    Ok(Prepared {
        command: append.command,
        digest: append.digest,
        entries,
        changes: append.changes,
        answer: append.answer,
        answer_text,
        notices: notices
            .map(|notice| (notice.topic, notice.body.to_string()))
            .collect(),
        expected: append.expected,
        effect,
    })
}

fn ready(
    entry: &NewEntry,
    act: Act<'_>,
    version: Option<u64>,
    keys: &HashMap<ResidentId, Key>,
) -> Result<Ready, AppendError> {
    let failed = |why| Fault::Store(format!("an entry cannot be written: {why}"));
    // Whatever the version, the entry is as long: so its length can be judged now.
    let written = wire::write_rest(entry, act, version.unwrap_or(0), keys).map_err(failed)?;
    let name = serde_json::to_string(&entry.stream).map_err(failed)?;
    let bytes = written.len() + name.len() + HEAD_ROOM;
    if bytes > MAX_ENTRY {
        return Err(Refusal::new("journal.entry-too-large")
            .with("kind", &entry.kind)
            .with("bytes", bytes)
            .with("max", MAX_ENTRY)
            .into());
    }
    let rest = if version.is_some() || entry.sealed.is_empty() {
        Rest::Written(written)
    } else {
        let own = |secret: &crate::append::Secret| {
            keys.get(&secret.subject).map(|key| (secret.subject, *key))
        };
        Rest::Unsealed(Box::new(Unsealed {
            keys: entry.sealed.iter().filter_map(own).collect(),
            entry: entry.clone(),
            at: act.at,
            actor: act.actor.clone(),
            command: act.command,
        }))
    };
    Ok(Ready {
        stream: entry.stream.clone(),
        name,
        rest,
    })
}

impl Append {
    /// The entries as they will read once recorded, for deriving changes with the same fold that a
    /// rebuild uses. Their `seq` and `digest` are not known yet and are 0; versions count on from
    /// `expected`.
    #[must_use]
    pub fn as_recorded(&self) -> Vec<Recorded> {
        let mut versions: HashMap<&StreamId, u64> = self
            .expected
            .iter()
            .map(|(stream, version)| (stream, *version))
            .collect();
        let record = |entry: &NewEntry, version| Recorded {
            seq: 0,
            stream: entry.stream.clone(),
            version,
            area: entry.area.clone(),
            kind: entry.kind.clone(),
            at: self.at,
            actor: self.actor.clone(),
            command: self.command,
            open: entry.open.clone(),
            sealed: entry
                .sealed
                .iter()
                .map(|secret| Opened {
                    subject: secret.subject,
                    plain: Some(secret.plain.clone()),
                })
                .collect(),
            digest: [0; 32],
        };
        let mut recorded = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let version = versions.entry(&entry.stream).or_insert(0);
            *version += 1;
            recorded.push(record(entry, *version));
        }
        recorded
    }
}
