//! Why the answer is no. Each refusal names the broken rule; its message (in
//! `web/messages/*/refusals-cases.ftl`) says what to do instead. No refusal holds personal data.

use jiff::civil::Date;
use linli_kernel::Refusal;

use super::Desk;
use super::command::Verb;
use super::state::Phase;

/// A broken rule of this feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum No {
    /// There is no such case, or not for this person.
    Unknown,
    /// The number and the phone number do not belong together.
    NumberAndPhoneDiffer,
    /// The service is not in the catalogue, or not in force.
    ServiceUnknown(String),
    /// The service cannot be applied for this way.
    ChannelNotOffered(String),
    /// The area is not one of this node's.
    AreaUnknown(String),
    /// The case has ended: nothing more can be done but dispute or appeal.
    Ended(Phase),
    /// What was asked does not fit where the case is in its life.
    NotNow {
        /// What was asked.
        verb: Verb,
        /// Where the case is.
        phase: Phase,
    },
    /// The case has not been accepted yet.
    NotYetAccepted,
    /// The case has been accepted already.
    AlreadyAccepted,
    /// The applicant has been asked for something and has not answered.
    AwaitsSupplement,
    /// Nothing has been asked for.
    NoSupplementAsked,
    /// The case has been decided.
    AlreadyDecided,
    /// The case has not been decided yet.
    NotYetDecided,
    /// The case lies at another desk.
    NotYourDesk(Desk),
    /// The case waits for the applicant.
    WaitsForApplicant,
    /// A colleague has it.
    TakenByAnother,
    /// This person has it already.
    AlreadyYours,
    /// Nobody has taken it.
    NotTaken,
    /// 回避: one's own case, or that of one's household.
    OwnCase,
    /// This desk of the service may not do that.
    NotAtThisDesk(Verb),
    /// Only Linli itself does that, when a clock runs out.
    OnlyLinli(Verb),
    /// Only the applicant does that, on their own device or the kiosk.
    OnlyApplicant(Verb),
    /// By what authority one acts for another is not said or not known.
    AuthorityMissing,
    /// A reason or text is missing.
    WordsMissing(&'static str),
    /// A text is too long.
    WordsTooLong(&'static str),
    /// The ground is not one of the service's.
    GroundUnknown(String),
    /// A refusal without a ground.
    GroundMissing,
    /// The result is not one of the service's.
    OutcomeUnknown(String),
    /// A grant without an amount, or with none above zero.
    AmountMissing,
    /// An amount where none is paid.
    AmountNotPaid,
    /// The period ends before it begins.
    PeriodReversed,
    /// The grant runs longer than the rule allows.
    PeriodTooLong(u32),
    /// There is no next desk.
    LastDesk,
    /// There is no desk before.
    FirstDesk,
    /// What this desk should do was not done, and no reason was given.
    StepSkipped(&'static str),
    /// The review is missing.
    ReviewMissing,
    /// 审核与决定分离: who reviewed does not decide; the clause, in words.
    ReviewerDecides(String),
    /// The service has no public notice.
    NoNoticeRule,
    /// The notice must hang before the decision.
    NoticeMissing(String),
    /// The notice still hangs.
    NoticeRunning(Date),
    /// The notice hangs or has hung already.
    AlreadyPosted,
    /// An objection is not answered.
    ObjectionOpen(u8),
    /// There is no such objection.
    ObjectionUnknown(u8),
    /// The objection has been answered.
    ObjectionAnswered(u8),
    /// Nothing was asked for.
    NothingAsked,
    /// Something was asked for that the service does not know.
    AskedUnknown(String),
    /// The supplement lacks what was asked for.
    SupplementIncomplete(String),
    /// An answer to a question that was not asked.
    AnswerNotAsked(String),
    /// The extension is longer than the rule allows; so many days are left.
    ExtensionTooLong(u32),
    /// The service knows no extension.
    NoExtension(String),
    /// It was urged already; again from this day on.
    UrgedAlready(Date),
    /// It was rated already: one rating a transaction.
    AlreadyRated,
    /// The time to dispute is over.
    DisputeTooLate(Date),
    /// The supervisor has it already.
    AlreadyDisputed,
    /// No appeal is pending.
    NoAppeal,
    /// The way of appeal is not one of the service's.
    AppealUnknown(String),
    /// A day that lies in the future.
    DateInFuture(&'static str),
    /// A day before the case began.
    DateTooEarly(&'static str),
    /// The area is the one where the case is.
    SameArea,
    /// The time has not run out.
    NotDueYet(Date),
    /// Nothing has changed.
    NothingToReckon,
    /// 免申即享: the service's file does not let Linli grant that by itself.
    NotGrantedUnasked,
}

/// A text longer than this many characters is refused.
pub const MAX_WORDS: usize = 5_000;

impl No {
    /// The rule's code: the message key is `refusal-` + the code with dots as hyphens.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one line a rule")]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "cases.unknown",
            Self::NumberAndPhoneDiffer => "cases.number-and-phone-differ",
            Self::ServiceUnknown(_) => "cases.service-unknown",
            Self::ChannelNotOffered(_) => "cases.channel-not-offered",
            Self::AreaUnknown(_) => "cases.area-unknown",
            Self::Ended(_) => "cases.ended",
            Self::NotNow { .. } => "cases.not-now",
            Self::NotYetAccepted => "cases.not-yet-accepted",
            Self::AlreadyAccepted => "cases.already-accepted",
            Self::AwaitsSupplement => "cases.awaits-supplement",
            Self::NoSupplementAsked => "cases.no-supplement-asked",
            Self::AlreadyDecided => "cases.already-decided",
            Self::NotYetDecided => "cases.not-yet-decided",
            Self::NotYourDesk(_) => "cases.not-your-desk",
            Self::WaitsForApplicant => "cases.waits-for-applicant",
            Self::TakenByAnother => "cases.taken-by-another",
            Self::AlreadyYours => "cases.already-yours",
            Self::NotTaken => "cases.not-taken",
            Self::OwnCase => "cases.own-case",
            Self::NotAtThisDesk(_) => "cases.not-at-this-desk",
            Self::OnlyLinli(_) => "cases.only-linli",
            Self::OnlyApplicant(_) => "cases.only-applicant",
            Self::AuthorityMissing => "cases.authority-missing",
            Self::WordsMissing(_) => "cases.words-missing",
            Self::WordsTooLong(_) => "cases.words-too-long",
            Self::GroundUnknown(_) => "cases.ground-unknown",
            Self::GroundMissing => "cases.ground-missing",
            Self::OutcomeUnknown(_) => "cases.outcome-unknown",
            Self::AmountMissing => "cases.amount-missing",
            Self::AmountNotPaid => "cases.amount-not-paid",
            Self::PeriodReversed => "cases.period-reversed",
            Self::PeriodTooLong(_) => "cases.period-too-long",
            Self::LastDesk => "cases.last-desk",
            Self::FirstDesk => "cases.first-desk",
            Self::StepSkipped(_) => "cases.step-skipped",
            Self::ReviewMissing => "cases.review-missing",
            Self::ReviewerDecides(_) => "cases.reviewer-decides",
            Self::NoNoticeRule => "cases.no-notice-rule",
            Self::NoticeMissing(_) => "cases.notice-missing",
            Self::NoticeRunning(_) => "cases.notice-running",
            Self::AlreadyPosted => "cases.already-posted",
            Self::ObjectionOpen(_) => "cases.objection-open",
            Self::ObjectionUnknown(_) => "cases.objection-unknown",
            Self::ObjectionAnswered(_) => "cases.objection-answered",
            Self::NothingAsked => "cases.nothing-asked",
            Self::AskedUnknown(_) => "cases.asked-unknown",
            Self::SupplementIncomplete(_) => "cases.supplement-incomplete",
            Self::AnswerNotAsked(_) => "cases.answer-not-asked",
            Self::ExtensionTooLong(_) => "cases.extension-too-long",
            Self::NoExtension(_) => "cases.no-extension",
            Self::UrgedAlready(_) => "cases.urged-already",
            Self::AlreadyRated => "cases.already-rated",
            Self::DisputeTooLate(_) => "cases.dispute-too-late",
            Self::AlreadyDisputed => "cases.already-disputed",
            Self::NoAppeal => "cases.no-appeal",
            Self::AppealUnknown(_) => "cases.appeal-unknown",
            Self::DateInFuture(_) => "cases.date-in-future",
            Self::DateTooEarly(_) => "cases.date-too-early",
            Self::SameArea => "cases.same-area",
            Self::NotDueYet(_) => "cases.not-due-yet",
            Self::NothingToReckon => "cases.nothing-to-reckon",
            Self::NotGrantedUnasked => "cases.not-granted-unasked",
        }
    }
}

impl From<No> for Refusal {
    fn from(no: No) -> Self {
        let plain = Self::new(no.code());
        match no {
            No::ServiceUnknown(id) => plain.on("service").with("service", id),
            No::ChannelNotOffered(code) => plain.on("channel").with("channel", code),
            No::AreaUnknown(area) => plain.on("area").with("area", area),
            No::Ended(phase) => plain.with("phase", phase.code()),
            No::NotNow { verb, phase } => {
                plain.with("verb", verb.code()).with("phase", phase.code())
            }
            No::NotYourDesk(desk) => plain
                .with("role", desk.role.code())
                .with("area", desk.area.code()),
            No::NotAtThisDesk(verb) | No::OnlyLinli(verb) | No::OnlyApplicant(verb) => {
                plain.with("verb", verb.code())
            }
            No::AuthorityMissing => plain.on("authority"),
            No::WordsMissing(field) => plain.on(field),
            No::WordsTooLong(field) => plain.on(field).with("max", MAX_WORDS),
            No::GroundUnknown(code) => plain.on("ground").with("ground", code),
            No::GroundMissing => plain.on("ground"),
            No::OutcomeUnknown(code) => plain.on("outcome").with("outcome", code),
            No::AmountMissing | No::AmountNotPaid => plain.on("amount_fen"),
            No::PeriodReversed => plain.on("until"),
            No::PeriodTooLong(months) => plain.on("until").with("months", months),
            No::StepSkipped(step) => plain.on("words").with("step", step),
            No::NoticeMissing(article)
            | No::NoExtension(article)
            | No::ReviewerDecides(article) => plain.citing(&article),
            No::NoticeRunning(date) | No::NotDueYet(date) => plain.with("date", date),
            No::ObjectionOpen(n) | No::ObjectionAnswered(n) => plain.with("objection", n),
            No::ObjectionUnknown(n) => plain.on("objection").with("objection", n),
            No::NothingAsked => plain.on("papers"),
            No::AskedUnknown(id) => plain.on("papers").with("id", id),
            No::SupplementIncomplete(id) => plain.on(&id.clone()).with("id", id),
            No::AnswerNotAsked(id) => plain.on(&id.clone()).with("id", id),
            No::ExtensionTooLong(left) => plain.on("days").with("left", left),
            No::UrgedAlready(date) | No::DisputeTooLate(date) => plain.with("date", date),
            No::AppealUnknown(code) => plain.on("to").with("to", code),
            No::DateInFuture(field) | No::DateTooEarly(field) => plain.on(field),
            No::SameArea => plain.on("area"),
            _ => plain,
        }
    }
}
