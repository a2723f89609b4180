//! What happened to a case: facts for ever, kinds `cases.*`.
//!
//! An [`Event`] is a [`Fact`] (open: ids, codes, dates), a [`Private`] part (sealed under the
//! applicant's key: names, answers, amounts, words) and, where it changed, the [`Wait`] it leads
//! to: who has the case now, by when, what next. So the journal itself says that nothing ever
//! waited without an owner, a promised date and a next step, and folding needs no catalogue.
//!
//! Every kind ever written has a golden file in `community/golden/cases/`.

use std::sync::Arc;

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AccountId, AreaPath, PostId, ResidentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::{Answers, Delivery, Grade, Opinion, Outcome, Paper};
use super::state::Wait;
use crate::catalogue::{Channel, Every, OutcomeKind};

/// One thing that happened, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The open part.
    pub fact: Fact,
    /// The sealed part; empty after the person was erased.
    pub private: Private,
    /// Where the case stands now, where that changed.
    pub wait: Option<Wait>,
}

/// 个人信息: the sealed part of an event. One shape for all kinds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Private {
    /// The applicant's name; on a notice, the reduced name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where to reach the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Answers given with this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Arc<Answers>>,
    /// The amount decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// What the policy reckoned that day, with its tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reckoning: Option<Arc<Value>>,
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

    /// Whether there is nothing to seal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.phone.is_none()
            && self.answers.is_none()
            && self.amount_fen.is_none()
            && self.reckoning.is_none()
            && self.words.is_empty()
    }
}

/// Why a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Rated, and no follow-up was needed.
    Rated,
    /// The time for rating ran out.
    Unrated,
    /// The follow-up settled it.
    FollowedUp,
    /// The supervisor upheld the result.
    Upheld,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn is_zero(station: &u8) -> bool {
    *station == 0
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
            /// Every kind that is written, in the order of a case's life.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The kind's name in the journal: `cases.submitted`.
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
    /// 已提交.
    Submitted = "cases.submitted" {
        /// The case number, with its check digit.
        number: String,
        /// The counter the number was made from.
        serial: u32,
        /// The service's id.
        service: String,
        /// The service's version in force at filing.
        version: u32,
        /// The committee or street it belongs to.
        area: AreaPath,
        /// How it came in.
        channel: Channel,
        /// For whom.
        applicant: ResidentId,
        /// By what authority another filed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authority: Option<String>,
        /// The day it arrived: the clock of intake starts the day after.
        received_on: Date,
        /// The station it begins at, counted from 0.
        #[serde(default, skip_serializing_if = "is_zero")]
        station: u8,
        /// Whether the clock of the decision runs from that day, not from acceptance.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        starts_clock: bool,
        /// What came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        papers: Vec<Paper>,
        /// What the applicant declared and consented to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        declared: Vec<String>,
    }
    /// 已受理: the clock of the decision starts the day after.
    Accepted = "cases.accepted" {
        /// On which day.
        on: Date,
    }
    /// 不予受理.
    IntakeRefused = "cases.intake-refused" {
        /// The service's ground, by its code.
        ground: String,
        /// On which day.
        on: Date,
    }
    /// 已领取.
    Taken = "cases.taken" {
        /// By whom.
        by: AccountId,
        /// In which post.
        post: PostId,
        /// From whom it was taken over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<AccountId>,
    }
    /// 已放回.
    PutBack = "cases.put-back" {}
    /// 已告知补正; the clock stops.
    SupplementAsked = "cases.supplement-asked" {
        /// Missing papers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        papers: Vec<String>,
        /// Questions to be answered anew.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
        /// Whether the clock stands still meanwhile, as the service's rule says.
        stops_clock: bool,
        /// On which day.
        on: Date,
    }
    /// 已补正; the clock goes on.
    Supplemented = "cases.supplemented" {
        /// How it came in.
        channel: Channel,
        /// What came.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        papers: Vec<Paper>,
        /// On which day.
        on: Date,
    }
    /// 逾期未补正, 视为撤回.
    SupplementLapsed = "cases.supplement-lapsed" {
        /// On which day.
        on: Date,
    }
    /// 已核对.
    Checked = "cases.checked" {
        /// Which check.
        check: String,
        /// What came out.
        outcome: Outcome,
    }
    /// 已走访.
    Visited = "cases.visited" {
        /// On which day.
        on: Date,
        /// How many of staff.
        people: u8,
    }
    /// 已上报.
    PassedOn = "cases.passed-on" {
        /// The station it went to, counted from 0.
        station: u8,
    }
    /// 已退回.
    SentBack = "cases.sent-back" {
        /// The station it went to, counted from 0.
        station: u8,
    }
    /// 已审核.
    Reviewed = "cases.reviewed" {
        /// The opinion.
        opinion: Opinion,
    }
    /// 已公示.
    NoticePosted = "cases.notice-posted" {
        /// From which day.
        on: Date,
        /// The last day it hangs.
        ends_on: Date,
        /// Whether the clock stands still meanwhile, as the service's rule says.
        stops_clock: bool,
        /// Where, besides the page.
        place: String,
        /// Which result is proposed, by its code.
        outcome: String,
        /// How many persons the household has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<u8>,
    }
    /// 有异议.
    Objected = "cases.objected" {
        /// Which one, counted from 1.
        objection: u8,
        /// On which day.
        on: Date,
    }
    /// 异议已答复.
    ObjectionAnswered = "cases.objection-answered" {
        /// Which one.
        objection: u8,
        /// Whether it was right.
        upheld: bool,
    }
    /// 公示已满.
    NoticeEnded = "cases.notice-ended" {
        /// On which day.
        on: Date,
    }
    /// 已决定.
    Decided = "cases.decided" {
        /// Which of the service's results, by its code.
        outcome: String,
        /// What kind of result that is.
        result: OutcomeKind,
        /// The ground of a refusal, by its code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<String>,
        /// From which day it holds.
        from: Date,
        /// Until which day it holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
        /// How often an amount is paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Every>,
        /// On which day.
        on: Date,
    }
    /// 已送达.
    Delivered = "cases.delivered" {
        /// How.
        by: Delivery,
        /// On which day.
        on: Date,
    }
    /// 已评价.
    Rated = "cases.rated" {
        /// The grade.
        grade: Grade,
        /// On which day.
        on: Date,
    }
    /// 已回访.
    FollowedUp = "cases.followed-up" {
        /// Whether the person was reached.
        reached: bool,
        /// On which day.
        on: Date,
    }
    /// 已撤回.
    Withdrawn = "cases.withdrawn" {
        /// On which day.
        on: Date,
    }
    /// 已转办.
    Transferred = "cases.transferred" {
        /// From where.
        from: AreaPath,
        /// Where to.
        area: AreaPath,
    }
    /// 已延期.
    Extended = "cases.extended" {
        /// By how many working days.
        days: u16,
    }
    /// 已催办.
    Urged = "cases.urged" {
        /// On which day.
        on: Date,
    }
    /// 不认可.
    Disputed = "cases.disputed" {
        /// On which day.
        on: Date,
    }
    /// 督办已处理.
    Settled = "cases.settled" {
        /// Whether it is done again.
        redo: bool,
        /// The station it goes back to when it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        station: Option<u8>,
        /// On which day.
        on: Date,
    }
    /// 已登记复议或诉讼.
    Appealed = "cases.appealed" {
        /// With whom.
        to: String,
        /// When.
        filed_on: Date,
    }
    /// 复议或诉讼有结果.
    AppealAnswered = "cases.appeal-answered" {
        /// Whether our decision was set aside.
        set_aside: bool,
        /// The station it goes back to when it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        station: Option<u8>,
        /// On which day.
        on: Date,
    }
    /// 沟通.
    Said = "cases.said" {
        /// Among staff only.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        internal: bool,
    }
    /// 收件日期更正.
    ReceiptCorrected = "cases.receipt-corrected" {
        /// What had been recorded.
        from: Date,
        /// The right day.
        to: Date,
        /// Whether the clock of the decision runs from that day.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        restarts_clock: bool,
    }
    /// 期限重新计算.
    Reckoned = "cases.reckoned" {}
    /// 另有情况: something elsewhere bears on the case.
    Flagged = "cases.flagged" {
        /// What.
        reason: String,
    }
    /// 已办结.
    Closed = "cases.closed" {
        /// Why.
        ending: Ending,
        /// On which day.
        on: Date,
    }
}

/// The open and the sealed JSON of an event, as they go into an entry.
pub(crate) struct Written {
    pub(crate) kind: Kind,
    pub(crate) open: Value,
    pub(crate) sealed: Option<Value>,
}

impl Event {
    /// Splits the event for writing.
    ///
    /// # Errors
    /// When a value has no JSON form, which no event of this file has.
    pub(crate) fn write(&self) -> Result<Written, serde_json::Error> {
        let mut open = self.fact.open()?;
        if let (Some(wait), Value::Object(map)) = (&self.wait, &mut open) {
            map.insert("wait".to_owned(), serde_json::to_value(wait)?);
        }
        let sealed = if self.private.is_empty() {
            None
        } else {
            Some(serde_json::to_value(&self.private)?)
        };
        Ok(Written {
            kind: Kind::new(self.fact.kind(), 1),
            open,
            sealed,
        })
    }

    /// Reads an entry back. A destroyed key leaves the sealed part empty.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let name = entry.kind.name.as_ref();
        if entry.kind.v != 1 {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let fact = Fact::of(name, &entry.open)
            .ok_or_else(|| FoldError::Unknown(entry.kind.to_string()))?
            .map_err(|e| FoldError::Poisonous(format!("{name}: {e}")))?;
        let wait = match entry.open.get("wait") {
            Some(wait) => Some(
                Wait::deserialize(wait)
                    .map_err(|e| FoldError::Poisonous(format!("{name}: {e}")))?,
            ),
            None => None,
        };
        let private = match entry.sealed.first().and_then(|one| one.plain.as_ref()) {
            Some(plain) => Private::deserialize(plain)
                .map_err(|e| FoldError::Poisonous(format!("{name}: sealed: {e}")))?,
            None => Private::default(),
        };
        Ok(Self {
            fact,
            private,
            wait,
        })
    }
}
