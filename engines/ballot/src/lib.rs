//! Votes that count in law: rolls, quorums and majorities as exact comparisons with their articles.
//!
//! Three texts go in: a procedure of `catalogue/procedures/` ([`Procedure`]), the facts of one vote
//! ([`Election`]) and its counts ([`Counts`]). [`tally()`] makes a [`Certificate`] of them: the
//! result with every sum and comparison it rests on, each with its article. [`verify()`] checks a
//! certificate from nothing but itself, with code of its own.
//!
//! **Shape.** Papers are counted by box × contest × counter; owners by unit. **Units.** Votes and
//! persons are whole numbers, area is in square centimetres, days are calendar days. **Errors.** A
//! fault in a file is a [`Fault`] with line and column; facts that do not fit the law are
//! [`NoResult`]. **Source.** 居民委员会组织法, 村民委员会组织法, 民法典 and Shanghai's by-laws, as
//! the procedures cite them.
//!
//! Nothing here knows a clock, a disk or a float; the order of rows never matters.
#![deny(
    clippy::float_arithmetic,
    reason = "votes, area and days are whole numbers, and shares are compared without division"
)]

mod conditions;
mod csv;
mod reconcile;
mod seats;
mod told;

pub mod candidate;
pub mod certificate;
pub mod counts;
pub mod days;
pub mod draw;
pub mod election;
pub mod explain;
pub mod fault;
pub mod law;
pub mod lot;
pub mod owners;
pub mod procedure;
pub mod proxy;
pub mod roll;
pub mod share;
pub mod tally;
pub mod verify;

pub use certificate::{Certificate, Inputs};
pub use election::Election;
pub use fault::Fault;
pub use procedure::{Procedure, Rules};
pub use tally::{Counts, NoResult, tally};
pub use told::Told;
pub use verify::{Files, Flaw, verify, verify_files, verify_under};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeExamples;
