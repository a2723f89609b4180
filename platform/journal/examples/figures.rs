//! Measures the journal on this machine: bulk filling, appends under load, start, rebuild, verify,
//! backup.
//!
//! `cargo run --release -p linli-journal --example figures -- [ENTRIES] [FOLDER]`

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use linli_journal::sea_orm::sea_query::{
    ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement,
};
use linli_journal::{
    Append, Change, Config, Depth, FoldError, Folder, Journal, Kind, NewEntry, Recorded, Registers,
    Secret,
};
use linli_kernel::{Actor, Clock, CommandId, ResidentId, StreamId, SystemClock};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How many submit at once.
const SUBMITTERS: u64 = 32;

const KIND: Kind = Kind::new("cases.moved", 1);

/// A register like that of cases: a wide row a case, a queue row, and a count an area.
struct Cases;

impl Registers for Cases {
    fn tables(&self) -> Vec<TableCreateStatement> {
        let mut cases = Table::create();
        cases.table("cases");
        cases.col(ColumnDef::new("id").text().not_null().primary_key());
        for column in [
            "number",
            "service",
            "area",
            "state",
            "owner",
            "applicant",
            "channel",
        ] {
            cases.col(ColumnDef::new(column).text().not_null());
        }
        for column in ["filed_at", "due_at", "version"] {
            cases.col(ColumnDef::new(column).big_integer().not_null());
        }
        let queue = Table::create()
            .table("queue")
            .col(ColumnDef::new("case_id").text().not_null().primary_key())
            .col(ColumnDef::new("area").text().not_null())
            .col(ColumnDef::new("due_at").big_integer().not_null())
            .to_owned();
        let steps = Table::create()
            .table("steps")
            .col(ColumnDef::new("case_id").text().not_null())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .primary_key(Index::create().col("case_id").col("version"))
            .to_owned();
        vec![cases, queue, steps]
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        let index = |name: &'static str, table: &'static str, columns: [&'static str; 2]| {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            index
        };
        vec![
            index("cases_area", "cases", ["area", "due_at"]),
            index("queue_area", "queue", ["area", "due_at"]),
        ]
    }

    fn folder(&self) -> Box<dyn Folder> {
        Box::new(Self)
    }
}

impl Folder for Cases {
    fn fold(&mut self, entry: &Recorded) -> Result<Vec<Change>, FoldError> {
        let id = entry.stream.key();
        let state = entry.open["state"].as_str().unwrap_or_default();
        let version = i64::try_from(entry.version).unwrap_or(i64::MAX);
        let text = |value: &str| value.to_owned().into();
        let at = entry.at.as_microsecond();
        Ok(vec![
            Change::Upsert {
                table: "cases",
                key: &["id"],
                row: vec![
                    ("id", text(id)),
                    ("number", text("SJ2026-0000001-7")),
                    ("service", text("subsistence-allowance")),
                    ("area", text(entry.area.as_str())),
                    ("state", text(state)),
                    ("owner", text("post/5f0c")),
                    ("applicant", text(id)),
                    ("channel", text("online")),
                    ("filed_at", at.into()),
                    ("due_at", at.into()),
                    ("version", version.into()),
                ],
            },
            Change::Upsert {
                table: "queue",
                key: &["case_id"],
                row: vec![
                    ("case_id", text(id)),
                    ("area", text(entry.area.as_str())),
                    ("due_at", at.into()),
                ],
            },
            Change::Upsert {
                table: "steps",
                key: &["case_id", "version"],
                row: vec![
                    ("case_id", text(id)),
                    ("version", version.into()),
                    ("state", text(state)),
                ],
            },
        ])
    }
}

/// One step of a case; the first one seals what the applicant wrote.
fn step(case: u128, version: u64, sealed: bool) -> Outcome<Append> {
    let id = uuid::Uuid::from_u128(case);
    let stream = StreamId::new("case", id);
    let area = format!(
        "310117/310117{:03}/310117{:03}{:03}",
        case % 17,
        case % 17,
        case % 23
    );
    let secret = Secret {
        subject: ResidentId(id),
        plain: json!({ "name": "王桂英", "phone": "13800138000", "reason": "独居，收入低于标准" }),
    };
    let mut append = Append {
        command: CommandId::new(&SystemClock),
        digest: [7; 32],
        at: SystemClock.now(),
        actor: Actor::system(),
        expected: vec![(stream.clone(), version)],
        entries: vec![NewEntry {
            stream,
            area: area.parse()?,
            kind: KIND,
            open: json!({ "state": "submitted", "service": "subsistence-allowance", "due": "2026-04-13" }),
            sealed: if sealed { vec![secret] } else { Vec::new() },
        }],
        changes: Vec::new(),
        answer: json!({ "case": id }),
        notices: Vec::new(),
    };
    let mut folder = Cases;
    for entry in append.as_recorded() {
        append.changes.extend(folder.fold(&entry)?);
    }
    Ok(append)
}

/// A stretch of work, with the processor time it takes: on a busy machine the truer figure.
struct Watch(Instant, u64);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), processor_millis())
    }

    fn say(&self, what: &str, count: u64) -> io::Result<()> {
        let millis = u64::try_from(self.0.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let rate = count * 1000 / millis;
        let processor = processor_millis().saturating_sub(self.1);
        writeln!(
            io::stdout(),
            "{what:<20} {count:>9} in {millis:>7} ms {rate:>8}/s, {processor:>7} ms of processor"
        )
    }
}

/// The processor time this process has used, where the system tells it (Linux).
fn processor_millis() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    // User and system time, in hundredths of a second.
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * 10
}

async fn open(folder: &std::path::Path) -> Outcome<Journal> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Journal::open(Config::sqlite(folder), clock, Arc::new(Cases)).await?)
}

/// Fills the journal with first steps, sealed, on the bulk path.
async fn fill(journal: &Journal, entries: u64) -> Outcome<()> {
    let watch = Watch::start();
    let mut made = 0;
    while made < entries {
        let some = 4_000.min(entries - made);
        let mut batch = Vec::new();
        for n in made..made + some {
            batch.push(step(u128::from(n), 0, true)?);
        }
        for outcome in journal.append_bulk(batch).await? {
            outcome?;
        }
        made += some;
    }
    watch.say("bulk, sealed", entries)?;
    Ok(())
}

/// Appends under load: each submitter waits for its own answer before the next.
async fn load(journal: &Journal, entries: u64, seconds: u64) -> Outcome<()> {
    let watch = Watch::start();
    let began = Instant::now();
    let done = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for submitter in 0..SUBMITTERS {
        let (journal, done) = (journal.clone(), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            let mut versions: HashMap<u128, u64> = HashMap::new();
            let mut n = submitter;
            while began.elapsed() < Duration::from_secs(seconds) {
                // Steps far apart, as cases of a whole district are; each submitter its own cases.
                n = n
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let cases = (entries / SUBMITTERS).max(1);
                let case = u128::from((n >> 20) % cases * SUBMITTERS + submitter);
                let version = versions.entry(case).or_insert(1);
                let sent = Instant::now();
                let Ok(append) = step(case, *version, *version % 4 == 1) else {
                    break;
                };
                match journal.append(append).await {
                    Ok(_) => *version += 1,
                    Err(error) => return Err(error.to_string()),
                }
                times.push(sent.elapsed());
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    times.sort_unstable();
    watch.say("appends, 32 at once", done.load(Ordering::Relaxed))?;
    let at = |part: usize| {
        times
            .get(times.len() * part / 1000)
            .copied()
            .unwrap_or_default()
    };
    writeln!(
        io::stdout(),
        "   p50 {:?}  p99 {:?}  p99.9 {:?}",
        at(500),
        at(990),
        at(999)
    )?;
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let entries: u64 = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let folder = arguments
        .next()
        .map_or_else(|| PathBuf::from("target/figures"), PathBuf::from);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let journal = open(&folder).await?;
    fill(&journal, entries).await?;
    load(&journal, entries, 20).await?;
    journal.close().await;

    let watch = Watch::start();
    let journal = open(&folder).await?;
    watch.say("start", 1)?;
    let watch = Watch::start();
    let rebuilt = journal.rebuild(|_| {}).await?;
    watch.say("rebuild", rebuilt.entries)?;
    let watch = Watch::start();
    let findings = journal.verify(Depth::default(), |_| {}).await?;
    watch.say("verify", findings.entries)?;
    for damage in &findings.damages {
        writeln!(io::stdout(), "   {damage}")?;
    }
    let watch = Watch::start();
    let backup = journal.backup(&folder.join("backup"), |_| {}).await?;
    watch.say("backup", backup.entries)?;
    let size = std::fs::metadata(folder.join("journal.db"))?.len();
    writeln!(
        io::stdout(),
        "journal.db {} MB, backup {} MB",
        size >> 20,
        backup.bytes >> 20
    )?;
    journal.close().await;
    Ok(())
}
