//! The core of the network: a function from state and input to what is to be stored and done.
//!
//! [`Node::step`] gets an input, the time and randomness, and returns an [`Outcome`]: records that
//! the driver stores **as a whole and durably first**, and actions that it performs after that.
//! State changes only when the driver says that a record is durable ([`Node::stored`]), so an
//! outcome that could not be stored is simply dropped. Nothing here waits, opens, reads the clock or
//! depends on the order of a hash map; the same code runs in production and in the simulator.
//!
//! Upward goes the child's whole journal, in order (`up`); downward what the child follows (`down`);
//! a restored node asks for its tail (`recover`); a log with two histories is frozen (`fork`). Who may
//! write a stream is in the stream's own chain (`stream`).

mod answer;
mod ask;
mod entry;
mod fork;
mod frontier;
mod ids;
mod keys;
mod message;
mod node;
mod plant;
mod recover;
mod saved;
mod stream;
#[cfg(test)]
mod tests;
pub mod wire;

pub use ask::Behind;
pub use entry::{Act, BadEntry, Enrolled, Entry, MAX_ENTRY, StreamName, Takeover};
pub use fork::NoFork;
pub use frontier::Frontier;
pub use ids::{Digest, Ed25519, Hand, LogId, PublicKey, Signature, empty_root, sha256};
pub use keys::LEASE_DAYS;
pub use message::{
    BATCH, Fork, Frame, Head, Hello, Message, StopReason, Welcome, Witness, Wrapped,
};
pub use node::{Action, Conn, Input, MayNot, Node, Note, Outcome, Purpose, Stretch};
pub use plant::{Plant, Plants};
pub use saved::{Fed, Held, Lease, Member, Mode, Noted, Parent, Quarantined, Record, Saved};
pub use stream::{Applied, Link, Stream, Why};
