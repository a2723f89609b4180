//! 办理: who works a case in which order, the statutory clock, notice, decision and appeal.

use linli_kernel::Role;
use serde::{Deserialize, Serialize};

use super::law::{Basis, Term};
use super::text::Text;

/// The tier at which a desk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 居(村)委会
    Committee,
    /// 街道、镇
    Street,
    /// 区
    District,
}

/// What a desk may do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 受理
    Accept,
    /// 不予受理, with the ground.
    RefuseIntake,
    /// 补正: ask for what is missing, once, all of it.
    Supplement,
    /// 核对: record what the economic-status check said.
    Check,
    /// 入户: record a home visit.
    Visit,
    /// 审核: record the review and a proposal.
    Review,
    /// 公示: post the public notice.
    Notice,
    /// 决定
    Decide,
    /// 送达: record that the result reached the applicant.
    Deliver,
    /// 转办: hand the case to another office.
    Transfer,
    /// 延期: extend, with the reason.
    Extend,
    /// 退回: send it back to the desk before, with the reason.
    Return,
    /// 移交: pass it on to the next desk.
    Pass,
}

/// A desk in the order of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its key in the events of a case.
    pub id: String,
    /// What it is called.
    pub names: Text,
    /// What happens there, in one sentence for the applicant.
    pub explain: Text,
    /// Who works it.
    pub role: Role,
    /// At which tier.
    pub level: Level,
    /// What may be done there.
    pub may: Vec<Act>,
    /// How long it may take.
    pub within: Term,
}

/// 受理: the rule of intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// By when the office must say accepted, refused, or what is missing.
    pub within: Term,
    /// The rule, for the reader.
    pub explain: Text,
    /// The grounds on which intake may be refused; no others.
    pub grounds: Vec<Ground>,
}

/// From when the clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// From acceptance.
    Accepted,
    /// From submission.
    Submitted,
}

/// 办理时限: the clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    /// From when it runs.
    pub starts: ClockStart,
    /// The whole time until the decision. The day of the start is not counted.
    pub total: Term,
    /// The whole time in a special case, for which an extension with its reason is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<Term>,
    /// How long the applicant has to supply what is missing.
    pub supplement: Term,
    /// What stops the clock.
    pub suspends: Vec<Suspension>,
}

/// What stops the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspension {
    /// 补正: while the applicant is asked for what is missing.
    Supplement,
    /// 公示: while the public notice stands.
    Notice,
}

/// 公示: the public notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// Whether there is one.
    pub public: bool,
    /// For how long, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// What it shows. What is not in [`Shown`] cannot be shown at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Shown>,
    /// Where it hangs and how to object, or why there is none.
    pub explain: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// What a public notice can show of a case, already reduced: no number, phone, address, account,
/// health matter or child's name is among them, so no file can publish one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The applicant's name with the middle hidden: 张*国.
    MaskedName,
    /// The street or town.
    Street,
    /// The residents' or villagers' committee.
    Committee,
    /// How many persons the household has.
    HouseholdSize,
    /// The service.
    Service,
    /// What is proposed.
    Proposal,
    /// The proposed amount.
    Amount,
}

/// 决定: what may come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The possible results.
    pub results: Vec<Outcome>,
    /// The grounds of a refusal; the officer picks one and the letter quotes it.
    pub grounds: Vec<Ground>,
    /// By when after the end of the notice it must be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_notice: Option<Term>,
    /// By when a refusal must be given in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal_in_writing: Option<Term>,
    /// 审核与决定分离, where the service says something about it; else one person may do both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_persons: Option<TwoPersons>,
}

/// 审核与决定分离: whether who reviewed a case may decide it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoPersons {
    /// Whether the decision takes somebody other than the one who reviewed.
    pub required: bool,
    /// What it rests on.
    pub basis: Basis,
}

/// What kind of result it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// 给予: money, with amount and period.
    Grant,
    /// 确认: a status or a service, without money.
    Confirm,
    /// 出具证明
    Certificate,
    /// 不予
    Refuse,
}

/// What the applicant receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 决定书
    DecisionLetter,
    /// 不予决定书
    RefusalLetter,
    /// 确认通知
    ConfirmationLetter,
    /// 证明
    Certificate,
}

/// One possible result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Its key in the events of a case.
    pub code: String,
    /// What kind of result it is.
    pub kind: OutcomeKind,
    /// What it is called.
    pub names: Text,
    /// What the applicant receives.
    pub document: Document,
    /// How it pays, for a grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pays: Option<Pays>,
}

/// How often a grant is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Once.
    Once,
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
}

/// 起发月: the first month that a grant pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// The month after the one from which the decision holds.
    #[default]
    NextMonth,
    /// That month itself.
    SameMonth,
}

impl Starts {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde wants")]
    fn is_default(&self) -> bool {
        *self == Self::NextMonth
    }
}

/// Which quarter a payment in the first month of a quarter is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// The quarter that begins.
    #[default]
    ThisQuarter,
    /// The quarter that ended.
    LastQuarter,
}

impl Covers {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde wants")]
    fn is_default(&self) -> bool {
        *self == Self::ThisQuarter
    }
}

/// How a grant pays. The officer enters the amount and justifies it; these are its borders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pays {
    /// How often the amount is paid.
    pub every: Every,
    /// The first month that is paid.
    #[serde(default, skip_serializing_if = "Starts::is_default")]
    pub starts: Starts,
    /// Which quarter a quarterly payment is for.
    #[serde(default, skip_serializing_if = "Covers::is_default")]
    pub covers: Covers,
    /// The day of the month on which it is paid, where one is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i8>,
    /// The most months one grant may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_months: Option<u32>,
    /// How the amount is found and from when it is paid.
    pub explain: Text,
    /// Published amounts to go by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<Rate>,
    /// What it rests on.
    pub basis: Basis,
}

/// A published amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// For whom.
    pub names: Text,
    /// How much, per person and month unless the text says otherwise.
    pub amount_fen: i64,
    /// From when.
    pub from: jiff::civil::Date,
    /// What it rests on.
    pub basis: Basis,
}

/// A ground of refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Its key in the events of a case.
    pub code: String,
    /// What the letter says.
    pub text: Text,
    /// The clause it quotes.
    pub basis: Basis,
}

/// 救济: where an applicant may go who disagrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// Its key in the events of a case.
    pub code: String,
    /// What it is called.
    pub names: Text,
    /// Where to go.
    pub to: Text,
    /// Within what time, from the day the decision arrived. None: at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Term>,
    /// The same where the law counts months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_months: Option<u32>,
    /// What it rests on.
    pub basis: Basis,
}

/// 复核: looking again at what was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Every how many months.
    pub months: u32,
    /// What happens then, and what must be reported in between.
    pub explain: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// 好差评: the rating. The five grades are the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// By when a low rating is answered.
    pub follow_up: Term,
}
