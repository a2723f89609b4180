//! 消息中心: what people are told about their cases, benefits and offers, on the channel they can be
//! reached by.
//!
//! **Purpose.** Whoever waits is told when something happens, without having to look. Nobody is told
//! only by app: every message is on the person's page, and goes besides by short message, by mail,
//! by a call or by a letter brought, whichever they chose or can be reached by.
//!
//! **What is told.** Steps of a case; a payment that is the first, differs from the month before or
//! comes after a failed one, and each that the bank could not make; a review that is opened; an award that is
//! suspended, resumed or stopped; what was paid too much and is claimed back; the first offer of a
//! policy. A payment like the month before is on the page alone: it is what was
//! said already, and whoever must be called would be called each month for nothing. Nobody is told
//! about somebody who died.
//!
//! **Actors.** Linli makes a message when an event says so and hands it to the carrier; the resident
//! reads it and chooses a channel; the committee worker calls or brings it and ticks it off.
//!
//! **Legal basis.** 行政许可法 art. 44 and the service's own rules say when a person must be told;
//! 无障碍环境建设法 art. 43 (public services keep the ways that people without devices use). Hours
//! and days are data in `catalogue/messages/`, marked where no source confirms them.
//!
//! **Life cycle.** waiting → sent (by the carrier) → read; waiting → failed → waiting again, later
//! each time, and after the last try a call instead; waiting (call) → told, or a letter instead;
//! waiting (paper) → told or not reached.
//! One stream a message, named after what made it: it is made once, however often it is asked.
//!
//! **Open**: about what, on which event, by which channel. What the message says is composed when it
//! is read or sent, from its template and what it is about, so nothing of it needs sealing. **Sealed**
//! under the person's key: their mail address.

mod compose;
mod decide;
mod events;
mod gather;
mod mail;
mod matter;
mod register;
mod service;
mod state;
mod template;
#[cfg(test)]
mod tests;
mod told;

pub use compose::{Frame, Worded};
pub use decide::{REFUSALS, TRIES};
pub use events::{Event, Failed, Made};
pub use mail::Mail;
pub use matter::Matter;
pub use register::{Choices, Messages, Row, indexes, tables};
pub use service::{Carried, Carrier, Outgoing, TELLER};
pub use state::{Channel, Choice, Message, Standing};
pub use template::{Calls, Quiet, Template, Templates};
pub(crate) use told::{of_award, of_case, of_offer, of_roll};
