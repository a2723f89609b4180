//! What happens to residents and households: facts for ever, kinds `residents.*`.
//!
//! Open are ids, codes of fields, sources and dates of record. Values are personal data, sealed
//! under the resident's own key; those of a household under its head's. After a key is destroyed
//! the sealed part reads as `None`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::fields::FieldId;
use super::merge::{
    Merged, MergedAway, MergedAwaySealed, MergedSealed, Parted, PartedSealed, ToldApart,
};
use super::state::Facts;
use crate::feature::Parts;

/// Values by field.
pub type Values = BTreeMap<FieldId, Value>;

/// Something that happened to a resident.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The resident's area then, after it.
    pub area: AreaPath,
    /// What happened.
    pub what: Happened,
}

/// What happens to a resident.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// The resident became known.
    Registered(Registered, Option<RegisteredSealed>),
    /// A fact became known or changed.
    FactRecorded(FactRecorded, Option<FactSealed>),
    /// A fact had been wrong.
    FactCorrected(FactRecorded, Option<FactSealed>),
    /// The resident moved to another committee.
    Moved(Moved, Option<MovedSealed>),
    /// The resident died.
    Died(Died, Option<DiedSealed>),
    /// What an import had recorded was taken back.
    ImportUndone(ImportUndone, Option<ImportUndoneSealed>),
    /// Another record of the same person was merged into this one.
    Merged(Merged, Option<MergedSealed>),
    /// This record was merged into another.
    MergedAway(MergedAway, Option<MergedAwaySealed>),
    /// A merge into this record was undone.
    Parted(Parted, Option<PartedSealed>),
    /// The merge of this record into another was undone.
    PartedFrom(Parted, Option<PartedSealed>),
    /// Another record is of another person, though much looks alike.
    ToldApart(ToldApart),
}

/// A resident became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Which office the facts are from.
    pub source: String,
    /// The day as of which they hold.
    pub as_of: Date,
    /// Whether the person is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// What is known at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredSealed {
    /// The facts.
    pub facts: Values,
    /// The keyed hash under which the identity number is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
}

/// A fact became known, changed or was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRecorded {
    /// Which fact.
    pub field: FieldId,
    /// Which office it is from.
    pub source: String,
    /// The day as of which it holds.
    pub as_of: Date,
    /// The case it came up in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

/// A fact's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactSealed {
    /// The value.
    pub value: Value,
    /// For an identity number, the keyed hash under which it is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
    /// Why it was put right.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// A resident or a household moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The committee before.
    pub from: AreaPath,
    /// From when.
    pub on: Date,
    /// Which office it is from.
    pub source: String,
}

/// Where a resident or a household moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedSealed {
    /// The new address.
    pub address: String,
}

/// A resident died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Died {
    /// Which office it is from.
    pub source: String,
}

/// When a resident died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiedSealed {
    /// The day.
    pub on: Date,
}

/// What an import had recorded about a resident was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportUndone {
    /// Which import.
    pub import: Uuid,
    /// The facts that are as they were before it; empty when the whole record was withdrawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldId>,
    /// Whether the resident had become known by the import alone, and is not any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// What is known instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportUndoneSealed {
    /// The facts of before, of those fields that had one.
    pub facts: Facts,
    /// The keyed hash under which the identity number is found now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
}

/// A household that only an import had made known was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdWithdrawn {
    /// Which import.
    pub import: Uuid,
}

/// Something that happened to a household.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseholdEvent {
    /// The household's area then, after it.
    pub area: AreaPath,
    /// Under whose key the sealed part is.
    pub head: ResidentId,
    /// What happened.
    pub what: HouseholdHappened,
}

/// What happens to a household.
#[derive(Debug, Clone, PartialEq)]
pub enum HouseholdHappened {
    /// The household became known.
    Formed(Formed, Option<Values>),
    /// Somebody joined it.
    Joined(Joined),
    /// Somebody left it.
    Left(Left),
    /// Another member became its head: what is known is sealed anew, under the new head's key.
    HeadChanged(HeadChanged, Option<Facts>),
    /// A fact about it became known or changed.
    FactRecorded(FactRecorded, Option<FactSealed>),
    /// It moved, with everybody in it.
    Moved(Moved, Option<MovedSealed>),
    /// The import that had made it known was taken back.
    Withdrawn(HouseholdWithdrawn),
    /// Records of one person among its members were merged, or parted again. What is known is sealed
    /// anew where another record heads it now.
    Regrouped(Regrouped, Option<Facts>),
}

/// 成员: who belongs to a household, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub resident: ResidentId,
    /// 与户主关系: a code of the list `relation`; `0` is the head.
    pub relation: String,
}

/// A household became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formed {
    /// Who belongs to it; the head first.
    pub members: Vec<Member>,
    /// Which office it is from.
    pub source: String,
    /// The day as of which it holds.
    pub as_of: Date,
}

/// Somebody joined a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Who, and how.
    pub member: Member,
    /// From when.
    pub on: Date,
    /// Which office it is from.
    pub source: String,
}

/// Somebody left a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Who.
    pub resident: ResidentId,
    /// Since when.
    pub on: Date,
    /// Which office it is from.
    pub source: String,
}

/// Another member became the head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadChanged {
    /// Who belongs to it now, and how to the new head; the head first.
    pub members: Vec<Member>,
    /// From when.
    pub on: Date,
    /// Which office it is from.
    pub source: String,
}

/// Records among the members of a household were merged, or parted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regrouped {
    /// Who belongs to it now; the head first.
    pub members: Vec<Member>,
    /// Whether what is known is sealed anew, under another head's key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed_anew: bool,
}

const REGISTERED: Kind = Kind::new("residents.registered", 1);
const FACT_RECORDED: Kind = Kind::new("residents.fact-recorded", 1);
const FACT_CORRECTED: Kind = Kind::new("residents.fact-corrected", 1);
const MOVED: Kind = Kind::new("residents.moved", 1);
const DIED: Kind = Kind::new("residents.died", 1);
const FORMED: Kind = Kind::new("residents.household-formed", 1);
const JOINED: Kind = Kind::new("residents.member-joined", 1);
const LEFT: Kind = Kind::new("residents.member-left", 1);
const HEAD_CHANGED: Kind = Kind::new("residents.head-changed", 1);
const HOUSEHOLD_FACT: Kind = Kind::new("residents.household-fact-recorded", 1);
const HOUSEHOLD_MOVED: Kind = Kind::new("residents.household-moved", 1);
const IMPORT_UNDONE: Kind = Kind::new("residents.import-undone", 1);
const HOUSEHOLD_WITHDRAWN: Kind = Kind::new("residents.household-withdrawn", 1);
const MERGED: Kind = Kind::new("residents.merged", 1);
const MERGED_AWAY: Kind = Kind::new("residents.merged-away", 1);
const PARTED: Kind = Kind::new("residents.parted", 1);
const PARTED_FROM: Kind = Kind::new("residents.parted-from", 1);
const TOLD_APART: Kind = Kind::new("residents.told-apart", 1);
const REGROUPED: Kind = Kind::new("residents.household-regrouped", 1);

impl Event {
    /// The event as it goes into an entry of `resident`'s stream.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self, resident: ResidentId) -> Result<Parts, Fault> {
        let (kind, open, sealed) = match &self.what {
            Happened::Registered(open, sealed) => (REGISTERED, json(open)?, secret(sealed)?),
            Happened::FactRecorded(open, sealed) => (FACT_RECORDED, json(open)?, secret(sealed)?),
            Happened::FactCorrected(open, sealed) => (FACT_CORRECTED, json(open)?, secret(sealed)?),
            Happened::Moved(open, sealed) => (MOVED, json(open)?, secret(sealed)?),
            Happened::Died(open, sealed) => (DIED, json(open)?, secret(sealed)?),
            Happened::ImportUndone(open, sealed) => (IMPORT_UNDONE, json(open)?, secret(sealed)?),
            Happened::Merged(open, sealed) => {
                // What is taken over stays under the key of whom it is from.
                let (json, sealed) = (json(open)?, secret(sealed)?);
                return Ok(parts(MERGED, &self.area, json, open.other, sealed));
            }
            Happened::MergedAway(open, sealed) => (MERGED_AWAY, json(open)?, secret(sealed)?),
            Happened::Parted(open, sealed) => (PARTED, json(open)?, secret(sealed)?),
            Happened::PartedFrom(open, sealed) => (PARTED_FROM, json(open)?, secret(sealed)?),
            Happened::ToldApart(open) => (TOLD_APART, json(open)?, None),
        };
        Ok(parts(kind, &self.area, open, resident, sealed))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let what = match (entry.kind.name.as_ref(), entry.kind.v) {
            ("residents.registered", 1) => Happened::Registered(open(entry)?, sealed(entry)?),
            ("residents.fact-recorded", 1) => Happened::FactRecorded(open(entry)?, sealed(entry)?),
            ("residents.fact-corrected", 1) => {
                Happened::FactCorrected(open(entry)?, sealed(entry)?)
            }
            ("residents.moved", 1) => Happened::Moved(open(entry)?, sealed(entry)?),
            ("residents.died", 1) => Happened::Died(open(entry)?, sealed(entry)?),
            ("residents.import-undone", 1) => Happened::ImportUndone(open(entry)?, sealed(entry)?),
            ("residents.merged", 1) => Happened::Merged(open(entry)?, sealed(entry)?),
            ("residents.merged-away", 1) => Happened::MergedAway(open(entry)?, sealed(entry)?),
            ("residents.parted", 1) => Happened::Parted(open(entry)?, sealed(entry)?),
            ("residents.parted-from", 1) => Happened::PartedFrom(open(entry)?, sealed(entry)?),
            ("residents.told-apart", 1) => Happened::ToldApart(open(entry)?),
            _ => return Err(FoldError::Unknown(entry.kind.to_string())),
        };
        let area = entry.area.clone();
        Ok(Self { area, what })
    }
}

impl HouseholdEvent {
    /// The event as it goes into an entry of the household's stream.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn write(&self) -> Result<Parts, Fault> {
        use HouseholdHappened as H;
        let (kind, open, sealed) = match &self.what {
            H::Formed(open, sealed) => (FORMED, json(open)?, secret(sealed)?),
            H::Joined(open) => (JOINED, json(open)?, None),
            H::Left(open) => (LEFT, json(open)?, None),
            H::HeadChanged(open, sealed) => (HEAD_CHANGED, json(open)?, secret(sealed)?),
            H::FactRecorded(open, sealed) => (HOUSEHOLD_FACT, json(open)?, secret(sealed)?),
            H::Moved(open, sealed) => (HOUSEHOLD_MOVED, json(open)?, secret(sealed)?),
            H::Withdrawn(open) => (HOUSEHOLD_WITHDRAWN, json(open)?, None),
            H::Regrouped(open, sealed) => (REGROUPED, json(open)?, secret(sealed)?),
        };
        Ok(parts(kind, &self.area, open, self.head, sealed))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        use HouseholdHappened as H;
        let what = match (entry.kind.name.as_ref(), entry.kind.v) {
            ("residents.household-formed", 1) => H::Formed(open(entry)?, sealed(entry)?),
            ("residents.member-joined", 1) => H::Joined(open(entry)?),
            ("residents.member-left", 1) => H::Left(open(entry)?),
            ("residents.head-changed", 1) => H::HeadChanged(open(entry)?, sealed(entry)?),
            ("residents.household-fact-recorded", 1) => {
                H::FactRecorded(open(entry)?, sealed(entry)?)
            }
            ("residents.household-moved", 1) => H::Moved(open(entry)?, sealed(entry)?),
            ("residents.household-withdrawn", 1) => H::Withdrawn(open(entry)?),
            ("residents.household-regrouped", 1) => H::Regrouped(open(entry)?, sealed(entry)?),
            _ => return Err(FoldError::Unknown(entry.kind.to_string())),
        };
        let head = entry.sealed.first().map(|part| part.subject);
        Ok(Self {
            area: entry.area.clone(),
            head: head.unwrap_or(ResidentId(uuid::Uuid::nil())),
            what,
        })
    }
}

pub(super) fn parts(
    kind: Kind,
    area: &AreaPath,
    open: Value,
    subject: ResidentId,
    sealed: Option<Value>,
) -> Parts {
    Parts {
        kind,
        area: area.clone(),
        open,
        sealed: sealed.map(|value| (subject, value)).into_iter().collect(),
    }
}

pub(super) fn json(value: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}

fn secret(value: &Option<impl Serialize>) -> Result<Option<Value>, Fault> {
    value.as_ref().map(json).transpose()
}

/// The open part of an entry.
pub(super) fn open<T: DeserializeOwned>(entry: &Recorded) -> Result<T, FoldError> {
    T::deserialize(&entry.open).map_err(|problem| poisonous(entry, &problem))
}

/// The first sealed part of an entry, while it can be read.
pub(super) fn sealed<T: DeserializeOwned>(entry: &Recorded) -> Result<Option<T>, FoldError> {
    let plain = entry.sealed.first().and_then(|part| part.plain.as_ref());
    plain
        .map(T::deserialize)
        .transpose()
        .map_err(|problem| poisonous(entry, &problem))
}

fn poisonous(entry: &Recorded, problem: &serde_json::Error) -> FoldError {
    FoldError::Poisonous(format!("{}: {problem}", entry.kind))
}
