//! What the facts of a case add up to.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{AccountId, Actor, AreaPath, CaseId, PostId, ResidentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Desk;
use super::clock::{CaseClock, Due};
use super::command::{Answers, Delivery, Grade, Opinion, Outcome, Paper};
use super::events::Ending;
use crate::catalogue::{Channel, Every, OutcomeKind};

/// Where a case is in its life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No case yet.
    #[default]
    Blank,
    /// 待受理
    Submitted,
    /// 办理中: at the desk of a station.
    InHand,
    /// 补正中: the clock stands still.
    Supplement,
    /// 公示中
    Notice,
    /// 已决定, not yet delivered.
    Decided,
    /// 已送达: may be rated, disputed, appealed.
    Delivered,
    /// 回访中, after a low rating.
    FollowUp,
    /// 督办中: disputed, with the supervisor.
    Disputed,
    /// 已办结
    Closed,
    /// 不予受理
    IntakeRefused,
    /// 已撤回
    Withdrawn,
    /// 逾期未补正
    Lapsed,
}

impl Phase {
    /// Every phase of a case that exists.
    pub const ALL: [Self; 12] = [
        Self::Submitted,
        Self::InHand,
        Self::Supplement,
        Self::Notice,
        Self::Decided,
        Self::Delivered,
        Self::FollowUp,
        Self::Disputed,
        Self::Closed,
        Self::IntakeRefused,
        Self::Withdrawn,
        Self::Lapsed,
    ];

    /// The phase's name in addresses, tables and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Submitted => "submitted",
            Self::InHand => "in_hand",
            Self::Supplement => "supplement",
            Self::Notice => "notice",
            Self::Decided => "decided",
            Self::Delivered => "delivered",
            Self::FollowUp => "follow_up",
            Self::Disputed => "disputed",
            Self::Closed => "closed",
            Self::IntakeRefused => "intake_refused",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }

    /// The phase with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether somebody still has to do something: such a case has an owner, a date and a next step.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Blank | Self::Closed | Self::IntakeRefused | Self::Withdrawn | Self::Lapsed
        )
    }

    /// Whether the case is still on its way to a decision.
    #[must_use]
    pub fn is_before_decision(self) -> bool {
        matches!(
            self,
            Self::Submitted | Self::InHand | Self::Supplement | Self::Notice
        )
    }
}

/// Who has to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The applicant.
    Applicant,
    /// A desk.
    Desk(Desk),
}

/// What has to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Accept or refuse at intake.
    Accept,
    /// The applicant supplements.
    Supplement,
    /// Check what was stated.
    Check,
    /// Visit the household.
    Visit,
    /// Pass on to the next desk.
    PassOn,
    /// Review.
    Review,
    /// Post the public notice.
    PostNotice,
    /// Answer an objection.
    AnswerObjection,
    /// Wait until the notice has hung long enough.
    AwaitNotice,
    /// Decide.
    Decide,
    /// Deliver the letter or certificate.
    Deliver,
    /// The applicant may rate; nothing else is left.
    Rate,
    /// Call the person after a low rating.
    FollowUp,
    /// The supervisor settles the dispute.
    Settle,
}

impl Next {
    /// The step's name in tables and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Supplement => "supplement",
            Self::Check => "check",
            Self::Visit => "visit",
            Self::PassOn => "pass_on",
            Self::Review => "review",
            Self::PostNotice => "post_notice",
            Self::AnswerObjection => "answer_objection",
            Self::AwaitNotice => "await_notice",
            Self::Decide => "decide",
            Self::Deliver => "deliver",
            Self::Rate => "rate",
            Self::FollowUp => "follow_up",
            Self::Settle => "settle",
        }
    }
}

/// A wait: who, by when, what next, and by when the result is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Who has to act.
    pub owner: Owner,
    /// What they have to do.
    pub next: Next,
    /// By when, or why no date can be named.
    pub due: Due,
    /// By when the applicant is promised the result; `None` once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_by: Option<Due>,
}

/// Who took the case from the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// The post it acts in.
    pub post: PostId,
}

/// What was asked for as a supplement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Missing evidences.
    pub papers: Vec<String>,
    /// Fields to answer anew.
    pub fields: Vec<String>,
    /// When it was asked.
    pub on: Date,
    /// In plain words; empty after erasure.
    pub words: String,
    /// Whether the case was not yet accepted when it was asked.
    pub before_acceptance: bool,
}

/// 公示.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// From which day.
    pub on: Date,
    /// The last day.
    pub ends_on: Date,
    /// Where, besides the page.
    pub place: String,
    /// When it was ended.
    pub ended_on: Option<Date>,
    /// Which result is proposed, by its code.
    pub outcome: String,
    /// How many persons the household has.
    pub people: Option<u8>,
    /// The name with the middle hidden; empty after erasure.
    pub name: String,
    /// The proposed amount; `None` where none is paid, or after erasure.
    pub amount_fen: Option<i64>,
}

/// 异议.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// When.
    pub on: Date,
    /// `None` until answered; then whether it was right.
    pub upheld: Option<bool>,
}

/// 决定.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Which of the service's results, by its code.
    pub outcome: String,
    /// What kind of result that is.
    pub result: OutcomeKind,
    /// The ground of a refusal, by its code.
    pub ground: Option<String>,
    /// The amount; `None` where none is paid, or after erasure.
    pub amount_fen: Option<i64>,
    /// How often it is paid.
    pub every: Option<Every>,
    /// From which day it holds.
    pub from: Date,
    /// Until which day.
    pub until: Option<Date>,
    /// The reasons.
    pub words: String,
    /// What the policy reckoned that day, with its tree; `None` where no policy speaks of the
    /// service, or after erasure.
    pub reckoning: Option<Arc<Value>>,
    /// When.
    pub on: Date,
    /// Who decided.
    pub by: Option<AccountId>,
}

/// 回访.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowUp {
    /// The day the rating opened it.
    pub opened_on: Date,
    /// How many contacts were tried.
    pub contacts: u8,
    /// Whether it is settled.
    pub done: bool,
}

/// 复议 or 诉讼.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// With whom.
    pub to: String,
    /// When it was filed.
    pub filed_on: Date,
    /// `None` while pending; then whether our decision was set aside.
    pub set_aside: Option<bool>,
}

/// A case: what all its facts add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which case.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// The counter the number was made from.
    pub serial: u32,
    /// The service's id.
    pub service: String,
    /// The service's version it was filed under.
    pub service_version: u32,
    /// The committee or street it belongs to.
    pub area: AreaPath,
    /// How it came in.
    pub channel: Channel,
    /// For whom.
    pub applicant: ResidentId,
    /// By what authority another filed it.
    pub authority: Option<String>,
    /// Who filed it.
    pub filed_by: Actor,
    /// The day it arrived.
    pub received_on: Date,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// Where it is in its life.
    pub phase: Phase,
    /// Which station of the service has it.
    pub station: u8,
    /// Since which day it is there.
    pub arrived_on: Date,
    /// Who took it.
    pub holder: Option<Holder>,
    /// Who has to act, by when, what next; `None` when the case has ended.
    pub wait: Option<Wait>,
    /// The desk that last had it: where it comes back to when the applicant has acted.
    pub home: Option<Desk>,
    /// The facts from which days are reckoned.
    pub clock: CaseClock,
    /// What supplement is or was last asked for.
    pub asked: Option<Asked>,
    /// The papers so far.
    pub papers: Vec<Paper>,
    /// Checks recorded at this pass, with what came out.
    pub checks: Vec<(String, Outcome)>,
    /// Days of visits at this pass.
    pub visits: Vec<Date>,
    /// The review of this pass and who gave it.
    pub review: Option<(Opinion, Option<AccountId>)>,
    /// Whether the desk has it back from the next one.
    pub returned: bool,
    /// The public notice of this pass.
    pub notice: Option<Notice>,
    /// Objections to it.
    pub objections: Vec<Objection>,
    /// The decision in force.
    pub decided: Option<Decided>,
    /// How and when it was delivered.
    pub delivered: Option<(Delivery, Date)>,
    /// The rating.
    pub rating: Option<Grade>,
    /// The follow-up a low rating opened.
    pub follow_up: Option<FollowUp>,
    /// The day of the last dispute.
    pub disputed_on: Option<Date>,
    /// How often the case was reopened.
    pub reopened: u8,
    /// Appeals to bodies outside.
    pub appeals: Vec<Appeal>,
    /// The day it was last urged.
    pub urged_on: Option<Date>,
    /// What elsewhere bears on it.
    pub flag: Option<String>,
    /// Why it ended.
    pub ending: Option<Ending>,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// The ground of a refusal at intake, and the reasons.
    pub intake_refusal: Option<(String, String)>,
    /// The applicant's name; empty after erasure.
    pub name: String,
    /// Where to reach them; empty after erasure.
    pub phone: String,
    /// The answers as they now stand; empty after erasure.
    pub answers: Arc<Answers>,
}

impl State {
    /// The desk that has to act, where one has.
    #[must_use]
    pub fn desk(&self) -> Option<&Desk> {
        match self.wait.as_ref().map(|wait| &wait.owner) {
            Some(Owner::Desk(desk)) => Some(desk),
            _ => None,
        }
    }

    /// Objections nobody has answered yet.
    #[must_use]
    pub fn open_objections(&self) -> usize {
        self.objections
            .iter()
            .filter(|one| one.upheld.is_none())
            .count()
    }

    /// Whether an appeal is pending.
    #[must_use]
    pub fn has_open_appeal(&self) -> bool {
        self.appeals.iter().any(|one| one.set_aside.is_none())
    }
}
