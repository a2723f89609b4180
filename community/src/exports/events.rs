//! What happens to an export: facts for ever, kinds `exports.*`. All of it is open: codes, counts,
//! and a purpose that names nobody.

use std::collections::BTreeMap;

use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault};
use serde::de::DeserializeOwned;
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
    /// 填报: a table of [`crate::reporting`].
    Reports,
}

impl What {
    /// Its name in the register.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Cases => "cases",
            Self::Reports => "reports",
        }
    }

    /// Which list is asked for whole: that of a template where the filter names one.
    #[must_use]
    pub fn of(filter: &BTreeMap<String, String>) -> Self {
        match filter.contains_key(TEMPLATE) {
            true => Self::Reports,
            false => Self::Residents,
        }
    }
}

/// The part of a filter that names a template.
pub const TEMPLATE: &str = "template";

/// 已申请: somebody asks for the residents of a list with their names and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// By what it is filtered: codes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filter: BTreeMap<String, String>,
    /// What for.
    pub purpose: String,
    /// `xlsx` or `csv`.
    pub format: String,
    /// How many people it was about when it was asked for.
    pub rows: u64,
}

/// 已答复: a second person said yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Whether it may leave.
    pub granted: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
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
    /// Whether names and numbers were whole, as a second person had approved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
}

/// One thing that happened to an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Whole names and numbers were asked for.
    Asked(Asked),
    /// A second person answered.
    Answered(Answered),
    /// It left.
    Made(Made),
}

/// What happened, and the area of the post that takes the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The area of the post.
    pub area: AreaPath,
    /// What happened.
    pub fact: Fact,
}

const ASKED: Kind = Kind::new("exports.asked", 1);
const ANSWERED: Kind = Kind::new("exports.answered", 1);
const MADE: Kind = Kind::new("exports.made", 1);

impl Event {
    /// The event as it goes into an entry.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        let (kind, open) = match &self.fact {
            Fact::Asked(asked) => (ASKED, serde_json::to_value(asked)),
            Fact::Answered(answered) => (ANSWERED, serde_json::to_value(answered)),
            Fact::Made(made) => (MADE, serde_json::to_value(made)),
        };
        Ok(Parts {
            kind,
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
        let fact = match &entry.kind {
            kind if *kind == ASKED => Fact::Asked(parse(entry)?),
            kind if *kind == ANSWERED => Fact::Answered(parse(entry)?),
            kind if *kind == MADE => Fact::Made(parse(entry)?),
            kind => return Err(FoldError::Unknown(kind.to_string())),
        };
        let area = entry.area.clone();
        Ok(Self { area, fact })
    }
}

fn parse<T: DeserializeOwned>(entry: &Recorded) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(&entry.open).map_err(poisonous)
}
