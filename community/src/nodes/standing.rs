//! How the node stands with its neighbours, as whoever runs the line last told.

use std::sync::PoisonError;

use jiff::Timestamp;

use crate::node::Linli;

/// 已达上级: how far the node above has this one's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Above {
    /// How many of this node's entries are countersigned there.
    pub reached: u64,
    /// When it was last heard.
    pub heard: Option<Timestamp>,
}

/// How the node stands with all its neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// This node's key, for people to compare.
    pub fingerprint: String,
    /// Why it does not write: `recovering` or `stopped`.
    pub held: Option<&'static str>,
    /// The node above, where there is one.
    pub above: Option<Above>,
    /// What failed when the node above was last tried.
    pub failure: Option<String>,
    /// The nodes that joined here or below.
    pub nodes: Vec<Neighbour>,
    /// What did not verify, the newest first.
    pub trouble: Vec<Trouble>,
    /// Entries that are kept beside their streams, by log and place.
    pub beside: Vec<(String, u64)>,
}

/// A node that joined here or below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its log, as 32 digits.
    pub log: String,
    /// How many records it still keeps though it may not speak any more.
    pub left: u64,
    /// Its key, for people to compare.
    pub fingerprint: String,
    /// The area it hosts.
    pub area: String,
    /// Whether it joined here and not at a node below.
    pub direct: bool,
    /// Why it may not speak any more: `revoked`, `closed` or `frozen`.
    pub stopped: Option<&'static str>,
    /// When it was last heard.
    pub heard: Option<Timestamp>,
    /// How many of its entries are here.
    pub here: u64,
    /// How many it said that it has.
    pub there: u64,
    /// Its program's version.
    pub version: Option<String>,
}

/// Something that did not verify, kept for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whose, by its key's fingerprint.
    pub from: String,
    /// What is wrong, as a code of the message catalogue.
    pub reason: String,
    /// What it was about.
    pub about: String,
    /// When.
    pub at: Timestamp,
}

impl Linli {
    /// Keeps how the node stands, for pages.
    pub fn tell_standing(&self, standing: Standing) {
        let kept = self.neighbours_lock().write();
        *kept.unwrap_or_else(PoisonError::into_inner) = standing;
        self.wanted_streams().tell_moved();
    }

    /// How the node stands with its neighbours.
    #[must_use]
    pub fn neighbours(&self) -> Standing {
        let kept = self.neighbours_lock().read();
        kept.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far the node above has this one's journal; `None` at the top.
    #[must_use]
    pub fn above(&self) -> Option<Above> {
        let kept = self.neighbours_lock().read();
        kept.unwrap_or_else(PoisonError::into_inner).above
    }
}
