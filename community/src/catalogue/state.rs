//! What has been published of one service, by area and version.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::AreaPath;

use super::events::Event;

/// The latest publication of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// How many times the version was published.
    pub edition: u32,
    /// The hex SHA-256 of the file's bytes.
    pub hash: String,
    /// From when it holds.
    pub valid_from: Date,
    /// When it was published.
    pub at: Timestamp,
}

/// 已发布: the publications of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publications {
    /// The service's id.
    pub service: String,
    /// The latest of each area and version.
    pub latest: BTreeMap<(AreaPath, u32), Publication>,
}

impl Publications {
    /// Folds one event.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        let published = event.published();
        self.service.clone_from(&published.service);
        self.latest.insert(
            (published.area.clone(), published.version),
            Publication {
                edition: published.edition,
                hash: published.hash.clone(),
                valid_from: published.valid_from,
                at,
            },
        );
    }
}
