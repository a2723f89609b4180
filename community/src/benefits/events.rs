//! What happened to an award: facts for ever, kinds `benefits.*`.
//!
//! An [`Event`] is a [`Fact`] (open: ids, months, codes) and a [`Private`] part, sealed under the
//! recipient's key: rates, payee, account, words, the policy's answer. What a roll pays is open in
//! the roll, by award and fen, so that accounts can be audited for as long as the law keeps them;
//! whose award it was nobody can tell once the person was erased.

use std::sync::Arc;

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::month::Month;
use super::schedule::Rate;
use crate::catalogue::{Covers, Every};

/// One thing that happened, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The open part.
    pub fact: Fact,
    /// The sealed part; empty after the person was erased.
    pub private: Private,
}

/// 个人信息: the sealed part. One shape for all kinds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Private {
    /// The rates from the event's month on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<Rate>,
    /// 收款人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<String>,
    /// 收款账户.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What the policies reckoned, with their trees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reckoning: Option<Arc<Value>>,
    /// A keyed hash of the facts it was reckoned from: the same facts give the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub facts: String,
    /// What was said, found or reasoned.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

impl Private {
    /// Only words.
    #[must_use]
    pub fn words(words: &str) -> Self {
        Self {
            words: words.trim().to_owned(),
            ..Self::default()
        }
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$cdoc:meta])* $one:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $($(#[$cdoc])* #[serde(rename = $code)] $one,)+
        }

        impl $name {
            /// Each, in the order above.
            pub const ALL: &'static [Self] = &[$(Self::$one),+];

            /// Its name in tables and message keys.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$one => $code,)+ }
            }

            /// The one with this [`code`](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}
pub(super) use codes;

codes! {
    /// 复核事由: why somebody shall look at an award again.
    ReviewWhy {
        /// 定期复核.
        Yearly = "yearly",
        /// The recipient died.
        Died = "died",
        /// The recipient moved.
        Moved = "moved",
        /// Somebody of the household died or moved.
        Household = "household",
        /// A fact changed, and the policy now says something else.
        Facts = "facts",
        /// The policy now gives less.
        Less = "less",
        /// The decision it rests on was set aside or changed.
        Decision = "decision",
    }
}

codes! {
    /// Why a rate changed.
    RateWhy {
        /// A parameter of the policy rose, or an age was reached.
        Policy = "policy",
        /// An officer decided so.
        Decided = "decided",
        /// The case was decided anew.
        Case = "case",
    }
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$fdoc:meta])* $field:ident : $ty:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
        )+

        /// The open part of an event.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fact {
            $($(#[$doc])* $name($name),)+
        }

        impl Fact {
            /// Every kind that is written, in the order of an award's life.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The kind's name in the journal: `benefits.opened`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind,)+ }
            }

            fn open(&self) -> Result<Value, serde_json::Error> {
                match self { $(Self::$name(fact) => serde_json::to_value(fact),)+ }
            }

            fn of(kind: &str, open: &Value) -> Option<Result<Self, serde_json::Error>> {
                match kind {
                    $($kind => Some($name::deserialize(open).map(Self::$name)),)+
                    _ => None,
                }
            }
        }
    };
}

facts! {
    /// 已建立: a decision became something to be paid.
    Opened = "benefits.opened" {
        /// The number it is spoken of by: of its case, or a new one.
        number: String,
        /// The case that granted it; `None` where it was granted before Linli.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// To whom.
        resident: ResidentId,
        /// The service that grants it.
        service: String,
        /// Where they live.
        area: AreaPath,
        /// The policies whose sum it is; none where an officer set it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        policies: Vec<String>,
        /// How often it is paid.
        every: Every,
        /// Which quarter a quarterly payment is for.
        #[serde(default)]
        covers: Covers,
        /// Whether a rate is of a whole payment.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        per_payment: bool,
        /// The first month.
        from: Month,
        /// The last month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Month>,
        /// The day of the decision.
        decided_on: Date,
        /// When it is looked at again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_on: Option<Date>,
    }
    /// 标准调整: from a month on, another rate.
    Rated = "benefits.rated" {
        /// From which month on.
        from: Month,
        /// Why.
        why: RateWhy,
        /// Whether it is no longer what the policies say: the machine leaves it alone then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_hand: bool,
        /// On which day.
        on: Date,
    }
    /// 收款账户变更.
    PayeeChanged = "benefits.payee-changed" {
        /// On which day.
        on: Date,
    }
    /// 暂停发放.
    Suspended = "benefits.suspended" {
        /// The first month that is not paid.
        from: Month,
        /// Why: a ground's code.
        ground: String,
        /// On which day.
        on: Date,
    }
    /// 恢复发放.
    Resumed = "benefits.resumed" {
        /// The first month that is paid again.
        from: Month,
        /// 补发: whether the months between are made up for.
        arrears: bool,
        /// On which day.
        on: Date,
    }
    /// 终止.
    Stopped = "benefits.stopped" {
        /// The first month that is owed no more.
        from: Month,
        /// Why: a ground's code.
        ground: String,
        /// On which day.
        on: Date,
    }
    /// 复核开始.
    ReviewOpened = "benefits.review-opened" {
        /// Why.
        why: ReviewWhy,
        /// On which day.
        on: Date,
        /// By when somebody shall have looked.
        due: Date,
    }
    /// 已听取意见: the family said what it has to say before less is paid.
    Heard = "benefits.heard" {
        /// On which day.
        on: Date,
    }
    /// 复核完成: it goes on.
    Reviewed = "benefits.reviewed" {
        /// On which day.
        on: Date,
        /// Whether the rate is kept although the policies now say another.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_hand: bool,
        /// When it is looked at again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Date>,
    }
    /// 追缴决定: what was paid too much is claimed back.
    Claimed = "benefits.claimed" {
        /// How much of which month.
        months: Vec<(Month, i64)>,
        /// On which day.
        on: Date,
    }
    /// 已交回: paid back over the counter.
    Repaid = "benefits.repaid" {
        /// How much.
        fen: i64,
        /// On which day.
        on: Date,
    }
    /// 随迁: the recipient now lives elsewhere.
    Moved = "benefits.moved" {
        /// Where.
        area: AreaPath,
        /// On which day.
        on: Date,
    }
}

impl Event {
    /// An event without personal data.
    #[must_use]
    pub fn plain(fact: Fact) -> Self {
        Self {
            fact,
            private: Private::default(),
        }
    }

    /// Splits the event for writing: kind, open and sealed part.
    ///
    /// # Errors
    /// [`Fault`] when a value has no JSON form, which no event of this file has.
    pub fn write(&self) -> Result<(Kind, Value, Option<Value>), Fault> {
        let damaged = |wrong| Fault::Damaged(format!("{}: {wrong}", self.fact.kind()));
        let open = self.fact.open().map_err(damaged)?;
        let sealed = (self.private != Private::default())
            .then(|| serde_json::to_value(&self.private).map_err(damaged));
        Ok((Kind::new(self.fact.kind(), 1), open, sealed.transpose()?))
    }

    /// Reads an entry back. A destroyed key leaves the sealed part empty.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let name = entry.kind.name.as_ref();
        let unknown = || FoldError::Unknown(entry.kind.to_string());
        if entry.kind.v != 1 {
            return Err(unknown());
        }
        let poisonous = |wrong| FoldError::Poisonous(format!("{name}: {wrong}"));
        let fact = Fact::of(name, &entry.open).ok_or_else(unknown)?;
        let plain = entry.sealed.first().and_then(|one| one.plain.as_ref());
        let private = plain.map(Private::deserialize).transpose();
        Ok(Self {
            fact: fact.map_err(poisonous)?,
            private: private.map_err(poisonous)?.unwrap_or_default(),
        })
    }
}
