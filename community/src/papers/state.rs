//! What has been published of one kind of paper, the newest last.

use jiff::Timestamp;

use super::events::{Event, Published};

/// 历次版本.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editions {
    all: Vec<(Timestamp, Published)>,
}

impl Editions {
    pub(super) fn apply(&mut self, event: &Event, at: Timestamp) {
        let Event::Published(published) = event;
        self.all.push((at, published.clone()));
    }

    /// Every edition with when it was published, the newest last.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &(Timestamp, Published)> {
        self.all.iter()
    }

    /// The edition in force at `at`: the last one published by then, or the first there ever was.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<&Published> {
        let by_then = self.all.iter().rev().find(|(since, _)| *since <= at);
        by_then.or(self.all.first()).map(|(_, published)| published)
    }

    /// The newest edition.
    #[must_use]
    pub fn newest(&self) -> Option<&Published> {
        self.all.last().map(|(_, published)| published)
    }

    /// Which edition of `version` comes next.
    pub(super) fn next_edition(&self, version: u32) -> u32 {
        let same = self.all.iter().filter(|(_, one)| one.version == version);
        same.map(|(_, one)| one.edition).max().unwrap_or(0) + 1
    }
}
