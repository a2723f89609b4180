//! Backups: one portable file, the same for every kind of store, taken while writing goes on.
//!
//! The file holds the journal, never the registers: those are rebuilt. Personal data stays sealed;
//! the keys lie beside it in `keys.linli`, and files that entries name in `attachments/`.

use std::path::{Path, PathBuf};

use linli_kernel::Fault;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::archive::{ArchivedCommand, ArchivedNotice, Counts, FORM, Header, Kind, Writer};
use crate::db::fault;
use crate::files;
use crate::foreign::archive::Snapshot;
use crate::journal::Journal;
use crate::read;
use crate::rebuild::Progress;
use crate::secrets::{setting, sync_folder};
use crate::shared::Shared;
use crate::sidecar;
use crate::sql::{Sql, int, uint};

/// How many rows a frame holds.
const ROWS: u64 = 4_000;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// The archive.
    pub archive: PathBuf,
    /// The file of keys beside it: guard it like the node itself.
    pub keys: PathBuf,
    /// How many entries the archive holds.
    pub entries: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// How many files lie beside it, in `attachments`.
    pub files: u64,
    /// How many files entries name that this node no longer has.
    pub files_missing: u64,
}

impl Journal {
    /// Backs the journal up into `folder`: an archive named after the moment and the number of
    /// entries, and beside it the file of keys, which replaces the one that was there. The folder is
    /// remembered: a key destroyed later is removed there too.
    ///
    /// # Errors
    /// [`Fault`] when the store cannot be read or the folder not be written.
    pub async fn backup(
        &self,
        folder: &Path,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<BackedUp, Fault> {
        let shared = &self.shared;
        std::fs::create_dir_all(folder).map_err(|why| setting(folder, &why))?;
        let folder = folder.canonicalize().map_err(|why| setting(folder, &why))?;
        if !shared.config.read_only {
            sidecar::remember(shared, &folder).await?;
        }
        let network = Snapshot::begin(shared).await?;
        let (checkpoint, note) = shared.checkpoint(self.reader()).await?;
        let now = shared.clock.now();
        let header = Header {
            form: FORM.to_owned(),
            log: shared.identity()?.log.clone(),
            origin: checkpoint.origin,
            checkpoint: note,
            size: checkpoint.size,
            made_at: now.to_string(),
        };
        let stamp = now.strftime("%Y%m%dT%H%M%SZ");
        let name = format!("journal-{stamp}-{}.linli", checkpoint.size);
        let (path, fresh) = (folder.join(&name), folder.join(format!("{name}.new")));
        let archive = Writer::create(&fresh)?;
        let archive = fill(shared, archive, (&header, network), &mut progress).await?;
        let bytes = archive.finish()?;
        std::fs::rename(&fresh, &path).map_err(|why| setting(&path, &why))?;
        sync_folder(&folder)?;
        // After the archive: every key its entries need is durable by now.
        sidecar::write(shared, &folder).await?;
        let (files, files_missing) = files::out(shared, &folder, &mut progress).await?;
        Ok(BackedUp {
            files,
            files_missing,
            keys: folder.join(sidecar::FILE),
            archive: path,
            entries: header.size,
            bytes,
        })
    }
}

async fn fill(
    shared: &Shared,
    mut archive: Writer,
    (header, network): (&Header, Snapshot),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Writer, Fault> {
    let mut counts = Counts::default();
    archive = archive.json(Kind::Header, header).await?;
    archive = network.write(shared, archive).await?;
    while counts.entries < header.size {
        let to = (counts.entries + ROWS).min(header.size);
        let raws = read::by_seq(shared.reader(), counts.entries, to)
            .await
            .map_err(fault)?;
        let mut content = Vec::new();
        for (expected, raw) in (counts.entries..to).zip(&raws) {
            if raw.seq != expected {
                return Err(Fault::Damaged(format!("entry {expected} is missing")));
            }
            let length = u32::try_from(raw.bytes.len()).unwrap_or(u32::MAX);
            content.extend_from_slice(&length.to_be_bytes());
            content.extend_from_slice(&raw.bytes);
        }
        if raws.len() as u64 != to - counts.entries {
            return Err(Fault::Damaged(format!("an entry before {to} is missing")));
        }
        archive = archive.frame(Kind::Entries, content).await?;
        counts.entries = to;
        progress(Progress {
            step: "entries",
            done: to,
            of: header.size,
        });
    }
    archive = commands(shared, archive, header.size, &mut counts).await?;
    archive = outbox(shared, archive, header.size, &mut counts).await?;
    archive.json(Kind::End, &counts).await
}

async fn commands(
    shared: &Shared,
    mut archive: Writer,
    size: u64,
    counts: &mut Counts,
) -> Result<Writer, Fault> {
    let mut after: Vec<u8> = Vec::new();
    loop {
        let head = "SELECT id, digest, first_seq, entries, answer FROM log_commands WHERE id > ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind(after.clone())
            .push(" AND first_seq + entries <= ")
            .bind(int(size));
        sql.push(&format!(" ORDER BY id LIMIT {ROWS}"));
        let rows = shared
            .reader()
            .query_all_raw(sql.done())
            .await
            .map_err(fault)?;
        let Some(last) = rows.last() else {
            return Ok(archive);
        };
        let end: Vec<u8> = last.try_get("", "id").map_err(fault)?;
        if end <= after {
            return Err(Fault::Damaged("the commands are out of order".to_owned()));
        }
        after = end;
        let page: Vec<ArchivedCommand> = rows
            .iter()
            .map(command)
            .collect::<Result<_, _>>()
            .map_err(fault)?;
        counts.commands += page.len() as u64;
        archive = archive.json(Kind::Commands, &page).await?;
    }
}

fn command(row: &QueryResult) -> Result<ArchivedCommand, sea_orm::DbErr> {
    let id: Vec<u8> = row.try_get("", "id")?;
    let digest: Vec<u8> = row.try_get("", "digest")?;
    let first: i64 = row.try_get("", "first_seq")?;
    let entries: i64 = row.try_get("", "entries")?;
    Ok(ArchivedCommand {
        id: hex::encode(id),
        digest: hex::encode(digest),
        first_seq: uint(first),
        entries: uint(entries),
        answer: row.try_get("", "answer")?,
    })
}

async fn outbox(
    shared: &Shared,
    mut archive: Writer,
    size: u64,
    counts: &mut Counts,
) -> Result<Writer, Fault> {
    let mut after = 0;
    loop {
        let head = "SELECT id, size, topic, body FROM log_outbox WHERE id > ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind(int(after)).push(" AND size <= ").bind(int(size));
        sql.push(&format!(" ORDER BY id LIMIT {ROWS}"));
        let rows = shared
            .reader()
            .query_all_raw(sql.done())
            .await
            .map_err(fault)?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: i64 = row.try_get("", "id").map_err(fault)?;
            let size: i64 = row.try_get("", "size").map_err(fault)?;
            after = uint(id);
            page.push(ArchivedNotice {
                id: after,
                size: uint(size),
                topic: row.try_get("", "topic").map_err(fault)?,
                body: row.try_get("", "body").map_err(fault)?,
            });
        }
        if page.is_empty() {
            break;
        }
        counts.notices += page.len() as u64;
        archive = archive.json(Kind::Outbox, &page).await?;
    }
    // What was told after the archived moment may be told again, and nothing is left untold.
    let sql = Sql::new(
        shared.backend(),
        "SELECT name, position FROM log_cursors ORDER BY name",
    );
    let mut cursors: Vec<(String, u64)> = Vec::new();
    for row in shared
        .reader()
        .query_all_raw(sql.done())
        .await
        .map_err(fault)?
    {
        let position: i64 = row.try_get("", "position").map_err(fault)?;
        let name = row.try_get("", "name").map_err(fault)?;
        cursors.push((name, uint(position).min(after)));
    }
    archive.json(Kind::Cursors, &cursors).await
}
