//! The place in the household of somebody whose records are merged, and giving it back: pure.

use linli_kernel::{HouseholdId, Refusal, ResidentId};

use super::{Placed, Side};
use crate::residents::events::Member;
use crate::residents::households::HEAD;

/// 其他 in the list `relation`: somebody comes back to a household that has another head by now.
const OTHER: &str = "8";

/// A household and who belongs to it.
type Home<'a> = Option<(HouseholdId, &'a [Member])>;

/// What becomes of the households when `other` is merged into `survivor`, `keep` saying whose stays.
pub(in crate::residents) fn regroup(
    (survivor, own): (ResidentId, Home<'_>),
    (other, others): (ResidentId, Home<'_>),
    keep: Side,
) -> Result<Vec<Placed>, Refusal> {
    let Some((their_home, theirs)) = others else {
        return Ok(Vec::new());
    };
    let placed = |household: HouseholdId, before: &[Member], after: Vec<Member>| Placed {
        household,
        before: before.to_vec(),
        after,
    };
    match own {
        Some((home, members)) if home == their_home => Ok(vec![placed(
            home,
            members,
            joined(members, survivor, other),
        )]),
        Some((home, members)) if keep == Side::Other => Ok(vec![
            placed(home, members, left(members, survivor)?),
            placed(their_home, theirs, replaced(theirs, other, survivor)),
        ]),
        Some(_) => Ok(vec![placed(their_home, theirs, left(theirs, other)?)]),
        None => {
            let after = replaced(theirs, other, survivor);
            Ok(vec![placed(their_home, theirs, after)])
        }
    }
}

/// Both belong to the household: one of them remains, as its head if either was.
fn joined(members: &[Member], survivor: ResidentId, other: ResidentId) -> Vec<Member> {
    let heads = members.first().is_some_and(|head| head.resident == other);
    if !heads {
        let others = members.iter().filter(|one| one.resident != other);
        return others.cloned().collect();
    }
    let gone = |one: &&Member| one.resident != survivor && one.resident != other;
    let head = Member {
        resident: survivor,
        relation: HEAD.to_owned(),
    };
    let rest = members.iter().filter(gone).cloned();
    std::iter::once(head).chain(rest).collect()
}

fn left(members: &[Member], who: ResidentId) -> Result<Vec<Member>, Refusal> {
    let heads = members.first().is_some_and(|head| head.resident == who);
    if heads && members.len() > 1 {
        return Err(Refusal::new("residents.merge-head").on("household"));
    }
    let others = members.iter().filter(|one| one.resident != who);
    Ok(others.cloned().collect())
}

fn replaced(members: &[Member], from: ResidentId, to: ResidentId) -> Vec<Member> {
    let place = |one: &Member| Member {
        resident: if one.resident == from {
            to
        } else {
            one.resident
        },
        relation: one.relation.clone(),
    };
    members.iter().map(place).collect()
}

/// Who belongs to a household once the merge is undone: as before where nothing happened since, else
/// as near to it as what happened allows.
pub(in crate::residents) fn restore(placed: &Placed, now: &[Member]) -> Vec<Member> {
    if now == placed.after {
        return placed.before.clone();
    }
    let among = |members: &[Member], who: ResidentId| {
        members.iter().find(|one| one.resident == who).cloned()
    };
    let mut members = now.to_vec();
    let came = placed
        .after
        .iter()
        .find(|one| among(&placed.before, one.resident).is_none());
    let went = placed
        .before
        .iter()
        .filter(|one| among(&placed.after, one.resident).is_none());
    for gone in went {
        match came {
            // Somebody stood in their place: they get it back, if it is still held.
            Some(came) => members = replaced(&members, came.resident, gone.resident),
            None => come_back(&mut members, gone, &placed.before),
        }
    }
    members
}

fn come_back(members: &mut Vec<Member>, who: &Member, before: &[Member]) {
    let mut back = who.clone();
    if who.relation != HEAD {
        members.push(back);
        return;
    }
    let Some(head) = members.first_mut() else {
        members.push(back);
        return;
    };
    // Who heads it now did not before: the place at the head is given back.
    let was = before.iter().find(|one| one.resident == head.resident);
    if let Some(was) = was {
        head.relation.clone_from(&was.relation);
        members.insert(0, back);
    } else {
        OTHER.clone_into(&mut back.relation);
        members.push(back);
    }
}
