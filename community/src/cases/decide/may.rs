//! Who may ask what of a case, and when: everything that does not hang on a command's content.

use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, Refusal, Role};

use super::Context;
use crate::cases::clock::{Due, after};
use crate::cases::command::Verb;
use crate::cases::events::Ending;
use crate::cases::refusal::No;
use crate::cases::rules::house;
use crate::cases::state::{Owner, Phase, State};
use crate::catalogue::{Act, Channel};

/// Lets the actor ask `verb` of `case`, or refuses.
///
/// # Errors
/// The rule that says no: the gate first, then 回避, the phase, the desk, the colleague.
pub fn may(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), Refusal> {
    let by_linli = *context.actor == Actor::system();
    match reach(verb) {
        Reach::Linli if !by_linli => return Err(No::OnlyLinli(verb).into()),
        Reach::Linli => {}
        Reach::Desk | Reach::Staff | Reach::Either if by_linli && linli_may(verb) => {}
        _ => {
            enter(case, verb, context)?;
            avoid(case, context)?;
        }
    }
    phase(case, verb, context)?;
    if reach(verb) == Reach::Desk && !by_linli {
        desk(case, verb, context)?;
    }
    station(case, verb, context)?;
    Ok(detail(case, verb, context)?)
}

/// Who a verb is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Whoever works at the desk that has the case.
    Desk,
    /// Any post that the gate lets do it.
    Staff,
    /// The applicant, or staff at their request.
    Either,
    /// The applicant alone.
    Applicant,
    /// Linli itself.
    Linli,
}

fn reach(verb: Verb) -> Reach {
    match verb {
        Verb::Accept
        | Verb::RefuseIntake
        | Verb::Take
        | Verb::PutBack
        | Verb::AskSupplement
        | Verb::RecordCheck
        | Verb::RecordVisit
        | Verb::PassOn
        | Verb::SendBack
        | Verb::Review
        | Verb::PostNotice
        | Verb::AnswerObjection
        | Verb::EndNotice
        | Verb::Decide
        | Verb::Deliver
        | Verb::FollowUp
        | Verb::Settle
        | Verb::CorrectReceipt => Reach::Desk,
        Verb::Object | Verb::Transfer | Verb::Extend | Verb::RecordAppealResult => Reach::Staff,
        Verb::Supplement
        | Verb::Withdraw
        | Verb::Urge
        | Verb::Dispute
        | Verb::RecordAppeal
        | Verb::Say => Reach::Either,
        Verb::Rate => Reach::Applicant,
        Verb::Reckon | Verb::Lapse | Verb::Close | Verb::Flag => Reach::Linli,
    }
}

/// What Linli does itself besides: ends a notice that has hung, moves a case after its area, and
/// takes down what a visitor of a public notice objects, since anyone may.
fn linli_may(verb: Verb) -> bool {
    matches!(verb, Verb::EndNotice | Verb::Transfer | Verb::Object)
}

/// The gate's action for `verb`, when asked by `actor` of a case at a station worked by `role`.
///
/// Where the committee itself decides (a certificate it issues), deciding is its work.
#[must_use]
pub fn gate_action(verb: Verb, actor: &Actor, role: Role) -> Action {
    let is_staff = actor.role().is_some_and(Role::is_staff);
    let committees_own = matches!(role, Role::CommitteeWorker | Role::SocialWorker);
    match verb {
        Verb::Review | Verb::PostNotice | Verb::AnswerObjection | Verb::EndNotice
            if !committees_own =>
        {
            Action::CaseReview
        }
        Verb::Decide if !committees_own => Action::CaseDecide,
        Verb::Transfer | Verb::Extend | Verb::RecordAppealResult => Action::CaseSteer,
        Verb::FollowUp | Verb::Settle => Action::CaseSupervise,
        Verb::Take | Verb::PutBack | Verb::Say if actor.role() == Some(Role::Supervisor) => {
            Action::CaseSupervise
        }
        Verb::Supplement | Verb::Withdraw | Verb::Urge | Verb::Dispute | Verb::RecordAppeal
            if is_staff =>
        {
            Action::CaseFileForOther
        }
        Verb::Supplement
        | Verb::Withdraw
        | Verb::Urge
        | Verb::Dispute
        | Verb::RecordAppeal
        | Verb::Rate => Action::CaseOwn,
        Verb::Say if !is_staff => Action::CaseOwn,
        _ => Action::CaseWork,
    }
}

fn enter(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), Refusal> {
    let is_staff = context.actor.role().is_some_and(Role::is_staff);
    if reach(verb) == Reach::Applicant && is_staff {
        return Err(No::OnlyApplicant(verb).into());
    }
    let role = context.rules.station(case.station).role;
    let target = Target {
        area: &case.area,
        subject: Some(case.applicant),
    };
    permits(
        context.actor,
        gate_action(verb, context.actor, role),
        target,
    )
}

/// 回避: whoever acts in a post does not work on a case of their own or of their household.
fn avoid(case: &State, context: &Context<'_>) -> Result<(), No> {
    let own = context.actor.resident == Some(case.applicant);
    if context.actor.post.is_some() && (own || context.kin.contains(&case.applicant)) {
        return Err(No::OwnCase);
    }
    Ok(())
}

fn fits(verb: Verb, phase: Phase) -> bool {
    use Phase as P;
    match verb {
        Verb::Accept | Verb::RefuseIntake => phase == P::Submitted,
        Verb::Take | Verb::PutBack | Verb::Urge => {
            phase.is_open() && !matches!(phase, P::Supplement | P::Delivered)
        }
        Verb::AskSupplement | Verb::Transfer | Verb::CorrectReceipt => {
            matches!(phase, P::Submitted | P::InHand)
        }
        Verb::Supplement | Verb::Lapse => phase == P::Supplement,
        Verb::RecordCheck
        | Verb::RecordVisit
        | Verb::PassOn
        | Verb::SendBack
        | Verb::Review
        | Verb::PostNotice => phase == P::InHand,
        Verb::Object | Verb::AnswerObjection | Verb::EndNotice => phase == P::Notice,
        Verb::Decide | Verb::Extend => matches!(phase, P::InHand | P::Notice),
        Verb::Deliver => phase == P::Decided,
        Verb::Rate | Verb::Close => phase == P::Delivered,
        Verb::FollowUp => phase == P::FollowUp,
        Verb::Withdraw => phase.is_before_decision(),
        Verb::Dispute => matches!(
            phase,
            P::Delivered | P::FollowUp | P::Closed | P::IntakeRefused | P::Lapsed
        ),
        Verb::Settle => phase == P::Disputed,
        Verb::RecordAppeal | Verb::RecordAppealResult => {
            !phase.is_before_decision() && !matches!(phase, P::Blank | P::Withdrawn | P::Lapsed)
        }
        Verb::Say => phase != P::Blank,
        Verb::Reckon | Verb::Flag => phase.is_open(),
    }
}

fn phase(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), No> {
    // A case follows its area wherever it is in its life; staff transfer what is not decided.
    let follows = verb == Verb::Transfer && *context.actor == Actor::system();
    // 个人信息保护法 art. 24: what Linli granted unasked, the person may still refuse.
    let granted = matches!(case.phase, Phase::Delivered | Phase::Closed);
    let declines = verb == Verb::Withdraw && case.channel == Channel::Unasked && granted;
    if fits(verb, case.phase) || declines || (follows && case.phase != Phase::Blank) {
        return Ok(());
    }
    Err(misfit(case, verb, context))
}

/// The rule that a verb breaks by coming at the wrong time.
fn misfit(case: &State, verb: Verb, context: &Context<'_>) -> No {
    let phase = case.phase;
    let decided = !phase.is_before_decision();
    match verb {
        Verb::Rate if case.rating.is_some() => No::AlreadyRated,
        Verb::Dispute if phase == Phase::Disputed => No::AlreadyDisputed,
        Verb::Take | Verb::PutBack | Verb::Urge
            if matches!(phase, Phase::Supplement | Phase::Delivered) =>
        {
            No::WaitsForApplicant
        }
        Verb::Supplement if phase.is_open() => No::NoSupplementAsked,
        Verb::Accept | Verb::RefuseIntake if phase.is_open() && phase != Phase::Supplement => {
            No::AlreadyAccepted
        }
        _ if !phase.is_open() => No::Ended(phase),
        _ if phase == Phase::Supplement && desk_verb(verb) => No::AwaitsSupplement,
        Verb::Deliver
        | Verb::Rate
        | Verb::Dispute
        | Verb::RecordAppeal
        | Verb::RecordAppealResult
        | Verb::FollowUp
        | Verb::Settle
            if !decided =>
        {
            No::NotYetDecided
        }
        _ if decided && (desk_verb(verb) || verb == Verb::Withdraw) => No::AlreadyDecided,
        _ if phase == Phase::Submitted && desk_verb(verb) => No::NotYetAccepted,
        Verb::PostNotice if phase == Phase::Notice => No::AlreadyPosted,
        _ if phase == Phase::Notice && desk_verb(verb) => running(case, context, verb),
        _ => No::NotNow { verb, phase },
    }
}

fn running(case: &State, context: &Context<'_>, verb: Verb) -> No {
    match &case.notice {
        Some(notice) if notice.ends_on >= context.today() => No::NoticeRunning(notice.ends_on),
        _ => No::NotNow {
            verb,
            phase: case.phase,
        },
    }
}

/// Whether the verb is work on the way to a decision.
fn desk_verb(verb: Verb) -> bool {
    !matches!(
        verb,
        Verb::FollowUp | Verb::Settle | Verb::Deliver | Verb::PutBack | Verb::Take
    ) && matches!(reach(verb), Reach::Desk | Reach::Staff)
}

fn desk(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), No> {
    let Some(post) = &context.actor.post else {
        return Err(No::NotNow {
            verb,
            phase: case.phase,
        });
    };
    match case.wait.as_ref().map(|wait| &wait.owner) {
        Some(Owner::Desk(desk)) if desk.is_worked_by(post) => {}
        Some(Owner::Desk(desk)) => return Err(No::NotYourDesk(desk.clone())),
        Some(Owner::Applicant) | None => return Err(No::WaitsForApplicant),
    }
    match (case.holder, verb) {
        (_, Verb::Take) => Ok(()),
        (Some(holder), _) if Some(holder.account) != context.actor.account => {
            Err(No::TakenByAnother)
        }
        _ => Ok(()),
    }
}

/// Whether the catalogue lets this desk do that.
fn station(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), No> {
    let act = match verb {
        Verb::Accept => Act::Accept,
        Verb::RefuseIntake => Act::RefuseIntake,
        Verb::AskSupplement => Act::Supplement,
        Verb::RecordCheck => Act::Check,
        Verb::RecordVisit => Act::Visit,
        Verb::Review => Act::Review,
        Verb::PostNotice => Act::Notice,
        Verb::Decide => Act::Decide,
        Verb::SendBack if case.station == 0 => return Err(No::FirstDesk),
        Verb::PassOn if !context.rules.has_next(case.station) => return Err(No::LastDesk),
        _ => return Ok(()),
    };
    if context.rules.station(case.station).may(act) {
        Ok(())
    } else {
        Err(No::NotAtThisDesk(verb))
    }
}

/// What else the case itself says.
fn detail(case: &State, verb: Verb, context: &Context<'_>) -> Result<(), No> {
    let rules = context.rules;
    match verb {
        Verb::Take if case.holder.map(|one| Some(one.account)) == Some(context.actor.account) => {
            Err(No::AlreadyYours)
        }
        Verb::PutBack if case.holder.is_none() => Err(No::NotTaken),
        Verb::PostNotice if rules.notice.is_none() => Err(No::NoNoticeRule),
        Verb::PostNotice if case.notice.is_some() => Err(No::AlreadyPosted),
        Verb::PostNotice | Verb::Decide if rules.wants_review() && case.review.is_none() => {
            Err(No::ReviewMissing)
        }
        Verb::Decide if reviewed_by_actor(case, context) => Err(No::ReviewerDecides(
            rules.two_persons.clone().unwrap_or_default(),
        )),
        Verb::EndNotice => notice_over(case, context),
        Verb::Decide if case.phase == Phase::Notice => notice_over(case, context),
        Verb::AnswerObjection if case.open_objections() == 0 => Err(No::ObjectionUnknown(0)),
        Verb::Extend if rules.extension_days == 0 => {
            Err(No::NoExtension(rules.total_article.clone()))
        }
        Verb::Extend if case.clock.extended_days() >= rules.extension_days => {
            Err(No::ExtensionTooLong(0))
        }
        Verb::Urge => urged(case, context),
        Verb::Dispute => disputable(case, context),
        Verb::RecordAppealResult if !case.has_open_appeal() => Err(No::NoAppeal),
        Verb::Lapse | Verb::Close => overdue(case, context),
        _ => Ok(()),
    }
}

/// 审核与决定分离: where the service wants two persons, who reviewed this pass does not decide it.
fn reviewed_by_actor(case: &State, context: &Context<'_>) -> bool {
    let reviewer = case.review.as_ref().and_then(|(_, by)| *by);
    context.rules.two_persons.is_some() && reviewer.is_some() && reviewer == context.actor.account
}

/// The notice hung its days in full, and nobody waits for an answer.
pub(super) fn notice_over(case: &State, context: &Context<'_>) -> Result<(), No> {
    if let Some(notice) = &case.notice
        && notice.ends_on >= context.today()
    {
        return Err(No::NoticeRunning(notice.ends_on));
    }
    let open = case.objections.iter().position(|one| one.upheld.is_none());
    match open {
        Some(at) => Err(No::ObjectionOpen(u8::try_from(at + 1).unwrap_or(u8::MAX))),
        None => Ok(()),
    }
}

fn urged(case: &State, context: &Context<'_>) -> Result<(), No> {
    let Some(last) = case.urged_on else {
        return Ok(());
    };
    match after(context.calendar, last, house::URGE) {
        Due::On(next) if context.today() < next => Err(No::UrgedAlready(next)),
        _ => Ok(()),
    }
}

fn disputable(case: &State, context: &Context<'_>) -> Result<(), No> {
    if case.ending == Some(Ending::Upheld) {
        return Err(No::AlreadyDisputed);
    }
    let since = case.delivered.map(|(_, on)| on).or(case.ended_on);
    let Some(since) = since else { return Ok(()) };
    match after(context.calendar, since, house::DISPUTE) {
        Due::On(last) if context.today() > last => Err(No::DisputeTooLate(last)),
        _ => Ok(()),
    }
}

fn overdue(case: &State, context: &Context<'_>) -> Result<(), No> {
    match case.wait.as_ref().map(|wait| wait.due) {
        Some(Due::On(last)) if context.today() <= last => Err(No::NotDueYet(last)),
        Some(Due::On(_)) => Ok(()),
        _ => Err(No::NotNow {
            verb: Verb::Lapse,
            phase: case.phase,
        }),
    }
}
