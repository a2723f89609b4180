//! One run of the Method of Equal Shares at a given endowment.
//!
//! Every voter begins with the same amount. Again and again the project is bought whose
//! supporters can pay for it at the lowest price per satisfaction, each giving the same price per
//! point or all that is left; until no project's supporters have its cost.
//!
//! **Source**: Peters, Pierczyński and Skowron, "Proportional Participatory Budgeting with
//! Additive Utilities" (`NeurIPS` 2021).
//!
//! **How it is exact and fast.** What a purse holds is kept as a 62-bit whole number that is at
//! most [`Market::slack`] below the true amount; prices found with it are intervals. A project's
//! price only ever rises, so a heap of lower bounds says which projects to look at. Where the
//! intervals cannot tell two things apart, and for every price that is paid, the exact value is
//! taken from the [`Chain`].

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use num_bigint::BigInt;

use crate::chain::{Chain, Price};
use crate::election::{Profile, Support};

/// A purse that paid its last.
const SPENT: i64 = -1;

/// What a project may cost each point, from the purses as they stand; scaled by 2^shift.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: u64,
    high: u64,
}

/// A project whose supporters may be able to pay.
#[derive(Debug, Clone, Copy)]
struct Offer {
    project: u32,
    /// `None`: even whether they can pay is open.
    bounds: Option<Bounds>,
    /// Price per satisfaction, scaled; never above the true one.
    key: u128,
    key_high: u128,
}

/// The supporters of a project, split by whether they give all they have.
struct Split {
    /// How many give all, and what they paid before: points by purchase.
    count: u64,
    paid: Vec<u64>,
    /// The points of those who pay the full price.
    share: u64,
    /// Those of whom the bounds do not tell: group, size, points.
    open: Vec<(u32, u32, u32)>,
}

/// Room for runs over one profile, kept from run to run.
pub(crate) struct Market<'a> {
    pub(super) profile: &'a Profile,
    pub(super) costs: Vec<u64>,
    /// Supporters, those who are spent moved behind `active`.
    supports: Vec<Support>,
    active: Vec<usize>,
    /// What each voter of a group holds at least, scaled; or [`SPENT`].
    purses: Vec<i64>,
    /// At which purchase a group gave its last.
    pub(super) spent_at: Vec<u32>,
    /// At which purchase a project was bought.
    pub(super) bought_at: Vec<u32>,
    shift: u32,
    slack: u64,
    chain: Chain,
    heap: BinaryHeap<Reverse<(u128, u32)>>,
    bought: Vec<u32>,
}

/// Not yet.
const NEVER: u32 = u32::MAX;

impl<'a> Market<'a> {
    /// A market for the projects of `costs` that have supporters and cost something.
    pub(crate) fn new(profile: &'a Profile, costs: Vec<u64>) -> Self {
        Self {
            supports: profile.supports.clone(),
            active: vec![0; costs.len()],
            purses: vec![0; profile.sizes.len()],
            spent_at: vec![NEVER; profile.sizes.len()],
            bought_at: vec![NEVER; costs.len()],
            shift: 0,
            slack: 1,
            chain: Chain::new(0, 1),
            heap: BinaryHeap::new(),
            bought: Vec::new(),
            profile,
            costs,
        }
    }

    /// Run with `endowment`/`per` for each voter. Stops as soon as `limit` is passed; says whether
    /// that happened.
    pub(crate) fn run(&mut self, endowment: u128, per: u64, limit: u64) -> bool {
        self.open(endowment, per);
        let mut total = 0_u64;
        while let Some((project, price)) = self.cheapest() {
            self.buy(project, price);
            total = total.saturating_add(self.costs[project as usize]);
            if total > limit {
                return true;
            }
        }
        false
    }

    /// The projects bought in the last run, in order.
    pub(crate) fn bought(&self) -> &[u32] {
        &self.bought
    }

    /// The supported projects that cost something and were not bought.
    pub(crate) fn waiting(&self) -> Vec<u32> {
        (0_u32..)
            .zip(self.costs.iter().zip(&self.profile.shares))
            .filter(|(at, (cost, share))| {
                **cost > 0 && **share > 0 && self.bought_at[*at as usize] == NEVER
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// The prices per point of the last run.
    pub(crate) const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// How many supporters of purchase `at` gave all they had left (the others paid in full).
    pub(crate) fn gave_all(&self, at: usize) -> u64 {
        self.profile
            .supporters_of(self.bought[at] as usize)
            .iter()
            .filter(|support| self.spent_at[support.group as usize] as usize == at)
            .map(|support| u64::from(self.profile.sizes[support.group as usize]))
            .sum()
    }

    /// How many supporters of purchase `at` had nothing left to give.
    pub(crate) fn gave_nothing(&self, at: usize) -> u64 {
        self.profile
            .supporters_of(self.bought[at] as usize)
            .iter()
            .filter(|support| (self.spent_at[support.group as usize] as usize) < at)
            .map(|support| u64::from(self.profile.sizes[support.group as usize]))
            .sum()
    }

    /// What the supporters of a project hold together, over the chain's denominator.
    pub(crate) fn left(&self, project: usize) -> BigInt {
        let mut split = self.no_split();
        for support in self.profile.supporters_of(project) {
            if self.purses[support.group as usize] != SPENT {
                self.note(&mut split, support.group);
            }
        }
        self.chain.sum(split.count, &split.paid)
    }

    fn open(&mut self, endowment: u128, per: u64) {
        self.chain = Chain::new(endowment, per);
        self.bought.clear();
        self.spent_at.fill(NEVER);
        self.bought_at.fill(NEVER);
        let (whole, rest) = (endowment / u128::from(per), endowment % u128::from(per));
        self.shift = 62_u32.saturating_sub(whole.checked_ilog2().map_or(0, |log| log + 1));
        let purse = (whole << self.shift) + (rest << self.shift) / u128::from(per);
        self.purses.fill(i64::try_from(purse).unwrap_or(i64::MAX));
        self.slack = 1;
        self.heap.clear();
        for (project, cost) in self.costs.iter().enumerate() {
            self.active[project] = self.profile.range(project).len();
            let share = self.profile.shares[project];
            if *cost > 0 && share > 0 {
                let low = (u128::from(*cost) << self.shift) / u128::from(share);
                let low = u64::try_from(low).unwrap_or(u64::MAX);
                let key = self.key(project, low);
                self.heap.push(Reverse((key, index(project))));
            }
        }
    }

    /// Price per satisfaction, scaled by another 2^64: comparable between projects.
    fn key(&self, project: usize, price: u64) -> u128 {
        (u128::from(price) << 64) / u128::from(self.profile.weights[project])
    }

    /// The affordable project of the lowest price per satisfaction, the smaller id where equal.
    fn cheapest(&mut self) -> Option<(u32, Price)> {
        let mut offers: Vec<Offer> = Vec::new();
        let mut best = u128::MAX;
        while let Some(Reverse((key, project))) = self.heap.peek().copied() {
            if key > best {
                break;
            }
            self.heap.pop();
            if let Some(offer) = self.look(project, key) {
                best = best.min(offer.key_high);
                offers.push(offer);
            }
        }
        let (close, far): (Vec<Offer>, Vec<Offer>) =
            offers.into_iter().partition(|offer| offer.key <= best);
        for offer in far {
            self.heap.push(Reverse((offer.key, offer.project)));
        }
        self.decide(close)
    }

    /// Among offers that the bounds cannot tell apart, the exact best; the others go back.
    fn decide(&mut self, close: Vec<Offer>) -> Option<(u32, Price)> {
        let mut chosen: Option<(Offer, Price)> = None;
        for offer in close {
            // Where it was open whether they can pay, and they cannot, it is gone for good.
            let Some(price) = self.exact(&offer) else {
                continue;
            };
            let better = chosen.as_ref().is_none_or(|(other, other_price)| {
                let order = self.compare((offer.project, &price), (other.project, other_price));
                order.then(offer.project.cmp(&other.project)) == Ordering::Less
            });
            let loser = if better {
                chosen.replace((offer, price)).map(|(offer, _)| offer)
            } else {
                Some(offer)
            };
            if let Some(loser) = loser {
                self.heap.push(Reverse((loser.key, loser.project)));
            }
        }
        chosen.map(|(offer, price)| (offer.project, price))
    }

    /// Which of two projects has the lower price per satisfaction.
    fn compare(&self, one: (u32, &Price), other: (u32, &Price)) -> Ordering {
        let weight = |project: u32| self.profile.weights[project as usize];
        let left = &one.1.num * other.1.share * weight(other.0);
        left.cmp(&(&other.1.num * one.1.share * weight(one.0)))
    }

    /// Bounds on what a project costs each point now, from the purses; `None` when its supporters
    /// surely lack the money, which stays so.
    fn look(&mut self, project: u32, key: u128) -> Option<Offer> {
        let at = project as usize;
        let target = u128::from(self.costs[at]) << self.shift;
        let mut price = self.price_at_least(at, key);
        loop {
            let sums = self.sums(at, price);
            let missing = target.saturating_sub(sums.given);
            let slack = u128::from(sums.givers) * u128::from(self.slack);
            if sums.share == 0 {
                if missing == 0 || missing <= slack {
                    return Some(Offer {
                        project,
                        bounds: None,
                        key,
                        key_high: u128::MAX,
                    });
                }
                return None;
            }
            let share = u128::from(sums.share);
            let next = u64::try_from(missing.div_ceil(share)).unwrap_or(u64::MAX);
            if next > price {
                price = next;
                continue;
            }
            let low = missing.saturating_sub(slack) / share;
            let low = u64::try_from(low).unwrap_or(u64::MAX).min(price);
            return Some(Offer {
                project,
                bounds: Some(Bounds { low, high: price }),
                key: key.max(self.key(at, low)),
                key_high: self.key(at, price) + 1,
            });
        }
    }

    /// A price per point that is not above the true one, from a key.
    fn price_at_least(&self, project: usize, key: u128) -> u64 {
        let weight = u128::from(self.profile.weights[project]);
        // The key was rounded down, so this is too.
        let price = (key >> 32).saturating_mul(weight) >> 32;
        u64::try_from(price).unwrap_or(u64::MAX)
    }

    /// Who gives all and who pays in full at `price`; forgets the spent.
    fn sums(&mut self, project: usize, price: u64) -> Sums {
        let range = self.profile.range(project);
        let mut sums = Sums::default();
        let mut at = range.start;
        let mut end = range.start + self.active[project];
        while at < end {
            let Support { group, points } = self.supports[at];
            let purse = self.purses[group as usize];
            if purse == SPENT {
                end -= 1;
                self.supports.swap(at, end);
                continue;
            }
            at += 1;
            let size = self.profile.sizes[group as usize];
            if below(purse, price, points) {
                sums.given += u128::from(purse.unsigned_abs()) * u128::from(size);
                sums.givers += u64::from(size);
            } else {
                sums.share += u64::from(points) * u64::from(size);
            }
        }
        self.active[project] = end - range.start;
        sums
    }

    /// The exact price of an offer; `None` when its supporters lack the money after all.
    fn exact(&self, offer: &Offer) -> Option<Price> {
        let at = offer.project as usize;
        let bounds = offer.bounds.unwrap_or_else(|| Bounds {
            low: self.price_at_least(at, offer.key),
            high: u64::MAX,
        });
        let mut split = self.split(at, bounds);
        let cost = self.costs[at];
        let mut known = BTreeMap::new();
        loop {
            let given = self.chain.sum(split.count, &split.paid);
            let share = split.share
                + split
                    .open
                    .iter()
                    .map(|(_, size, points)| u64::from(*size) * u64::from(*points))
                    .sum::<u64>();
            if share == 0 {
                return None;
            }
            let price = self.chain.price(cost, &given, share);
            let poor: Vec<_> = split
                .open
                .extract_if(.., |(group, _, points)| {
                    self.order(*group, *points, &price, &mut known) == Ordering::Less
                })
                .collect();
            if poor.is_empty() {
                return Some(price);
            }
            for (group, ..) in poor {
                self.note(&mut split, group);
            }
        }
    }

    /// How a purse stands to what it would pay.
    fn order(
        &self,
        group: u32,
        points: u32,
        price: &Price,
        known: &mut BTreeMap<Vec<u64>, BigInt>,
    ) -> Ordering {
        let mut one = self.no_split();
        self.note_voter(&mut one, group);
        let purse = known
            .entry(one.paid)
            .or_insert_with_key(|paid| self.chain.sum(1, paid));
        (&*purse * price.share).cmp(&(&price.num * points))
    }

    fn no_split(&self) -> Split {
        Split {
            count: 0,
            paid: vec![0; self.chain.len()],
            share: 0,
            open: Vec::new(),
        }
    }

    /// The supporters of a project who surely give all, surely pay in full, or neither surely.
    fn split(&self, project: usize, bounds: Bounds) -> Split {
        let mut split = self.no_split();
        let from = self.profile.range(project).start;
        for Support { group, points } in &self.supports[from..from + self.active[project]] {
            let purse = self.purses[*group as usize];
            if purse == SPENT {
                continue;
            }
            let size = self.profile.sizes[*group as usize];
            let most = purse.saturating_add_unsigned(self.slack);
            if below(most, bounds.low, *points) {
                self.note(&mut split, *group);
            } else if below(purse, bounds.high, *points) {
                split.open.push((*group, size, *points));
            } else {
                split.share += u64::from(*points) * u64::from(size);
            }
        }
        split
    }

    /// A group whose voters give all: how many they are, and what they paid before.
    fn note(&self, split: &mut Split, group: u32) {
        let size = u64::from(self.profile.sizes[group as usize]);
        split.count += size;
        for (project, points) in self.profile.group(group) {
            if let Some(paid) = split
                .paid
                .get_mut(self.bought_at[*project as usize] as usize)
            {
                *paid += size * u64::from(*points);
            }
        }
    }

    /// The same for one voter of the group.
    fn note_voter(&self, split: &mut Split, group: u32) {
        for (project, points) in self.profile.group(group) {
            if let Some(paid) = split
                .paid
                .get_mut(self.bought_at[*project as usize] as usize)
            {
                *paid += u64::from(*points);
            }
        }
    }

    /// The supporters pay.
    fn buy(&mut self, project: u32, price: Price) {
        let at = project as usize;
        let high = self.chain.scaled_up(&price, self.shift);
        let low = high.saturating_sub(1);
        let now = index(self.chain.len());
        let mut known = BTreeMap::new();
        let from = self.profile.range(at).start;
        for place in from..from + self.active[at] {
            let Support { group, points } = self.supports[place];
            let purse = self.purses[group as usize];
            if purse == SPENT {
                continue;
            }
            let most = purse.saturating_add_unsigned(self.slack);
            let spent = below(most, low, points)
                || (below(purse.saturating_sub(1), high, points)
                    && self.order(group, points, &price, &mut known) != Ordering::Greater);
            if spent {
                self.purses[group as usize] = SPENT;
                self.spent_at[group as usize] = now;
            } else {
                let paid = u128::from(high) * u128::from(points);
                let left = u128::from(purse.unsigned_abs()).saturating_sub(paid);
                self.purses[group as usize] = i64::try_from(left).unwrap_or(i64::MAX);
            }
        }
        self.slack += u64::from(self.profile.most_points);
        self.bought_at[at] = now;
        self.bought.push(project);
        self.chain.push(price);
    }
}

/// Who gives what at a price.
#[derive(Debug, Default)]
struct Sums {
    /// The money of those who give all.
    given: u128,
    /// How many they are.
    givers: u64,
    /// The points of those who pay in full.
    share: u64,
}

/// Whether a purse lacks what `points` cost.
fn below(purse: i64, price: u64, points: u32) -> bool {
    i128::from(purse) < i128::from(price) * i128::from(points)
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("an election has fewer than 2^32 projects")
}
