//! Rebuilding the registers: drop the tables, fold the whole journal, in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use linli_kernel::{Fault, StreamId};
use sea_orm::sea_query::TableRef;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use tokio::task::JoinHandle;

use crate::apply::Gathered;
use crate::db::{begin, fault};
use crate::foreign::Others;
use crate::read::{self, Read};
use crate::registers::{FoldError, Folder};
use crate::secrets::sha256;
use crate::shared::{Parked, Shared};
use crate::sql::insert_rows;

/// How many entries are folded before their changes are written.
pub(crate) const PAGE: u64 = 4_000;

/// What a rebuild did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many entries were folded.
    pub entries: u64,
    /// How many streams are parked.
    pub parked: usize,
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done: `entries`, `registers`, `tiles`, `commands`, `keys`.
    pub step: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

/// Told how far long work has come.
pub(crate) type Watcher<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// Whether the registers in the store were made by this program.
pub(crate) async fn is_current(shared: &Shared) -> Result<bool, Fault> {
    let made_by = shared.meta(&shared.db.write, "registers").await?;
    Ok(made_by.as_deref() == Some(&definition(shared)))
}

/// What the registers of this program are made of.
fn definition(shared: &Shared) -> String {
    let backend = shared.backend();
    let mut text = format!("{}\n", shared.registers.version());
    for table in shared.registers.tables() {
        text += &format!("{}\n", backend.build(&table).sql);
    }
    for index in shared.registers.indexes() {
        text += &format!("{}\n", backend.build(&index).sql);
    }
    hex::encode(sha256(text.as_bytes()))
}

/// Drops the registers and folds them anew. Nothing is written meanwhile, and nobody sees a part.
pub(crate) async fn rebuild(shared: &Arc<Shared>, watch: Watcher<'_>) -> Result<Rebuilt, Fault> {
    let mut state = shared.state.lock().await;
    shared.reload(&shared.db.write, &mut state).await?;
    let size = state.edge.size();
    let tx = begin(&shared.db.write).await.map_err(fault)?;
    create_tables(shared, &tx).await?;
    let mut fold = Fold::new(shared.registers.folder());
    let mut pages = Pages::new(shared, size);
    let mut others = Others::begin(shared, &tx).await?;
    while let Some(page) = pages.next(&tx).await? {
        let mut own = page.into_iter().peekable();
        let to = Some(pages.done());
        while let Some(page) = others.next(shared, &tx, &mut own, to).await? {
            fold.take(page).write(&tx, "").await.map_err(fault)?;
        }
        watch(Progress {
            step: "registers",
            done: pages.done(),
            of: size,
        });
    }
    let mut none = Vec::new().into_iter().peekable();
    while let Some(page) = others.next(shared, &tx, &mut none, None).await? {
        fold.take(page).write(&tx, "").await.map_err(fault)?;
    }
    create_indexes(shared, &tx, false).await?;
    let parked = fold.parked();
    write_parked(shared, &tx, &parked).await?;
    shared
        .set_meta(&tx, "registers", &definition(shared))
        .await?;
    tx.commit().await.map_err(fault)?;
    let rebuilt = Rebuilt {
        entries: size,
        parked: parked.len(),
    };
    shared.set_parked(parked);
    analyze(shared).await?;
    Ok(rebuilt)
}

/// Drops the tables of whatever program made them, and makes this program's. Indexes that only
/// speed up queries come after the fold.
async fn create_tables(shared: &Shared, tx: &DatabaseTransaction) -> Result<(), Fault> {
    let earlier = shared
        .meta(tx, "register_tables")
        .await?
        .unwrap_or_default();
    let tables = shared.registers.tables();
    let names: Vec<String> = tables
        .iter()
        .filter_map(|table| name_of(table.get_table_name()))
        .collect();
    if let Some(ours) = names.iter().find(|name| name.starts_with("log_")) {
        return Err(Fault::Setting(format!(
            "a register may not be called {ours}"
        )));
    }
    for name in earlier
        .split_whitespace()
        .chain(names.iter().map(String::as_str))
    {
        let sql = format!("DROP TABLE IF EXISTS \"{name}\"");
        tx.execute_unprepared(&sql).await.map_err(fault)?;
    }
    for table in &tables {
        tx.execute(table).await.map_err(fault)?;
    }
    create_indexes(shared, tx, true).await?;
    shared
        .set_meta(tx, "register_tables", &names.join(" "))
        .await
}

/// The indexes that keep rows apart, or those that only find them.
async fn create_indexes(
    shared: &Shared,
    tx: &DatabaseTransaction,
    unique: bool,
) -> Result<(), Fault> {
    let indexes = shared.registers.indexes();
    for index in indexes
        .iter()
        .filter(|index| index.is_unique_key() == unique)
    {
        tx.execute(index).await.map_err(fault)?;
    }
    Ok(())
}

pub(crate) fn name_of(table: Option<&TableRef>) -> Option<String> {
    match table {
        Some(TableRef::Table(name, _)) => Some(name.1.to_string()),
        _ => None,
    }
}

async fn write_parked(
    shared: &Shared,
    tx: &DatabaseTransaction,
    parked: &[Parked],
) -> Result<(), Fault> {
    tx.execute_unprepared("DELETE FROM log_parked")
        .await
        .map_err(fault)?;
    let rows = parked
        .iter()
        .map(|one| one.values(&shared.secrets))
        .collect();
    let head = "INSERT INTO log_parked (stream,seq,reason,mac)";
    insert_rows(tx, head, rows, "")
        .await
        .map(drop)
        .map_err(fault)
}

/// Lets the database learn what the tables hold, so that it plans its queries well. SQLite is not
/// told of small tables: it would read them from end to end, long after they have grown.
async fn analyze(shared: &Shared) -> Result<(), Fault> {
    let sql = match shared.backend() {
        DbBackend::Sqlite => {
            "PRAGMA analysis_limit=1000; ANALYZE; \
             DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < 1000; ANALYZE sqlite_schema"
        }
        _ => "ANALYZE",
    };
    shared
        .db
        .write
        .execute_unprepared(sql)
        .await
        .map(drop)
        .map_err(fault)
}

/// A fold under way.
pub(crate) struct Fold {
    folder: Box<dyn Folder>,
    parked: HashMap<StreamId, Parked>,
}

impl Fold {
    pub(crate) fn new(folder: Box<dyn Folder>) -> Self {
        Self {
            folder,
            parked: HashMap::new(),
        }
    }

    /// The changes that follow from a page of entries. An entry that cannot be understood parks its
    /// stream: nothing further of that stream is folded.
    pub(crate) fn take(&mut self, page: Vec<Read>) -> Gathered {
        let mut gathered = Gathered::default();
        for read in page {
            let stream = StreamId::from(read.raw.stream.clone());
            if self.parked.contains_key(&stream) {
                continue;
            }
            let folded = match (read.entry, read.raised) {
                (Ok(entry), Ok(())) => self.folder.fold(&entry),
                (Ok(_), Err(why)) => Err(why),
                (Err(why), _) => Err(FoldError::Poisonous(why)),
            };
            match folded {
                Ok(changes) => changes.into_iter().for_each(|change| gathered.add(change)),
                Err(why) => self.park(stream, read.raw.seq, &why),
            }
        }
        gathered
    }

    /// The streams parked so far, by the entry that parked them.
    pub(crate) fn parked(&self) -> Vec<Parked> {
        let mut list: Vec<_> = self.parked.values().cloned().collect();
        list.sort_by_key(|parked| parked.seq);
        list
    }

    fn park(&mut self, stream: StreamId, seq: u64, why: &FoldError) {
        tracing::warn!(%stream, seq, %why, "parked");
        let parked = Parked {
            stream: stream.clone(),
            seq,
            reason: why.to_string(),
        };
        self.parked.insert(stream, parked);
    }
}

/// The journal page by page; the next page is read and opened while the last is worked on.
pub(crate) struct Pages<'a> {
    shared: &'a Arc<Shared>,
    next: u64,
    size: u64,
    ahead: Option<JoinHandle<Result<Vec<Read>, Fault>>>,
    given: u64,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(shared: &'a Arc<Shared>, size: u64) -> Self {
        Self {
            shared,
            next: 0,
            size,
            ahead: None,
            given: 0,
        }
    }

    /// How many entries the pages given so far cover.
    pub(crate) fn done(&self) -> u64 {
        self.given
    }

    /// The next page. A store with a single connection is read through `own`.
    pub(crate) async fn next(
        &mut self,
        own: &impl ConnectionTrait,
    ) -> Result<Option<Vec<Read>>, Fault> {
        if self.given >= self.size {
            return Ok(None);
        }
        let page = if self.shared.reads_apart() {
            let current = match self.ahead.take() {
                Some(ahead) => ahead,
                None => self.fetch(),
            };
            self.given = self.next;
            if self.next < self.size {
                self.ahead = Some(self.fetch());
            }
            let joined = current.await;
            joined.map_err(|why| Fault::Store(format!("a task failed: {why}")))??
        } else {
            let (from, to) = self.step();
            self.given = to;
            let raws = read::by_seq(own, from, to).await.map_err(fault)?;
            read::few(self.shared, raws).await?
        };
        Ok(Some(page))
    }

    fn step(&mut self) -> (u64, u64) {
        let from = self.next;
        self.next = (from + PAGE).min(self.size);
        (from, self.next)
    }

    fn fetch(&mut self) -> JoinHandle<Result<Vec<Read>, Fault>> {
        let (from, to) = self.step();
        let shared = Arc::clone(self.shared);
        tokio::spawn(async move {
            let raws = read::by_seq(&shared.db.read, from, to)
                .await
                .map_err(fault)?;
            read::many(&shared, raws).await
        })
    }
}
