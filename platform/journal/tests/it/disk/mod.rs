//! A disk that fails: power cuts, torn writes, no room, errors of every operation.
//!
//! A child works under a shim (`shim.c`, built here with the machine's C compiler) that stands between
//! SQLite and the C library. Nothing acknowledged may be lost, and no store may be left that does not
//! open. How many points are tried is said by `LINLI_POWER_CUTS`, `LINLI_DISK_FULLS` and
//! `LINLI_DISK_ERRORS`; `make torture-disk` says thousands.

mod trace;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use linli_journal::{Appended, Config, Depth, Journal, verify_store};
use linli_kernel::SystemClock;
use std::sync::Arc;

use crate::site::{Note, Notes, Site};
use trace::{Disk, Leaves, Op};

/// Names the folder in which the child works.
const CHILD: &str = "LINLI_DISK_CHILD";

/// The shim, built once; `None` where there is no C compiler.
fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/disk/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let built = folder.join(format!("disk-shim-{}.so", std::process::id()));
        let done = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .arg(&built)
            .arg(&source)
            .args(["-ldl", "-lpthread"])
            .status();
        match done {
            Ok(status) => {
                assert!(status.success(), "the shim does not compile");
                Some(built)
            }
            Err(why) => {
                eprintln!("skipped: no C compiler: {why}");
                None
            }
        }
    })
    .as_deref()
}

fn wanted(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// What the child does; without its folder, nothing. It ends well even where the disk does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let acks = std::env::var_os("LINLI_DISK_ACKS").unwrap();
    let mut options = std::fs::OpenOptions::new();
    let mut acks = options.create(true).append(true).open(acks).unwrap();
    let rounds = wanted("LINLI_DISK_ROUNDS", 6);
    let mut site = Site::sqlite();
    site.config = Config::sqlite(folder);
    let opened = Journal::open(
        site.config.clone(),
        Arc::new(SystemClock),
        Arc::new(Notes::default()),
    )
    .await;
    let Ok(journal) = opened else { return };
    for round in 0..rounds {
        let mut tasks = Vec::new();
        for n in 0..4 {
            let name = format!("r{round}n{n}");
            let mut note = Note::new(&journal, &site.clock, &name, 0, &name);
            if n % 2 == 0 {
                let subject = linli_kernel::ResidentId::new(&SystemClock);
                note = note.about(subject, "王桂英");
            }
            let journal = journal.clone();
            tasks.push(tokio::spawn(async move {
                let done = journal.append(note.with_words(&[&name])).await;
                (name, done)
            }));
        }
        for task in tasks {
            if let (name, Ok(Appended::Done { first_seq, .. })) = task.await.unwrap() {
                // In one write: the trace has it whole or not at all.
                let line = format!("{first_seq} {name}\n");
                acks.write_all(line.as_bytes()).unwrap();
            }
        }
    }
    journal.close().await;
}

/// A place for one child: its node, its trace and what it says.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        // In memory where there is such a place: nothing is really synced here.
        let memory = Path::new("/dev/shm");
        Self(if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn node(&self) -> PathBuf {
        self.path("node")
    }

    /// Runs the child under the shim.
    fn run(&self, shim: &Path, rounds: usize, more: &[(&str, &str)]) {
        let node = self.node();
        std::fs::create_dir_all(&node).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["disk::child", "--exact", "--nocapture"])
            .env(CHILD, &node)
            .env("LINLI_DISK_ROUNDS", rounds.to_string())
            .env("LINLI_DISK_ROOT", &node)
            .env("LINLI_DISK_ACKS", self.path("acks"))
            .env("LD_PRELOAD", shim)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for (name, value) in more {
            child.env(name, value);
        }
        let ended = child.status().unwrap();
        assert!(ended.success(), "{more:?}: {ended}");
    }

    fn acknowledged(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("acks")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// What is wrong with the store in `folder`, seen from what was acknowledged.
async fn wrong(folder: &Path, acknowledged: &[String], verify: bool) -> Option<String> {
    let config = Config::sqlite(folder);
    let open = Journal::open(
        config.clone(),
        Arc::new(SystemClock),
        Arc::new(Notes::default()),
    );
    let journal = match open.await {
        Ok(journal) => journal,
        Err(why) => return Some(format!("does not open: {why}")),
    };
    let entries = journal.entries(0, 100_000).await;
    journal.close().await;
    let entries = match entries {
        Ok(entries) => entries,
        Err(why) => return Some(format!("does not read: {why}")),
    };
    for line in acknowledged {
        let (seq, name) = line.split_once(' ').unwrap();
        let at: usize = seq.parse().unwrap();
        let there = entries
            .get(at)
            .and_then(|entry| entry.open["word"].as_str());
        if there != Some(name) {
            return Some(format!("{line} is lost: there is {there:?}"));
        }
    }
    if verify {
        let registers = Arc::new(Notes::default());
        let clock = Arc::new(SystemClock);
        let found = verify_store(config, clock, registers, Depth::default(), |_| {}).await;
        match found {
            Ok(found) if found.is_sound() => {}
            Ok(found) => return Some(format!("damaged: {:?}", found.damages)),
            Err(why) => return Some(format!("does not verify: {why}")),
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let Some(shim) = shim() else { return };
    let cuts = wanted("LINLI_POWER_CUTS", 240);
    let place = Place::new();
    let trace = place.path("trace");
    // Three cuts at each operation; a round of appends makes about thirty.
    let rounds = (cuts / 90).max(4);
    place.run(
        shim,
        rounds,
        &[("LINLI_DISK_TRACE", trace.to_str().unwrap())],
    );
    let ops = trace::read(&trace);
    let counted = ops
        .iter()
        .filter(|op| !matches!(op, Op::Acknowledged(_)))
        .count();
    // No multiple of three, so that each kind of cut comes at some operation.
    let stride = (counted * 3 / cuts).max(1);
    let stride = stride - usize::from(stride.is_multiple_of(3));
    let mut disk = Disk::new(&place.node());
    // Many cuts leave the same: what was looked at once is not opened again.
    let mut seen = HashSet::new();
    let (mut points, mut bad) = (0, Vec::new());
    for (number, op) in ops.iter().enumerate() {
        disk.run(op);
        let some = Leaves::Some(number as u64);
        for (kind, leaves) in [Leaves::Nothing, Leaves::Everything, some]
            .into_iter()
            .enumerate()
        {
            if (number * 3 + kind) % stride != 0 {
                continue;
            }
            points += 1;
            let left = disk.cut(leaves);
            if !seen.insert(hash(&(&left, disk.acknowledged.len()))) {
                continue;
            }
            let after = tempfile::tempdir_in(place.0.path()).unwrap();
            left.write(after.path());
            let verify = seen.len() % 16 == 0;
            if let Some(why) = wrong(after.path(), &disk.acknowledged, verify).await {
                bad.push(format!("after operation {number} ({leaves:?}): {why}"));
            }
        }
    }
    let (acknowledged, distinct) = (disk.acknowledged.len(), seen.len());
    eprintln!(
        "{points} power cuts in {} operations, {distinct} different disks, {acknowledged} acknowledged",
        ops.len()
    );
    assert!(
        acknowledged >= rounds * 4 && points * 4 >= cuts * 3,
        "{points} tried"
    );
    assert!(
        bad.is_empty(),
        "{} bad:\n{}",
        bad.len(),
        bad[..bad.len().min(20)].join("\n")
    );
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Runs the child with a disk that fails from operation to operation, and looks at what is left.
async fn fails_everywhere(shim: &Path, how: &str, points: usize) {
    let count = {
        let place = Place::new();
        let (never, to) = (format!("{how}:1000000000:1"), place.path("count"));
        let more = [
            ("LINLI_DISK_FAIL", never.as_str()),
            ("LINLI_DISK_COUNT", to.to_str().unwrap()),
        ];
        place.run(shim, 3, &more);
        let text = std::fs::read_to_string(&to).unwrap();
        text.trim().parse::<usize>().unwrap()
    };
    assert!(count > 50, "{count} operations");
    let (mut tried, mut bad, mut kept) = (0, Vec::new(), 0);
    for point in 0..points {
        // All over the operations: for ever, or for a while after which there is room again.
        let (at, lasts) = if points < count {
            (1 + point * count / points, [0, 1, 7][point % 3])
        } else {
            (1 + point % count, [0, 1, 7][point / count % 3])
        };
        let place = Place::new();
        let fail = format!("{how}:{at}:{lasts}");
        place.run(shim, 3, &[("LINLI_DISK_FAIL", &fail)]);
        let acknowledged = place.acknowledged();
        kept += acknowledged.len();
        if let Some(why) = wrong(&place.node(), &acknowledged, tried % 16 == 0).await {
            bad.push(format!("{fail}: {why}"));
        }
        tried += 1;
    }
    eprintln!("{tried} × {how} at {count} operations, {kept} acknowledged");
    assert!(kept > 0);
    assert!(
        bad.is_empty(),
        "{} bad:\n{}",
        bad.len(),
        bad[..bad.len().min(20)].join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_acknowledged_wherever_it_fills() {
    let Some(shim) = shim() else { return };
    fails_everywhere(shim, "enospc", wanted("LINLI_DISK_FULLS", 24)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_any_operation_loses_nothing_acknowledged() {
    let Some(shim) = shim() else { return };
    fails_everywhere(shim, "eio", wanted("LINLI_DISK_ERRORS", 24)).await;
}
