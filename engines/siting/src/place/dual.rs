//! The bound: what any choice must cost at least.
//!
//! Each person of a demand carries a multiplier, the price they are ready to pay. A site then earns
//! what its people are ready to pay above its own price, and no choice can cost less than the sum of
//! the multipliers less the best earnings of as many sites as may open (Lagrangian relaxation of
//! "everybody is served once"; Cornuéjols, Fisher and Nemhauser 1977). Every such number is a valid
//! bound whatever the multipliers are, so it is computed in whole numbers, and anybody can compute
//! it again.
//!
//! The multipliers are raised by the volume algorithm (Barahona and Anbil 2000).

use super::instance::{Instance, Rows, index};

/// What has been decided about a site in a part of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// Nothing yet.
    Free,
    /// It is open.
    Open,
    /// It is closed.
    Shut,
}

/// The best multipliers found and what they prove.
#[derive(Debug, Clone)]
pub(super) struct Ascent {
    /// For each demand, in parts of a unit of price for each person.
    pub(super) multipliers: Vec<i64>,
    /// The bound, in the same parts.
    pub(super) bound: i128,
    /// How often each site was chosen of late: near 0 or 1 where the bound has made up its mind.
    pub(super) share: Vec<f64>,
}

/// Evaluates multipliers over one part of the search.
#[derive(Debug)]
pub(super) struct Dual<'a> {
    instance: &'a Instance,
    pub(super) scale: i64,
    /// What each site earns (at most 0), at the last multipliers.
    pub(super) earns: Vec<i64>,
    /// Whether the relaxed choice has the site, at the last multipliers.
    pub(super) chosen: Vec<bool>,
    /// Free sites, best earner first.
    pub(super) order: Vec<usize>,
    /// How many free sites the relaxed choice takes.
    pub(super) takes: usize,
    /// 1 less how often each demand is served.
    lack: Vec<f64>,
    /// With capacities: each site's offers as (profit a person, people, demand).
    offers: Vec<Vec<(i64, i64, usize)>>,
    /// Prices read so far: the measure of work.
    pub(super) work: u64,
}

impl<'a> Dual<'a> {
    pub(super) fn new(instance: &'a Instance, scale: i64) -> Self {
        let sites = instance.sites();
        Self {
            instance,
            scale,
            earns: vec![0; sites],
            chosen: vec![false; sites],
            order: Vec::new(),
            takes: 0,
            lack: vec![0.0; instance.people.len()],
            offers: vec![
                Vec::new();
                if instance.capacity.is_some() {
                    sites
                } else {
                    0
                }
            ],
            work: 0,
        }
    }

    /// The bound of these multipliers where sites are as `state` says; `None` where too few sites
    /// are left, so that no choice exists.
    pub(super) fn bound(
        &mut self,
        rows: &Rows,
        state: &[Site],
        multipliers: &[i64],
    ) -> Option<i128> {
        self.earn(rows, multipliers);
        let open = state.iter().filter(|site| **site == Site::Open).count();
        self.takes = self.instance.open.checked_sub(open)?;
        self.order.clear();
        self.order
            .extend((0..state.len()).filter(|site| state[*site] == Site::Free));
        if self.takes > self.order.len() {
            return None;
        }
        let earns = &self.earns;
        self.order
            .sort_unstable_by_key(|site| (earns[*site], *site));
        self.chosen.fill(false);
        let mut sum: i128 = 0;
        let opened = (0..state.len()).filter(|site| state[*site] == Site::Open);
        for site in opened.chain(self.order[..self.takes].iter().copied()) {
            self.chosen[site] = true;
            sum += i128::from(earns[site]);
        }
        let people = self.instance.people.iter().zip(multipliers);
        Some(sum + people.map(|(n, m)| i128::from(n * m)).sum::<i128>())
    }

    fn earn(&mut self, rows: &Rows, multipliers: &[i64]) {
        self.earns.fill(0);
        for offers in &mut self.offers {
            offers.clear();
        }
        for (demand, row) in rows.iter().enumerate() {
            let (people, ready) = (self.instance.people[demand], multipliers[demand]);
            for price in row {
                let profit = i64::from(price.cost) * self.scale - ready;
                if profit >= 0 {
                    break;
                }
                self.work += 1;
                let site = index(price.site);
                if self.offers.is_empty() {
                    self.earns[site] += people * profit;
                } else {
                    self.offers[site].push((profit, people, demand));
                }
            }
        }
        if let Some(capacity) = &self.instance.capacity {
            for (site, offers) in self.offers.iter_mut().enumerate() {
                self.earns[site] = fill(offers, capacity[site]);
            }
        }
    }

    /// How far each demand is from being served once, by the sites last chosen.
    fn lacks(&mut self, rows: &Rows, multipliers: &[i64]) {
        self.lack.fill(1.0);
        if self.offers.is_empty() {
            for (demand, row) in rows.iter().enumerate() {
                let ready = multipliers[demand];
                let within = |cost: u32| i64::from(cost) * self.scale < ready;
                for price in row.iter().take_while(|price| within(price.cost)) {
                    if self.chosen[index(price.site)] {
                        self.lack[demand] -= 1.0;
                    }
                }
            }
            return;
        }
        let chosen = self
            .offers
            .iter()
            .zip(&self.chosen)
            .filter(|(_, chosen)| **chosen);
        for (offers, _) in chosen {
            for (_, taken, demand) in offers {
                self.lack[*demand] -= real(*taken) / real(self.instance.people[*demand]);
            }
        }
    }

    /// Raises the multipliers from `start` until the bound reaches `target`, `rounds` have passed or
    /// steps have become too small to matter.
    pub(super) fn ascend(
        &mut self,
        rows: &Rows,
        state: &[Site],
        start: Vec<i64>,
        target: i128,
        plan: &Plan,
    ) -> Option<Ascent> {
        let mut best = Ascent {
            bound: self.bound(rows, state, &start)?,
            multipliers: start,
            share: self
                .chosen
                .iter()
                .map(|chosen| if *chosen { 1.0 } else { 0.0 })
                .collect(),
        };
        self.lacks(rows, &best.multipliers);
        let mut way = self.lack.clone();
        let mut trial = best.multipliers.clone();
        let ceiling = self.instance.ceiling() * self.scale;
        let (mut stride, mut idle) = (plan.stride, 0_u32);
        for _ in 0..plan.rounds {
            if best.bound >= target || stride < plan.least {
                break;
            }
            let size: f64 = way
                .iter()
                .zip(&self.instance.people)
                .map(|(w, n)| w * w * real(*n))
                .sum();
            if size <= 0.0 {
                break;
            }
            let aim = real128(target - best.bound).max(plan.least_aim * real(self.scale)) * 1.02;
            let step = stride * aim / size;
            for (demand, trial) in trial.iter_mut().enumerate() {
                let moved = best.multipliers[demand].saturating_add(whole(step * way[demand]));
                *trial = moved.clamp(0, ceiling);
            }
            let bound = self.bound(rows, state, &trial)?;
            self.lacks(rows, &trial);
            let along: f64 = (0..way.len())
                .map(|demand| way[demand] * self.lack[demand] * real(self.instance.people[demand]))
                .sum();
            let mix = plan.mix;
            for (way, lack) in way.iter_mut().zip(&self.lack) {
                *way += mix * (lack - *way);
            }
            for (share, chosen) in best.share.iter_mut().zip(&self.chosen) {
                *share += mix * (if *chosen { 1.0 } else { 0.0 } - *share);
            }
            if bound > best.bound {
                best.bound = bound;
                std::mem::swap(&mut best.multipliers, &mut trial);
                idle = 0;
                if along >= 0.0 {
                    stride = (stride * 1.1).min(2.0);
                }
            } else {
                idle += 1;
                if idle >= plan.patience {
                    stride *= 0.66;
                    idle = 0;
                }
            }
        }
        Some(best)
    }
}

/// How an ascent goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) rounds: u32,
    pub(super) stride: f64,
    pub(super) least: f64,
    pub(super) mix: f64,
    pub(super) patience: u32,
    pub(super) least_aim: f64,
}

/// Takes the most profitable people up to the capacity; leaves those taken, returns what they bring.
fn fill(offers: &mut Vec<(i64, i64, usize)>, capacity: i64) -> i64 {
    let wanted: i64 = offers.iter().map(|(_, people, _)| people).sum();
    let mut room = capacity;
    if wanted > capacity {
        offers.sort_unstable();
        for (_, people, _) in offers.iter_mut() {
            *people = (*people).min(room);
            room -= *people;
        }
        offers.retain(|(_, people, _)| *people > 0);
    }
    offers
        .iter()
        .map(|(profit, people, _)| profit * people)
        .sum()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "step sizes only: bounds are whole numbers"
)]
fn real(n: i64) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "step sizes only: bounds are whole numbers"
)]
fn real128(n: i128) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded, saturating at the ends"
)]
fn whole(x: f64) -> i64 {
    x.round() as i64
}
