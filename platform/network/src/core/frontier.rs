//! The frontier of a Merkle tree: the roots of its full subtrees, the largest first. Enough to grow
//! the tree and to know its root, in as many hashes as its size has binary ones.
//!
//! **Source**: RFC 6962 section 2.1; the leaf of an entry is over its 32-byte digest, as in
//! `linli_translog` and the journal.

use super::ids::{Digest, empty_root, sha256};

/// A tree as far as it must be known to grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// A stored frontier; `None` when it has not as many peaks as `size` asks for.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        let fits = u32::try_from(peaks.len()) == Ok(size.count_ones());
        fits.then_some(Self { size, peaks })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Adds the entry with this digest.
    pub fn push(&mut self, digest: &Digest) {
        let mut hash = leaf(digest);
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
            size >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return empty_root();
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

/// The leaf of the entry with this digest.
fn leaf(digest: &Digest) -> Digest {
    let mut text = [0; 33];
    text[1..].copy_from_slice(digest);
    sha256(&text)
}

fn node(left: &Digest, right: &Digest) -> Digest {
    let mut text = [1; 65];
    text[1..33].copy_from_slice(left);
    text[33..].copy_from_slice(right);
    sha256(&text)
}

#[cfg(test)]
mod tests {
    use linli_translog::hash::root_of;
    use linli_translog::leaf_hash;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_root_is_that_of_rfc_6962(count in 0u64..600) {
            let mut frontier = Frontier::default();
            let mut leaves = Vec::new();
            for n in 0..count {
                let digest = super::super::ids::sha256(&n.to_be_bytes());
                frontier.push(&digest);
                leaves.push(leaf_hash(&digest));
            }
            prop_assert_eq!(frontier.root(), root_of(&leaves).0);
            prop_assert_eq!(frontier.peaks().len(), count.count_ones() as usize);
        }
    }
}
