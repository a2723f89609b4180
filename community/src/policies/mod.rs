//! 政策会算: the policies of the district, reckoned for its residents.
//!
//! **Purpose.** One readable file a benefit (`catalogue/policies`) answers one household, explains
//! the answer with the articles in force, sweeps the district for those who are owed something, and
//! rehearses a change before it is made. The mathematics is `linli_policy`; here it meets the
//! registers, the cases and the people.
//!
//! **Actors.** Whoever works or owns a case reads its reckoning. District officers propose a change,
//! rehearse it and publish it, each change by two of them.
//!
//! **Legal basis.** Each file cites its own. Two officers for a change: the district's rule, as a
//! change of figures moves public money.
//!
//! **Life cycle of a change.** proposed → published by a second officer, or dropped. What is
//! published replaces the file from then on; the days its figures hold stand in the file itself.

mod change;
mod discover;
mod facts;
mod files;
mod population;
mod precheck;
mod rate;
mod reckon;
mod service;
#[cfg(test)]
mod tests;

pub use change::{Change, ChangeEvent, Changes, Draft, REFUSALS, Stage, tables};
pub use discover::Discovered;
pub use facts::{Values, known};
pub use files::{BUILT_IN, Policies};
pub use precheck::{MOST_PEOPLE, MOST_QUESTIONS, Precheck, Question, Verdict, typed};
pub use rate::{Rate, draft as draft_rate};
pub use reckon::{Family, Reckoned};
pub use service::Rehearsed;
pub(crate) use service::book_of;
