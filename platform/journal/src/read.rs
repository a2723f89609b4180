//! Reading entries: rows, then their meaning, then their sealed parts opened.

use std::collections::HashMap;
use std::sync::Arc;

use linli_kernel::{Fault, ResidentId, StreamId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::entry::Recorded;
use crate::registers::FoldError;
use crate::seal::Key;
use crate::secrets::sha256;
use crate::shared::Shared;
use crate::sql::{Sql, int, uint};
use crate::wire::{self, Parsed};

/// A row of `log_entries`.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) seq: u64,
    pub(crate) stream: String,
    pub(crate) version: u64,
    pub(crate) bytes: Vec<u8>,
}

/// A row understood as far as it can be.
pub(crate) struct Read {
    pub(crate) raw: Raw,
    pub(crate) digest: [u8; 32],
    /// The log and the previous digest that the entry names.
    pub(crate) log: String,
    pub(crate) prev: Option<String>,
    /// The entry, or why its bytes are none.
    pub(crate) entry: Result<Recorded, String>,
    /// Why it cannot be raised to what the code of today reads.
    pub(crate) raised: Result<(), FoldError>,
    /// Subjects whose key is there, and whose part does not open with it.
    pub(crate) ill: Vec<ResidentId>,
}

const COLUMNS: &str = "SELECT seq, stream, version, bytes FROM log_entries";

/// The entries from `from` to before `to`.
pub(crate) async fn by_seq(
    db: &impl ConnectionTrait,
    from: u64,
    to: u64,
) -> Result<Vec<Raw>, DbErr> {
    let mut sql = Sql::new(db.get_database_backend(), COLUMNS);
    sql.push(" WHERE seq >= ").bind(int(from));
    sql.push(" AND seq < ").bind(int(to)).push(" ORDER BY seq");
    let rows = db.query_all_raw(sql.done()).await?;
    rows.iter().map(raw).collect()
}

/// Which streams the entries from `from` to before `to` belong to.
pub(crate) async fn streams_by_seq(
    db: &impl ConnectionTrait,
    from: u64,
    to: u64,
) -> Result<Vec<(u64, String)>, DbErr> {
    let columns = "SELECT seq, stream FROM log_entries";
    let mut sql = Sql::new(db.get_database_backend(), columns);
    sql.push(" WHERE seq >= ").bind(int(from));
    sql.push(" AND seq < ").bind(int(to)).push(" ORDER BY seq");
    let row = |row: &QueryResult| {
        let seq: i64 = row.try_get_by_index(0)?;
        Ok((uint(seq), row.try_get_by_index(1)?))
    };
    let rows = db.query_all_raw(sql.done()).await?;
    rows.iter().map(row).collect()
}

/// How many entries there are: the place of the next one.
pub(crate) async fn size(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let last = "SELECT seq FROM log_entries ORDER BY seq DESC LIMIT 1";
    let sql = Sql::new(db.get_database_backend(), last);
    let last = db.query_one_raw(sql.done()).await?;
    let last: Option<i64> = last.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(last.map_or(0, |last| uint(last) + 1))
}

/// The entries of `streams`, by stream and version; with those of other logs where there are any.
pub(crate) async fn by_stream(
    db: &impl ConnectionTrait,
    streams: &[StreamId],
    others: bool,
) -> Result<Vec<Raw>, DbErr> {
    let mut found = Vec::new();
    for some in streams.chunks(256) {
        let mut sql = Sql::new(db.get_database_backend(), COLUMNS);
        sql.push(" WHERE stream IN ");
        let names = some.iter().map(|stream| Value::from(stream.as_str()));
        let names: Vec<Value> = names.collect();
        sql.bind_list(names.clone());
        if others {
            sql.push(" AND seq NOT IN (SELECT seq FROM net_displaced)");
            sql.push(" UNION ALL SELECT seq, stream, version, bytes FROM net_entries");
            sql.push(" WHERE turn IS NOT NULL AND stream IN ");
            sql.bind_list(names);
        }
        sql.push(" ORDER BY stream, version");
        for row in db.query_all_raw(sql.done()).await? {
            found.push(raw(&row)?);
        }
    }
    Ok(found)
}

pub(crate) fn raw(row: &QueryResult) -> Result<Raw, DbErr> {
    let seq: i64 = row.try_get_by_index(0)?;
    let version: i64 = row.try_get_by_index(2)?;
    Ok(Raw {
        seq: uint(seq),
        stream: row.try_get_by_index(1)?,
        version: uint(version),
        bytes: row.try_get_by_index(3)?,
    })
}

/// Understands rows and opens what is sealed in them, in place: for a few entries.
pub(crate) async fn few(shared: &Shared, raws: Vec<Raw>) -> Result<Vec<Read>, Fault> {
    let parsed = parse(raws);
    let keys = shared.keys.find(subjects(&parsed)).await?;
    Ok(open(shared, parsed, &keys))
}

/// The same for many, beside the tasks that serve people.
pub(crate) async fn many(shared: &Arc<Shared>, raws: Vec<Raw>) -> Result<Vec<Read>, Fault> {
    let parsed = blocking(move || parse(raws)).await?;
    let keys = shared.keys.find(subjects(&parsed)).await?;
    let shared = Arc::clone(shared);
    blocking(move || open(&shared, parsed, &keys)).await
}

/// The same for a check: keys that cannot be unwrapped are passed over, their parts read as `None`.
pub(crate) async fn sound(shared: &Arc<Shared>, raws: Vec<Raw>) -> Result<Vec<Read>, Fault> {
    let parsed = blocking(move || parse(raws)).await?;
    let (keys, _) = shared.keys.find_sound(subjects(&parsed)).await?;
    let shared = Arc::clone(shared);
    blocking(move || open(&shared, parsed, &keys)).await
}

/// Runs heavy work off the tasks that serve people.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|why| Fault::Store(format!("a task failed: {why}")))
}

/// The entries of a stream as the code of today reads them; a row that is no entry is damage.
pub(crate) fn recorded(read: Vec<Read>) -> Result<Vec<Recorded>, Fault> {
    let damaged = |seq: u64, why: String| Fault::Damaged(format!("entry {seq}: {why}"));
    read.into_iter()
        .map(|read| read.entry.map_err(|why| damaged(read.raw.seq, why)))
        .collect()
}

type ParsedRow = (Raw, [u8; 32], Result<Parsed, String>);

fn parse(raws: Vec<Raw>) -> Vec<ParsedRow> {
    let parse = |raw: Raw| {
        let digest = sha256(&raw.bytes);
        let parsed = wire::parse(&raw.bytes).map_err(|why| why.to_string());
        (raw, digest, parsed)
    };
    raws.into_iter().map(parse).collect()
}

fn subjects(parsed: &[ParsedRow]) -> Vec<ResidentId> {
    let understood = parsed
        .iter()
        .filter_map(|(_, _, parsed)| parsed.as_ref().ok());
    let parts = understood.flat_map(|parsed| &parsed.sealed);
    parts.map(|part| part.subject).collect()
}

fn open(shared: &Shared, parsed: Vec<ParsedRow>, keys: &HashMap<ResidentId, Key>) -> Vec<Read> {
    let open = |(raw, digest, parsed): ParsedRow| {
        let mut read = Read {
            raw,
            digest,
            log: String::new(),
            prev: None,
            entry: Err(String::new()),
            raised: Ok(()),
            ill: Vec::new(),
        };
        read.entry = parsed.map(|mut parsed| {
            read.log = std::mem::take(&mut parsed.log);
            read.prev = parsed.prev.take();
            let mut entry = parsed.record(digest, keys, &mut read.ill);
            read.raised = shared.upcasters.raise(&mut entry);
            entry
        });
        read
    };
    parsed.into_iter().map(open).collect()
}
