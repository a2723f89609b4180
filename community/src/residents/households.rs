//! 户: whether something may be recorded about a household, and what follows: pure.

use jiff::civil::Date;
use linli_kernel::{AreaPath, Refusal, ResidentId};
use serde::{Deserialize, Serialize};

use super::decide::{Context, NewFact, check_source, checked, committee, known, may_change, moved};
use super::events::{
    Formed, HeadChanged, HouseholdEvent, HouseholdHappened as Happened, Joined, Left, Member,
    Values,
};
use super::fields::Entity;
use super::state::Household;

/// The relation of the head to themselves.
pub const HEAD: &str = "0";

/// What may be asked of a household.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum HouseholdCommand {
    /// Record a household that was not known.
    Form {
        /// The committee where it lives.
        area: AreaPath,
        /// Who belongs to it; the head first, with relation `0`.
        members: Vec<Member>,
        /// What is known about it.
        #[serde(default)]
        facts: Values,
        /// The office it is from.
        source: String,
        /// The day as of which it holds.
        as_of: Date,
    },
    /// Somebody joined.
    Join {
        /// Who, and how.
        member: Member,
        /// From when.
        on: Date,
        /// The office it is from.
        source: String,
    },
    /// Somebody left. The head leaves last: make another member the head first.
    Leave {
        /// Who.
        resident: ResidentId,
        /// Since when.
        on: Date,
        /// The office it is from.
        source: String,
    },
    /// Another member becomes the head.
    ChangeHead {
        /// Everybody, and how they belong to the new head; the head first.
        members: Vec<Member>,
        /// From when.
        on: Date,
        /// The office it is from.
        source: String,
    },
    /// Record a fact that became known or changed.
    RecordFact(NewFact),
    /// The household moved; its members' records follow by commands of their own.
    Move {
        /// The committee.
        to: AreaPath,
        /// The new address.
        address: String,
        /// From when.
        on: Date,
        /// The office it is from.
        source: String,
    },
}

/// What follows from `command`, or every rule it breaks.
///
/// # Errors
/// [`Refusal`]s: those of [`super::decide()`], `residents.household-exists`,
/// `residents.household-unknown`, `residents.head-first`, `residents.member-twice`,
/// `residents.no-such-member`, `residents.head-leaves-last`, `residents.not-in-list`,
/// `residents.members-differ`.
pub fn decide_household(
    state: &Household,
    command: &HouseholdCommand,
    context: &Context<'_>,
) -> Result<Vec<HouseholdEvent>, Vec<Refusal>> {
    if let HouseholdCommand::Form {
        area,
        members,
        facts,
        source,
        as_of,
    } = command
    {
        if state.id.is_some() {
            return Err(vec![Refusal::new("residents.household-exists")]);
        }
        return form(area, members, facts, (source, *as_of), context);
    }
    let here = existing(state, context)?;
    let what = match command {
        HouseholdCommand::Form { .. } => Vec::new(),
        HouseholdCommand::Join { member, on, source } => {
            joined(state, member, (source, *on), context)?
        }
        HouseholdCommand::Leave {
            resident,
            on,
            source,
        } => left(state, *resident, (source, *on), context)?,
        HouseholdCommand::ChangeHead {
            members,
            on,
            source,
        } => head_changed(state, members, (source, *on), context)?,
        HouseholdCommand::RecordFact(fact) => {
            let (open, sealed) = known(&state.facts, fact, Entity::Household, context)?;
            vec![Happened::FactRecorded(open, Some(sealed))]
        }
        HouseholdCommand::Move {
            to,
            address,
            on,
            source,
        } => {
            let (open, sealed) = moved(&here.0, to, address, (source, *on), context)?;
            let event = HouseholdEvent {
                area: to.clone(),
                head: here.1,
                what: Happened::Moved(open, Some(sealed)),
            };
            return Ok(vec![event]);
        }
    };
    let event = |what| {
        let head = match &what {
            Happened::HeadChanged(changed, _) => changed.members.first().map(|m| m.resident),
            _ => None,
        };
        HouseholdEvent {
            area: here.0.clone(),
            head: head.unwrap_or(here.1),
            what,
        }
    };
    Ok(what.into_iter().map(event).collect())
}

fn existing(
    state: &Household,
    context: &Context<'_>,
) -> Result<(AreaPath, ResidentId), Vec<Refusal>> {
    let (Some(area), Some(head), false) = (state.area.as_ref(), state.head(), state.withdrawn)
    else {
        return Err(vec![Refusal::new("residents.household-unknown")]);
    };
    let area = context.areas.today(area).unwrap_or(area).clone();
    may_change(&area, None, context).map_err(|refusal| vec![refusal])?;
    Ok((area, head))
}

fn form(
    area: &AreaPath,
    members: &[Member],
    facts: &Values,
    origin: (&str, Date),
    context: &Context<'_>,
) -> Result<Vec<HouseholdEvent>, Vec<Refusal>> {
    let mut refusals = check_members(members, context);
    refusals.extend(may_change(area, None, context).err());
    refusals.extend(committee(area, context).err());
    refusals.extend(check_source(origin, context).err());
    let mut kept = Values::new();
    for (field, value) in facts {
        match checked(field, value, Entity::Household, context) {
            Ok(value) => drop(kept.insert(field.clone(), value)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let (Some(head), true) = (members.first(), refusals.is_empty()) else {
        return Err(refusals);
    };
    let open = Formed {
        members: members.to_vec(),
        source: origin.0.to_owned(),
        as_of: origin.1,
    };
    Ok(vec![HouseholdEvent {
        area: area.clone(),
        head: head.resident,
        what: Happened::Formed(open, Some(kept)),
    }])
}

fn joined(
    state: &Household,
    member: &Member,
    origin: (&str, Date),
    context: &Context<'_>,
) -> Result<Vec<Happened>, Vec<Refusal>> {
    let mut everybody = state.members.clone();
    everybody.push(member.clone());
    let mut refusals = check_members(&everybody, context);
    refusals.extend(check_source(origin, context).err());
    no_refusal(refusals)?;
    Ok(vec![Happened::Joined(Joined {
        member: member.clone(),
        on: origin.1,
        source: origin.0.to_owned(),
    })])
}

fn left(
    state: &Household,
    resident: ResidentId,
    origin: (&str, Date),
    context: &Context<'_>,
) -> Result<Vec<Happened>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    refusals.extend(check_source(origin, context).err());
    if state.member(resident).is_none() {
        refusals.push(Refusal::new("residents.no-such-member").on("resident"));
    }
    if state.head() == Some(resident) && state.members.len() > 1 {
        refusals.push(Refusal::new("residents.head-leaves-last").on("resident"));
    }
    no_refusal(refusals)?;
    Ok(vec![Happened::Left(Left {
        resident,
        on: origin.1,
        source: origin.0.to_owned(),
    })])
}

fn head_changed(
    state: &Household,
    members: &[Member],
    origin: (&str, Date),
    context: &Context<'_>,
) -> Result<Vec<Happened>, Vec<Refusal>> {
    let mut refusals = check_members(members, context);
    refusals.extend(check_source(origin, context).err());
    let same = members.len() == state.members.len()
        && members.iter().all(|m| state.member(m.resident).is_some());
    if !same {
        refusals.push(Refusal::new("residents.members-differ").on("members"));
    }
    if members.first().map(|member| member.resident) == state.head() {
        refusals.push(Refusal::new("residents.nothing-new").on("members"));
    }
    no_refusal(refusals)?;
    let open = HeadChanged {
        members: members.to_vec(),
        on: origin.1,
        source: origin.0.to_owned(),
    };
    let facts = state.facts.clone();
    Ok(vec![Happened::HeadChanged(open, Some(facts))])
}

fn check_members(members: &[Member], context: &Context<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let heads = members.iter().filter(|member| member.relation == HEAD);
    let head_first = members.first().is_some_and(|first| first.relation == HEAD);
    if !head_first || heads.count() != 1 {
        refusals.push(Refusal::new("residents.head-first").on("members"));
    }
    let relations = context.dictionary.list("relation");
    let listed = |code: &str| relations.is_some_and(|list| list.code(code).is_some());
    if members.iter().any(|member| !listed(&member.relation)) {
        refusals.push(Refusal::new("residents.not-in-list").on("members"));
    }
    for (place, member) in members.iter().enumerate() {
        let before = members.iter().take(place);
        if before
            .clone()
            .any(|other| other.resident == member.resident)
        {
            refusals.push(Refusal::new("residents.member-twice").on("members"));
        }
    }
    refusals
}

fn no_refusal(refusals: Vec<Refusal>) -> Result<(), Vec<Refusal>> {
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}
