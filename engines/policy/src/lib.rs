//! Policy that runs: rules as data, three-valued answers that explain themselves, sweeps and
//! rehearsals.
//!
//! The way of a policy: its file is read (`file`, `formula`), resolved and
//! type-checked into a `Book`, and specialised for one day into a [`ir::Plan`], which the row
//! evaluator and the column evaluator walk, both with the operators of [`ops`].
#![deny(
    clippy::float_arithmetic,
    reason = "an amount of money is whole fen, every other number is exact"
)]

pub mod day;
pub mod ir;
pub mod ops;
pub mod value;
