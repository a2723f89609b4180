//! Trouble as it begins and ends.

use std::sync::Arc;

use rand::RngExt as _;

use super::machine::{Backup, Draft, Intent, Machine};
use super::people::RECENT;
use super::plan::{DAY, Episode, MACHINES, Trouble};
use super::world::{End, Event, World};
use crate::core::{Conn, Hand as _, Head, Input, LogId, Message, Mode, Plant, Record};

impl World {
    pub(super) fn begin(&mut self, episode: Episode) {
        let m = episode.machine;
        if self.machines[m].retired || self.healing {
            return;
        }
        match episode.trouble {
            // Every other time while it writes to its disk.
            Trouble::Crash(wait) if self.rng.random() => self.machines[m].doomed = Some(wait),
            Trouble::Crash(wait) => self.crash(m, wait),
            Trouble::Cut(long) => {
                self.machines[m].cut += 1;
                self.after(long, Event::End(m, End::Cut));
            }
            Trouble::Full(long) => {
                self.machines[m].full += 1;
                self.after(long, Event::End(m, End::Full));
            }
            Trouble::Clock(by, long) => {
                self.machines[m].offset += by;
                self.after(long, Event::End(m, End::Clock(by)));
            }
            Trouble::Backup => self.back_up(m),
            Trouble::Restore => self.restore(m, true),
            Trouble::OldDisk => self.restore(m, false),
            Trouble::Clone(long) => self.copy(m, long),
            Trouble::Lost => {
                if self.machines[m].node.is_some() {
                    self.oracle_forgives(m);
                    self.give_new_key(m);
                }
            }
            Trouble::Revoke => {
                let log = self.machines[m].log();
                if let Some(parent) = self.machines[m].parent {
                    self.machines[parent].intents.push_back(Intent::Revoke(log));
                    self.work(parent);
                }
            }
            Trouble::TakeOver => self.take_over_too_soon(m),
            Trouble::Misbehave(prev) => self.misbehave(m, prev),
            Trouble::Forge(how) => self.forge(m, how),
        }
    }

    pub(super) fn end(&mut self, m: usize, end: End) {
        match end {
            End::Cut => self.machines[m].cut = self.machines[m].cut.saturating_sub(1),
            End::Full => {
                self.machines[m].full = self.machines[m].full.saturating_sub(1);
                self.work(m);
            }
            End::Clock(by) => self.machines[m].offset -= by,
            End::Clone => {
                let stopped = |saved: &crate::core::Saved| matches!(saved.mode, Mode::Stopped(_));
                if !self.machines[m].saved().is_some_and(stopped) {
                    self.retire(m);
                }
            }
        }
    }

    fn back_up(&mut self, m: usize) {
        let machine = &mut self.machines[m];
        let calm = machine.flight.is_none();
        if let Some(node) = machine
            .node
            .as_ref()
            .filter(|node| calm && node.saved.mode == Mode::Active)
        {
            machine.backup = Some(Box::new(Backup {
                saved: node.saved.clone(),
                disk: machine.disk.clone(),
            }));
        }
    }

    /// The last backup is put in place of the disk; `told` whether the operator said so.
    fn restore(&mut self, m: usize, told: bool) {
        let active = |saved: &crate::core::Saved| saved.mode == Mode::Active;
        if !self.machines[m].saved().is_some_and(active) {
            return;
        }
        let Some(backup) = self.machines[m].backup.clone() else {
            return;
        };
        self.tally.restores += 1;
        let Backup { mut saved, disk } = *backup;
        let hand = self.hand_of(m);
        let log = self.machines[m].log();
        self.oracle_forgives(m);
        self.machines[m].disk = disk;
        self.machines[m].mine.clear();
        if told {
            let node = crate::core::Node::open(hand.clone(), saved, self.settings.plants);
            let neighbours = node.neighbours();
            saved = node.into_parts().1;
            if !neighbours.is_empty() {
                saved.mode = Mode::Recovering(neighbours);
            }
            saved.stale = true;
            if self.settings.plants.has(Plant::RestoreSameKey) {
                saved.mode = Mode::Active;
            }
        } else {
            // From now on two histories of one key are to be expected.
            self.oracle.copied.insert(log);
        }
        self.oracle.rolled_back.insert(log);
        self.start(m, hand, saved);
    }

    fn copy(&mut self, m: usize, long: i64) {
        let active = |saved: &crate::core::Saved| saved.mode == Mode::Active;
        if self.machines[m].copy || !self.machines[m].saved().is_some_and(active) {
            return;
        }
        let Some(backup) = self.machines[m].backup.clone() else {
            return;
        };
        self.tally.clones += 1;
        let Backup { saved, disk } = *backup;
        let hand = self.hand_of(m);
        self.oracle.copied.insert(self.machines[m].log());
        let number = self.machines.len();
        let place = (m, self.settings.seed ^ (number as u64) << 32);
        let mut machine = Machine::new(hand, saved, place, self.settings.plants);
        machine.disk = disk;
        machine.copy = true;
        machine.keyed = self.now;
        self.machines.push(machine);
        self.after(1, Event::Tick(number));
        self.after(2, Event::Write(number));
        self.after(long, Event::End(number, End::Clone));
    }

    /// What is on a disk that goes away is lost unless the parent has it.
    fn oracle_forgives(&mut self, m: usize) {
        self.machines[m].promised = 0;
        let log = self.machines[m].log();
        self.lost_disks.insert(log);
    }

    fn take_over_too_soon(&mut self, m: usize) {
        let (Some(parent), log) = (self.machines[m].parent, self.machines[m].log()) else {
            return;
        };
        self.machines[m].cut += 1;
        self.after(2 * DAY, Event::End(m, End::Cut));
        let Some(saved) = self.machines[parent].saved() else {
            return;
        };
        // What the node worked on last, it works on again.
        let mut streams = self.machines[m].mine.iter().rev().take(RECENT);
        let owned = streams.find(|name| {
            let stream = saved.streams.get(*name);
            stream.is_some_and(|stream| stream.owner == log && stream.released.is_none())
        });
        if let Some(name) = owned {
            let intent = Intent::TakeOver(name.clone());
            self.machines[parent].intents.push_back(intent);
            self.work(parent);
        }
    }

    /// A node with a fault in its program writes against the rules, in its own log.
    fn misbehave(&mut self, m: usize, wrong_prev: bool) {
        let machine = &mut self.machines[m];
        let calm = machine.flight.is_none() && machine.full == 0 && !machine.copy;
        let Some(node) = machine
            .node
            .as_ref()
            .filter(|node| calm && node.saved.mode == Mode::Active)
        else {
            return;
        };
        let me = node.log();
        let stream = node.saved.streams.iter().find(|(_, stream)| {
            let mine = stream.owner == me && stream.released.is_none();
            mine == wrong_prev && stream.chain.len() > 1
        });
        let Some((name, stream)) = stream else { return };
        let draft = Draft {
            stream: name.clone(),
            area: Arc::clone(&stream.area),
            kind: "cases.noted@1",
            open: "{\"wrong\":true}".to_owned(),
            subjects: Vec::new(),
            act: None,
        };
        let place = (node.saved.own.size(), stream.version() + 1);
        let prev = if wrong_prev {
            Some([7; 32])
        } else {
            stream.head()
        };
        let at = self.now;
        if let Some(entry) = draft.place(me, place, prev, at) {
            self.oracle.wrong.insert(entry.digest);
            let record = Record::Own(vec![entry]);
            self.durable(m, &record);
            self.keep(m, &record);
            self.feed(m, Input::Grown);
        }
    }

    /// Someone on the way, or a program gone wrong, sends the parent what it must not take.
    fn forge(&mut self, m: usize, how: u8) {
        let (Some(parent), log) = (self.machines[m].parent, self.machines[m].log()) else {
            return;
        };
        let have = self.machines[parent].disk.whole(log);
        let (mut head, mut entries) = self.machines[m].disk.own_stretch(log, have);
        if entries.is_empty() || self.machines[m].parent.is_none() {
            return;
        }
        let hand = self.hand_of(m);
        head = Head::sign(&hand, (head.from, head.base), (head.size, head.root));
        match how {
            0 => head.signature[0] ^= 1,
            1 => entries.reverse(),
            2 => self.tamper(log, &mut entries),
            _ => {
                let stranger = super::hand::SimHand::new(self.settings.seed, u64::MAX);
                head.signature = stranger.sign(b"anything");
            }
        }
        if how == 1 && entries.len() == 1 {
            return;
        }
        let message = Message::Batch {
            head,
            entries,
            keys: Vec::new(),
        };
        let conn = Conn {
            line: m as u64 + 1,
            nonce: 0,
        };
        let node = self.machines[parent].node.as_ref();
        let session = node.and_then(|node| node.session_of(log)).unwrap_or(0);
        self.feed(
            parent,
            Input::Received {
                conn,
                session,
                from: log,
                message,
            },
        );
    }

    fn tamper(&mut self, log: LogId, entries: &mut [Arc<crate::core::Entry>]) {
        let Some(last) = entries.last_mut() else {
            return;
        };
        let n = self.rng.random_range(0..1_000_000);
        let draft = Draft {
            stream: last.stream.clone(),
            area: Arc::clone(&last.area),
            kind: "cases.noted@1",
            open: format!("{{\"forged\":{n}}}"),
            subjects: Vec::new(),
            act: None,
        };
        if let Some(forged) = draft.place(log, (last.seq, last.version), last.prev, 0) {
            *last = forged;
        }
    }

    /// No more trouble: whatever lasts ends now.
    pub(super) fn heal(&mut self) {
        self.healing = true;
        for m in 0..self.machines.len() {
            let machine = &mut self.machines[m];
            (machine.cut, machine.full, machine.offset) = (0, 0, 0);
            if m >= MACHINES {
                self.retire(m);
            } else {
                self.work(m);
            }
        }
    }

    /// The time in days.
    pub(super) fn day(&self) -> i64 {
        self.now / DAY
    }
}
