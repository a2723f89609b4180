//! The archive's form: a first line, then frames: one byte of kind, four bytes of length
//! (big-endian), 32 bytes of checksum, the content compressed with zstd. A checksum is SHA-256 over
//! the checksum before it, the kind and the compressed content, so nothing can be changed, moved or
//! left out, and the last frame must be the end.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use linli_kernel::Fault;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::read::blocking;
use crate::secrets::setting;

/// The first line of an archive.
const FIRST_LINE: &[u8] = b"LINLI-BACKUP/1\n";

/// The name of the form in the header.
pub(crate) const FORM: &str = "linli-backup/1";

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
    /// Entries of other nodes' logs.
    Foreign,
    /// What else is kept of neighbours.
    Network,
    End,
}

/// Where the archive comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) form: String,
    pub(crate) log: String,
    pub(crate) origin: String,
    pub(crate) checkpoint: String,
    pub(crate) size: u64,
    pub(crate) made_at: String,
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

/// An archive being written.
pub(crate) struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    chain: [u8; 32],
    bytes: u64,
}

impl Writer {
    pub(crate) fn create(path: &Path) -> Result<Self, Fault> {
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

    pub(crate) async fn json(
        self,
        kind: Kind,
        content: &(impl Serialize + Sync),
    ) -> Result<Self, Fault> {
        let content = serde_json::to_vec(content).map_err(|why| setting(&self.path, &why))?;
        self.frame(kind, content).await
    }

    pub(crate) async fn frame(mut self, kind: Kind, content: Vec<u8>) -> Result<Self, Fault> {
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
    pub(crate) fn finish(mut self) -> Result<u64, Fault> {
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
            Self::Foreign => b'F',
            Self::Network => b'N',
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
            Self::Foreign,
            Self::Network,
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
