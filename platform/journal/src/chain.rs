//! The chains of streams: each entry names the digest of the one before it in its stream.

use std::collections::HashMap;

use crate::entry::Recorded;
use crate::secrets::sha256;

/// The ends of all chains seen so far.
///
/// Streams and digests are told apart by half a hash, so that a million streams fit in little
/// memory; what is recorded is still covered whole by the tree.
#[derive(Default)]
pub(crate) struct Chains {
    ends: HashMap<u128, End>,
}

/// The end of a chain; without a digest after a damaged entry.
struct End {
    version: u64,
    digest: Option<[u8; 16]>,
}

impl Chains {
    /// Takes in an entry that names `prev`. Says what is wrong when it does not follow its stream's
    /// last one.
    pub(crate) fn follow(&mut self, entry: &Recorded, prev: Option<&str>) -> Option<String> {
        let name = name(entry.stream.as_str());
        let before = self.ends.get(&name);
        let expected = before.map_or(1, |end| end.version + 1);
        let named = prev.and_then(|prev| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(prev, &mut bytes)
                .ok()
                .map(|()| half(&bytes))
        });
        let known = before.map(|end| end.digest);
        let wrong = if entry.version != expected {
            Some(format!(
                "is version {} where {expected} should come",
                entry.version
            ))
        } else if known.is_some_and(|known| known.is_some() && known != named) {
            Some("does not name the entry before it in its stream".to_owned())
        } else if before.is_none() && prev.is_some() {
            Some("names an entry before the first of its stream".to_owned())
        } else {
            None
        };
        let end = End {
            version: entry.version,
            digest: Some(half(&entry.digest)),
        };
        self.ends.insert(name, end);
        wrong
    }

    /// After a damaged entry the next one's chain cannot be judged.
    pub(crate) fn broken(&mut self, stream: &str, version: u64) {
        let end = End {
            version,
            digest: None,
        };
        self.ends.insert(name(stream), end);
    }
}

fn name(stream: &str) -> u128 {
    u128::from_be_bytes(half(&sha256(stream.as_bytes())))
}

fn half(digest: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}
