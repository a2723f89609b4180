//! 事由: what a message is about, what the outbox says of it, and what its words name.
//!
//! A message is named after what made it: a case's event, an award's review, the bank's answer for
//! one line, a policy's offer to somebody. Asked for twice, it is made once.

use jiff::civil::Date;
use linli_kernel::{AwardId, CaseId, ResidentId, StreamId};
use serde::{Deserialize, Serialize};

use crate::benefits::Month;
use crate::catalogue::Text;

/// 事由: what a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// 办件.
    Case(CaseId),
    /// 待遇: an award as such.
    Award(AwardId),
    /// 发放: what one roll brought to an award.
    Payment {
        /// Which award.
        award: AwardId,
        /// Which roll.
        roll: String,
    },
    /// 政策找人: what a policy offers.
    Offer {
        /// Which policy.
        policy: String,
        /// The service that grants it.
        service: String,
    },
}

impl Matter {
    /// About which case.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::Case(case) => Some(*case),
            _ => None,
        }
    }
}

/// What the outbox says happened. What waited there since before there was more than cases is read
/// as well: each says by its fields what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Happened {
    /// To a case.
    Case {
        case: CaseId,
        version: u64,
        on: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<Date>,
    },
    /// To an award.
    Award {
        award: AwardId,
        resident: ResidentId,
        version: u64,
        on: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<Date>,
    },
    /// A bank answered for a file of a roll, which it led to this version.
    Roll {
        roll: String,
        batch: u32,
        version: u64,
        on_day: Date,
    },
    /// A policy was found to fit somebody.
    Offer {
        resident: ResidentId,
        policy: String,
        service: String,
    },
}

/// A message that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Its stream.
    pub(super) stream: StreamId,
    /// To whom.
    pub(super) resident: ResidentId,
    /// What about.
    pub(super) about: Matter,
    /// The kind of what happened.
    pub(super) on: String,
    /// The day that it names.
    pub(super) date: Option<Date>,
}

/// What the words of a message may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The service.
    pub(super) service: Text,
    /// The number of the case or the award; empty where there is none.
    pub(super) number: String,
    /// The day promised, due, or paid.
    pub(super) date: Option<Date>,
    /// The month that was paid.
    pub(super) month: Option<Month>,
    /// What was paid, in fen.
    pub(super) fen: Option<i64>,
}

/// The stream of a message: its name by what made it. That of a case's event has no word before it,
/// as there was nothing else when the first were made.
pub(super) fn stream(name: impl std::fmt::Display) -> StreamId {
    StreamId::new("message", name)
}
