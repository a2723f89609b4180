//! The working steps: take, ask for papers, check, visit, pass on, transfer, extend.

use super::{Context, Facts, needed, optional, past};
use crate::cases::command::Command;
use crate::cases::events::{
    Checked, Extended, Fact, Flagged, PassedOn, Private, PutBack, Reckoned, SentBack,
    SupplementAsked, Taken, Transferred, Visited,
};
use crate::cases::refusal::No;
use crate::cases::rules::Rules;
use crate::cases::state::State;
use crate::catalogue::{Act, Suspension};

pub(super) fn facts(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let one = |fact: Fact, private: Private| Ok(vec![(fact, private)]);
    match command {
        Command::Take { over } => take(case, *over, context),
        Command::PutBack => one(Fact::PutBack(PutBack {}), Private::default()),
        Command::AskSupplement {
            papers,
            fields,
            words,
        } => ask(papers, fields, words, context),
        Command::RecordCheck { .. } | Command::RecordVisit { .. } => found(case, command, context),
        Command::PassOn { words } => {
            not_skipped(case, words, context.rules)?;
            let station = case.station.saturating_add(1);
            let fact = PassedOn { station };
            one(Fact::PassedOn(fact), optional(words, "words")?)
        }
        Command::SendBack { words } => {
            let station = case.station.saturating_sub(1);
            let fact = SentBack { station };
            one(Fact::SentBack(fact), needed(words, "words")?)
        }
        Command::Transfer { area, words } => {
            if *area == case.area {
                return Err(No::SameArea);
            }
            let fact = Transferred {
                from: case.area.clone(),
                area: area.clone(),
            };
            one(Fact::Transferred(fact), needed(words, "words")?)
        }
        Command::Extend { days, words } => extend(case, *days, words, context),
        Command::Flag { reason } => one(
            Fact::Flagged(Flagged {
                reason: reason.clone(),
            }),
            Private::default(),
        ),
        _ => one(Fact::Reckoned(Reckoned {}), Private::default()),
    }
}

/// What was found: by checking, or on a visit.
fn found(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let (fact, words) = match command {
        Command::RecordCheck {
            check,
            outcome,
            words,
        } => {
            let check = check.trim().to_owned();
            if check.is_empty() {
                return Err(No::WordsMissing("check"));
            }
            let outcome = *outcome;
            (Fact::Checked(Checked { check, outcome }), words)
        }
        Command::RecordVisit { on, people, words } => {
            past(*on, "on", context)?;
            if *on < case.received_on {
                return Err(No::DateTooEarly("on"));
            }
            let (on, people) = (*on, *people);
            (Fact::Visited(Visited { on, people }), words)
        }
        _ => return Ok(Facts::new()),
    };
    Ok(vec![(fact, needed(words, "words")?)])
}

fn take(case: &State, over: bool, context: &Context<'_>) -> Result<Facts, No> {
    let (Some(account), Some(post)) = (context.actor.account, &context.actor.post) else {
        return Err(No::NotTaken);
    };
    let from = case.holder.map(|holder| holder.account);
    if from.is_some() && !over {
        return Err(No::TakenByAnother);
    }
    let fact = Taken {
        by: account,
        post: post.id,
        from,
    };
    Ok(vec![(Fact::Taken(fact), Private::default())])
}

/// 一次性告知: at least one paper or question of the service, and in plain words.
fn ask(
    papers: &[String],
    fields: &[String],
    words: &str,
    context: &Context<'_>,
) -> Result<Facts, No> {
    let rules = context.rules;
    if papers.is_empty() && fields.is_empty() {
        return Err(No::NothingAsked);
    }
    let strange = papers
        .iter()
        .find(|id| !rules.papers.contains(id))
        .or_else(|| fields.iter().find(|id| !rules.questions.contains(id)));
    if let Some(id) = strange {
        return Err(No::AskedUnknown(id.clone()));
    }
    let fact = SupplementAsked {
        papers: papers.to_vec(),
        fields: fields.to_vec(),
        stops_clock: rules.stops_for(Suspension::Supplement),
        on: context.today(),
    };
    Ok(vec![(Fact::SupplementAsked(fact), needed(words, "words")?)])
}

/// What the desk should do was done, or the reason why not is given.
fn not_skipped(case: &State, words: &str, rules: &Rules) -> Result<(), No> {
    let station = rules.station(case.station);
    if !words.trim().is_empty() {
        return Ok(());
    }
    if station.may(Act::Check) && case.checks.is_empty() {
        return Err(No::StepSkipped("check"));
    }
    if station.may(Act::Visit) && case.visits.is_empty() {
        return Err(No::StepSkipped("visit"));
    }
    if station.may(Act::Review) && case.review.is_none() {
        return Err(No::StepSkipped("review"));
    }
    Ok(())
}

fn extend(case: &State, days: u16, words: &str, context: &Context<'_>) -> Result<Facts, No> {
    let left = context
        .rules
        .extension_days
        .saturating_sub(case.clock.extended_days());
    if days == 0 || u32::from(days) > left {
        return Err(No::ExtensionTooLong(left));
    }
    let fact = Extended { days };
    Ok(vec![(Fact::Extended(fact), needed(words, "words")?)])
}
