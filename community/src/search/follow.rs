//! How the index follows the journal.
//!
//! An entry only says which stream moved; what is indexed is the register row as it is now. So doing
//! a piece of the log twice does no harm, and a process that was killed goes on from the last commit.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use linli_journal::{Config, Store};
use linli_kernel::{Fault, StreamId};
use linli_search::{Entry, Index, Position};
use sha2::{Digest as _, Sha256};

use super::Kind;
use super::documents::{self, Document, Rows};
use crate::node::Linli;

/// How many entries of the log are taken in before the index is committed.
const STEP: u64 = 5_000;
/// How many rows are read at once when the index is made anew.
const PAGE: u64 = 5_000;

/// Where a node keeps its index, opened when it is first asked for.
pub(crate) struct Shelf {
    /// `None` in memory.
    folder: Option<PathBuf>,
    index: tokio::sync::OnceCell<Arc<Index>>,
    /// Held by whoever refreshes.
    turn: tokio::sync::Mutex<()>,
    /// Streams that moved because of what other nodes wrote.
    abroad: Mutex<BTreeSet<StreamId>>,
    /// The day for which services and places were last put in.
    listed_on: Mutex<Option<Date>>,
}

/// What a refresh did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// How many entries of the log were taken in.
    pub entries: u64,
    /// Whether the index was made anew.
    pub rebuilt: bool,
}

impl Shelf {
    /// The shelf of a node whose journal is kept so: `search` in its folder.
    pub(crate) fn of(config: &Config) -> Self {
        let folder = (config.store != Store::Memory).then(|| config.dir.join("search"));
        Self {
            folder,
            index: tokio::sync::OnceCell::default(),
            turn: tokio::sync::Mutex::default(),
            abroad: Mutex::default(),
            listed_on: Mutex::default(),
        }
    }

    pub(super) async fn index(&self) -> Result<Arc<Index>, Fault> {
        let open = || async {
            let folder = self.folder.clone();
            let open = move || match folder {
                Some(folder) => Index::open(&folder),
                None => Index::memory(),
            };
            Ok(Arc::new(blocking(open).await??))
        };
        self.index.get_or_try_init(open).await.cloned()
    }

    /// Whether services and places have to be put in again; they are from now on.
    fn is_stale(&self, today: Date) -> bool {
        let mut listed = self
            .listed_on
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listed.replace(today) != Some(today)
    }

    /// Takes what moved because of other nodes. Says whether anything did.
    fn take_abroad(&self, moved: &mut Moved) -> bool {
        let abroad = self.abroad.lock();
        let streams = std::mem::take(&mut *abroad.unwrap_or_else(PoisonError::into_inner));
        streams.iter().for_each(|stream| moved.note(stream));
        !streams.is_empty()
    }

    fn forget_lists(&self) {
        let mut listed = self
            .listed_on
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *listed = None;
    }
}

/// What moved in a piece of the log.
#[derive(Debug, Default)]
struct Moved {
    residents: BTreeSet<String>,
    households: BTreeSet<String>,
    cases: BTreeSet<String>,
    /// Whose key was destroyed.
    erased: BTreeSet<String>,
    lists: bool,
}

impl Moved {
    fn note(&mut self, stream: &StreamId) {
        let key = stream.key().to_owned();
        match stream.topic() {
            "resident" => drop(self.residents.insert(key)),
            "household" => drop(self.households.insert(key)),
            "case" => drop(self.cases.insert(key)),
            "key" => drop(self.erased.insert(key)),
            "places" | "catalogue" => self.lists = true,
            _ => {}
        }
    }
}

impl Linli {
    /// Brings the index up to date with the journal; makes it anew when it does not fit.
    ///
    /// # Errors
    /// [`Fault`] when store or index cannot be read or written.
    pub async fn refresh_search(&self) -> Result<Refreshed, Fault> {
        let shelf = self.shelf();
        let turn = shelf.turn.lock().await;
        let index = shelf.index().await?;
        let position = match index.position() {
            Some(position) if self.fits(&position).await? => position,
            _ => {
                let entries = self.fill(&index).await?;
                let rebuilt = true;
                return Ok(Refreshed { entries, rebuilt });
            }
        };
        let mut next = position.next;
        loop {
            let streams = self.journal().streams_from(next, STEP).await?;
            let stale = shelf.is_stale(self.clock().today());
            let Some((last, _)) = streams.last() else {
                self.refresh_abroad(&index, next, stale).await?;
                break;
            };
            next = last + 1;
            let mut moved = Moved::default();
            streams.iter().for_each(|(_, stream)| moved.note(stream));
            shelf.take_abroad(&mut moved);
            self.take_in(&index, &mut moved).await?;
            if stale || moved.lists {
                self.list(&index).await?;
            }
            self.commit(&index, next, !moved.erased.is_empty()).await?;
        }
        if index.is_purge_due() {
            let index = Arc::clone(&index);
            blocking(move || index.purge()).await??;
        }
        drop(turn);
        Ok(Refreshed {
            entries: next - position.next,
            rebuilt: false,
        })
    }

    /// What is to be put in though the own log has not grown.
    async fn refresh_abroad(
        &self,
        index: &Arc<Index>,
        next: u64,
        stale: bool,
    ) -> Result<(), Fault> {
        let mut moved = Moved::default();
        let any = self.shelf().take_abroad(&mut moved);
        if any {
            self.take_in(index, &mut moved).await?;
        }
        if stale || moved.lists {
            self.list(index).await?;
        }
        if any || stale {
            self.commit(index, next, !moved.erased.is_empty()).await?;
        }
        Ok(())
    }

    /// Notes streams that other nodes wrote.
    pub(crate) fn note_moved(&self, streams: &[StreamId]) {
        let abroad = self.shelf().abroad.lock();
        let mut abroad = abroad.unwrap_or_else(PoisonError::into_inner);
        abroad.extend(streams.iter().cloned());
    }

    /// Throws the index away and makes it anew from the registers. Returns how many entries of the
    /// log it holds.
    ///
    /// # Errors
    /// [`Fault`] when store or index cannot be read or written.
    pub async fn rebuild_search(&self) -> Result<u64, Fault> {
        let shelf = self.shelf();
        let turn = shelf.turn.lock().await;
        let index = shelf.index().await?;
        let entries = self.fill(&index).await?;
        drop(turn);
        Ok(entries)
    }

    /// Whether the index is one of this log, as far as that goes.
    async fn fits(&self, position: &Position) -> Result<bool, Fault> {
        let here = self.position(position.next).await?;
        Ok(here.as_ref() == Some(position))
    }

    /// The position before the entry `next`; `None` when the log is shorter.
    async fn position(&self, next: u64) -> Result<Option<Position>, Fault> {
        let digest = match next.checked_sub(1) {
            None => String::new(),
            Some(last) => match self.journal().bytes(last).await? {
                Some(bytes) => hex(&Sha256::digest(&bytes)),
                None => return Ok(None),
            },
        };
        Ok(Some(Position {
            log: self.journal().log_id()?.to_owned(),
            next,
            digest,
        }))
    }

    async fn commit(&self, index: &Arc<Index>, next: u64, erased: bool) -> Result<(), Fault> {
        let gone = || Fault::Damaged(format!("entry {next} is gone"));
        let position = self.position(next).await?.ok_or_else(gone)?;
        let index = Arc::clone(index);
        blocking(move || index.commit(position, erased)).await?
    }

    /// Puts in what moved, as it is now.
    async fn take_in(&self, index: &Arc<Index>, moved: &mut Moved) -> Result<(), Fault> {
        let reader = self.journal().reader();
        let erased: Vec<String> = moved.erased.iter().cloned().collect();
        // What an erased person left elsewhere is nameless now.
        let cases = documents::keys_where(reader, "cases", "applicant", &erased).await?;
        moved.cases.extend(cases);
        let headed = documents::keys_where(reader, "household", "head", &erased).await?;
        moved.households.extend(headed);
        moved.residents.extend(erased);
        let residents: Vec<String> = moved.residents.iter().cloned().collect();
        // A head's name is how their household is found.
        let theirs = documents::households_of(reader, &residents).await?;
        moved.households.extend(theirs);
        let households: Vec<String> = moved.households.iter().cloned().collect();
        let cases: Vec<String> = moved.cases.iter().cloned().collect();
        let words = documents::service_words(self.catalogue(), self.clock().today());
        for (kind, keys, found) in [
            (
                Kind::Resident,
                &residents,
                documents::residents(reader, Rows::Of(&residents)).await?,
            ),
            (
                Kind::Household,
                &households,
                documents::households(reader, Rows::Of(&households)).await?,
            ),
            (
                Kind::Case,
                &cases,
                documents::cases(reader, &words, Rows::Of(&cases)).await?,
            ),
        ] {
            for key in keys {
                index.remove(kind.code(), key);
            }
            add(index, found).await?;
        }
        Ok(())
    }

    /// Puts in services and places anew: there are few.
    async fn list(&self, index: &Arc<Index>) -> Result<(), Fault> {
        index.remove_all(Kind::Service.code());
        index.remove_all(Kind::Place.code());
        let services = documents::services(self.catalogue(), self.clock().today());
        let places = documents::places(&self.areas());
        let document = |entry: Entry| Document {
            key: entry.key.clone(),
            entry: Some(entry),
        };
        add(
            index,
            services.into_iter().chain(places).map(document).collect(),
        )
        .await
    }

    /// Fills the index from the registers. What is written meanwhile comes with the next refresh.
    async fn fill(&self, index: &Arc<Index>) -> Result<u64, Fault> {
        let next = self.journal().size().await?;
        self.shelf().forget_lists();
        let cleared = Arc::clone(index);
        blocking(move || cleared.clear()).await??;
        let reader = self.journal().reader();
        let words = documents::service_words(self.catalogue(), self.clock().today());
        for kind in [Kind::Resident, Kind::Household, Kind::Case] {
            let mut after = String::new();
            loop {
                let rows = Rows::After(&after, PAGE);
                let page = match kind {
                    Kind::Resident => documents::residents(reader, rows).await?,
                    Kind::Household => documents::households(reader, rows).await?,
                    _ => documents::cases(reader, &words, rows).await?,
                };
                let Some(last) = page.last() else { break };
                after.clone_from(&last.key);
                add(index, page).await?;
            }
        }
        self.list(index).await?;
        let _stale = self.shelf().is_stale(self.clock().today());
        self.commit(index, next, false).await?;
        Ok(next)
    }
}

/// Adds documents that are not there, off the tasks that serve people.
async fn add(index: &Arc<Index>, documents: Vec<Document>) -> Result<(), Fault> {
    let index = Arc::clone(index);
    let add = move || {
        let mut entries = documents.iter().filter_map(|one| one.entry.as_ref());
        entries.try_for_each(|entry| index.add(entry))
    };
    blocking(add).await?
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|why| Fault::Store(format!("a task failed: {why}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
