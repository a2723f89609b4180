//! What becomes of a command: events, or the rule that says no. Pure.
//!
//! [`may()`] answers whether the actor may ask this of the case at all, whatever the content: the
//! gate, 回避, the phase, the desk, the colleague who has it. The list of what is allowed is made
//! from it. [`decide`] asks `may` first and then checks the content.

mod applicant;
mod intake;
mod may;
mod outcome;
mod unasked;
mod work;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::clock::shanghai_date;
use linli_kernel::{Actor, CaseId, Refusal, ResidentId};
use linli_units::WorkCalendar;
use serde_json::Value;

use super::command::{Command, Filing};
use super::events::{Event, Fact, Private};
use super::fold;
use super::refusal::{MAX_WORDS, No};
use super::rules::Rules;
use super::state::State;
use super::wait::wait_of;
use crate::feature::Meta;

pub use may::{gate_action, may};
pub use unasked::{Grant, grant};

/// What a decision may know besides the case: time, actor, law.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The instant now.
    pub now: Timestamp,
    /// Who asks.
    pub actor: &'a Actor,
    /// Residents of the actor's own household, the actor among them, where known: for 回避.
    pub kin: &'a [ResidentId],
    /// The rules of the service version the case was filed under.
    pub rules: &'a Rules,
    /// The working-day calendar.
    pub calendar: &'a WorkCalendar,
    /// 政策算得: what the policy of the service says of this household today, with its tree; kept
    /// with the decision as it was that day.
    pub reckoning: Option<&'a Arc<Value>>,
}

impl Context<'_> {
    /// The date now in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        shanghai_date(self.now)
    }
}

/// What happened, before it is known where that leaves the case.
type Facts = Vec<(Fact, Private)>;

/// The id and number of a case about to be filed.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub number: String,
    /// The counter the number was made from.
    pub serial: u32,
}

/// Files a case.
///
/// # Errors
/// The rule that says no.
pub fn file(
    filing: &Filing,
    identity: &Identity,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let (fact, private) = intake::file(filing, identity, context)?;
    let mut event = event_of(fact, private);
    let mut after = None;
    fold::apply(&mut after, identity.id, &event, meta(context));
    event.wait = after.and_then(|case| wait_of(&case, context.rules, context.calendar));
    Ok(vec![event])
}

/// Does `command` to `case`.
///
/// # Errors
/// The rule that says no.
pub fn decide(
    case: &State,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    may(case, command.verb(), context)?;
    let facts = facts(case, command, context)?;
    let events = finish(case, facts, context);
    if matches!(command, Command::Reckon) && events.iter().all(|event| event.wait.is_none()) {
        return Err(No::NothingToReckon.into());
    }
    Ok(events)
}

fn facts(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    use Command as C;
    match command {
        C::Accept | C::RefuseIntake { .. } | C::CorrectReceipt { .. } => {
            intake::facts(case, command, context)
        }
        C::Take { .. }
        | C::PutBack
        | C::AskSupplement { .. }
        | C::RecordCheck { .. }
        | C::RecordVisit { .. }
        | C::PassOn { .. }
        | C::SendBack { .. }
        | C::Transfer { .. }
        | C::Extend { .. }
        | C::Reckon
        | C::Flag { .. } => work::facts(case, command, context),
        C::Review { .. }
        | C::PostNotice { .. }
        | C::Object { .. }
        | C::AnswerObjection { .. }
        | C::EndNotice
        | C::Decide { .. }
        | C::Deliver { .. }
        | C::FollowUp { .. }
        | C::Settle { .. }
        | C::RecordAppealResult { .. } => outcome::facts(case, command, context),
        C::Supplement { .. }
        | C::Rate { .. }
        | C::Withdraw { .. }
        | C::Urge
        | C::Dispute { .. }
        | C::RecordAppeal { .. }
        | C::Say { .. }
        | C::Lapse
        | C::Close => applicant::facts(case, command, context),
    }
}

/// Adds to each fact where it leaves the case.
fn finish(case: &State, facts: Facts, context: &Context<'_>) -> Vec<Event> {
    let mut after = Some(Arc::new(case.clone()));
    let mut events = Vec::with_capacity(facts.len());
    for (fact, private) in facts {
        let mut event = event_of(fact, private);
        fold::apply(&mut after, case.id, &event, meta(context));
        if let Some(now) = after.as_mut().map(Arc::make_mut) {
            let wait = wait_of(now, context.rules, context.calendar);
            if wait != now.wait {
                now.wait.clone_from(&wait);
                event.wait = wait;
            }
        }
        events.push(event);
    }
    events
}

fn event_of(fact: Fact, private: Private) -> Event {
    Event {
        fact,
        private,
        wait: None,
    }
}

fn meta<'a>(context: &Context<'a>) -> Meta<'a> {
    Meta {
        at: context.now,
        actor: context.actor,
    }
}

/// A text that has to be there.
fn needed(words: &str, field: &'static str) -> Result<Private, No> {
    if words.trim().is_empty() {
        return Err(No::WordsMissing(field));
    }
    optional(words, field)
}

/// A text that may be there.
fn optional(words: &str, field: &'static str) -> Result<Private, No> {
    if words.chars().count() > MAX_WORDS {
        return Err(No::WordsTooLong(field));
    }
    Ok(Private::words(words))
}

/// A day that is not in the future.
fn past(day: Date, field: &'static str, context: &Context<'_>) -> Result<(), No> {
    if day > context.today() {
        return Err(No::DateInFuture(field));
    }
    Ok(())
}
