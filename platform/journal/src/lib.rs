//! The journal: the one place where something that happened becomes a fact.
//!
//! A command's entries, the register rows they change, its id and its outgoing notices are **one
//! transaction**, group-committed by a single writer; nothing is acknowledged before it is durable.
//! Entries are kept as the exact bytes that were first written. Personal data in them is sealed
//! under its subject's own key, which can be destroyed; the Merkle tree over the entries' digests
//! lets anyone check that nothing was dropped or rewritten.
//!
//! Stores: memory, SQLite and PostgreSQL, one code path through SeaORM.

mod append;
mod change;
mod entry;
pub mod golden;
mod registers;
mod upcast;

pub use append::{Append, AppendError, Appended, NewEntry, Notice, Secret};
pub use change::Change;
pub use entry::{BadKind, Kind, Opened, Recorded};
pub use registers::{FoldError, Folder, NoRegisters, Registers};
pub use sea_orm;
pub use upcast::{Upcast, Upcasters};
