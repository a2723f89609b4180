//! What is checked: after each stored record what it touched, and after healing everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::plan::{DAY, MACHINES};
use super::world::World;
use crate::core::{
    Digest, Entry, Link, LogId, Mode, Record, Saved, StopReason, Stream, StreamName,
};

impl World {
    /// A record was stored by a machine.
    pub(super) fn watch(&mut self, m: usize, record: &Record) {
        let me = self.machines[m].log();
        let Some(saved) = self.machines[m].saved() else {
            return;
        };
        match record {
            Record::Own(entries) | Record::Sparse { entries, .. } => {
                for entry in entries {
                    self.oracle.applied(entry, saved);
                }
                if matches!(saved.mode, Mode::Stopped(_)) && matches!(record, Record::Own(_)) {
                    self.oracle
                        .broken(1, format!("{me:?} was stopped and writes on"));
                }
            }
            Record::Fed { head, entries } => {
                for entry in entries {
                    self.oracle.applied(entry, saved);
                }
                let stopped = saved
                    .members
                    .get(&head.log)
                    .and_then(|one| one.stopped.as_ref());
                let direct = saved
                    .members
                    .get(&head.log)
                    .is_some_and(|one| one.hub == me);
                let barred = matches!(stopped, Some(StopReason::Revoked | StopReason::Frozen(_)));
                let above = self.machines[m].parent;
                let above = above.map_or(0, |above| self.machines[above].disk.whole(head.log));
                // What a restored node gets back from above it had listened to before.
                if direct && barred && above < head.size {
                    let log = head.log;
                    self.oracle
                        .broken(1, format!("{log:?} may not go on and was listened to"));
                }
                if self.machines[m].disk.whole(head.log) != head.size {
                    let log = head.log;
                    self.oracle
                        .broken(1, format!("{log:?} is stored with a gap or twice"));
                }
            }
            Record::Witnessed(word) => {
                let (log, size) = (word.log, word.size);
                self.check_word(m, log, size);
            }
            Record::Keys(keys) => {
                let back = keys
                    .iter()
                    .find(|(key, _)| saved.destroyed.contains(&key.subject));
                if back.is_some() {
                    self.oracle
                        .broken(6, format!("{me:?} takes a destroyed key back"));
                }
            }
            _ => {}
        }
    }

    /// What the parent countersigned is there.
    fn check_word(&mut self, m: usize, log: LogId, size: u64) {
        let Some(parent) = self.machines[m].parent else {
            return;
        };
        let there = self.machines[parent].disk.whole(log);
        let saved = self.machines[parent].saved();
        let restored = saved.is_some_and(|saved| saved.mode != Mode::Active);
        // A log that is stopped is not shipped again to a node whose disk was restored.
        let stopped = saved.and_then(|saved| saved.members.get(&log));
        let stopped = stopped.is_some_and(|member| member.stopped.is_some());
        let above = self.machines[parent].log();
        let restored = restored || stopped && self.oracle.rolled_back.contains(&above);
        let same = self.machines[m]
            .saved()
            .and_then(|saved| saved.parent.as_ref())
            .map(|parent| parent.log);
        if there < size && !restored && same == Some(self.machines[parent].log()) {
            let what = format!("{log:?} was countersigned up to {size}, and {there} are there");
            self.oracle.broken(2, what);
        }
    }

    /// What was promised to be durable is there after a crash (已存本机).
    pub(super) fn check_promises(&mut self, m: usize) {
        let log = self.machines[m].log();
        let there = self.machines[m].disk.whole(log);
        if there < self.machines[m].promised {
            self.oracle
                .broken(2, format!("{log:?} lost what it said was durable"));
        }
        let words: Vec<(usize, LogId, u64)> = (0..self.machines.len())
            .filter(|child| self.machines[*child].parent == Some(m))
            .filter_map(|child| {
                let (log, saved) = (self.machines[child].log(), self.machines[child].saved()?);
                Some((child, log, saved.countersigned(log)))
            })
            .collect();
        for (child, log, size) in words {
            self.check_word(child, log, size);
        }
    }

    /// What a stopped node was told is kept beside its log is at the parent.
    pub(super) fn check_branch(&mut self, m: usize) {
        let (Some(parent), log) = (self.machines[m].parent, self.machines[m].log()) else {
            return;
        };
        let (here, there) = (&self.machines[m].disk, &self.machines[parent].disk);
        let restored = [log, self.machines[parent].log()]
            .iter()
            .any(|log| self.oracle.rolled_back.contains(log));
        let own = here.logs.get(&log).map(|log| log.dense.as_slice());
        let kept = |entry: &Arc<Entry>| {
            let same = there.entry(log, entry.seq).map(|there| there.digest);
            let name = (log, entry.seq, entry.digest);
            same == Some(entry.digest) || there.branches.contains_key(&name)
        };
        let lost = own.unwrap_or_default().iter().find(|entry| !kept(entry));
        if let Some(entry) = lost.filter(|_| !restored).cloned() {
            let what = format!("{entry:?} is neither in its log nor beside it");
            self.oracle.broken(2, what);
        }
    }

    /// A node in the dark has lost the keys of those who were erased meanwhile.
    pub(super) fn check_dark(&mut self, m: usize) {
        const LEASE: i64 = 46 * DAY;
        let Some(node) = &self.machines[m].node else {
            return;
        };
        if self.machines[m].parent.is_none() {
            return;
        }
        let known = self.machines[0].saved();
        let known = |subject| known.is_some_and(|saved| saved.destroyed.contains(subject));
        let old = self
            .oracle
            .erased
            .iter()
            .filter(|(_, at)| self.now - **at > LEASE);
        // What was lost with a disk before anybody heard of it was never ordered.
        let old = old.filter(|(subject, _)| known(*subject));
        let mut old = old.filter(|(subject, _)| node.may_open(subject));
        let held = old.next();
        if let Some((subject, at)) = held {
            let (days, lease) = ((self.now - at) / DAY, node.saved.lease);
            let told = node.saved.destroyed.contains(subject);
            let what = format!(
                "machine {m} still opens what was erased {days} days ago: {lease:?} {told} {:?}",
                node.saved.keys.get(subject)
            );
            self.oracle.broken(6, what);
        }
    }

    /// What is not settled yet, if anything.
    pub(super) fn unsettled(&self) -> Option<String> {
        for m in 0..MACHINES {
            let Some(node) = &self.machines[m].node else {
                return Some(format!("machine {m} is down"));
            };
            if node.saved.mode != Mode::Active {
                return Some(format!("machine {m} is {:?}", node.saved.mode));
            }
            if let Some(behind) = node.behind() {
                return Some(format!(
                    "machine {m} is not level with its parent: {behind:?}"
                ));
            }
            if !self.machines[m].intents.is_empty() {
                return Some(format!("machine {m} has something to write"));
            }
            if let Some(waits) = self.waits(m, &node.saved) {
                return Some(waits);
            }
            if node.saved.stale {
                return Some(format!("machine {m} may not use its keys"));
            }
            let left = self.left_over(m, &node.saved);
            if left.is_some() {
                return left;
            }
        }
        self.unanswered()
    }

    /// An entry that waits although all that is before it is here and on neighbours' disks. What a
    /// faulty node wrote may wait for ever, in the operator's list, and what went down with the only
    /// disks that held it is waited for in vain.
    fn waits(&self, m: usize, saved: &Saved) -> Option<String> {
        if saved.waiting.is_empty() {
            return None;
        }
        let befores = self.befores_near(m, saved);
        let waiting: BTreeSet<Digest> = saved.waiting.values().flatten().map(digest).collect();
        let due = |entry: &Arc<Entry>| {
            let first = entry.prev.filter(|prev| !waiting.contains(prev));
            !self.oracle.wrong.contains(&entry.digest)
                && first.is_some_and(|prev| is_whole(&befores, prev))
        };
        let mut waiting = saved.waiting.iter();
        let ((stream, version), entries) = waiting.find(|(_, entries)| entries.iter().any(due))?;
        let top = self.machines[0].saved();
        let top = top.and_then(|top| top.streams.get(stream));
        let known = saved.streams.get(stream);
        let differ = known.map(|known| differing(stream, (m, known), top));
        Some(format!(
            "machine {m}: {stream}#{version} waits for what is before it: {entries:?} {differ:?}"
        ))
    }

    /// Of the streams that wait at a machine: which entry comes before each that is there or near.
    fn befores_near(&self, m: usize, saved: &Saved) -> BTreeMap<Digest, Option<Digest>> {
        let streams: BTreeSet<&StreamName> =
            saved.waiting.keys().map(|(stream, _)| stream).collect();
        let near = |n: &usize| {
            *n == m || self.machines[m].parent == Some(*n) || self.machines[*n].parent == Some(m)
        };
        let logs = (0..MACHINES)
            .filter(near)
            .flat_map(|n| self.machines[n].disk.logs.values());
        let entries = logs.flat_map(|log| &log.dense);
        let entries = entries.filter(|entry| streams.contains(&entry.stream));
        entries.map(|entry| (entry.digest, entry.prev)).collect()
    }

    fn left_over(&self, m: usize, saved: &Saved) -> Option<String> {
        let me = self.machines[m].log();
        let replaced = |log: &LogId| self.machines[m].replaces.contains(log);
        let own = saved.streams.iter().find(|(_, stream)| {
            stream.released == Some(me) || replaced(&stream.owner) && stream.released.is_none()
        });
        own.map(|(name, _)| format!("machine {m}: {name} waits for its owner"))
    }

    fn unanswered(&self) -> Option<String> {
        let alive: BTreeSet<LogId> = (0..MACHINES).map(|m| self.machines[m].log()).collect();
        let root = self.machines[0].saved()?;
        let mut open = self
            .oracle
            .requests
            .iter()
            .filter(|(_, to)| alive.contains(to));
        let open = open.find(|(request, _)| {
            // A request that was itself lost with a disk never reached anybody.
            root.streams.contains_key(*request) && !self.oracle.is_answered(request)
        });
        open.map(|(request, to)| format!("{request} to {to:?} is not acted upon"))
    }

    /// After healing: equal heads, nothing in transit, nothing lost.
    pub(super) fn check_all(&mut self) {
        let Some(root) = self.machines[0].saved().cloned() else {
            return;
        };
        for m in 1..MACHINES {
            let Some(saved) = self.machines[m].saved().cloned() else {
                continue;
            };
            self.check_heads(m, &saved, &root);
            let log = self.machines[m].log();
            let Some(parent) = self.machines[m].parent else {
                continue;
            };
            if self.machines[parent].disk.whole(log) != saved.own.size() {
                self.oracle
                    .broken(2, format!("{log:?} has not arrived whole"));
            }
            let held = root
                .destroyed
                .iter()
                .find(|subject| saved.keys.contains_key(*subject));
            if held.is_some() {
                self.oracle
                    .broken(6, format!("{log:?} still holds a destroyed key"));
            }
        }
        for m in 0..MACHINES {
            self.check_fold(m);
            self.check_nothing_lost(m);
        }
    }

    fn check_heads(&mut self, m: usize, saved: &Saved, root: &Saved) {
        let area = Arc::clone(&self.machines[m].area);
        let me = self.machines[m].log();
        for (name, stream) in &saved.streams {
            let within = stream.area.starts_with(&*area);
            let first = (name.clone(), 0);
            let waits = root.waiting.range(first..).next();
            let torn = waits.is_some_and(|((waits, _), _)| waits == name);
            if torn || !within && stream.owner != me {
                continue;
            }
            let there = root.streams.get(name).and_then(Stream::head);
            // The end that others knew is gone with the disks of its log.
            let rest = root.streams.get(name).map_or(0, |there| there.chain.len());
            let gone = |link: &Link| {
                self.lost_disks.contains(&link.log) || self.oracle.rolled_back.contains(&link.log)
            };
            let gone = rest < stream.chain.len() && stream.chain[rest..].iter().all(gone);
            if there != stream.head() && !gone {
                let what = differing(name, (m, stream), root.streams.get(name));
                self.oracle.broken(1, what);
                return;
            }
        }
        let missing = root.streams.iter().find(|(name, stream)| {
            stream.area.starts_with(&*area) && !saved.streams.contains_key(*name)
        });
        if let Some((name, _)) = missing {
            self.oracle
                .broken(2, format!("{name} has not come down to {me:?}"));
        }
    }

    /// Registers are the fold of what is on the disk, in whatever order it came.
    fn check_fold(&mut self, m: usize) {
        let machine = &self.machines[m];
        let Some(saved) = machine.saved() else { return };
        let mut fold = Saved::default();
        let me = machine.log();
        for (log, stored) in &machine.disk.logs {
            let entries: Vec<_> = stored
                .dense
                .iter()
                .chain(stored.sparse.values())
                .cloned()
                .collect();
            let (log, to) = (*log, u64::MAX);
            let record = Record::Sparse { log, to, entries };
            fold.apply(me, record, self.settings.plants);
        }
        let heads = |saved: &Saved| -> Vec<_> {
            let streams = saved.streams.iter();
            streams
                .map(|(name, stream)| (name.clone(), stream.head()))
                .collect()
        };
        if heads(&fold) != heads(saved) {
            self.oracle
                .broken(4, format!("{me:?} is not the fold of its disk"));
        }
    }

    /// Every entry that was durable somewhere is at the parent, in the log or kept beside it, unless
    /// its only disk was lost.
    fn check_nothing_lost(&mut self, m: usize) {
        let Some(parent) = self.machines[m].parent else {
            return;
        };
        let logs = self.machines[m].replaces.clone();
        for log in logs {
            let gone = [
                &self.lost_disks,
                &self.oracle.copied,
                &self.oracle.rolled_back,
            ];
            if gone.iter().any(|logs| logs.contains(&log)) {
                continue;
            }
            let disk = &self.machines[parent].disk;
            let revoked = self.machines[parent]
                .saved()
                .and_then(|saved| saved.members.get(&log));
            let revoked = revoked.is_none_or(|member| member.stopped == Some(StopReason::Revoked));
            let restored = self
                .oracle
                .rolled_back
                .contains(&self.machines[parent].log());
            if revoked || restored || !self.machines[parent].replaces.is_empty() {
                continue;
            }
            let whole = disk.whole(log);
            let kept: BTreeSet<u64> = disk
                .branches
                .keys()
                .filter(|(of, _, _)| *of == log)
                .map(|(_, seq, _)| *seq)
                .collect();
            let length = self.oracle.length(log);
            let lost = (whole..length).find(|seq| !kept.contains(seq));
            if let Some(seq) = lost {
                self.oracle.broken(
                    2,
                    format!("{log:?}:{seq} is neither in its log nor beside it"),
                );
            }
        }
    }
}

fn digest(entry: &Arc<Entry>) -> Digest {
    entry.digest
}

/// Whether a stream is whole from its beginning up to the entry with this digest.
fn is_whole(befores: &BTreeMap<Digest, Option<Digest>>, digest: Digest) -> bool {
    let mut next = Some(digest);
    while let Some(digest) = next {
        match befores.get(&digest) {
            Some(before) => next = *before,
            None => return false,
        }
    }
    true
}

/// Where two chains of a stream part, for people.
fn differing(name: &StreamName, (m, here): (usize, &Stream), top: Option<&Stream>) -> String {
    let chain = |stream: &Stream| -> Vec<String> {
        let links = stream.chain.iter();
        let link = |link: &Link| {
            let takeover = if link.takeover { "!" } else { "" };
            format!("{:?}:{}{takeover}", link.log, link.seq)
        };
        links.map(link).collect()
    };
    let (here, top) = (chain(here), top.map(chain).unwrap_or_default());
    let same = here.iter().zip(&top).take_while(|(a, b)| a == b).count();
    let (here, top) = (&here[same..], &top[same..]);
    format!("{name} at machine {m} and at the top differ after {same}: {here:?} and {top:?}")
}
