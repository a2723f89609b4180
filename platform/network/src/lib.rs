//! The network: nodes that keep working when cut off, and lose nothing.
//!
//! [`core`] decides, without I/O; [`sim`] drives it through years of trouble and checks after every
//! step what must always hold (`docs/network.md`); [`mod@line`] gives it a journal and HTTP.

pub mod core;
pub mod line;
pub mod sim;
