//! 免申即享: Linli files and grants in one step, where the service's file says that it may. It can
//! only grant: there is no way here to refuse, to end or to take back.
//!
//! 个人信息保护法 art. 24: an automated decision is explained, and whoever it is about may refuse it;
//! hence the reckoning that is kept with the decision, and the withdrawal after it
//! ([`may`](super::may())).

use linli_kernel::{Actor, Refusal};

use super::{Context, Identity, event_of, finish, intake, needed};
use crate::cases::command::{Delivery, Filing};
use crate::cases::events::{Accepted, Decided, Delivered, Event, Fact, Private};
use crate::cases::fold;
use crate::cases::refusal::No;
use crate::catalogue::{Channel, OutcomeKind};

/// What is granted without having been applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How much each time, in fen, in the service's rhythm.
    pub amount_fen: i64,
    /// From which day.
    pub from: jiff::civil::Date,
}

/// Files a case for somebody who never asked and grants it: submitted, accepted, decided and
/// delivered to their page.
///
/// # Errors
/// The rule that says no: anybody but Linli, a service whose file does not provide for it, no
/// reckoning to keep, or whatever filing and deciding refuse.
pub fn grant(
    filing: &Filing,
    grant: Grant,
    identity: &Identity,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let (rules, on) = (context.rules, context.today());
    let rule = rules.unasked.as_ref().filter(|rule| rule.from <= on);
    let by_linli = *context.actor == Actor::system() && filing.channel == Channel::Unasked;
    let rule = rule.filter(|_| by_linli && context.reckoning.is_some());
    let rule = rule.ok_or(No::NotGrantedUnasked)?;
    let outcome = rules.outcome(&rule.result);
    let outcome = outcome.filter(|one| one.kind == OutcomeKind::Grant);
    let outcome = outcome.ok_or_else(|| No::OutcomeUnknown(rule.result.clone()))?;
    if grant.amount_fen <= 0 {
        return Err(No::AmountMissing.into());
    }
    intake::check(filing, context)?;
    let (fact, private) = intake::submitted(filing, identity, None, context);
    let mut filed = event_of(fact, private);
    let mut case = None;
    fold::apply(&mut case, identity.id, &filed, super::meta(context));
    let case = case.ok_or(No::Unknown)?;
    filed.wait = super::wait_of(&case, rules, context.calendar);
    let decided = Decided {
        outcome: outcome.code.clone(),
        result: outcome.kind,
        ground: None,
        from: grant.from,
        until: None,
        every: outcome.every,
        on,
    };
    let reasons = Private {
        amount_fen: Some(grant.amount_fen),
        reckoning: context.reckoning.cloned(),
        ..needed(&rule.words, "words")?
    };
    let by = Delivery::Online;
    let facts = vec![
        (Fact::Accepted(Accepted { on }), Private::default()),
        (Fact::Decided(decided), reasons),
        (Fact::Delivered(Delivered { by, on }), Private::default()),
    ];
    let mut events = vec![filed];
    events.extend(finish(&case, facts, context));
    Ok(events)
}
