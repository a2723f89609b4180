//! The checker: reads a plan against its task, and believes nothing.
//!
//! It shares no code with the search and runs none of it again. That a choice costs what the plan
//! says is a sum. That no choice costs less follows from the certificate:
//!
//! - Let each person of demand *i* carry the step's multiplier *uᵢ* (any number at all). A site earns
//!   `eⱼ = Σᵢ peopleᵢ · min(0, costᵢⱼ - uᵢ)`, with capacities the least such sum over people who fit.
//!   In a part where sites *O* must be open and so many more may be, every choice costs at least
//!   `Σᵢ peopleᵢ·uᵢ + Σ_O eⱼ + the lowest eⱼ of so many free sites`.
//! - A site may be settled where taking the other side costs at least as much as the plan's bound.
//! - The parts must together be all choices: a split has both sides, everything else goes on or ends.

use std::collections::BTreeSet;

use super::certificate::{Certificate, Step, Then};
use super::{Flaw, Plan, Question, Share, Task};
use crate::told::{Told, told};
use crate::travel::Leg;

/// Whether the plan is a choice of the task with the value it says, and its bound is proven.
///
/// # Errors
/// The first [`Flaw`].
pub fn check(task: &Task<'_>, plan: &Plan) -> Result<(), Flaw> {
    let open = choice(task, plan)?;
    let value = assignment(task, plan, &open)?;
    if value != plan.value {
        let said = plan.value;
        return Err(Flaw::Value { said, sum: value });
    }
    bound(task, plan)
}

/// The open sites, if the plan opens as many as it may.
fn choice(task: &Task<'_>, plan: &Plan) -> Result<Vec<bool>, Flaw> {
    let sites = task.legs.sites();
    let rooms = task.capacity.map_or(sites, <[u64]>::len);
    if task.stands.len() != sites || rooms != sites || task.people.len() != task.legs.demands() {
        return Err(Flaw::Choice(told!(
            "任务的各列表长度不一",
            "the task's lists do not belong together"
        )));
    }
    let everyone: u128 = task.people.iter().map(|people| u128::from(*people)).sum();
    if everyone >= 1 << 53 {
        return Err(Flaw::Choice(told!(
            "人太多，不能精确相加",
            "too many people to add up exactly"
        )));
    }
    if plan.opened.len() != task.choose {
        return Err(Flaw::Choice(told!(
            "选出的地点数不是要选的数",
            "not as many sites as were to be chosen"
        )));
    }
    let mut open = task.stands.to_vec();
    for site in &plan.opened {
        let Some(slot) = open.get_mut(*site) else {
            return Err(Flaw::Choice(told!(
                "有列表里没有的地点",
                "a site that is not in the list"
            )));
        };
        if std::mem::replace(slot, true) {
            return Err(Flaw::Choice(told!(
                "有已设置的或选了两次的地点",
                "a site that stands already or is chosen twice"
            )));
        }
    }
    Ok(open)
}

/// What the assignment adds up to, if everybody goes where they may.
fn assignment(task: &Task<'_>, plan: &Plan, open: &[bool]) -> Result<u64, Flaw> {
    if plan.goes.len() != task.people.len() {
        return Err(Flaw::Choice(told!(
            "不是每个社区都有一项",
            "not an entry for every demand"
        )));
    }
    let mut load = vec![0_u64; open.len()];
    let (mut metres, mut covered, mut longest, mut out) = (0_u128, 0, 0, 0);
    for (demand, shares) in plan.goes.iter().enumerate() {
        let flaw = |what| Flaw::Goes { demand, what };
        let mut left = task.people[demand];
        for share in shares {
            let leg = way(task, demand, share, open).map_err(flaw)?;
            left = left
                .checked_sub(share.people)
                .ok_or_else(|| flaw(told!("去的人比住的人多", "more people go than live there")))?;
            metres += u128::from(share.people) * u128::from(leg.metres);
            covered += share.people;
            longest = longest.max(leg.metres);
            load[share.site] += share.people;
        }
        let may_stay =
            matches!(task.question, Question::Covering { .. }) || task.legs.of(demand).is_empty();
        if left > 0 && !may_stay {
            return Err(flaw(told!(
                "有的人无处可去",
                "some of its people go nowhere"
            )));
        }
        out += left;
    }
    for (site, people) in load.into_iter().enumerate() {
        let room = task.capacity.map_or(u64::MAX, |capacity| capacity[site]);
        if people > room {
            return Err(Flaw::Full { site, people, room });
        }
    }
    if out != plan.left_out {
        return Err(Flaw::Value {
            said: plan.left_out,
            sum: out,
        });
    }
    Ok(match task.question {
        Question::Median => u64::try_from(metres).unwrap_or(u64::MAX),
        Question::Covering { .. } => covered,
        Question::Centre => u64::from(longest),
    })
}

/// The way that people of a demand take to their site, if they may.
fn way(task: &Task<'_>, demand: usize, share: &Share, open: &[bool]) -> Result<Leg, Told> {
    let mut legs = task.legs.of(demand).iter();
    let leg = legs.find(|leg| at(leg.site) == share.site);
    let leg = leg.ok_or_else(|| told!("没有路通到所去的地点", "there is no way to its site"))?;
    if leg.metres != share.metres || !open[share.site] {
        return Err(told!(
            "所去的地点没有开放，或路程长度不同",
            "its site is closed or its way is of another length"
        ));
    }
    if matches!(task.question, Question::Covering { within } if leg.metres > within) {
        return Err(told!(
            "路程太长，不算覆盖",
            "its way is too long to count as covered"
        ));
    }
    Ok(*leg)
}

/// Whether the certificate shows the bound.
fn bound(task: &Task<'_>, plan: &Plan) -> Result<(), Flaw> {
    let said = plan.bound;
    let certificate = &plan.certificate;
    let pricing = Pricing::of(task, certificate.within);
    let everyone: i128 = pricing.people.iter().sum();
    if certificate.steps.is_empty() {
        // Without a proof a bound is only what no sum can be beyond.
        let shown = match task.question {
            Question::Median => 0,
            Question::Centre => beyond(&pricing, None),
            Question::Covering { .. } => u64::try_from(everyone).unwrap_or(u64::MAX),
        };
        return if shown == said {
            Ok(())
        } else {
            Err(Flaw::Bound { said, shown })
        };
    }
    let whole = match shown(&pricing, certificate)? {
        Some(parts) => {
            let scale = i128::from(certificate.scale);
            parts.div_euclid(scale) + i128::from(parts.rem_euclid(scale) != 0)
        }
        // Every part is impossible: nothing costs less than anything.
        None => i128::MAX,
    };
    let unsigned = |n: i128| u64::try_from(n.max(0)).unwrap_or(u64::MAX);
    let (holds, shown) = match task.question {
        Question::Median => (whole >= i128::from(said), unsigned(whole)),
        Question::Covering { within } => {
            if certificate.within != Some(within) {
                return Err(Flaw::Bound {
                    said,
                    shown: u64::MAX,
                });
            }
            let most = everyone - whole.min(everyone);
            (most <= i128::from(said), unsigned(most))
        }
        Question::Centre => {
            let shown = if whole > 0 {
                beyond(&pricing, certificate.within)
            } else {
                0
            };
            (shown >= said, shown)
        }
    };
    if holds {
        Ok(())
    } else {
        Err(Flaw::Bound { said, shown })
    }
}

/// The shortest way that is longer than this.
fn beyond(pricing: &Pricing<'_>, within: Option<u32>) -> u64 {
    let longer = |metres: &u32| within.is_none_or(|within| *metres > within);
    let legs = pricing
        .demands
        .iter()
        .flat_map(|demand| pricing.task.legs.of(*demand));
    let ways = legs.map(|leg| leg.metres);
    ways.filter(longer).min().map_or(0, u64::from)
}

/// What sites ask of the demands that count: those with people and a way to a site.
struct Pricing<'a> {
    task: &'a Task<'a>,
    within: Option<u32>,
    demands: Vec<usize>,
    people: Vec<i128>,
    /// Nobody may stay outside; else outside costs 1.
    all: bool,
    open: usize,
}

impl<'a> Pricing<'a> {
    fn of(task: &'a Task<'a>, within: Option<u32>) -> Self {
        let counts = |demand: &usize| task.people[*demand] > 0 && !task.legs.of(*demand).is_empty();
        let demands: Vec<usize> = (0..task.people.len()).filter(counts).collect();
        // A longest way asks only whether all are near, so each demand may count as one person.
        let heads = task.question == Question::Centre && task.capacity.is_none();
        let people = demands.iter().map(|demand| {
            if heads {
                1
            } else {
                i128::from(task.people[*demand])
            }
        });
        Self {
            task,
            within,
            people: people.collect(),
            demands,
            all: task.question == Question::Median,
            open: task.choose + task.stands.iter().filter(|stands| **stands).count(),
        }
    }

    /// What site asks of one of the counting demands, site by site.
    fn prices(&self, demand: usize) -> impl Iterator<Item = (usize, i128)> {
        let legs = self.task.legs.of(self.demands[demand]).iter();
        let near = |metres: u32| self.within.is_some_and(|within| metres <= within);
        legs.filter(move |leg| self.all || near(leg.metres))
            .map(|leg| {
                (
                    at(leg.site),
                    if self.all { i128::from(leg.metres) } else { 0 },
                )
            })
    }

    /// What each site earns at these multipliers.
    fn earns(&self, multipliers: &[i64], scale: i128) -> Vec<i128> {
        let sites = self.task.stands.len();
        let mut offers: Vec<Vec<(i128, i128)>> = vec![Vec::new(); sites];
        for (demand, ready) in multipliers.iter().enumerate() {
            for (site, cost) in self.prices(demand) {
                let profit = cost * scale - i128::from(*ready);
                if profit >= 0 {
                    // Ways come shortest first.
                    break;
                }
                offers[site].push((profit, self.people[demand]));
            }
        }
        let fits = |(site, mut offers): (usize, Vec<(i128, i128)>)| {
            let mut room = self
                .task
                .capacity
                .map_or(i128::MAX, |capacity| i128::from(capacity[site]));
            offers.sort_unstable();
            let mut sum = 0;
            for (profit, people) in offers {
                let taken = people.min(room);
                sum += profit * taken;
                room -= taken;
            }
            sum
        };
        offers.into_iter().enumerate().map(fits).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Free,
    Open,
    Shut,
}

/// The lowest bound that the steps show over all choices, in parts.
fn shown(pricing: &Pricing<'_>, certificate: &Certificate) -> Result<Option<i128>, Flaw> {
    let scale = i128::from(certificate.scale);
    let side = |stands: &bool| if *stands { Side::Open } else { Side::Free };
    let start: Vec<Side> = pricing.task.stands.iter().map(side).collect();
    let mut parts = vec![(0, start)];
    let (mut lowest, mut visits) = (None, 0);
    while let Some((number, mut sides)) = parts.pop() {
        let flaw = |what| Flaw::Step { step: number, what };
        visits += 1;
        let step = step(certificate, number, visits).map_err(flaw)?;
        let part = if step.multipliers.is_empty() {
            None
        } else if step.multipliers.len() == pricing.people.len() {
            Part::bound(pricing, &sides, step, scale)
        } else {
            return Err(flaw(told!(
                "不是每个计入的社区都有乘数",
                "not a multiplier for every demand that counts"
            )));
        };
        if let Some(part) = &part {
            for bound in part.settle(step, &mut sides).map_err(flaw)? {
                lowest = Some(lowest.map_or(bound, |known: i128| known.min(bound)));
            }
        } else if !step.shut.is_empty() || !step.opened.is_empty() {
            return Err(flaw(told!(
                "没有乘数却定了地点",
                "it settles sites without multipliers"
            )));
        }
        match step.then {
            Then::End => {
                let bound = part
                    .ok_or_else(|| flaw(told!("没有得出界限就结束", "it ends without a bound")))?
                    .bound;
                lowest = Some(lowest.map_or(bound, |known: i128| known.min(bound)));
            }
            Then::Impossible if impossible(pricing, &sides, &step.stuck) => {}
            Then::Impossible => return Err(flaw(told!("还有别的选法", "choices are left"))),
            Then::Next(next) => parts.push((next, sides)),
            Then::Split { site, opened, shut } => {
                if sides.get(site) != Some(&Side::Free) {
                    return Err(flaw(told!(
                        "按已定的地点分支",
                        "it splits by a site that is settled"
                    )));
                }
                let mut other = sides.clone();
                (sides[site], other[site]) = (Side::Open, Side::Shut);
                parts.push((opened, sides));
                parts.push((shut, other));
            }
        }
    }
    Ok(lowest)
}

/// A step of the certificate, where one can be reckoned with.
fn step(certificate: &Certificate, number: usize, visits: usize) -> Result<&Step, Told> {
    let step = certificate.steps.get(number);
    let step = step.ok_or_else(|| told!("缺这一步", "it is missing"))?;
    if visits > certificate.steps.len() || !(1..=1 << 20).contains(&certificate.scale) {
        return Err(told!(
            "各步循环，或倍数不成立",
            "the steps go in circles, or the scale is no scale"
        ));
    }
    let large = |multiplier: &i64| multiplier.unsigned_abs() >= 1 << 56;
    if step.multipliers.iter().any(large) {
        return Err(told!(
            "有乘数太大，不能精确相加",
            "a multiplier is too large to add up exactly"
        ));
    }
    Ok(step)
}

/// A part's bound and what it rests on.
struct Part {
    bound: i128,
    earns: Vec<i128>,
    /// Free sites, best earner first.
    order: Vec<usize>,
    /// How many of them the bound takes.
    takes: usize,
}

impl Part {
    /// The bound of a step's multipliers; `None` where the part has no choice.
    fn bound(pricing: &Pricing<'_>, sides: &[Side], step: &Step, scale: i128) -> Option<Self> {
        let earns = pricing.earns(&step.multipliers, scale);
        let mut order: Vec<usize> = (0..sides.len())
            .filter(|site| sides[*site] == Side::Free)
            .collect();
        order.sort_by_key(|site| (earns[*site], *site));
        let open: Vec<usize> = (0..sides.len())
            .filter(|site| sides[*site] == Side::Open)
            .collect();
        let takes = pricing
            .open
            .checked_sub(open.len())
            .filter(|takes| *takes <= order.len())?;
        let ready = step.multipliers.iter().zip(&pricing.people);
        let mut bound: i128 = ready
            // Whoever may stay outside for a price of 1 is never ready to pay more.
            .map(|(ready, people)| {
                people
                    * if pricing.all {
                        i128::from(*ready)
                    } else {
                        i128::from(*ready).min(scale)
                    }
            })
            .sum();
        bound += open
            .iter()
            .chain(&order[..takes])
            .map(|site| earns[*site])
            .sum::<i128>();
        Some(Self {
            bound,
            earns,
            order,
            takes,
        })
    }

    /// Settles the step's sites; returns what their other sides would cost at least.
    fn settle(&self, step: &Step, sides: &mut [Side]) -> Result<Vec<i128>, Told> {
        let last = self
            .takes
            .checked_sub(1)
            .map(|at| self.earns[self.order[at]]);
        let next = self.order.get(self.takes).map(|site| self.earns[*site]);
        let mut bounds = Vec::new();
        for (site, to) in step
            .shut
            .iter()
            .map(|site| (site, Side::Shut))
            .chain(step.opened.iter().map(|site| (site, Side::Open)))
        {
            let place = self.order.iter().position(|other| other == site);
            let place = place.ok_or_else(|| {
                told!(
                    "一个地点定了两次，或没有这个地点",
                    "it settles a site twice, or one that is not there"
                )
            })?;
            if sides[*site] != Side::Free {
                return Err(told!("一个地点定了两次", "it settles a site twice"));
            }
            sides[*site] = to;
            let taken = place < self.takes;
            let other = match (to, taken) {
                // The other side has the site: it takes the place of the last one.
                (Side::Shut, false) => last.map(|last| self.bound - last + self.earns[*site]),
                // The other side does without: the next one takes its place.
                (Side::Open, true) => next.map(|next| self.bound - self.earns[*site] + next),
                // The bound itself is on the other side.
                _ => Some(self.bound),
            };
            bounds.extend(other);
        }
        Ok(bounds)
    }
}

/// Whether a part has no choice: too few sites or too many, or more people in the stuck demands than
/// the sites within their reach can hold.
fn impossible(pricing: &Pricing<'_>, sides: &[Side], stuck: &[usize]) -> bool {
    let count = |side| sides.iter().filter(|other| **other == side).count();
    let (open, free) = (count(Side::Open), count(Side::Free));
    if open > pricing.open || open + free < pricing.open {
        return true;
    }
    let once: BTreeSet<usize> = stuck.iter().copied().collect();
    if !pricing.all || once.iter().any(|demand| *demand >= pricing.demands.len()) {
        return false;
    }
    let reach: BTreeSet<usize> = once
        .iter()
        .flat_map(|demand| pricing.prices(*demand))
        .map(|(site, _)| site)
        .collect();
    let room = |side| {
        let sites = reach.iter().filter(move |site| sides[**site] == side);
        // Without capacities one site holds everybody.
        sites.map(|site| {
            pricing
                .task
                .capacity
                .map_or(1 << 64, |capacity| i128::from(capacity[*site]))
        })
    };
    let mut more: Vec<i128> = room(Side::Free).collect();
    more.sort_unstable_by(|a, b| b.cmp(a));
    let most = room(Side::Open).sum::<i128>() + more.iter().take(pricing.open - open).sum::<i128>();
    once.iter()
        .map(|demand| pricing.people[*demand])
        .sum::<i128>()
        > most
}

fn at(site: u32) -> usize {
    usize::try_from(site).unwrap_or(usize::MAX)
}
