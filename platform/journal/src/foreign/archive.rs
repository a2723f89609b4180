//! What a backup keeps of a node's neighbours: their entries, who owns which stream, what must not
//! be forgotten.

use linli_kernel::Fault;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, IsolationLevel, QueryResult,
    TransactionTrait as _, Value,
};
use serde::{Deserialize, Serialize};

use super::Remembered;
use super::read::{digest_value, mac_of, remembered};
use crate::archive::{Kind, Writer};
use crate::db::fault;
use crate::secrets::sha256;
use crate::shared::Shared;
use crate::sql::{Sql, insert_rows, int, uint};
use crate::wire::read_entry;

/// How many rows a frame holds.
const ROWS: u64 = 1_000;

/// An entry of another log.
#[derive(Serialize, Deserialize)]
struct Entry {
    log: String,
    turn: Option<u64>,
    after: Option<u64>,
    entry: String,
}

/// A row of one of the small tables.
#[derive(Serialize, Deserialize)]
enum Row {
    Displaced(u64),
    Stream {
        stream: String,
        owner: String,
        released: Option<String>,
    },
    Record {
        own: u64,
        kind: String,
        about: Option<(String, u64, u64)>,
        body: String,
    },
}

/// The tables as they were at one moment.
pub(crate) struct Snapshot(DatabaseTransaction);

impl Snapshot {
    /// From now on. Own entries that are archived must be read after this.
    pub(crate) async fn begin(shared: &Shared) -> Result<Self, Fault> {
        let level = match shared.backend() {
            DbBackend::Postgres => Some(IsolationLevel::RepeatableRead),
            _ => None,
        };
        let tx = shared.reader().begin_with_config(level, None).await;
        let tx = tx.map_err(fault)?;
        // A snapshot begins with the first question.
        let first = Sql::new(
            shared.backend(),
            "SELECT size FROM log_checkpoint WHERE id = 1",
        );
        tx.query_one_raw(first.done()).await.map_err(fault)?;
        Ok(Self(tx))
    }

    /// Writes the tables to the archive.
    pub(crate) async fn write(self, shared: &Shared, archive: Writer) -> Result<Writer, Fault> {
        let archive = self.entries(shared, archive).await?;
        let archive = self.records(shared, archive).await?;
        let mut rows = Vec::new();
        let displaced = Sql::new(
            shared.backend(),
            "SELECT seq FROM net_displaced ORDER BY seq",
        );
        for row in self
            .0
            .query_all_raw(displaced.done())
            .await
            .map_err(fault)?
        {
            rows.push(Row::Displaced(uint(row.try_get("", "seq").map_err(fault)?)));
        }
        let streams = "SELECT stream, owner, released FROM net_streams ORDER BY stream";
        let streams = Sql::new(shared.backend(), streams);
        for row in self.0.query_all_raw(streams.done()).await.map_err(fault)? {
            rows.push(Row::Stream {
                stream: row.try_get("", "stream").map_err(fault)?,
                owner: row.try_get("", "owner").map_err(fault)?,
                released: row.try_get("", "released").map_err(fault)?,
            });
        }
        let mut archive = archive;
        for some in rows.chunks(1_000) {
            archive = archive.json(Kind::Network, &some).await?;
        }
        self.0.rollback().await.map_err(fault)?;
        Ok(archive)
    }

    async fn entries(&self, shared: &Shared, mut archive: Writer) -> Result<Writer, Fault> {
        let mut after = (String::new(), -1, Vec::new());
        loop {
            let head = "SELECT log, seq, digest, turn, after, bytes FROM net_entries WHERE ";
            let mut sql = Sql::new(shared.backend(), head);
            sql.push("(log, seq, digest) > (").bind(after.0.as_str());
            sql.push(",").bind(Value::BigInt(Some(after.1)));
            sql.push(",").bind(Value::Bytes(Some(after.2.clone())));
            sql.push(&format!(") ORDER BY log, seq, digest LIMIT {ROWS}"));
            let rows = self.0.query_all_raw(sql.done()).await.map_err(fault)?;
            let Some(last) = rows.last() else {
                return Ok(archive);
            };
            after = (
                last.try_get("", "log").map_err(fault)?,
                last.try_get("", "seq").map_err(fault)?,
                last.try_get("", "digest").map_err(fault)?,
            );
            let page: Vec<Entry> = rows.iter().map(entry).collect::<Result<_, _>>()?;
            archive = archive.json(Kind::Foreign, &page).await?;
        }
    }

    async fn records(&self, shared: &Shared, mut archive: Writer) -> Result<Writer, Fault> {
        let mut after = 0;
        loop {
            let head =
                "SELECT id, own, kind, log, start, size, body, mac FROM net_records WHERE id > ";
            let mut sql = Sql::new(shared.backend(), head);
            sql.bind(int(after));
            sql.push(&format!(" ORDER BY id LIMIT {ROWS}"));
            let rows = self.0.query_all_raw(sql.done()).await.map_err(fault)?;
            let mut page = Vec::with_capacity(rows.len());
            for row in &rows {
                let it = remembered(&shared.secrets, row)?;
                after = it.id;
                page.push(Row::Record {
                    own: it.own,
                    kind: it.kind,
                    about: it.about,
                    body: hex::encode(it.body),
                });
            }
            if page.is_empty() {
                return Ok(archive);
            }
            archive = archive.json(Kind::Network, &page).await?;
        }
    }
}

fn entry(row: &QueryResult) -> Result<Entry, Fault> {
    let number = |name| -> Result<Option<u64>, Fault> {
        let number: Option<i64> = row.try_get("", name).map_err(fault)?;
        Ok(number.map(uint))
    };
    let bytes: Vec<u8> = row.try_get("", "bytes").map_err(fault)?;
    Ok(Entry {
        log: row.try_get("", "log").map_err(fault)?,
        turn: number("turn")?,
        after: number("after")?,
        entry: String::from_utf8(bytes).map_err(|why| Fault::Damaged(why.to_string()))?,
    })
}

/// Loads a frame of entries.
pub(crate) async fn load_entries(tx: &DatabaseTransaction, content: &[u8]) -> Result<(), Fault> {
    let page: Vec<Entry> = serde_json::from_slice(content).map_err(|why| bad(&why))?;
    let mut rows = Vec::with_capacity(page.len());
    for it in page {
        let bytes = it.entry.into_bytes();
        let entry = read_entry(&bytes).map_err(|why| bad(&why))?;
        let number = |number: Option<u64>| number.map_or(Value::BigInt(None), int);
        rows.push(vec![
            it.log.into(),
            int(entry.seq),
            digest_value(&sha256(&bytes)),
            entry.stream.as_str().into(),
            int(entry.version),
            number(it.turn),
            number(it.after),
            Value::Bytes(Some(bytes)),
        ]);
    }
    let rows = insert_rows(tx, super::take::ENTRIES, rows, "");
    rows.await.map(drop).map_err(fault)
}

/// Loads a frame of the small tables.
pub(crate) async fn load_rows(
    shared: &Shared,
    tx: &DatabaseTransaction,
    content: &[u8],
) -> Result<(), Fault> {
    let page: Vec<Row> = serde_json::from_slice(content).map_err(|why| bad(&why))?;
    let (mut displaced, mut streams, mut records) = (Vec::new(), Vec::new(), Vec::new());
    for row in page {
        match row {
            Row::Displaced(seq) => displaced.push(vec![int(seq)]),
            Row::Stream {
                stream,
                owner,
                released,
            } => streams.push(vec![stream.into(), owner.into(), Value::from(released)]),
            Row::Record {
                own,
                kind,
                about,
                body,
            } => records.push(Remembered {
                id: 0,
                own,
                kind,
                about,
                body: hex::decode(body).map_err(|why| bad(&why))?,
            }),
        }
    }
    let head = "INSERT INTO net_displaced (seq)";
    insert_rows(tx, head, displaced, "").await.map_err(fault)?;
    let rows = insert_rows(tx, super::take::OWNERS, streams, "");
    rows.await.map_err(fault)?;
    let records = records.into_iter();
    let records = records.map(|it| super::take::record_row(mac_of(&shared.secrets, &it), it));
    let rows = insert_rows(tx, super::take::RECORDS, records.collect(), "");
    rows.await.map(drop).map_err(fault)
}

fn bad(why: &dyn std::fmt::Display) -> Fault {
    Fault::Damaged(format!("a frame of the backup: {why}"))
}
