//! Review, public notice, decision, delivery, follow-up and settlement.

use jiff::ToSpan;
use jiff::civil::Date;

use super::may::notice_over;
use super::{Context, Facts, needed};
use crate::cases::clock::{Due, after};
use crate::cases::command::{Command, Decision, Delivery, Settlement};
use crate::cases::events::{
    AppealAnswered, Closed, Decided, Delivered, Ending, Fact, FollowedUp, NoticeEnded,
    NoticePosted, Objected, ObjectionAnswered, Private, Reviewed, Settled,
};
use crate::cases::refusal::No;
use crate::cases::rules::OutcomeRule;
use crate::cases::state::{Phase, State};
use crate::catalogue::{OutcomeKind, Suspension};
use crate::residents::mask;

pub(super) fn facts(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let on = context.today();
    let one = |fact: Fact, private: Private| Ok(vec![(fact, private)]);
    match command {
        Command::Review { opinion, words } => one(
            Fact::Reviewed(Reviewed { opinion: *opinion }),
            needed(words, "words")?,
        ),
        Command::PostNotice { .. } => post_notice(case, command, context),
        Command::Object { words } => {
            let objection = u8::try_from(case.objections.len() + 1).unwrap_or(u8::MAX);
            one(
                Fact::Objected(Objected { objection, on }),
                needed(words, "words")?,
            )
        }
        Command::AnswerObjection {
            objection,
            upheld,
            words,
        } => answer(case, *objection, *upheld, words),
        Command::EndNotice => one(Fact::NoticeEnded(NoticeEnded { on }), Private::default()),
        Command::Decide { decision, deliver } => decided(case, decision, *deliver, context),
        Command::Deliver { by } => one(
            Fact::Delivered(Delivered { by: *by, on }),
            Private::default(),
        ),
        Command::FollowUp {
            reached,
            words,
            done,
        } => follow_up(*reached, words, *done, on),
        Command::Settle { settlement, words } => settle(case, *settlement, words, context),
        Command::RecordAppealResult { set_aside, words } => {
            let fact = AppealAnswered {
                set_aside: *set_aside,
                station: set_aside.then(|| again_at(case, context)),
                on,
            };
            one(Fact::AppealAnswered(fact), needed(words, "words")?)
        }
        _ => Ok(Facts::new()),
    }
}

/// Where a case goes that is done again: to whoever decides, or to intake when it never got there.
fn again_at(case: &State, context: &Context<'_>) -> u8 {
    if case.decided.is_some() {
        context.rules.deciding_station()
    } else {
        context.rules.first_station(&case.area)
    }
}

fn post_notice(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let Command::PostNotice {
        place,
        outcome,
        amount_fen,
        people,
    } = command
    else {
        return Ok(Facts::new());
    };
    let rule = context.rules.notice.as_ref().ok_or(No::NoNoticeRule)?;
    let proposed = context
        .rules
        .outcome(outcome)
        .filter(|one| one.kind != OutcomeKind::Refuse)
        .ok_or_else(|| No::OutcomeUnknown(outcome.clone()))?;
    check_amount(proposed, *amount_fen)?;
    needed(place, "place")?;
    let on = context.today();
    let ends_on = match after(context.calendar, on, rule.term) {
        Due::On(date) => date,
        // Without calendar data a notice in working days hangs as many calendar days at least.
        _ => on.saturating_add(i64::from(rule.term.days).saturating_mul(2).days()),
    };
    let fact = NoticePosted {
        on,
        ends_on,
        stops_clock: context.rules.stops_for(Suspension::Notice),
        place: place.trim().to_owned(),
        outcome: outcome.clone(),
        people: *people,
    };
    let private = Private {
        name: Some(mask::name(&case.name)),
        amount_fen: *amount_fen,
        ..Private::default()
    };
    Ok(vec![(Fact::NoticePosted(fact), private)])
}

fn answer(case: &State, objection: u8, upheld: bool, words: &str) -> Result<Facts, No> {
    let found = usize::from(objection)
        .checked_sub(1)
        .and_then(|at| case.objections.get(at))
        .ok_or(No::ObjectionUnknown(objection))?;
    if found.upheld.is_some() {
        return Err(No::ObjectionAnswered(objection));
    }
    let fact = ObjectionAnswered { objection, upheld };
    Ok(vec![(
        Fact::ObjectionAnswered(fact),
        needed(words, "words")?,
    )])
}

fn check_amount(rule: &OutcomeRule, amount_fen: Option<i64>) -> Result<(), No> {
    match (rule.kind, amount_fen) {
        (OutcomeKind::Grant, Some(fen)) if fen > 0 => Ok(()),
        (OutcomeKind::Grant, _) => Err(No::AmountMissing),
        (_, Some(_)) => Err(No::AmountNotPaid),
        (_, None) => Ok(()),
    }
}

fn decided(
    case: &State,
    decision: &Decision,
    deliver: Option<Delivery>,
    context: &Context<'_>,
) -> Result<Facts, No> {
    let on = context.today();
    let rule = context
        .rules
        .outcome(&decision.outcome)
        .ok_or_else(|| No::OutcomeUnknown(decision.outcome.clone()))?;
    let mut facts = Facts::new();
    if case.phase == Phase::Notice {
        notice_over(case, context)?;
        facts.push((Fact::NoticeEnded(NoticeEnded { on }), Private::default()));
    }
    let from = decision.from.unwrap_or(on);
    check(case, decision, rule, from, context)?;
    let fact = Decided {
        outcome: decision.outcome.clone(),
        result: rule.kind,
        ground: decision.ground.clone(),
        from,
        until: decision.until,
        every: rule.every,
        on,
    };
    let private = Private {
        amount_fen: decision.amount_fen,
        reckoning: context.reckoning.cloned(),
        ..needed(&decision.words, "words")?
    };
    facts.push((Fact::Decided(fact), private));
    if let Some(by) = deliver {
        facts.push((Fact::Delivered(Delivered { by, on }), Private::default()));
    }
    Ok(facts)
}

fn check(
    case: &State,
    decision: &Decision,
    rule: &OutcomeRule,
    from: Date,
    context: &Context<'_>,
) -> Result<(), No> {
    let refuses = rule.kind == OutcomeKind::Refuse;
    match &decision.ground {
        None if refuses => return Err(No::GroundMissing),
        Some(code) if !refuses || !context.rules.grounds.iter().any(|g| g.code == *code) => {
            return Err(No::GroundUnknown(code.clone()));
        }
        _ => {}
    }
    if let Some(notice) = &context.rules.notice
        && case.notice.is_none()
        && !refuses
    {
        return Err(No::NoticeMissing(notice.article.clone()));
    }
    check_amount(rule, decision.amount_fen)?;
    let Some(until) = decision.until else {
        return Ok(());
    };
    if until < from {
        return Err(No::PeriodReversed);
    }
    match rule.max_months {
        Some(months) if until >= from.saturating_add(i64::from(months).months()) => {
            Err(No::PeriodTooLong(months))
        }
        _ => Ok(()),
    }
}

fn follow_up(reached: bool, words: &str, done: bool, on: Date) -> Result<Facts, No> {
    let fact = FollowedUp { reached, on };
    let mut facts = vec![(Fact::FollowedUp(fact), needed(words, "words")?)];
    if done {
        let ending = Ending::FollowedUp;
        facts.push((Fact::Closed(Closed { ending, on }), Private::default()));
    }
    Ok(facts)
}

fn settle(
    case: &State,
    settlement: Settlement,
    words: &str,
    context: &Context<'_>,
) -> Result<Facts, No> {
    let on = context.today();
    let redo = settlement == Settlement::Redo;
    let fact = Settled {
        redo,
        station: redo.then(|| again_at(case, context)),
        on,
    };
    let mut facts = vec![(Fact::Settled(fact), needed(words, "words")?)];
    if !redo {
        let ending = Ending::Upheld;
        facts.push((Fact::Closed(Closed { ending, on }), Private::default()));
    }
    Ok(facts)
}
