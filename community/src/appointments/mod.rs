//! 预约与叫号: counters that can be booked, visits to people's homes, and the queue of a day.
//!
//! **Purpose.** Nobody waits for nothing: a resident books a time, comes, takes a number and is
//! called; who cannot come is visited; who comes without a booking takes a number too.
//!
//! **Actors.** Street and district officers open counters. Residents book for themselves or for whom
//! they hold a mandate; committee workers and street officers book for callers. Staff of the area
//! call. The display shows numbers and nobody's name.
//!
//! **Legal basis.** Shanghai's decision on the One Network reform (预约 as one of the ways to a
//! counter); 无障碍环境建设法 art. 43 ff. (counters, telephone and visits for who cannot come).
//!
//! **Life cycle.** A counter: opened → changed … → closed. A booking: booked → cancelled, or arrived
//! (取号) → called → served, or missed (过号). A number without a booking: taken → called → served or
//! missed. Who was called and not there may take a number anew.
//!
//! One stream a counter ([`counters`]) and one a counter's day (`state`): every seat of a day is
//! given on one stream, so it is never given twice.
//!
//! **Sealed** under the resident's key: name, telephone, address, words. **Open**: counter, time,
//! service, number.

pub mod counters;
mod decide;
mod events;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use counters::stream as counter_stream;
pub use counters::{Counter, CounterKind, Counters, Hours, Spec};
pub use decide::{Moment, REFUSALS, Wanted};
pub use events::{Booked, Contact, Event};
pub use register::{Days, Row, forget, indexes, tables};
pub use service::{Called, Free, Wish};
pub(crate) use state::stream as day_stream;
pub use state::{Booking, Day, Standing, Ticket};
