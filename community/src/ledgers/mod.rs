//! 台账导入: the ledgers of a committee into the registers, as they really are.
//!
//! **Purpose.** Committees keep people in Excel. A ledger is understood (where its header is, what
//! its columns hold, what its cells mean), judged line by line against the register, and its good
//! lines go in; the others come back with the reason. Nothing is guessed: what could mean two
//! things is a named error or a doubt.
//!
//! **Actors.** Committee workers and street officers, in their own area
//! ([`linli_kernel::Action::ResidentChange`]); the operator on the command line.
//!
//! **Legal basis.** PIPL arts 6 and 8 (only what is needed, and accurate); the Shanghai data by-law
//! art. 30 (what can be shared is not collected twice): a column that the register does not know as
//! a fact is not taken.
//!
//! **Life cycle.** begun → parts recorded … → ended → taken back, but for what others recorded
//! later ([`Import::kept`]).
//!
//! **Reading order.** `words` (what ledgers call things), `dates` and `cells` (what a cell means),
//! `layout` (where what stands), `lines` (people), `judge` (beside the register), then `events`,
//! `state`, `register`, `service` and `undo`.

mod cells;
mod dates;
mod events;
mod judge;
mod layout;
mod lines;
mod refusal;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;
mod undo;
mod words;

pub use cells::Reading;
pub use dates::{BadDate, date_of};
pub use events::{
    Begun, ColumnsRemembered, Counts, Event, Happened, Kept, Part, PartUndone, Touched,
};
pub use judge::{Verdict, counts};
pub use layout::{Found, Layout, Remembered, Why, understand};
pub use lines::{Line, Wrong, households, lines};
pub use refusal::REFUSALS;
pub use register::{ColumnWords, Imports, Row, indexes, tables};
pub use service::Order;
pub use state::{Called, Import, Stage, stream};
pub use words::{Meaning, Words};
