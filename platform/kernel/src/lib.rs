//! What every tier of Linli speaks: ids, areas, actors and posts, the one gate, time, and the two
//! ways in which something may not happen: a [`Refusal`] (a rule says no) and a [`Fault`] (the
//! world failed).
//!
//! Nothing here knows a database, a page or a network.

pub mod area;
pub mod clock;
pub mod gate;
pub mod ids;
pub mod outcome;
pub mod post;

pub use area::AreaPath;
pub use clock::{Clock, ShiftedClock, SystemClock};
pub use gate::{Action, Scope};
pub use ids::{AccountId, AwardId, CaseId, CommandId, HouseholdId, PostId, ResidentId, StreamId};
pub use outcome::{Fault, Refusal};
pub use post::{Actor, Mandate, Post, Role};
