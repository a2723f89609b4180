//! What is asked of other logs' entries and of what is remembered.

use std::collections::HashMap;

use linli_kernel::{Fault, ResidentId, StreamId};
use linli_translog::Edge;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::{EntryName, Owned, Remembered};
use crate::db::fault;
use crate::entry::Recorded;
use crate::journal::Journal;
use crate::read;
use crate::secrets::Secrets;
use crate::sql::{Sql, int, uint};

/// How many are asked for at once.
const ASKED: usize = 256;

const REMEMBERED: &str = "SELECT id, own, kind, log, start, size, body, mac FROM net_records";

impl Journal {
    /// Whether this node has, or had, neighbours.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn has_neighbours(&self) -> Result<bool, Fault> {
        if !crate::db::has_table(self.reader(), "net_records").await? {
            return Ok(false);
        }
        let sql = Sql::new(self.shared.backend(), "SELECT id FROM net_records LIMIT 1");
        let row = self.reader().query_one_raw(sql.done()).await;
        Ok(row.map_err(fault)?.is_some())
    }

    /// What is remembered of the neighbours after the thing `id`, at most `most` of it.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or a row is damaged.
    pub async fn remembered(&self, id: u64, most: u64) -> Result<Vec<Remembered>, Fault> {
        let mut sql = Sql::new(self.shared.backend(), REMEMBERED);
        sql.push(" WHERE id > ").bind(int(id));
        sql.push(&format!(" ORDER BY id LIMIT {most}"));
        self.remembered_by(sql).await
    }

    /// What of kind `kind` is remembered of the stretch of `log` that holds its entry `seq`: the
    /// shortest way to its end.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or a row is damaged.
    pub async fn remembered_stretch(
        &self,
        kind: &str,
        log: &str,
        seq: u64,
    ) -> Result<Option<Remembered>, Fault> {
        let mut sql = Sql::new(self.shared.backend(), REMEMBERED);
        sql.push(" WHERE log = ")
            .bind(log)
            .push(" AND kind = ")
            .bind(kind);
        sql.push(" AND start <= ").bind(int(seq));
        sql.push(" AND size > ").bind(int(seq));
        sql.push(" ORDER BY start DESC LIMIT 1");
        Ok(self.remembered_by(sql).await?.pop())
    }

    /// The last `most` things of this kind that are remembered, the newest first.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or a row is damaged.
    pub async fn remembered_last(&self, kind: &str, most: u64) -> Result<Vec<Remembered>, Fault> {
        let mut sql = Sql::new(self.shared.backend(), REMEMBERED);
        sql.push(" WHERE kind = ").bind(kind);
        sql.push(&format!(" ORDER BY id DESC LIMIT {most}"));
        self.remembered_by(sql).await
    }

    /// What the own entries of the network's kind `kind` say openly.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or an entry is damaged.
    pub async fn own_of_kind(&self, kind: &str) -> Result<Vec<serde_json::Value>, Fault> {
        let head = "SELECT seq, stream, version, bytes FROM log_entries WHERE stream LIKE 'node/%'";
        let sql = Sql::new(self.shared.backend(), head);
        let rows = self.reader().query_all_raw(sql.done()).await;
        let mut found = Vec::new();
        for row in &rows.map_err(fault)? {
            let raw = read::raw(row).map_err(fault)?;
            let entry = crate::wire::read_entry(&raw.bytes)
                .map_err(|why| Fault::Damaged(format!("entry {}: {why}", raw.seq)))?;
            if entry.kind.to_string() == kind {
                found.push(entry.open);
            }
        }
        Ok(found)
    }

    async fn remembered_by(&self, sql: Sql) -> Result<Vec<Remembered>, Fault> {
        let rows = self.reader().query_all_raw(sql.done()).await;
        let rows = rows.map_err(fault)?;
        let secrets = &self.shared.secrets;
        rows.iter().map(|row| remembered(secrets, row)).collect()
    }

    /// The entries of another log from `from` to before `to`, as far as they are here: those with
    /// their places, the orphans too.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn foreign(&self, log: &str, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Fault> {
        let head = "SELECT bytes FROM net_entries WHERE log = ";
        let mut sql = Sql::new(self.shared.backend(), head);
        sql.bind(log).push(" AND seq >= ").bind(int(from));
        sql.push(" AND seq < ")
            .bind(int(to))
            .push(" ORDER BY seq, digest");
        bytes_of(self.reader(), sql).await
    }

    /// These entries of other logs, as far as they are here.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn foreign_named(&self, names: &[EntryName]) -> Result<Vec<Vec<u8>>, Fault> {
        let mut found = Vec::with_capacity(names.len());
        for some in names.chunks(ASKED) {
            let head = "SELECT bytes FROM net_entries WHERE digest IN ";
            let mut sql = Sql::new(self.shared.backend(), head);
            let digests = some.iter().map(|name| digest_value(&name.digest));
            sql.bind_list(digests.collect());
            sql.push(" AND log IN ");
            sql.bind_list(some.iter().map(|name| name.log.as_str().into()).collect());
            found.extend(bytes_of(self.reader(), sql).await?);
        }
        Ok(found)
    }

    /// Of these entries, by log and place, those that are kept beside their streams, opened: orphans
    /// of other logs, and own ones that a takeover displaced.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or an entry is damaged.
    pub async fn beside(&self, places: &[(String, u64)]) -> Result<Vec<(String, Recorded)>, Fault> {
        let me = self.shared.identity()?.log.clone();
        let mut found = Vec::with_capacity(places.len());
        for (log, seq) in places {
            let backend = self.shared.backend();
            let mut sql = if *log == me {
                let head = "SELECT seq, stream, version, bytes FROM log_entries WHERE seq IN \
                            (SELECT seq FROM net_displaced) AND seq = ";
                Sql::new(backend, head)
            } else {
                let head = "SELECT seq, stream, version, bytes FROM net_entries \
                            WHERE turn IS NULL AND log = ";
                let mut sql = Sql::new(backend, head);
                sql.bind(log.as_str()).push(" AND seq = ");
                sql
            };
            sql.bind(int(*seq));
            let rows = self.reader().query_all_raw(sql.done()).await;
            let raws = rows.map_err(fault)?;
            let raws = raws.iter().map(read::raw).collect::<Result<_, _>>();
            let opened = read::few(&self.shared, raws.map_err(fault)?).await?;
            let opened = read::recorded(opened)?;
            found.extend(opened.into_iter().map(|entry| (log.clone(), entry)));
        }
        Ok(found)
    }

    /// The exact bytes of the own entries from `from` to before `to`.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn own_bytes(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Fault> {
        let raws = read::by_seq(self.reader(), from, to).await.map_err(fault)?;
        Ok(raws.into_iter().map(|raw| raw.bytes).collect())
    }

    /// The root of the own log's tree when it had `size` entries.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or the log never had so many.
    pub async fn root_at(&self, size: u64) -> Result<[u8; 32], Fault> {
        let ids = Edge::tiles_of(size);
        let tiles = self.shared.tiles(self.reader(), &ids).await?;
        let edge = Edge::resume(size, &tiles)
            .map_err(|why| Fault::Damaged(format!("the tree at {size}: {why}")))?;
        Ok(edge.root().0)
    }

    /// The keys of those subjects that have one here.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or a key is damaged.
    pub async fn subject_keys(
        &self,
        subjects: Vec<ResidentId>,
    ) -> Result<HashMap<ResidentId, [u8; 32]>, Fault> {
        self.shared.keys.find(subjects).await
    }

    /// Who may write `stream`; `None` when this node may.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn owned_elsewhere(&self, stream: &StreamId) -> Result<Option<Owned>, Fault> {
        let backend = self.shared.backend();
        let found = owners_of(self.reader(), backend, vec![stream.clone()]).await;
        Ok(found.map_err(fault)?.remove(stream))
    }
}

/// Who may write those of `streams` that are not plainly the node's own.
pub(crate) async fn owners_of(
    db: &impl ConnectionTrait,
    backend: sea_orm::DbBackend,
    streams: Vec<StreamId>,
) -> Result<HashMap<StreamId, Owned>, DbErr> {
    let mut found = HashMap::new();
    for some in streams.chunks(512) {
        let head = "SELECT stream, owner, released FROM net_streams WHERE stream IN ";
        let mut sql = Sql::new(backend, head);
        let names = some.iter().map(|stream| Value::from(stream.as_str()));
        sql.bind_list(names.collect());
        for row in db.query_all_raw(sql.done()).await? {
            let stream: String = row.try_get("", "stream")?;
            let owned = Owned {
                owner: row.try_get("", "owner")?,
                released: row.try_get("", "released")?,
            };
            found.insert(StreamId::from(stream), owned);
        }
    }
    Ok(found)
}

async fn bytes_of(db: &impl ConnectionTrait, sql: Sql) -> Result<Vec<Vec<u8>>, Fault> {
    let rows = db.query_all_raw(sql.done()).await.map_err(fault)?;
    let bytes = |row: &QueryResult| row.try_get("", "bytes").map_err(fault);
    rows.iter().map(bytes).collect()
}

pub(super) fn remembered(secrets: &Secrets, row: &QueryResult) -> Result<Remembered, Fault> {
    let id: i64 = row.try_get("", "id").map_err(fault)?;
    let number = |name| -> Result<Option<u64>, Fault> {
        let number: Option<i64> = row.try_get("", name).map_err(fault)?;
        Ok(number.map(uint))
    };
    let log: Option<String> = row.try_get("", "log").map_err(fault)?;
    let about = match (log, number("start")?, number("size")?) {
        (Some(log), Some(start), Some(size)) => Some((log, start, size)),
        _ => None,
    };
    let found = Remembered {
        id: uint(id),
        own: number("own")?.unwrap_or_default(),
        kind: row.try_get("", "kind").map_err(fault)?,
        about,
        body: row.try_get("", "body").map_err(fault)?,
    };
    let mac: Vec<u8> = row.try_get("", "mac").map_err(fault)?;
    if mac == mac_of(secrets, &found) {
        Ok(found)
    } else {
        Err(Fault::Damaged(format!("net_records, row {id}")))
    }
}

/// The checksum of a remembered thing, its place apart.
pub(super) fn mac_of(secrets: &Secrets, it: &Remembered) -> Vec<u8> {
    let (log, start, size) = match &it.about {
        Some((log, start, size)) => (log.as_str(), *start, *size),
        None => ("", 0, 0),
    };
    let parts = [
        &it.own.to_be_bytes(),
        it.kind.as_bytes(),
        log.as_bytes(),
        &start.to_be_bytes(),
        &size.to_be_bytes(),
        &it.body,
    ];
    secrets.row_mac("net_records", &parts)
}

pub(super) fn digest_value(digest: &[u8; 32]) -> Value {
    Value::Bytes(Some(digest.to_vec()))
}
