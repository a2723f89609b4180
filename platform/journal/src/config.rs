//! Where a node keeps its journal.

use std::path::PathBuf;

/// Where the journal, the keys and the desk are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In memory: gone when the process ends. For tests.
    Memory,
    /// SQLite files in the node's folder: `journal.db`, `keys.db`, `desk.db`.
    Sqlite,
    /// Schemas `journal`, `keys` and `desk` of one PostgreSQL database.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
    },
}

/// How a node's journal is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where rows are kept.
    pub store: Store,
    /// The node's folder. Holds `secrets/` whatever the store; unused in memory.
    pub dir: PathBuf,
    /// The log's name, an address without a scheme such as `songjiang.example/log`. Read when the
    /// log begins and kept for ever; `None` makes one from the log's key.
    pub origin: Option<String>,
    /// How many appends may wait; one more is told that the node is busy.
    pub queue: usize,
    /// How many connections read.
    pub readers: u32,
    /// The most pages of 4 KiB that `journal.db` may take, where an operator sets a bound. Beyond
    /// it the store is full: reading goes on, writing says so.
    pub max_pages: Option<u32>,
    /// Opens for reading only: nothing is created, migrated, rebuilt or written.
    pub read_only: bool,
    /// To whom the secrets beside a backup are sealed: an age recipient, `age1…`. `None` leaves them
    /// open to whoever reads the folder.
    pub backup_recipient: Option<String>,
    /// The file with the age identity that opens a sealed backup; a restore reads it.
    pub backup_identity: Option<PathBuf>,
}

impl Config {
    /// A journal in memory.
    #[must_use]
    pub fn memory() -> Self {
        Self::with(Store::Memory, PathBuf::new())
    }

    /// A journal in SQLite files in the folder `dir`.
    #[must_use]
    pub fn sqlite(dir: impl Into<PathBuf>) -> Self {
        Self::with(Store::Sqlite, dir.into())
    }

    /// A journal in the PostgreSQL database at `url`, with its secrets in the folder `dir`.
    #[must_use]
    pub fn postgres(dir: impl Into<PathBuf>, url: &str) -> Self {
        let url = url.to_owned();
        Self::with(Store::Postgres { url }, dir.into())
    }

    /// The same, for reading only.
    #[must_use]
    pub fn reading(mut self) -> Self {
        self.read_only = true;
        self
    }

    fn with(store: Store, dir: PathBuf) -> Self {
        Self {
            store,
            dir,
            origin: None,
            queue: 4096,
            readers: 4,
            max_pages: None,
            read_only: false,
            backup_recipient: None,
            backup_identity: None,
        }
    }

    pub(crate) fn is_memory(&self) -> bool {
        self.store == Store::Memory
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn secrets(&self) -> Option<PathBuf> {
        (!self.is_memory()).then(|| self.dir.join("secrets"))
    }
}
