//! The child's side: one request at a time, each repeated until it is answered.
//!
//! Greeting first; then what the parent lacks, log by log and stretch by stretch; then what the
//! parent has for this node. Every answer may come twice, late or never: each is judged by itself,
//! and only what is durable here or there moves anything on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use rand::{Rng, RngExt as _};

use super::entry::{Entry, StreamName};
use super::ids::{Hand, LogId};
use super::keys::{lapsed_of, met_in};
use super::message::{Frame, Head, Hello, Message, StopReason, Welcome, Witness, Wrapped};
use super::node::{Action, Node, Outcome, Purpose, Stretch};
use super::saved::{Mode, Record};

/// After how many ticks without an answer a request is given up and the greeting tried again.
const PATIENCE: u32 = 2;

/// After how many ticks the node greets again.
const AGAIN: u32 = 6;

/// How many streams are asked for in a row.
const STREAMS_AT_ONCE: u32 = 32;

/// How many keys are asked for at once.
const KEYS_AT_ONCE: usize = 256;

/// What comes next: something to say, or to read first.
enum Next {
    Say(Message),
    Read(Action),
}

/// What is not level between a node and its parent, with how many entries are lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// The parent has not answered the last greeting.
    Greeting,
    /// The parent lacks entries of this log.
    Up(LogId, u64),
    /// This node lacks entries of a log that it fed, or feeds, to the parent.
    Back(LogId, u64),
    /// This node has not seen all of a log that may hold something for it.
    Down(LogId, u64),
}

/// Where the child stands with its parent. Forgotten when the node stops.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// The parent answered the last greeting.
    pub(super) greeted: bool,
    /// A request is under way.
    pub(super) waiting: bool,
    /// Ticks since something was asked or answered.
    pub(super) ticks: u32,
    /// How much of each log the parent says it has.
    pub(super) have: BTreeMap<LogId, u64>,
    /// How long each log is that may hold something for this node.
    pub(super) offers: BTreeMap<LogId, u64>,
    /// Logs that the parent does not take for now.
    pub(super) refused: BTreeSet<LogId>,
    /// The parent was restored and asks for its own log from this place on.
    pub(super) parent_lacks: Option<u64>,
    /// Which parent keeps the end of this node's stopped log, and up to which place.
    kept: Option<(LogId, u64)>,
    /// Up to which subject keys whose lease lapsed were asked for since the last greeting.
    keys_asked: Option<[u8; 16]>,
    /// Logs for which the parent's word was asked for since the last greeting.
    words_asked: BTreeSet<LogId>,
    /// Up to which stream those that wait were asked for, round after round.
    stream_asked: Option<StreamName>,
    /// How many of them are still to be asked for before anything else comes.
    streams_left: u32,
    /// The last thing that went on was upward.
    upward: bool,
    /// Ticks since the last greeting was answered.
    greeting: u32,
    /// Up to when, by this node's clock, the parent has all news of destroyed keys.
    pub(super) news_of: Option<i64>,
    /// What the parent calls this conversation.
    session: u64,
    /// The request that is under way.
    pub(super) nonce: Option<u64>,
}

impl<H: Hand> Node<H> {
    pub(super) fn tick(&mut self, rng: &mut impl Rng, out: &mut Outcome) {
        self.asking.ticks += 1;
        self.asking.greeting += 1;
        let patience = PATIENCE + rng.random_range(0..2);
        if self.asking.waiting && self.asking.ticks >= patience {
            self.greet_again();
        }
        self.go_on(out);
    }

    /// Gives up what is under way: the next thing said is a greeting.
    pub fn greet_again(&mut self) {
        let asking = std::mem::take(&mut self.asking);
        self.asking = Asking {
            kept: asking.kept,
            stream_asked: asking.stream_asked,
            streams_left: asking.streams_left,
            ..Asking::default()
        };
    }

    /// Asks the next thing, where nothing is under way.
    pub(super) fn go_on(&mut self, out: &mut Outcome) {
        if self.asking.waiting || self.saved.parent.is_none() {
            return;
        }
        let Some(action) = self.next_request(out) else {
            return;
        };
        self.asking.waiting = true;
        self.asking.ticks = 0;
        match action {
            Next::Say(message) => self.ask(message, out),
            Next::Read(action) => drop(out.act(action)),
        }
    }

    /// Says something to the parent; only the answer to it will be listened to.
    pub(super) fn ask(&mut self, message: Message, out: &mut Outcome) {
        let (session, nonce) = (self.asking.session, self.chance);
        self.asking.nonce = Some(nonce);
        out.act(Action::Ask(Frame {
            session,
            nonce,
            message,
        }));
    }

    fn next_request(&mut self, out: &mut Outcome) -> Option<Next> {
        if !self.asking.greeted || self.asking.greeting >= AGAIN {
            return Some(Next::Say(Message::Hello(self.hello())));
        }
        match &self.saved.mode {
            Mode::Stopped(why) => return self.next_branch(why),
            Mode::Recovering(_) => {
                let parent = self.saved.parent.as_ref()?.log;
                if self.lacks_from(parent) {
                    return self.next_of_own(parent, out);
                }
            }
            Mode::Active => {}
        }
        if self.saved.lease.is_some()
            && let Some(subjects) = self.next_keys()
        {
            self.asking.keys_asked = subjects.last().copied();
            return Some(Next::Say(Message::WantKeys(subjects)));
        }
        if let Some(from) = self.asking.parent_lacks {
            let parent = self.saved.parent.as_ref()?.log;
            return Some(Next::Read(Action::ReadTail(None, parent, from)));
        }
        if let Some(next) = self.next_level() {
            return Some(next);
        }
        if let Some(stream) = self.next_stream() {
            return Some(Next::Say(Message::WantStream(stream)));
        }
        let caught_up = self.saved.ready && !self.saved.stale;
        if !caught_up && self.saved.mode == Mode::Active {
            out.store(Record::CaughtUp);
        }
        // All the parent had is here, the news of destroyed keys included.
        self.renew_lease(out);
        None
    }

    /// What one side lacks of the other's entries. The two directions take turns, so that on a bad line
    /// much writing here does not keep away what comes down.
    fn next_level(&mut self) -> Option<Next> {
        let up = self.next_up();
        let down = self.next_back().or_else(|| self.next_down());
        self.asking.upward = up.is_some() && (down.is_none() || !self.asking.upward);
        match up.filter(|_| self.asking.upward) {
            Some((log, from)) => {
                self.asking.words_asked.insert(log);
                Some(Next::Read(Action::Read(Purpose::Batch, log, from)))
            }
            None => down.map(Next::Say),
        }
    }

    /// A log that may hold something for this node and was not seen whole.
    fn next_down(&self) -> Option<Message> {
        let seen = |log: &LogId| self.saved.seen.get(log).copied().unwrap_or(0);
        let mut offers = self.asking.offers.iter();
        let (log, _) = offers.find(|(log, length)| seen(log) < **length)?;
        let (log, from) = (*log, seen(log));
        Some(Message::Want { log, from })
    }

    /// After a restore: first the end of the own log, which says who joined, then what their logs lack.
    fn next_of_own(&mut self, parent: LogId, out: &mut Outcome) -> Option<Next> {
        let size = self.saved.own.size();
        let have = self.asking.have.get(&self.me).copied().unwrap_or(0);
        if size < have {
            return Some(Next::Say(Message::Recover { size }));
        }
        if let Some(message) = self.next_back() {
            return Some(Next::Say(message));
        }
        self.heard_all_of(Some(parent), out);
        None
    }

    /// What the parent has of a log that comes through here and is not here: this node was restored, and
    /// the log's own node may be gone.
    fn next_back(&self) -> Option<Message> {
        let here = |log: &LogId| self.saved.fed.get(log).map_or(0, |fed| fed.tree.size());
        let known = |log: &LogId| *log != self.me && self.saved.members.contains_key(log);
        let mut have = self.asking.have.iter();
        let (log, _) = have.find(|(log, have)| known(log) && here(log) < **have)?;
        let (log, from) = (*log, here(log));
        Some(Message::Want { log, from })
    }

    /// A stream of which an entry waits for earlier ones. What nobody has any more is asked for again and
    /// again: a few at a time, so that it does not keep away the rest.
    fn next_stream(&mut self) -> Option<StreamName> {
        self.asking.streams_left = self.asking.streams_left.checked_sub(1)?;
        let last = self.asking.stream_asked.take();
        let first = last.map_or(Bound::Unbounded, |last| Bound::Excluded((last, u64::MAX)));
        let mut waiting = self.saved.waiting.range((first, Bound::Unbounded));
        let Some(((stream, _), _)) = waiting.next() else {
            self.asking.streams_left = 0;
            return None;
        };
        self.asking.stream_asked = Some(stream.clone());
        Some(stream.clone())
    }

    /// Subjects whose keys lapsed and were not asked for since the greeting.
    fn next_keys(&self) -> Option<Vec<[u8; 16]>> {
        let first = self
            .asking
            .keys_asked
            .map_or(Bound::Unbounded, Bound::Excluded);
        let lapsed = self.saved.lapsed.range((first, Bound::Unbounded));
        let subjects: Vec<_> = lapsed
            .map(|(subject, _)| *subject)
            .take(KEYS_AT_ONCE)
            .collect();
        (!subjects.is_empty()).then_some(subjects)
    }

    /// The log of which the parent lacks something, and from where on; or, once a greeting, one for
    /// which its word was lost on the way: what is shipped again is answered with the word.
    fn next_up(&self) -> Option<(LogId, u64)> {
        let have = |log: &LogId| self.asking.have.get(log).copied().unwrap_or(0);
        let taken = |log: &LogId| !self.asking.refused.contains(log);
        let mut feeds = self.feeds().filter(|(log, _)| taken(log));
        let lacking = feeds.find(|(log, size)| have(log) < *size);
        if let Some((log, _)) = lacking {
            return Some((log, have(&log)));
        }
        let told = |log: &LogId| !self.asking.words_asked.contains(log);
        let mut feeds = self.feeds().filter(|(log, _)| taken(log) && told(log));
        let (log, _) = feeds.find(|(log, size)| self.saved.word_for(*log) < *size)?;
        Some((log, self.saved.word_for(log)))
    }

    /// The end of a log that may not go on, from where the parent's own begins to differ.
    fn next_branch(&self, why: &StopReason) -> Option<Next> {
        let from = match why {
            StopReason::Frozen(_) => self.saved.word_for(self.me),
            StopReason::Closed(size) => *size,
            StopReason::Revoked | StopReason::Unknown | StopReason::Greet => return None,
        };
        let from = from.max(self.kept());
        let rest = from < self.saved.own.size() && !self.asking.refused.contains(&self.me);
        rest.then_some(Next::Read(Action::Read(Purpose::Branch, self.me, from)))
    }

    /// What is not level between this node and its parent, if anything.
    #[must_use]
    pub fn behind(&self) -> Option<Behind> {
        self.saved.parent.as_ref()?;
        if !self.asking.greeted {
            return Some(Behind::Greeting);
        }
        let told = |log: &LogId| self.asking.have.get(log).copied().unwrap_or(0);
        let mut feeds = self.feeds();
        // A log that the parent does not take, closed or unknown, is for people to look at.
        let due = |log: &LogId| *log == self.me || !self.asking.refused.contains(log);
        if let Some((log, size)) = feeds.find(|(log, size)| due(log) && told(log) < *size) {
            return Some(Behind::Up(log, size - told(&log)));
        }
        let here = |log: &LogId| self.saved.fed.get(log).map_or(0, |fed| fed.tree.size());
        let mut back = self.asking.have.iter().filter(|(log, _)| **log != self.me);
        if let Some((log, have)) = back.find(|(log, have)| here(log) < **have) {
            return Some(Behind::Back(*log, have - here(log)));
        }
        let seen = |log: &LogId| self.saved.seen.get(log).copied().unwrap_or(0);
        let mut offers = self.asking.offers.iter();
        let (log, length) = offers.find(|(log, length)| seen(log) < **length)?;
        Some(Behind::Down(*log, length - seen(log)))
    }

    /// Whether the parent keeps the whole end of this node's stopped log.
    #[must_use]
    pub fn is_branch_kept(&self) -> bool {
        match &self.saved.mode {
            Mode::Stopped(StopReason::Closed(size)) if *size >= self.saved.own.size() => true,
            _ => self.kept() >= self.saved.own.size(),
        }
    }

    /// Up to which place the present parent keeps it: what another did may be gone with its disk.
    fn kept(&self) -> u64 {
        let kept = self.asking.kept.filter(|(by, _)| self.is_parent(*by));
        kept.map_or(0, |(_, to)| to)
    }

    /// What the node greets the one above with.
    #[must_use]
    pub fn hello(&self) -> Hello {
        let own = &self.saved.own;
        let end = (own.size(), own.root());
        let parent = self.saved.parent.as_ref();
        let witnessed = self.saved.witnessed.values();
        let by_parent = witnessed.filter(|word| parent.is_some_and(|parent| word.by == parent.log));
        Hello {
            head: Head::sign(&self.hand, end, end),
            recovering: matches!(self.saved.mode, Mode::Recovering(_)),
            witnessed: by_parent.map(|word| (word.log, word.size)).collect(),
            seen: parent
                .and_then(|parent| self.saved.seen.get(&parent.log))
                .copied()
                .unwrap_or(0),
        }
    }

    /// A stretch was read: it goes up.
    pub(super) fn ship(&mut self, purpose: Purpose, stretch: Stretch, out: &mut Outcome) {
        let Stretch {
            mut head,
            entries,
            keys,
        } = stretch;
        if let Purpose::Back(conn) = purpose {
            let back = Message::Batch {
                head,
                entries,
                keys,
            };
            out.reply(conn, back);
            return;
        }
        if entries.is_empty() {
            self.asking.waiting = false;
            return;
        }
        if head.log == self.me {
            head = Head::sign(&self.hand, (head.from, head.base), (head.size, head.root));
        }
        if head.log == self.me && head.size > self.saved.shipped {
            out.store(Record::Shipped(head.size));
        }
        let message = if purpose == Purpose::Batch {
            Message::Batch {
                head,
                entries,
                keys,
            }
        } else {
            Message::Branch { head, entries }
        };
        self.ask(message, out);
    }

    /// The parent answered.
    pub(super) fn answered(&mut self, answer: Message, out: &mut Outcome) {
        self.asking.waiting = false;
        self.asking.ticks = 0;
        match answer {
            Message::Welcome(welcome) => self.welcomed(welcome, out),
            Message::Ack { log, have, witness } => self.acked(log, have, witness, out),
            Message::Down {
                log,
                from,
                to,
                entries,
                keys,
            } => self.take_down((log, from, to), entries, keys, out),
            Message::Batch {
                head,
                entries,
                keys,
            } => self.take_back(head, entries, keys, out),
            Message::Stop { log, why } => self.told_to_stop(log, why, out),
            Message::Kept { log, to } if log == self.me => {
                let parent = self.saved.parent.as_ref().map(|parent| parent.log);
                let to = to.max(self.kept());
                self.asking.kept = parent.map(|by| (by, to));
            }
            Message::Kept { to, .. } => {
                self.asking.parent_lacks = self.asking.parent_lacks.and_then(|lacks| {
                    let parent = self.saved.parent.as_ref()?.log;
                    let known = self.saved.seen.get(&parent).copied().unwrap_or(0);
                    (to > lacks && to < known).then_some(to)
                });
            }
            Message::Tail {
                from,
                have,
                entries,
                keys,
            } => self.tail_of_parent((from, have), (entries, keys), out),
            Message::Keys(keys) => {
                let met = lapsed_of(&self.saved, &keys);
                self.take_keys(keys, &met, out);
            }
            _ => {}
        }
        // What follows from records is asked once they are durable.
        if out.records.is_empty() {
            self.go_on(out);
        }
    }

    fn welcomed(&mut self, welcome: Welcome, out: &mut Outcome) {
        self.asking.greeted = true;
        self.asking.greeting = 0;
        self.asking.session = welcome.session;
        self.asking.keys_asked = None;
        self.asking.words_asked.clear();
        if self.asking.streams_left == 0 {
            self.asking.streams_left = STREAMS_AT_ONCE;
        }
        self.asking.refused.clear();
        self.asking.have = welcome.have.into_iter().collect();
        self.asking.offers = welcome.offers.into_iter().collect();
        let parent = self.saved.parent.as_ref().map(|parent| parent.log);
        // A parent that has all of its log hears so as well: it waits for each child's word.
        self.asking.parent_lacks = welcome.recovering;
        let age = welcome
            .news
            .map(|age| i64::try_from(age).unwrap_or(i64::MAX));
        self.asking.news_of = age.map(|age| self.latest.saturating_sub(age));
        let have = self.asking.have.get(&self.me).copied().unwrap_or(0);
        let behind = have > self.saved.own.size() && self.saved.mode == Mode::Active;
        if let Some(parent) = parent.filter(|_| behind) {
            let lacking = BTreeSet::from([parent]);
            out.store(Record::Mode(Mode::Recovering(lacking)));
        }
    }

    fn acked(&mut self, log: LogId, have: u64, witness: Option<Witness>, out: &mut Outcome) {
        self.asking.have.insert(log, have);
        let (Some(witness), Some(parent)) = (witness, &self.saved.parent) else {
            return;
        };
        let old = self.saved.witnessed.get(&log);
        let newer = old.is_none_or(|old| old.size < witness.size || old.by != witness.by);
        if witness.log == log && newer && witness.is_signed(&self.hand, &parent.key) {
            out.store(Record::Witnessed(witness));
        }
    }

    fn take_down(
        &mut self,
        (log, from, to): (LogId, u64, u64),
        entries: Vec<Arc<Entry>>,
        keys: Vec<Wrapped>,
        out: &mut Outcome,
    ) {
        let seen = self.saved.seen.get(&log).copied().unwrap_or(0);
        let history = to == 0 && !entries.is_empty();
        if !history && (from > seen || to <= seen) {
            return;
        }
        self.take_keys(keys, &met_in(&entries, false), out);
        out.store(Record::Sparse { log, to, entries });
    }

    fn told_to_stop(&mut self, log: LogId, why: StopReason, out: &mut Outcome) {
        if log != self.me {
            self.asking.refused.insert(log);
            return;
        }
        if let StopReason::Frozen(fork) = &why
            && (fork.log() != self.me || fork.check(&self.hand).is_err())
        {
            out.quarantine(log, "no-fork", "");
            return;
        }
        if why == StopReason::Unknown {
            // Perhaps the parent learns of this node later: greet again then, as after silence.
            self.asking.greeted = false;
            self.asking.waiting = true;
            return;
        }
        if why == StopReason::Greet {
            self.asking.greeted = false;
            return;
        }
        self.asking.greeted = true;
        self.asking.greeting = 0;
        if self.saved.mode != Mode::Stopped(why.clone()) {
            out.store(Record::Mode(Mode::Stopped(why)));
        }
    }
}
