//! What people do in the simulated world: they file and note, hand over, ask the owner elsewhere,
//! erase; and operators do what the guide tells them.

use std::sync::Arc;

use rand::RngExt as _;

use super::machine::Intent;
use super::plan::{AREAS, DAY, MACHINES};
use super::world::{Event, World};
use crate::core::{LogId, Mode, Parent, Record, Saved, StopReason, StreamName};

/// The mean wait between two writes of one node: more than 50 a day.
const BETWEEN: i64 = DAY / 56;

/// How many streams a node works on.
pub(super) const RECENT: usize = 40;

/// How long operators wait for neighbours that do not answer.
const PATIENCE: i64 = 10 * DAY;

impl World {
    pub(super) fn people_write(&mut self, m: usize) {
        if self.healing || self.machines[m].retired {
            return;
        }
        let wait = self.machines[m].rng.random_range(1..2 * BETWEEN);
        self.after(wait, Event::Write(m));
        let Some(intent) = self.wanted(m) else {
            return;
        };
        self.machines[m].intents.push_back(intent);
        self.work(m);
    }

    fn wanted(&mut self, m: usize) -> Option<Intent> {
        let dice = self.machines[m].rng.random_range(0..1_000);
        let stream = self.own_stream(m);
        Some(match (dice, stream) {
            (0..12, Some(stream)) => {
                let to = self.machines[m].rng.random_range(0..MACHINES);
                let to = self.machines[to].log();
                if to == self.machines[m].log() || !self.is_known(to) {
                    return None;
                }
                Intent::Release(stream, to)
            }
            (12..22, _) => self.request(m)?,
            (22..26, _) if m == 0 => self.erase()?,
            // Whoever takes what nobody gave, or goes on with what was given away, is refused.
            (26..30, _) => Intent::Accept(self.any_stream(m)?),
            (30..34, _) => Intent::Write(self.any_stream(m)?, None),
            (34..600, Some(stream)) => {
                let subject = self.subjects.get(&stream).copied();
                Intent::Write(stream, subject)
            }
            _ => self.new_stream(m),
        })
    }

    fn new_stream(&mut self, m: usize) -> Intent {
        let machine = &mut self.machines[m];
        let topic = if m == 0 && machine.rng.random_range(0..20) == 0 {
            "place"
        } else {
            "case"
        };
        let stream: StreamName = format!("{topic}/{:032x}", machine.rng.random::<u128>()).into();
        machine.mine.push(stream.clone());
        let about = machine.rng.random_bool(0.3);
        let subject = about.then(|| machine.rng.random::<[u8; 16]>());
        if let Some(subject) = subject {
            self.subjects.insert(stream.clone(), subject);
        }
        Intent::Write(stream, subject)
    }

    /// One of its own streams, where the first that comes to mind is one.
    fn own_stream(&mut self, m: usize) -> Option<StreamName> {
        let machine = &mut self.machines[m];
        if machine.mine.is_empty() {
            return None;
        }
        // What is recent is worked on more.
        let recent = machine.mine.len().min(RECENT);
        let place = machine.mine.len() - 1 - machine.rng.random_range(0..recent);
        let stream = machine.mine[place].clone();
        let (log, saved) = (machine.log(), machine.saved()?);
        let known = saved.streams.get(&stream);
        if known.is_some_and(|known| known.owner == log && known.released.is_none()) {
            return Some(stream);
        }
        if known.is_some() {
            machine.mine.swap_remove(place);
        }
        None
    }

    fn any_stream(&mut self, m: usize) -> Option<StreamName> {
        let name: StreamName =
            format!("case/{:032x}", self.machines[m].rng.random::<u128>()).into();
        let saved = self.machines[m].saved()?;
        let next = saved.streams.range(name..).next();
        next.map(|(stream, _)| stream.clone())
    }

    /// Whether the node at the top knows of this node: only then can anything be addressed to it.
    fn is_known(&self, log: LogId) -> bool {
        let top = self.machines[0].saved();
        log == self.machines[0].log() || top.is_some_and(|top| top.members.contains_key(&log))
    }

    fn request(&mut self, m: usize) -> Option<Intent> {
        let about = self.any_stream(m)?;
        let saved = self.machines[m].saved()?;
        let owner = saved.streams.get(&about)?.owner;
        (owner != self.machines[m].log() && self.is_known(owner))
            .then_some(Intent::Request(about, owner))
    }

    fn erase(&mut self) -> Option<Intent> {
        let pick: [u8; 16] = self.machines[0].rng.random();
        let saved = self.machines[0].saved()?;
        let other = usize::from(pick[0]) % MACHINES;
        // Who asks to be forgotten is as often as not somebody whose case is open.
        let mut open = self.machines[other].mine.iter().rev().take(RECENT);
        let open = open.find_map(|stream| self.subjects.get(stream));
        let known = |subject: &&[u8; 16]| saved.keys.contains_key(*subject);
        let open = open.filter(known).filter(|_| pick[1].is_multiple_of(2));
        let any = || saved.keys.range(pick..).next().map(|(subject, _)| subject);
        Some(Intent::Destroy(*open.or_else(any)?))
    }

    /// Twice a day operators look at their nodes.
    pub(super) fn operators(&mut self) {
        for m in 0..self.machines.len() {
            self.check_dark(m);
            if self.machines[m].node.is_some() && !self.machines[m].retired {
                self.look_after(m);
            }
        }
    }

    fn look_after(&mut self, m: usize) {
        let Some(node) = &self.machines[m].node else {
            return;
        };
        let (mode, kept) = (node.saved.mode.clone(), node.is_branch_kept());
        if mode == Mode::Active {
            self.machines[m].silent = None;
            self.machines[m].needs_key = false;
            self.admit_again(m);
            self.take_back(m);
            return;
        }
        let since = *self.machines[m].silent.get_or_insert(self.now);
        let long = self.now - since > PATIENCE;
        match mode {
            Mode::Recovering(_) => {
                if self.machines[m].needs_key || long {
                    self.give_new_key(m);
                }
            }
            Mode::Stopped(why) => {
                if kept && why != StopReason::Revoked {
                    self.check_branch(m);
                }
                let done = kept || long || why == StopReason::Revoked && self.now - since > DAY;
                if done && self.machines[m].copy {
                    self.retire(m);
                } else if done {
                    self.give_new_key(m);
                }
            }
            Mode::Active => {}
        }
    }

    /// What operators had their node write about its children is written again where it was lost: the
    /// disk was full, the process died, a backup was restored.
    fn admit_again(&mut self, m: usize) {
        let mut orders = Vec::new();
        let Some(saved) = self.machines[m].saved() else {
            return;
        };
        let me = self.machines[m].log();
        let known = |log: &LogId| saved.members.get(log);
        for child in &self.machines[..MACHINES] {
            if child.parent != Some(m) {
                continue;
            }
            let open = child.replaces.iter().filter(|log| {
                known(log).is_some_and(|old| saved.newest(old.hub) == me && old.stopped.is_none())
            });
            orders.extend(open.map(|log| Intent::Close(*log)));
            let last = child.replaces.last().copied();
            let follows = last.is_none_or(|last| saved.newest(last) == child.log());
            if known(&child.log()).is_none() || !follows {
                let area = Arc::clone(&child.area);
                orders.push(Intent::Enrol(child.key(), area, last));
            }
        }
        if self.machines[m].parent.is_none() {
            let old = self.machines[m].replaces.iter();
            let unsaid = old.filter(|old| saved.newest(**old) != me);
            orders.extend(unsaid.map(|old| self.successor_of(m, *old)));
        }
        self.machines[m].intents.extend(orders);
        self.work(m);
    }

    /// The node at the top says which log its new one goes on for.
    fn successor_of(&self, m: usize, old: LogId) -> Intent {
        let area = Arc::clone(&self.machines[m].area);
        Intent::Enrol(self.machines[m].key(), area, Some(old))
    }

    pub(super) fn retire(&mut self, m: usize) {
        let machine = &mut self.machines[m];
        machine.retired = true;
        machine.life += 1;
        if let Some(node) = machine.node.take() {
            machine.left = Some(node.into_parts());
        }
    }

    /// Two officers take over what logs owned that this node replaces.
    fn take_back(&mut self, m: usize) {
        let machine = &self.machines[m];
        let Some(node) = &machine.node else { return };
        let settled = node.behind().is_none() && self.now - machine.keyed > DAY && !machine.copy;
        if !settled {
            return;
        }
        let stopped = node.saved.members.values();
        let stopped = stopped.filter(|member| member.stopped.is_some()).count();
        let now = Some((stopped, machine.replaces.len()));
        if machine.settled == now && !self.healing {
            return;
        }
        let me = machine.log();
        let gone = |log: &LogId| {
            let member = node.saved.members.get(log);
            member.is_some_and(|member| member.stopped.is_some())
        };
        let streams = node.saved.streams.iter().filter(|(_, stream)| {
            let mine = machine.replaces.contains(&stream.owner);
            match stream.released {
                None => mine,
                Some(to) => {
                    (mine || stream.owner == me) && (gone(&to) || machine.replaces.contains(&to))
                }
            }
        });
        let names: Vec<_> = streams.map(|(name, _)| name.clone()).collect();
        if names.is_empty() {
            self.machines[m].settled = now;
            return;
        }
        self.tally.takeovers += names.len() as u64;
        let intents = names.into_iter().map(Intent::TakeOver);
        self.machines[m].intents.extend(intents);
        self.work(m);
    }

    /// The node joins anew under a new key; the old log is closed.
    pub(super) fn give_new_key(&mut self, m: usize) {
        let old = self.machines[m].log();
        if let Some(parent) = self.machines[m].parent {
            let active = |node: &crate::core::Node<_>| node.saved.mode == Mode::Active;
            if !self.machines[parent].node.as_ref().is_some_and(active) {
                return;
            }
            let hand = self.new_hand();
            let area: Arc<str> = AREAS[m].into();
            let enrol = Intent::Enrol(Self::public(&hand), area, Some(old));
            let orders = [Intent::Close(old), enrol];
            self.machines[parent].intents.extend(orders);
            self.work(parent);
            let saved = Saved {
                parent: Some(self.parent_of(parent)),
                ..Saved::default()
            };
            self.machines[m].disk = super::disk::Disk::default();
            self.begin_anew(m, hand, saved, old);
        } else {
            let hand = self.new_hand();
            let saved = self.new_root(m, old);
            self.begin_anew(m, hand, saved, old);
            let statement = self.successor_of(m, old);
            self.machines[m].intents.push_back(statement);
        }
        self.enrol_children(m);
    }

    fn begin_anew(&mut self, m: usize, hand: super::hand::SimHand, saved: Saved, old: LogId) {
        let now = self.now;
        self.tally.new_keys += 1;
        self.oracle.ended(old);
        let machine = &mut self.machines[m];
        machine.replaces.push(old);
        machine.backup = None;
        machine.mine.clear();
        machine.needs_key = false;
        machine.silent = None;
        machine.promised = 0;
        machine.keyed = now;
        self.start(m, hand, saved);
    }

    /// The node at the top has nobody to fetch from: it keeps its disk, and what its children returned
    /// of its old log.
    fn new_root(&mut self, m: usize, old: LogId) -> Saved {
        let returned = self.machines[m]
            .node
            .as_ref()
            .map(crate::core::Node::returned);
        let returned = returned.unwrap_or_default();
        let to = returned.last().map_or(0, |last| last.seq + 1);
        let record = Record::Sparse {
            log: old,
            to,
            entries: returned,
        };
        self.keep(m, &record);
        let mut saved = self.machines[m].saved().cloned().unwrap_or_default();
        let tree = std::mem::take(&mut saved.own);
        saved.fed.insert(old, crate::core::Fed { tree, head: None });
        saved.mode = Mode::Active;
        saved.stale = false;
        saved
    }

    /// The children of a node with a new key are told by their operators.
    fn enrol_children(&mut self, m: usize) {
        let parent: Parent = self.parent_of(m);
        for child in 0..self.machines.len() {
            if self.machines[child].parent != Some(m) || self.machines[child].retired {
                continue;
            }
            let key = self.machines[child].key();
            let area = Arc::clone(&self.machines[child].area);
            let last = self.machines[child].replaces.last().copied();
            self.machines[m]
                .intents
                .push_back(Intent::Enrol(key, area, last));
            if let Some(saved) = self.machines[child].saved_mut() {
                saved.parent = Some(parent.clone());
            }
            if let Some(backup) = &mut self.machines[child].backup {
                backup.saved.parent = Some(parent.clone());
            }
        }
        self.work(m);
    }
}
