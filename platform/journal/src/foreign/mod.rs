//! Entries of other nodes' logs beside the own one, and what the node must not forget of its
//! neighbours.
//!
//! They are kept as the bytes they came as. Those that continue their stream are folded into the
//! registers in the same transaction that makes them durable, and in the same order by a rebuild;
//! which do is judged by whoever hands them in (`linli_network`), since that takes knowing who may
//! write a stream. Those that wait for an earlier one, and orphans, are kept and not folded.
//!
//! A stream that another node owns, or that was handed to one, takes no entries of the own log: the
//! writer refuses them, in whichever process it runs.

pub(crate) mod archive;
mod merge;
mod own;
mod read;
mod take;

use std::sync::Arc;

use linli_kernel::{ResidentId, StreamId};

pub(crate) use merge::Others;
pub(crate) use read::owners_of;

/// An entry of another node's log, as it came.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Which entry it is.
    pub name: EntryName,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// Its exact bytes.
    pub bytes: Arc<[u8]>,
}

/// Which entry of which log. A log with two histories has two entries in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    /// The log.
    pub log: String,
    /// The place in it.
    pub seq: u64,
    /// SHA-256 of the entry's bytes.
    pub digest: [u8; 32],
}

/// Who may write a stream that is not, or not any more, the node's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The log that owns it.
    pub owner: String,
    /// The log it was handed to and that has not accepted it yet (移交中).
    pub released: Option<String>,
}

/// Something to be remembered of the neighbours. The journal keeps it, and knows no more of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Its place among the others; 0 before it is kept.
    pub id: u64,
    /// How many entries the own log had then.
    pub own: u64,
    /// What kind of thing it is.
    pub kind: String,
    /// A stretch of a log, where it is about one: the log, its first entry, and the size after it.
    pub about: Option<(String, u64, u64)>,
    /// The rest.
    pub body: Vec<u8>,
}

/// What comes in at once: as a whole or not at all.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Entries that were not here.
    pub entries: Vec<Foreign>,
    /// Entries, of these or of earlier ones, that continue their stream now, in this order.
    pub applied: Vec<EntryName>,
    /// Entries that continued their stream and do so no longer.
    pub displaced: Vec<EntryName>,
    /// Who may write the streams that are touched.
    pub owners: Vec<(StreamId, Owned)>,
    /// Keys of subjects, to be durable before the entries.
    pub keys: Vec<(ResidentId, [u8; 32])>,
    /// Subjects whose keys were lent and are to be gone; they may come again.
    pub lapsed: Vec<ResidentId>,
    /// Subjects whose keys were destroyed elsewhere, for good.
    pub destroyed: Vec<ResidentId>,
    /// The end of the node's own log, returned after a restore: it is appended byte for byte.
    pub own: Vec<Arc<[u8]>>,
    /// What is to be remembered.
    pub remembered: Vec<Remembered>,
    /// Whether the node may write from now on, where that changes.
    pub held: Option<bool>,
    /// Whether the registers are left as they are, to be made anew later ([`Journal::rebuild`]).
    ///
    /// [`Journal::rebuild`]: crate::Journal::rebuild
    pub unfolded: bool,
}

/// What an entry of the network's own kinds does to the stream it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// Nothing.
    No,
    /// The stream is handed to this log (移交).
    Release([u8; 16]),
    /// The stream that was handed to this node is taken (接收).
    Accept,
    /// The stream is taken from an owner that is gone, on two officers' word (接管).
    TakeOver,
}
