//! A node: what it knows, what comes in, what is to be done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use linli_translog::Hash;
use rand::{Rng, RngExt as _};

use super::answer::Who;
use super::ask::Asking;
use super::entry::{Act, Entry, StreamName};
use super::ids::{Digest, Hand, LogId};
use super::message::{Frame, Head, Message, StopReason, Wrapped};
use super::plant::{Plant, Plants};
use super::saved::{Mode, Noted, Quarantined, Record, Saved};
use super::stream::{Link, Why};

/// A request under way: the answer goes back where it came from, and says to what it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conn {
    /// The driver's name for the way back.
    pub line: u64,
    /// The child's name for its request.
    pub nonce: u64,
}

/// What comes in.
#[derive(Debug, Clone)]
pub enum Input {
    /// Some time went by: minutes, as the driver sees fit.
    Tick,
    /// The node's own log grew.
    Grown,
    /// A message from the node whose log this is; the transport has made sure of that.
    Received {
        /// Where answers go; of an answer, to what it is one.
        conn: Conn,
        /// To which conversation a request belongs.
        session: u64,
        /// Who says it.
        from: LogId,
        /// What.
        message: Message,
    },
    /// What [`Action::Read`] asked for.
    Read(Purpose, Stretch),
    /// What [`Action::ReadDown`] asked for.
    ReadDown {
        /// Whose request.
        conn: Conn,
        /// The log.
        log: LogId,
        /// From which place on.
        from: u64,
        /// Up to which place all that is followed is here.
        to: u64,
        /// The entries.
        entries: Vec<Arc<Entry>>,
        /// The keys of their subjects.
        keys: Vec<Wrapped>,
    },
    /// What [`Action::ReadTail`] asked for.
    ReadTail {
        /// Whose request; `None` when the parent is to be told.
        conn: Option<Conn>,
        /// From which place on.
        from: u64,
        /// What is known of that log here.
        have: u64,
        /// The entries.
        entries: Vec<Arc<Entry>>,
        /// The keys of their subjects.
        keys: Vec<Wrapped>,
    },
    /// What [`Action::Prove`] asked for: the root at the asked size, and the proof that the log as it
    /// is begins with that.
    Proved {
        /// Whose request.
        conn: Conn,
        /// What the child said of itself.
        head: Head,
        /// The root here at that size.
        root: Digest,
        /// The proof.
        proof: Vec<Hash>,
    },
    /// The keys that [`Action::ReadKeys`] asked for.
    Keys(Conn, Vec<Wrapped>),
}

/// A stretch of a log as read.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// Its ends; unsigned for the node's own log, which the core signs.
    pub head: Head,
    /// The entries.
    pub entries: Vec<Arc<Entry>>,
    /// The keys of their subjects.
    pub keys: Vec<Wrapped>,
}

/// What a stretch is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be sent up.
    Batch,
    /// To be kept by the parent beside a log that may not go on.
    Branch,
    /// To be given back to a child that had it and was restored.
    Back(Conn),
}

/// What is to be done once the records are durable.
#[derive(Debug, Clone)]
pub enum Action {
    /// Say this to the parent.
    Ask(Frame),
    /// Answer a request.
    Reply(Conn, Message),
    /// Read at most [`BATCH`](super::BATCH) entries of a log, for the parent: of the node's own log
    /// any, of another the stretches as its log signed them. Answered by [`Input::Read`].
    Read(Purpose, LogId, u64),
    /// Read what `child` follows of a log: see [`Node::follows`]. Answered by [`Input::ReadDown`].
    ReadDown(Conn, LogId, LogId, u64),
    /// Read what is here of a log. Answered by [`Input::ReadTail`].
    ReadTail(Option<Conn>, LogId, u64),
    /// Read a stream from its beginning, with its orphans. Answered by [`Input::ReadDown`] up to place 0.
    ReadStream(Conn, StreamName),
    /// Find the root of a log at an earlier size. Answered by [`Input::Proved`].
    Prove(Conn, Head),
    /// Wrap these subjects' keys for a child. Answered by [`Input::Keys`].
    ReadKeys(Conn, LogId, Vec<[u8; 16]>),
    /// Destroy these keys, and write that it was done.
    Erase([u8; 16]),
    /// Write that a stream is accepted.
    Accept(StreamName),
    /// Act on a request.
    Serve(StreamName, StreamName),
    /// Tell the operator.
    Tell(Note),
}

/// Something for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A neighbour returned entries with gaps: the node needs a new key, and two officers take its
    /// streams over.
    NeedsNewKey,
    /// A log shows two histories.
    Frozen(LogId),
    /// This node's log may not go on.
    Stopped,
    /// Recovered: the node writes again.
    Recovered,
    /// The clock went back, or the lease ran out: keys are gone until the next contact.
    Lapsed,
}

/// What follows from an input.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// To be stored durably first, as a whole.
    pub records: Vec<Record>,
    /// To be done after that.
    pub actions: Vec<Action>,
}

impl Outcome {
    pub(super) fn store(&mut self, record: Record) -> &mut Self {
        self.records.push(record);
        self
    }

    pub(super) fn act(&mut self, action: Action) -> &mut Self {
        self.actions.push(action);
        self
    }

    pub(super) fn reply(&mut self, conn: Conn, message: Message) -> &mut Self {
        self.act(Action::Reply(conn, message))
    }

    pub(super) fn quarantine(&mut self, from: LogId, reason: &'static str, about: &str) {
        let about = about.to_owned();
        self.store(Record::Quarantine(Quarantined {
            from,
            reason,
            about,
        }));
    }
}

/// Why the node may not write an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayNot {
    /// It was restored and has not heard from all neighbours yet.
    Recovering,
    /// Its log may not go on.
    Stopped,
    /// The stream is not its own (移交中 or elsewhere).
    Stream(Why),
    /// The subject's key was destroyed, or its lease lapsed.
    Key,
}

/// A node.
pub struct Node<H> {
    pub(super) hand: H,
    pub(super) me: LogId,
    /// What it must not forget.
    pub saved: Saved,
    pub(super) asking: Asking,
    /// Children that returned, since this node started, what they have of its log.
    pub(super) told: BTreeSet<LogId>,
    /// The latest time seen since the node started.
    pub(super) latest: i64,
    /// The conversations with children, by their log.
    pub(super) sessions: BTreeMap<LogId, u64>,
    /// Randomness of this step.
    pub(super) chance: u64,
    /// The mistakes made on purpose.
    pub plants: Plants,
}

impl<H: Hand> Node<H> {
    /// The node that signs with `hand` and was left as `saved` says.
    #[must_use]
    pub fn open(hand: H, saved: Saved, plants: Plants) -> Self {
        let me = LogId::of(&hand.public());
        let mut node = Self {
            hand,
            me,
            saved,
            asking: Asking::default(),
            told: BTreeSet::new(),
            latest: i64::MIN,
            sessions: BTreeMap::new(),
            chance: 0,
            plants,
        };
        if plants.has(Plant::ForgetWaiting) {
            node.saved.waiting.clear();
        }
        node
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> LogId {
        self.me
    }

    /// What the conversation with a child is called, while there is one.
    #[must_use]
    pub fn session_of(&self, child: LogId) -> Option<u64> {
        self.sessions.get(&child).copied()
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> super::PublicKey {
        self.hand.public()
    }

    /// Its hand, for a new life of the same node.
    #[must_use]
    pub fn into_parts(self) -> (H, Saved) {
        (self.hand, self.saved)
    }

    /// What a node just started has to catch up with: streams that were handed to it, requests.
    #[must_use]
    pub fn pending(&self) -> Vec<Action> {
        let stream = |name: &StreamName| self.saved.streams.get(name);
        let released = self
            .saved
            .handed
            .iter()
            .filter(|name| stream(name).is_some_and(|stream| stream.released == Some(self.me)));
        let mut actions: Vec<_> = released.map(|name| Action::Accept(name.clone())).collect();
        for (request, about) in &self.saved.requests {
            actions.push(Action::Serve(request.clone(), about.clone()));
        }
        actions
    }

    /// What follows from an input at `now`, in seconds since 1970 by this node's clock.
    pub fn step(&mut self, input: Input, now: i64, rng: &mut impl Rng) -> Outcome {
        let mut out = Outcome::default();
        self.mind_lease(now, &mut out);
        self.chance = rng.random();
        match input {
            Input::Tick => self.tick(rng, &mut out),
            Input::Grown => self.go_on(&mut out),
            Input::Received {
                conn,
                session,
                from,
                message,
            } => self.received((conn, from), session, message, &mut out),
            Input::Read(purpose, stretch) => self.ship(purpose, stretch, &mut out),
            Input::ReadDown {
                conn,
                log,
                from,
                to,
                entries,
                keys,
            } => {
                let down = Message::Down {
                    log,
                    from,
                    to,
                    entries,
                    keys,
                };
                out.reply(conn, down);
            }
            Input::ReadTail {
                conn,
                from,
                have,
                entries,
                keys,
            } => {
                let tail = Message::Tail {
                    from,
                    have,
                    entries,
                    keys,
                };
                match conn {
                    Some(conn) => drop(out.reply(conn, tail)),
                    None => self.ask(tail, &mut out),
                }
            }
            Input::Proved {
                conn,
                head,
                root,
                proof,
            } => self.judge_greeting(conn, &head, root, &proof, &mut out),
            Input::Keys(conn, keys) => drop(out.reply(conn, Message::Keys(keys))),
        }
        out
    }

    fn received(&mut self, who: Who, session: u64, message: Message, out: &mut Outcome) {
        let (conn, from) = who;
        if self.is_parent(from) && self.asking.nonce == Some(conn.nonce) {
            self.asking.nonce = None;
            self.answered(message, out);
            return;
        }
        // A log that may not go on gets no conversation: what it leaves is kept whenever it comes.
        let opening = matches!(
            message,
            Message::Hello(_) | Message::Recover { .. } | Message::Branch { .. }
        );
        if !opening && self.sessions.get(&from) != Some(&session) {
            let (log, why) = (from, StopReason::Greet);
            out.reply(conn, Message::Stop { log, why });
            return;
        }
        match message {
            Message::Hello(hello) => self.greet(conn, from, hello, out),
            Message::Batch {
                head,
                entries,
                keys,
            } => self.take_batch(who, head, entries, keys, out),
            Message::Want { log, from: place } => self.wanted(who, log, place, out),
            Message::Recover { size } => self.return_tail(who, size, out),
            Message::Branch { head, entries } => self.keep_branch(who, head, entries, out),
            Message::Tail {
                have,
                entries,
                keys,
                ..
            } => self.tail_of_child(who, have, (entries, keys), out),
            Message::WantKeys(subjects) => self.want_keys(who, subjects, out),
            Message::WantStream(stream) => self.want_stream(who, stream, out),
            // An answer that comes twice, or too late.
            _ => {}
        }
    }

    pub(super) fn is_parent(&self, log: LogId) -> bool {
        let parent = self.saved.parent.as_ref();
        parent.is_some_and(|parent| parent.log == log)
    }

    /// A record is durable: memory follows. Says what else is to be done.
    pub fn stored(&mut self, record: Record) -> Vec<Action> {
        let mut actions = Vec::new();
        match &record {
            Record::Mode(Mode::Active) => actions.push(Action::Tell(Note::Recovered)),
            Record::Mode(Mode::Stopped(_)) => actions.push(Action::Tell(Note::Stopped)),
            Record::Stopped(log, StopReason::Frozen(_)) => {
                actions.push(Action::Tell(Note::Frozen(*log)));
            }
            Record::Lapsed => actions.push(Action::Tell(Note::Lapsed)),
            _ => {}
        }
        for noted in self.saved.apply(self.me, record, self.plants) {
            match noted {
                Noted::Applied(entry) => match &entry.act {
                    Act::Released(to) if *to == self.me => {
                        actions.push(Action::Accept(entry.stream.clone()));
                    }
                    Act::Request { to, about } if *to == self.me => {
                        let request = entry.stream.clone();
                        actions.push(Action::Serve(request, about.clone()));
                    }
                    _ => {}
                },
                Noted::KeyGone(subject) => actions.push(Action::Erase(subject)),
                Noted::Orphan(..) | Noted::Displaced(..) => {}
            }
        }
        actions
    }

    /// Whether the node may write an entry that does `act` to `stream`, sealing data of `subjects`.
    ///
    /// # Errors
    /// [`MayNot`] says why not.
    pub fn may_write(
        &self,
        stream: &StreamName,
        act: &Act,
        subjects: &[[u8; 16]],
    ) -> Result<(), MayNot> {
        match &self.saved.mode {
            Mode::Active => {}
            Mode::Recovering(_) if self.plants.has(Plant::RestoreSameKey) => {}
            Mode::Stopped(_) if self.plants.has(Plant::IgnoreFreeze) => {}
            Mode::Recovering(_) => return Err(MayNot::Recovering),
            Mode::Stopped(_) => return Err(MayNot::Stopped),
        }
        if subjects.iter().any(|subject| !self.may_seal(subject)) {
            return Err(MayNot::Key);
        }
        match self.saved.streams.get(stream) {
            None if matches!(act, Act::Accepted | Act::Takeover(_) | Act::Released(_)) => {
                Err(MayNot::Stream(Why::NotOwner))
            }
            None => Ok(()),
            Some(stream) => stream
                .permits(self.me, act, self.plants)
                .map_err(MayNot::Stream),
        }
    }

    /// Whether `child` follows an entry: it lies in the child's area, is public, is addressed to a
    /// node at or below the child, or is about such a node. What the child's own side wrote it has.
    #[must_use]
    pub fn follows(&self, child: LogId, entry: &Entry) -> bool {
        let below = |log: LogId| self.saved.via(self.me, log) == Some(child);
        if below(entry.log) {
            return false;
        }
        let Some(member) = self.saved.members.get(&child) else {
            return false;
        };
        if is_within(&entry.area, &member.enrolled.area) || is_public(entry.topic()) {
            return true;
        }
        match &entry.act {
            Act::Released(to) => below(*to),
            Act::Request { to, about } => below(*to) && self.may_ask(entry.log, about),
            // Whoever was to have it, and perhaps took it meanwhile, is told as well; so is whoever
            // got it by a release that the takeover displaces.
            Act::Takeover(taken) => {
                let to = self.before(entry).and_then(|before| before.released);
                let beside = self.saved.streams.get(&entry.stream);
                below(taken.from)
                    || to.is_some_and(below)
                    || beside.is_some_and(|stream| {
                        let mut orphans = stream.orphans.values();
                        orphans.any(|link| link.concerns(below))
                    })
            }
            // Whoever handed it over is told that it was taken.
            Act::Accepted => self.before(entry).is_some_and(|before| below(before.log)),
            Act::Closed { log, .. } | Act::Revoked(log) => below(*log),
            Act::Enrolled(enrolled) => below(LogId::of(&enrolled.key)),
            Act::Destroyed(_) => true,
            _ => false,
        }
    }

    /// Whether a node may ask for a stream: one below only for what lies in its area. What comes from
    /// above was looked at there.
    #[must_use]
    pub fn may_ask(&self, log: LogId, about: &StreamName) -> bool {
        let Some(member) = self.saved.members.get(&log) else {
            return true;
        };
        let stream = self.saved.streams.get(about);
        stream.is_some_and(|stream| is_within(&stream.area, &member.enrolled.area))
    }

    /// The entry before this one in its stream.
    fn before(&self, entry: &Entry) -> Option<&Link> {
        let place = usize::try_from(entry.version).ok()?.checked_sub(2)?;
        self.saved.streams.get(&entry.stream)?.chain.get(place)
    }

    /// Whether an entry hands a stream to `child`'s side that lies outside the child's area, so that
    /// the stream's history has to go along.
    #[must_use]
    pub fn hands_over(&self, child: LogId, entry: &Entry) -> bool {
        let Act::Released(to) = &entry.act else {
            return false;
        };
        let area = self.saved.members.get(&child);
        self.saved.via(self.me, *to) == Some(child)
            && !area.is_some_and(|member| is_within(&entry.area, &member.enrolled.area))
    }

    /// How much of a log may go down: of this node's own log only what its parent has countersigned,
    /// so that no child ever knows more of it than the parent, should this node be restored.
    #[must_use]
    pub fn offer_of(&self, log: LogId) -> u64 {
        let saved = &self.saved;
        if log != self.me {
            let fed = saved.fed.get(&log).map_or(0, |fed| fed.tree.size());
            return fed.max(saved.seen.get(&log).copied().unwrap_or(0));
        }
        match &saved.parent {
            None => saved.own.size(),
            Some(_) => saved.countersigned(self.me),
        }
    }

    /// Each log that goes up, and how long it is here. Its own comes first: it says who joined, and
    /// with that whose the others are.
    pub fn feeds(&self) -> impl Iterator<Item = (LogId, u64)> {
        let fed = self.saved.fed.iter();
        let fed = fed.map(|(log, fed)| (*log, fed.tree.size()));
        std::iter::once((self.me, self.saved.own.size())).chain(fed)
    }
}

/// Whether an area's path is `wide` or lies in it.
#[must_use]
pub(super) fn is_within(area: &str, wide: &str) -> bool {
    area.strip_prefix(wide)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What everyone may read: it goes to every node.
fn is_public(topic: &str) -> bool {
    matches!(topic, "catalogue" | "policy" | "place" | "places")
}
