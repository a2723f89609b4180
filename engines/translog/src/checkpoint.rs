//! Checkpoints: the signed size and root of a log at one moment.
//!
//! **Source**: C2SP tlog-checkpoint (<https://c2sp.org/tlog-checkpoint>).

use std::fmt;

use thiserror::Error;

use crate::hash::Hash;
use crate::note::{BadNote, Note, Signer, VerifierKey};
use crate::proof::Claim;

/// What is wrong with a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadCheckpoint {
    /// The note around it is.
    #[error(transparent)]
    Note(#[from] BadNote),
    /// Its text is malformed.
    #[error("this is no checkpoint: {0}")]
    Form(&'static str),
    /// It is another log's.
    #[error("the checkpoint is of {found}, not of {expected}")]
    Origin {
        /// The log whose key was given.
        expected: String,
        /// The log that the checkpoint names.
        found: String,
    },
}

/// What a log says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, an address without a scheme; also the name of its key.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Further lines, none of them empty.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without further lines.
    #[must_use]
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// Size and root.
    #[must_use]
    pub fn claim(&self) -> Claim {
        Claim {
            size: self.size,
            root: self.root,
        }
    }

    /// The checkpoint as a signed note.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> String {
        Note::sign(&self.to_string(), &[signer]).to_string()
    }

    /// Reads a checkpoint's own text, without signatures.
    ///
    /// # Errors
    /// [`BadCheckpoint::Form`].
    pub fn parse(text: &str) -> Result<Self, BadCheckpoint> {
        let body = text
            .strip_suffix('\n')
            .ok_or(BadCheckpoint::Form("the last line has no end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let origin = origin.ok_or(BadCheckpoint::Form("the origin is missing"))?;
        let size = lines.next().and_then(parse_size);
        let size = size.ok_or(BadCheckpoint::Form("the size is no number"))?;
        let root = lines.next().and_then(Hash::from_base64);
        let root = root.ok_or(BadCheckpoint::Form("the root is no hash"))?;
        let extensions: Vec<String> = lines.map(ToOwned::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(BadCheckpoint::Form("an extension line is empty"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions,
        })
    }

    /// Reads a signed checkpoint and checks that the log's own `key` signed it.
    ///
    /// # Errors
    /// [`BadCheckpoint`] when it is malformed, forged, unsigned or another log's.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, BadCheckpoint> {
        let note = Note::parse(note)?;
        note.check(key)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == key.name() {
            Ok(checkpoint)
        } else {
            Err(BadCheckpoint::Origin {
                expected: key.name().to_owned(),
                found: checkpoint.origin,
            })
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        for line in &self.extensions {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

/// Decimal without leading zeros.
fn parse_size(text: &str) -> Option<u64> {
    let size: u64 = text.parse().ok()?;
    (size.to_string() == text).then_some(size)
}
