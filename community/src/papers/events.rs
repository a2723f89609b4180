//! What happens to templates: one is published. The whole file travels in the event, so that a
//! paper can be printed again as it was.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault};
use serde::{Deserialize, Serialize};

use crate::feature::Parts;

/// 已发布: papers made from now on say what this file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Of which paper, by its code.
    pub paper: String,
    /// The district whose node it is.
    pub area: AreaPath,
    /// The version that the file says.
    pub version: u32,
    /// 1 when the version is new; one more each time its file changes without a new version.
    pub edition: u32,
    /// The day that the file says.
    pub date: Date,
    /// The hex SHA-256 of the file's bytes.
    pub hash: String,
    /// The file's text.
    pub text: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A template was published.
    Published(Published),
}

const PUBLISHED: Kind = Kind::new("papers.published", 1);

impl Event {
    /// Splits the event for writing.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        let Self::Published(published) = self;
        let open = serde_json::to_value(published)
            .map_err(|problem| Fault::Damaged(format!("{PUBLISHED}: {problem}")))?;
        Ok(Parts {
            kind: PUBLISHED,
            area: published.area.clone(),
            open,
            sealed: Vec::new(),
        })
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        if entry.kind != PUBLISHED {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let poisonous = |problem| FoldError::Poisonous(format!("{PUBLISHED}: {problem}"));
        let published = Published::deserialize(&entry.open).map_err(poisonous)?;
        Ok(Self::Published(published))
    }
}
