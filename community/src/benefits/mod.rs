//! 待遇: what was granted is paid, month by month, and every fen of it can be followed.
//!
//! **Purpose.** A granted decision opens an **award** (待遇). Each month a **roll** (发放名册) of a
//! street is made from its awards, compared with the month before, checked, approved by a second
//! person, handed to the bank as a file and reconciled with the bank's answer. The **ledger**
//! (复式账) is double-entry in whole fen and sums to zero at every moment.
//!
//! **Actors.** Linli opens awards, raises a rate when a parameter rose, and opens reviews: it never
//! withdraws a benefit. Street and district officers suspend, resume, stop, review and claim back;
//! committee and social workers record that a family was heard. A street officer makes the roll,
//! another officer approves it. Supervisor and auditor see rolls by award number, and the ledger.
//! The resident sees each payment and why.
//!
//! **Legal basis.** 社会救助法 art. 46 (regular review), art. 48 (the family is heard before aid is
//! cut); the grounds and what they rest on stand in `catalogue/benefits.toml`, when a benefit
//! starts and how often it is paid in the service's file, how much in the policy's.
//!
//! **Life cycle of an award.** running ⇄ paused → stopped; beside it a review (open → kept,
//! adjusted, suspended or stopped by a person) and claims. **Of a roll.** made (as often as needed)
//! → checked → approved by a second person → sent to the bank → answered, and sent again for what
//! failed or came back. What was approved never changes: another list is refused, both hashes shown.
//!
//! **How a month is reckoned.** For each month from the award's first on, what is due is compared
//! with what rolls brought ([`schedule`]); the difference is paid. Nothing is added up from events,
//! so arrears and back-payments come exactly once.
//!
//! **Sealed** under the recipient's key: rates, payee, account, words, the policy's answers.
//! **Open**: ids, months, codes, and in a roll each award's fen, which the law of accounts keeps
//! longer than a person's data.

mod decide;
pub mod demo;
mod events;
mod ledger;
mod month;
mod open;
mod queries;
mod reckon;
mod register;
mod reviews;
pub mod roll;
mod rules;
pub mod schedule;
mod service;
mod settled;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Command, Context, MAX_WORDS, REFUSALS, decide};
pub use events::{Event, Fact, Private, RateWhy, ReviewWhy};
pub use ledger::{Account, Ledger, Purpose};
pub use month::{BadMonth, Month};
pub use open::{Carried, Opening, opened};
pub use queries::{By, Overview, Payment, Sought};
pub use reckon::Says;
pub use register::{Awards, Row, forget, indexes, tables};
pub use reviews::Looked;
pub use rules::{Ground, Rules, most_percent};
pub use schedule::Rate;
pub use service::Happened;
pub use settled::Settled;
pub use state::{Award, MaybeAward, OpenReview, Reckoned, Standing, is_account, is_payee};
