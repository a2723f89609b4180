//! The opinion map: a replayable analysis of who agrees with whom, after Polis.
#![doc = include_str!("../README.md")]

mod analyse;
mod axes;
mod cluster;
mod num;
mod pairs;
pub mod picture;
pub mod read;
mod result;
mod say;
mod stats;
pub mod verify;
mod votes;

pub use analyse::{Conversation, Progress};
pub use read::BadInput;
pub use result::*;
pub use stats::{
    Agreed, Consensus, Counts, GroupAware, MOST_PICKED, NINE_IN_TEN, Representative, Side,
    one_proportion, probability, two_proportions,
};
pub use votes::{Record, Statement, Statements, Vote, Votes};
