//! 试算: two versions of policies over one population: who gains, who loses, what it costs, by area
//! and kind of household.
//!
//! **Method.** The two plans are put beside each other as one, so that one pass answers both for
//! every household. Policies are matched by id; a policy that only one side has pays nothing on the
//! other. A household's change is the sum of the changes of all its policies; where a payment of it
//! cannot be told on one side, neither can the change. **Units**: whole fen for the time that the
//! policies pay for. The result depends on nothing but the two plans and the population.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use serde::Serialize;
use thiserror::Error;

use crate::columns::{Lanes, Program, Seen};
use crate::ir::{Fact, FactId, Node, NodeId, Op, Plan, Planned, TableId};
use crate::population::Population;
use crate::sweep::{bits, by_name};

/// What a rehearsal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// Everyone together.
    pub all: Change,
    /// By the area of the household.
    pub by_area: BTreeMap<String, Change>,
    /// By the kind of household.
    pub by_kind: BTreeMap<String, Change>,
    /// Each policy of either side, by id.
    pub by_policy: BTreeMap<String, PolicyChange>,
}

/// What changes for some households.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How many households.
    pub households: u64,
    /// How many get more.
    pub winners: u64,
    /// How many get less.
    pub losers: u64,
    /// Of how many it cannot be told.
    pub unknown: u64,
    /// What the winners gain, in fen.
    pub gained_fen: i64,
    /// What the losers lose, in fen, above 0.
    pub lost_fen: i64,
    /// What all of whom it can be told are paid before, in fen.
    pub before_fen: i64,
    /// And after.
    pub after_fen: i64,
}

/// What changes for one policy; those it cannot be told of are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PolicyChange {
    /// How many payments above 0 before.
    pub paid_before: u64,
    /// And after.
    pub paid_after: u64,
    /// Their sum before, in fen.
    pub before_fen: i64,
    /// And after.
    pub after_fen: i64,
}

/// Why two versions cannot be set side by side.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unlike {
    /// A fact is of one type before and of another after.
    #[error("the fact {0} is of another type in the changed version")]
    Fact(String),
}

impl std::ops::AddAssign for Change {
    fn add_assign(&mut self, other: Self) {
        self.households += other.households;
        self.winners += other.winners;
        self.losers += other.losers;
        self.unknown += other.unknown;
        self.gained_fen = self.gained_fen.saturating_add(other.gained_fen);
        self.lost_fen = self.lost_fen.saturating_add(other.lost_fen);
        self.before_fen = self.before_fen.saturating_add(other.before_fen);
        self.after_fen = self.after_fen.saturating_add(other.after_fen);
    }
}

impl std::ops::AddAssign for PolicyChange {
    fn add_assign(&mut self, other: Self) {
        self.paid_before += other.paid_before;
        self.paid_after += other.paid_after;
        self.before_fen = self.before_fen.saturating_add(other.before_fen);
        self.after_fen = self.after_fen.saturating_add(other.after_fen);
    }
}

/// The facts of both, each once: what a population must be read with to rehearse.
///
/// # Errors
/// [`Unlike`] where a fact has another type in `changed`. Where only its bounds differ the wider
/// ones hold.
pub fn facts(base: &[Fact], changed: &[Fact]) -> Result<Vec<Fact>, Unlike> {
    let mut all = base.to_vec();
    for fact in changed {
        match all.iter_mut().find(|one| one.field == fact.field) {
            None => all.push(fact.clone()),
            Some(one) if one.type_ == fact.type_ && one.entity == fact.entity => {
                one.range.low = one.range.low.min(fact.range.low);
                one.range.high = one.range.high.max(fact.range.high);
            }
            Some(one) => return Err(Unlike::Fact(one.field.clone())),
        }
    }
    Ok(all)
}

/// Sets `changed` beside `base`.
///
/// # Errors
/// As [`facts`].
pub fn rehearse(
    base: &Plan,
    changed: &Plan,
    population: &Population,
    threads: NonZeroUsize,
) -> Result<Rehearsal, Unlike> {
    let plan = beside(base, changed)?;
    let mut pairs: BTreeMap<&str, [Option<NodeId>; 2]> = BTreeMap::new();
    let (first, second) = plan.policies.split_at(base.policies.len());
    for (side, policies) in [first, second].into_iter().enumerate() {
        for planned in policies {
            pairs.entry(&planned.id).or_default()[side] = planned.payment;
        }
    }
    let results: Vec<NodeId> = pairs.values().flatten().copied().flatten().collect();
    let program = Program::of(&plan, &results);
    let pairs: Vec<(&str, [bool; 2])> = pairs
        .iter()
        .map(|(id, sides)| (*id, sides.map(|side| side.is_some())))
        .collect();
    let parts = program.run(
        population,
        threads,
        || Part::new(pairs.len(), population),
        |part, seen| part.see(&pairs, population, seen),
    );
    let mut whole = Part::new(pairs.len(), population);
    for part in &parts {
        whole.add(part);
    }
    let mut all = Change::default();
    for change in &whole.areas {
        all += *change;
    }
    let by_policy = pairs.iter().zip(&whole.policies);
    Ok(Rehearsal {
        all,
        by_area: by_name(population.areas(), &whole.areas),
        by_kind: by_name(population.kinds(), &whole.kinds),
        by_policy: by_policy
            .map(|((id, _), change)| ((*id).to_owned(), *change))
            .collect(),
    })
}

/// What one thread has seen.
struct Part {
    areas: Vec<Change>,
    kinds: Vec<Change>,
    policies: Vec<PolicyChange>,
    before: Sums,
    after: Sums,
}

/// Payments of the households of a chunk, all policies together.
#[derive(Default)]
struct Sums {
    lanes: Lanes,
    fen: Vec<i64>,
    unknown: Vec<bool>,
}

impl Sums {
    fn start(&mut self, lanes: usize) {
        self.fen.clear();
        self.fen.resize(lanes, 0);
        self.unknown.clear();
        self.unknown.resize(lanes, false);
    }

    /// Takes a policy's payments in; gives how many are above 0, and their sum.
    fn take(&mut self, seen: &Seen<'_>, result: usize) -> (u64, i64) {
        seen.read(result, &mut self.lanes);
        let lanes = seen.lanes();
        let (mut many, mut sum) = (0, 0_i64);
        for (word, values) in self.lanes.values.chunks_exact(64).enumerate() {
            if values.iter().all(|value| *value == 0) {
                continue;
            }
            for (at, value) in values.iter().enumerate() {
                if *value != 0 && self.lanes.known[word] >> at & 1 == 1 {
                    let fen = &mut self.fen[(word * 64 + at) % lanes];
                    *fen = fen.saturating_add(*value);
                    sum = sum.saturating_add(*value);
                    many += 1;
                }
            }
        }
        for lane in bits(&self.lanes.unknown) {
            self.unknown[lane % lanes] = true;
        }
        (many, sum)
    }
}

impl Part {
    fn new(policies: usize, population: &Population) -> Self {
        Self {
            areas: vec![Change::default(); population.areas().names.len()],
            kinds: vec![Change::default(); population.kinds().names.len()],
            policies: vec![PolicyChange::default(); policies],
            before: Sums::default(),
            after: Sums::default(),
        }
    }

    fn see(&mut self, pairs: &[(&str, [bool; 2])], population: &Population, seen: &Seen<'_>) {
        self.before.start(seen.lanes());
        self.after.start(seen.lanes());
        let mut result = 0;
        for ((_, sides), policy) in pairs.iter().zip(&mut self.policies) {
            let mut found = [(0, 0); 2];
            for (side, sums) in [&mut self.before, &mut self.after].into_iter().enumerate() {
                if sides[side] {
                    found[side] = sums.take(seen, result);
                    result += 1;
                }
            }
            *policy += PolicyChange {
                paid_before: found[0].0,
                before_fen: found[0].1,
                paid_after: found[1].0,
                after_fen: found[1].1,
            };
        }
        for (lane, household) in seen.households().enumerate() {
            let change = self.change(lane);
            self.areas[population.areas().of(household)] += change;
            self.kinds[population.kinds().of(household)] += change;
        }
    }

    fn change(&self, lane: usize) -> Change {
        let mut change = Change {
            households: 1,
            ..Change::default()
        };
        if self.before.unknown[lane] || self.after.unknown[lane] {
            change.unknown = 1;
            return change;
        }
        change.before_fen = self.before.fen[lane];
        change.after_fen = self.after.fen[lane];
        let more = change.after_fen.saturating_sub(change.before_fen);
        change.winners = u64::from(more > 0);
        change.losers = u64::from(more < 0);
        change.gained_fen = more.max(0);
        change.lost_fen = more.saturating_neg().max(0);
        change
    }

    fn add(&mut self, other: &Self) {
        let lines = self.areas.iter_mut().zip(&other.areas);
        for (line, more) in lines.chain(self.kinds.iter_mut().zip(&other.kinds)) {
            *line += *more;
        }
        for (line, more) in self.policies.iter_mut().zip(&other.policies) {
            *line += *more;
        }
    }
}

/// Both plans as one: the nodes of `base`, then those of `changed`.
fn beside(base: &Plan, changed: &Plan) -> Result<Plan, Unlike> {
    let facts = facts(&base.facts, &changed.facts)?;
    let places = changed.facts.iter().map(|fact| {
        let at = facts.iter().position(|one| one.field == fact.field);
        number(at.unwrap_or(usize::MAX))
    });
    let places: Vec<u32> = places.collect();
    let (nodes, tables) = (number(base.nodes.len()), number(base.tables.len()));
    let moved = |NodeId(node): NodeId| NodeId(node + nodes);
    let mut plan = base.clone();
    plan.nodes.extend(changed.nodes.iter().map(|node| Node {
        op: match node.op {
            Op::Const(_) | Op::Missing | Op::Size => node.op,
            Op::Fact(FactId(fact)) => {
                let at = usize::try_from(fact).unwrap_or(usize::MAX);
                Op::Fact(FactId(places[at]))
            }
            Op::Unary(how, a) => Op::Unary(how, moved(a)),
            Op::Binary(how, a, b) => Op::Binary(how, moved(a), moved(b)),
            Op::Table(TableId(table), a) => Op::Table(TableId(table + tables), moved(a)),
            Op::Choose { condition, yes, no } => Op::Choose {
                condition: moved(condition),
                yes: moved(yes),
                no: moved(no),
            },
            Op::Lift(a) => Op::Lift(moved(a)),
            Op::Gather {
                how,
                value,
                counted,
                none,
            } => Op::Gather {
                how,
                value: moved(value),
                counted: counted.map(moved),
                none: none.map(moved),
            },
        },
        ..*node
    }));
    plan.tables.extend(changed.tables.iter().cloned());
    plan.policies
        .extend(changed.policies.iter().map(|planned| Planned {
            eligible: planned.eligible.map(moved),
            amount: planned.amount.map(moved),
            payment: planned.payment.map(moved),
            outputs: Vec::new(),
            ..planned.clone()
        }));
    plan.facts = facts.into();
    Ok(plan)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
