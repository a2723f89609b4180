//! The search: good choices from below, bounds from above, until they meet or the effort is spent.
//!
//! At the root the bound rises while interchange improves the choice; between both, sites that no
//! better choice can have, or none can do without, are settled by their earnings. What is left is
//! split in two by one site, the part with the lowest bound first. Every bound that closes a part,
//! and every settled site, is written into a [`Certificate`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::certificate::{Certificate, Draft, Step, Then};
use super::dual::{Ascent, Dual, Plan, Site};
use super::flow;
use super::instance::{Instance, Rows};
use super::local::{Choice, Interchange};

/// When a search may end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// How far, in parts of a million of `of_everyone - cost` or of `cost`, the bound may stay away.
    pub(super) gap_ppm: u32,
    /// The gap is measured on what is not paid (people covered) rather than on what is.
    pub(super) on_the_rest: bool,
    /// Only whether a choice costs less than this is asked.
    pub(super) ask: Option<i64>,
    /// Prices that may be read.
    pub(super) effort: u64,
}

/// How far a search is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Where {
    pub(super) cost: Option<i64>,
    pub(super) bound: i64,
    pub(super) work: u64,
}

/// What a search found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The best choice, if any holds everybody who may not stay outside.
    pub(super) best: Option<Choice>,
    /// No choice costs less.
    pub(super) bound: i64,
    /// Why.
    pub(super) certificate: Certificate,
    /// Prices read.
    pub(super) work: u64,
}

/// A part of the search that is still open.
struct Part {
    bound: i128,
    state: Vec<Site>,
    rows: Rc<Rows>,
    multipliers: Rc<Vec<i64>>,
    /// Its step in the proof.
    step: usize,
    depth: u32,
}

/// The search itself.
pub(super) struct Search<'a> {
    instance: &'a Instance,
    aim: Aim,
    dual: Dual<'a>,
    swap: Interchange<'a>,
    best: Option<Choice>,
    proof: Draft,
    parts: Vec<Option<Part>>,
    queue: BinaryHeap<Reverse<(i128, usize)>>,
    shakes: u64,
    /// Sites that the bound has chosen of late.
    likely: Vec<usize>,
    flow_work: u64,
}

impl<'a> Search<'a> {
    /// A search over an instance; `None` when its sums are too large to be exact.
    pub(super) fn new(instance: &'a Instance, aim: Aim) -> Option<Self> {
        let scale = instance.scale()?;
        Some(Self {
            instance,
            aim,
            dual: Dual::new(instance, scale),
            swap: Interchange::new(instance),
            best: None,
            proof: Draft::new(scale),
            parts: Vec::new(),
            queue: BinaryHeap::new(),
            shakes: 0,
            likely: Vec::new(),
            flow_work: 0,
        })
    }

    /// Searches; `tell` hears how far it is and may end it.
    pub(super) fn run(mut self, tell: &mut dyn FnMut(Where) -> ControlFlow<()>) -> Found {
        let instance = self.instance;
        let rows = Rc::new(instance.rows.clone());
        let state: Vec<Site> = instance
            .stands
            .iter()
            .map(|stands| if *stands { Site::Open } else { Site::Free })
            .collect();
        let mut first = self.swap.greedy(&rows, &|_| true);
        self.swap.improve(&rows, &mut first, &|_| true);
        self.offer(first.open.clone());
        let multipliers = Rc::new(self.start(&rows, &first));
        let step = self.proof.reserve();
        let root = Part {
            bound: 0,
            state,
            rows,
            multipliers,
            step,
            depth: 0,
        };
        self.root(root, tell);
        let mut ended = false;
        while let Some(Reverse((_, at))) = self.queue.pop() {
            let Some(part) = self.parts[at].take() else {
                continue;
            };
            ended = ended
                || self.work() >= self.aim.effort
                || tell(self.whereabouts(part.bound)).is_break();
            if ended || self.enough(part.bound) || self.answered() {
                self.close(&part);
            } else {
                if at % 32 == 0 {
                    self.shake(&part);
                }
                self.explore(part);
            }
        }
        let bound = self
            .proof
            .bound
            .map_or(i64::MAX, |bound| ceil_div(bound, self.dual.scale));
        let cost = self.best.as_ref().map(|best| best.cost);
        Found {
            bound: cost.map_or(bound, |cost| bound.min(cost)).max(0),
            work: self.work(),
            best: self.best,
            certificate: self.proof.certificate,
        }
    }

    fn work(&self) -> u64 {
        self.dual.work + self.swap.work + self.flow_work
    }

    fn whereabouts(&self, bound: i128) -> Where {
        Where {
            cost: self.best.as_ref().map(|best| best.cost),
            bound: ceil_div(bound, self.dual.scale),
            work: self.work(),
        }
    }

    /// The bound that is enough, in whole units.
    fn wanted(&self) -> i64 {
        let Some(best) = &self.best else {
            return self.aim.ask.unwrap_or(i64::MAX);
        };
        let cost = self.aim.ask.map_or(best.cost, |ask| ask.min(best.cost));
        let of = if self.aim.on_the_rest {
            self.instance.everyone() - cost
        } else {
            cost
        };
        let slack = i128::from(of) * i128::from(self.aim.gap_ppm) / 1_000_000;
        cost - i64::try_from(slack).unwrap_or(0)
    }

    /// The bound that is enough, in parts: anything above the next lower whole unit.
    fn target(&self) -> i128 {
        match self.wanted() {
            i64::MAX => i128::from(i64::MAX),
            wanted => i128::from(wanted - 1) * i128::from(self.dual.scale) + 1,
        }
    }

    fn enough(&self, bound: i128) -> bool {
        bound >= self.target()
    }

    /// Whether a yes-or-no question has its yes.
    fn answered(&self) -> bool {
        let cost = self.best.as_ref().map(|best| best.cost);
        matches!((self.aim.ask, cost), (Some(ask), Some(cost)) if cost < ask)
    }

    /// Multipliers to begin with: what each demand's second nearest open site would ask.
    fn start(&self, rows: &Rows, choice: &Choice) -> Vec<i64> {
        let ceiling = self.instance.ceiling();
        rows.iter()
            .map(|row| {
                let mut open = row
                    .iter()
                    .filter(|price| choice.open[super::instance::index(price.site)]);
                let near = open.next().map_or(ceiling, |price| i64::from(price.cost));
                let next = open.next().map_or(ceiling, |price| i64::from(price.cost));
                ((near + next.min(2 * near + 1)) * self.dual.scale / 2)
                    .min(ceiling * self.dual.scale)
            })
            .collect()
    }

    /// Takes the choice if it is the best so far, at its exact cost.
    fn offer(&mut self, open: Vec<bool>) {
        let cost = if self.instance.capacity.is_some() {
            let Ok(settled) = flow::settle(self.instance, &open, &mut self.flow_work) else {
                return;
            };
            settled.cost
        } else {
            let cost = self.swap.cost(&self.instance.rows, &open);
            if self.instance.outside.is_none() && !self.serves_all(&open) {
                return;
            }
            cost
        };
        if self.best.as_ref().is_none_or(|best| cost < best.cost) {
            self.best = Some(Choice { open, cost });
        }
    }

    fn serves_all(&self, open: &[bool]) -> bool {
        let rows = &self.instance.rows;
        rows.iter().all(|row| {
            row.iter()
                .any(|price| open[super::instance::index(price.site)])
        })
    }

    /// Raises the bound and improves the choice by turns while either moves.
    fn root(&mut self, mut part: Part, tell: &mut dyn FnMut(Where) -> ControlFlow<()>) {
        let mut idle = 0;
        loop {
            let before = part.bound;
            let before_free = free(&part.state);
            let Some(ascent) = self.ascend(&part, &ROOT) else {
                self.give_up(&part);
                return;
            };
            self.polish(&part, &ascent);
            part.bound = ascent.bound;
            part.multipliers = Rc::new(ascent.multipliers);
            if self.enough(part.bound) || self.answered() {
                break;
            }
            self.shake(&part);
            let settled = self.settle(&mut part);
            let gained = real(part.bound - before) / real(self.target() - before).max(1.0);
            let moved = gained > 0.05 || free(&part.state) * 20 < before_free * 19;
            idle = if moved { 0 } else { idle + 1 };
            let told = tell(self.whereabouts(part.bound));
            if !settled || idle >= 6 || self.work() >= self.aim.effort || told.is_break() {
                break;
            }
        }
        self.push(part);
    }

    /// One part of the search: a better bound, settled sites, or two halves.
    fn explore(&mut self, mut part: Part) {
        let Some(ascent) = self.ascend(&part, &BRANCH) else {
            self.give_up(&part);
            return;
        };
        self.polish(&part, &ascent);
        let Ascent {
            multipliers,
            bound,
            share,
        } = ascent;
        part.bound = bound;
        part.multipliers = Rc::new(multipliers);
        if self.enough(part.bound) || self.answered() {
            self.close(&part);
            return;
        }
        self.settle(&mut part);
        if self.decided(&part) {
            self.close_exactly(part);
            return;
        }
        self.split(part, &share);
    }

    fn ascend(&mut self, part: &Part, plan: &Plan) -> Option<Ascent> {
        if !flow::holds(self.instance, &part.state) {
            return None;
        }
        let target = match self.best {
            Some(_) => self.target(),
            None => part.bound.max(1) * 11 / 10,
        };
        let start = part.multipliers.to_vec();
        // A yes-or-no question aims at next to nothing, so that its steps need a floor.
        let least_aim = if self.aim.ask.is_some() {
            1.0
        } else {
            plan.least_aim
        };
        let plan = &Plan { least_aim, ..*plan };
        self.dual
            .ascend(&part.rows, &part.state, start, target, plan)
    }

    /// Writes that a part has too few sites, or too little room for all.
    fn give_up(&mut self, part: &Part) {
        let everyone = (0..self.instance.people.len()).collect();
        let crowded = !flow::holds(self.instance, &part.state);
        let stuck = if crowded { everyone } else { Vec::new() };
        self.proof.write(part.step, Step::impossible(stuck));
    }

    /// Turns what the bound chose, last and on the whole, into choices.
    fn polish(&mut self, part: &Part, ascent: &Ascent) {
        let mut likely: Vec<usize> = (0..part.state.len())
            .filter(|site| part.state[*site] == Site::Free)
            .collect();
        likely.sort_by(|a, b| ascent.share[*b].total_cmp(&ascent.share[*a]).then(a.cmp(b)));
        let mut open: Vec<bool> = part.state.iter().map(|site| *site == Site::Open).collect();
        let takes = self.instance.open - open.iter().filter(|open| **open).count();
        for site in likely.iter().take(takes) {
            open[*site] = true;
        }
        likely.retain(|site| ascent.share[*site] > 0.01);
        self.likely = likely;
        let may = |site: usize| part.state[site] != Site::Shut;
        let cost = self.swap.cost(&part.rows, &open);
        let mut choice = Choice { open, cost };
        let worth = self
            .best
            .as_ref()
            .is_none_or(|best| i128::from(cost) * 100 <= i128::from(best.cost) * 103);
        if self.instance.capacity.is_some() {
            self.offer(choice.open.clone());
        } else if worth || part.depth == 0 {
            self.swap.improve(&part.rows, &mut choice, &may);
            self.offer(choice.open);
        }
    }

    /// Shakes the best choice and lets interchange settle it again.
    fn shake(&mut self, part: &Part) {
        if self.instance.capacity.is_some() {
            return;
        }
        let may = |site: usize| part.state[site] != Site::Shut;
        let enters: Vec<usize> = self
            .likely
            .iter()
            .copied()
            .filter(|site| may(*site))
            .collect();
        let until = self.dual.work / 2;
        while self.swap.work < until {
            let Some(best) = &self.best else { return };
            let mut open = best.open.clone();
            let mut leaves: Vec<usize> = (0..open.len())
                .filter(|site| open[*site] && !self.instance.stands[*site])
                .collect();
            if leaves.is_empty() || enters.is_empty() {
                return;
            }
            // Mostly a small shake; now and then half of all.
            let far = self.random(4) == 0;
            let moves = 2 + self.random(if far { leaves.len() } else { 4 });
            for _ in 0..moves.min(leaves.len()) {
                let enter = enters[self.random(enters.len())];
                let leave = self.random(leaves.len());
                if !open[enter] {
                    open[leaves.swap_remove(leave)] = false;
                    open[enter] = true;
                }
            }
            let cost = self.swap.cost(&part.rows, &open);
            let mut choice = Choice { open, cost };
            self.swap.improve(&part.rows, &mut choice, &may);
            self.offer(choice.open);
        }
    }

    /// The next number below `below` of a fixed sequence (splitmix64).
    fn random(&mut self, below: usize) -> usize {
        self.shakes = self.shakes.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.shakes;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let below64 = u64::try_from(below).unwrap_or(1).max(1);
        usize::try_from((z ^ (z >> 31)) % below64).unwrap_or(0)
    }

    /// Settles sites by their earnings: whoever would have to change sides at a cost that is too
    /// high. Returns whether any was, and writes the step.
    fn settle(&mut self, part: &mut Part) -> bool {
        let Some(bound) = self.dual.bound(&part.rows, &part.state, &part.multipliers) else {
            return false;
        };
        let target = self.target();
        let dual = &self.dual;
        let (takes, order) = (dual.takes, &dual.order);
        let last_in = takes
            .checked_sub(1)
            .map(|at| i128::from(dual.earns[order[at]]));
        let first_out = order.get(takes).map(|site| i128::from(dual.earns[*site]));
        let (mut shut, mut opened, mut least) = (Vec::new(), Vec::new(), i128::MAX);
        for (at, site) in order.iter().enumerate() {
            let earns = i128::from(dual.earns[*site]);
            if at < takes {
                // Without a replacement no choice is left that could be better.
                let without = first_out.map_or(i128::MAX, |out| bound - earns + out);
                if without >= target {
                    opened.push(*site);
                    least = least.min(without);
                }
            } else {
                let with = last_in.map_or(i128::MAX, |last| bound - last + earns);
                if with >= target {
                    shut.push(*site);
                    least = least.min(with);
                }
            }
        }
        if shut.is_empty() && opened.is_empty() {
            return false;
        }
        for site in &shut {
            part.state[*site] = Site::Shut;
        }
        for site in &opened {
            part.state[*site] = Site::Open;
        }
        let next = self.proof.reserve();
        self.proof.lower(least);
        let multipliers = part.multipliers.to_vec();
        self.proof.write(
            part.step,
            Step {
                shut,
                opened,
                ..Step::with(multipliers, Then::Next(next))
            },
        );
        part.step = next;
        let state = &part.state;
        part.rows = Rc::new(part.rows.keeping(|site| state[site] != Site::Shut));
        true
    }

    /// Whether nothing is left to choose.
    fn decided(&self, part: &Part) -> bool {
        let open = part
            .state
            .iter()
            .filter(|site| **site == Site::Open)
            .count();
        open == self.instance.open || open + free(&part.state) == self.instance.open
    }

    /// Closes a part with one choice left: the multipliers are what each demand pays in it.
    fn close_exactly(&mut self, mut part: Part) {
        let open: Vec<bool> = {
            let count = part
                .state
                .iter()
                .filter(|site| **site == Site::Open)
                .count();
            let all = count < self.instance.open;
            part.state
                .iter()
                .map(|site| *site == Site::Open || (all && *site == Site::Free))
                .collect()
        };
        self.offer(open.clone());
        let prices = match flow::settle(self.instance, &open, &mut self.flow_work) {
            Ok(settled) => settled.prices,
            Err(stuck) => {
                self.proof.write(part.step, Step::impossible(stuck));
                return;
            }
        };
        let scale = self.dual.scale;
        part.multipliers = Rc::new(prices.iter().map(|price| price * scale).collect());
        self.close(&part);
    }

    /// Ends a part: its bound stands in the proof.
    fn close(&mut self, part: &Part) {
        match self.dual.bound(&part.rows, &part.state, &part.multipliers) {
            None => self.give_up(part),
            Some(bound) => {
                self.proof.lower(bound);
                let multipliers = part.multipliers.to_vec();
                self.proof
                    .write(part.step, Step::with(multipliers, Then::End));
            }
        }
    }

    /// Splits a part by the site the bound is least sure about.
    fn split(&mut self, part: Part, share: &[f64]) {
        let Some(bound) = self.dual.bound(&part.rows, &part.state, &part.multipliers) else {
            self.give_up(&part);
            return;
        };
        let free = (0..part.state.len()).filter(|site| part.state[*site] == Site::Free);
        let earns = &self.dual.earns;
        let unsure = |site: usize| (share[site] - 0.5).abs();
        let by_doubt = |a: &usize, b: &usize| {
            unsure(*a)
                .total_cmp(&unsure(*b))
                .then(earns[*a].cmp(&earns[*b]))
        };
        let Some(site) = free.min_by(by_doubt) else {
            self.close_exactly(part);
            return;
        };
        let dual = &self.dual;
        let earns = i128::from(dual.earns[site]);
        let last_in = dual
            .takes
            .checked_sub(1)
            .map_or(0, |at| i128::from(dual.earns[dual.order[at]]));
        let first_out = dual
            .order
            .get(dual.takes)
            .map_or(0, |out| i128::from(dual.earns[*out]));
        let (with, without) = if dual.chosen[site] {
            (bound, bound - earns + first_out)
        } else {
            (bound - last_in + earns, bound)
        };
        let (opened, shut) = (self.proof.reserve(), self.proof.reserve());
        self.proof
            .write(part.step, Step::only(Then::Split { site, opened, shut }));
        for (to, bound, step) in [(Site::Open, with, opened), (Site::Shut, without, shut)] {
            let mut state = part.state.clone();
            state[site] = to;
            let rows = Rc::clone(&part.rows);
            let multipliers = Rc::clone(&part.multipliers);
            self.push(Part {
                bound,
                state,
                rows,
                multipliers,
                step,
                depth: part.depth + 1,
            });
        }
    }

    fn push(&mut self, part: Part) {
        self.queue.push(Reverse((part.bound, self.parts.len())));
        self.parts.push(Some(part));
    }
}

const ROOT: Plan = Plan {
    rounds: 400,
    stride: 1.0,
    least: 1e-4,
    mix: 0.05,
    patience: 12,
    least_aim: 0.5,
};

const BRANCH: Plan = Plan {
    rounds: 120,
    stride: 0.5,
    least: 1e-3,
    mix: 0.05,
    patience: 6,
    least_aim: 0.1,
};

fn free(state: &[Site]) -> usize {
    state.iter().filter(|site| **site == Site::Free).count()
}

fn ceil_div(parts: i128, scale: i64) -> i64 {
    let scale = i128::from(scale);
    let floor = parts.div_euclid(scale);
    let ceil = if parts.rem_euclid(scale) == 0 {
        floor
    } else {
        floor + 1
    };
    i64::try_from(ceil).unwrap_or(if ceil > 0 { i64::MAX } else { i64::MIN })
}

#[expect(clippy::cast_precision_loss, reason = "a ratio that only steers")]
fn real(n: i128) -> f64 {
    n as f64
}
