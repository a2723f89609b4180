//! The journal as everyone else sees it.

use std::collections::HashMap;
use std::sync::Arc;

use linli_kernel::{Clock, Fault, ResidentId, StreamId};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::{mpsc, oneshot};

use crate::append::{Append, AppendError, Appended};
use crate::batch::why_not;
use crate::config::Config;
use crate::db::fault;
use crate::entry::Recorded;
use crate::open;
use crate::prepare::{self, Effect, Prepared};
use crate::read;
use crate::rebuild::{self, Progress, Rebuilt};
use crate::registers::Registers;
use crate::shared::{Mode, Parked, Shared};
use crate::sql::Sql;
use crate::writer::{self, Job};

/// A node's journal. Cheap to clone; open until the last clone is dropped or [`close`](Self::close).
#[derive(Clone)]
pub struct Journal {
    pub(crate) shared: Arc<Shared>,
    jobs: Option<mpsc::Sender<Job>>,
}

/// Kinds of entries that are the journal's own.
pub mod kinds {
    use crate::entry::Kind;

    /// A subject's key was destroyed. `open`: `subject`, `reason`.
    pub const KEYS_DESTROYED: Kind = Kind::new("keys.destroyed", 1);
    /// A restored node was confirmed to stand alone. `open`: `size`, the entries it was restored
    /// with.
    pub const NODE_STANDS_ALONE: Kind = Kind::new("node.stands-alone", 1);
}

impl Journal {
    /// Opens the journal of a node; begins one where there is none. Registers made by another
    /// program are rebuilt first.
    ///
    /// On PostgreSQL, when another process writes to the store, this one stands by and takes over
    /// when that one ends: see [`mode`](Self::mode).
    ///
    /// # Errors
    /// [`Fault`] when store or secrets cannot be opened or do not fit together.
    pub async fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        registers: Arc<dyn Registers>,
    ) -> Result<Self, Fault> {
        let queue = config.queue.max(1);
        let shared = open::open(config, clock, registers).await?;
        let jobs = if shared.config.read_only {
            None
        } else {
            let (jobs, waiting) = mpsc::channel(queue);
            drop(tokio::spawn(writer::run(Arc::clone(&shared), waiting)));
            Some(jobs)
        };
        Ok(Self { shared, jobs })
    }

    /// Records a command's facts. Returns once they are durable, or once it is certain that nothing
    /// was recorded.
    ///
    /// # Errors
    /// [`AppendError`]: somebody was faster, the command id was used for something else, a stream is
    /// parked, the node takes no writes, a rule of the journal says no, or the world failed.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.submit(append, Effect::Nothing).await
    }

    /// Records many commands, in order, each as a whole or not at all: for imports. Sealing runs
    /// beside the writer.
    ///
    /// # Errors
    /// [`AppendError`] when the work as a whole cannot be taken; what became of each command is in
    /// the list, in the same order.
    pub async fn append_bulk(
        &self,
        appends: Vec<Append>,
    ) -> Result<Vec<Result<Appended, AppendError>>, AppendError> {
        let jobs = self.writable(Effect::Nothing)?;
        let subjects: Vec<ResidentId> = appends.iter().flat_map(prepare::subjects).collect();
        let keys = Arc::new(self.shared.keys.find_or_make(subjects).await?);
        let half = appends.len().div_ceil(2).max(1);
        let mut tasks = Vec::new();
        let mut appends = appends.into_iter().peekable();
        while appends.peek().is_some() {
            let some: Vec<Append> = appends.by_ref().take(half).collect();
            let keys = Arc::clone(&keys);
            tasks.push(tokio::task::spawn_blocking(move || {
                let prepare = |append| prepare::prepare(append, &keys, Effect::Nothing);
                some.into_iter().map(prepare).collect::<Vec<_>>()
            }));
        }
        let (mut ready, mut outcomes) = (Vec::new(), Vec::new());
        for task in tasks {
            let prepared = task.await;
            let prepared = prepared.map_err(|why| Fault::Store(format!("a task failed: {why}")))?;
            for one in prepared {
                outcomes.push(one.map(|one| ready.push(one)));
            }
        }
        let (reply, answer) = oneshot::channel();
        let sent = jobs.send(Job::Many(ready, reply)).await;
        sent.ok().ok_or_else(stopping)?;
        let mut written = answer.await.ok().ok_or_else(stopping)?.into_iter();
        let merge = |prepared: Result<(), AppendError>| {
            prepared.and_then(|()| written.next().unwrap_or_else(|| Err(stopping())))
        };
        Ok(outcomes.into_iter().map(merge).collect())
    }

    /// The entries of a stream, the oldest first; empty when there is no such stream.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or an entry is damaged.
    pub async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, Fault> {
        let streams = std::slice::from_ref(stream);
        let raws = read::by_stream(self.reader(), streams, self.shared.is_networked())
            .await
            .map_err(fault)?;
        read::recorded(read::few(&self.shared, raws).await?)
    }

    /// The entries of several streams, in the order they were asked for.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or an entry is damaged.
    pub async fn streams(&self, streams: &[StreamId]) -> Result<Vec<Vec<Recorded>>, Fault> {
        let raws = read::by_stream(self.reader(), streams, self.shared.is_networked())
            .await
            .map_err(fault)?;
        let read = read::recorded(read::few(&self.shared, raws).await?)?;
        let mut found: HashMap<StreamId, Vec<Recorded>> = HashMap::new();
        for entry in read {
            found.entry(entry.stream.clone()).or_default().push(entry);
        }
        let take = |stream| found.get(stream).cloned().unwrap_or_default();
        Ok(streams.iter().map(take).collect())
    }

    /// The entries from place `from` on, at most `most` of them.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or an entry is damaged.
    pub async fn entries(&self, from: u64, most: u64) -> Result<Vec<Recorded>, Fault> {
        let to = from.saturating_add(most);
        let raws = read::by_seq(self.reader(), from, to).await.map_err(fault)?;
        read::recorded(read::few(&self.shared, raws).await?)
    }

    /// Which streams the entries from place `from` on belong to, each with its place, at most `most`
    /// of them: for what follows the journal without reading it.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn streams_from(&self, from: u64, most: u64) -> Result<Vec<(u64, StreamId)>, Fault> {
        let to = from.saturating_add(most);
        let rows = read::streams_by_seq(self.reader(), from, to).await;
        let stream = |(seq, stream): (u64, String)| (seq, StreamId::from(stream));
        Ok(rows.map_err(fault)?.into_iter().map(stream).collect())
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn size(&self) -> Result<u64, Fault> {
        read::size(self.reader()).await.map_err(fault)
    }

    /// The exact bytes of an entry.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn bytes(&self, seq: u64) -> Result<Option<Vec<u8>>, Fault> {
        let raws = read::by_seq(self.reader(), seq, seq.saturating_add(1)).await;
        Ok(raws.map_err(fault)?.pop().map(|raw| raw.bytes))
    }

    /// Connections for queries on the registers. They cannot write.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        self.shared.reader()
    }

    /// Opens a side database of the same node: see [`crate::side_store`].
    ///
    /// # Errors
    /// [`Fault`] when it cannot be opened.
    pub async fn side_store(&self, name: &str) -> Result<DatabaseConnection, Fault> {
        crate::db::side_store(&self.shared.config, name).await
    }

    /// What the node may do now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.shared.mode.borrow().clone()
    }

    /// Waits until the node is in `mode`, such as until a stand-by has taken over.
    pub async fn wait_for(&self, mode: &Mode) {
        let mut modes = self.shared.mode.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        if modes.wait_for(|now| now == mode).await.is_err() {
            tracing::error!("the journal's mode is gone");
        }
    }

    /// The log's id, as its entries name it.
    ///
    /// # Errors
    /// [`Fault::Busy`] while the node stands by for a store it has not seen yet.
    pub fn log_id(&self) -> Result<&str, Fault> {
        Ok(&self.shared.identity()?.log)
    }

    /// A keyed hash by which personal data is looked up without being shown: 64 hexadecimal digits.
    /// The same text gives different hashes for different purposes.
    #[must_use]
    pub fn lookup_hash(&self, purpose: &str, text: &str) -> String {
        let hash = self.shared.secrets.keyed_hash(purpose, &[text.as_bytes()]);
        hex::encode(hash)
    }

    /// Streams that hold an entry this program cannot understand.
    #[must_use]
    pub fn parked(&self) -> Vec<Parked> {
        self.shared.parked_list()
    }

    /// Parks a stream whose entry `seq` turned out not to be understandable: it takes no more
    /// entries. A rebuild judges anew.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn park(&self, stream: &StreamId, seq: u64, reason: &str) -> Result<(), Fault> {
        // Held so that no batch is between judging and writing.
        let state = self.shared.state.lock().await;
        let db = &self.shared.db.write;
        let mut sql = Sql::new(
            self.shared.backend(),
            "INSERT INTO log_parked (stream,seq,reason,mac) VALUES (",
        );
        let parked = Parked {
            stream: stream.clone(),
            seq,
            reason: reason.to_owned(),
        };
        for (place, value) in parked.values(&self.shared.secrets).into_iter().enumerate() {
            sql.push(if place > 0 { "," } else { "" }).bind(value);
        }
        sql.push(") ON CONFLICT (stream) DO NOTHING");
        db.execute_raw(sql.done()).await.map_err(fault)?;
        self.shared.forget(stream);
        self.shared.set_parked(self.shared.parked_rows(db).await?);
        drop(state);
        Ok(())
    }

    /// Drops the registers and folds them anew.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; the old registers are then still there.
    pub async fn rebuild(
        &self,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Rebuilt, Fault> {
        self.writable(Effect::StandsAlone)
            .map_err(|why| match why {
                AppendError::Fault(fault) => fault,
                other => Fault::Busy(other.to_string()),
            })?;
        rebuild::rebuild(&self.shared, &mut progress).await
    }

    /// Writes what waits, then closes the store. Further appends are told that the node is stopping.
    pub async fn close(&self) {
        let Some(jobs) = &self.jobs else {
            self.shared.mode.send_replace(Mode::Closed);
            writer::close(&self.shared).await;
            return;
        };
        let (stopped, done) = oneshot::channel();
        if jobs.send(Job::Stop(stopped)).await.is_ok() && done.await.is_err() {
            tracing::warn!("the writer ended before it was asked to");
        }
        self.shared.mode.send_replace(Mode::Closed);
    }

    pub(crate) async fn submit(
        &self,
        append: Append,
        effect: Effect,
    ) -> Result<Appended, AppendError> {
        let jobs = self.writable(effect)?;
        let prepared = self.prepare(append, effect).await?;
        let (reply, answer) = oneshot::channel();
        jobs.try_send(Job::One(Box::new(prepared), reply))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => {
                    Fault::Busy("too many writes are waiting: try again".to_owned()).into()
                }
                mpsc::error::TrySendError::Closed(_) => stopping(),
            })?;
        answer.await.ok().ok_or_else(stopping)?
    }

    async fn prepare(&self, append: Append, effect: Effect) -> Result<Prepared, AppendError> {
        let subjects = prepare::subjects(&append);
        let keys = self.shared.keys.find_or_make(subjects).await?;
        prepare::prepare(append, &keys, effect)
    }

    /// The way to the writer, when the node takes writes.
    pub(crate) fn writable(&self, effect: Effect) -> Result<&mpsc::Sender<Job>, AppendError> {
        let mode = self.mode();
        match (&self.jobs, mode, effect) {
            (Some(jobs), Mode::Active, _) | (Some(jobs), Mode::Restored, Effect::StandsAlone) => {
                Ok(jobs)
            }
            (_, mode, _) => Err(AppendError::ReadOnly(why_not(&mode).to_owned())),
        }
    }
}

fn stopping() -> AppendError {
    AppendError::ReadOnly(why_not(&Mode::Closed).to_owned())
}
