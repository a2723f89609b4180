//! Whether two records may be merged or parted, and what follows: pure.

use std::collections::BTreeSet;

use linli_kernel::{AreaPath, Refusal, ResidentId};
use serde::{Deserialize, Serialize};

use super::{
    Merged, MergedAway, MergedAwaySealed, MergedSealed, Parted, PartedSealed, Placed, ToldApart,
};
use crate::residents::decide::{Context, living, may_change};
use crate::residents::events::{Event, Happened};
use crate::residents::fields::FieldId;
use crate::residents::state::{Absorbed, Facts, Resident};

/// One of the two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The record that stands for both.
    Survivor,
    /// The one that is merged away.
    Other,
}

/// The wish to merge two records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The record that stands for both.
    pub survivor: ResidentId,
    /// The one that is merged away.
    pub other: ResidentId,
    /// The facts to take from the other where both know something; what only the other knows is
    /// taken in any case.
    pub take: BTreeSet<FieldId>,
    /// Whose household the person belongs to.
    pub household: Side,
    /// Why, in words: both persons read it under 谁看过我的信息.
    pub words: String,
}

/// The events of a merge: the survivor's, then the other's.
pub(in crate::residents) fn merge(
    (survivor, other): (&Resident, &Resident),
    wish: &Merge,
    reasons: Vec<String>,
    households: Vec<Placed>,
    context: &Context<'_>,
) -> Result<(Event, Event), Vec<Refusal>> {
    if wish.survivor == wish.other {
        return Err(vec![Refusal::new("residents.merge-self")]);
    }
    let area = living(survivor, context, false)?;
    let from = living(other, context, false)?;
    let mut refusals = Vec::new();
    if wish.words.trim().is_empty() {
        refusals.push(Refusal::new("residents.words-missing").on("words"));
    }
    for field in &wish.take {
        if !other.facts.contains_key(field) {
            let no = Refusal::new("residents.unknown-field").with("field", field);
            refusals.push(no);
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let taken = |field: &FieldId| wish.take.contains(field) || !survivor.facts.contains_key(field);
    let facts: Facts = other
        .facts
        .iter()
        .filter(|(field, fact)| taken(field) && survivor.facts.get(*field) != Some(*fact))
        .map(|(field, fact)| (field.clone(), fact.clone()))
        .collect();
    let id_key = facts.contains_key("person.id_number");
    let open = Merged {
        other: wish.other,
        fields: facts.keys().cloned().collect(),
        reasons,
    };
    let sealed = MergedSealed {
        facts,
        id_key: other.id_key.clone().filter(|_| id_key),
    };
    let away = MergedAway {
        into: wish.survivor,
        households,
    };
    let found = MergedAwaySealed {
        id_key: other.id_key.clone(),
    };
    let survivors = Happened::Merged(open, Some(sealed));
    let others = Happened::MergedAway(away, Some(found));
    Ok((event(area, survivors), event(from, others)))
}

fn event(area: AreaPath, what: Happened) -> Event {
    Event { area, what }
}

/// The events of parting: the survivor's, then the other's. A fact is put back only while it is
/// what the merge made of it.
pub(in crate::residents) fn part(
    survivor: &Resident,
    other: &Resident,
    context: &Context<'_>,
) -> Result<(Event, Event), Vec<Refusal>> {
    let area = standing(survivor, context)?;
    let from = standing(other, context)?;
    let no = |code: &str| Err(vec![Refusal::new(code)]);
    let (Some(id), Some(into)) = (other.id, survivor.id) else {
        return no("residents.not-registered");
    };
    if other.merged_into != Some(into) {
        return no("residents.not-merged");
    }
    let Some(last) = survivor.absorbed.last().filter(|last| last.other == id) else {
        return no("residents.part-latest-first");
    };
    let (fields, sealed) = as_before(survivor, last);
    let parted = Parted { other: id, fields };
    let back = Parted {
        other: into,
        fields: Vec::new(),
    };
    let whole = PartedSealed {
        facts: other.facts.clone(),
        id_key: other.id_key.clone(),
    };
    Ok((
        event(area, Happened::Parted(parted, Some(sealed))),
        event(from, Happened::PartedFrom(back, Some(whole))),
    ))
}

/// The fields to put back, and what was known of them before.
fn as_before(now: &Resident, merge: &Absorbed) -> (Vec<FieldId>, PartedSealed) {
    let still = |field: &&FieldId| now.facts.get(*field) == merge.taken.get(*field);
    let fields: Vec<FieldId> = merge.taken.keys().filter(still).cloned().collect();
    let before = |field: &FieldId| Some((field.clone(), merge.before.get(field)?.clone()));
    let number = fields.iter().any(|one| one.as_str() == "person.id_number");
    let sealed = PartedSealed {
        facts: fields.iter().filter_map(before).collect(),
        id_key: merge.id_key.clone().filter(|_| number),
    };
    (fields, sealed)
}

/// That the two are two people.
pub(in crate::residents) fn tell_apart(
    first: &Resident,
    second: &Resident,
    context: &Context<'_>,
) -> Result<Event, Vec<Refusal>> {
    let area = standing(first, context)?;
    standing(second, context)?;
    let no = |code: &str| Err(vec![Refusal::new(code)]);
    let Some(other) = second.id.filter(|_| first.id != second.id) else {
        return no("residents.merge-self");
    };
    if first.apart.contains(&other) {
        return no("residents.nothing-new");
    }
    Ok(event(area, Happened::ToldApart(ToldApart { other })))
}

/// The committee of somebody known, alive or not.
fn standing(state: &Resident, context: &Context<'_>) -> Result<AreaPath, Vec<Refusal>> {
    let no = |code: &str| Err(vec![Refusal::new(code)]);
    let (Some(area), false) = (state.area.as_ref(), state.withdrawn) else {
        return no("residents.not-registered");
    };
    let area = context.areas.today(area).unwrap_or(area).clone();
    may_change(&area, None, context).map_err(|refusal| vec![refusal])?;
    match state.erased {
        true => no("residents.erased"),
        false => Ok(area),
    }
}
