//! Whether something may be recorded about a resident or a household, and what follows: pure.

use jiff::civil::Date;
use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, Actor, AreaPath, CaseId, Refusal, ResidentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::events::{
    Died, DiedSealed, Event, FactRecorded, FactSealed, Happened, Moved, MovedSealed, Registered,
    RegisteredSealed, Values,
};
use super::fields::{Dictionary, Entity, FieldId, FieldType};
use super::state::{Facts, Resident};
use crate::places::AreaTree;

/// What a decision needs to know besides the state.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The day.
    pub today: Date,
    /// Who asks.
    pub actor: &'a Actor,
    /// Which facts there are.
    pub dictionary: &'a Dictionary,
    /// The areas as they are.
    pub areas: &'a AreaTree,
    /// The keyed hash under which an identity number is found.
    pub id_key: &'a (dyn Fn(&str) -> String + Sync),
}

/// A fact to be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewFact {
    /// Which fact.
    pub field: FieldId,
    /// The value; put into its kept form.
    pub value: Value,
    /// The office it is from: its key in the dictionary.
    pub source: String,
    /// The day as of which it holds; not in the future.
    pub as_of: Date,
    /// The case it came up in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

/// What may be asked of a resident's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Record somebody who was not known.
    Register {
        /// The committee where they live.
        area: AreaPath,
        /// What is known: the name at least.
        facts: Values,
        /// The office the facts are from.
        source: String,
        /// The day as of which they hold.
        as_of: Date,
    },
    /// Record a fact that became known or changed.
    RecordFact(NewFact),
    /// Put right a fact that had been wrong; says why.
    CorrectFact {
        /// The fact as it should have been.
        fact: NewFact,
        /// Why the old one was wrong.
        words: String,
    },
    /// Record a move to another committee.
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
    /// Record a death.
    RecordDeath {
        /// The day.
        on: Date,
        /// The office it is from.
        source: String,
    },
}

/// What follows from `command`, or every rule it breaks.
///
/// # Errors
/// [`Refusal`]s: `gate.…`, `residents.already-registered`, `residents.not-registered`,
/// `residents.not-a-committee`, `residents.missing`, `residents.unknown-source`,
/// `residents.date-in-future`, `residents.older-than-known`, `residents.nothing-new`,
/// `residents.words-missing`, `residents.same-place`, `residents.dead`, `residents.erased`, and
/// those of [`Dictionary::check`].
pub fn decide(
    state: &Resident,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Vec<Refusal>> {
    match command {
        Command::Register {
            area,
            facts,
            source,
            as_of,
        } => {
            if state.id.is_some() {
                return Err(vec![Refusal::new("residents.already-registered")]);
            }
            register(area, facts, (source, *as_of), context)
        }
        Command::RecordFact(fact) => {
            let own = owns(context, fact);
            let area = living(state, context, own)?;
            let (open, sealed) = known(&state.facts, fact, Entity::Person, context)?;
            Ok(one(area, Happened::FactRecorded(open, Some(sealed))))
        }
        Command::CorrectFact { fact, words } => {
            let area = living(state, context, false)?;
            corrected(state, area, fact, words, context)
        }
        Command::Move {
            to,
            address,
            on,
            source,
        } => {
            let from = living(state, context, false)?;
            let moved = moved(&from, to, address, (source, *on), context)?;
            Ok(one(to.clone(), Happened::Moved(moved.0, Some(moved.1))))
        }
        Command::RecordDeath { on, source } => {
            let area = living(state, context, false)?;
            check_source((source, *on), context).map_err(|refusal| vec![refusal])?;
            let open = Died {
                source: source.clone(),
            };
            let sealed = DiedSealed { on: *on };
            Ok(one(area, Happened::Died(open, Some(sealed))))
        }
    }
}

fn one(area: AreaPath, what: Happened) -> Vec<Event> {
    vec![Event { area, what }]
}

fn register(
    area: &AreaPath,
    facts: &Values,
    origin: (&str, Date),
    context: &Context<'_>,
) -> Result<Vec<Event>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut kept = Values::new();
    refusals.extend(may_change(area, None, context).err());
    refusals.extend(committee(area, context).err());
    refusals.extend(check_source(origin, context).err());
    for (field, value) in facts {
        match checked(field, value, Entity::Person, context) {
            Ok(value) => drop(kept.insert(field.clone(), value)),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !facts.contains_key("person.name") {
        refusals.push(Refusal::new("residents.missing").on("person.name"));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let id_key = kept
        .get("person.id_number")
        .and_then(Value::as_str)
        .map(context.id_key);
    let open = Registered {
        source: origin.0.to_owned(),
        as_of: origin.1,
        synthetic: false,
    };
    let sealed = RegisteredSealed {
        facts: kept,
        id_key,
    };
    Ok(one(area.clone(), Happened::Registered(open, Some(sealed))))
}

fn corrected(
    state: &Resident,
    area: AreaPath,
    fact: &NewFact,
    words: &str,
    context: &Context<'_>,
) -> Result<Vec<Event>, Vec<Refusal>> {
    if words.trim().is_empty() {
        return Err(vec![Refusal::new("residents.words-missing").on("words")]);
    }
    // What was wrong may be put right with an older date than it was recorded with.
    let mut others = state.facts.clone();
    let old = others.remove(&fact.field);
    let (open, mut sealed) = known(&others, fact, Entity::Person, context)?;
    if old.is_some_and(|old| old.value == sealed.value) {
        return Err(vec![
            Refusal::new("residents.nothing-new").on(fact.field.as_str()),
        ]);
    }
    words.trim().clone_into(&mut sealed.words);
    Ok(one(area, Happened::FactCorrected(open, Some(sealed))))
}

/// The committee of somebody about whom something may be recorded now.
pub(super) fn living(
    state: &Resident,
    context: &Context<'_>,
    own: bool,
) -> Result<AreaPath, Vec<Refusal>> {
    let no = |code: &str| Err(vec![Refusal::new(code)]);
    let (Some(id), Some(area), false) = (state.id, state.area.as_ref(), state.withdrawn) else {
        return no("residents.not-registered");
    };
    let area = context.areas.today(area).unwrap_or(area).clone();
    let subject = own.then_some(id);
    may_change(&area, subject, context).map_err(|refusal| vec![refusal])?;
    if state.merged_into.is_some() {
        return no("residents.merged");
    }
    match (state.erased, state.dead) {
        (true, _) => no("residents.erased"),
        (_, true) => no("residents.dead"),
        _ => Ok(area),
    }
}

/// Whether a resident may record the fact themselves: what they alone answer for.
fn owns(context: &Context<'_>, fact: &NewFact) -> bool {
    let field = context.dictionary.field(fact.field.as_str());
    let theirs = field.is_some_and(|field| matches!(field.office.as_str(), "resident" | "bank"));
    theirs && fact.source == "resident" && context.actor.post.is_none()
}

/// Whether Linli itself acts: a case brought a correction up, a demo was made. Somebody who signed in
/// and holds no post is not Linli.
pub(super) fn is_linli(actor: &Actor) -> bool {
    *actor == Actor::system()
}

/// Lets staff of the area, the resident themselves (for `subject`) and Linli itself.
pub(super) fn may_change(
    area: &AreaPath,
    subject: Option<ResidentId>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if is_linli(context.actor) {
        return Ok(());
    }
    let action = match subject {
        Some(_) => Action::ResidentOwn,
        None => Action::ResidentChange,
    };
    gate::permits(context.actor, action, Target { area, subject })
}

pub(super) fn committee(area: &AreaPath, context: &Context<'_>) -> Result<(), Refusal> {
    let found = context.areas.get(area);
    match found.is_some_and(|area| area.kind.is_committee()) {
        true => Ok(()),
        false => Err(Refusal::new("residents.not-a-committee").on("area")),
    }
}

pub(super) fn check_source(
    (source, as_of): (&str, Date),
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if as_of > context.today {
        return Err(Refusal::new("residents.date-in-future").on("as_of"));
    }
    match context.dictionary.office(source) {
        Some(_) => Ok(()),
        None => Err(Refusal::new("residents.unknown-source").on("source")),
    }
}

pub(super) fn checked(
    field: &FieldId,
    value: &Value,
    entity: Entity,
    context: &Context<'_>,
) -> Result<Value, Refusal> {
    if field.entity() != entity {
        return Err(Refusal::new("residents.unknown-field").with("field", field));
    }
    context
        .dictionary
        .check(field.as_str(), value, context.today)
}

/// A new fact in its kept form, unless something newer is known or it says nothing new.
pub(super) fn known(
    facts: &Facts,
    fact: &NewFact,
    entity: Entity,
    context: &Context<'_>,
) -> Result<(FactRecorded, FactSealed), Vec<Refusal>> {
    let mut refusals = Vec::new();
    refusals.extend(check_source((&fact.source, fact.as_of), context).err());
    let value = checked(&fact.field, &fact.value, entity, context);
    let value = value.map_err(|refusal| refusals.push(refusal)).ok();
    let field = fact.field.as_str();
    if let Some(old) = facts.get(field) {
        if old.as_of > fact.as_of {
            let refusal = Refusal::new("residents.older-than-known").on(field);
            refusals.push(refusal.with("as_of", old.as_of));
        } else if value.as_ref() == Some(&old.value) && *old.source == *fact.source {
            refusals.push(Refusal::new("residents.nothing-new").on(field));
        }
    }
    let (Some(value), true) = (value, refusals.is_empty()) else {
        return Err(refusals);
    };
    let open = FactRecorded {
        field: fact.field.clone(),
        source: fact.source.clone(),
        as_of: fact.as_of,
        case: fact.case,
    };
    let id_key = is_id_number(&fact.field, context)
        .then(|| value.as_str().map(context.id_key))
        .flatten();
    let sealed = FactSealed {
        value,
        id_key,
        words: String::new(),
    };
    Ok((open, sealed))
}

fn is_id_number(field: &FieldId, context: &Context<'_>) -> bool {
    let found = context.dictionary.field(field.as_str());
    found.is_some_and(|field| field.kind == FieldType::IdentityNumber)
}

/// A move from one committee to another, checked.
pub(super) fn moved(
    from: &AreaPath,
    to: &AreaPath,
    address: &str,
    (source, on): (&str, Date),
    context: &Context<'_>,
) -> Result<(Moved, MovedSealed), Vec<Refusal>> {
    let mut refusals = Vec::new();
    refusals.extend(committee(to, context).err());
    refusals.extend(check_source((source, on), context).err());
    let field = FieldId::known("person.address");
    let kept = checked(&field, &Value::from(address), Entity::Person, context);
    let kept = kept.map_err(|refusal| refusals.push(refusal)).ok();
    if from == to {
        refusals.push(Refusal::new("residents.same-place").on("to"));
    }
    let address = kept.as_ref().and_then(Value::as_str);
    match (address, refusals.is_empty()) {
        (Some(address), true) => Ok((
            Moved {
                from: from.clone(),
                on,
                source: source.to_owned(),
            },
            MovedSealed {
                address: address.to_owned(),
            },
        )),
        _ => Err(refusals),
    }
}
