//! The opinion map: a replayable analysis of who agrees with whom, after Polis.
#![doc = include_str!("../README.md")]

mod analyse;
mod axes;
mod base;
mod cluster;
mod conversation;
mod name;
mod nearest;
mod num;
mod pairs;
pub mod picture;
pub mod read;
mod result;
mod say;
mod silhouette;
mod stats;
mod table;
mod told;
pub mod verify;
mod votes;

pub use analyse::Progress;
pub use conversation::Conversation;
pub use name::Name;
pub use read::BadInput;
pub use result::*;
pub use stats::{
    Agreed, Consensus, Counts, GroupAware, MOST_PICKED, NINE_IN_TEN, Representative, Side,
    one_proportion, probability, two_proportions,
};
pub use votes::{Record, Statement, Statements, Vote, Votes};
