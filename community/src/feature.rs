//! How a command becomes facts, the same for every feature.
//!
//! A [`Feature`] says how its events are written, read and folded and which register rows follow.
//! On the live path [`Plan::add`] uses it, when registers are rebuilt [`FeatureFolder`] does: one
//! projection, so that registers equal the fold of the journal by construction.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Folder, Kind, NewEntry, Notice, Recorded, Secret};
use linli_kernel::{Actor, AreaPath, CommandId, Fault, Refusal, ResidentId, StreamId};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Rules say no: one refusal a broken rule, each with its field where it belongs to one.
    #[error("refused: {}", .0.iter().map(|r| r.code.as_str()).collect::<Vec<_>>().join(", "))]
    Refused(Vec<Refusal>),
    /// The caller saw `expected`, but the stream is at `found`: show both versions side by side.
    #[error("{stream} is at version {found}, not {expected}")]
    Conflict {
        /// The stream that moved.
        stream: StreamId,
        /// The version the caller had seen.
        expected: u64,
        /// The version it is at.
        found: u64,
    },
    /// The world failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// Who asks, under which command id, and what they had seen.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The act: sent once or many times, done once.
    pub command: CommandId,
    /// Who acts.
    pub actor: &'a Actor,
    /// The version of the stream that the caller saw; `None` to decide on whatever there is.
    pub expected: Option<u64>,
}

/// When and by whom: what folding may know of an entry besides its event.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: &'a Actor,
}

/// An event as it goes into an entry.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Its kind.
    pub kind: Kind,
    /// The area it belongs to.
    pub area: AreaPath,
    /// The open part: no personal data.
    pub open: Value,
    /// The sealed parts, each under its subject's key.
    pub sealed: Vec<(ResidentId, Value)>,
}

/// How a feature's events are written, read and folded, and which register rows follow.
pub trait Feature: 'static {
    /// The topic of its streams: the part of a [`StreamId`] before the slash.
    const TOPIC: &'static str;
    /// What the events of one stream add up to; the default is a stream without events.
    type State: Default + Clone + Send + Sync + 'static;
    /// What happens.
    type Event: Send + Sync;

    /// Splits an event for writing; `after` is the state with the event folded in.
    ///
    /// # Errors
    /// [`Fault`] when the event has no JSON form.
    fn write(after: &Self::State, event: &Self::Event) -> Result<Parts, Fault>;

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    fn read(entry: &Recorded) -> Result<Self::Event, FoldError>;

    /// Folds one event into the state.
    fn apply(state: &mut Self::State, stream: &StreamId, event: &Self::Event, meta: Meta<'_>);

    /// The register rows to change when a stream goes from `before` to `after`.
    fn rows(before: &Self::State, after: &Self::State, rows: &mut Vec<Change>);

    /// The rows to change for an entry that is not of this feature's topic: one of the journal's own
    /// kinds, such as the destruction of a subject's key.
    fn elsewhere(_entry: &Recorded, _rows: &mut Vec<Change>) {}

    /// What is to be told to the world about an event, once it is durable: its topic, and a body
    /// without personal data. `version` is the stream's with the event.
    fn notice(
        _after: &Self::State,
        _event: &Self::Event,
        _version: u64,
    ) -> Option<(&'static str, Value)> {
        None
    }

    /// Drops from a state what no row needs, so that rebuilding holds many in memory.
    fn slim(_state: &mut Self::State) {}
}

/// Folds the entries of one feature into register rows, when registers are rebuilt.
pub struct FeatureFolder<F: Feature> {
    states: HashMap<StreamId, F::State>,
}

impl<F: Feature> Default for FeatureFolder<F> {
    fn default() -> Self {
        Self {
            states: HashMap::new(),
        }
    }
}

impl<F: Feature> Folder for FeatureFolder<F> {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        if entry.stream.topic() != F::TOPIC {
            let mut rows = Vec::new();
            F::elsewhere(entry, &mut rows);
            return Ok(rows);
        }
        if entry.is_handover() {
            return Ok(Vec::new());
        }
        let event = F::read(entry)?;
        let meta = Meta {
            at: entry.at,
            actor: &entry.actor,
        };
        let before = self.states.get(&entry.stream).cloned().unwrap_or_default();
        let mut after = before.clone();
        F::apply(&mut after, &entry.stream, &event, meta);
        let mut rows = Vec::new();
        F::rows(&before, &after, &mut rows);
        F::slim(&mut after);
        self.states.insert(entry.stream.clone(), after);
        Ok(rows)
    }
}

/// A stream's state and the version it is at.
#[derive(Debug, Clone)]
pub struct Loaded<S> {
    /// What its events add up to.
    pub state: Arc<S>,
    /// How many there are.
    pub version: u64,
}

/// What became of a command.
#[derive(Debug, Clone)]
pub struct Performed<S> {
    /// The stream's state afterwards.
    pub state: Arc<S>,
    /// The version it is at.
    pub version: u64,
    /// What was answered; the first answer when the command had been done before.
    pub answer: Value,
    /// The places of its first and last entry in the log; `None` when it had been done before.
    pub seqs: Option<(u64, u64)>,
}

/// Everything one command writes, over one or more streams.
#[derive(Default)]
pub struct Plan {
    pub(crate) expected: Vec<(StreamId, u64)>,
    pub(crate) entries: Vec<NewEntry>,
    pub(crate) changes: Vec<Change>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) cached: Vec<(StreamId, Cached)>,
}

/// A state as the cache keeps it.
pub(crate) type Cached = (u64, Arc<dyn Any + Send + Sync>);

impl Plan {
    /// Adds `events` to `stream`, which is expected to be as `loaded`; once a stream and plan.
    /// Returns the stream afterwards.
    ///
    /// # Errors
    /// [`Fault`] when an event cannot be written.
    pub fn add<F: Feature>(
        &mut self,
        stream: &StreamId,
        loaded: &Loaded<F::State>,
        events: &[F::Event],
        meta: Meta<'_>,
    ) -> Result<Loaded<F::State>, Fault> {
        let mut after = F::State::clone(&loaded.state);
        let mut version = loaded.version;
        for event in events {
            F::apply(&mut after, stream, event, meta);
            let parts = F::write(&after, event)?;
            self.entries.push(parts.into_entry(stream.clone()));
            version += 1;
            if let Some((topic, body)) = F::notice(&after, event, version) {
                self.tell(topic, body);
            }
        }
        F::rows(&loaded.state, &after, &mut self.changes);
        self.expected.push((stream.clone(), loaded.version));
        let state = Arc::new(after);
        let cached: Arc<dyn Any + Send + Sync> = Arc::clone(&state) as _;
        self.cached.push((stream.clone(), (version, cached)));
        Ok(Loaded { state, version })
    }

    /// Adds something to be told to the world once the facts are durable.
    pub fn tell(&mut self, topic: &str, body: Value) {
        self.notices.push(Notice {
            topic: topic.to_owned(),
            body,
        });
    }

    /// Whether nothing would be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Parts {
    fn into_entry(self, stream: StreamId) -> NewEntry {
        let sealed = self.sealed.into_iter();
        NewEntry {
            stream,
            area: self.area,
            kind: self.kind,
            open: self.open,
            sealed: sealed
                .map(|(subject, plain)| Secret { subject, plain })
                .collect(),
        }
    }
}

/// The digest of a command's body: the same command id with another body is refused.
///
/// # Errors
/// [`Fault`] when the body has no JSON form.
pub fn digest_of(body: &impl Serialize) -> Result<[u8; 32], Fault> {
    let bytes = serde_json::to_vec(body).map_err(|e| Fault::Damaged(format!("command: {e}")))?;
    Ok(Sha256::digest(&bytes).into())
}
