//! The right edge of a growing tree: its rightmost partial tile of every level. Everything to the
//! left is full tiles, which never change again.

use crate::hash::{HASH_SIZE, Hash, root_of};
use crate::tile::{HashReader, MissingTile, TILE_WIDTH, TileId, Tiles, hashes_in};

/// A tree as it grows.
///
/// **Shape**: memory is at most 255 hashes a level, whatever the number of leaves.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
    full: Vec<ChangedTile>,
    touched: usize,
}

/// A tile that is new or has grown: to be stored over the one with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedTile {
    /// Which tile.
    pub id: TileId,
    /// Its hashes, one after the other.
    pub bytes: Vec<u8>,
}

impl Edge {
    /// The partial tiles that the edge of a tree of `size` leaves consists of.
    #[must_use]
    pub fn tiles_of(size: u64) -> Vec<TileId> {
        let mut ids = Vec::new();
        let (mut hashes, mut level) = (size, 0);
        while hashes > 0 {
            let index = hashes / u64::from(TILE_WIDTH);
            if hashes % u64::from(TILE_WIDTH) > 0 {
                ids.push(TileId { level, index });
            }
            hashes = index;
            level += 1;
        }
        ids
    }

    /// The edge of a stored tree of `size` leaves; `tiles` holds at least those of
    /// [`tiles_of`](Self::tiles_of).
    ///
    /// # Errors
    /// [`MissingTile`] when one of them is missing or too short.
    pub fn resume(size: u64, tiles: &Tiles) -> Result<Self, MissingTile> {
        let mut edge = Self {
            size,
            ..Self::default()
        };
        for id in Self::tiles_of(size) {
            let width = usize::from(id.width_in(size));
            let mut hashes = hashes_in(tiles.get(id).unwrap_or_default());
            if hashes.len() < width {
                return Err(MissingTile {
                    id,
                    offset: width as u64 - 1,
                });
            }
            hashes.truncate(width);
            edge.level_mut(usize::from(id.level)).extend(hashes);
        }
        Ok(edge)
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let leaves = self.size;
        let (mut level, mut hash) = (0, leaf);
        loop {
            self.touched = self.touched.max(level + 1);
            let hashes = self.level_mut(level);
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let tile = std::mem::take(hashes);
            hash = root_of(&tile);
            let number = u8::try_from(level).unwrap_or(u8::MAX);
            self.full.push(changed(number, leaves, &tile));
            level += 1;
        }
        self.size += 1;
    }

    /// The tiles that are new or have grown since this was last asked.
    pub fn take_changed(&mut self) -> Vec<ChangedTile> {
        let mut tiles = std::mem::take(&mut self.full);
        let touched = std::mem::take(&mut self.touched);
        for (level, hashes) in (0u8..).zip(self.levels.iter().take(touched)) {
            if !hashes.is_empty() {
                tiles.push(changed(level, self.size - 1, hashes));
            }
        }
        tiles
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root = None;
        for hashes in &self.levels {
            // What is left over from the levels below is the last, smaller subtree of this one.
            let mut row = hashes.clone();
            row.extend(root);
            if !row.is_empty() {
                root = Some(root_of(&row));
            }
        }
        root.unwrap_or_else(Hash::of_nothing)
    }

    fn level_mut(&mut self, level: usize) -> &mut Vec<Hash> {
        while self.levels.len() <= level {
            self.levels
                .push(Vec::with_capacity(usize::from(TILE_WIDTH)));
        }
        &mut self.levels[level]
    }
}

/// The tile of `level` that covers `leaf`.
fn changed(level: u8, leaf: u64, hashes: &[Hash]) -> ChangedTile {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_SIZE);
    for hash in hashes {
        bytes.extend_from_slice(&hash.0);
    }
    let shift = 8 * (u32::from(level) + 1);
    let index = leaf.checked_shr(shift).unwrap_or(0);
    ChangedTile {
        id: TileId { level, index },
        bytes,
    }
}

/// Whether `tiles` yield `root` at `size`: reads only the edge's tiles.
///
/// # Errors
/// [`MissingTile`] when a tile is missing or too short.
pub fn yields_root(size: u64, tiles: &Tiles, root: Hash) -> Result<bool, MissingTile> {
    Ok(Edge::resume(size, tiles)?.root() == root)
}

/// The root of the first `size` leaves, from any reader.
///
/// # Errors
/// [`MissingTile`] when a tile is missing or too short.
pub fn root_at(size: u64, reader: &impl HashReader) -> Result<Hash, MissingTile> {
    if size == 0 {
        return Ok(Hash::of_nothing());
    }
    crate::proof::range_hash(0, size, reader)
}
