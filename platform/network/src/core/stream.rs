//! One writer a stream (移交, 接管): the chain of a stream across logs, and who may continue it.
//!
//! Ownership is in the stream's own chain. Whoever writes the first entry owns it; `Released` by the
//! owner and then `Accepted` by the other move it; a `Takeover` signed by two officers moves it when
//! the owner is gone. There is no lease, no lock and no clock.
//!
//! Where two entries follow the same one, a takeover beats what the owner wrote meanwhile, wherever
//! the two arrive and in whichever order; what is beaten stays visible as an orphan.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::{Act, Entry};
use super::ids::{Digest, LogId};
use super::plant::{Plant, Plants};

/// A stream as far as this node knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The area of its newest entry.
    pub area: Arc<str>,
    /// Who owns it, or owned it until it was released.
    pub owner: LogId,
    /// To whom it was released and by whom it was not accepted yet (移交中).
    pub released: Option<LogId>,
    /// Its entries, from version 1.
    pub chain: Vec<Link>,
    /// Entries that lost against a takeover, and those that follow them, with their places.
    pub orphans: BTreeMap<Digest, Link>,
}

/// An entry's place in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The entry's digest.
    pub digest: Digest,
    /// The log it stands in.
    pub log: LogId,
    /// Its place there.
    pub seq: u64,
    /// Whether it is a takeover.
    pub takeover: bool,
    /// To whom it hands the stream.
    pub released: Option<LogId>,
}

impl Link {
    /// Whether one of these logs wrote it, or was handed the stream by it.
    pub(super) fn concerns(&self, those: impl Fn(LogId) -> bool) -> bool {
        those(self.log) || self.released.is_some_and(those)
    }
}

/// What became of an entry of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It continues the chain.
    Next,
    /// It was there.
    Known,
    /// An entry before it has not arrived yet.
    TooEarly,
    /// It is a takeover that comes before these, which are orphans now.
    Displaces(Vec<Link>),
    /// It does not continue the chain: it is kept beside it.
    Orphan(Why),
}

/// Why an entry is an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Another entry follows the same one.
    Branch,
    /// Its writer did not own the stream.
    NotOwner,
    /// A takeover that two different officers did not sign, or from somebody else than the owner.
    Unsigned,
}

impl Stream {
    /// The stream that `entry` begins.
    #[must_use]
    pub fn begun_by(entry: &Entry) -> Self {
        Self {
            area: Arc::clone(&entry.area),
            owner: entry.log,
            released: None,
            chain: vec![link(entry)],
            orphans: BTreeMap::new(),
        }
    }

    /// Its newest version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.chain.len() as u64
    }

    /// The digest of its newest entry.
    #[must_use]
    pub fn head(&self) -> Option<Digest> {
        self.chain.last().map(|link| link.digest)
    }

    /// Whether `log` may continue the chain with `act`.
    ///
    /// # Errors
    /// [`Why`] says why not.
    pub fn permits(&self, log: LogId, act: &Act, plants: Plants) -> Result<(), Why> {
        match (act, self.released) {
            (Act::Takeover(taken), _) => {
                let [first, second] = &taken.officers;
                let signed = !first.is_empty() && !second.is_empty() && first != second;
                (signed && taken.from == self.owner)
                    .then_some(())
                    .ok_or(Why::Unsigned)
            }
            (Act::Accepted, Some(to)) if to == log => Ok(()),
            (Act::Accepted, _) if plants.has(Plant::AcceptWithoutRelease) => Ok(()),
            (_, None) if log == self.owner && *act != Act::Accepted => Ok(()),
            (_, Some(_)) if log == self.owner && plants.has(Plant::WriteAfterRelease) => Ok(()),
            _ => Err(Why::NotOwner),
        }
    }

    /// Takes in an entry of this stream.
    pub fn apply(&mut self, entry: &Entry, plants: Plants) -> Applied {
        let Some(place) = usize::try_from(entry.version - 1).ok() else {
            return Applied::TooEarly;
        };
        if self.orphans.contains_key(&entry.digest) {
            return Applied::Known;
        }
        if entry
            .prev
            .is_some_and(|prev| self.orphans.contains_key(&prev))
        {
            return self.orphan(entry, Why::Branch);
        }
        match self.chain.get(place) {
            Some(there) if there.digest == entry.digest => Applied::Known,
            // What it follows may be a takeover that has not arrived yet.
            _ if !self.follows(entry) && !plants.has(Plant::SkipPrev) => Applied::TooEarly,
            Some(_) => self.contend(entry, place, plants),
            None if place > self.chain.len() => Applied::TooEarly,
            None => match self.permits(entry.log, &entry.act, plants) {
                Ok(()) => {
                    self.extend(entry);
                    Applied::Next
                }
                Err(why) => self.orphan(entry, why),
            },
        }
    }

    /// Whether the entry that `entry` names as the one before it is in the chain, in its place.
    #[must_use]
    pub fn follows(&self, entry: &Entry) -> bool {
        let place = usize::try_from(entry.version - 1).unwrap_or(usize::MAX);
        let before = place.checked_sub(1);
        match before {
            Some(before) => self.chain.get(before).map(|link| link.digest) == entry.prev,
            None => entry.prev.is_none(),
        }
    }

    /// Two entries for one place: a takeover comes first, of two takeovers the one with the smaller
    /// digest, and otherwise the one that was there.
    fn contend(&mut self, entry: &Entry, place: usize, plants: Plants) -> Applied {
        let there = self.chain[place];
        let comes_first = !there.takeover || entry.digest < there.digest;
        let takeover = matches!(entry.act, Act::Takeover(_)) && !plants.has(Plant::IgnoreTakeover);
        if !(comes_first && takeover) {
            return self.orphan(entry, Why::Branch);
        }
        let displaced = self.chain.split_off(place);
        self.orphans
            .extend(displaced.iter().map(|link| (link.digest, *link)));
        self.extend(entry);
        Applied::Displaces(displaced)
    }

    fn orphan(&mut self, entry: &Entry, why: Why) -> Applied {
        self.orphans.insert(entry.digest, link(entry));
        Applied::Orphan(why)
    }

    fn extend(&mut self, entry: &Entry) {
        self.area = Arc::clone(&entry.area);
        self.chain.push(link(entry));
        match &entry.act {
            Act::Released(to) => self.released = Some(*to),
            Act::Accepted | Act::Takeover(_) => {
                self.owner = entry.log;
                self.released = None;
            }
            _ => {}
        }
    }
}

fn link(entry: &Entry) -> Link {
    let released = match &entry.act {
        Act::Released(to) => Some(*to),
        _ => None,
    };
    Link {
        released,
        digest: entry.digest,
        log: entry.log,
        seq: entry.seq,
        takeover: matches!(entry.act, Act::Takeover(_)),
    }
}
