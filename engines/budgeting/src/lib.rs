//! Participatory budgets: which projects to buy with one purse that many own, counted exactly,
//! explained project by project, and provable to a stranger.
//!
//! [`pabulib::read`] makes an [`Election`] of a file, [`tally()`] counts it by a [`Rule`] with its
//! [`Options`], and [`verify()`] checks the [`Tally`] against the election without counting again.
//! Whole numbers and exact fractions only; no clock, no disk, no map order. The README teaches the
//! method.
#![deny(
    clippy::float_arithmetic,
    reason = "votes and money are whole numbers or exact fractions"
)]

mod certificate;
mod chain;
mod election;
mod explain;
mod fraction;
pub mod pabulib;
pub mod picture;
mod rules;
mod satisfaction;
mod tally;
mod told;
mod verify;

pub use certificate::{Certificate, Ended, Loads, PriceSystem, Priced, Timed};
pub use election::{BallotKind, Election, Mark, Project};
pub use explain::{Explanation, Fate};
pub use fraction::{Fraction, NotAFraction};
pub use satisfaction::Satisfaction;
pub use tally::{
    Completion, Endowment, FORMAT, Instance, Options, Refusal, Rule, TIES, TIES_OF_SETS, Tally,
    tally,
};
pub use told::Told;
pub use verify::{Flaw, Proof, verify};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeExamples;
