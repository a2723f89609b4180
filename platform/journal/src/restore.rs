//! Restoring a backup into an empty place, of whatever kind of store.
//!
//! The archive is read twice: once to check it whole, once to load it. Everything is verified
//! against the signed checkpoint and loaded in one transaction; the node's secrets are written last,
//! so that a restore cut short leaves nothing that could pass for a node.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use linli_kernel::{Clock, CommandId, Fault, ResidentId};
use linli_translog::{Checkpoint, Edge, leaf_hash};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::archive::{ArchivedCommand, ArchivedNotice, Counts, Header, Kind, Reader};

use crate::chain::Chains;
use crate::config::{Config, Store};
use crate::db::{begin, fault};
use crate::files;
use crate::foreign::archive as neighbours;
use crate::journal::kinds;
use crate::keys;
use crate::open;
use crate::read::{Raw, blocking};
use crate::rebuild::{Progress, Watcher};
use crate::registers::Registers;
use crate::rows::{
    COMMANDS, CommandRow, DESTROYED, cursor_mac, destroyed_row, outbox_row, write_tiles,
};
use crate::secrets::sha256;
use crate::shared::{Identity, Shared};
use crate::sidecar::{self, Sidecar};
use crate::sql::{insert_rows, int};
use crate::wire;
use crate::writer::close;

/// A restore that was made. The node reads, and writes nothing until
/// [`Journal::confirm_stands_alone`](crate::Journal::confirm_stands_alone).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The log.
    pub log: String,
    /// How many entries.
    pub entries: u64,
    /// How many commands.
    pub commands: u64,
    /// How many subjects were erased after the backup was made: their data stays unreadable.
    pub erased_since: u64,
    /// How many files came from beside the archive.
    pub files: u64,
}

/// Restores the archive at `archive`, with the file of keys beside it, into the empty place that
/// `config` names. Opens nothing: [`Journal::open`](crate::Journal::open) follows.
///
/// # Errors
/// [`Fault::Damaged`] when the archive is cut short, altered, or does not lead to its signed
/// checkpoint; [`Fault::Setting`] when the place is not empty or the files do not belong together.
pub async fn restore(
    archive: &Path,
    config: Config,
    clock: Arc<dyn Clock>,
    registers: Arc<dyn Registers>,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Restored, Fault> {
    let folder = archive.parent().unwrap_or_else(|| Path::new("."));
    let sidecar = sidecar::read(folder, config.backup_identity.as_deref())?;
    let whole = archive.to_owned();
    let (header, counts) = blocking(move || read_through(&whole)).await??;
    let identity = Identity::new(sidecar.secrets.signing, Some(&header.origin))?;
    if header.log != sidecar.log || identity.log != header.log {
        let text = "the archive and the keys beside it belong to different logs";
        return Err(Fault::Setting(text.to_owned()));
    }
    let checkpoint = Checkpoint::open(&header.checkpoint, &identity.verifier())
        .map_err(|why| Fault::Damaged(format!("the backup's checkpoint: {why}")))?;
    if checkpoint.size != header.size || counts.entries != header.size {
        return Err(Fault::Damaged(
            "the backup's numbers do not agree".to_owned(),
        ));
    }
    let shared = empty_place(config, clock, registers, &sidecar).await?;
    let mut load = Load::new(&shared, &sidecar, header.size);
    let loaded = load
        .everything(archive, &identity, &checkpoint, &mut progress)
        .await;
    let loaded = match loaded {
        Ok(erased) => files::back(&shared, folder, &load.readable())
            .await
            .map(|files| (erased, files)),
        Err(why) => Err(why),
    };
    let (erased_since, files) = match loaded {
        Ok(loaded) => loaded,
        Err(why) => {
            close(&shared).await;
            return Err(why);
        }
    };
    if let Some(secrets) = shared.config.secrets() {
        shared.secrets.write(&secrets)?;
    }
    close(&shared).await;
    Ok(Restored {
        log: header.log,
        entries: counts.entries,
        commands: counts.commands,
        erased_since,
        files,
    })
}

/// Reads the whole archive, checking every frame.
fn read_through(path: &Path) -> Result<(Header, Counts), Fault> {
    let (mut reader, header) = Reader::open(path)?;
    let mut counts = Counts::default();
    while let Some((kind, content)) = reader.next()? {
        if kind == Kind::End {
            counts = json(&content)?;
        }
    }
    Ok((header, counts))
}

fn json<T: DeserializeOwned>(content: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(content)
        .map_err(|why| Fault::Damaged(format!("a frame of the backup: {why}")))
}

/// Opens the stores that are to be filled; they must hold nothing.
async fn empty_place(
    config: Config,
    clock: Arc<dyn Clock>,
    registers: Arc<dyn Registers>,
    sidecar: &Sidecar,
) -> Result<Arc<Shared>, Fault> {
    if config.store == Store::Memory || config.read_only {
        let text = "a restore needs a place on disk or in PostgreSQL";
        return Err(Fault::Setting(text.to_owned()));
    }
    if config.secrets().is_some_and(|folder| folder.exists()) {
        return Err(not_empty(&config));
    }
    std::fs::create_dir_all(&config.dir)
        .map_err(|why| crate::secrets::setting(&config.dir, &why))?;
    let shared = open::assemble(config, clock, registers, sidecar.secrets.clone()).await?;
    open::migrate(&shared).await?;
    if shared.meta(&shared.db.write, "origin").await?.is_some() {
        close(&shared).await;
        return Err(not_empty(&shared.config));
    }
    Ok(shared)
}

fn not_empty(config: &Config) -> Fault {
    let dir = config.dir.display();
    Fault::Setting(format!(
        "there is a node already at {dir}: restore into an empty place"
    ))
}

/// A load under way.
struct Load<'a> {
    shared: &'a Shared,
    sidecar: &'a Sidecar,
    size: u64,
    edge: Edge,
    chains: Chains,
    /// Whether the node had neighbours.
    networked: bool,
    /// Subjects that have a sealed part.
    sealed: HashSet<ResidentId>,
    /// Subjects whose destruction an entry records.
    destroyed: BTreeMap<ResidentId, u64>,
}

impl<'a> Load<'a> {
    fn new(shared: &'a Shared, sidecar: &'a Sidecar, size: u64) -> Self {
        Self {
            shared,
            sidecar,
            size,
            edge: Edge::default(),
            chains: Chains::default(),
            networked: false,
            sealed: HashSet::new(),
            destroyed: BTreeMap::new(),
        }
    }

    /// The subjects whose data can still be read.
    fn readable(&self) -> HashSet<ResidentId> {
        let keys = self.sidecar.keys.iter().map(|(subject, _)| *subject);
        keys.filter(|subject| !self.destroyed.contains_key(subject))
            .collect()
    }

    /// Loads the archive. Says how many subjects were erased after it was made.
    async fn everything(
        &mut self,
        archive: &Path,
        identity: &Identity,
        checkpoint: &Checkpoint,
        watch: Watcher<'_>,
    ) -> Result<u64, Fault> {
        let (mut reader, header) = Reader::open(archive)?;
        let tx = begin(&self.shared.db.write).await.map_err(fault)?;
        open::begin_log_in(self.shared, &tx, identity).await?;
        while let Some((kind, content)) = reader.next()? {
            match kind {
                Kind::Entries => self.entries(&tx, &content, identity, watch).await?,
                Kind::Commands => self.commands(&tx, &content).await?,
                Kind::Outbox => self.outbox(&tx, &content).await?,
                Kind::Cursors => self.cursors(&tx, &content).await?,
                Kind::Foreign => neighbours::load_entries(&tx, &content).await?,
                Kind::Network => {
                    self.networked = true;
                    neighbours::load_rows(self.shared, &tx, &content).await?;
                }
                Kind::Header | Kind::End => {}
            }
        }
        if self.edge.root() != checkpoint.root || self.edge.size() != checkpoint.size {
            let text = "the backup's entries do not lead to its signed checkpoint";
            return Err(Fault::Damaged(text.to_owned()));
        }
        let erased = self.destroyed_rows(&tx).await?;
        let mut sql =
            crate::sql::Sql::new(self.shared.backend(), "UPDATE log_checkpoint SET size=");
        sql.bind(int(checkpoint.size))
            .push(", note=")
            .bind(header.checkpoint);
        sql.push(" WHERE id=1");
        tx.execute_raw(sql.done()).await.map_err(fault)?;
        self.shared
            .set_meta(&tx, "restored", &checkpoint.size.to_string())
            .await?;
        self.keys().await?;
        tx.commit().await.map_err(fault)?;
        Ok(erased)
    }

    async fn entries(
        &mut self,
        tx: &DatabaseTransaction,
        content: &[u8],
        identity: &Identity,
        watch: Watcher<'_>,
    ) -> Result<(), Fault> {
        let mut rows = Vec::new();
        let mut rest = content;
        while !rest.is_empty() {
            let (bytes, after) = split(rest)
                .ok_or_else(|| Fault::Damaged("a frame of entries is cut short".to_owned()))?;
            rest = after;
            let raw = self.entry(bytes, &identity.log)?;
            rows.push(vec![
                int(raw.seq),
                raw.stream.into(),
                int(raw.version),
                Value::Bytes(Some(raw.bytes)),
            ]);
        }
        let head = "INSERT INTO log_entries (seq,stream,version,bytes)";
        insert_rows(tx, head, rows, "").await.map_err(fault)?;
        write_tiles(tx, self.edge.take_changed())
            .await
            .map_err(fault)?;
        watch(Progress {
            step: "entries",
            done: self.edge.size(),
            of: self.size,
        });
        Ok(())
    }

    fn entry(&mut self, bytes: &[u8], log: &str) -> Result<Raw, Fault> {
        let seq = self.edge.size();
        let bad = |why: String| Fault::Damaged(format!("entry {seq} of the backup {why}"));
        let digest = sha256(bytes);
        let mut parsed = wire::parse(bytes).map_err(|why| bad(format!("cannot be read: {why}")))?;
        if parsed.log != log || parsed.seq != seq {
            return Err(bad("is another entry".to_owned()));
        }
        let prev = parsed.prev.take();
        let none = std::collections::HashMap::new();
        let entry = parsed.record(digest, &none, &mut Vec::new());
        // Where streams go from node to node, what comes between lies in other logs.
        if let Some(why) = self.chains.follow(&entry, prev.as_deref())
            && !self.networked
        {
            return Err(bad(why));
        }
        self.sealed
            .extend(entry.sealed.iter().map(|part| part.subject));
        if entry.kind == kinds::KEYS_DESTROYED
            && let Some(subject) = entry.open["subject"].as_str()
            && let Ok(subject) = subject.parse()
        {
            self.destroyed.insert(subject, seq);
        }
        self.edge.push(leaf_hash(&digest));
        Ok(Raw {
            seq,
            stream: entry.stream.to_string(),
            version: entry.version,
            bytes: bytes.to_vec(),
        })
    }

    async fn commands(&self, tx: &DatabaseTransaction, content: &[u8]) -> Result<(), Fault> {
        let bad = |why: &dyn std::fmt::Display| Fault::Damaged(format!("a command: {why}"));
        let page: Vec<ArchivedCommand> = json(content)?;
        let mut rows = Vec::with_capacity(page.len());
        for command in &page {
            let id = uuid::Uuid::try_parse(&command.id).map_err(|why| bad(&why))?;
            let digest = hex::decode(&command.digest).map_err(|why| bad(&why))?;
            let row = CommandRow {
                command: CommandId(id),
                digest: &digest,
                first_seq: command.first_seq,
                entries: command.entries,
                answer: &command.answer,
            };
            rows.push(row.values(&self.shared.secrets));
        }
        insert_rows(tx, COMMANDS, rows, "")
            .await
            .map(drop)
            .map_err(fault)
    }

    async fn outbox(&self, tx: &DatabaseTransaction, content: &[u8]) -> Result<(), Fault> {
        let page: Vec<ArchivedNotice> = json(content)?;
        let last = page.iter().map(|notice| notice.id).max();
        let row = |notice: ArchivedNotice| {
            let secrets = &self.shared.secrets;
            let mut row = vec![int(notice.id)];
            row.extend(outbox_row(
                secrets,
                notice.size,
                &notice.topic,
                &notice.body,
            ));
            row
        };
        let rows = page.into_iter().map(row).collect();
        let head = "INSERT INTO log_outbox (id,size,topic,body,mac)";
        insert_rows(tx, head, rows, "").await.map_err(fault)?;
        if let (Some(last), DbBackend::Postgres) = (last, self.shared.backend()) {
            let sql = format!("SELECT setval(pg_get_serial_sequence('log_outbox', 'id'), {last})");
            tx.execute_unprepared(&sql).await.map_err(fault)?;
        }
        Ok(())
    }

    async fn cursors(&self, tx: &DatabaseTransaction, content: &[u8]) -> Result<(), Fault> {
        let cursors: Vec<(String, u64)> = json(content)?;
        let row = |(name, position): (String, u64)| {
            let mac = cursor_mac(&self.shared.secrets, &name, position);
            vec![name.into(), int(position), mac.into()]
        };
        let rows = cursors.into_iter().map(row).collect();
        let head = "INSERT INTO log_cursors (name,position,mac)";
        insert_rows(tx, head, rows, "")
            .await
            .map(drop)
            .map_err(fault)
    }

    /// Lists whose keys are gone: by an entry of the archive, or since it was made.
    async fn destroyed_rows(&self, tx: &DatabaseTransaction) -> Result<u64, Fault> {
        let secrets = &self.shared.secrets;
        let kept: HashSet<ResidentId> = self
            .sidecar
            .keys
            .iter()
            .map(|(subject, _)| *subject)
            .collect();
        let mut rows: Vec<Vec<Value>> = (self.destroyed.iter())
            .map(|(subject, seq)| destroyed_row(secrets, *subject, Some(*seq)))
            .collect();
        let since: Vec<ResidentId> = (self.sealed.iter())
            .filter(|subject| !kept.contains(subject) && !self.destroyed.contains_key(subject))
            .copied()
            .collect();
        rows.extend(
            since
                .iter()
                .map(|subject| destroyed_row(secrets, *subject, None)),
        );
        insert_rows(tx, DESTROYED, rows, "").await.map_err(fault)?;
        Ok(since.len() as u64)
    }

    /// Fills the key store. Its store is another database: should the load fail after this, the
    /// keys are harmless, and the next attempt finds them there.
    async fn keys(&self) -> Result<(), Fault> {
        let kept = self.sidecar.keys.iter();
        let kept = kept.filter(|(subject, _)| !self.destroyed.contains_key(subject));
        let rows: Vec<Vec<Value>> = kept
            .map(|(subject, wrapped)| vec![keys::id(*subject), wrapped.clone().into()])
            .collect();
        self.shared.keys.replace(rows).await
    }
}

/// Splits the first length-prefixed entry off.
fn split(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}
