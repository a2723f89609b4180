//! 读卡器: how a card gets from the reader to the node, and no other way.
//!
//! A reader's driver runs beside the reader and speaks its maker's protocol. What it read it lays
//! down in a folder of the node, a file for each kiosk; `docs/card-reader.md` is its contract. The
//! browser only says “I have laid my card down”: what is on the card never passes through it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use linli_kernel::Fault;
use serde::{Deserialize, Serialize};
use tokio::fs;

/// For how long a card that was read may be used.
const GOOD_FOR_S: i64 = 20;
/// How far a reader's clock may be ahead.
const AHEAD_S: i64 = 5;
/// The largest file that is read.
const MOST_BYTES: u64 = 4_096;

/// 身份证: what a reader read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// For which kiosk.
    pub kiosk: String,
    /// The identity number on it.
    pub number: String,
    /// When it was read.
    pub read_at: Timestamp,
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Card")
            .field("kiosk", &self.kiosk)
            .finish_non_exhaustive()
    }
}

/// A way to the card readers of the kiosks.
#[async_trait::async_trait]
pub trait CardReader: Send + Sync {
    /// Whether there are readers at all.
    fn is_there(&self) -> bool;

    /// The card that lies on the reader of `kiosk` at `now`; `None` where none does. A card is
    /// given once.
    ///
    /// # Errors
    /// When the reader cannot be asked, or says what makes no sense.
    async fn read(&self, kiosk: &str, now: Timestamp) -> Result<Option<Card>, Fault>;
}

/// No readers: people show who they are by phone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReader;

#[async_trait::async_trait]
impl CardReader for NoReader {
    fn is_there(&self) -> bool {
        false
    }

    async fn read(&self, _kiosk: &str, _now: Timestamp) -> Result<Option<Card>, Fault> {
        Ok(None)
    }
}

/// A folder in which drivers lay cards down.
#[derive(Debug, Clone)]
pub struct FolderReader {
    folder: PathBuf,
}

impl FolderReader {
    /// The readers whose drivers write to `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Lays a card down as a driver does: the simulator of the demo and of tests.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn lay(&self, card: &Card) -> Result<(), Fault> {
        let bytes = serde_json::to_vec(card)
            .map_err(|problem| Fault::Damaged(format!("a card: {problem}")))?;
        let path = self.path(&card.kiosk);
        let half = path.with_extension("half");
        fs::write(&half, bytes)
            .await
            .map_err(|why| told(&half, &why))?;
        fs::rename(&half, &path)
            .await
            .map_err(|why| told(&path, &why))
    }

    fn path(&self, kiosk: &str) -> PathBuf {
        self.folder.join(format!("{kiosk}.json"))
    }

    /// A folder that anybody on the machine may write to would let anybody be anyone.
    async fn is_ours(&self) -> Result<(), Fault> {
        let about = fs::metadata(&self.folder)
            .await
            .map_err(|why| told(&self.folder, &why))?;
        if about.permissions().mode() & 0o002 != 0 {
            let folder = self.folder.display();
            return Err(Fault::Setting(format!(
                "{folder} may be written by everybody"
            )));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl CardReader for FolderReader {
    fn is_there(&self) -> bool {
        true
    }

    async fn read(&self, kiosk: &str, now: Timestamp) -> Result<Option<Card>, Fault> {
        self.is_ours().await?;
        let path = self.path(kiosk);
        // Taken away before it is looked at: of two who ask at once one gets it.
        let taken = path.with_extension(format!("{:016x}.taken", rand::random::<u64>()));
        match fs::rename(&path, &taken).await {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            moved => moved.map_err(|why| told(&path, &why))?,
        }
        let size = fs::metadata(&taken).await.map(|about| about.len());
        let bytes = match size {
            Ok(size) if size <= MOST_BYTES => fs::read(&taken).await,
            Ok(_) => Ok(Vec::new()),
            Err(why) => Err(why),
        };
        fs::remove_file(&taken)
            .await
            .map_err(|why| told(&taken, &why))?;
        let bytes = bytes.map_err(|why| told(&taken, &why))?;
        let card: Card = serde_json::from_slice(&bytes)
            .map_err(|problem| Fault::Damaged(format!("the card reader of {kiosk}: {problem}")))?;
        let age = now.duration_since(card.read_at).as_secs();
        let fresh = (-AHEAD_S..=GOOD_FOR_S).contains(&age);
        Ok(Some(card).filter(|card| fresh && card.kiosk == kiosk))
    }
}

fn told(path: &Path, why: &std::io::Error) -> Fault {
    Fault::Setting(format!("{}: {why}", path.display()))
}
