//! Reach and place: who reaches a facility on foot, and where the next ones should stand.
//!
//! [`travel`] and [`network`] measure ways, [`mod@reach`] and [`mod@crowding`] read them, [`mod@place`] chooses sites
//! and proves it. [`table`], [`streets`], [`sheet`] and [`map`] turn texts into values and back. The
//! README teaches the method.

pub mod crowding;
pub mod datum;
mod geojson;
pub mod map;
pub mod network;
pub mod place;
pub mod reach;
pub mod sheet;
pub mod streets;
pub mod table;
mod told;
pub mod travel;

pub use crowding::{Catchment, Crowding, Ring, crowding};
pub use datum::{Coordinate, Datum};
pub use reach::{Asked, Group, Reach, reach};
pub use sheet::Sheet;
pub use streets::Streets;
pub use table::{Fault, Table};
pub use told::Told;
pub use travel::{Detour, Leg, Legs, Pace, Point, Spot};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeExamples;
