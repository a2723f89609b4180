//! The parent's side: what a child says is checked, stored, and only then acknowledged.
//!
//! A stretch is taken when the log joined here or below, may go on, follows what is here without a
//! gap, is signed by the log, and leads to the root that was signed. Anything else is answered with
//! what is here, or kept in quarantine with the reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use linli_translog::Hash;

use super::entry::{Entry, StreamName};
use super::frontier::Frontier;
use super::ids::{Digest, Hand, LogId};
use super::keys::met_in;
use super::message::{BATCH, Fork, Head, Hello, Message, StopReason, Welcome, Witness, Wrapped};
use super::node::{Action, Conn, Node, Outcome, Purpose, is_within};
use super::plant::Plant;
use super::saved::{Member, Mode, Record};

/// Whose request.
pub(super) type Who = (Conn, LogId);

impl<H: Hand> Node<H> {
    /// Whether the node of this log is one that may speak here.
    #[must_use]
    pub fn hears(&self, log: LogId) -> bool {
        let member = self.saved.members.get(&log);
        member.is_some_and(|member| {
            self.saved.newest(member.hub) == self.me && member.stopped.is_none()
        })
    }

    /// The child that speaks, where it may; answered with the reason where not.
    fn speaker(&self, (conn, from): Who, out: &mut Outcome) -> Option<&Member> {
        let stop = |why| Message::Stop { log: from, why };
        let member = self.saved.members.get(&from);
        let Some(member) = member.filter(|member| self.saved.newest(member.hub) == self.me) else {
            out.quarantine(from, "unknown", "");
            out.reply(conn, stop(StopReason::Unknown));
            return None;
        };
        match &member.stopped {
            None => Some(member),
            Some(StopReason::Revoked) if self.plants.has(Plant::IgnoreRevocation) => Some(member),
            Some(StopReason::Frozen(_)) if self.plants.has(Plant::IgnoreFreeze) => Some(member),
            Some(why) => {
                if *why == StopReason::Revoked {
                    out.quarantine(from, "revoked", "");
                }
                out.reply(conn, stop(why.clone()));
                None
            }
        }
    }

    pub(super) fn greet(&mut self, conn: Conn, from: LogId, hello: Hello, out: &mut Outcome) {
        let Some(member) = self.speaker((conn, from), out) else {
            return;
        };
        if hello.head.log != from || !hello.head.is_signed(&self.hand, &member.enrolled.key) {
            out.quarantine(from, "signature", "hello");
            return;
        }
        if hello.recovering && self.is_forgetful() {
            return;
        }
        if hello.recovering && self.lacks_from(from) {
            self.both_restored(conn, from, out);
            return;
        }
        self.heard(from, &hello, out);
        let (have, root) = self.saved.end_of(from);
        let said = (hello.head.size, hello.head.root);
        if said.0 == 0 || said.0 > have || said == (have, root) {
            self.welcome(conn, from, out);
        } else {
            out.act(Action::Prove(conn, hello.head));
        }
    }

    /// A child that has less than what is here, or other: an old copy, or a second history.
    pub(super) fn judge_greeting(
        &mut self,
        conn: Conn,
        said: &Head,
        root: Digest,
        proof: &[Hash],
        out: &mut Outcome,
    ) {
        if root == said.root {
            self.welcome(conn, said.log, out);
            return;
        }
        let member = self.saved.members.get(&said.log);
        let fed = self.saved.fed.get(&said.log);
        let (Some(member), Some(one)) = (member, fed.and_then(|fed| fed.head.clone())) else {
            return;
        };
        let same = one.size == said.size;
        let between = (root, proof.iter().map(|hash| hash.0).collect());
        let fork = Fork {
            key: member.enrolled.key,
            other: said.clone(),
            between: (!same).then_some(between),
            one,
        };
        self.freeze(conn, fork, out);
    }

    fn freeze(&mut self, conn: Conn, fork: Fork, out: &mut Outcome) {
        let log = fork.log();
        if fork.check(&self.hand).is_err() {
            out.quarantine(log, "no-fork", "");
            return;
        }
        let why = StopReason::Frozen(Box::new(fork));
        out.store(Record::Stopped(log, why.clone()));
        out.reply(conn, Message::Stop { log, why });
    }

    fn welcome(&mut self, conn: Conn, child: LogId, out: &mut Outcome) {
        let session = self.chance;
        self.sessions.insert(child, session);
        let saved = &self.saved;
        let below = |log: LogId| saved.via(self.me, log) == Some(child);
        let fed = saved.fed.iter().filter(|(log, _)| below(**log));
        let have = fed.map(|(log, fed)| (*log, fed.tree.size())).collect();
        let others = saved.fed.keys().chain(saved.seen.keys());
        let mut logs: BTreeSet<LogId> = others.copied().filter(|log| !below(*log)).collect();
        logs.insert(self.me);
        // Who has not caught up with its own parent cannot tell yet what is for whom.
        if self.saved.parent.is_some() && !self.saved.ready {
            logs.clear();
        }
        let offers = logs.into_iter().map(|log| (log, self.offer_of(log)));
        let offers = offers.collect();
        let recovering = self.lacks_from(child).then_some(self.saved.own.size());
        let welcome = Welcome {
            session,
            have,
            offers,
            recovering,
            news: self.news(),
        };
        out.reply(conn, Message::Welcome(welcome));
    }

    pub(super) fn take_batch(
        &mut self,
        who: Who,
        head: Head,
        entries: Vec<Arc<Entry>>,
        keys: Vec<Wrapped>,
        out: &mut Outcome,
    ) {
        let (conn, from) = who;
        if self.is_forgetful() || self.speaker(who, out).is_none() {
            return;
        }
        let log = head.log;
        let stop = |why| Message::Stop { log, why };
        let Some(member) = self
            .saved
            .members
            .get(&log)
            .filter(|_| self.is_below(log, from))
        else {
            out.reply(conn, stop(StopReason::Unknown));
            return;
        };
        if let Some(StopReason::Closed(size)) = member.stopped
            && head.size > size
        {
            out.reply(conn, stop(StopReason::Closed(size)));
            return;
        }
        if let Err(reason) = self.check_stretch(&head, &entries, &member.enrolled.key) {
            out.quarantine(from, reason, &format!("{log} {}", head.size));
            return;
        }
        let (have, root) = self.saved.end_of(log);
        if head.from == have && head.base != root && have > 0 {
            self.second_history(conn, head, out);
            return;
        }
        self.store_stretch(who, (have, root), head, (entries, keys), out);
    }

    fn is_below(&self, log: LogId, child: LogId) -> bool {
        self.saved.via(self.me, log) == Some(child)
    }

    /// Whether a stretch is what it says: signed, without gaps, no longer than allowed.
    fn check_stretch(
        &self,
        head: &Head,
        entries: &[Arc<Entry>],
        key: &[u8; 32],
    ) -> Result<(), &'static str> {
        let count = entries.len() as u64;
        if count > BATCH || head.size.checked_sub(head.from) != Some(count) {
            return Err("length");
        }
        if !head.is_signed(&self.hand, key) {
            return Err("signature");
        }
        let in_place = (head.from..)
            .zip(entries)
            .all(|(seq, entry)| entry.log == head.log && entry.seq == seq);
        in_place.then_some(()).ok_or("order")
    }

    fn second_history(&mut self, conn: Conn, other: Head, out: &mut Outcome) {
        let member = self.saved.members.get(&other.log);
        let fed = self.saved.fed.get(&other.log);
        let (Some(member), Some(one)) = (member, fed.and_then(|fed| fed.head.clone())) else {
            return;
        };
        let fork = Fork {
            key: member.enrolled.key,
            one,
            other,
            between: None,
        };
        self.freeze(conn, fork, out);
    }

    /// The parent gives back a stretch of a log that this node had before it was restored.
    pub(super) fn take_back(
        &mut self,
        head: Head,
        mut entries: Vec<Arc<Entry>>,
        keys: Vec<Wrapped>,
        out: &mut Outcome,
    ) {
        let Some(member) = self.saved.members.get(&head.log) else {
            return;
        };
        let sound = self.check_stretch(&head, &entries, &member.enrolled.key);
        let have = self.saved.end_of(head.log).0;
        if sound.is_err() || head.from > have || head.size <= have {
            return;
        }
        let here = usize::try_from(have - head.from).unwrap_or(usize::MAX);
        entries.drain(..here.min(entries.len()));
        let tree = self.grown(head.log, &entries);
        if tree.root() == head.root {
            self.take_keys(keys, &met_in(&entries, false), out);
            out.store(Record::Fed { head, entries });
        }
    }

    /// The tree of a log with these entries more.
    fn grown(&self, log: LogId, entries: &[Arc<Entry>]) -> Frontier {
        let fed = self.saved.fed.get(&log);
        let mut tree = fed.map(|fed| fed.tree.clone()).unwrap_or_default();
        for entry in entries {
            tree.push(&entry.digest);
        }
        tree
    }

    fn store_stretch(
        &mut self,
        (conn, from): Who,
        (have, root): (u64, Digest),
        head: Head,
        (mut entries, keys): (Vec<Arc<Entry>>, Vec<Wrapped>),
        out: &mut Outcome,
    ) {
        let log = head.log;
        let ack = |out: &mut Outcome, have, root| {
            let witness = (have > 0).then(|| Witness::sign(&self.hand, log, have, root));
            out.reply(conn, Message::Ack { log, have, witness });
        };
        let gap = head.from > have && !self.plants.has(Plant::TakeGap);
        let known = head.size <= have && !self.plants.has(Plant::NoDedup);
        if gap || known {
            ack(out, have, root);
            return;
        }
        if !self.plants.has(Plant::NoDedup) {
            let here = usize::try_from(have.saturating_sub(head.from)).unwrap_or(usize::MAX);
            entries.drain(..here.min(entries.len()));
        }
        let tree = self.grown(log, &entries);
        let lax = [Plant::SkipRoot, Plant::NoDedup, Plant::TakeGap];
        let lax = lax.into_iter().any(|plant| self.plants.has(plant));
        if tree.root() != head.root && !lax {
            out.quarantine(from, "root", &format!("{log} {}", head.size));
            return;
        }
        self.take_keys(keys, &met_in(&entries, true), out);
        ack(out, tree.size(), tree.root());
        out.store(Record::Fed { head, entries });
    }

    pub(super) fn wanted(&mut self, who: Who, log: LogId, from: u64, out: &mut Outcome) {
        if self.speaker(who, out).is_none() {
            return;
        }
        if self.is_below(log, who.1) {
            out.act(Action::Read(Purpose::Back(who.0), log, from));
        } else {
            out.act(Action::ReadDown(who.0, who.1, log, from));
        }
    }

    /// A stream from its beginning with its orphans, for a child on whose side it was or is, or in whose area it lies.
    pub(super) fn want_stream(&mut self, who: Who, name: StreamName, out: &mut Outcome) {
        let Some(member) = self.speaker(who, out) else {
            return;
        };
        let below = |log: LogId| self.is_below(log, who.1);
        let area = &member.enrolled.area;
        let known = self.saved.streams.get(&name).is_some_and(|stream| {
            let mut links = stream.chain.iter().chain(stream.orphans.values());
            is_within(&stream.area, area)
                || stream.released.is_some_and(below)
                || links.any(|link| link.concerns(below))
        });
        if known {
            out.act(Action::ReadStream(who.0, name));
        } else {
            let (log, why) = (self.me, StopReason::Unknown);
            out.reply(who.0, Message::Stop { log, why });
        }
    }

    pub(super) fn want_keys(&mut self, who: Who, subjects: Vec<[u8; 16]>, out: &mut Outcome) {
        if let Some(member) = self.speaker(who, out) {
            let area = &member.enrolled.area;
            let held = |subject: &[u8; 16]| self.saved.keys.get(subject);
            let may =
                |subject: &[u8; 16]| held(subject).is_some_and(|held| is_within(&held.area, area));
            let subjects = subjects.into_iter().filter(may).collect();
            out.act(Action::ReadKeys(who.0, who.1, subjects));
        }
    }

    /// The end of a stopped log is kept beside it, for people to settle.
    pub(super) fn keep_branch(
        &mut self,
        (conn, from): Who,
        head: Head,
        entries: Vec<Arc<Entry>>,
        out: &mut Outcome,
    ) {
        let member = self.saved.members.get(&from);
        let stopped =
            member.filter(|member| self.saved.newest(member.hub) == self.me && head.log == from);
        let Some(member) = stopped else {
            out.quarantine(from, "unknown", "branch");
            return;
        };
        // A parent under a new key may not have heard that the log was stopped: the child says so.
        if member.stopped == Some(StopReason::Revoked) {
            out.quarantine(from, "revoked", "branch");
            return;
        }
        if let Err(reason) = self.check_stretch(&head, &entries, &member.enrolled.key) {
            out.quarantine(from, reason, "branch");
            return;
        }
        let (log, to) = (head.log, head.size);
        if !self.plants.has(Plant::DropOrphans) {
            out.store(Record::Branch { head, entries });
        }
        out.reply(conn, Message::Kept { log, to });
    }

    /// Until its own end is back, a restored node does not know whose log may go on, nor how much of it
    /// there was: the child asks again.
    fn is_forgetful(&self) -> bool {
        let parent = self.saved.parent.as_ref();
        parent.is_some_and(|parent| self.lacks_from(parent.log))
    }

    /// Whether this node waits for the end of its own log from that child.
    pub(super) fn lacks_from(&self, child: LogId) -> bool {
        match &self.saved.mode {
            Mode::Recovering(lacking) => lacking.contains(&child),
            _ => false,
        }
    }
}
