//! What happens to an export: one fact for ever, kind `exports.made`. All of it is open: codes,
//! counts, and a purpose that names nobody.

use std::collections::BTreeMap;

use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault};
use serde::{Deserialize, Serialize};

use crate::feature::Parts;

/// Which list was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 居民
    Residents,
    /// 办件
    Cases,
}

impl What {
    /// Its name in the register.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Cases => "cases",
        }
    }
}

/// 已导出: a list left as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Which list.
    pub what: What,
    /// By what it was filtered: codes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: BTreeMap<String, String>,
    /// What for.
    pub purpose: String,
    /// `xlsx` or `csv`.
    pub format: String,
    /// How many rows it had.
    pub rows: u64,
}

/// An export, and the area of the post that took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The area of the post.
    pub area: AreaPath,
    /// What left.
    pub made: Made,
}

const MADE: Kind = Kind::new("exports.made", 1);

impl Event {
    /// The event as it goes into an entry.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        let open = serde_json::to_value(&self.made);
        Ok(Parts {
            kind: MADE,
            area: self.area.clone(),
            open: open.map_err(|problem| Fault::Damaged(format!("event: {problem}")))?,
            sealed: Vec::new(),
        })
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        if entry.kind != MADE {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let made = Made::deserialize(&entry.open);
        Ok(Self {
            area: entry.area.clone(),
            made: made
                .map_err(|problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind)))?,
        })
    }
}
