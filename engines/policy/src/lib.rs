//! Policy that runs: rules as data, three-valued answers that explain themselves, sweeps and
//! rehearsals.
//!
//! The way of a policy: its file is read (`read`, `formula`), laid over, resolved, typed and
//! bounded (`check`) into a [`book::Book`], and specialised for one day into a [`law::Law`] with
//! its [`ir::Plan`], which the row evaluator ([`rows`]) and the column evaluator ([`columns`])
//! walk, both with the operators of [`ops`].
#![deny(
    clippy::float_arithmetic,
    reason = "an amount of money is whole fen, every other number is exact"
)]

mod ast;
mod bounds;
mod check;
mod formula;
mod lint;
mod model;
mod page;
mod read;
mod tell;
mod unit;

pub mod amend;
pub mod answer;
pub mod book;
pub mod cases;
pub mod columns;
pub mod day;
pub mod explain;
pub mod finding;
pub mod head;
pub mod household;
pub mod incremental;
pub mod ir;
pub mod law;
pub mod nearest;
pub mod ops;
pub mod population;
pub mod rehearse;
pub mod rows;
pub mod sweep;
pub mod value;

pub use answer::{Answer, Answers, Outcome};
pub use book::Book;
pub use finding::{Finding, Level, Refused};
pub use household::Household;
pub use law::Law;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeExamples;
