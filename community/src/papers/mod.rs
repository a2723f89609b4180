//! 文书模板: the letters, certificates and receipts of a case as files that a district edits.
//!
//! **Purpose.** What a letter says, in which order and on which legal basis stands in one file a
//! kind of paper, in `catalogue/papers/`: text with named fields, headings, lists and tables, in
//! Chinese and as an English translation. A file is data. It runs nothing, reads no file, and is
//! small; what is filled in is never read for fields again.
//!
//! **Actors.** A clerk of the district writes the files; Linli checks them at its start and in
//! `linli doctor`; officers see each with made-up data; applicants and staff print the papers.
//!
//! **Legal basis.** Each file names its own, as services do: 行政许可法 art. 32 and 38 (what is
//! missing is told at once and whole; a refusal gives reasons and the ways of appeal), 行政复议法
//! art. 20. What the law wants in a paper, the check wants in its file ([`Kind::demands`]).
//!
//! **Life cycle.** A file is read and checked ([`Papers`]), and published in the journal: edition
//! after edition, each from the moment it was published. A paper is what an act of the case issued
//! ([`issued()`]), made with the edition that was in force at that moment; printed again a year later
//! it says the same, and names its template's version.
//!
//! **Open**: the files. There is no personal data in them.

mod check;
mod events;
mod fill;
mod issued;
mod kind;
mod parts;
mod register;
mod service;
mod state;
mod template;
#[cfg(test)]
mod tests;

pub use check::Flaw;
pub use events::{Event, Published};
pub use fill::{Filled, Values};
pub use issued::{Issued, issued, kind_of};
pub use kind::{Demand, Field, Kind, List};
pub use parts::Part;
pub use register::PaperTemplates;
pub use service::{Edition, publish};
pub use state::Editions;
pub use template::{MOST_BYTES, Papers, Template};
