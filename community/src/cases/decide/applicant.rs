//! What the applicant does, or staff at their request; and what Linli does when they do nothing.

use std::sync::Arc;

use linli_kernel::Role;

use super::{Context, Facts, needed, optional, past};
use crate::cases::command::{Answers, Command, Given, Grade, Paper};
use crate::cases::events::{
    Appealed, Closed, Disputed, Ending, Fact, Private, Rated, Said, SupplementLapsed, Supplemented,
    Urged, Withdrawn,
};
use crate::cases::refusal::No;
use crate::cases::state::State;
use crate::catalogue::Channel;

pub(super) fn facts(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let on = context.today();
    let one = |fact: Fact, private: Private| Ok(vec![(fact, private)]);
    match command {
        Command::Supplement {
            channel,
            answers,
            papers,
            words,
        } => {
            let sent = Sent {
                channel: *channel,
                answers,
                papers,
                words,
            };
            supplement(case, &sent, context)
        }
        Command::Rate { grade, words } => rate(*grade, words, context),
        Command::Withdraw { words } => {
            one(Fact::Withdrawn(Withdrawn { on }), optional(words, "words")?)
        }
        Command::Urge => one(Fact::Urged(Urged { on }), Private::default()),
        Command::Dispute { words } => one(Fact::Disputed(Disputed { on }), needed(words, "words")?),
        Command::RecordAppeal {
            to,
            filed_on,
            words,
        } => {
            if !context.rules.appeals.contains(to) {
                return Err(No::AppealUnknown(to.clone()));
            }
            past(*filed_on, "filed_on", context)?;
            let fact = Appealed {
                to: to.clone(),
                filed_on: *filed_on,
            };
            one(Fact::Appealed(fact), optional(words, "words")?)
        }
        Command::Say { words, internal } => {
            let internal = *internal && context.actor.role().is_some_and(Role::is_staff);
            one(Fact::Said(Said { internal }), needed(words, "words")?)
        }
        Command::Lapse => one(
            Fact::SupplementLapsed(SupplementLapsed { on }),
            Private::default(),
        ),
        _ => {
            let ending = Ending::Unrated;
            one(Fact::Closed(Closed { ending, on }), Private::default())
        }
    }
}

/// What came in answer to a 补正.
struct Sent<'a> {
    channel: Channel,
    answers: &'a Answers,
    papers: &'a [Paper],
    words: &'a str,
}

fn supplement(case: &State, sent: &Sent<'_>, context: &Context<'_>) -> Result<Facts, No> {
    let rules = context.rules;
    let asked = case.asked.as_ref().ok_or(No::NoSupplementAsked)?;
    if let Some(id) = sent.answers.keys().find(|id| !rules.questions.contains(id)) {
        return Err(No::AnswerNotAsked(id.clone()));
    }
    if let Some(paper) = sent.papers.iter().find(|p| !rules.papers.contains(&p.id)) {
        return Err(No::AskedUnknown(paper.id.clone()));
    }
    // A word of explanation stands in for a paper that cannot be had: the officer judges.
    if sent.words.trim().is_empty() {
        let missing = asked
            .papers
            .iter()
            .find(|id| !sent.papers.iter().any(|paper| paper.id == **id))
            .or_else(|| {
                asked
                    .fields
                    .iter()
                    .find(|id| !sent.answers.contains_key(*id))
            });
        if let Some(id) = missing {
            return Err(No::SupplementIncomplete(id.clone()));
        }
    }
    staff_only_see(sent, context)?;
    let fact = Supplemented {
        channel: sent.channel,
        papers: sent.papers.to_vec(),
        on: context.today(),
    };
    let answers = (!sent.answers.is_empty()).then(|| Arc::new(sent.answers.clone()));
    let private = Private {
        answers,
        ..optional(sent.words, "words")?
    };
    Ok(vec![(Fact::Supplemented(fact), private)])
}

/// 原件核验 is something staff say they did.
fn staff_only_see(sent: &Sent<'_>, context: &Context<'_>) -> Result<(), No> {
    let is_staff = context.actor.role().is_some_and(Role::is_staff);
    let seen = sent.papers.iter().find(|paper| paper.given == Given::Seen);
    match seen {
        Some(paper) if !is_staff => Err(No::SupplementIncomplete(paper.id.clone())),
        _ => Ok(()),
    }
}

fn rate(grade: Grade, words: &str, context: &Context<'_>) -> Result<Facts, No> {
    let on = context.today();
    let fact = Rated { grade, on };
    let mut facts = vec![(Fact::Rated(fact), optional(words, "words")?)];
    if !grade.is_low() {
        let ending = Ending::Rated;
        facts.push((Fact::Closed(Closed { ending, on }), Private::default()));
    }
    Ok(facts)
}
