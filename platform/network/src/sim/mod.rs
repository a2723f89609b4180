//! The simulator: the core's own code driven through years of trouble in seconds, from one seed.
//!
//! Eight nodes (a district, two streets, five committees) write at least fifty entries a day each
//! while messages are lost, doubled, late and overtaken, lines are dead for a fortnight, processes
//! die between a write and its sync, disks fill up, are restored, copied and lost, and clocks jump by
//! ten years. After every stored record what it touched is held against an oracle that knows what
//! really happened; at the end everything heals, and everything must be equal (`docs/network.md`).
//!
//! The same seed gives the same run on every machine. A seed that fails is shrunk: episodes of trouble
//! are left out for as long as it still fails.
//!
//! **Source**: the approach of `FoundationDB`'s and `TigerBeetle`'s simulators.

mod check;
mod disk;
mod hand;
mod machine;
mod oracle;
mod people;
mod plan;
mod trouble;
mod world;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use oracle::Violation;
use plan::DAY;
use world::World;

use crate::core::Plants;

/// What to simulate.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Everything follows from it.
    pub seed: u64,
    /// How long the trouble lasts.
    pub days: u32,
    /// Which episodes of trouble happen, by their number; `None` for all.
    pub only: Option<BTreeSet<usize>>,
    /// Mistakes made on purpose.
    pub plants: Plants,
}

/// What happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Entries written.
    pub writes: u64,
    /// Messages sent.
    pub messages: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Backups and old disks put in place.
    pub restores: u64,
    /// Copies that ran beside a node.
    pub clones: u64,
    /// Logs that were frozen for two histories.
    pub frozen: u64,
    /// Nodes that got a new key.
    pub new_keys: u64,
    /// Streams taken over.
    pub takeovers: u64,
    /// Days until everything was settled after the trouble ended.
    pub healed_in: i64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What happened.
    pub tally: Tally,
    /// What must not be, if it was.
    pub violation: Option<Violation>,
    /// The day on which it was.
    pub day: i64,
}

impl Settings {
    fn wants(&self, episode: usize) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(&episode))
    }
}

/// How long everything may take to settle.
const HEALING_DAYS: i64 = 60;

/// Simulates.
#[must_use]
pub fn run(settings: &Settings) -> Report {
    let mut world = World::new(settings);
    let end = i64::from(settings.days) * DAY;
    world.run(end);
    if world.oracle.violation.is_none() {
        heal(&mut world, end);
    }
    let mut tally = world.tally;
    tally.writes = world.oracle.writes;
    Report {
        tally,
        day: world.day(),
        violation: world.oracle.violation,
    }
}

fn heal(world: &mut World, end: i64) {
    world.heal();
    let mut left = None;
    for day in 1..=HEALING_DAYS {
        // Seven hours after operators last did something: everyone has greeted since.
        world.run(end + day * DAY + 7 * DAY / 24);
        if world.oracle.violation.is_some() {
            return;
        }
        left = if day < 4 {
            Some(String::new())
        } else {
            world.unsettled()
        };
        if left.is_none() {
            world.tally.healed_in = day;
            world.check_all();
            return;
        }
    }
    if let Some(left) = left {
        world
            .oracle
            .broken(0, format!("not settled after {HEALING_DAYS} days: {left}"));
    }
}

/// How many runs a shrinking may take.
const TRIES: usize = 120;

/// The fewest episodes found with which a failing run still fails.
#[must_use]
pub fn shrink(settings: &Settings) -> BTreeSet<usize> {
    let planned = plan::plan(settings.seed, settings.days).len();
    let mut left: Vec<usize> = (0..planned)
        .filter(|place| settings.wants(*place))
        .collect();
    let mut tries = 0;
    let mut piece = left.len().div_ceil(2);
    while piece > 0 && tries < TRIES {
        let mut at = 0;
        while at < left.len() && tries < TRIES {
            tries += 1;
            let mut fewer = left.clone();
            fewer.drain(at..(at + piece).min(left.len()));
            let only = Some(fewer.iter().copied().collect());
            let again = Settings {
                only,
                ..settings.clone()
            };
            if run(&again).violation.is_some() {
                left = fewer;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    left.into_iter().collect()
}

/// What the episodes with these numbers are, one a line, for people.
#[must_use]
pub fn describe(settings: &Settings, episodes: &BTreeSet<usize>) -> Vec<String> {
    let planned = plan::plan(settings.seed, settings.days);
    let line = |place: &usize| {
        let episode = planned.get(*place)?;
        let (at, machine, trouble) = (episode.at, episode.machine, episode.trouble);
        let (day, hour) = (at / DAY, at % DAY / 3_600_000);
        Some(format!(
            "#{place} day {day} {hour:02} h, machine {machine}: {trouble:?}"
        ))
    };
    episodes.iter().filter_map(line).collect()
}
