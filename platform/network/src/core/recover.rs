//! A restored node writes nothing until every neighbour has returned what it has of that node's own
//! log.
//!
//! A parent has all of it: page by page the log grows back to what it was, and its own signature over
//! the end says that it is the same. A child has only what it follows: where that leaves gaps, the
//! lost entries cannot be written again, and the node needs a new key; two officers then take its
//! streams over.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answer::Who;
use super::entry::{Act, Entry};
use super::ids::{Hand, LogId};
use super::keys::met_in;
use super::message::{Hello, Message, StopReason, Wrapped};
use super::node::{Action, Conn, Node, Note, Outcome};
use super::saved::{Mode, Record};

impl<H: Hand> Node<H> {
    /// The neighbours that a node which was just restored has to hear.
    #[must_use]
    pub fn neighbours(&self) -> BTreeSet<LogId> {
        let members = self.saved.members.iter();
        let children = members
            .filter(|(_, member)| {
                self.saved.newest(member.hub) == self.me && member.stopped.is_none()
            })
            .map(|(log, _)| *log);
        let parent = self.saved.parent.iter().map(|parent| parent.log);
        parent.chain(children).collect()
    }

    /// What neighbours returned of this node's own log beyond what is here.
    #[must_use]
    pub fn returned(&self) -> Vec<Arc<Entry>> {
        self.saved.returned.values().cloned().collect()
    }

    pub(super) fn return_tail(&mut self, (conn, from): Who, size: u64, out: &mut Outcome) {
        let member = self.saved.members.get(&from);
        if member.is_some_and(|member| self.saved.newest(member.hub) == self.me) {
            // What the node said before its disk was restored is no longer listened to.
            self.sessions.remove(&from);
            out.act(Action::ReadTail(Some(conn), from, size));
        } else {
            out.quarantine(from, "unknown", "recover");
        }
    }

    /// A child was restored as well before it had shipped again what this node lost: what one had
    /// written and the other countersigned may be with neither, and yet with somebody else. Its log is
    /// closed where it is here, and the child needs a new key.
    pub(super) fn both_restored(&mut self, conn: Conn, from: LogId, out: &mut Outcome) {
        let (log, why) = (from, StopReason::Closed(self.saved.end_of(from).0));
        out.store(Record::Stopped(log, why.clone()));
        out.reply(conn, Message::Stop { log, why });
        if self.saved.parent.is_none() {
            // What the child knew of this log was not anywhere else.
            out.store(Record::Returned(Vec::new(), u64::MAX));
        }
        self.heard_all_of(Some(from), out);
    }

    /// The parent returns this node's own log, which it has whole.
    pub(super) fn tail_of_parent(
        &mut self,
        (place, have): (u64, u64),
        (entries, keys): (Vec<Arc<Entry>>, Vec<Wrapped>),
        out: &mut Outcome,
    ) {
        let parent = self.saved.parent.as_ref().map(|parent| parent.log);
        let size = self.saved.own.size();
        let dense = (size..)
            .zip(&entries)
            .all(|(seq, entry)| entry.seq == seq && entry.log == self.me);
        if !parent.is_some_and(|parent| self.lacks_from(parent)) || place != size || !dense {
            return;
        }
        let known = self.saved.most.max(have);
        if known > self.saved.most {
            out.store(Record::Returned(Vec::new(), known));
        }
        if !entries.is_empty() {
            self.take_keys(keys, &met_in(&entries, false), out);
            if let Mode::Recovering(lacking) = &self.saved.mode {
                let mut left = lacking.clone();
                joined_and_left(&entries, &mut left);
                if left != *lacking {
                    out.store(Record::Mode(Mode::Recovering(left)));
                }
            }
            out.store(Record::Own(entries));
        }
    }

    /// A child returns what it has of this node's log.
    pub(super) fn tail_of_child(
        &mut self,
        (conn, from): Who,
        have: u64,
        (entries, keys): (Vec<Arc<Entry>>, Vec<Wrapped>),
        out: &mut Outcome,
    ) {
        let mine = entries.iter().all(|entry| entry.log == self.me);
        if self.lacks_from(from) && mine {
            // Keys that were made after the copy of the disk are with whoever got their entries.
            self.take_keys(keys, &met_in(&entries, true), out);
            self.partial_tail((conn, from), have, entries, out);
        } else {
            // Whoever tells what is known already need not tell it again.
            let (log, to) = (self.me, u64::MAX);
            out.reply(conn, Message::Kept { log, to });
        }
    }

    fn partial_tail(&mut self, who: Who, have: u64, entries: Vec<Arc<Entry>>, out: &mut Outcome) {
        let (conn, from) = who;
        let more = entries.len() as u64 >= super::message::BATCH;
        let next = entries.last().map_or(have, |last| last.seq + 1);
        out.store(Record::Returned(entries, have));
        if !more {
            self.told.insert(from);
        }
        let to = if more { next } else { u64::MAX };
        out.reply(conn, Message::Kept { log: self.me, to });
    }

    /// A child spoke. Once it returned what it had, and has shipped again what this node had
    /// countersigned, it is no longer waited for.
    pub(super) fn heard(&mut self, from: LogId, hello: &Hello, out: &mut Outcome) {
        let Mode::Recovering(lacking) = &self.saved.mode else {
            return;
        };
        let here = |log: &LogId| self.saved.fed.get(log).map_or(0, |fed| fed.tree.size());
        let shipped = hello.witnessed.iter().all(|(log, size)| here(log) >= *size);
        if hello.seen > self.saved.most {
            out.store(Record::Returned(Vec::new(), hello.seen));
        }
        let nothing = hello.seen <= self.saved.own.size();
        let told = nothing || self.told.contains(&from);
        if lacking.contains(&from) && shipped && told {
            self.heard_all_of(Some(from), out);
        }
    }

    /// One neighbour less to wait for; after the last one the node goes on, or needs a new key.
    pub(super) fn heard_all_of(&mut self, neighbour: Option<LogId>, out: &mut Outcome) {
        let Mode::Recovering(lacking) = &self.saved.mode else {
            return;
        };
        let mut lacking = lacking.clone();
        lacking.retain(|log| Some(*log) != neighbour);
        for record in &out.records {
            if let Record::Own(entries) = record {
                joined_and_left(entries, &mut lacking);
            }
        }
        if !lacking.is_empty() {
            out.store(Record::Mode(Mode::Recovering(lacking)));
            return;
        }
        let (mut size, mut most) = (self.saved.own.size(), self.saved.most);
        for record in &out.records {
            match record {
                Record::Own(entries) => size += entries.len() as u64,
                Record::Returned(_, known) => most = most.max(*known),
                _ => {}
            }
        }
        let returned = self.saved.returned.range(size..);
        let tail: Vec<_> = (size..)
            .zip(returned)
            .take_while(|(seq, (place, _))| seq == *place)
            .map(|(_, (_, entry))| Arc::clone(entry))
            .collect();
        if size + (tail.len() as u64) < most {
            out.act(Action::Tell(Note::NeedsNewKey));
            return;
        }
        if !tail.is_empty() {
            joined_and_left(&tail, &mut lacking);
            out.store(Record::Own(tail));
        }
        if !lacking.is_empty() {
            out.store(Record::Mode(Mode::Recovering(lacking)));
            return;
        }
        out.store(Record::Mode(Mode::Active));
        if self.saved.parent.is_none() {
            out.store(Record::CaughtUp);
        }
    }
}

/// Who joined this node after the disk was copied may know more of its log, and who was stopped since
/// will not be heard any more.
fn joined_and_left(tail: &[Arc<Entry>], lacking: &mut BTreeSet<LogId>) {
    for entry in tail {
        match &entry.act {
            Act::Enrolled(enrolled) => drop(lacking.insert(LogId::of(&enrolled.key))),
            Act::Closed { log, .. } | Act::Revoked(log) => drop(lacking.remove(log)),
            _ => {}
        }
    }
}
