//! What the facts add up to: the keys of a node, and whether a certificate was revoked.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::StreamId;

use super::events::Event;
use crate::node::Linli;

/// 公钥: every key of the node, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRing {
    /// Public keys in base64url, and when each was published.
    pub keys: Vec<(String, Timestamp)>,
}

impl KeyRing {
    pub(super) fn apply(&mut self, event: &Event, at: Timestamp) {
        if let Event::KeyPublished(published) = event {
            self.keys.push((published.x.clone(), at));
        }
    }
}

/// 证明: whether it was revoked, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// On which day it was revoked, and on what ground; `None` while it was not.
    pub revoked: Option<(Date, String)>,
    /// Why, in words; empty after erasure.
    pub words: String,
}

impl Certificate {
    pub(super) fn apply(&mut self, event: &Event) {
        if let Event::Revoked(revoked, words) = event {
            self.number.clone_from(&revoked.number);
            self.revoked = Some((revoked.on, revoked.ground.clone()));
            self.words.clone_from(words);
        }
    }
}

/// The stream of a node's keys. One that joined another has its own name for it: a stream has one
/// writer.
pub(super) fn keys_stream(linli: &Linli) -> StreamId {
    StreamId::new("certificate-key", linli.joined_log().unwrap_or("node"))
}

/// The stream of the certificate `number`.
pub(super) fn stream(number: &str) -> StreamId {
    StreamId::new("certificate", number)
}
