//! What really happened, known to nobody in the simulated world: every entry that ever became durable
//! at its writer. What nodes store and do is held against it (`docs/network.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::core::{Act, Digest, Entry, LogId, Saved, StreamName};

/// An invariant that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which, by its number in `docs/network.md`; 0 for what is not on that list.
    pub invariant: u8,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant {}: {}", self.invariant, self.what)
    }
}

/// Who may write after an entry.
#[derive(Debug, Clone, Copy)]
struct After {
    owner: LogId,
    released: Option<LogId>,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    /// Each log's entries, in their places.
    logs: BTreeMap<LogId, Vec<Digest>>,
    /// Logs that were copied: two machines write them.
    pub(super) copied: BTreeSet<LogId>,
    /// Logs whose node was restored: what nobody else had stored is gone and may be written anew.
    pub(super) rolled_back: BTreeSet<LogId>,
    /// How much of each log others have stored.
    elsewhere: BTreeMap<LogId, u64>,
    /// What the copies wrote in places that were taken.
    second: BTreeSet<Digest>,
    after: BTreeMap<Digest, After>,
    /// Entries that a faulty node wrote against the rules: no other may apply them.
    pub(super) wrong: BTreeSet<Digest>,
    /// When each subject was erased.
    pub(super) erased: BTreeMap<[u8; 16], i64>,
    answers: BTreeMap<StreamName, Vec<(LogId, u64)>>,
    /// Those of which others know.
    answers_elsewhere: BTreeSet<(LogId, u64)>,
    pub(super) requests: BTreeMap<StreamName, LogId>,
    pub(super) writes: u64,
    /// The first violation.
    pub(super) violation: Option<Violation>,
}

impl Oracle {
    pub(super) fn broken(&mut self, invariant: u8, what: impl Into<String>) {
        let what = what.into();
        self.violation.get_or_insert(Violation { invariant, what });
    }

    /// An entry became durable at its writer.
    pub(super) fn born(&mut self, entry: &Entry) {
        self.writes += 1;
        let log = self.logs.entry(entry.log).or_default();
        let place = usize::try_from(entry.seq).unwrap_or(usize::MAX);
        let elsewhere = self.elsewhere.get(&entry.log).copied().unwrap_or(0);
        let alone = self.rolled_back.contains(&entry.log) && !self.copied.contains(&entry.log);
        let anew = alone && entry.seq >= elsewhere;
        if anew && place < log.len() {
            log.truncate(place);
            for places in self.answers.values_mut() {
                places.retain(|(log, seq)| *log != entry.log || *seq < entry.seq);
            }
        }
        if place == log.len() {
            log.push(entry.digest);
        } else if self.copied.contains(&entry.log) {
            self.second.insert(entry.digest);
        } else {
            let taken = if place < log.len() {
                "was taken"
            } else {
                "leaves a gap"
            };
            self.broken(1, format!("{entry:?} is written in a place that {taken}"));
        }
        let before = entry.prev.and_then(|prev| self.after.get(&prev)).copied();
        let wrong = self.wrong.contains(&entry.digest);
        if !wrong && !is_entitled(before, entry) {
            self.broken(3, format!("{entry:?} is not its writer's to write"));
        }
        let mut after = before.unwrap_or(After {
            owner: entry.log,
            released: None,
        });
        match &entry.act {
            Act::Released(to) => after.released = Some(*to),
            Act::Accepted | Act::Takeover(_) => {
                after = After {
                    owner: entry.log,
                    released: None,
                };
            }
            Act::Answered(request) => {
                let places = self.answers.entry(request.clone()).or_default();
                places.push((entry.log, entry.seq));
                // A copy of the node may act on it as well.
                let copied = |(log, _): &(LogId, u64)| self.copied.contains(log);
                if places.len() > 1 && !places.iter().any(copied) {
                    self.broken(1, format!("{request} was acted upon twice"));
                }
            }
            Act::Request { to, .. } => drop(self.requests.insert(entry.stream.clone(), *to)),
            _ => {}
        }
        self.after.insert(entry.digest, after);
    }

    /// A log is given up: what nobody else had stored of it is gone.
    pub(super) fn ended(&mut self, log: LogId) {
        for places in self.answers.values_mut() {
            places.retain(|place| place.0 != log || self.answers_elsewhere.contains(place));
        }
    }

    /// Whether the request was acted upon.
    pub(super) fn is_answered(&self, request: &StreamName) -> bool {
        self.answers
            .get(request)
            .is_some_and(|places| !places.is_empty())
    }

    /// How many entries a log ever had.
    pub(super) fn length(&self, log: LogId) -> u64 {
        self.logs.get(&log).map_or(0, |log| log.len() as u64)
    }

    /// A node stored an entry of another.
    pub(super) fn stored(&mut self, entry: &Entry) {
        let elsewhere = self.elsewhere.entry(entry.log).or_default();
        *elsewhere = (entry.seq + 1).max(*elsewhere);
        if matches!(entry.act, Act::Answered(_)) {
            self.answers_elsewhere.insert((entry.log, entry.seq));
        }
        let place = usize::try_from(entry.seq).unwrap_or(usize::MAX);
        let log = self.logs.get(&entry.log);
        let first = log.and_then(|log| log.get(place)) == Some(&entry.digest);
        if !first && !self.second.contains(&entry.digest) {
            self.broken(
                2,
                format!("{entry:?} is stored but was never durable at its writer"),
            );
        }
    }

    /// A node has taken in an entry: what it made of it must follow the rules.
    pub(super) fn applied(&mut self, entry: &Entry, saved: &Saved) {
        let Some(stream) = saved.streams.get(&entry.stream) else {
            return;
        };
        let place = usize::try_from(entry.version - 1).unwrap_or(usize::MAX);
        let link = stream.chain.get(place);
        if link.is_none_or(|link| link.digest != entry.digest) {
            return;
        }
        let before = place
            .checked_sub(1)
            .map(|before| stream.chain[before].digest);
        if before != entry.prev {
            self.broken(
                1,
                format!("{entry:?} is applied after an entry it does not name"),
            );
        }
        if self.wrong.contains(&entry.digest) {
            self.broken(3, format!("{entry:?} is applied against the rules"));
        }
    }
}

/// Whether the writer of `entry` may write it after what was before. Written anew, to be compared with
/// the core's own rules.
fn is_entitled(before: Option<After>, entry: &Entry) -> bool {
    let Some(before) = before else {
        return entry.version == 1;
    };
    match &entry.act {
        Act::Takeover(taken) => {
            taken.from == before.owner && taken.officers[0] != taken.officers[1]
        }
        Act::Accepted => before.released == Some(entry.log),
        _ => before.released.is_none() && before.owner == entry.log,
    }
}
