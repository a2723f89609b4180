//! The journal: the one place where something that happened becomes a fact.
//!
//! A command's entries, the register rows they change, its id and its outgoing notices are **one
//! transaction**, group-committed by a single writer; nothing is acknowledged before it is durable.
//! Entries are kept as the exact bytes that were first written. Personal data in them is sealed
//! under its subject's own key, which can be destroyed; the Merkle tree over the entries' digests
//! lets anyone check that nothing was dropped or rewritten. Files too large for an entry are kept
//! beside the journal, sealed in the same way.
//!
//! Stores: memory, SQLite and PostgreSQL, one code path through SeaORM.

mod answered;
mod append;
mod apply;
mod archive;
mod backup;
mod batch;
mod chain;
mod change;
mod config;
mod db;
mod entry;
mod erase;
mod files;
mod foreign;
pub mod golden;
mod journal;
mod keys;
mod lock;
mod named;
mod open;
mod outbox;
mod prepare;
mod proof;
mod read;
mod rebuild;
mod registers;
mod restore;
mod rows;
mod seal;
mod sealing;
mod secrets;
mod shared;
mod side_key;
mod sidecar;
mod sql;
mod upcast;
mod verify;
mod wal;
mod wire;
mod writer;

pub use append::{Append, AppendError, Appended, NewEntry, Notice, Secret};
pub use backup::BackedUp;
pub use change::Change;
pub use config::{Config, Store};
pub use db::side_store;
pub use entry::{BadKind, Kind, Opened, Recorded};
pub use erase::Destroy;
pub use files::{BadFileId, FileAt, FileId, KeptFile};
pub use foreign::{EntryName, Foreign, Handover, Intake, Owned, Remembered};
pub use journal::{Journal, kinds};
pub use outbox::Waiting;
pub use proof::{BadReceipt, Proven, Receipt, verify_receipt};
pub use rebuild::{Progress, Rebuilt};
pub use registers::{FileRegister, FoldError, Folder, NoRegisters, Registers};
pub use restore::{Restored, restore};
pub use sea_orm;
pub use sealing::is_recipient;
pub use secrets::write_joined;
pub use shared::{Mode, Parked};
pub use side_key::SideKey;
pub use upcast::{Upcast, Upcasters};
pub use verify::{Damage, Depth, Findings, Place, verify_store};
pub use wire::read_entry;
