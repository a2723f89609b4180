//! 导出: lists that leave Linli as a file, each with its purpose, for ever on record.
//!
//! **Purpose.** A list is exported as it is filtered, masked as it is shown. Who takes one says what
//! for; the journal keeps who, what, how many rows and why, and the file is made once for each
//! asking. A table of [`crate::reporting`] leaves by the same rules. Whole names and numbers leave only when a second person says yes: then each person in it
//! finds in 谁看过我的信息 who took them and what for.
//!
//! **Actors.** Whoever may list residents or read cases in an area
//! ([`linli_kernel::Action::ResidentList`], [`linli_kernel::Action::CaseRead`]), for what they see.
//! Whole: asked for by whoever may open a record ([`linli_kernel::Action::ResidentRead`]), approved
//! by an officer of that area other than they ([`linli_kernel::Action::ResidentExport`]).
//!
//! **Legal basis.** PIPL arts 5, 6 and 51 (a purpose, no more than it needs, internal authorisation
//! of handling, a record of it).
//!
//! **Life cycle.** masked: made, and that is all. Whole: asked → granted → made, once, by who asked
//! and within three days, or asked → refused with a reason. A file that left cannot be called back.

mod decide;
mod events;
mod queries;
mod refusal;
mod register;
mod reports;
mod service;
#[cfg(test)]
mod tests;

pub use decide::MOST_FULL;
pub use events::{Answered, Asked, Event, Fact, Made, TEMPLATE, What};
pub use queries::Listed;
pub use refusal::REFUSALS;
pub use register::{By, Export, Exports, Stage, indexes, tables};
pub use reports::Report;
pub use service::{MOST_ROWS, Taken, Whole, Wish};
