//! One batch: many commands judged in order, and written in one transaction.
//!
//! Everything is worked out on copies; memory changes only after the transaction is durable, so a
//! batch that fails leaves no trace.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use linli_kernel::{CommandId, Fault, Refusal, ResidentId, StreamId};
use linli_translog::{Edge, leaf_hash};
use sea_orm::{ConnectionTrait, DbErr, Value};
use serde_json::Value as Json;

use crate::append::{AppendError, Appended};
use crate::apply::Gathered;
use crate::db::fault;
use crate::foreign::{Handover, owners_of};
use crate::prepare::{Effect, Prepared};
use crate::rows::{
    COMMANDS, CommandRow, DESTROYED, DESTROYED_AGAIN, OUTBOX, command_value, destroyed_row,
    outbox_row, write_tiles,
};
use crate::secrets::sha256;
use crate::shared::{Head, Mode, Shared, State};
use crate::sql::{Sql, insert_rows, int, uint};
use crate::wire::{self, Place};

/// An append waiting, and what became of it.
pub(crate) struct Member {
    pub(crate) prepared: Prepared,
    pub(crate) outcome: Option<Result<Appended, AppendError>>,
}

/// Why a batch was not written.
#[derive(Debug)]
pub(crate) enum BatchError {
    /// Another process wrote to the store: what we know of it is old.
    Stale,
    /// Another process holds the lock now, or nobody does.
    LostLock,
    /// The database says no.
    Db(DbErr),
    /// Something else failed.
    Fault(Fault),
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Db(error)
    }
}

impl From<Fault> for BatchError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a command was answered before.
struct Known {
    digest: Vec<u8>,
    answer: String,
}

/// What is known before the first member is judged.
pub(crate) struct Ground {
    known: HashMap<CommandId, Known>,
    heads: HashMap<StreamId, Head>,
}

/// A batch as it will be, worked out beside what is.
pub(crate) struct Draft<'a> {
    shared: &'a Shared,
    log: &'a str,
    mode: Mode,
    ground: Ground,
    edge: Edge,
    heads: HashMap<StreamId, Head>,
    accepted: HashMap<CommandId, usize>,
    rows: Rows,
    written: usize,
}

/// What is to be written.
#[derive(Default)]
struct Rows {
    entries: Vec<Vec<Value>>,
    commands: Vec<Vec<Value>>,
    outbox: Vec<Vec<Value>>,
    changes: Gathered,
    destroyed: Vec<(ResidentId, u64)>,
    stands_alone: bool,
    handed: Vec<(StreamId, Handover)>,
}

/// What a written batch leaves in memory.
pub(crate) struct Written {
    pub(crate) edge: Edge,
    heads: HashMap<StreamId, Head>,
    stands_alone: bool,
    pub(crate) bytes: usize,
}

impl Ground {
    /// Looks up the commands and streams of `members`: two queries at most.
    pub(crate) async fn survey(
        shared: &Shared,
        tx: &impl ConnectionTrait,
        members: &[Member],
    ) -> Result<Self, BatchError> {
        let commands = members.iter().map(|member| member.prepared.command);
        let known = known_commands(shared, tx, commands.collect()).await?;
        let mut heads = HashMap::new();
        let mut missing = HashSet::new();
        for member in members {
            let expected = member.prepared.expected.iter().map(|(stream, _)| stream);
            let taken = member.prepared.entries.iter().map(|entry| &entry.stream);
            for stream in expected.chain(taken) {
                match shared.heads.get(stream) {
                    Some(head) => drop(heads.insert(stream.clone(), head)),
                    None => drop(missing.insert(stream.clone())),
                }
            }
        }
        load_heads(shared, tx, missing.into_iter().collect(), &mut heads).await?;
        Ok(Self { known, heads })
    }
}

async fn known_commands(
    shared: &Shared,
    tx: &impl ConnectionTrait,
    commands: Vec<CommandId>,
) -> Result<HashMap<CommandId, Known>, BatchError> {
    let mut known = HashMap::new();
    for some in commands.chunks(512) {
        let head = "SELECT id, digest, answer FROM log_commands WHERE id IN ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind_list(some.iter().map(|command| command_value(*command)).collect());
        for row in tx.query_all_raw(sql.done()).await? {
            let id: Vec<u8> = row.try_get("", "id")?;
            let Ok(id) = uuid::Uuid::from_slice(&id) else {
                return Err(Fault::Damaged("log_commands: an id".to_owned()).into());
            };
            let digest = row.try_get("", "digest")?;
            let answer = row.try_get("", "answer")?;
            known.insert(CommandId(id), Known { digest, answer });
        }
    }
    Ok(known)
}

async fn load_heads(
    shared: &Shared,
    tx: &impl ConnectionTrait,
    streams: Vec<StreamId>,
    heads: &mut HashMap<StreamId, Head>,
) -> Result<(), BatchError> {
    for some in streams.chunks(512) {
        load_from(shared, tx, ("log_entries", ""), some, heads).await?;
    }
    if !shared.is_networked() {
        return Ok(());
    }
    // What lost against a takeover is no head, and what another log holds may be newer.
    let kept = " AND seq NOT IN (SELECT seq FROM net_displaced)";
    for some in streams.chunks(512) {
        for stream in some {
            heads.remove(stream);
        }
        load_from(shared, tx, ("log_entries", kept), some, heads).await?;
        let applied = " AND turn IS NOT NULL";
        load_from(shared, tx, ("net_entries", applied), some, heads).await?;
    }
    let me = &shared.identity()?.log;
    for (stream, owned) in owners_of(tx, shared.backend(), streams).await? {
        if let Some(head) = heads.get_mut(&stream) {
            head.elsewhere = owned.owner != *me || owned.released.is_some();
        }
    }
    Ok(())
}

/// The newest entries that a table has of these streams, where they are newer than what is known.
async fn load_from(
    shared: &Shared,
    tx: &impl ConnectionTrait,
    (table, which): (&str, &str),
    streams: &[StreamId],
    heads: &mut HashMap<StreamId, Head>,
) -> Result<(), BatchError> {
    let mut sql = Sql::new(
        shared.backend(),
        "SELECT e.stream, e.version, e.bytes FROM (SELECT stream, MAX(version) AS version FROM ",
    );
    sql.push(table).push(" WHERE stream IN ");
    let names = streams.iter().map(|stream| Value::from(stream.as_str()));
    sql.bind_list(names.collect());
    sql.push(which)
        .push(" GROUP BY stream) h JOIN ")
        .push(table);
    sql.push(" e ON e.stream = h.stream AND e.version = h.version");
    if table != "log_entries" {
        sql.push(" AND e.turn IS NOT NULL");
    }
    for row in tx.query_all_raw(sql.done()).await? {
        let stream: String = row.try_get("", "stream")?;
        let version: i64 = row.try_get("", "version")?;
        let bytes: Vec<u8> = row.try_get("", "bytes")?;
        let head = Head {
            version: uint(version),
            digest: sha256(&bytes),
            elsewhere: false,
        };
        let stream = StreamId::from(stream);
        let known = heads.get(&stream).map_or(0, |head| head.version);
        if known < head.version {
            heads.insert(stream, head);
        }
    }
    Ok(())
}

impl<'a> Draft<'a> {
    pub(crate) fn new(shared: &'a Shared, log: &'a str, ground: Ground, edge: Edge) -> Self {
        Self {
            shared,
            log,
            mode: shared.mode.borrow().clone(),
            ground,
            edge,
            heads: HashMap::new(),
            accepted: HashMap::new(),
            rows: Rows::default(),
            written: 0,
        }
    }

    /// Judges the members in order and takes in those that may go ahead. The outcomes hold only
    /// once the batch is written.
    pub(crate) fn take_in(&mut self, members: &mut [Member]) -> Result<(), BatchError> {
        for place in 0..members.len() {
            let judged = self.judge(&members[place].prepared);
            let outcome = match judged {
                Err(refused) => Err(refused),
                Ok(Verdict::Repeats(answer)) => Ok(Appended::Repeated { answer }),
                Ok(Verdict::SameAs(earlier)) => {
                    let same = members[earlier].prepared.digest == members[place].prepared.digest;
                    let answer = members[earlier].prepared.answer.clone();
                    if same {
                        Ok(Appended::Repeated { answer })
                    } else {
                        Err(AppendError::CommandReused)
                    }
                }
                Ok(Verdict::New) => {
                    let prepared = &members[place].prepared;
                    self.accepted.insert(prepared.command, place);
                    Ok(self.accept(prepared)?)
                }
            };
            members[place].outcome = Some(outcome);
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    fn judge(&self, prepared: &Prepared) -> Result<Verdict, AppendError> {
        match (&self.mode, prepared.effect) {
            (Mode::Active, _) | (Mode::Restored, Effect::StandsAlone) => {}
            (mode, _) => return Err(AppendError::ReadOnly(why_not(mode).to_owned())),
        }
        if let Some(known) = self.ground.known.get(&prepared.command) {
            if known.digest != prepared.digest {
                return Err(AppendError::CommandReused);
            }
            let answer: Json = serde_json::from_str(&known.answer)
                .map_err(|why| Fault::Damaged(format!("the answer of a command: {why}")))?;
            return Ok(Verdict::Repeats(answer));
        }
        if let Some(earlier) = self.accepted.get(&prepared.command) {
            return Ok(Verdict::SameAs(*earlier));
        }
        for (stream, expected) in &prepared.expected {
            let found = self.head(stream).map_or(0, |head| head.version);
            if found != *expected {
                return Err(AppendError::Conflict {
                    stream: stream.clone(),
                    expected: *expected,
                    found,
                });
            }
        }
        let mut streams = prepared.entries.iter().map(|entry| &entry.stream);
        if let Some(parked) = streams.find(|stream| self.shared.parked_stream(stream)) {
            return Err(AppendError::Parked(parked.clone()));
        }
        self.judge_ownership(prepared)?;
        Ok(Verdict::New)
    }

    /// One writer a stream: what another node owns, or was handed to it, takes no entries here.
    fn judge_ownership(&self, prepared: &Prepared) -> Result<(), AppendError> {
        let takes = matches!(
            prepared.effect,
            Effect::Network(Handover::Accept | Handover::TakeOver)
        );
        let elsewhere = |stream: &StreamId| self.head(stream).is_some_and(|head| head.elsewhere);
        let mut streams = prepared.entries.iter().map(|entry| &entry.stream);
        match streams.find(|stream| elsewhere(stream) != takes) {
            Some(stream) if takes => Err(Refusal::new("journal.is-owner")
                .with("stream", stream)
                .into()),
            Some(stream) => Err(Refusal::new("journal.not-owner")
                .with("stream", stream)
                .into()),
            None => Ok(()),
        }
    }

    fn head(&self, stream: &StreamId) -> Option<Head> {
        let newer = self.heads.get(stream);
        newer.or_else(|| self.ground.heads.get(stream)).copied()
    }

    fn accept(&mut self, prepared: &Prepared) -> Result<Appended, BatchError> {
        let first_seq = self.edge.size();
        for entry in &prepared.entries {
            let before = self.head(&entry.stream);
            let version = before.map_or(0, |head| head.version) + 1;
            let seq = self.edge.size();
            let place = Place {
                log: self.log,
                seq,
                version,
                prev: before.map(|head| head.digest),
            };
            let bytes = wire::join(place, &entry.name, &entry.rest.written(version)?);
            let digest = sha256(&bytes);
            self.edge.push(leaf_hash(&digest));
            let head = Head {
                version,
                digest,
                elsewhere: matches!(prepared.effect, Effect::Network(Handover::Release(_))),
            };
            self.heads.insert(entry.stream.clone(), head);
            self.written += bytes.len();
            self.rows.entries.push(vec![
                int(seq),
                Value::from(entry.stream.as_str()),
                int(version),
                Value::Bytes(Some(bytes)),
            ]);
        }
        self.record(prepared, first_seq);
        Ok(Appended::Done {
            answer: prepared.answer.clone(),
            first_seq,
            last_seq: self.edge.size().saturating_sub(1),
        })
    }

    fn record(&mut self, prepared: &Prepared, first_seq: u64) {
        let secrets = &self.shared.secrets;
        let size = self.edge.size();
        let row = CommandRow {
            command: prepared.command,
            digest: &prepared.digest,
            first_seq,
            entries: size - first_seq,
            answer: &prepared.answer_text,
        };
        self.rows.commands.push(row.values(secrets));
        for (topic, body) in &prepared.notices {
            self.rows
                .outbox
                .push(outbox_row(secrets, size, topic, body));
        }
        for change in &prepared.changes {
            // A row far from the last one touches a page of its table and one of an index.
            self.written += 8 * 1024;
            self.rows.changes.add(change.clone());
        }
        match prepared.effect {
            Effect::Nothing => {}
            Effect::Destroys(subject) => self.rows.destroyed.push((subject, first_seq)),
            Effect::StandsAlone => self.rows.stands_alone = true,
            Effect::Network(handover) => {
                let streams = prepared.entries.iter().map(|entry| &entry.stream);
                self.rows
                    .handed
                    .extend(streams.map(|stream| (stream.clone(), handover)));
            }
        }
    }

    /// Writes everything into `tx`, which the caller commits.
    pub(crate) async fn write(
        mut self,
        tx: &impl ConnectionTrait,
        state: &State,
    ) -> Result<Written, BatchError> {
        let rows = self.rows;
        let entries = "INSERT INTO log_entries (seq,stream,version,bytes)";
        insert_rows(tx, entries, rows.entries, "").await?;
        insert_rows(tx, COMMANDS, rows.commands, "").await?;
        insert_rows(tx, OUTBOX, rows.outbox, "").await?;
        let secrets = &self.shared.secrets;
        let destroyed = rows.destroyed.iter();
        let destroyed =
            destroyed.map(|(subject, seq)| destroyed_row(secrets, *subject, Some(*seq)));
        insert_rows(tx, DESTROYED, destroyed.collect(), DESTROYED_AGAIN).await?;
        rows.changes.write(tx, "").await?;
        hand_over(self.shared, tx, rows.handed).await?;
        if rows.stands_alone {
            self.shared.clear_meta(tx, "restored").await?;
        }
        write_tiles(tx, self.edge.take_changed()).await?;
        if self.edge.size() > state.edge.size() {
            let note = self
                .shared
                .identity()?
                .sign(self.edge.size(), self.edge.root());
            let mut sql = Sql::new(self.shared.backend(), "UPDATE log_checkpoint SET size=");
            sql.bind(int(self.edge.size())).push(", note=").bind(note);
            sql.push(" WHERE id=1 AND size=")
                .bind(int(state.edge.size()));
            if tx.execute_raw(sql.done()).await?.rows_affected() != 1 {
                return Err(BatchError::Stale);
            }
        }
        Ok(Written {
            edge: self.edge,
            heads: self.heads,
            stands_alone: rows.stands_alone,
            bytes: self.written,
        })
    }
}

/// Keeps who owns the streams that change hands.
async fn hand_over(
    shared: &Shared,
    tx: &impl ConnectionTrait,
    handed: Vec<(StreamId, Handover)>,
) -> Result<(), BatchError> {
    for (stream, handover) in handed {
        let mut sql = Sql::new(shared.backend(), "DELETE FROM net_streams WHERE stream=");
        sql.bind(stream.as_str());
        match handover {
            Handover::No => continue,
            Handover::Accept | Handover::TakeOver => {}
            Handover::Release(to) => {
                let head = "INSERT INTO net_streams (stream,owner,released) VALUES (";
                sql = Sql::new(shared.backend(), head);
                sql.bind(stream.as_str()).push(",");
                sql.bind(shared.identity()?.log.as_str()).push(",");
                sql.bind(hex::encode(to)).push(")");
            }
        }
        tx.execute_raw(sql.done()).await?;
        shared.networked.store(true, Ordering::Relaxed);
    }
    Ok(())
}

enum Verdict {
    New,
    Repeats(Json),
    SameAs(usize),
}

impl Written {
    /// The batch is durable: memory follows.
    pub(crate) fn install(self, shared: &Shared, state: &mut State) {
        state.edge = self.edge;
        state.unmerged += self.bytes;
        for (stream, head) in self.heads {
            shared.heads.insert(stream, head);
        }
        if self.stands_alone {
            shared.mode.send_replace(Mode::Active);
        }
    }
}

/// Why a node in this mode takes no writes.
pub(crate) fn why_not(mode: &Mode) -> &'static str {
    match mode {
        Mode::Active => "active",
        Mode::StandBy => "standing by: another process writes to this store",
        Mode::Restored => "restored from a backup: an operator must confirm that it stands alone",
        Mode::Held => "held by the network: `linli node list` says why",
        Mode::Reading => "opened for reading",
        Mode::Closed => "the node is stopping",
    }
}

/// Turns a batch's failure into what its members are told.
pub(crate) fn told(error: &BatchError) -> AppendError {
    match error {
        BatchError::Stale => {
            AppendError::Fault(Fault::Busy("another process wrote: try again".to_owned()))
        }
        BatchError::LostLock => AppendError::ReadOnly(why_not(&Mode::StandBy).to_owned()),
        BatchError::Db(error) => AppendError::Fault(fault(error.clone())),
        BatchError::Fault(fault) => AppendError::Fault(copy(fault)),
    }
}

fn copy(fault: &Fault) -> Fault {
    match fault {
        Fault::StoreFull(text) => Fault::StoreFull(text.clone()),
        Fault::Store(text) => Fault::Store(text.clone()),
        Fault::Damaged(text) => Fault::Damaged(text.clone()),
        Fault::Busy(text) => Fault::Busy(text.clone()),
        Fault::Setting(text) => Fault::Setting(text.clone()),
    }
}
