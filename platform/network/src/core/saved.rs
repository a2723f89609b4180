//! What a node must not forget, as a fold over records. Production keeps the records as rows in one
//! transaction each; the simulator keeps them on a disk that tears, fills up and is restored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::{Act, Enrolled, Entry, StreamName};
use super::frontier::Frontier;
use super::ids::{Digest, LogId, PublicKey, empty_root};
use super::message::{Head, StopReason, Witness, Wrapped};
use super::node::is_within;
use super::plant::Plants;
use super::stream::{Applied, Stream, Why};

/// What the node may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// It writes.
    Active,
    /// It was restored, or found that others know more of its log than itself: it writes nothing
    /// until each of these has returned what it has.
    Recovering(BTreeSet<LogId>),
    /// Its log may not go on.
    Stopped(StopReason),
}

/// The node above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Its log.
    pub log: LogId,
    /// Its key.
    pub key: PublicKey,
}

/// A node that joined here or below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key and area.
    pub enrolled: Enrolled,
    /// The node it joined at.
    pub hub: LogId,
    /// Whether its log may go on.
    pub stopped: Option<StopReason>,
}

/// A log of another node, held whole from its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fed {
    /// Its tree so far.
    pub tree: Frontier,
    /// The last stretch's ends, as its log signed them.
    pub head: Option<Head>,
}

/// A subject's key here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The area of the entry it came with.
    pub area: Arc<str>,
    /// The place of the first entry sealed under it, where that goes up from here: until the parent
    /// has it, nobody else may have the key.
    pub place: Option<(LogId, u64)>,
}

/// When the parent last renewed the lease on keys, by this node's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Up to when all news of destroyed keys is here, in seconds.
    pub since: i64,
    /// The latest time known to have been, so that a clock that goes back while the node is off is
    /// noticed.
    pub seen: i64,
}

/// Something to be stored as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Entries of the node's own log.
    Own(Vec<Arc<Entry>>),
    /// The next stretch of a log that is held whole.
    Fed {
        /// Its ends.
        head: Head,
        /// Those of its entries that were not here.
        entries: Vec<Arc<Entry>>,
    },
    /// Of a log that is followed: all that is followed up to `to`.
    Sparse {
        /// The log.
        log: LogId,
        /// Up to which place.
        to: u64,
        /// The entries.
        entries: Vec<Arc<Entry>>,
    },
    /// The end of a log that may not go on, kept beside it.
    Branch {
        /// Its ends.
        head: Head,
        /// Its entries.
        entries: Vec<Arc<Entry>>,
    },
    /// The parent's word.
    Witnessed(Witness),
    /// What the node may do from now on.
    Mode(Mode),
    /// A child's log may not go on.
    Stopped(LogId, StopReason),
    /// Keys that came from a neighbour.
    Keys(Vec<(Wrapped, Held)>),
    /// Keys whose lease lapsed are gone.
    Lapsed,
    /// So much of the node's own log is about to go up: others may have its keys from now on.
    Shipped(u64),
    /// The lease begins anew.
    Lease(Lease),
    /// Everything that the parent had is here, for the first time or after a restore: keys may be used.
    CaughtUp,
    /// Entries of this node's own log that a child returned after a restore, and how many there were.
    Returned(Vec<Arc<Entry>>, u64),
    /// Something that does not verify, for a person to look at.
    Quarantine(Quarantined),
    /// The node above.
    Parent(Parent),
}

/// Something that does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Who sent it.
    pub from: LogId,
    /// What is wrong, as a code of the message catalogue: `gap`, `root`, `signature`…
    pub reason: &'static str,
    /// What it was about.
    pub about: String,
}

/// What followed from a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// An entry was applied to its stream.
    Applied(Arc<Entry>),
    /// An entry was kept as an orphan.
    Orphan(Arc<Entry>, Why),
    /// An entry that had been applied is an orphan now.
    Displaced(LogId, u64),
    /// A key was destroyed that was held here.
    KeyGone([u8; 16]),
}

/// What a node must not forget.
#[derive(Debug, Clone)]
pub struct Saved {
    /// What it may do.
    pub mode: Mode,
    /// Its own log's tree.
    pub own: Frontier,
    /// The node above.
    pub parent: Option<Parent>,
    /// The nodes that joined here or below, by their log.
    pub members: BTreeMap<LogId, Member>,
    /// The log that took a closed one's place.
    pub successors: BTreeMap<LogId, LogId>,
    /// Logs held whole.
    pub fed: BTreeMap<LogId, Fed>,
    /// Logs of which parts are followed: up to which place.
    pub seen: BTreeMap<LogId, u64>,
    /// The parent's newest word for each log fed to it.
    pub witnessed: BTreeMap<LogId, Witness>,
    /// The streams.
    pub streams: BTreeMap<StreamName, Stream>,
    /// Entries whose stream lacks an earlier one.
    pub waiting: BTreeMap<(StreamName, u64), Vec<Arc<Entry>>>,
    /// Orphans by log and place, and why.
    pub orphans: BTreeMap<(LogId, u64), Why>,
    /// Up to which place the ends of stopped logs are kept.
    pub branches: BTreeMap<LogId, u64>,
    /// Streams that were handed to this node at some time: it may have to accept them yet.
    pub handed: BTreeSet<StreamName>,
    /// Requests addressed to this node: what they are about.
    pub requests: BTreeMap<StreamName, StreamName>,
    /// Requests that were acted upon.
    pub answered: BTreeSet<StreamName>,
    /// Subjects' keys.
    pub keys: BTreeMap<[u8; 16], Held>,
    /// Subjects whose key was here and will be sent again, with the area they were met in: no second
    /// one may be made.
    pub lapsed: BTreeMap<[u8; 16], Arc<str>>,
    /// Subjects whose key was destroyed.
    pub destroyed: BTreeSet<[u8; 16]>,
    /// The lease on keys; `None` where there is no parent or it lapsed.
    pub lease: Option<Lease>,
    /// Whether it was once level with its parent: only then can it tell what is for its children.
    pub ready: bool,
    /// How much of its own log ever went up.
    pub shipped: u64,
    /// Whether it was restored and may not use its keys yet.
    pub stale: bool,
    /// What children returned of this node's own log after a restore.
    pub returned: BTreeMap<u64, Arc<Entry>>,
    /// How many entries of this node's own log neighbours know of.
    pub most: u64,
    /// What does not verify, the newest last.
    pub quarantine: Vec<Quarantined>,
}

/// The most quarantined things the core itself remembers; the store keeps all.
const QUARANTINE: usize = 64;

impl Default for Saved {
    fn default() -> Self {
        Self {
            mode: Mode::Active,
            own: Frontier::default(),
            parent: None,
            members: BTreeMap::new(),
            successors: BTreeMap::new(),
            fed: BTreeMap::new(),
            seen: BTreeMap::new(),
            witnessed: BTreeMap::new(),
            streams: BTreeMap::new(),
            waiting: BTreeMap::new(),
            orphans: BTreeMap::new(),
            branches: BTreeMap::new(),
            handed: BTreeSet::new(),
            requests: BTreeMap::new(),
            answered: BTreeSet::new(),
            keys: BTreeMap::new(),
            lapsed: BTreeMap::new(),
            destroyed: BTreeSet::new(),
            lease: None,
            ready: false,
            shipped: 0,
            stale: false,
            returned: BTreeMap::new(),
            most: 0,
            quarantine: Vec::new(),
        }
    }
}

impl Saved {
    /// Takes in what was stored. Says what followed.
    pub fn apply(&mut self, me: LogId, record: Record, plants: Plants) -> Vec<Noted> {
        let mut noted = Vec::new();
        match record {
            Record::Own(entries) => {
                for entry in entries {
                    self.own.push(&entry.digest);
                    self.hold(&entry);
                    self.take(me, entry, plants, &mut noted);
                }
            }
            Record::Fed { head, entries } => {
                let fed = self.fed.entry(head.log).or_default();
                for entry in &entries {
                    fed.tree.push(&entry.digest);
                }
                fed.head = Some(head);
                for entry in entries {
                    self.take(me, entry, plants, &mut noted);
                }
            }
            Record::Sparse { log, to, entries } => {
                let seen = self.seen.entry(log).or_default();
                *seen = to.max(*seen);
                for entry in entries {
                    self.take(me, entry, plants, &mut noted);
                }
            }
            other => self.apply_fact(other, &mut noted),
        }
        noted
    }

    fn apply_fact(&mut self, record: Record, noted: &mut Vec<Noted>) {
        match record {
            Record::Branch { head, entries } => {
                for entry in entries {
                    self.orphans.insert((entry.log, entry.seq), Why::Branch);
                    noted.push(Noted::Orphan(entry, Why::Branch));
                }
                self.branches.insert(head.log, head.size);
            }
            Record::Witnessed(witness) => drop(self.witnessed.insert(witness.log, witness)),
            Record::Mode(mode) => {
                if mode == Mode::Active {
                    self.returned.clear();
                    self.most = 0;
                }
                self.mode = mode;
            }
            Record::Returned(entries, most) => {
                let entries = entries.into_iter().map(|entry| (entry.seq, entry));
                self.returned.extend(entries);
                self.most = self.most.max(most);
            }
            Record::Stopped(log, why) => {
                if let Some(member) = self.members.get_mut(&log) {
                    member.stopped = Some(why);
                }
            }
            Record::Keys(keys) => {
                for (wrapped, held) in keys {
                    if held.place.is_none() && self.parent.is_some() && self.lease.is_none() {
                        // What the parent has as well is not held without a lease.
                        self.lapsed.insert(wrapped.subject, held.area);
                    } else {
                        self.lapsed.remove(&wrapped.subject);
                        self.keys.entry(wrapped.subject).or_insert(held);
                    }
                }
            }
            Record::Lapsed => self.lapse(),
            Record::Shipped(size) => self.shipped = self.shipped.max(size),
            Record::Lease(lease) => self.lease = Some(lease),
            Record::CaughtUp => (self.stale, self.ready) = (false, true),
            Record::Quarantine(what) => {
                if self.quarantine.len() == QUARANTINE {
                    self.quarantine.remove(0);
                }
                self.quarantine.push(what);
            }
            Record::Parent(parent) => self.parent = Some(parent),
            Record::Own(_) | Record::Fed { .. } | Record::Sparse { .. } => {}
        }
    }

    /// The keys that the parent has as well are gone.
    fn lapse(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        for (subject, held) in keys {
            let alone = |(log, seq)| seq >= self.word_for(log);
            if held.place.is_some_and(alone) {
                self.keys.insert(subject, held);
            } else {
                self.lapsed.insert(subject, held.area);
            }
        }
        self.lease = None;
    }

    /// How many entries of this node's own log its parent has countersigned (已达上级).
    #[must_use]
    pub fn countersigned(&self, me: LogId) -> u64 {
        self.word_for(me).min(self.own.size())
    }

    /// How many entries of a log the present parent has countersigned.
    #[must_use]
    pub fn word_for(&self, log: LogId) -> u64 {
        let parent = self.parent.as_ref().map(|parent| parent.log);
        let word = self.witnessed.get(&log);
        let word = word.filter(|word| Some(word.by) == parent);
        word.map_or(0, |word| word.size)
    }

    /// A key made for an entry written here.
    fn hold(&mut self, entry: &Entry) {
        for subject in &entry.subjects {
            if !self.destroyed.contains(subject) {
                let area = Arc::clone(&entry.area);
                let place = Some((entry.log, entry.seq));
                let held = Held { area, place };
                self.keys.entry(*subject).or_insert(held);
            }
        }
    }

    /// An entry joins its stream, and so do those that waited for it.
    fn take(&mut self, me: LogId, entry: Arc<Entry>, plants: Plants, noted: &mut Vec<Noted>) {
        let mut next = Some(entry);
        while let Some(entry) = next.take() {
            let applied = match self.streams.get_mut(&entry.stream) {
                Some(stream) => stream.apply(&entry, plants),
                None if entry.version == 1 => {
                    let stream = Stream::begun_by(&entry);
                    self.streams.insert(entry.stream.clone(), stream);
                    Applied::Next
                }
                None => Applied::TooEarly,
            };
            match applied {
                Applied::Known => {}
                Applied::TooEarly => {
                    let place = (entry.stream.clone(), entry.version);
                    let waiting = self.waiting.entry(place).or_default();
                    if !waiting.contains(&entry) {
                        waiting.push(entry);
                    }
                    continue;
                }
                Applied::Orphan(why) => {
                    self.orphans.insert((entry.log, entry.seq), why);
                    noted.push(Noted::Orphan(Arc::clone(&entry), why));
                }
                Applied::Next => self.act(me, &entry, noted),
                Applied::Displaces(links) => {
                    for link in links {
                        self.orphans.insert((link.log, link.seq), Why::Branch);
                        noted.push(Noted::Displaced(link.log, link.seq));
                    }
                    self.act(me, &entry, noted);
                }
            }
            next = self.ready(&entry.stream);
        }
    }

    /// An entry that waited and can be judged now: its turn has come, or it follows an orphan.
    fn ready(&mut self, stream: &StreamName) -> Option<Arc<Entry>> {
        if self.waiting.is_empty() {
            return None;
        }
        let (first, last) = ((stream.clone(), 0), (stream.clone(), u64::MAX));
        self.waiting.range(&first..=&last).next()?;
        let known = self.streams.get(stream)?;
        let judged = |entry: &Arc<Entry>| {
            let orphaned = entry
                .prev
                .is_some_and(|prev| known.orphans.contains_key(&prev));
            orphaned || known.follows(entry)
        };
        let mut waiting = self.waiting.range(first..=last);
        let (place, at) = waiting.find_map(|(place, entries)| {
            let at = entries.iter().position(judged)?;
            Some((place.clone(), at))
        })?;
        let waiting = self.waiting.get_mut(&place)?;
        let entry = Some(waiting.swap_remove(at));
        if waiting.is_empty() {
            self.waiting.remove(&place);
        }
        entry
    }

    /// What an applied entry means to nodes and keys.
    fn act(&mut self, me: LogId, entry: &Arc<Entry>, noted: &mut Vec<Noted>) {
        match &entry.act {
            Act::Enrolled(enrolled) => self.enrol(me, entry.log, enrolled),
            Act::Released(to) if *to == me => {
                self.handed.insert(entry.stream.clone());
            }
            Act::Accepted => drop(self.handed.remove(&entry.stream)),
            Act::Closed { log, size, .. } => self.stop(*log, StopReason::Closed(*size)),
            Act::Revoked(log) => self.stop(*log, StopReason::Revoked),
            Act::Request { to, about } if *to == me => {
                let request = entry.stream.clone();
                self.requests.insert(request, about.clone());
            }
            Act::Answered(request) => {
                self.requests.remove(request);
                self.answered.insert(request.clone());
            }
            Act::Destroyed(subject) => {
                self.destroyed.insert(*subject);
                self.lapsed.remove(subject);
                if self.keys.remove(subject).is_some() {
                    noted.push(Noted::KeyGone(*subject));
                }
            }
            _ => {}
        }
        noted.push(Noted::Applied(Arc::clone(entry)));
    }

    fn enrol(&mut self, me: LogId, hub: LogId, enrolled: &Enrolled) {
        let log = LogId::of(&enrolled.key);
        if log == hub {
            // The node at the top has nobody to enrol it: under a new key it says itself which log it
            // goes on for. Of others nobody believes that.
            if let Some(old) = enrolled.replaces.filter(|old| log == me && *old != me) {
                self.successors.insert(old, me);
            }
            return;
        }
        if !self.may_enrol(me, hub, enrolled) {
            return;
        }
        let stopped = self.members.get(&log).and_then(|old| old.stopped.clone());
        let member = Member {
            enrolled: enrolled.clone(),
            hub,
            stopped,
        };
        if let Some(old) = enrolled.replaces {
            self.successors.insert(old, log);
        }
        self.members.insert(log, member);
    }

    /// Whether a node's word for another counts: of a node below only where the other, and the log it goes
    /// on for, did not join on another side, and where its area lies in the area of the one that speaks.
    /// A node that was broken into takes no more than what is its own.
    fn may_enrol(&self, me: LogId, hub: LogId, enrolled: &Enrolled) -> bool {
        let Some(side) = self.via(me, hub) else {
            return true;
        };
        let elsewhere = |log: &LogId| self.via(me, *log).is_some_and(|other| other != side);
        let speaks = self.members.get(&self.newest(hub));
        let within = |hub: &Member| is_within(&enrolled.area, &hub.enrolled.area);
        !elsewhere(&LogId::of(&enrolled.key))
            && !enrolled.replaces.as_ref().is_some_and(elsewhere)
            && speaks.is_none_or(within)
    }

    fn stop(&mut self, log: LogId, why: StopReason) {
        if let Some(member) = self.members.get_mut(&log) {
            // The first reason stands: a revoked log is closed as well when its node gets a new key.
            member.stopped.get_or_insert(why);
        }
    }

    /// The node through which entries of `log` come here: the child of `me` it lies under.
    #[must_use]
    pub fn via(&self, me: LogId, log: LogId) -> Option<LogId> {
        let mut below = self.newest(log);
        // No tree of districts, streets and committees is deeper.
        for _ in 0..8 {
            let hub = self.newest(self.members.get(&below)?.hub);
            if hub == me {
                return Some(below);
            }
            below = hub;
        }
        None
    }

    /// The log that stands in the place of `log` now.
    pub(crate) fn newest(&self, log: LogId) -> LogId {
        let mut newest = log;
        // A node that got more keys than this had other troubles.
        for _ in 0..1_000 {
            match self.successors.get(&newest) {
                Some(next) => newest = *next,
                None => break,
            }
        }
        newest
    }

    /// The newest root and size of a log held whole.
    #[must_use]
    pub fn end_of(&self, log: LogId) -> (u64, Digest) {
        let Some(fed) = self.fed.get(&log) else {
            return (0, empty_root());
        };
        let size = fed.tree.size();
        // What was taken led to the root that was signed: it need not be reckoned again.
        let signed = fed.head.as_ref().filter(|head| head.size == size);
        (
            size,
            signed.map_or_else(|| fed.tree.root(), |head| head.root),
        )
    }
}
