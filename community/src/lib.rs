//! The services of Linli: one folder a feature, pure decisions, events, registers.
//!
//! Each feature reads in the same order: `mod` (purpose, actors, law, life cycle), `events`,
//! `state`, `decide` (pure), `refusal`, `register`. [`feature`] is how any of them turns a command
//! into facts; [`node`] is the running node they share; [`reactions`] is the one closed list of what
//! something in one feature causes in another.

pub mod accounts;
pub mod appointments;
pub mod attachments;
pub mod benefits;
pub mod cases;
pub mod catalogue;
pub mod certificates;
pub mod exports;
pub mod feature;
pub mod ledgers;
pub mod messages;
pub mod node;
pub mod nodes;
pub mod offers;
pub mod papers;
pub mod places;
pub mod policies;
pub mod reactions;
#[cfg(test)]
mod refusals;
pub mod registers;
pub mod reporting;
pub mod residents;
pub mod search;

pub use feature::{Call, Feature, Loaded, Meta, Parts, Performed, Plan, Problem};
pub use node::{Linli, NodeConfig};
