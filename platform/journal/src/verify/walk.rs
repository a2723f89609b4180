//! Walking the entries: bytes against leaf, place, chain, sealed parts, commands; and folding them
//! into the scratch registers on the way.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use linli_kernel::{CommandId, Fault};
use linli_translog::{Hash, TileId, leaf_hash};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio::task::JoinHandle;

use super::registers::Scratch;
use super::tiles::{self, Tree};
use super::{Findings, command_name, key_of, small, stream_name};
use crate::chain::Chains;
use crate::db::fault;
use crate::foreign::Others;
use crate::journal::kinds;
use crate::read::{self, Raw, Read};
use crate::rebuild::{Progress, Watcher};
use crate::shared::Shared;

/// Entries of one step: sixteen tiles of leaves.
const STEP: u64 = 16 * 256;

/// How many unreadable places are looked into one by one before whole ranges are given up.
const PATIENCE: usize = 64;

/// What the walk gathered for the checks after it.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) size: u64,
    /// Subjects whose destruction an entry records, and where.
    pub(super) destroyed: BTreeMap<String, u64>,
    /// How many commands the entries name.
    pub(super) commands: u64,
    chains: Chains,
    last_command: Option<CommandId>,
}

/// What could be read of a step.
struct Step {
    from: u64,
    to: u64,
    read: Vec<Read>,
    unreadable: Vec<(u64, u64, String)>,
}

pub(super) async fn walk(
    shared: &Arc<Shared>,
    db: &impl ConnectionTrait,
    tree: &mut Tree,
    mut scratch: Option<&mut Scratch<'_>>,
    watch: Watcher<'_>,
    findings: &mut Findings,
) -> Result<Walked, Fault> {
    let mut walked = Walked {
        size: tree.size,
        ..Walked::default()
    };
    let mut ahead: Option<JoinHandle<Result<Step, Fault>>> = None;
    let mut others = Others::begin(shared, db).await?;
    let mut from = 0;
    while from < tree.size {
        let to = (from + STEP).min(tree.size);
        let step = if shared.reads_apart() {
            let current = ahead.take().unwrap_or_else(|| fetch(shared, from, to));
            if to < tree.size {
                ahead = Some(fetch(shared, to, (to + STEP).min(tree.size)));
            }
            let joined = current.await;
            joined.map_err(|why| Fault::Store(format!("a task failed: {why}")))??
        } else {
            let raws = tolerant(&shared.db.write, from, to).await;
            understand(shared, from, to, raws).await?
        };
        let damaged = walked.check(shared, db, &step, tree, findings).await;
        let mut own = step.read.into_iter().peekable();
        while let Some(page) = others.next(shared, db, &mut own, Some(to)).await? {
            walked.check_chains(shared, &page, &damaged, findings);
            if let Some(scratch) = scratch.as_mut() {
                scratch.fold(db, page).await?;
            }
        }
        watch(Progress {
            step: "entries",
            done: to,
            of: tree.size,
        });
        from = to;
    }
    let mut none = Vec::new().into_iter().peekable();
    while let Some(page) = others.next(shared, db, &mut none, None).await? {
        walked.check_chains(shared, &page, &HashSet::new(), findings);
        if let Some(scratch) = scratch.as_mut() {
            scratch.fold(db, page).await?;
        }
    }
    findings.entries = tree.size;
    findings.commands = walked.commands;
    Ok(walked)
}

fn fetch(shared: &Arc<Shared>, from: u64, to: u64) -> JoinHandle<Result<Step, Fault>> {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let raws = tolerant(&shared.db.read, from, to).await;
        understand(&shared, from, to, raws).await
    })
}

async fn understand(
    shared: &Arc<Shared>,
    from: u64,
    to: u64,
    raws: (Vec<Raw>, Vec<(u64, u64, String)>),
) -> Result<Step, Fault> {
    let (raws, unreadable) = raws;
    Ok(Step {
        from,
        to,
        read: read::sound(shared, raws).await?,
        unreadable,
    })
}

/// Reads what can be read: a range that fails is halved until the entries that cannot be read are
/// known.
async fn tolerant(
    db: &DatabaseConnection,
    from: u64,
    to: u64,
) -> (Vec<Raw>, Vec<(u64, u64, String)>) {
    let (mut raws, mut unreadable) = (Vec::new(), Vec::new());
    let mut ranges = vec![(from, to)];
    while let Some((from, to)) = ranges.pop() {
        let read: Result<Vec<Raw>, DbErr> = read::by_seq(db, from, to).await;
        match read {
            Ok(some) => raws.extend(some),
            Err(why) if to - from == 1 || unreadable.len() >= PATIENCE => {
                unreadable.push((from, to, why.to_string()));
            }
            Err(_) => {
                let middle = from + (to - from) / 2;
                ranges.push((middle, to));
                ranges.push((from, middle));
            }
        }
    }
    (raws, unreadable)
}

impl Walked {
    async fn check(
        &mut self,
        shared: &Shared,
        db: &impl ConnectionTrait,
        step: &Step,
        tree: &mut Tree,
        findings: &mut Findings,
    ) -> HashSet<u64> {
        for (from, to, why) in &step.unreadable {
            let what = format!("cannot be read: {why}");
            if to - from == 1 {
                findings.entry(*from, None, what);
            } else {
                findings.unreadable(&format!("entries {from} to {}", to - 1), &why);
            }
        }
        let damaged = self.check_leaves(shared, db, step, tree, findings).await;
        for read in &step.read {
            self.check_entry(shared, read, damaged.contains(&read.raw.seq), findings);
        }
        small::commands(shared, db, &step.read, findings).await;
        damaged
    }

    /// Every entry, of this log or another, against the one before it in its stream.
    fn check_chains(
        &mut self,
        shared: &Shared,
        page: &[Read],
        damaged: &HashSet<u64>,
        findings: &mut Findings,
    ) {
        let me = shared.identity().map_or("", |identity| &identity.log);
        for read in page {
            let raw = &read.raw;
            let own = read.log.is_empty() || read.log == me;
            match &read.entry {
                Ok(entry) if !(own && damaged.contains(&raw.seq)) => {
                    if let Some(what) = self.chains.follow(entry, read.prev.as_deref()) {
                        findings.entry(raw.seq, Some(&raw.stream), what);
                    }
                }
                _ => self.chains.broken(&raw.stream, raw.version),
            }
        }
    }

    /// Every entry's bytes against its leaf. Returns the entries that are not what they were.
    async fn check_leaves(
        &self,
        shared: &Shared,
        db: &impl ConnectionTrait,
        step: &Step,
        tree: &mut Tree,
        findings: &mut Findings,
    ) -> HashSet<u64> {
        let (first, last) = (step.from / 256, step.to.div_ceil(256));
        let stored = match tiles::leaves(shared, db, first, last).await {
            Ok(stored) => stored,
            Err(why) => {
                findings.unreadable("log_tiles", &why);
                return HashSet::new();
            }
        };
        let known: HashSet<u64> = (step.unreadable.iter())
            .flat_map(|(from, to, _)| *from..*to)
            .collect();
        let mut found = step
            .read
            .iter()
            .map(|read| (read.raw.seq, leaf_hash(&read.digest)))
            .peekable();
        let mut damaged = HashSet::new();
        for index in first..last {
            let (from, to) = (index * 256, (index * 256 + 256).min(step.to));
            let leaves: Vec<Option<Hash>> = (from..to)
                .map(|seq| found.next_if(|(at, _)| *at == seq).map(|(_, leaf)| leaf))
                .collect();
            let bytes = stored.get(TileId { level: 0, index });
            let bad = tree.judge(index, &leaves, bytes, findings);
            for ((seq, leaf), _) in (from..to).zip(&leaves).zip(&bad).filter(|(_, bad)| **bad) {
                damaged.insert(seq);
                if leaf.is_none() && !known.contains(&seq) {
                    findings.entry(seq, None, "is missing");
                }
            }
        }
        damaged
    }

    fn check_entry(
        &mut self,
        shared: &Shared,
        read: &Read,
        damaged: bool,
        findings: &mut Findings,
    ) {
        let raw = &read.raw;
        let mut fail = |what: String| findings.entry(raw.seq, Some(&raw.stream), what);
        if damaged {
            fail("its bytes are not those that were recorded".to_owned());
            return;
        }
        let entry = match &read.entry {
            Ok(entry) => entry,
            Err(why) => {
                fail(format!("is no entry this program can read: {why}"));
                return;
            }
        };
        let log = shared.identity().map(|identity| identity.log.as_str());
        if log.is_ok_and(|log| log != read.log) {
            fail(format!("belongs to another log, {}", read.log));
        }
        if entry.seq != raw.seq {
            fail(format!("says that it is entry {}", entry.seq));
        }
        if stream_name(&entry.stream) != raw.stream || entry.version != raw.version {
            fail(format!(
                "is filed as version {} of its stream, but says that it is version {} of {}",
                raw.version, entry.version, entry.stream
            ));
        }
        self.check_sealed(shared, read, findings);
        if entry.kind == kinds::KEYS_DESTROYED
            && let Some(subject) = entry.open["subject"].as_str()
        {
            self.destroyed.insert(subject.to_owned(), raw.seq);
        }
        if self.last_command != Some(entry.command) {
            self.last_command = Some(entry.command);
            self.commands += 1;
        }
    }

    fn check_sealed(&self, shared: &Shared, read: &Read, findings: &mut Findings) {
        let (raw, Ok(entry)) = (&read.raw, &read.entry) else {
            return;
        };
        for subject in &read.ill {
            let what = format!("the part sealed for subject {subject} does not open");
            findings.entry(raw.seq, Some(&raw.stream), what);
        }
        let lacking = entry.sealed.iter().filter(|part| part.plain.is_none());
        for part in lacking.filter(|part| !read.ill.contains(&part.subject)) {
            if shared.keys.is_destroyed(part.subject) {
                findings.erased += 1;
            } else {
                let what = format!("is missing or damaged, yet entry {} needs it", raw.seq);
                findings.add(key_of(part.subject), what);
            }
        }
    }
}

/// The commands of a step's entries: the first entry of each, and how many there are.
pub(super) fn runs(read: &[Read]) -> Vec<(CommandId, u64, u64)> {
    let mut runs: Vec<(CommandId, u64, u64)> = Vec::new();
    for entry in read.iter().filter_map(|read| read.entry.as_ref().ok()) {
        match runs.last_mut() {
            Some((command, _, last)) if *command == entry.command => *last = entry.seq,
            _ => runs.push((entry.command, entry.seq, entry.seq)),
        }
    }
    runs
}

pub(super) fn missing_command(command: CommandId, findings: &mut Findings) {
    findings.add(command_name(command), "is missing, yet entries name it");
}

/// Whether there are rows that no checkpoint covers.
pub(super) async fn beyond(
    shared: &Shared,
    db: &impl ConnectionTrait,
    size: u64,
    findings: &mut Findings,
) {
    let head = "SELECT COUNT(*) AS n FROM log_entries WHERE seq < 0 OR seq >= ";
    let mut sql = crate::sql::Sql::new(shared.backend(), head);
    sql.bind(crate::sql::int(size));
    let row = db.query_one_raw(sql.done()).await;
    match row.and_then(|row| row.map_or(Ok(0), |row| row.try_get("", "n"))) {
        Ok(0) => {}
        Ok(n) => {
            let n: i64 = n;
            findings.row(
                "log_entries",
                "beyond the checkpoint",
                format!("{n} rows too many"),
            );
        }
        Err(why) => findings.unreadable("log_entries", &fault(why)),
    }
}
