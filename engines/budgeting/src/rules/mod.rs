//! The rules. Each takes the votes and gives projects in order of purchase, with what proves it.

pub(crate) mod equal_shares;
pub(crate) mod greedy;
pub(crate) mod leap;
pub(crate) mod phragmen;
pub(crate) mod shares;
pub(crate) mod welfare;
