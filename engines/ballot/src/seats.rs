//! 当选: who is elected, contest by contest.
//!
//! Within a contest whoever has enough votes is ordered by votes; those with as many votes form one
//! group. A group that fits the seats left is seated; one that does not is level, and is parted by
//! a lot or by voting again. Contests are filled in their order. Near relatives may not sit
//! together: whoever comes first in this order sits, the other does not. So another vote for
//! somebody who is elected moves that person up only, and never out.

use std::collections::{BTreeMap, BTreeSet};

use crate::candidate::Unfit;
use crate::certificate::{ContestOutcome, Fate, LevelGroup, Standing};
use crate::counts::Tally;
use crate::election::Contest;
use crate::lot::{Drawn, Randomness, draw};
use crate::procedure::{Rules, Tie};

/// What the seats are filled by.
pub(crate) struct Filling<'e> {
    /// The law.
    pub(crate) rules: &'e Rules,
    /// What parts those who are level.
    pub(crate) tie: Tie,
    /// Randomness for lots.
    pub(crate) randomness: Option<&'e Randomness>,
    /// The election's id: it names the purpose of a lot.
    pub(crate) election: &'e str,
}

/// A contest with its sum over all boxes, and whether so many votes are enough.
pub(crate) struct Voted<'e> {
    /// The contest.
    pub(crate) contest: &'e Contest,
    /// The sum.
    pub(crate) total: Tally,
    /// Ids with enough votes.
    pub(crate) enough: BTreeSet<String>,
}

/// Near relatives of each candidate over all contests, seen from both sides.
pub(crate) fn relatives(contests: &[Contest]) -> BTreeMap<String, BTreeSet<String>> {
    let mut pairs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for candidate in contests.iter().flat_map(|contest| &contest.candidates) {
        for relative in candidate.relatives.iter().filter(|id| **id != candidate.id) {
            pairs
                .entry(candidate.id.clone())
                .or_default()
                .insert(relative.clone());
            pairs
                .entry(relative.clone())
                .or_default()
                .insert(candidate.id.clone());
        }
    }
    pairs
}

/// Everybody in the order of votes, with nothing decided yet but who cannot be elected.
pub(crate) fn standing(
    contest: &Contest,
    total: &Tally,
    rules: &Rules,
    relatives: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Standing> {
    let mut standing: Vec<Standing> = total
        .votes
        .iter()
        .map(|(id, votes)| {
            let candidate = contest
                .candidates
                .iter()
                .find(|candidate| candidate.id == *id);
            let unfit = match candidate {
                Some(one) => one.unfit(rules.law.candidates.as_ref(), contest.for_women),
                None if contest.for_women => vec![Unfit::NotAWoman],
                None => Vec::new(),
            };
            Standing {
                id: id.clone(),
                name: candidate.map(|one| one.name.clone()).unwrap_or_default(),
                sex: candidate.and_then(|one| one.sex),
                relatives: relatives.get(id).into_iter().flatten().cloned().collect(),
                votes: *votes,
                result: match unfit.is_empty() {
                    true => Fate::Undecided,
                    false => Fate::Unfit(unfit),
                },
            }
        })
        .collect();
    standing.sort_by(|one, other| {
        other
            .votes
            .cmp(&one.votes)
            .then_with(|| one.id.cmp(&other.id))
    });
    standing
}

/// Fills the seats of every contest in their order.
pub(crate) fn fill(
    voted: &[Voted<'_>],
    relatives: &BTreeMap<String, BTreeSet<String>>,
    filling: &Filling<'_>,
    lots: &mut Vec<Drawn>,
) -> Vec<ContestOutcome> {
    let mut seated: Vec<String> = Vec::new();
    let committee = filling.rules.law.committee.as_ref();
    let apart = committee.is_some_and(|committee| !committee.relatives_together);
    let mut outcomes = Vec::with_capacity(voted.len());
    for one in voted {
        let mut room = Room {
            seats: one.contest.seats,
            apart: apart.then_some(relatives),
            seated: &mut seated,
        };
        let mut standing = standing(one.contest, &one.total, filling.rules, relatives);
        for entry in &mut standing {
            if entry.result == Fate::Undecided && !one.enough.contains(&entry.id) {
                entry.result = Fate::TooFew;
            }
        }
        let tie = seat(&mut standing, &mut room, &one.contest.id, filling, lots);
        let open = tie.as_ref().map_or(0, |tie| tie.seats);
        outcomes.push(ContestOutcome {
            id: one.contest.id.clone(),
            names: one.contest.names.clone(),
            seats: one.contest.seats,
            for_women: one.contest.for_women,
            total: Some(one.total.clone()),
            standing,
            tie,
            vacant: room.seats - open,
        });
    }
    outcomes
}

/// The seats left, who sits already, and who may not sit beside whom.
struct Room<'r> {
    seats: u64,
    apart: Option<&'r BTreeMap<String, BTreeSet<String>>>,
    seated: &'r mut Vec<String>,
}

impl Room<'_> {
    /// A near relative of `id` who sits already.
    fn relative(&self, id: &str) -> Option<String> {
        let relatives = self.apart?.get(id)?;
        self.seated
            .iter()
            .find(|seated| relatives.contains(*seated))
            .cloned()
    }

    /// Whether two of `ids` are near relatives who may not both sit.
    fn clash(&self, ids: &[String]) -> bool {
        let Some(apart) = self.apart else {
            return false;
        };
        let among = |id: &String| {
            apart
                .get(id)
                .is_some_and(|own| ids.iter().any(|id| own.contains(id)))
        };
        ids.iter().any(among)
    }

    fn sit(&mut self, id: &str) {
        self.seats -= 1;
        self.seated.push(id.to_owned());
    }
}

/// Seats group after group; returns the group that nothing parts, if there is one.
fn seat(
    standing: &mut [Standing],
    room: &mut Room<'_>,
    contest: &str,
    filling: &Filling<'_>,
    lots: &mut Vec<Drawn>,
) -> Option<LevelGroup> {
    let mut tie: Option<LevelGroup> = None;
    for group in standing.chunk_by_mut(|one, other| one.votes == other.votes) {
        // Behind a group that nothing parts yet, seats may be left whose owners nobody can tell.
        let open = tie.as_ref().is_some_and(|tie| room.seats > tie.seats);
        let full = room.seats == 0 || tie.is_some();
        let mut level: Vec<String> = Vec::new();
        for entry in group
            .iter_mut()
            .filter(|entry| entry.result == Fate::Undecided)
        {
            entry.result = match room.relative(&entry.id) {
                Some(relative) => Fate::Relative(relative),
                None if open => Fate::Undecided,
                None if full => Fate::Outvoted,
                None => {
                    level.push(entry.id.clone());
                    Fate::Level
                }
            };
        }
        if level.is_empty() {
            continue;
        }
        let many = u64::try_from(level.len()).unwrap_or(u64::MAX);
        let order = if many <= room.seats && !room.clash(&level) {
            Some(level)
        } else {
            order(&level, contest, filling, lots)
        };
        match order {
            Some(order) => by_order(group, &order, room),
            None => {
                let seats = room.seats.min(many);
                tie = Some(LevelGroup {
                    candidates: group
                        .iter()
                        .filter(|entry| entry.result == Fate::Level)
                        .map(|entry| entry.id.clone())
                        .collect(),
                    seats,
                    method: filling.tie,
                });
            }
        }
    }
    tie
}

/// The order in which a lot calls those who are level; nothing where they are voted on again.
fn order(
    level: &[String],
    contest: &str,
    filling: &Filling<'_>,
    lots: &mut Vec<Drawn>,
) -> Option<Vec<String>> {
    let randomness = filling.randomness.filter(|_| filling.tie == Tie::Lot)?;
    let purpose = format!("{}/{contest}", filling.election);
    let drawn = draw(randomness, &purpose, level);
    let order = drawn.order.clone();
    lots.push(drawn);
    Some(order)
}

/// Seats a group in an order, as long as there are seats.
fn by_order(group: &mut [Standing], order: &[String], room: &mut Room<'_>) {
    for id in order {
        let Some(entry) = group.iter_mut().find(|entry| entry.id == *id) else {
            continue;
        };
        entry.result = match room.relative(id) {
            Some(relative) => Fate::Relative(relative),
            None if room.seats == 0 => Fate::LostLot,
            None => {
                room.sit(id);
                Fate::Elected
            }
        };
    }
}
