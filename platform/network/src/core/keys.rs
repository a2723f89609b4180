//! Subjects' keys: lent to a node that may go dark for 45 days at a time, and gone everywhere once
//! they are destroyed.
//!
//! The lease runs by the node's own clock from when its parent had all news, which is not later than
//! their last contact: a chain of nodes in the dark forgets as one. A clock that goes back ends it at
//! once: better to ask again than to use what was erased elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::Entry;
use super::ids::Hand;
use super::message::Wrapped;
use super::node::{Node, Outcome};
use super::plant::Plant;
use super::saved::{Held, Lease, Mode, Record, Saved};

/// How long a node without contact may use the keys that its parent has as well.
pub const LEASE_DAYS: i64 = 45;

const DAY: i64 = 86_400;

/// By how much a clock may be set back without ending the lease.
const TOLERANCE: i64 = 3_600;

/// How old a lease is renewed.
const RENEW: i64 = DAY;

/// How often it is written down that time goes by.
const SEEN: i64 = DAY / 4;

/// Where each subject is met first.
pub(super) type Met = BTreeMap<[u8; 16], Held>;

/// Where each subject is met first in `entries`, which go `up` from here or not.
pub(super) fn met_in(entries: &[Arc<Entry>], up: bool) -> Met {
    let mut met = Met::new();
    for entry in entries {
        for subject in &entry.subjects {
            met.entry(*subject).or_insert_with(|| Held {
                area: Arc::clone(&entry.area),
                place: up.then_some((entry.log, entry.seq)),
            });
        }
    }
    met
}

/// Where those of the subjects of `keys` were met whose key lapsed.
pub(super) fn lapsed_of(saved: &Saved, keys: &[Wrapped]) -> Met {
    let subjects = keys.iter().map(|wrapped| wrapped.subject);
    let held = |area: &Arc<str>| Held {
        area: Arc::clone(area),
        place: None,
    };
    subjects
        .filter_map(|subject| Some((subject, held(saved.lapsed.get(&subject)?))))
        .collect()
}

impl<H: Hand> Node<H> {
    /// Ends the lease when it has run out.
    pub(super) fn mind_lease(&mut self, now: i64, out: &mut Outcome) {
        let before = self.latest;
        self.latest = now;
        if now < before.saturating_sub(TOLERANCE) {
            // What was reckoned by the clock that was wrong says nothing any more.
            self.asking.news_of = None;
        }
        let Some(lease) = self.saved.lease else {
            return;
        };
        let back = now < before.max(lease.seen).saturating_sub(TOLERANCE);
        let lapsed = back || now.saturating_sub(lease.since) > LEASE_DAYS * DAY;
        if lapsed && !self.plants.has(Plant::StaleLease) {
            out.store(Record::Lapsed);
        } else if now.saturating_sub(lease.seen) > SEEN {
            out.store(Record::Lease(Lease { seen: now, ..lease }));
        }
    }

    /// How old this node's own news of destroyed keys is: the top makes it, the others are told.
    pub(super) fn news(&self) -> Option<u64> {
        if self.saved.stale || self.saved.mode != Mode::Active {
            return None;
        }
        if self.saved.parent.is_none() {
            return Some(0);
        }
        let age = self.latest.saturating_sub(self.saved.lease?.since);
        Some(u64::try_from(age).unwrap_or(0))
    }

    /// All that the parent had is here.
    pub(super) fn renew_lease(&self, out: &mut Outcome) {
        let Some(since) = self.asking.news_of else {
            return;
        };
        let old = self.saved.lease;
        if old.is_none_or(|lease| since.saturating_sub(lease.since) > RENEW) {
            let seen = self.latest;
            out.store(Record::Lease(Lease { since, seen }));
        }
    }

    /// Keys from a neighbour, with the entries they came with.
    pub(super) fn take_keys(&self, keys: Vec<Wrapped>, met: &Met, out: &mut Outcome) {
        let mut taken = Vec::new();
        for wrapped in keys {
            let gone = self.saved.destroyed.contains(&wrapped.subject)
                && !self.plants.has(Plant::KeyAfterDestroy);
            if gone || self.saved.keys.contains_key(&wrapped.subject) {
                continue;
            }
            if let Some(held) = met.get(&wrapped.subject) {
                taken.push((wrapped, held.clone()));
            }
        }
        if !taken.is_empty() {
            out.store(Record::Keys(taken));
        }
    }

    /// Whether data of this subject may be sealed: with the key that is here, or with a new one
    /// where none was here before.
    #[must_use]
    pub fn may_seal(&self, subject: &[u8; 16]) -> bool {
        let saved = &self.saved;
        let new = !saved.lapsed.contains_key(subject);
        !saved.destroyed.contains(subject) && (saved.keys.contains_key(subject) || new)
    }

    /// Whether personal data of this subject may be opened here and now.
    #[must_use]
    pub fn may_open(&self, subject: &[u8; 16]) -> bool {
        let saved = &self.saved;
        let settled = !saved.stale && !matches!(saved.mode, Mode::Recovering(_));
        let alone = |(log, seq)| log == self.me && seq >= saved.shipped;
        let lent =
            saved.parent.is_none() || saved.lease.is_some() || self.plants.has(Plant::StaleLease);
        let held = saved.keys.get(subject).filter(|_| settled);
        held.is_some_and(|held| lent || held.place.is_some_and(alone))
    }
}
