//! Backups: one portable file, the same for every kind of store, taken while writing goes on.
//!
//! **Shape**: a first line, then frames: one byte of kind, four bytes of length (big-endian), 32
//! bytes of checksum, the content compressed with zstd. A checksum is SHA-256 over the checksum
//! before it, the kind and the compressed content, so nothing can be changed, moved or left out, and
//! the last frame must be the end.
//!
//! The file holds the journal, never the registers: those are rebuilt. Personal data stays sealed;
//! the keys lie beside it in `keys.linli`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use linli_kernel::Fault;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::db::fault;
use crate::journal::Journal;
use crate::read::{self, blocking};
use crate::rebuild::Progress;
use crate::secrets::{setting, sync_folder};
use crate::shared::Shared;
use crate::sidecar;
use crate::sql::{Sql, int, uint};

/// The first line of an archive.
const FIRST_LINE: &[u8] = b"LINLI-BACKUP/1\n";

/// The name of the form in the header.
const FORM: &str = "linli-backup/1";

/// How many rows a frame holds.
const ROWS: u64 = 4_000;

/// The most bytes of a frame, compressed or not: more is no archive of ours.
const MAX_FRAME: u64 = 1 << 30;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Entries,
    Commands,
    Outbox,
    Cursors,
    End,
}

/// Where the archive comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    form: String,
    pub(crate) log: String,
    pub(crate) origin: String,
    pub(crate) checkpoint: String,
    pub(crate) size: u64,
    made_at: String,
}

/// A row of the outbox, as archived.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ArchivedNotice {
    pub(crate) id: u64,
    pub(crate) size: u64,
    pub(crate) topic: String,
    pub(crate) body: String,
}

/// A row of the commands, as archived.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ArchivedCommand {
    pub(crate) id: String,
    pub(crate) digest: String,
    pub(crate) first_seq: u64,
    pub(crate) entries: u64,
    pub(crate) answer: String,
}

/// How much of everything an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) entries: u64,
    pub(crate) commands: u64,
    pub(crate) notices: u64,
}

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
        let archive = fill(shared, archive, &header, &mut progress).await?;
        let bytes = archive.finish()?;
        std::fs::rename(&fresh, &path).map_err(|why| setting(&path, &why))?;
        sync_folder(&folder)?;
        // After the archive: every key its entries need is durable by now.
        sidecar::write(shared, &folder).await?;
        Ok(BackedUp {
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
    header: &Header,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Writer, Fault> {
    let mut counts = Counts::default();
    archive = archive.json(Kind::Header, header).await?;
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
        after = last.try_get("", "id").map_err(fault)?;
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

/// An archive being written.
struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    chain: [u8; 32],
    bytes: u64,
}

impl Writer {
    fn create(path: &Path) -> Result<Self, Fault> {
        let failed = |why| setting(path, &why);
        let mut file = BufWriter::new(File::create(path).map_err(failed)?);
        file.write_all(FIRST_LINE).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            chain: Sha256::digest(FIRST_LINE).into(),
            bytes: FIRST_LINE.len() as u64,
        })
    }

    async fn json(self, kind: Kind, content: &(impl Serialize + Sync)) -> Result<Self, Fault> {
        let content = serde_json::to_vec(content).map_err(|why| setting(&self.path, &why))?;
        self.frame(kind, content).await
    }

    async fn frame(mut self, kind: Kind, content: Vec<u8>) -> Result<Self, Fault> {
        blocking(move || {
            let failed = |why: std::io::Error| setting(&self.path, &why);
            let packed = zstd::bulk::compress(&content, 3).map_err(failed)?;
            self.chain = checksum(&self.chain, kind, &packed);
            let length = u32::try_from(packed.len()).unwrap_or(u32::MAX);
            let head = [&[kind.byte()], length.to_be_bytes().as_slice(), &self.chain].concat();
            self.file.write_all(&head).map_err(failed)?;
            self.file.write_all(&packed).map_err(failed)?;
            self.bytes += (head.len() + packed.len()) as u64;
            Ok(self)
        })
        .await?
    }

    /// Makes the file durable and says how long it is.
    fn finish(mut self) -> Result<u64, Fault> {
        let failed = |why: &dyn std::fmt::Display| setting(&self.path, why);
        self.file.flush().map_err(|why| failed(&why))?;
        self.file.get_ref().sync_all().map_err(|why| failed(&why))?;
        Ok(self.bytes)
    }
}

/// An archive being read, frame by frame, each checked before it is handed out.
pub(crate) struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    chain: [u8; 32],
    ended: bool,
}

impl Reader {
    /// Opens an archive and reads its header.
    pub(crate) fn open(path: &Path) -> Result<(Self, Header), Fault> {
        let failed = |why: &dyn std::fmt::Display| setting(path, why);
        let mut file = BufReader::new(File::open(path).map_err(|why| failed(&why))?);
        let mut first = vec![0; FIRST_LINE.len()];
        let read = file.read_exact(&mut first);
        if read.is_err() || first != FIRST_LINE {
            return Err(failed(
                &"this is no backup of Linli, or one of a newer program",
            ));
        }
        let mut reader = Self {
            path: path.to_owned(),
            file,
            chain: Sha256::digest(FIRST_LINE).into(),
            ended: false,
        };
        match reader.next()? {
            Some((Kind::Header, content)) => {
                let header: Header =
                    serde_json::from_slice(&content).map_err(|why| failed(&why))?;
                if header.form != FORM {
                    return Err(failed(&format!("its form is “{}”", header.form)));
                }
                Ok((reader, header))
            }
            _ => Err(failed(&"the backup does not begin with a header")),
        }
    }

    /// The next frame; `None` after the end.
    pub(crate) fn next(&mut self) -> Result<Option<(Kind, Vec<u8>)>, Fault> {
        let path = self.path.clone();
        let bad = |why: &str| Fault::Damaged(format!("{}: {why}", path.display()));
        if self.ended {
            let mut more = [0];
            return match self.file.read(&mut more) {
                Ok(0) => Ok(None),
                Ok(_) => Err(bad("something follows the end of the backup")),
                Err(why) => Err(setting(&self.path, &why)),
            };
        }
        let mut head = [0; 37];
        let cut = |_| bad("the backup is cut short");
        self.file.read_exact(&mut head).map_err(cut)?;
        let kind = Kind::of(head[0]).ok_or_else(|| bad("the backup was altered"))?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        if u64::from(length) > MAX_FRAME {
            return Err(bad("the backup was altered"));
        }
        let mut packed = Vec::new();
        let got = (&mut self.file)
            .take(u64::from(length))
            .read_to_end(&mut packed);
        if got.map_err(|why| setting(&self.path, &why))? as u64 != u64::from(length) {
            return Err(bad("the backup is cut short"));
        }
        self.chain = checksum(&self.chain, kind, &packed);
        if self.chain != head[5..] {
            return Err(bad("the backup was altered: a checksum does not fit"));
        }
        let content = zstd::stream::decode_all(packed.as_slice())
            .map_err(|why| bad(&format!("a frame does not unpack: {why}")))?;
        self.ended = kind == Kind::End;
        Ok(Some((kind, content)))
    }
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Header => b'H',
            Self::Entries => b'E',
            Self::Commands => b'C',
            Self::Outbox => b'O',
            Self::Cursors => b'U',
            Self::End => b'Z',
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [
            Self::Header,
            Self::Entries,
            Self::Commands,
            Self::Outbox,
            Self::Cursors,
            Self::End,
        ]
        .into_iter()
        .find(|kind| kind.byte() == byte)
    }
}

fn checksum(before: &[u8; 32], kind: Kind, packed: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(before)
        .chain_update([kind.byte()])
        .chain_update(packed)
        .finalize()
        .into()
}
