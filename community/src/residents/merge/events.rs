//! What happens when records are merged and parted, as the events of [`super::super::events`] carry
//! it.

use linli_kernel::{HouseholdId, ResidentId};
use serde::{Deserialize, Serialize};

use crate::residents::events::Member;
use crate::residents::fields::FieldId;
use crate::residents::state::Facts;

/// 合并: another record of the same person is in this one from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The other record.
    pub other: ResidentId,
    /// The facts taken over from it.
    pub fields: Vec<FieldId>,
    /// What spoke for one person: codes of [`crate::residents::Reason`].
    pub reasons: Vec<String>,
}

/// The facts taken over, under the key of whom they are from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergedSealed {
    /// The facts.
    pub facts: Facts,
    /// The keyed hash of the identity number, where that was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
}

/// 并入: another record stands for this one from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedAway {
    /// The record that stands for it.
    pub into: ResidentId,
    /// The households that were regrouped for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<Placed>,
}

/// By what a record that was merged away is still found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedAwaySealed {
    /// The keyed hash of its identity number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
}

/// A household before and after a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Which.
    pub household: HouseholdId,
    /// Who belonged to it; the head first.
    pub before: Vec<Member>,
    /// Who belongs to it.
    pub after: Vec<Member>,
}

/// 拆分: two records are parted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// The other record.
    pub other: ResidentId,
    /// The fields that are as they were before the merge; of the survivor only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldId>,
}

/// What is known after parting: of the survivor the facts put back, of the other all there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartedSealed {
    /// The facts.
    pub facts: Facts,
    /// The keyed hash under which the identity number is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
}

/// 不是同一人: somebody looked at both records, and they are of two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldApart {
    /// The other record.
    pub other: ResidentId,
}
