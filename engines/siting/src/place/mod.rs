//! Where the next ones should stand: p-median, maximal covering, p-centre.
//!
//! All three are answered by one search over one shape (`instance`): a bound from
//! multipliers (`dual`), good choices by interchange (`local`), a split where both do not meet
//! (`search`), people settled within capacities (`flow`). The search leaves a
//! [`Certificate`]; [`check()`] reads it against the same task and knows nothing of the search.
//! [`by_solver`] is a second road to the same answers, by a maintained solver.

mod centre;
mod certificate;
mod check;
mod dual;
mod flaw;
mod flow;
mod instance;
mod local;
mod refusal;
mod search;
mod solver;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

pub use certificate::{Certificate, Step, Then};
pub use check::check;
pub use flaw::Flaw;
use instance::{Instance, Price, Rows};
pub use refusal::Refusal;
use search::{Aim, Found, Search, Where};
pub use solver::{MOST_PAIRS, SOLVER, by_solver};

use crate::travel::Legs;

/// What is asked of the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "question")]
pub enum Question {
    /// p-median: the sum of everybody's way is as short as can be.
    Median,
    /// Maximal covering: as many people as can be are within so many metres.
    Covering {
        /// Metres.
        within: u32,
    },
    /// p-centre: the longest way is as short as can be.
    Centre,
}

/// A task.
///
/// Shape: `people` has one entry a demand, `stands` and `capacity` one a site, and `legs` is demands
/// × sites. Units: people are counted in whole persons (or whatever whole weight stands for them),
/// ways in whole metres.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// What is asked.
    pub question: Question,
    /// The ways.
    pub legs: &'a Legs,
    /// How many people each demand has, or what weight.
    pub people: &'a [u64],
    /// Which sites stand already: they stay, and count towards nothing.
    pub stands: &'a [bool],
    /// How many people each site holds. With it people of one demand may go to several sites.
    pub capacity: Option<&'a [u64]>,
    /// How many sites to choose beside those that stand.
    pub choose: usize,
}

/// How long to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The proof may leave this gap, in millionths of the value.
    pub gap_ppm: u32,
    /// Prices that may be read: the same number is the same result on every machine. A modern core
    /// reads some hundred million a second.
    pub effort: u64,
}

impl Default for Limits {
    /// Proven to the unit, with effort for a minute or so.
    fn default() -> Self {
        Self {
            gap_ppm: 0,
            effort: 5_000_000_000,
        }
    }
}

impl Limits {
    /// The fast heuristic: the effort of a second at most, whatever the gap.
    #[must_use]
    pub fn fast() -> Self {
        Self {
            gap_ppm: 0,
            effort: 50_000_000,
        }
    }
}

/// How far the search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The best value so far.
    pub value: Option<u64>,
    /// What no choice can be better than.
    pub bound: u64,
    /// Prices read of those that may be.
    pub work: u64,
}

/// Some of a demand's people go to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The site.
    pub site: usize,
    /// How many people, or what weight.
    pub people: u64,
    /// How far.
    pub metres: u32,
}

/// Where the next ones should stand, and the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The sites chosen, in order.
    pub opened: Vec<usize>,
    /// Median: people × metres. Covering: people within. Centre: metres.
    pub value: u64,
    /// No choice has a lower value (covering: a higher one).
    pub bound: u64,
    /// For each demand, who goes where; a demand without an entry is left out.
    pub goes: Vec<Vec<Share>>,
    /// People (or weight) left out: too far for covering, or without any way.
    pub left_out: u64,
    /// Why the bound holds.
    pub certificate: Certificate,
    /// Prices read.
    pub work: u64,
}

impl Plan {
    /// How far the value may be from the best one, in millionths of the value, rounded up.
    #[must_use]
    pub fn gap_ppm(&self) -> u64 {
        let apart = u128::from(self.value.abs_diff(self.bound));
        match (apart, self.value) {
            (0, _) => 0,
            (_, 0) => u64::MAX,
            (apart, value) => {
                u64::try_from((apart * 1_000_000).div_ceil(u128::from(value))).unwrap_or(u64::MAX)
            }
        }
    }

    /// Whether no choice is better.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.value == self.bound
    }
}

/// Chooses sites.
///
/// # Errors
/// A [`Refusal`] where the task has no answer.
pub fn place(
    task: &Task<'_>,
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Refusal> {
    let served = admit(task)?;
    match task.question {
        Question::Median => median(task, &served, limits, tell),
        Question::Covering { within } => covering(task, &served, within, limits, tell),
        Question::Centre => centre::place(task, &served, limits, tell),
    }
}

/// Refuses what makes no sense; returns the demands that count, in order: with people, and with a
/// way to a site.
fn admit(task: &Task<'_>) -> Result<Vec<usize>, Refusal> {
    let sites = task.legs.sites();
    let lists = [
        ("people", task.people.len(), task.legs.demands()),
        ("standing sites", task.stands.len(), sites),
        (
            "capacities",
            task.capacity.map_or(sites, <[u64]>::len),
            sites,
        ),
    ];
    for (what, has, wants) in lists {
        if has != wants {
            return Err(Refusal::Shape { what, has, wants });
        }
    }
    let standing = task.stands.iter().filter(|stands| **stands).count();
    if task.choose > sites - standing {
        let candidates = sites - standing;
        return Err(Refusal::TooFewSites {
            choose: task.choose,
            candidates,
        });
    }
    if task.choose + standing == 0 {
        return Err(Refusal::NoSite);
    }
    let served: Vec<usize> = (0..task.people.len())
        .filter(|demand| task.people[*demand] > 0 && !task.legs.of(*demand).is_empty())
        .collect();
    if served.is_empty() {
        return Err(Refusal::Nobody);
    }
    let mut everyone = 0_u64;
    for people in task.people {
        everyone = everyone.checked_add(*people).ok_or(Refusal::TooLarge)?;
    }
    if everyone >= 1 << 53 {
        return Err(Refusal::TooLarge);
    }
    Ok(served)
}

fn median(
    task: &Task<'_>,
    served: &[usize],
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Refusal> {
    let instance = instance(task, served, None, Some, |people| people);
    room(&instance)?;
    let aim = Aim {
        gap_ppm: limits.gap_ppm,
        on_the_rest: false,
        ask: None,
        effort: limits.effort,
    };
    let search = Search::new(&instance, aim).ok_or(Refusal::TooLarge)?;
    let found = search.run(&mut |at: Where| {
        tell(Progress {
            value: at.cost.map(unsigned),
            bound: unsigned(at.bound),
            work: at.work,
        })
    });
    let best = found.best.as_ref().ok_or(Refusal::NoPlan)?;
    let (value, bound) = (unsigned(best.cost), unsigned(found.bound));
    let certificate = found.certificate.clone();
    plan(task, served, &instance, &found, (value, bound), certificate)
}

fn covering(
    task: &Task<'_>,
    served: &[usize],
    within: u32,
    limits: Limits,
    tell: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Plan, Refusal> {
    let near = |metres| (metres <= within).then_some(0);
    let instance = instance(task, served, Some(1), near, |people| people);
    let everyone = instance.everyone();
    let aim = Aim {
        gap_ppm: limits.gap_ppm,
        on_the_rest: true,
        ask: None,
        effort: limits.effort,
    };
    let search = Search::new(&instance, aim).ok_or(Refusal::TooLarge)?;
    let found = search.run(&mut |at: Where| {
        tell(Progress {
            value: at.cost.map(|cost| unsigned(everyone - cost)),
            bound: unsigned(everyone - at.bound),
            work: at.work,
        })
    });
    let best = found.best.as_ref().ok_or(Refusal::NoPlan)?;
    let values = (
        unsigned(everyone - best.cost),
        unsigned(everyone - found.bound),
    );
    let certificate = Certificate {
        within: Some(within),
        ..found.certificate.clone()
    };
    plan(task, served, &instance, &found, values, certificate)
}

/// The task in the search's shape.
fn instance(
    task: &Task<'_>,
    served: &[usize],
    outside: Option<u32>,
    price: impl Fn(u32) -> Option<u32>,
    people: impl Fn(i64) -> i64,
) -> Instance {
    let rows = served.iter().map(|demand| {
        let legs = task.legs.of(*demand).iter();
        legs.filter_map(|leg| {
            Some(Price {
                cost: price(leg.metres)?,
                site: leg.site,
            })
        })
        .collect()
    });
    let people: Vec<i64> = served
        .iter()
        .map(|demand| people(signed(task.people[*demand])))
        .collect();
    let everyone: i64 = people.iter().sum();
    let standing = task.stands.iter().filter(|stands| **stands).count();
    Instance {
        rows: Rows::new(rows),
        people,
        stands: task.stands.to_vec(),
        open: standing + task.choose,
        // Room beyond everybody is no limit.
        capacity: task.capacity.map(|capacity| {
            capacity
                .iter()
                .map(|room| signed(*room).min(everyone))
                .collect()
        }),
        outside,
    }
}

/// Refuses where even the largest sites have too little room for all.
fn room(instance: &Instance) -> Result<(), Refusal> {
    let Some(capacity) = &instance.capacity else {
        return Ok(());
    };
    let (mut sure, mut more) = (0, Vec::new());
    for (room, stands) in capacity.iter().zip(&instance.stands) {
        if *stands {
            sure += room;
        } else {
            more.push(*room);
        }
    }
    more.sort_unstable_by(|a, b| b.cmp(a));
    let standing = instance.stands.iter().filter(|stands| **stands).count();
    let room = sure + more.iter().take(instance.open - standing).sum::<i64>();
    if room < instance.everyone() {
        return Err(Refusal::NoRoom {
            people: unsigned(instance.everyone()),
            open: instance.open,
            room: unsigned(room),
        });
    }
    Ok(())
}

/// The plan of what was found.
fn plan(
    task: &Task<'_>,
    served: &[usize],
    instance: &Instance,
    found: &Found,
    (value, bound): (u64, u64),
    certificate: Certificate,
) -> Result<Plan, Refusal> {
    let open = &found.best.as_ref().ok_or(Refusal::NoPlan)?.open;
    let opened = (0..open.len())
        .filter(|site| open[*site] && !task.stands[*site])
        .collect();
    let within = match task.question {
        Question::Covering { within } => within,
        Question::Median | Question::Centre => u32::MAX,
    };
    let goes = goes(task, served, instance, open, within)?;
    let settled: u64 = goes.iter().flatten().map(|share| share.people).sum();
    Ok(Plan {
        opened,
        value,
        bound,
        left_out: task.people.iter().sum::<u64>() - settled,
        goes,
        certificate,
        work: found.work,
    })
}

/// Who goes where.
fn goes(
    task: &Task<'_>,
    served: &[usize],
    instance: &Instance,
    open: &[bool],
    within: u32,
) -> Result<Vec<Vec<Share>>, Refusal> {
    let mut goes = vec![Vec::new(); task.people.len()];
    if instance.capacity.is_none() {
        for (demand, goes) in goes
            .iter_mut()
            .enumerate()
            .filter(|(demand, _)| task.people[*demand] > 0)
        {
            let near = task.legs.within(demand, within);
            let first = near.iter().find(|leg| open[instance::index(leg.site)]);
            goes.extend(first.map(|leg| Share {
                site: instance::index(leg.site),
                people: task.people[demand],
                metres: leg.metres,
            }));
        }
        return Ok(goes);
    }
    let settled = flow::settle(instance, open, &mut 0)
        .ok()
        .ok_or(Refusal::NoPlan)?;
    for (demand, shares) in served.iter().zip(settled.goes) {
        for (site, people) in shares {
            let leg = task
                .legs
                .of(*demand)
                .iter()
                .find(|leg| instance::index(leg.site) == site);
            goes[*demand].extend(leg.map(|leg| Share {
                site,
                people: unsigned(people),
                metres: leg.metres,
            }));
        }
    }
    Ok(goes)
}

/// A number that is not negative.
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A number that [`admit`] found small enough.
fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
