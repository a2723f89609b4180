//! Making durable what follows from an input: the core's records become one intake of the journal,
//! entries, registers and what is remembered together.
//!
//! The core changes only after that. Which entries continue their stream is found out before, on a
//! copy of the streams they touch.

use std::collections::BTreeSet;
use std::sync::Arc;

use linli_journal::{EntryName, Foreign, Intake, Owned, Remembered};
use linli_kernel::{Fault, ResidentId, StreamId};
use uuid::Uuid;

use super::load;
use super::{Inner, Line, envelope};
use crate::core::{
    Act, Action, Entry, Held, LogId, Mode, Noted, Plants, Quarantined, Record, Saved, StreamName,
    Wrapped,
};

/// The same trouble with the same node is noted once in so many seconds.
const NOTED_EVERY: i64 = 3_600;

impl Line {
    /// Stores the records as a whole; the actions that follow.
    pub(super) async fn keep(
        &self,
        inner: &mut Inner,
        records: Vec<Record>,
    ) -> Result<Vec<Action>, Fault> {
        let now = self.now();
        let mut kept = Vec::with_capacity(records.len());
        let mut intake = Intake::default();
        for record in records {
            match record {
                Record::Quarantine(what) if inner.was_noted(&what, now) => {}
                Record::Keys(keys) => {
                    let keys = self.take_keys(inner, keys, &mut intake);
                    kept.push(Record::Keys(keys));
                }
                other => kept.push(other),
            }
        }
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let Some(node) = &inner.node else {
            return Ok(Vec::new());
        };
        let me = node.log();
        // A node that was restored folds what it hears when it may write again.
        let recovering = matches!(node.saved.mode, Mode::Recovering(_));
        let recovered = recovering && kept.contains(&Record::Mode(Mode::Active));
        intake.unfolded = inner.unfolded || recovering;
        rehearse(&node.saved, me, &kept, &mut intake);
        let came_back = intake.keys.iter().any(|(subject, _)| {
            let lapsed = &node.saved.lapsed;
            lapsed.contains_key(subject.0.as_bytes())
        });
        if kept.contains(&Record::Lapsed) {
            intake.lapsed = lapsing(&node.saved, me);
        }
        for record in &kept {
            prepare(record, me, now, &mut intake);
        }
        let moved: BTreeSet<StreamId> = intake
            .owners
            .iter()
            .map(|(stream, _)| stream.clone())
            .collect();
        self.journal.take_in(intake).await?;
        if recovered && !inner.unfolded {
            self.journal.catch_up_registers().await?;
        }
        inner.moved.extend(moved);
        let Some(node) = &mut inner.node else {
            return Ok(Vec::new());
        };
        let stored: Vec<_> = kept
            .into_iter()
            .flat_map(|record| node.stored(record))
            .collect();
        inner.refold |= came_back && !inner.unfolded;
        Ok(stored)
    }

    /// Opens the keys that a neighbour sent; those that do not open, or may not be held now, are left.
    fn take_keys(
        &self,
        inner: &Inner,
        keys: Vec<(Wrapped, Held)>,
        intake: &mut Intake,
    ) -> Vec<(Wrapped, Held)> {
        let seed = self.journal.node_seed();
        let Some((node, peer)) = inner.node.as_ref().zip(inner.peer) else {
            return Vec::new();
        };
        let lent = node.saved.parent.is_none() || node.saved.lease.is_some();
        let mut taken = Vec::with_capacity(keys.len());
        for (wrapped, held) in keys {
            let key = envelope::unwrap(&seed, &peer, &wrapped.subject, &wrapped.key);
            let Some(key) = key else { continue };
            if held.place.is_some() || lent {
                let subject = ResidentId(Uuid::from_bytes(wrapped.subject));
                intake.keys.push((subject, key));
            }
            taken.push((wrapped, held));
        }
        taken
    }
}

impl Inner {
    /// Whether the same was noted a short while ago.
    fn was_noted(&mut self, what: &Quarantined, now: i64) -> bool {
        let before = self.noted.get(&what.from);
        let same = before.is_some_and(|(before, at)| {
            before.reason == what.reason && (at - now).abs() < NOTED_EVERY
        });
        if !same {
            self.noted.insert(what.from, (what.clone(), now));
        }
        same
    }
}

/// Finds out, on a copy of what they touch, what becomes of the entries in these records.
fn rehearse(saved: &Saved, me: LogId, records: &[Record], intake: &mut Intake) {
    let entries = || records.iter().flat_map(entries_of);
    let touched: BTreeSet<StreamName> = entries().map(|entry| entry.stream.clone()).collect();
    if touched.is_empty() {
        return;
    }
    let mut copy = Saved::default();
    for name in &touched {
        if let Some(stream) = saved.streams.get(name) {
            copy.streams.insert(name.clone(), stream.clone());
        }
        let waiting = saved
            .waiting
            .range((name.clone(), 0)..=(name.clone(), u64::MAX));
        for (place, entries) in waiting {
            copy.waiting.insert(place.clone(), entries.clone());
        }
    }
    let mut streams = BTreeSet::new();
    for record in records.iter().filter(|record| has_entries(record)) {
        for noted in copy.apply(me, record.clone(), Plants::default()) {
            match noted {
                Noted::Applied(entry) => {
                    if let Act::Destroyed(subject) = &entry.act {
                        let subject = ResidentId(Uuid::from_bytes(*subject));
                        intake.destroyed.push(subject);
                    }
                    streams.insert(entry.stream.clone());
                    if entry.log != me {
                        intake.applied.push(name_of(&entry));
                    }
                }
                Noted::Displaced(log, seq) => {
                    intake
                        .displaced
                        .extend(displaced(saved, &touched, log, seq));
                }
                Noted::Orphan(..) | Noted::KeyGone(_) => {}
            }
        }
    }
    for name in streams {
        if let Some(stream) = copy.streams.get(&name) {
            let owned = Owned {
                owner: stream.owner.to_string(),
                released: stream.released.map(|to| to.to_string()),
            };
            intake
                .owners
                .push((StreamId::from(name.to_string()), owned));
        }
    }
}

/// The subjects whose keys are gone when the lease is.
fn lapsing(saved: &Saved, me: LogId) -> Vec<ResidentId> {
    let mut copy = Saved {
        keys: saved.keys.clone(),
        witnessed: saved.witnessed.clone(),
        parent: saved.parent.clone(),
        ..Saved::default()
    };
    drop(copy.apply(me, Record::Lapsed, Plants::default()));
    let subjects = copy.lapsed.into_keys();
    subjects
        .map(|id| ResidentId(Uuid::from_bytes(id)))
        .collect()
}

/// An entry of one of these streams by its log and place.
fn displaced(
    saved: &Saved,
    touched: &BTreeSet<StreamName>,
    log: LogId,
    seq: u64,
) -> Option<EntryName> {
    let streams = touched.iter().filter_map(|name| saved.streams.get(name));
    let mut links = streams.flat_map(|stream| &stream.chain);
    let link = links.find(|link| link.log == log && link.seq == seq)?;
    Some(EntryName {
        log: log.to_string(),
        seq,
        digest: link.digest,
    })
}

fn has_entries(record: &Record) -> bool {
    matches!(
        record,
        Record::Own(_) | Record::Fed { .. } | Record::Sparse { .. } | Record::Branch { .. }
    )
}

fn entries_of(record: &Record) -> &[Arc<Entry>] {
    match record {
        Record::Fed { entries, .. }
        | Record::Sparse { entries, .. }
        | Record::Branch { entries, .. }
        | Record::Own(entries) => entries,
        _ => &[],
    }
}

/// What the journal is to keep of a record.
fn prepare(record: &Record, me: LogId, now: i64, intake: &mut Intake) {
    let branch = matches!(record, Record::Branch { .. });
    let others = entries_of(record).iter().filter(|entry| entry.log != me);
    intake.entries.extend(others.map(|entry| {
        let mut name = name_of(entry);
        if branch {
            name.log = load::branch_of(entry.log);
        }
        Foreign {
            name,
            stream: StreamId::from(entry.stream.to_string()),
            version: entry.version,
            bytes: Arc::clone(&entry.bytes),
        }
    }));
    match record {
        Record::Own(entries) => {
            let bytes = entries.iter().map(|entry| Arc::clone(&entry.bytes));
            intake.own.extend(bytes);
            return;
        }
        // After a crash children are asked again.
        Record::Returned(..) => return,
        _ => {}
    }
    if let Record::Mode(mode) = record {
        intake.held = Some(*mode != Mode::Active);
    }
    let (kind, about, body) = load::written(record, now);
    intake.remembered.push(Remembered {
        id: 0,
        own: 0,
        kind: kind.to_owned(),
        about,
        body,
    });
}

fn name_of(entry: &Entry) -> EntryName {
    EntryName {
        log: entry.log.to_string(),
        seq: entry.seq,
        digest: entry.digest,
    }
}
