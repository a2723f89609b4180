//! The small exact things that everything else counts with: money in whole fen, the working-day
//! calendar with its make-up workdays, the reckoning of a statutory deadline, and numbers that
//! carry a check digit (GB 11643, GB 32100, case numbers).
//!
//! Values in, values out: no clock, no disk, no floats. Time arrives as an argument.
#![deny(
    clippy::float_arithmetic,
    reason = "money and days are whole numbers or exact fractions"
)]

pub mod calendar;
pub mod casenumber;
pub mod credit;
pub mod digits;
pub mod identity;
pub mod money;
pub mod reckoning;

pub use calendar::{DayKind, NoCalendar, WorkCalendar};
pub use casenumber::{BadCaseNumber, CaseNumber};
pub use credit::{BadCreditCode, CreditCode};
pub use identity::{BadIdentity, IdentityNumber, Sex};
pub use money::{BadMoney, Fen, Rounding};
pub use reckoning::{Count, DayUnit, Due, Extension, Pause, Reckoning, Step, Term, reckon};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeExamples;
