//! What happens to an import, and what a committee called its columns: facts for ever, kinds
//! `ledgers.*`. All of it is open, so it holds ids, codes and counts, and nothing that a cell held.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words::Meaning;
use crate::feature::Parts;
use crate::residents::FieldId;

/// 开始导入: somebody puts a ledger into the registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The office the facts are from.
    pub source: String,
    /// The day as of which they hold.
    pub as_of: Date,
    /// How many lines about people the ledger has.
    pub lines: u64,
    /// What was taken from it.
    pub columns: Vec<Meaning>,
}

/// What an import wrote into one stream: whose, from which version to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched(pub Uuid, pub u64, pub u64);

/// 已录入: a part of an import was recorded, in one act with what it recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which part, from 0.
    pub part: u64,
    /// The residents it wrote about.
    pub residents: Vec<Touched>,
    /// The households it formed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<Touched>,
}

/// How many lines became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New residents.
    pub new: u64,
    /// Known residents about whom something changed.
    pub changed: u64,
    /// Nothing that was not known.
    pub same: u64,
    /// Left out, because somebody must look.
    pub doubtful: u64,
    /// Left out, because something is wrong.
    pub bad: u64,
}

impl Counts {
    /// Every line.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.new + self.changed + self.same + self.doubtful + self.bad
    }

    /// The lines that can go in.
    #[must_use]
    pub fn good(&self) -> u64 {
        self.new + self.changed
    }
}

/// Somebody of whom something stays when an import is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Who.
    pub resident: Uuid,
    /// The facts that others recorded later; none where they depend on something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldId>,
}

/// 已撤回: a part of an import was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartUndone {
    /// Which part.
    pub part: u64,
    /// How many residents are as they were before.
    pub undone: u64,
    /// Of whom something stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// Something that happened to an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The committee whose ledger it is.
    pub area: AreaPath,
    /// What happened.
    pub what: Happened,
}

/// What happens to an import.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// It began.
    Begun(Begun),
    /// A part was recorded.
    Recorded(Part),
    /// Everything that could be recorded was.
    Ended(Counts),
    /// A part was taken back.
    PartUndone(PartUndone),
    /// All of it was taken back, but for what stays.
    Undone,
}

/// 列名已记住: what a committee calls its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnsRemembered {
    /// The committee.
    pub area: AreaPath,
    /// What the columns hold, by header.
    pub columns: BTreeMap<String, Meaning>,
}

const BEGUN: Kind = Kind::new("ledgers.import-begun", 1);
const RECORDED: Kind = Kind::new("ledgers.import-recorded", 1);
const ENDED: Kind = Kind::new("ledgers.import-ended", 1);
const PART_UNDONE: Kind = Kind::new("ledgers.import-part-undone", 1);
const UNDONE: Kind = Kind::new("ledgers.import-undone", 1);
const REMEMBERED: Kind = Kind::new("ledgers.columns-remembered", 1);

impl Event {
    /// The event as it goes into an entry.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        let (kind, open) = match &self.what {
            Happened::Begun(open) => (BEGUN, json(open)?),
            Happened::Recorded(open) => (RECORDED, json(open)?),
            Happened::Ended(open) => (ENDED, json(open)?),
            Happened::PartUndone(open) => (PART_UNDONE, json(open)?),
            Happened::Undone => (UNDONE, serde_json::json!({})),
        };
        Ok(parts(kind, &self.area, open))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let what = match (entry.kind.name.as_ref(), entry.kind.v) {
            ("ledgers.import-begun", 1) => Happened::Begun(open(entry)?),
            ("ledgers.import-recorded", 1) => Happened::Recorded(open(entry)?),
            ("ledgers.import-ended", 1) => Happened::Ended(open(entry)?),
            ("ledgers.import-part-undone", 1) => Happened::PartUndone(open(entry)?),
            ("ledgers.import-undone", 1) => Happened::Undone,
            _ => return Err(FoldError::Unknown(entry.kind.to_string())),
        };
        let area = entry.area.clone();
        Ok(Self { area, what })
    }
}

impl ColumnsRemembered {
    /// The event as it goes into an entry.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        Ok(parts(REMEMBERED, &self.area, json(&self.columns)?))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        if entry.kind != REMEMBERED {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let area = entry.area.clone();
        let columns = open(entry)?;
        Ok(Self { area, columns })
    }
}

fn parts(kind: Kind, area: &AreaPath, open: serde_json::Value) -> Parts {
    Parts {
        kind,
        area: area.clone(),
        open,
        sealed: Vec::new(),
    }
}

fn json(value: &impl Serialize) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(value).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}

fn open<T: DeserializeOwned>(entry: &Recorded) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(&entry.open).map_err(poisonous)
}
