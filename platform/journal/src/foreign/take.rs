//! Taking in what neighbours sent, in one transaction with the registers that follow from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use linli_kernel::{Fault, ResidentId, StreamId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use super::read::{digest_value, mac_of};
use super::{EntryName, Intake, Remembered, own};
use crate::append::{Append, AppendError, Appended};
use crate::apply::Gathered;
use crate::db::{self, fault};
use crate::foreign::Handover;
use crate::journal::Journal;
use crate::prepare::Effect;
use crate::read::{self, Read};
use crate::rebuild::{self, Fold};
use crate::rows::{DESTROYED, DESTROYED_AGAIN, destroyed_row};
use crate::shared::{Mode, Parked, Shared};
use crate::sql::{Sql, insert_rows, int, uint};
use crate::writer;

pub(super) const ENTRIES: &str =
    "INSERT INTO net_entries (log,seq,digest,stream,version,turn,after,bytes)";
pub(super) const OWNERS: &str = "INSERT INTO net_streams (stream,owner,released)";
pub(super) const RECORDS: &str = "INSERT INTO net_records (own,kind,log,start,size,body,mac)";

impl Journal {
    /// Takes in what came from neighbours. Keys are durable first; everything else becomes so as a
    /// whole, with the register rows that follow.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; nothing but keys was kept then.
    pub async fn take_in(&self, intake: Intake) -> Result<(), Fault> {
        let shared = &self.shared;
        shared.keys.take(&intake.keys).await?;
        self.take_in_whole(&intake).await?;
        self.forget_keys(&intake).await?;
        if !intake.displaced.is_empty() || !intake.lapsed.is_empty() {
            // Rows of what was taken back, or can no longer be read.
            rebuild::rebuild(shared, &mut |_| {}).await?;
        }
        Ok(())
    }

    /// Everything but the keys, in one transaction.
    async fn take_in_whole(&self, intake: &Intake) -> Result<(), Fault> {
        let shared = &self.shared;
        let mut state = shared.state.lock().await;
        let tx = db::begin(&shared.db.write).await.map_err(fault)?;
        if !writer::is_where_we_left(shared, &tx, &state)
            .await
            .map_err(|why| Fault::Store(format!("{why:?}")))?
        {
            shared.reload(&tx, &mut state).await?;
        }
        if !intake.own.is_empty() {
            state.edge = own::take_back(shared, &tx, &state, &intake.own).await?;
        }
        let turns = number(&tx, shared, &intake.applied).await?;
        let after = state.edge.size();
        write(shared, &tx, intake, (&turns, after)).await?;
        hold(shared, &tx, intake.held).await?;
        let parked = if intake.unfolded {
            shared.set_meta(&tx, "registers", "to be made anew").await?;
            Vec::new()
        } else {
            fold(shared, &tx, intake).await?
        };
        tx.commit().await.map_err(fault)?;
        shared.heads.clear();
        shared.networked.store(true, Ordering::Relaxed);
        if !parked.is_empty() {
            shared.set_parked(shared.parked_rows(&shared.db.write).await?);
        }
        if let Some(held) = intake.held {
            let mode = if held { Mode::Held } else { Mode::Active };
            shared.mode.send_replace(mode);
        }
        drop(state);
        Ok(())
    }

    async fn forget_keys(&self, intake: &Intake) -> Result<(), Fault> {
        let keys = &self.shared.keys;
        keys.mark_destroyed(intake.destroyed.iter().copied());
        keys.remove(&intake.destroyed).await?;
        for subject in &intake.destroyed {
            self.shared.files.remove_all(*subject)?;
        }
        keys.lend(&intake.keys, &intake.lapsed);
        keys.remove(&intake.lapsed).await
    }

    /// No second key is made for these subjects: theirs were lent and come again.
    pub fn expect_keys(&self, lapsed: &[ResidentId]) {
        self.shared.keys.lend(&[], lapsed);
    }

    /// Records an entry of the network's own kinds, and what it does to its stream.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub async fn append_of_network(
        &self,
        append: Append,
        handover: Handover,
    ) -> Result<Appended, AppendError> {
        self.submit(append, Effect::Network(handover)).await
    }

    /// Makes the registers anew where they were left behind, such as after a node's first exchange.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn catch_up_registers(&self) -> Result<(), Fault> {
        if rebuild::is_current(&self.shared).await? {
            return Ok(());
        }
        rebuild::rebuild(&self.shared, &mut |_| {}).await.map(drop)
    }
}

/// Keeps whether the node may write, where that changes.
async fn hold(shared: &Shared, tx: &DatabaseTransaction, held: Option<bool>) -> Result<(), Fault> {
    match held {
        Some(true) => {
            shared.set_meta(tx, "held", "by the network").await?;
            // From now on the network says when it may write.
            shared.clear_meta(tx, "restored").await
        }
        Some(false) => shared.clear_meta(tx, "held").await,
        None => Ok(()),
    }
}

/// The turn of each entry that continues its stream now.
async fn number(
    tx: &DatabaseTransaction,
    shared: &Shared,
    applied: &[EntryName],
) -> Result<HashMap<EntryName, u64>, Fault> {
    if applied.is_empty() {
        return Ok(HashMap::new());
    }
    let last = "SELECT MAX(turn) AS last FROM net_entries";
    let row = tx.query_one_raw(Sql::new(shared.backend(), last).done());
    let last: Option<i64> = match row.await.map_err(fault)? {
        Some(row) => row.try_get("", "last").map_err(fault)?,
        None => None,
    };
    let first = last.map_or(0, uint) + 1;
    Ok(applied.iter().cloned().zip(first..).collect())
}

async fn write(
    shared: &Shared,
    tx: &DatabaseTransaction,
    intake: &Intake,
    (turns, after): (&HashMap<EntryName, u64>, u64),
) -> Result<(), Fault> {
    let mut numbered = HashSet::new();
    let mut rows = Vec::with_capacity(intake.entries.len());
    for entry in &intake.entries {
        let turn = turns.get(&entry.name);
        numbered.extend(turn.map(|_| &entry.name));
        rows.push(vec![
            entry.name.log.as_str().into(),
            int(entry.name.seq),
            digest_value(&entry.name.digest),
            entry.stream.as_str().into(),
            int(entry.version),
            turn.map_or(Value::BigInt(None), |turn| int(*turn)),
            turn.map_or(Value::BigInt(None), |_| int(after)),
            Value::Bytes(Some(entry.bytes.to_vec())),
        ]);
    }
    displace(shared, tx, &intake.displaced).await?;
    let rows = insert_rows(tx, ENTRIES, rows, " ON CONFLICT DO NOTHING");
    rows.await.map_err(fault)?;
    for (name, turn) in turns.iter().filter(|(name, _)| !numbered.contains(name)) {
        let mut sql = Sql::new(shared.backend(), "UPDATE net_entries SET turn=");
        sql.bind(int(*turn)).push(", after=").bind(int(after));
        sql.push(" WHERE log=").bind(name.log.as_str());
        sql.push(" AND seq=").bind(int(name.seq));
        sql.push(" AND digest=").bind(digest_value(&name.digest));
        tx.execute_raw(sql.done()).await.map_err(fault)?;
    }
    let owners = intake.owners.iter().map(|(stream, owned)| {
        let released = owned.released.as_deref();
        vec![
            stream.as_str().into(),
            owned.owner.as_str().into(),
            Value::from(released.map(ToOwned::to_owned)),
        ]
    });
    let again =
        " ON CONFLICT (stream) DO UPDATE SET owner=excluded.owner, released=excluded.released";
    let owners = insert_rows(tx, OWNERS, owners.collect(), again);
    owners.await.map_err(fault)?;
    // What is the node's own needs no row.
    let own = shared.identity()?.log.as_str();
    let mut sql = Sql::new(shared.backend(), "DELETE FROM net_streams WHERE owner=");
    sql.bind(own).push(" AND released IS NULL");
    tx.execute_raw(sql.done()).await.map_err(fault)?;
    let secrets = &shared.secrets;
    let destroyed = intake.destroyed.iter();
    let destroyed = destroyed.map(|subject| destroyed_row(secrets, *subject, None));
    let destroyed = insert_rows(tx, DESTROYED, destroyed.collect(), DESTROYED_AGAIN);
    destroyed.await.map_err(fault)?;
    remember(shared, tx, intake, after).await
}

async fn remember(
    shared: &Shared,
    tx: &DatabaseTransaction,
    intake: &Intake,
    own: u64,
) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(intake.remembered.len());
    for it in &intake.remembered {
        let mut it = it.clone();
        it.own = own;
        rows.push(record_row(mac_of(&shared.secrets, &it), it));
    }
    insert_rows(tx, RECORDS, rows, "")
        .await
        .map(drop)
        .map_err(fault)
}

/// A row of [`RECORDS`].
pub(super) fn record_row(mac: Vec<u8>, it: Remembered) -> Vec<Value> {
    let (log, start, size) = match it.about {
        Some((log, start, size)) => (Some(log), int(start), int(size)),
        None => (None, Value::BigInt(None), Value::BigInt(None)),
    };
    vec![
        int(it.own),
        it.kind.into(),
        log.into(),
        start,
        size,
        Value::Bytes(Some(it.body)),
        Value::Bytes(Some(mac)),
    ]
}

/// Entries that continued their stream do so no longer, own ones included.
async fn displace(
    shared: &Shared,
    tx: &DatabaseTransaction,
    displaced: &[EntryName],
) -> Result<(), Fault> {
    let me = shared.identity()?.log.as_str();
    let (own, others): (Vec<_>, Vec<_>) = displaced.iter().partition(|name| name.log == me);
    let own = own.into_iter().map(|name| vec![int(name.seq)]);
    let own = insert_rows(
        tx,
        "INSERT INTO net_displaced (seq)",
        own.collect(),
        " ON CONFLICT DO NOTHING",
    );
    own.await.map_err(fault)?;
    for name in others {
        let mut sql = Sql::new(
            shared.backend(),
            "UPDATE net_entries SET turn=NULL, after=NULL WHERE log=",
        );
        sql.bind(name.log.as_str())
            .push(" AND seq=")
            .bind(int(name.seq));
        sql.push(" AND digest=").bind(digest_value(&name.digest));
        tx.execute_raw(sql.done()).await.map_err(fault)?;
    }
    Ok(())
}

/// Folds the entries that continue their streams, and writes what changes. What the streams had
/// before is folded first, and changes nothing.
async fn fold(
    shared: &Arc<Shared>,
    tx: &DatabaseTransaction,
    intake: &Intake,
) -> Result<Vec<Parked>, Fault> {
    let turns: HashMap<[u8; 32], usize> = (intake.applied.iter().enumerate())
        .map(|(turn, name)| (name.digest, turn))
        .collect();
    if turns.is_empty() {
        return Ok(Vec::new());
    }
    let streams = streams_of(shared, tx, intake).await?;
    let raws = read::by_stream(tx, &streams, true).await.map_err(fault)?;
    let (mut new, before): (Vec<Read>, Vec<Read>) = read::few(shared, raws)
        .await?
        .into_iter()
        .partition(|read| turns.contains_key(&read.digest));
    new.sort_by_key(|read| turns.get(&read.digest).copied());
    let mut fold = Fold::new(shared.registers.folder());
    drop::<Gathered>(fold.take(before));
    let changes = fold.take(new);
    changes.write(tx, "").await.map_err(fault)?;
    let parked = fold.parked();
    let rows = parked.iter().map(|one| one.values(&shared.secrets));
    let head = "INSERT INTO log_parked (stream,seq,reason,mac)";
    let tail = " ON CONFLICT (stream) DO NOTHING";
    let rows = insert_rows(tx, head, rows.collect(), tail);
    rows.await.map_err(fault)?;
    Ok(parked)
}

/// The streams in which an entry goes on.
async fn streams_of(
    shared: &Shared,
    tx: &DatabaseTransaction,
    intake: &Intake,
) -> Result<Vec<StreamId>, Fault> {
    let digests: Vec<Value> = (intake.applied.iter())
        .map(|name| digest_value(&name.digest))
        .collect();
    let mut streams = HashSet::new();
    for some in digests.chunks(512) {
        let head = "SELECT DISTINCT stream FROM net_entries WHERE turn IS NOT NULL AND digest IN ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind_list(some.to_vec());
        for row in tx.query_all_raw(sql.done()).await.map_err(fault)? {
            let stream: String = row.try_get("", "stream").map_err(fault)?;
            streams.insert(StreamId::from(stream));
        }
    }
    Ok(streams.into_iter().collect())
}
