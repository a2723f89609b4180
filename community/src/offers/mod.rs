//! 政策找人: what residents are likely owed and do not receive, offered to them without being asked.
//!
//! **Purpose.** Whoever knows a household's facts and the policies can tell it what it may have. A
//! sweep of the district, and every change of a fact, finds such households; each finding becomes
//! an offer with its reckoning, on a list of the committee and on the resident's own page.
//!
//! **Actors.** Linli makes offers and lets them lapse; where a service's file makes it the decider
//! and offices prove what the policy rests on, it grants instead of offering (免申即享). The resident takes one (one button files the
//! case) or declines it for good. Staff of the area see the list and file for those who ask them.
//!
//! **Legal basis.** Shanghai's decision on the One Network reform (免申即享: granted without being
//! applied for); PIPL art. 24: the machine only offers, it never refuses or withdraws a
//! benefit, and every offer can be declined.
//!
//! **Life cycle.** open → taken (a case was filed), declined (never offered again), or lapsed (the
//! facts no longer bear it; may be offered again when they do). One stream a resident and policy,
//! so that "do not offer again" holds for ever.
//!
//! **Sealed** under the resident's key: the amount and the reckoning. **Open**: which policy, which
//! service, where, when.

mod decide;
mod events;
mod fill;
mod grant;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Finding, REFUSALS};
pub use events::{Event, Made, MadeSealed};
pub use fill::filled;
pub use register::{Offers, Row, forget, indexes, tables};
pub use service::{Measured, Sought};
pub use state::{Offer, Standing, stream};
