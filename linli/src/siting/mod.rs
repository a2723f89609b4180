//! `linli siting`: who reaches a facility, how crowded it is, and where the next ones should stand.
//! Needs no node.
//!
//! `input` reads the files, the engine reckons, `output` writes what was asked for.

mod crowding;
mod input;
mod output;
mod place;
mod reach;

use std::path::Path;

use clap::Subcommand;
use linli_siting::Fault;
use linli_siting::map::{Dot, Tone};
use linli_siting::place::Refusal;

use crate::outcome::Outcome;
use input::World;

/// `linli siting …`
#[derive(Debug, Subcommand)]
pub(crate) enum Siting {
    /// 可达: who reaches a facility on foot within so many minutes, and who is left out
    Reach(reach::Reach),
    /// 拥挤: how much capacity a person finds, by the two-step floating catchment area
    Crowding(crowding::Crowding),
    /// 选址: where the next facilities should stand, with a proof
    Place(place::Place),
    /// 核对: check a result of `place` against the files without searching again
    Verify(place::Verify),
}

/// `linli siting …`
pub(crate) fn run(siting: &Siting) -> anyhow::Result<Outcome> {
    let ended = match siting {
        Siting::Reach(asked) => reach::run(asked),
        Siting::Crowding(asked) => crowding::run(asked),
        Siting::Place(asked) => place::run(asked),
        Siting::Verify(asked) => place::verify(asked),
    };
    ended.map_err(both)
}

/// What the engine refuses, in both languages.
fn both(error: anyhow::Error) -> anyhow::Error {
    let told = error.downcast_ref().map(Fault::both);
    let told = told.or_else(|| Some(error.downcast_ref::<Refusal>()?.told().both()));
    told.map_or(error, anyhow::Error::msg)
}

/// The communities of a map.
fn dots(world: &World, look: impl Fn(usize) -> (Tone, Option<usize>)) -> Vec<Dot> {
    let people = world.people().unwrap_or_default();
    let dot = |(demand, spot): (usize, &linli_siting::Spot)| {
        let (tone, goes) = look(demand);
        let people = people.get(demand).copied().unwrap_or(1);
        Dot {
            spot: *spot,
            people,
            tone,
            goes,
        }
    };
    world.demand_spots.iter().enumerate().map(dot).collect()
}

/// A path for messages.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
