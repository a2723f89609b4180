//! A simulated disk: the entries of each log as far as they are durable.

use std::collections::BTreeMap;
use std::sync::Arc;

use linli_translog::Hash;
use linli_translog::{HashReader, MissingTile, TileId, leaf_hash, node_hash};

use crate::core::{BATCH, Digest, Entry, Frontier, Head, LogId, Record};

/// What a disk holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    pub(super) logs: BTreeMap<LogId, DiskLog>,
    /// Entries of stopped logs kept beside them.
    pub(super) branches: BTreeMap<(LogId, u64, Digest), Arc<Entry>>,
    /// A planted fault: what lies before this place of the own log was thrown away.
    pub(super) deleted: u64,
}

/// One log.
#[derive(Debug, Clone, Default)]
pub(super) struct DiskLog {
    /// From the beginning, without gaps.
    pub(super) dense: Vec<Arc<Entry>>,
    /// Beyond that, or of a log that is only followed.
    pub(super) sparse: BTreeMap<u64, Arc<Entry>>,
    /// Roots at sizes where a commit ended.
    roots: BTreeMap<u64, Digest>,
    /// Signed stretches, by where they begin.
    heads: BTreeMap<u64, Head>,
    /// The tree at some sizes, at least [`STEP`] entries apart.
    steps: BTreeMap<u64, Frontier>,
}

/// Between two remembered trees.
const STEP: u64 = 256;

impl Disk {
    /// Makes a record durable; `tree` is the log's to which it adds, after it.
    pub(super) fn store(&mut self, me: LogId, record: &Record, tree: Option<&Frontier>) {
        match record {
            Record::Own(entries) => {
                let log = self.logs.entry(me).or_default();
                log.dense.extend(entries.iter().cloned());
                if let Some(tree) = tree {
                    log.remember(tree);
                    log.roots.insert(tree.size(), tree.root());
                }
            }
            Record::Fed { head, entries } => {
                let log = self.logs.entry(head.log).or_default();
                log.dense.extend(entries.iter().cloned());
                if let Some(tree) = tree {
                    log.remember(tree);
                }
                log.heads.insert(head.from, head.clone());
                log.roots.insert(head.size, head.root);
            }
            Record::Sparse { log, entries, .. } => {
                self.logs.entry(*log).or_default();
                for entry in entries {
                    let log = self.logs.entry(entry.log).or_default();
                    if usize::try_from(entry.seq).is_ok_and(|seq| seq >= log.dense.len()) {
                        log.sparse.insert(entry.seq, Arc::clone(entry));
                    }
                }
            }
            Record::Branch { entries, .. } => {
                for entry in entries {
                    let name = (entry.log, entry.seq, entry.digest);
                    self.branches.insert(name, Arc::clone(entry));
                }
            }
            _ => {}
        }
    }

    /// A stretch of the own log.
    pub(super) fn own_stretch(&self, me: LogId, from: u64) -> (Head, Vec<Arc<Entry>>) {
        let empty = DiskLog::default();
        let log = self.logs.get(&me).unwrap_or(&empty);
        let last = log.roots.range(from + 1..=from + BATCH).next_back();
        let size = last.map_or(from, |(size, _)| *size);
        let size = if size == from {
            (from + BATCH).min(log.dense.len() as u64)
        } else {
            size
        };
        let entries = if from < self.deleted {
            Vec::new()
        } else {
            log.slice(from, size)
        };
        let head = Head {
            log: me,
            from,
            base: log.root_at(from),
            size,
            root: log.root_at(size),
            signature: [0; 64],
        };
        (head, entries)
    }

    /// A stretch of another log as it was signed, which holds the entry at `from`. The last that begins
    /// there or before may be too short: what a neighbour gave back has ends of its own.
    pub(super) fn signed_stretch(&self, log: LogId, from: u64) -> Option<(Head, Vec<Arc<Entry>>)> {
        let log = self.logs.get(&log)?;
        let mut heads = log.heads.range(..=from).rev();
        let (_, head) = heads.find(|(_, head)| head.size > from)?;
        Some((head.clone(), log.slice(head.from, head.size)))
    }

    /// At most [`BATCH`] entries that are here of a log from `from` to before `to`, of those that
    /// `follows` says yes to, and where reading ended.
    pub(super) fn followed(
        &self,
        log: LogId,
        (from, to): (u64, u64),
        follows: impl Fn(&Entry) -> bool,
    ) -> (Vec<Arc<Entry>>, u64) {
        const MOST_SEEN: usize = 4_096;
        let Some(log) = self.logs.get(&log) else {
            return (Vec::new(), to);
        };
        let mut found = Vec::new();
        let sparse = {
            let first = from.max(log.dense.len() as u64);
            log.sparse.range(first..to.max(first))
        };
        let sparse = sparse.map(|(_, entry)| entry);
        for (seen, entry) in log.part(from, to).iter().chain(sparse).enumerate() {
            if found.len() as u64 >= BATCH || seen >= MOST_SEEN {
                return (found, entry.seq);
            }
            if entry.seq >= from && follows(entry) {
                found.push(Arc::clone(entry));
            }
        }
        (found, to)
    }

    /// The entry in this place.
    pub(super) fn entry(&self, log: LogId, seq: u64) -> Option<&Arc<Entry>> {
        let log = self.logs.get(&log)?;
        let place = usize::try_from(seq).ok()?;
        log.dense.get(place).or_else(|| log.sparse.get(&seq))
    }

    /// How much of a log is here without gaps.
    pub(super) fn whole(&self, log: LogId) -> u64 {
        self.logs.get(&log).map_or(0, |log| log.dense.len() as u64)
    }

    /// The root at an earlier size; where it is not what was `said`, with the proof that the log as it
    /// is begins with it.
    pub(super) fn prove(&self, log: LogId, size: u64, said: Digest) -> (Digest, Vec<Hash>) {
        let empty = DiskLog::default();
        let log = self.logs.get(&log).unwrap_or(&empty);
        let root = log.root_at(size);
        if root == said {
            return (root, Vec::new());
        }
        let proof = linli_translog::proof::consistency(size, log.dense.len() as u64, log);
        (root, proof.unwrap_or_default())
    }
}

impl DiskLog {
    fn slice(&self, from: u64, to: u64) -> Vec<Arc<Entry>> {
        self.part(from, to).to_vec()
    }

    fn part(&self, from: u64, to: u64) -> &[Arc<Entry>] {
        let place = |n: u64| {
            usize::try_from(n)
                .unwrap_or(usize::MAX)
                .min(self.dense.len())
        };
        self.dense.get(place(from)..place(to)).unwrap_or_default()
    }

    fn root_at(&self, size: u64) -> Digest {
        if let Some(root) = self.roots.get(&size) {
            return *root;
        }
        let step = self.steps.range(..=size).next_back();
        let mut tree = step.map(|(_, tree)| tree.clone()).unwrap_or_default();
        for entry in self.part(tree.size(), size) {
            tree.push(&entry.digest);
        }
        tree.root()
    }

    /// Remembers the tree as the log grows.
    fn remember(&mut self, tree: &Frontier) {
        let last = self.steps.keys().next_back().copied().unwrap_or(0);
        if tree.size() == self.dense.len() as u64 && tree.size() >= last + STEP {
            self.steps.insert(tree.size(), tree.clone());
        }
    }

    /// A crash took the entries from `size` on: a planted fault had shown them too early.
    pub(super) fn cut(&mut self, size: u64) {
        self.dense
            .truncate(usize::try_from(size).unwrap_or(usize::MAX));
        self.roots.retain(|at, _| *at <= size);
        self.steps.retain(|at, _| *at <= size);
    }
}

impl HashReader for DiskLog {
    fn hash(&self, level: u8, index: u64) -> Result<Hash, MissingTile> {
        let missing = || MissingTile {
            id: TileId { level, index },
            offset: 0,
        };
        if level == 0 {
            let place = usize::try_from(index).ok();
            let entry = place.and_then(|place| self.dense.get(place));
            return entry
                .map(|entry| leaf_hash(&entry.digest))
                .ok_or_else(missing);
        }
        let left = self.hash(level - 1, index * 2)?;
        Ok(node_hash(left, self.hash(level - 1, index * 2 + 1)?))
    }
}
