//! Proofs: that an entry is in a tree (inclusion), and that a tree only grew (consistency).
//!
//! **Source**: making them, RFC 6962 sections 2.1.1 and 2.1.2; checking them, RFC 9162 sections
//! 2.1.3.2 and 2.1.4.2.

use thiserror::Error;

use crate::hash::{Hash, node_hash};
use crate::tile::{HashReader, MissingTile, Needed, TileId};

/// Why a proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotProve {
    /// The entry or the smaller tree lies beyond the tree.
    #[error("{wanted} lies beyond a tree of {size} leaves")]
    Beyond {
        /// The index or size asked for.
        wanted: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tile is not there.
    #[error(transparent)]
    Missing(#[from] MissingTile),
}

/// The proof does not show what it claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadProof {
    /// It has too few or too many hashes for these sizes.
    #[error("the proof has the wrong length")]
    Length,
    /// It leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The proof that leaf `index` is in the tree of the first `size` leaves.
///
/// # Errors
/// [`CannotProve`] when there is no such leaf, or a tile is missing.
pub fn inclusion(
    index: u64,
    size: u64,
    reader: &impl HashReader,
) -> Result<Vec<Hash>, CannotProve> {
    if index >= size {
        return Err(CannotProve::Beyond {
            wanted: index,
            size,
        });
    }
    let mut path = Vec::new();
    include(index, 0, size, reader, &mut path)?;
    Ok(path)
}

/// The proof that the tree of the first `size` leaves begins with that of the first `old`.
///
/// # Errors
/// [`CannotProve`] when `old` is 0 or beyond `size`, or a tile is missing.
pub fn consistency(
    old: u64,
    size: u64,
    reader: &impl HashReader,
) -> Result<Vec<Hash>, CannotProve> {
    if old == 0 || old > size {
        return Err(CannotProve::Beyond { wanted: old, size });
    }
    let mut path = Vec::new();
    extend(old, (0, size), true, reader, &mut path)?;
    Ok(path)
}

/// The tiles from which [`inclusion`] is made.
#[must_use]
pub fn tiles_for_inclusion(index: u64, size: u64) -> Vec<TileId> {
    let needed = Needed::default();
    match inclusion(index, size, &needed) {
        Ok(_) => needed.tiles(),
        Err(_) => Vec::new(),
    }
}

/// The tiles from which [`consistency`] is made.
#[must_use]
pub fn tiles_for_consistency(old: u64, size: u64) -> Vec<TileId> {
    let needed = Needed::default();
    match consistency(old, size, &needed) {
        Ok(_) => needed.tiles(),
        Err(_) => Vec::new(),
    }
}

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves with this `root`.
///
/// # Errors
/// [`BadProof`] when the proof does not show it.
pub fn check_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), BadProof> {
    if index >= size {
        return Err(BadProof::Length);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(BadProof::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(BadProof::Length);
    }
    if hash == root {
        Ok(())
    } else {
        Err(BadProof::Root)
    }
}

/// A tree as claimed: its size and root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Checks that the tree `new` begins with the tree `old`. Anything begins with the empty tree.
///
/// # Errors
/// [`BadProof`] when the proof does not show it.
pub fn check_consistency(old: Claim, new: Claim, proof: &[Hash]) -> Result<(), BadProof> {
    if old.size > new.size {
        return Err(BadProof::Length);
    }
    if old.size == new.size || old.size == 0 {
        let same = old.size == 0 || old.root == new.root;
        return match (proof.is_empty(), same) {
            (true, true) => Ok(()),
            (true, false) => Err(BadProof::Root),
            (false, _) => Err(BadProof::Length),
        };
    }
    // When the old tree is full, its root is the first hash and left out of the proof.
    let (first, rest) = if old.size.is_power_of_two() {
        (old.root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(BadProof::Length)?;
        (*first, rest)
    };
    let (old_root, new_root) = climb(old.size - 1, new.size - 1, first, rest)?;
    if old_root == old.root && new_root == new.root {
        Ok(())
    } else {
        Err(BadProof::Root)
    }
}

/// Climbs from the last leaf of the old tree to both roots at once.
fn climb(
    mut node: u64,
    mut last: u64,
    first: Hash,
    proof: &[Hash],
) -> Result<(Hash, Hash), BadProof> {
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (first, first);
    for sibling in proof {
        if last == 0 {
            return Err(BadProof::Length);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(*sibling, old);
            new = node_hash(*sibling, new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(new, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 {
        Ok((old, new))
    } else {
        Err(BadProof::Length)
    }
}

/// RFC 6962 2.1.1, PATH over the leaves `lo..hi`.
fn include(
    index: u64,
    lo: u64,
    hi: u64,
    reader: &impl HashReader,
    path: &mut Vec<Hash>,
) -> Result<(), MissingTile> {
    if hi - lo == 1 {
        return Ok(());
    }
    let middle = lo + split(hi - lo);
    if index < middle {
        include(index, lo, middle, reader, path)?;
        path.push(range_hash(middle, hi, reader)?);
    } else {
        include(index, middle, hi, reader, path)?;
        path.push(range_hash(lo, middle, reader)?);
    }
    Ok(())
}

/// RFC 6962 2.1.2, SUBPROOF over the leaves of `range`; `whole` while the old tree's root is known.
fn extend(
    old: u64,
    range: (u64, u64),
    whole: bool,
    reader: &impl HashReader,
    path: &mut Vec<Hash>,
) -> Result<(), MissingTile> {
    let (lo, hi) = range;
    if old == hi {
        if !whole {
            path.push(range_hash(lo, hi, reader)?);
        }
        return Ok(());
    }
    let middle = lo + split(hi - lo);
    if old <= middle {
        extend(old, (lo, middle), whole, reader, path)?;
        path.push(range_hash(middle, hi, reader)?);
    } else {
        extend(old, (middle, hi), false, reader, path)?;
        path.push(range_hash(lo, middle, reader)?);
    }
    Ok(())
}

/// The root over the leaves `lo..hi`, of which there is at least one; `lo` is where a subtree of at
/// least this many leaves begins.
pub(crate) fn range_hash(lo: u64, hi: u64, reader: &impl HashReader) -> Result<Hash, MissingTile> {
    let count = hi - lo;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return reader.hash(u8::try_from(level).unwrap_or(u8::MAX), lo >> level);
    }
    let middle = lo + split(count);
    Ok(node_hash(
        range_hash(lo, middle, reader)?,
        range_hash(middle, hi, reader)?,
    ))
}

/// The largest power of two below `n`; `n` is at least 2.
fn split(n: u64) -> u64 {
    1 << (u64::BITS - 1 - (n - 1).leading_zeros())
}
