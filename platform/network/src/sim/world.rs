//! The simulated world: one queue of events in time, machines, lines between them, and the oracle.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::hand::SimHand;
use super::machine::{Flight, Intent, Machine};
use super::oracle::Oracle;
use super::plan::{AREAS, DAY, Episode, MACHINES, PARENTS, plan};
use super::{Settings, Tally};
use crate::core::{
    Act, Action, Conn, Entry, Frame, Hand as _, Input, Link, LogId, Message, Mode, Node, Note,
    Outcome, Parent, Plant, Purpose, Record, Saved, StreamName, Stretch, Wrapped, wire,
};

/// What happens at a time.
#[derive(Debug)]
pub(super) enum Event {
    Tick(usize),
    Write(usize),
    Deliver(usize, usize, Box<Input>),
    Synced(usize, u32),
    Restart(usize, u32),
    Crash(usize, i64),
    Begin(usize),
    End(usize, End),
    Operators,
}

/// What trouble ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Cut,
    Full,
    Clock(i64),
    Clone,
}

struct Scheduled {
    at: i64,
    order: u64,
    event: Event,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for Scheduled {}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scheduled {
    // The heap gives the largest first: the earliest is the largest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// Twenty minutes: about every two hours a node greets its parent without being asked to.
const TICK: i64 = 1_200_000;

/// The seconds since 1970 at which a simulation begins.
pub(super) const EPOCH: i64 = 1_767_225_600;

/// The world.
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) now: i64,
    queue: BinaryHeap<Scheduled>,
    order: u64,
    pub(super) machines: Vec<Machine>,
    pub(super) episodes: Vec<Episode>,
    pub(super) oracle: Oracle,
    pub(super) rng: ChaCha8Rng,
    /// Of each stream, the subject it is about.
    pub(super) subjects: BTreeMap<StreamName, [u8; 16]>,
    pub(super) keys_made: u64,
    pub(super) tally: Tally,
    /// No more trouble, no more writing: lines are good and everything settles.
    pub(super) healing: bool,
    /// Logs whose disk went away with what only it held.
    pub(super) lost_disks: BTreeSet<LogId>,
}

impl World {
    pub(super) fn new(settings: &Settings) -> Self {
        let mut world = Self {
            now: 0,
            queue: BinaryHeap::new(),
            order: 0,
            machines: Vec::new(),
            episodes: plan(settings.seed, settings.days),
            oracle: Oracle::default(),
            rng: ChaCha8Rng::seed_from_u64(settings.seed),
            subjects: BTreeMap::new(),
            keys_made: 0,
            tally: Tally::default(),
            healing: false,
            lost_disks: BTreeSet::new(),
            settings: settings.clone(),
        };
        for (number, parent) in PARENTS.into_iter().enumerate() {
            let hand = world.new_hand();
            let saved = Saved {
                parent: parent.map(|parent| world.parent_of(parent)),
                ..Saved::default()
            };
            let place = (number, settings.seed);
            let machine = Machine::new(hand, saved, place, settings.plants);
            world.machines.push(machine);
        }
        for number in 1..MACHINES {
            let key = world.machines[number].key();
            let enrol = Intent::Enrol(key, AREAS[number].into(), None);
            if let Some(parent) = PARENTS[number] {
                world.machines[parent].intents.push_back(enrol);
            }
        }
        for number in 0..MACHINES {
            let apart = world.rng.random_range(0..TICK);
            world.at(apart, Event::Tick(number));
            world.at(apart + 1, Event::Write(number));
        }
        for place in 0..world.episodes.len() {
            if settings.wants(place) {
                world.at(world.episodes[place].at, Event::Begin(place));
            }
        }
        world.at(DAY, Event::Operators);
        world
    }

    pub(super) fn new_hand(&mut self) -> SimHand {
        self.keys_made += 1;
        SimHand::new(self.settings.seed, self.keys_made)
    }

    /// What a child is told of its parent.
    pub(super) fn parent_of(&self, parent: usize) -> Parent {
        let key = self.machines[parent].key();
        let log = LogId::of(&key);
        Parent { log, key }
    }

    pub(super) fn at(&mut self, at: i64, event: Event) {
        self.order += 1;
        let order = self.order;
        self.queue.push(Scheduled { at, order, event });
    }

    pub(super) fn after(&mut self, wait: i64, event: Event) {
        self.at(self.now + wait, event);
    }

    /// Lives on until `until`, or until an invariant is broken.
    pub(super) fn run(&mut self, until: i64) {
        while self.oracle.violation.is_none() {
            let Some(next) = self.queue.peek() else { break };
            if next.at > until {
                break;
            }
            let Some(Scheduled { at, event, .. }) = self.queue.pop() else {
                break;
            };
            self.now = at;
            self.happen(event);
        }
        if self.oracle.violation.is_none() {
            self.now = self.now.max(until);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick(m) => {
                self.feed(m, Input::Tick);
                if !self.machines[m].retired {
                    self.after(TICK, Event::Tick(m));
                }
            }
            Event::Write(m) => self.people_write(m),
            Event::Deliver(from, to, input) => self.deliver(from, to, *input),
            Event::Synced(m, life) => self.synced(m, life),
            Event::Crash(m, long) => self.crash(m, long),
            Event::Restart(m, life) => self.restart(m, life),
            Event::Begin(place) => self.begin(self.episodes[place]),
            Event::End(m, end) => self.end(m, end),
            Event::Operators => {
                self.operators();
                self.after(DAY / 2, Event::Operators);
            }
        }
    }

    /// Seconds since 1970 by the machine's own clock.
    fn clock(&self, m: usize) -> i64 {
        EPOCH + self.now / 1_000 + self.machines[m].offset
    }

    pub(super) fn feed(&mut self, m: usize, input: Input) {
        self.machines[m].inbox.push_back(input);
        self.work(m);
    }

    /// Works off what waits, until the disk is waited for.
    pub(super) fn work(&mut self, m: usize) {
        let clock = self.clock(m);
        loop {
            let machine = &mut self.machines[m];
            if machine.flight.is_some() {
                return;
            }
            let Some(node) = &mut machine.node else {
                machine.inbox.clear();
                return;
            };
            if let Some(input) = machine.inbox.pop_front() {
                let outcome = node.step(input, clock, &mut machine.rng);
                self.dispatch(m, outcome);
            } else if machine.intents.is_empty() {
                return;
            } else {
                let entries = machine.form(clock);
                if !entries.is_empty() {
                    self.commit(m, entries);
                }
            }
        }
    }

    fn dispatch(&mut self, m: usize, outcome: Outcome) {
        let Outcome { records, actions } = outcome;
        if records.is_empty() {
            self.perform(m, actions);
            return;
        }
        let hasty = self.settings.plants.has(Plant::AckBeforeStore);
        if self.machines[m].full > 0 {
            // Nothing is stored, so nothing follows.
            if hasty {
                self.perform(m, actions);
            }
            return;
        }
        let (now, later) = if hasty {
            (actions, Vec::new())
        } else {
            (Vec::new(), actions)
        };
        self.machines[m].flight = Some(Flight {
            records,
            actions: later,
            undo: None,
        });
        self.sync(m);
        self.perform(m, now);
    }

    /// Writes what people and the node itself wanted.
    fn commit(&mut self, m: usize, entries: Vec<Arc<Entry>>) {
        if self.machines[m].full > 0 {
            return;
        }
        let record = Record::Own(entries);
        let mut undo = None;
        if self.settings.plants.has(Plant::ShipBeforeFsync) {
            undo = self.machines[m].saved().cloned().map(Box::new);
            let actions = self.keep(m, &record);
            self.perform(m, actions);
            self.machines[m].inbox.push_back(Input::Grown);
            let clock = self.clock(m);
            while let Some(input) = self.machines[m].inbox.pop_front() {
                let machine = &mut self.machines[m];
                if let Some(node) = &mut machine.node {
                    let outcome = node.step(input, clock, &mut machine.rng);
                    self.perform(m, outcome.actions);
                }
            }
        }
        self.machines[m].flight = Some(Flight {
            records: vec![record],
            actions: Vec::new(),
            undo,
        });
        self.sync(m);
    }

    fn sync(&mut self, m: usize) {
        let wait = self.machines[m].rng.random_range(2..40);
        let life = self.machines[m].life;
        if let Some(long) = self.machines[m].doomed.take() {
            self.after(wait / 2, Event::Crash(m, long));
        }
        self.after(wait, Event::Synced(m, life));
    }

    fn synced(&mut self, m: usize, life: u32) {
        if self.machines[m].life != life {
            return;
        }
        let Some(flight) = self.machines[m].flight.take() else {
            return;
        };
        let mut actions = Vec::new();
        let mut grown = false;
        for record in &flight.records {
            grown |= matches!(record, Record::Own(_));
            self.durable(m, record);
            if flight.undo.is_none() {
                actions.extend(self.keep(m, record));
            }
            self.watch(m, record);
        }
        self.perform(m, flight.actions);
        self.perform(m, actions);
        if grown {
            self.machines[m].promised = self.machines[m].disk.whole(self.machines[m].log());
        }
        self.machines[m].inbox.push_back(Input::Grown);
        self.work(m);
    }

    /// The oracle learns what became durable.
    pub(super) fn durable(&mut self, m: usize, record: &Record) {
        if let Record::Own(entries) = record {
            for entry in entries {
                if let Act::Destroyed(subject) = &entry.act {
                    self.oracle.erased.insert(*subject, self.now);
                }
            }
        }
        match record {
            Record::Own(entries) => {
                // A tail that came back was written before.
                let back = matches!(
                    self.machines[m].saved().map(|saved| &saved.mode),
                    Some(Mode::Recovering(_))
                ) && !self.settings.plants.has(Plant::RestoreSameKey);
                for entry in entries {
                    if back {
                        self.oracle.stored(entry);
                    } else {
                        self.oracle.born(entry);
                    }
                }
            }
            Record::Fed { entries, .. }
            | Record::Sparse { entries, .. }
            | Record::Branch { entries, .. } => {
                for entry in entries {
                    self.oracle.stored(entry);
                }
            }
            _ => {}
        }
    }

    /// The disk and the node's memory take a record in.
    pub(super) fn keep(&mut self, m: usize, record: &Record) -> Vec<Action> {
        let machine = &mut self.machines[m];
        let me = machine.log();
        let actions = match (&mut machine.node, &mut machine.left) {
            (Some(node), _) => node.stored(record.clone()),
            (None, Some((_, saved))) => {
                saved.apply(me, record.clone(), self.settings.plants);
                Vec::new()
            }
            (None, None) => Vec::new(),
        };
        let saved = match (&machine.node, &machine.left) {
            (Some(node), _) => Some(&node.saved),
            (None, left) => left.as_ref().map(|(_, saved)| saved),
        };
        let tree = saved.and_then(|saved| match record {
            Record::Own(_) => Some(&saved.own),
            Record::Fed { head, .. } => saved.fed.get(&head.log).map(|fed| &fed.tree),
            _ => None,
        });
        machine.disk.store(me, record, tree);
        if let Record::Own(entries) = record {
            for entry in entries {
                if matches!(entry.act, Act::Accepted | Act::Takeover(_)) {
                    self.machines[m].mine.push(entry.stream.clone());
                }
            }
        }
        actions
    }

    pub(super) fn perform(&mut self, m: usize, actions: Vec<Action>) {
        for action in actions {
            self.do_one(m, action);
        }
    }

    fn do_one(&mut self, m: usize, action: Action) {
        let me = self.machines[m].log();
        match action {
            Action::Ask(frame) => {
                if let Some(parent) = self.machines[m].parent {
                    if self.settings.plants.has(Plant::DeleteUnwitnessed)
                        && let Message::Batch { head, .. } = &frame.message
                        && head.log == me
                    {
                        self.machines[m].disk.deleted = head.size;
                    }
                    self.send(m, parent, m as u64 + 1, frame);
                }
            }
            Action::Reply(conn, message) => self.reply(m, conn, message),
            Action::Read(purpose, log, from) => self.read(m, purpose, (log, from)),
            Action::ReadDown(conn, child, log, from) => self.read_down(m, (conn, child), log, from),
            Action::ReadStream(conn, name) => self.read_stream(m, conn, &name),
            Action::ReadTail(conn, log, from) => self.read_tail(m, conn, (log, from)),
            Action::Prove(conn, head) => {
                let (root, proof) = self.machines[m].disk.prove(head.log, head.size, head.root);
                self.machines[m].inbox.push_back(Input::Proved {
                    conn,
                    head,
                    root,
                    proof,
                });
            }
            Action::ReadKeys(conn, _, subjects) => {
                let keys = subjects.into_iter().map(wrapped).collect();
                self.machines[m].inbox.push_back(Input::Keys(conn, keys));
            }
            Action::Erase(subject) => {
                self.machines[m].intents.push_back(Intent::Erased(subject));
            }
            Action::Accept(stream) => self.machines[m].intents.push_back(Intent::Accept(stream)),
            Action::Serve(request, _) => {
                // The node is told at least once.
                for _ in 0..1 + u32::from(self.machines[m].rng.random_bool(0.2)) {
                    let answer = Intent::Answer(request.clone());
                    self.machines[m].intents.push_back(answer);
                }
            }
            Action::Tell(note) => self.told(m, &note),
        }
    }

    fn reply(&mut self, m: usize, conn: Conn, message: Message) {
        let line = usize::try_from(conn.line).ok();
        if let Some(child) = line.and_then(|line| line.checked_sub(1)) {
            let (session, nonce) = (0, conn.nonce);
            let frame = Frame {
                session,
                nonce,
                message,
            };
            self.send(m, child, 0, frame);
        }
    }

    fn read_tail(&mut self, m: usize, conn: Option<Conn>, (log, from): (LogId, u64)) {
        let disk = &self.machines[m].disk;
        let (entries, _) = disk.followed(log, (from, u64::MAX), |_| true);
        let whole = disk.whole(log);
        let saved = self.machines[m].saved();
        let seen = saved.and_then(|saved| saved.seen.get(&log)).copied();
        let have = whole.max(seen.unwrap_or(0));
        let keys = self.keys_of(m, &entries);
        self.machines[m].inbox.push_back(Input::ReadTail {
            conn,
            from,
            have,
            entries,
            keys,
        });
    }

    fn told(&mut self, m: usize, note: &Note) {
        match note {
            Note::NeedsNewKey => self.machines[m].needs_key = true,
            Note::Recovered => {
                self.machines[m].silent = None;
                self.machines[m].promised = 0;
                let pending = self.machines[m].node.as_ref().map(Node::pending);
                self.perform(m, pending.unwrap_or_default());
            }
            Note::Frozen(_) => self.tally.frozen += 1,
            Note::Stopped | Note::Lapsed => {}
        }
    }

    fn read(&mut self, m: usize, purpose: Purpose, (log, from): (LogId, u64)) {
        let me = self.machines[m].log();
        let disk = &self.machines[m].disk;
        let read = if log == me {
            Some(disk.own_stretch(me, from))
        } else {
            disk.signed_stretch(log, from)
        };
        let Some((head, entries)) = read else {
            return;
        };
        let keys = self.keys_of(m, &entries);
        let stretch = Stretch {
            head,
            entries,
            keys,
        };
        self.machines[m]
            .inbox
            .push_back(Input::Read(purpose, stretch));
    }

    fn keys_of(&self, m: usize, entries: &[Arc<Entry>]) -> Vec<Wrapped> {
        let Some(saved) = self.machines[m].saved() else {
            return Vec::new();
        };
        let mut subjects: Vec<_> = entries.iter().flat_map(|entry| &entry.subjects).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let held = subjects
            .into_iter()
            .filter(|subject| saved.keys.contains_key(*subject));
        held.copied().map(wrapped).collect()
    }

    fn read_down(&mut self, m: usize, (conn, child): (Conn, LogId), log: LogId, from: u64) {
        let machine = &self.machines[m];
        let Some(node) = &machine.node else { return };
        let until = node.offer_of(log);
        let follows = |entry: &Entry| node.follows(child, entry);
        let (found, to) = machine.disk.followed(log, (from, until), follows);
        let mut entries = Vec::with_capacity(found.len());
        for entry in found {
            if node.hands_over(child, &entry)
                && let Some(stream) = node.saved.streams.get(&entry.stream)
            {
                for link in &stream.chain {
                    entries.extend(machine.disk.entry(link.log, link.seq).cloned());
                }
            }
            entries.push(entry);
        }
        let keys = self.keys_of(m, &entries);
        self.machines[m].inbox.push_back(Input::ReadDown {
            conn,
            log,
            from,
            to,
            entries,
            keys,
        });
    }

    fn read_stream(&mut self, m: usize, conn: Conn, name: &StreamName) {
        let machine = &self.machines[m];
        let stream = machine.saved().and_then(|saved| saved.streams.get(name));
        let chain = stream.into_iter().flat_map(|stream| &stream.chain);
        let orphans = stream
            .into_iter()
            .flat_map(|stream| stream.orphans.values());
        let entry = |link: &Link| machine.disk.entry(link.log, link.seq).cloned();
        let entries: Vec<_> = chain.chain(orphans).filter_map(entry).collect();
        let keys = self.keys_of(m, &entries);
        let log = self.machines[m].log();
        let (from, to) = (0, 0);
        self.machines[m].inbox.push_back(Input::ReadDown {
            conn,
            log,
            from,
            to,
            entries,
            keys,
        });
    }

    /// A message goes out: it may be lost, doubled, late, and overtaken.
    fn send(&mut self, from: usize, to: usize, line: u64, frame: Frame) {
        self.tally.messages += 1;
        let log = self.machines[from].log();
        let calm = self.healing;
        let copies = match self.rng.random_range(0..10) {
            0 if !calm => 0,
            1 if !calm => 2,
            _ => 1,
        };
        let frame = if self.rng.random_range(0..64) == 0 {
            self.through_bytes(frame)
        } else {
            frame
        };
        let (line, nonce, session) = (line, frame.nonce, frame.session);
        let mut message = Some(frame.message);
        for left in (0..copies).rev() {
            let copy = if left == 0 {
                message.take()
            } else {
                message.clone()
            };
            let Some(message) = copy else { break };
            let wait = if !calm && self.rng.random_range(0..20) == 0 {
                self.rng.random_range(1_000..40 * 60_000)
            } else {
                self.rng.random_range(50..2_000)
            };
            let input = Input::Received {
                conn: Conn { line, nonce },
                session,
                from: log,
                message,
            };
            self.after(wait, Event::Deliver(from, to, Box::new(input)));
        }
    }

    /// What arrives is what was sent, also as bytes.
    fn through_bytes(&mut self, frame: Frame) -> Frame {
        match wire::decode(&wire::encode(&frame)) {
            Ok(back) if back == frame => return back,
            Ok(_) => self
                .oracle
                .broken(0, "a message changes on its way through bytes"),
            Err(why) => {
                self.oracle
                    .broken(0, format!("a message cannot be read: {why}"));
            }
        }
        frame
    }

    fn deliver(&mut self, from: usize, to: usize, input: Input) {
        let child = if self.machines[from].parent == Some(to) {
            from
        } else {
            to
        };
        if self.machines[child].cut == 0 && !self.machines[to].retired {
            self.feed(to, input);
        }
    }

    pub(super) fn crash(&mut self, m: usize, wait: i64) {
        let machine = &mut self.machines[m];
        let Some(node) = machine.node.take() else {
            return;
        };
        self.tally.crashes += 1;
        machine.left = Some(node.into_parts());
        machine.life += 1;
        machine.inbox.clear();
        machine.intents.clear();
        let life = machine.life;
        if let Some(flight) = machine.flight.take() {
            self.crash_in_flight(m, flight);
        }
        self.after(wait, Event::Restart(m, life));
    }

    /// The disk had begun to write: all of it, nothing, or half an entry is there.
    fn crash_in_flight(&mut self, m: usize, flight: Flight) {
        let Flight { records, undo, .. } = flight;
        let luck = self.machines[m].rng.random_range(0..3);
        if luck == 0 {
            for record in &records {
                self.durable(m, record);
                if undo.is_none() {
                    self.keep(m, record);
                }
            }
            return;
        }
        if let Some(undo) = undo {
            let log = self.machines[m].log();
            let size = undo.own.size();
            if let Some(own) = self.machines[m].disk.logs.get_mut(&log) {
                own.cut(size);
            }
            if let Some(saved) = self.machines[m].saved_mut() {
                *saved = *undo;
            }
        }
        if luck == 1 && self.settings.plants.has(Plant::TrustTorn) {
            for record in records {
                if let Record::Own(entries) = record
                    && let Some(first) = entries.first()
                {
                    let mut torn = (**first).clone();
                    torn.bytes = torn.bytes[..torn.bytes.len() / 2].into();
                    torn.digest = crate::core::sha256(&torn.bytes);
                    self.keep(m, &Record::Own(vec![Arc::new(torn)]));
                }
            }
        }
    }

    fn restart(&mut self, m: usize, life: u32) {
        let plants = self.settings.plants;
        let machine = &mut self.machines[m];
        if machine.life != life || machine.retired || machine.node.is_some() {
            return;
        }
        let Some((hand, saved)) = machine.left.take() else {
            return;
        };
        let node = crate::core::Node::open(hand, saved, plants);
        let pending = node.pending();
        machine.node = Some(node);
        self.check_promises(m);
        self.perform(m, pending);
        self.feed(m, Input::Tick);
    }

    /// Starts a machine whose disk was put in place.
    pub(super) fn start(&mut self, m: usize, hand: SimHand, saved: Saved) {
        let machine = &mut self.machines[m];
        machine.node = None;
        machine.left = Some((hand, saved));
        machine.life += 1;
        machine.inbox.clear();
        machine.intents.clear();
        machine.flight = None;
        let life = machine.life;
        self.restart(m, life);
    }

    pub(super) fn hand_of(&self, m: usize) -> SimHand {
        SimHand(self.machines[m].key())
    }

    pub(super) fn public(hand: &SimHand) -> crate::core::PublicKey {
        hand.public()
    }
}

fn wrapped(subject: [u8; 16]) -> Wrapped {
    Wrapped {
        subject,
        key: Arc::from(subject.as_slice()),
    }
}
