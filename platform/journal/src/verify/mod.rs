//! Verifying a whole journal: everything that is stored is checked against something that cannot
//! be changed unseen, and each damage is named.
//!
//! The chain of trust: the node's key signs the checkpoint, its root covers the tiles, the tiles
//! cover each entry's bytes; entries cover the register rows (their fold), the destroyed keys and
//! which commands there were. Rows that no entry covers carry a keyed checksum. Files that entries
//! name are opened. The database's own check runs beside.

mod registers;
mod small;
mod tiles;
mod walk;

use std::fmt;
use std::sync::Arc;

use linli_kernel::{Clock, CommandId, Fault, ResidentId, StreamId};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, IsolationLevel, Statement, TransactionTrait,
};
use serde::Serialize;

use crate::config::Config;
use crate::db::{self, fault};
use crate::files;
use crate::journal::Journal;
use crate::rebuild::{Progress, Watcher};
use crate::registers::Registers;
use crate::shared::{Parked, Shared};

/// The most damages listed; the rest are counted.
const LISTED: usize = 1_000;

/// What is to be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Fold the whole journal into a scratch copy of the registers and compare them row by row.
    pub registers: bool,
    /// Let SQLite check its own files.
    pub files: bool,
    /// Open every file that an entry names.
    pub attachments: bool,
}

impl Default for Depth {
    fn default() -> Self {
        Self {
            registers: true,
            files: true,
            attachments: true,
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Findings {
    /// How many entries were checked.
    pub entries: u64,
    /// How many commands.
    pub commands: u64,
    /// How many subjects' keys.
    pub keys: u64,
    /// How many sealed parts cannot be read because their key was destroyed.
    pub erased: u64,
    /// How many files that entries name.
    pub files: u64,
    /// How many of these have not come from another node yet.
    pub awaited: u64,
    /// Whether the registers were compared: not when asked not to, nor when entries are damaged.
    pub registers: bool,
    /// What is damaged, at most a thousand.
    pub damages: Vec<Damage>,
    /// How many damages more.
    pub more: u64,
    /// Streams whose entries this program cannot understand: not damage.
    pub parked: Vec<String>,
}

/// Something stored that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub what: String,
}

/// A place in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A database file or table as such.
    Store(String),
    /// The signed checkpoint.
    Checkpoint,
    /// An entry, and its stream where it is known.
    Entry {
        /// Its place in the log.
        seq: u64,
        /// Its stream.
        stream: Option<String>,
    },
    /// A tile of the tree.
    Tile {
        /// Its level.
        level: u8,
        /// Its place in the level.
        index: u64,
    },
    /// A command's record.
    Command(String),
    /// A row of a table of the journal's own.
    Row {
        /// The table.
        table: String,
        /// The row's key.
        key: String,
    },
    /// A subject's key.
    Key(String),
    /// A file that an entry names.
    File {
        /// Its id.
        id: String,
        /// Whose it is.
        subject: String,
    },
}

impl Findings {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty()
    }

    pub(crate) fn add(&mut self, place: Place, what: impl Into<String>) {
        if self.damages.len() < LISTED {
            let what = what.into();
            self.damages.push(Damage { place, what });
        } else {
            self.more += 1;
        }
    }

    fn entry(&mut self, seq: u64, stream: Option<&str>, what: impl Into<String>) {
        let stream = stream.map(ToOwned::to_owned);
        self.add(Place::Entry { seq, stream }, what);
    }

    fn row(&mut self, table: &str, key: impl Into<String>, what: impl Into<String>) {
        let place = Place::Row {
            table: table.to_owned(),
            key: key.into(),
        };
        self.add(place, what);
    }

    /// Notes a failure to read as damage of what could not be read.
    pub(crate) fn unreadable(&mut self, table: &str, why: &dyn fmt::Display) {
        let what = format!("cannot be read: {why}");
        self.add(Place::Store(table.to_owned()), what);
    }

    fn entries_sound(&self) -> bool {
        let of_entries = |damage: &Damage| {
            match &damage.place {
                Place::Entry { .. } | Place::Key(_) | Place::Checkpoint => true,
                // Whole ranges of entries that cannot be read.
                Place::Store(name) => name.starts_with("entries "),
                _ => false,
            }
        };
        !self.damages.iter().any(of_entries)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Store(name) => write!(f, "{name}")?,
            Place::Checkpoint => write!(f, "checkpoint")?,
            Place::Entry { seq, stream: None } => write!(f, "entry {seq}")?,
            Place::Entry {
                seq,
                stream: Some(stream),
            } => write!(f, "entry {seq} of stream {stream}")?,
            Place::Tile { level, index } => write!(f, "tile {level}/{index}")?,
            Place::Command(id) => write!(f, "command {id}")?,
            Place::Row { table, key } => write!(f, "table {table}, row {key}")?,
            Place::Key(subject) => write!(f, "key of subject {subject}")?,
            Place::File { id, subject } => write!(f, "file {id} of subject {subject}")?,
        }
        write!(f, ": {}", self.what)
    }
}

impl Journal {
    /// Verifies everything up to the newest checkpoint, while writing goes on. What is damaged is
    /// in the findings.
    ///
    /// # Errors
    /// [`Fault`] when the verification itself cannot run: no connection, no room for the scratch
    /// copy.
    pub async fn verify(
        &self,
        depth: Depth,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Findings, Fault> {
        let shared = &self.shared;
        let mut findings = Findings::default();
        let files = if depth.files && shared.backend() == DbBackend::Sqlite {
            let shared = Arc::clone(shared);
            Some(tokio::spawn(async move { check_files(&shared).await }))
        } else {
            None
        };
        let run = if shared.reads_apart() {
            apart(shared, depth, &mut progress, &mut findings).await
        } else {
            // A single connection: nobody writes meanwhile.
            let state = shared.state.lock().await;
            let db = &shared.db.write;
            registers::attach_memory(db).await?;
            let run = check(shared, db, depth, &mut progress, &mut findings).await;
            registers::detach(db).await?;
            drop(state);
            run
        };
        match run {
            // What SQLite itself calls malformed is a finding, not a failure to look.
            Err(Fault::Damaged(what)) => findings.add(Place::Store("the store".to_owned()), what),
            other => other?,
        }
        if let Some(files) = files {
            let found = files.await;
            let found = found.map_err(|why| Fault::Store(format!("a task failed: {why}")))?;
            for (file, what) in found {
                findings.add(Place::Store(file), what);
            }
        }
        Ok(findings)
    }
}

/// Verifies a store that may be too damaged to open: what keeps it from opening is then the finding.
///
/// # Errors
/// As [`Journal::verify`]; [`Fault::Setting`] when there is no store, or not with these secrets.
pub async fn verify_store(
    config: Config,
    clock: Arc<dyn Clock>,
    registers: Arc<dyn Registers>,
    depth: Depth,
    progress: impl FnMut(Progress) + Send,
) -> Result<Findings, Fault> {
    match Journal::open(config.reading(), clock, registers).await {
        Ok(journal) => {
            let findings = journal.verify(depth, progress).await;
            journal.close().await;
            findings
        }
        Err(Fault::Damaged(what) | Fault::Store(what)) => {
            let mut findings = Findings::default();
            findings.add(Place::Store("the store cannot be opened".to_owned()), what);
            Ok(findings)
        }
        Err(other) => Err(other),
    }
}

/// Verifies through a connection of its own.
async fn apart(
    shared: &Arc<Shared>,
    depth: Depth,
    watch: Watcher<'_>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let snapshot = Snapshot::open(shared, depth).await?;
    let run = snapshot.run(shared, depth, watch, findings).await;
    snapshot.close().await?;
    run
}

/// A connection that sees the store as it was at one moment.
struct Snapshot {
    db: DatabaseConnection,
    scratch: Option<std::path::PathBuf>,
}

impl Snapshot {
    async fn open(shared: &Shared, depth: Depth) -> Result<Self, Fault> {
        let db = db::extra(&shared.config).await?;
        let scratch = if depth.registers && shared.backend() == DbBackend::Sqlite {
            Some(registers::attach_file(&db, &shared.config).await?)
        } else {
            None
        };
        Ok(Self { db, scratch })
    }

    async fn run(
        &self,
        shared: &Arc<Shared>,
        depth: Depth,
        watch: Watcher<'_>,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        let isolation = match shared.backend() {
            DbBackend::Postgres => Some(IsolationLevel::RepeatableRead),
            _ => None,
        };
        let tx = self
            .db
            .begin_with_config(isolation, None)
            .await
            .map_err(fault)?;
        let run = check(shared, &tx, depth, watch, findings).await;
        tx.rollback().await.map_err(fault)?;
        run
    }

    async fn close(self) -> Result<(), Fault> {
        if self.scratch.is_some() {
            registers::detach(&self.db).await?;
        }
        self.db.close().await.map_err(fault)?;
        if let Some(scratch) = self.scratch {
            registers::remove(&scratch)?;
        }
        Ok(())
    }
}

/// Everything, as `db` sees it.
async fn check(
    shared: &Arc<Shared>,
    db: &impl ConnectionTrait,
    depth: Depth,
    watch: Watcher<'_>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut tree = tiles::check(shared, db, findings).await;
    let mut scratch = if depth.registers {
        Some(registers::Scratch::create(shared, db).await?)
    } else {
        None
    };
    let walked = walk::walk(shared, db, &mut tree, scratch.as_mut(), watch, findings).await?;
    small::check(shared, db, &walked, watch, findings).await;
    if depth.attachments {
        files::check(shared, db, watch, findings).await;
    }
    if let Some(scratch) = scratch {
        findings.parked = scratch.parked().iter().map(shown).collect();
        // With damaged entries the fold itself is not what it was: comparing would only add noise.
        if findings.entries_sound() {
            findings.registers = true;
            scratch.compare(db, watch, findings).await;
        }
    }
    Ok(())
}

fn shown(parked: &Parked) -> String {
    format!(
        "{} (entry {}: {})",
        parked.stream, parked.seq, parked.reason
    )
}

/// What SQLite finds wrong with its own files.
async fn check_files(shared: &Shared) -> Vec<(String, String)> {
    let stores = [
        ("journal.db", &shared.db.read),
        ("keys.db", shared.keys.database()),
    ];
    let mut found = Vec::new();
    for (name, db) in stores {
        let sql = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(50)");
        match db.query_all_raw(sql).await {
            Ok(rows) => {
                let lines = rows.iter().filter_map(|row| row.try_get_by_index(0).ok());
                let bad = lines.filter(|line: &String| line != "ok");
                found.extend(bad.map(|line| (name.to_owned(), line)));
            }
            Err(error) => found.push((name.to_owned(), error.to_string())),
        }
    }
    found
}

fn command_name(command: CommandId) -> Place {
    Place::Command(command.to_string())
}

fn key_of(subject: ResidentId) -> Place {
    Place::Key(subject.to_string())
}

fn stream_name(stream: &StreamId) -> String {
    stream.to_string()
}
