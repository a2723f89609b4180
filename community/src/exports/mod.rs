//! 导出: lists that leave Linli as a file, each with its purpose, for ever on record.
//!
//! **Purpose.** A list is exported as it is filtered, masked as it is shown. Who takes one says what
//! for; the journal keeps who, what, how many rows and why, and the file is made once for each
//! asking.
//!
//! **Actors.** Whoever may list residents or read cases in an area
//! ([`linli_kernel::Action::ResidentList`], [`linli_kernel::Action::CaseRead`]), for what they see.
//!
//! **Legal basis.** PIPL arts 5, 6 and 51 (a purpose, no more than it needs, a record of handling).
//!
//! **Life cycle.** made, and that is all: a file that left cannot be called back.

mod events;
mod refusal;
mod register;
mod service;
#[cfg(test)]
mod tests;

pub use events::{Event, Made, What};
pub use refusal::REFUSALS;
pub use register::{Export, Exports, indexes, tables};
pub use service::{Asked, MOST_ROWS};
