//! The tree: the checkpoint's signature, and every tile against the level above it, up to the root.

use std::collections::BTreeSet;

use linli_translog::hash::root_of;
use linli_translog::tile::{TILE_WIDTH, hashes_in};
use linli_translog::{Edge, Hash, TileId, Tiles};
use sea_orm::{ConnectionTrait, Statement};

use super::{Findings, Place};
use crate::db::fault;
use crate::shared::Shared;
use crate::sql::{Sql, int, uint};

/// What is known of the tree.
pub(super) struct Tree {
    /// The size that the signed checkpoint, or failing that the store, gives.
    pub(super) size: u64,
    /// Tiles above the leaves, and the partial tile of the leaves.
    upper: Tiles,
    /// The root of the signed checkpoint, where there is one.
    root: Option<Hash>,
    /// Whether the right edge leads to the signed root.
    edge_sound: bool,
    /// Tiles found damaged.
    damaged: BTreeSet<TileId>,
}

/// Checks the checkpoint and every tile above the leaves.
pub(super) async fn check(
    shared: &Shared,
    db: &impl ConnectionTrait,
    findings: &mut Findings,
) -> Tree {
    let (size, root) = match shared.checkpoint(db).await {
        Ok((checkpoint, _)) => (checkpoint.size, Some(checkpoint.root)),
        Err(why) => {
            findings.add(Place::Checkpoint, why.to_string());
            (counted(shared, db, findings).await, None)
        }
    };
    let mut tree = Tree {
        size,
        upper: Tiles::default(),
        root,
        edge_sound: false,
        damaged: BTreeSet::new(),
    };
    tree.load_upper(shared, db, findings).await;
    tree.check_edge(findings);
    tree.check_upper(findings);
    tree
}

/// How many entries there are, when no checkpoint says how many there should be. Counted, because
/// the largest place may itself be damaged, and the walk would not end.
async fn counted(shared: &Shared, db: &impl ConnectionTrait, findings: &mut Findings) -> u64 {
    let sql = "SELECT COUNT(*) AS size FROM log_entries";
    let row = db
        .query_one_raw(Statement::from_string(shared.backend(), sql))
        .await;
    match row.and_then(|row| row.map_or(Ok(0), |row| row.try_get("", "size"))) {
        Ok(size) => uint(size),
        Err(why) => {
            findings.unreadable("log_entries", &why);
            0
        }
    }
}

impl Tree {
    async fn load_upper(
        &mut self,
        shared: &Shared,
        db: &impl ConnectionTrait,
        findings: &mut Findings,
    ) {
        let last = self.size / u64::from(TILE_WIDTH);
        let head = "SELECT level, place, hashes FROM log_tiles WHERE level >= 1 OR place >= ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind(int(last));
        let rows = match db.query_all_raw(sql.done()).await {
            Ok(rows) => rows,
            Err(why) => return findings.unreadable("log_tiles", &why),
        };
        for row in rows {
            let read = || {
                let level: i64 = row.try_get("", "level")?;
                let index: i64 = row.try_get("", "place")?;
                let bytes: Vec<u8> = row.try_get("", "hashes")?;
                Ok::<_, sea_orm::DbErr>((level, uint(index), bytes))
            };
            match read() {
                Ok((level, index, bytes)) => {
                    let level = u8::try_from(level).unwrap_or(u8::MAX);
                    let id = TileId { level, index };
                    let width = usize::from(id.width_in(self.size));
                    if bytes.len() != width * 32 {
                        self.damage(id, "has the wrong length", findings);
                    }
                    self.upper.insert(id, bytes);
                }
                Err(why) => findings.unreadable("log_tiles", &why),
            }
        }
    }

    fn check_edge(&mut self, findings: &mut Findings) {
        let edge = Edge::resume(self.size, &self.upper);
        self.edge_sound = edge.is_ok_and(|edge| Some(edge.root()) == self.root);
        if !self.edge_sound && self.root.is_some() {
            let what = "the tree's right edge does not lead to the signed root: one of its \
                        tiles, or the checkpoint, is not what it was";
            findings.add(Place::Checkpoint, what);
        }
    }

    /// Every full tile above the leaves against its own parent.
    fn check_upper(&mut self, findings: &mut Findings) {
        let mut level = 1;
        loop {
            let full = self
                .size
                .checked_shr(8 * (u32::from(level) + 1))
                .unwrap_or(0);
            if full == 0 {
                return;
            }
            for index in 0..full {
                let id = TileId { level, index };
                let root = self.upper.get(id).map(|bytes| root_of(&hashes_in(bytes)));
                if root.is_none() || root != self.parent(id) {
                    self.damage(id, "does not fit the level above", findings);
                }
            }
            level += 1;
        }
    }

    /// What the tile above says the root of the full tile `id` is.
    fn parent(&self, id: TileId) -> Option<Hash> {
        let above = TileId {
            level: id.level + 1,
            index: id.index / u64::from(TILE_WIDTH),
        };
        let place = usize::try_from(id.index % u64::from(TILE_WIDTH)).ok()?;
        hashes_in(self.upper.get(above)?).get(place).copied()
    }

    /// Judges a tile of leaves: which of its entries are not what they were. `leaves` are those of
    /// the entries as stored, `None` where one is missing; `stored` is the tile.
    pub(super) fn judge(
        &mut self,
        index: u64,
        leaves: &[Option<Hash>],
        stored: Option<&[u8]>,
        findings: &mut Findings,
    ) -> Vec<bool> {
        let id = TileId { level: 0, index };
        let hashes = stored.map(hashes_in).unwrap_or_default();
        let full = leaves.len() == usize::from(TILE_WIDTH);
        let sound = hashes.len() == leaves.len()
            && if full {
                self.parent(id) == Some(root_of(&hashes)) && self.trusts_parent(id)
            } else {
                self.edge_sound
            };
        let same = |place: usize, leaf: &Option<Hash>| *leaf == hashes.get(place).copied();
        if sound {
            return leaves
                .iter()
                .enumerate()
                .map(|(place, leaf)| !same(place, leaf))
                .collect();
        }
        self.damage(id, "does not fit the level above", findings);
        // The entries may still be what they were: then their own leaves fit where the tile's do
        // not.
        if self.entries_fit(id, leaves, full) {
            return vec![false; leaves.len()];
        }
        leaves
            .iter()
            .enumerate()
            .map(|(place, leaf)| leaf.is_none() || !same(place, leaf))
            .collect()
    }

    fn trusts_parent(&self, id: TileId) -> bool {
        let above = TileId {
            level: id.level + 1,
            index: id.index / u64::from(TILE_WIDTH),
        };
        !self.damaged.contains(&above) && (self.edge_sound || self.root.is_none())
    }

    fn entries_fit(&self, id: TileId, leaves: &[Option<Hash>], full: bool) -> bool {
        let Some(leaves) = leaves.iter().copied().collect::<Option<Vec<Hash>>>() else {
            return false;
        };
        if full {
            return self.parent(id) == Some(root_of(&leaves));
        }
        let mut tiles = Tiles::default();
        for (other, bytes) in self.upper.iter().filter(|(other, _)| *other != id) {
            tiles.insert(other, bytes.to_vec());
        }
        tiles.insert(id, leaves.iter().flat_map(|leaf| leaf.0).collect());
        let edge = Edge::resume(self.size, &tiles);
        self.root.is_some() && edge.is_ok_and(|edge| Some(edge.root()) == self.root)
    }

    fn damage(&mut self, id: TileId, what: &str, findings: &mut Findings) {
        if self.damaged.insert(id) {
            let TileId { level, index } = id;
            findings.add(Place::Tile { level, index }, what);
        }
    }
}

/// The tiles of leaves from `from` to before `to`.
pub(super) async fn leaves(
    shared: &Shared,
    db: &impl ConnectionTrait,
    from: u64,
    to: u64,
) -> Result<Tiles, linli_kernel::Fault> {
    let head = "SELECT place, hashes FROM log_tiles WHERE level = 0 AND place >= ";
    let mut sql = Sql::new(shared.backend(), head);
    sql.bind(int(from)).push(" AND place < ").bind(int(to));
    let mut tiles = Tiles::default();
    for row in db.query_all_raw(sql.done()).await.map_err(fault)? {
        let index: i64 = row.try_get("", "place").map_err(fault)?;
        let bytes: Vec<u8> = row.try_get("", "hashes").map_err(fault)?;
        let index = uint(index);
        tiles.insert(TileId { level: 0, index }, bytes);
    }
    Ok(tiles)
}
