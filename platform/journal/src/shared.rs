//! What every part of an open journal shares, and how the node's own facts are kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use linli_kernel::{Clock, Fault, StreamId};
use linli_translog::{Checkpoint, Edge, Hash, Signer, TileId, Tiles, VerifierKey};
use quick_cache::sync::Cache;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::config::Config;
use crate::db::{Pair, fault};
use crate::files;
use crate::keys::KeyStore;
use crate::registers::Registers;
use crate::secrets::Secrets;
use crate::sql::{Sql, int, uint};
use crate::upcast::Upcasters;
use crate::wal::Carrier;

/// How many streams' heads are kept in memory.
const HEADS: usize = 100_000;

/// What the node may do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// It writes.
    Active,
    /// Another process writes to the same store; this one takes over when that one ends.
    StandBy,
    /// It was restored from a backup and writes nothing until an operator confirms that it stands
    /// alone.
    Restored,
    /// The network holds it: its log may not go on here, or others know more of it than itself.
    Held,
    /// It was opened for reading.
    Reading,
    /// It was closed.
    Closed,
}

/// A stream that holds an entry this program cannot understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The stream.
    pub stream: StreamId,
    /// The entry.
    pub seq: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl Parked {
    /// The row of `log_parked`.
    pub(crate) fn values(&self, secrets: &Secrets) -> Vec<sea_orm::Value> {
        vec![
            self.stream.as_str().into(),
            int(self.seq),
            self.reason.clone().into(),
            self.mac(secrets).into(),
        ]
    }

    pub(crate) fn mac(&self, secrets: &Secrets) -> Vec<u8> {
        let seq = self.seq.to_be_bytes();
        let parts = [
            self.stream.as_str().as_bytes(),
            &seq,
            self.reason.as_bytes(),
        ];
        secrets.row_mac("log_parked", &parts)
    }
}

/// The newest entry of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) version: u64,
    pub(crate) digest: [u8; 32],
    /// Whether another node may write the stream, and this one may not.
    pub(crate) elsewhere: bool,
}

/// Who the log is.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The log's id in its entries: from its key.
    pub(crate) log: String,
    pub(crate) signer: Signer,
}

/// What the writer alone changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) edge: Edge,
    /// On PostgreSQL: the server process whose session holds the lock.
    pub(crate) holder: Option<i32>,
    /// Bytes written since the write-ahead log was last carried over.
    pub(crate) unmerged: usize,
}

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registers: Arc<dyn Registers>,
    pub(crate) upcasters: Upcasters,
    pub(crate) db: Pair,
    pub(crate) keys: KeyStore,
    pub(crate) secrets: Secrets,
    /// Files kept beside the journal.
    pub(crate) files: files::Store,
    pub(crate) identity: OnceLock<Identity>,
    pub(crate) mode: watch::Sender<Mode>,
    pub(crate) heads: Cache<StreamId, Head>,
    pub(crate) parked: RwLock<HashMap<StreamId, Parked>>,
    /// Whether there are entries of other nodes' logs.
    pub(crate) networked: AtomicBool,
    pub(crate) state: tokio::sync::Mutex<State>,
    pub(crate) carrier: Carrier,
    /// Secrets for other purposes, of a journal in memory.
    pub(crate) named: std::sync::Mutex<HashMap<String, [u8; 32]>>,
    /// Held while files of keys beside backups are written or changed.
    pub(crate) sidecars: tokio::sync::Mutex<()>,
}

impl Shared {
    pub(crate) fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        registers: Arc<dyn Registers>,
        stores: (Pair, KeyStore, Secrets),
    ) -> Self {
        let (db, keys, secrets) = stores;
        Self {
            upcasters: registers.upcasters(),
            files: files::Store::of(&config),
            config,
            clock,
            registers,
            db,
            keys,
            secrets,
            identity: OnceLock::new(),
            mode: watch::Sender::new(Mode::StandBy),
            heads: Cache::new(HEADS),
            parked: RwLock::default(),
            networked: AtomicBool::new(false),
            state: tokio::sync::Mutex::default(),
            carrier: Carrier::default(),
            named: std::sync::Mutex::default(),
            sidecars: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn identity(&self) -> Result<&Identity, Fault> {
        self.identity
            .get()
            .ok_or_else(|| Fault::Busy("the node is standing by".to_owned()))
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.db.write.get_database_backend()
    }

    /// Whether reading goes through connections of its own.
    pub(crate) fn reads_apart(&self) -> bool {
        !self.config.is_memory()
    }

    /// Whether there are entries of other nodes' logs, or streams that others own.
    pub(crate) fn is_networked(&self) -> bool {
        self.networked.load(Ordering::Relaxed)
    }

    /// Looks whether there are.
    pub(crate) async fn look_for_others(&self, db: &impl ConnectionTrait) -> Result<(), Fault> {
        if !crate::db::has_table(db, "net_records").await? {
            return Ok(());
        }
        let sql = "SELECT 1 AS n FROM net_records UNION ALL SELECT 1 FROM net_streams LIMIT 1";
        let sql = Statement::from_string(self.backend(), sql);
        let any = db.query_one_raw(sql).await.map_err(fault)?.is_some();
        self.networked.store(any, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn parked_stream(&self, stream: &StreamId) -> bool {
        let parked = self.parked.read().unwrap_or_else(PoisonError::into_inner);
        parked.contains_key(stream)
    }

    pub(crate) fn parked_list(&self) -> Vec<Parked> {
        let parked = self.parked.read().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = parked.values().cloned().collect();
        list.sort_by_key(|parked| parked.seq);
        list
    }

    pub(crate) fn set_parked(&self, list: Vec<Parked>) {
        let map = list
            .into_iter()
            .map(|one| (one.stream.clone(), one))
            .collect();
        *self.parked.write().unwrap_or_else(PoisonError::into_inner) = map;
    }

    /// The node's fact called `name`.
    pub(crate) async fn meta(
        &self,
        db: &impl ConnectionTrait,
        name: &str,
    ) -> Result<Option<String>, Fault> {
        let head = "SELECT value, mac FROM log_meta WHERE name = ";
        let mut sql = Sql::new(self.backend(), head);
        sql.bind(name);
        let Some(row) = db.query_one_raw(sql.done()).await.map_err(fault)? else {
            return Ok(None);
        };
        let value: String = row.try_get("", "value").map_err(fault)?;
        let mac: Vec<u8> = row.try_get("", "mac").map_err(fault)?;
        if mac == self.meta_mac(name, &value) {
            Ok(Some(value))
        } else {
            Err(Fault::Damaged(format!("log_meta, row “{name}”")))
        }
    }

    pub(crate) fn meta_mac(&self, name: &str, value: &str) -> Vec<u8> {
        self.secrets
            .row_mac("log_meta", &[name.as_bytes(), value.as_bytes()])
    }

    pub(crate) async fn set_meta(
        &self,
        db: &impl ConnectionTrait,
        name: &str,
        value: &str,
    ) -> Result<(), Fault> {
        let mut sql = Sql::new(
            self.backend(),
            "INSERT INTO log_meta (name, value, mac) VALUES (",
        );
        sql.bind(name).push(",").bind(value).push(",");
        sql.bind(self.meta_mac(name, value));
        sql.push(") ON CONFLICT (name) DO UPDATE SET value=excluded.value, mac=excluded.mac");
        db.execute_raw(sql.done()).await.map(drop).map_err(fault)
    }

    pub(crate) async fn clear_meta(
        &self,
        db: &impl ConnectionTrait,
        name: &str,
    ) -> Result<(), Fault> {
        let mut sql = Sql::new(self.backend(), "DELETE FROM log_meta WHERE name = ");
        sql.bind(name);
        db.execute_raw(sql.done()).await.map(drop).map_err(fault)
    }

    /// The newest checkpoint, as its size and note.
    pub(crate) async fn note(&self, db: &impl ConnectionTrait) -> Result<(u64, String), Fault> {
        let sql = "SELECT size, note FROM log_checkpoint WHERE id = 1";
        let row = db
            .query_one_raw(Statement::from_string(self.backend(), sql))
            .await
            .map_err(fault)?
            .ok_or_else(|| Fault::Damaged("the checkpoint is missing".to_owned()))?;
        let size: i64 = row.try_get("", "size").map_err(fault)?;
        Ok((uint(size), row.try_get("", "note").map_err(fault)?))
    }

    /// The newest checkpoint, its signature checked.
    pub(crate) async fn checkpoint(
        &self,
        db: &impl ConnectionTrait,
    ) -> Result<(Checkpoint, String), Fault> {
        let (size, note) = self.note(db).await?;
        let key = self.identity()?.signer.verifier();
        let checkpoint = Checkpoint::open(&note, &key)
            .map_err(|why| Fault::Damaged(format!("the checkpoint: {why}")))?;
        if checkpoint.size == size {
            Ok((checkpoint, note))
        } else {
            let text = "the checkpoint's size is not that of its note";
            Err(Fault::Damaged(text.to_owned()))
        }
    }

    /// Stored tiles.
    pub(crate) async fn tiles(
        &self,
        db: &impl ConnectionTrait,
        ids: &[TileId],
    ) -> Result<Tiles, Fault> {
        let mut tiles = Tiles::default();
        for some in ids.chunks(64) {
            let head = "SELECT level, place, hashes FROM log_tiles WHERE ";
            let mut sql = Sql::new(self.backend(), head);
            for (n, id) in some.iter().enumerate() {
                sql.push(if n > 0 { " OR (level=" } else { "(level=" });
                sql.bind(int(u64::from(id.level))).push(" AND place=");
                sql.bind(int(id.index)).push(")");
            }
            for row in db.query_all_raw(sql.done()).await.map_err(fault)? {
                let level: i64 = row.try_get("", "level").map_err(fault)?;
                let index: i64 = row.try_get("", "place").map_err(fault)?;
                let bytes: Vec<u8> = row.try_get("", "hashes").map_err(fault)?;
                let level = u8::try_from(level).unwrap_or(u8::MAX);
                let index = uint(index);
                tiles.insert(TileId { level, index }, bytes);
            }
        }
        Ok(tiles)
    }

    /// The tree's edge at the newest checkpoint, checked against its root.
    pub(crate) async fn edge(&self, db: &impl ConnectionTrait) -> Result<Edge, Fault> {
        let (checkpoint, _) = self.checkpoint(db).await?;
        let tiles = self.tiles(db, &Edge::tiles_of(checkpoint.size)).await?;
        let edge = Edge::resume(checkpoint.size, &tiles)
            .map_err(|why| Fault::Damaged(format!("the tree's edge: {why}")))?;
        if edge.root() == checkpoint.root {
            Ok(edge)
        } else {
            let text = "the tree's edge does not lead to the checkpoint's root";
            Err(Fault::Damaged(text.to_owned()))
        }
    }

    pub(crate) async fn parked_rows(
        &self,
        db: &impl ConnectionTrait,
    ) -> Result<Vec<Parked>, Fault> {
        let sql = "SELECT stream, seq, reason, mac FROM log_parked ORDER BY seq";
        let rows = db
            .query_all_raw(Statement::from_string(self.backend(), sql))
            .await
            .map_err(fault)?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows {
            let stream: String = row.try_get("", "stream").map_err(fault)?;
            let seq: i64 = row.try_get("", "seq").map_err(fault)?;
            let mac: Vec<u8> = row.try_get("", "mac").map_err(fault)?;
            let parked = Parked {
                stream: StreamId::from(stream),
                seq: uint(seq),
                reason: row.try_get("", "reason").map_err(fault)?,
            };
            if mac != parked.mac(&self.secrets) {
                let text = format!("log_parked, row “{}”", parked.stream);
                return Err(Fault::Damaged(text));
            }
            list.push(parked);
        }
        Ok(list)
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.db.read
    }
}

impl Identity {
    /// The log of the key with this seed, called `origin` or, without one, after its key.
    pub(crate) fn new(seed: [u8; 32], origin: Option<&str>) -> Result<Self, Fault> {
        let bad = |why| Fault::Setting(format!("the log's name: {why}"));
        let public = Signer::new("linli", seed)
            .map_err(bad)?
            .verifier()
            .public_key();
        let log = hex::encode(&Sha256::digest(public)[..16]);
        let origin = origin.map_or_else(|| format!("linli.invalid/{log}"), ToOwned::to_owned);
        let signer = Signer::new(&origin, seed).map_err(bad)?;
        Ok(Self { log, signer })
    }

    pub(crate) fn origin(&self) -> String {
        self.signer.verifier().name().to_owned()
    }

    pub(crate) fn verifier(&self) -> VerifierKey {
        self.signer.verifier()
    }

    pub(crate) fn sign(&self, size: u64, root: Hash) -> String {
        Checkpoint::new(&self.origin(), size, root).sign(&self.signer)
    }
}
