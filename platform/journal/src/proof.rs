//! Proof to strangers: checkpoints, tiles and receipts.
//!
//! The log's leaves are digests, so tiles and checkpoints show nothing of any entry's content; a
//! receipt shows one entry's digest, and its bytes only to whoever may read them.

use linli_kernel::Fault;
use linli_translog::{BadCheckpoint, Checkpoint, Hash, TilePath, VerifierKey, leaf_hash, proof};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::db::fault;
use crate::journal::Journal;
use crate::read;
use crate::secrets::sha256;

/// The name of the form of a receipt.
const FORM: &str = "linli-receipt/1";

/// Proof that an entry is in the log: all that is needed to check it offline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `linli-receipt/1`.
    pub form: String,
    /// The log's name.
    pub origin: String,
    /// The log's key, as the log itself states it: compare it with one known from elsewhere.
    pub key: String,
    /// SHA-256 of the entry's bytes, hexadecimal.
    pub digest: String,
    /// The entry's place in the log.
    pub index: u64,
    /// Hashes from the entry's leaf up to the root, base64.
    pub proof: Vec<String>,
    /// The signed checkpoint the proof leads to.
    pub checkpoint: String,
    /// The entry itself, exactly as written, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// What a good receipt proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// The log.
    pub origin: String,
    /// The entry's place in it.
    pub index: u64,
    /// SHA-256 of the entry's bytes, hexadecimal.
    pub digest: String,
    /// How many entries the log had.
    pub size: u64,
    /// Whether the key was compared with one known from elsewhere.
    pub trusted: bool,
    /// Whether the receipt carries the entry, and it is the one proven.
    pub entry: bool,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadReceipt {
    /// The text is no receipt.
    #[error("this is no receipt: {0}")]
    Form(String),
    /// It was issued under another key than the trusted one.
    #[error("the receipt is signed by {found}, not by the trusted {trusted}")]
    Untrusted {
        /// The trusted key.
        trusted: String,
        /// The receipt's.
        found: String,
    },
    /// The checkpoint is bad.
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    /// The proof does not lead to the checkpoint.
    #[error("the entry is not in the log that the checkpoint describes: {0}")]
    Proof(#[from] proof::BadProof),
    /// The entry in the receipt is not the one proven.
    #[error("the entry in the receipt is not the one that is proven")]
    Entry,
}

impl Journal {
    /// The newest signed checkpoint, as a C2SP note.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn checkpoint(&self) -> Result<String, Fault> {
        Ok(self.shared.note(self.reader()).await?.1)
    }

    /// The log's public key, as a C2SP verifier key.
    ///
    /// # Errors
    /// [`Fault::Busy`] while the node stands by for a store it has not seen yet.
    pub fn verifier_key(&self) -> Result<String, Fault> {
        Ok(self.shared.identity()?.verifier().to_string())
    }

    /// A tile by its C2SP path, such as `tile/0/000.p/5` or `tile/entries/000`; `None` when there
    /// is none. The entries of an entry bundle are the digests.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(path) = TilePath::parse(path) else {
            return Ok(None);
        };
        let (size, _) = self.shared.note(self.reader()).await?;
        match path {
            TilePath::Hashes { id, width } if width <= id.width_in(size) => {
                let tiles = self.shared.tiles(self.reader(), &[id]).await?;
                let bytes = tiles
                    .get(id)
                    .and_then(|bytes| bytes.get(..usize::from(width) * 32));
                Ok(bytes.map(<[u8]>::to_vec))
            }
            TilePath::Entries { index, width } => {
                let from = index.saturating_mul(256);
                let to = from.saturating_add(u64::from(width));
                if to > size {
                    return Ok(None);
                }
                let raws = read::by_seq(self.reader(), from, to).await.map_err(fault)?;
                let mut bundle = Vec::with_capacity(usize::from(width) * 34);
                for raw in raws {
                    bundle.extend_from_slice(&32u16.to_be_bytes());
                    bundle.extend_from_slice(&sha256(&raw.bytes));
                }
                Ok(Some(bundle))
            }
            TilePath::Hashes { .. } => Ok(None),
        }
    }

    /// A receipt for entry `seq`, with its bytes when `with_entry`; `None` when there is no such
    /// entry.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn receipt(&self, seq: u64, with_entry: bool) -> Result<Option<Receipt>, Fault> {
        let (checkpoint, note) = self.shared.checkpoint(self.reader()).await?;
        if seq >= checkpoint.size {
            return Ok(None);
        }
        let Some(bytes) = self.bytes(seq).await? else {
            return Err(Fault::Damaged(format!("entry {seq} is missing")));
        };
        let needed = proof::tiles_for_inclusion(seq, checkpoint.size);
        let tiles = self.shared.tiles(self.reader(), &needed).await?;
        let path = proof::inclusion(seq, checkpoint.size, &tiles)
            .map_err(|why| Fault::Damaged(format!("the tree: {why}")))?;
        let entry = with_entry.then(|| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Some(Receipt {
            form: FORM.to_owned(),
            origin: checkpoint.origin,
            key: self.verifier_key()?,
            digest: hex::encode(sha256(&bytes)),
            index: seq,
            proof: path.into_iter().map(Hash::to_base64).collect(),
            checkpoint: note,
            entry,
        }))
    }

    /// The proof that the log of today begins with the log of `old` entries, as base64 hashes, with
    /// the newest checkpoint; `None` when `old` is 0 or more than there are.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn consistency(&self, old: u64) -> Result<Option<(Vec<String>, String)>, Fault> {
        let (checkpoint, note) = self.shared.checkpoint(self.reader()).await?;
        if old == 0 || old > checkpoint.size {
            return Ok(None);
        }
        let needed = proof::tiles_for_consistency(old, checkpoint.size);
        let tiles = self.shared.tiles(self.reader(), &needed).await?;
        let path = proof::consistency(old, checkpoint.size, &tiles)
            .map_err(|why| Fault::Damaged(format!("the tree: {why}")))?;
        Ok(Some((
            path.into_iter().map(Hash::to_base64).collect(),
            note,
        )))
    }
}

/// Checks a receipt, offline. With a `trusted` key (known from elsewhere than the receipt), the
/// receipt must be that log's; without one it only shows that it agrees with itself.
///
/// # Errors
/// [`BadReceipt`] when it proves nothing.
pub fn verify_receipt(receipt: &str, trusted: Option<&str>) -> Result<Proven, BadReceipt> {
    let form = |why: String| BadReceipt::Form(why);
    let receipt: Receipt = serde_json::from_str(receipt).map_err(|why| form(why.to_string()))?;
    if receipt.form != FORM {
        return Err(form(format!(
            "its form is “{}”, not “{FORM}”",
            receipt.form
        )));
    }
    if let Some(trusted) = trusted
        && trusted.trim() != receipt.key
    {
        return Err(BadReceipt::Untrusted {
            trusted: trusted.trim().to_owned(),
            found: receipt.key,
        });
    }
    let key: VerifierKey = receipt
        .key
        .parse()
        .map_err(|why| form(format!("its key: {why}")))?;
    let checkpoint = Checkpoint::open(&receipt.checkpoint, &key)?;
    if receipt.origin != checkpoint.origin {
        return Err(form("it names another log than its checkpoint".to_owned()));
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(&receipt.digest, &mut digest)
        .map_err(|why| form(format!("its digest: {why}")))?;
    let path: Option<Vec<Hash>> = receipt
        .proof
        .iter()
        .map(|hash| Hash::from_base64(hash))
        .collect();
    let path = path.ok_or_else(|| form("a hash of its proof is none".to_owned()))?;
    let leaf = leaf_hash(&digest);
    proof::check_inclusion(leaf, receipt.index, checkpoint.size, &path, checkpoint.root)?;
    if let Some(entry) = &receipt.entry
        && sha256(entry.as_bytes()) != digest
    {
        return Err(BadReceipt::Entry);
    }
    Ok(Proven {
        origin: receipt.origin,
        index: receipt.index,
        digest: receipt.digest,
        size: checkpoint.size,
        trusted: trusted.is_some(),
        entry: receipt.entry.is_some(),
    })
}
