//! A second road: the same task as a mixed-integer program, answered by a maintained solver
//! (`microlp`, or `HiGHS` with the feature `solver-highs`, both through `good_lp`).
//!
//! The solver makes the choice; the search beside it makes the proof, since a solver that counts in
//! floating point leaves none that a stranger could check. What the choice is worth is counted anew
//! in whole numbers, and two roads that do not meet are a [`Refusal`], never an answer.
//!
//! Of several best choices the solver may name another one each time; the value stays the same.

use std::ops::ControlFlow;

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, WithMipGap,
    variable,
};

use super::instance::{Instance, Rows, index};
use super::{Limits, Plan, Progress, Question, Refusal, Task, admit, goes, instance, place, room};

#[cfg(feature = "solver-highs")]
use good_lp::highs as solver;
#[cfg(not(feature = "solver-highs"))]
use good_lp::microlp as solver;

/// The solver that [`by_solver`] asks.
pub const SOLVER: &str = if cfg!(feature = "solver-highs") {
    "highs"
} else {
    "microlp"
};

/// The most pairs of demand and site that the solver is asked about.
pub const MOST_PAIRS: usize = if cfg!(feature = "solver-highs") {
    1_000_000
} else {
    20_000
};

/// Chooses sites as [`place`] does, the choice by the solver and the proof by the search; the two
/// have to agree.
///
/// # Errors
/// A [`Refusal`] where the task has no answer, is too large for the solver, or where the two roads
/// do not meet.
pub fn by_solver(
    task: &Task<'_>,
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Refusal> {
    let served = admit(task)?;
    let pairs: usize = served.iter().map(|one| task.legs.of(*one).len()).sum();
    if pairs > MOST_PAIRS {
        return Err(Refusal::TooManyPairs {
            pairs,
            most: MOST_PAIRS,
        });
    }
    let own = place(task, limits, tell)?;
    let (instance, open, within) = choose(task, &served, limits)?;
    let goes = goes(task, &served, &instance, &open, within)?;
    let shares = || goes.iter().flatten();
    let settled: u64 = shares().map(|share| share.people).sum();
    let value = match task.question {
        Question::Median => shares().map(|one| one.people * u64::from(one.metres)).sum(),
        Question::Covering { .. } => settled,
        Question::Centre => shares().map(|one| u64::from(one.metres)).max().unwrap_or(0),
    };
    meet(task.question, limits, &own, value)?;
    let opened = (0..open.len()).filter(|site| open[*site] && !task.stands[*site]);
    Ok(Plan {
        opened: opened.collect(),
        value,
        left_out: task.people.iter().sum::<u64>() - settled,
        goes,
        ..own
    })
}

/// Nothing is better than the bound, and without a gap nothing is worse than the best.
fn meet(question: Question, limits: Limits, own: &Plan, solver: u64) -> Result<(), Refusal> {
    let covering = matches!(question, Question::Covering { .. });
    let better = |one: u64, other: u64| if covering { one > other } else { one < other };
    let apart = better(solver, own.bound) || (limits.gap_ppm == 0 && better(own.value, solver));
    if apart {
        let search = own.value;
        return Err(Refusal::Apart { search, solver });
    }
    Ok(())
}

/// The solver's choice, in the shape that it was asked in, and how far anybody may go.
fn choose(
    task: &Task<'_>,
    served: &[usize],
    limits: Limits,
) -> Result<(Instance, Vec<bool>, u32), Refusal> {
    let shape = |outside, price: &dyn Fn(u32) -> Option<u32>| {
        instance(task, served, outside, price, |people| people)
    };
    let ask = |instance: Instance, within| {
        let open = solved(&instance, limits)?.ok_or(Refusal::NoPlan)?;
        Ok((instance, open, within))
    };
    match task.question {
        Question::Median => ask(shape(None, &Some), u32::MAX),
        Question::Covering { within } => {
            let near = |metres: u32| (metres <= within).then_some(0);
            ask(shape(Some(1), &near), within)
        }
        Question::Centre => nearest(task, served, limits, &shape),
    }
}

type Shape<'a> = dyn Fn(Option<u32>, &dyn Fn(u32) -> Option<u32>) -> Instance + 'a;

/// p-centre: the shortest length within which everybody finds room, by halving the lengths there
/// are.
fn nearest(
    task: &Task<'_>,
    served: &[usize],
    limits: Limits,
    shape: &Shape<'_>,
) -> Result<(Instance, Vec<bool>, u32), Refusal> {
    room(&shape(None, &Some))?;
    let legs = served.iter().flat_map(|demand| task.legs.of(*demand));
    let mut lengths: Vec<u32> = legs.map(|leg| leg.metres).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let (mut low, mut high) = (0, lengths.len());
    let mut best = None;
    while low < high {
        let middle = usize::midpoint(low, high);
        let within = lengths[middle];
        let instance = shape(None, &|metres| (metres <= within).then_some(0));
        match solved(&instance, limits)? {
            Some(open) => {
                high = middle;
                best = Some((instance, open, within));
            }
            None => low = middle + 1,
        }
    }
    best.ok_or(Refusal::NoPlan)
}

/// A demand's share that goes to a site.
struct Going {
    demand: usize,
    site: usize,
    share: Variable,
}

/// Which sites the solver opens; `None` where no choice serves all who may not stay outside.
fn solved(instance: &Instance, limits: Limits) -> Result<Option<Vec<bool>>, Refusal> {
    let mut names = ProblemVariables::new();
    let open: Vec<Variable> = instance
        .stands
        .iter()
        .map(|stands| {
            let least = if *stands { 1.0 } else { 0.0 };
            names.add(variable().integer().min(least).max(1.0))
        })
        .collect();
    let (going, price) = goings(instance, &mut names);
    let model = names.minimise(price).using(solver);
    #[expect(clippy::cast_possible_truncation, reason = "a gap, to six digits")]
    let gap = (f64::from(limits.gap_ppm) / 1e6) as f32;
    let mut model = model.with_mip_gap(gap).map_err(|why| said(&why))?;
    constrain(instance, &open, &going, &mut model);
    let solution = match model.solve() {
        Ok(solution) => solution,
        Err(ResolutionError::Infeasible) => return Ok(None),
        Err(why) => return Err(said(&why)),
    };
    let opened: Vec<bool> = open.iter().map(|one| solution.value(*one) > 0.5).collect();
    let count = opened.iter().filter(|open| **open).count();
    if count != instance.open {
        let why = format!("it opened {count} sites, not {}", instance.open);
        return Err(Refusal::Solver(why));
    }
    Ok(Some(opened))
}

fn said(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::Solver(why.to_string())
}

/// Every share that may go somewhere, and what all pay together. Who may stay outside saves what
/// outside costs by going.
fn goings(instance: &Instance, names: &mut ProblemVariables) -> (Vec<Going>, Expression) {
    let mut price = Expression::default();
    let mut going = Vec::new();
    for (demand, row) in rows(&instance.rows) {
        for one in row {
            let share = names.add(variable().clamp(0, 1));
            let outside = instance.outside.map_or(0.0, f64::from);
            let each = f64::from(one.cost) - outside;
            price.add_mul(each * real(instance.people[demand]), share);
            let site = index(one.site);
            going.push(Going {
                demand,
                site,
                share,
            });
        }
    }
    (going, price)
}

fn constrain(
    instance: &Instance,
    open: &[Variable],
    going: &[Going],
    model: &mut impl SolverModel,
) {
    let sum: Expression = open.iter().sum();
    model.add_constraint(sum.eq(real_of(instance.open)));
    let mut each = vec![Expression::default(); instance.people.len()];
    let mut loads = vec![Expression::default(); open.len()];
    for one in going {
        each[one.demand] += one.share;
        loads[one.site].add_mul(real(instance.people[one.demand]), one.share);
        model.add_constraint((one.share - open[one.site]).leq(0));
    }
    for all in each {
        // Everybody goes somewhere, or at most everybody where some may stay outside.
        let whole = match instance.outside {
            None => all.eq(1),
            Some(_) => all.leq(1),
        };
        model.add_constraint(whole);
    }
    for (site, load) in loads.into_iter().enumerate() {
        if let Some(capacity) = &instance.capacity {
            model.add_constraint((load - real(capacity[site]) * open[site]).leq(0));
        }
    }
}

fn rows(rows: &Rows) -> impl Iterator<Item = (usize, &[super::instance::Price])> {
    rows.iter().enumerate()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the solver counts in floating point; its answer is counted anew"
)]
fn real(n: i64) -> f64 {
    n as f64
}

fn real_of(n: usize) -> f64 {
    i64::try_from(n).map_or(f64::MAX, real)
}
