//! Tiles: 256 hashes of one height, side by side, in one file.
//!
//! The tile at level `l` and index `n` holds the roots of the full subtrees of 256^l leaves, from
//! the `n * 256`-th on. A full tile never changes; only the rightmost tile of a level may be
//! partial, and it only grows.
//!
//! **Source**: C2SP tlog-tiles (<https://c2sp.org/tlog-tiles>).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use std::cell::RefCell;

use thiserror::Error;

use crate::hash::{HASH_SIZE, Hash, root_of};

/// How many hashes a full tile holds.
pub const TILE_WIDTH: u16 = 256;

/// Levels are 0 to 5: enough for 2^48 entries.
pub const MAX_LEVEL: u8 = 5;

/// Which tile, whatever its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; each level above holds the roots of tiles of the level below.
    pub level: u8,
    /// The tile's place in its level.
    pub index: u64,
}

/// An address below a log's prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilePath {
    /// `tile/<L>/<N>[.p/<W>]`: hashes.
    Hashes {
        /// Which tile.
        id: TileId,
        /// How many hashes are asked for: 1 to 256.
        width: u16,
    },
    /// `tile/entries/<N>[.p/<W>]`: the entries under a level-0 tile, each behind its length.
    Entries {
        /// The bundle's place.
        index: u64,
        /// How many entries are asked for: 1 to 256.
        width: u16,
    },
}

/// The tile that would be needed is not there, or too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("tile {}/{} holds no hash {offset}", .id.level, .id.index)]
pub struct MissingTile {
    /// Which tile.
    pub id: TileId,
    /// The place in the tile of the hash that is missing.
    pub offset: u64,
}

/// Gives the root of any full subtree: 2^`level` leaves from leaf `index * 2^level` on.
pub trait HashReader {
    /// The hash at `level` (of the binary tree) and `index`.
    ///
    /// # Errors
    /// [`MissingTile`] when the tile that holds it, or would yield it, is not there.
    fn hash(&self, level: u8, index: u64) -> Result<Hash, MissingTile>;
}

/// Tiles in memory.
#[derive(Debug, Clone, Default)]
pub struct Tiles(BTreeMap<TileId, Vec<u8>>);

/// Notes which tiles a computation reads, so that they can be fetched before it runs.
#[derive(Debug, Default)]
pub struct Needed(RefCell<BTreeSet<TileId>>);

impl TileId {
    /// Where in which tile the hashes under the node at binary `level` and `index` begin, and how
    /// many of them there are.
    fn of_node(level: u8, index: u64) -> (Self, u64, u64) {
        let below = level % 8;
        let first = index << below;
        let width = u64::from(TILE_WIDTH);
        let id = Self {
            level: level / 8,
            index: first / width,
        };
        (id, first % width, 1 << below)
    }

    /// How many hashes this tile holds in a tree of `size` leaves: 0 when it does not exist.
    #[must_use]
    pub fn width_in(self, size: u64) -> u16 {
        let hashes = size.checked_shr(8 * u32::from(self.level)).unwrap_or(0);
        let before = self.index.saturating_mul(u64::from(TILE_WIDTH));
        let here = hashes.saturating_sub(before).min(u64::from(TILE_WIDTH));
        u16::try_from(here).unwrap_or(TILE_WIDTH)
    }
}

impl Tiles {
    /// Keeps the hashes of a tile, the longer of what is there and what comes.
    pub fn insert(&mut self, id: TileId, bytes: Vec<u8>) {
        let kept = self.0.entry(id).or_default();
        if bytes.len() > kept.len() {
            *kept = bytes;
        }
    }

    /// The bytes of a tile.
    #[must_use]
    pub fn get(&self, id: TileId) -> Option<&[u8]> {
        self.0.get(&id).map(Vec::as_slice)
    }

    /// Every tile, by level and index.
    pub fn iter(&self) -> impl Iterator<Item = (TileId, &[u8])> {
        self.0.iter().map(|(id, bytes)| (*id, bytes.as_slice()))
    }
}

impl HashReader for Tiles {
    fn hash(&self, level: u8, index: u64) -> Result<Hash, MissingTile> {
        let (id, first, count) = TileId::of_node(level, index);
        let hashes = hashes_in(self.get(id).unwrap_or_default());
        let missing = || MissingTile {
            id,
            offset: first + count - 1,
        };
        let range = usize::try_from(first).ok().zip(usize::try_from(count).ok());
        let (first, count) = range.ok_or_else(missing)?;
        let part = hashes.get(first..first + count).ok_or_else(missing)?;
        Ok(root_of(part))
    }
}

impl HashReader for Needed {
    fn hash(&self, level: u8, index: u64) -> Result<Hash, MissingTile> {
        self.0.borrow_mut().insert(TileId::of_node(level, index).0);
        Ok(Hash::default())
    }
}

impl Needed {
    /// The tiles that were read.
    #[must_use]
    pub fn tiles(self) -> Vec<TileId> {
        self.0.into_inner().into_iter().collect()
    }
}

/// The hashes in the bytes of a tile; a ragged end is left out.
#[must_use]
pub fn hashes_in(bytes: &[u8]) -> Vec<Hash> {
    let (whole, _) = bytes.as_chunks::<HASH_SIZE>();
    whole.iter().map(|chunk| Hash(*chunk)).collect()
}

impl TilePath {
    /// The path in its canonical form.
    #[must_use]
    pub fn to_path(self) -> String {
        let (mut path, index, width) = match self {
            Self::Hashes { id, width } => (format!("tile/{}/", id.level), id.index, width),
            Self::Entries { index, width } => ("tile/entries/".to_owned(), index, width),
        };
        push_index(&mut path, index);
        if width < TILE_WIDTH {
            // Writing to a text cannot fail.
            let _ = write!(path, ".p/{width}");
        }
        path
    }

    /// The tile that `path` names, or `None` when it is no tile's canonical path.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (parse_index(index)?, parse_width(width)?),
            None => (parse_index(rest)?, TILE_WIDTH),
        };
        let parsed = if kind == "entries" {
            Self::Entries { index, width }
        } else {
            let level = kind.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
            let id = TileId { level, index };
            Self::Hashes { id, width }
        };
        (parsed.to_path() == path).then_some(parsed)
    }
}

/// Writes `index` in groups of three digits, all but the last behind an `x`: `x001/x234/067`.
fn push_index(path: &mut String, index: u64) {
    let digits = index.to_string();
    let padded = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
    let groups = padded.len() / 3;
    for group in 0..groups {
        if group + 1 < groups {
            path.push('x');
        }
        path.push_str(&padded[group * 3..group * 3 + 3]);
        if group + 1 < groups {
            path.push('/');
        }
    }
}

fn parse_index(text: &str) -> Option<u64> {
    let digits: String = text
        .split('/')
        .map(|group| group.strip_prefix('x').unwrap_or(group))
        .collect();
    // The canonical form is compared afterwards; here only the value matters.
    digits.parse().ok()
}

fn parse_width(text: &str) -> Option<u16> {
    let width: u16 = text.parse().ok()?;
    (1..TILE_WIDTH).contains(&width).then_some(width)
}
