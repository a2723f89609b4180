//! Good choices fast: a greedy start, then interchange until no swap of an open for a closed site
//! helps, then small shakes and interchange again.
//!
//! Source: Teitz and Bart 1968; the tables of gain, loss and extra are those of Resende and Werneck,
//! "A fast swap-based local search procedure for location problems" (2007). One look at all swaps
//! costs as much as reading each demand's prices up to its second open site.

use super::instance::{Instance, Rows, index};

/// A set of open sites and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Whether each site is open.
    pub(super) open: Vec<bool>,
    /// The sum over all people.
    pub(super) cost: i64,
}

/// Interchange over one instance. `far` is what a person pays whom no open site serves: the price
/// of staying outside, or, where nobody may, more than any site asks.
#[derive(Debug)]
pub(super) struct Interchange<'a> {
    instance: &'a Instance,
    far: i64,
    place: Vec<usize>,
    gain: Vec<i64>,
    loss: Vec<i64>,
    extra: Vec<i64>,
    /// Prices read so far: the measure of work.
    pub(super) work: u64,
}

impl<'a> Interchange<'a> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        let far = match instance.outside {
            Some(price) => i64::from(price),
            None => 2 * i64::from(instance.dearest()),
        };
        Self {
            instance,
            far,
            place: vec![usize::MAX; instance.sites()],
            gain: vec![0; instance.sites()],
            loss: Vec::new(),
            extra: Vec::new(),
            work: 0,
        }
    }

    /// What these open sites cost, capacities aside.
    pub(super) fn cost(&mut self, rows: &Rows, open: &[bool]) -> i64 {
        let mut sum = 0;
        for (row, people) in rows.iter().zip(&self.instance.people) {
            let at = row.iter().position(|price| open[index(price.site)]);
            self.work += 1 + u64::try_from(at.unwrap_or(row.len())).unwrap_or(0);
            let cost = at.map_or(self.far, |at| i64::from(row[at].cost).min(self.far));
            sum += people * cost;
        }
        sum
    }

    /// Opens, one after the other, the site that saves most, among those that `may` open.
    pub(super) fn greedy(&mut self, rows: &Rows, may: &dyn Fn(usize) -> bool) -> Choice {
        let instance = self.instance;
        let mut open = instance.stands.clone();
        let mut near: Vec<i64> = rows
            .iter()
            .map(|row| {
                let first = row.iter().find(|price| open[index(price.site)]);
                first.map_or(self.far, |price| i64::from(price.cost).min(self.far))
            })
            .collect();
        for _ in open.iter().filter(|open| **open).count()..instance.open {
            let mut saves = vec![0_i64; open.len()];
            for ((row, people), near) in rows.iter().zip(&instance.people).zip(&near) {
                for price in row.iter().take_while(|price| i64::from(price.cost) < *near) {
                    self.work += 1;
                    saves[index(price.site)] += people * (near - i64::from(price.cost));
                }
            }
            let free = (0..open.len()).filter(|site| !open[*site] && may(*site));
            let Some(best) = free.max_by_key(|site| (saves[*site], std::cmp::Reverse(*site)))
            else {
                break;
            };
            open[best] = true;
            for (row, near) in rows.iter().zip(&mut near) {
                let cheaper = row.iter().take_while(|price| i64::from(price.cost) < *near);
                if let Some(price) = cheaper.filter(|price| index(price.site) == best).last() {
                    *near = i64::from(price.cost);
                }
            }
        }
        let cost = self.cost(rows, &open);
        Choice { open, cost }
    }

    /// Swaps while that helps. Sites that stand are never closed.
    pub(super) fn improve(
        &mut self,
        rows: &Rows,
        choice: &mut Choice,
        may: &dyn Fn(usize) -> bool,
    ) {
        while let Some((enter, leave, change)) = self.best_swap(rows, &choice.open, may) {
            choice.open[enter] = true;
            choice.open[leave] = false;
            choice.cost += change;
        }
    }

    /// The swap that lowers the cost most: which site enters, which leaves, by how much.
    fn best_swap(
        &mut self,
        rows: &Rows,
        open: &[bool],
        may: &dyn Fn(usize) -> bool,
    ) -> Option<(usize, usize, i64)> {
        let opened: Vec<usize> = (0..open.len()).filter(|site| open[*site]).collect();
        self.tabulate(rows, open, &opened);
        let width = opened.len();
        let mut best = (usize::MAX, usize::MAX, 0);
        for enter in (0..open.len()).filter(|site| !open[*site] && may(*site)) {
            let extra = &self.extra[enter * width..(enter + 1) * width];
            for (at, leave) in opened.iter().enumerate() {
                let change = self.loss[at] - self.gain[enter] - extra[at];
                if change < best.2 && !self.instance.stands[*leave] {
                    best = (enter, *leave, change);
                }
            }
        }
        (best.2 < 0).then_some(best)
    }

    /// Fills the tables: what each closed site would gain, what each open one would lose, and what
    /// both together save of that loss.
    fn tabulate(&mut self, rows: &Rows, open: &[bool], opened: &[usize]) {
        let width = opened.len();
        for (at, site) in opened.iter().enumerate() {
            self.place[*site] = at;
        }
        self.gain.fill(0);
        self.loss.clear();
        self.loss.resize(width, 0);
        self.extra.clear();
        self.extra.resize(width * open.len(), 0);
        for (row, people) in rows.iter().zip(&self.instance.people) {
            let mut found = row
                .iter()
                .enumerate()
                .filter(|(_, price)| open[index(price.site)]);
            let first = found.next();
            let second = found.next();
            let (near, at) = first.map_or((self.far, usize::MAX), |(_, price)| {
                (i64::from(price.cost), self.place[index(price.site)])
            });
            let next = second.map_or(self.far, |(_, price)| i64::from(price.cost));
            let upto = second.map_or(row.len(), |(end, _)| end);
            self.work += 1 + u64::try_from(upto).unwrap_or(0);
            if at != usize::MAX {
                self.loss[at] += people * (next - near);
            }
            for price in row[..upto].iter().filter(|price| !open[index(price.site)]) {
                let (site, cost) = (index(price.site), i64::from(price.cost));
                if cost < near {
                    self.gain[site] += people * (near - cost);
                }
                if at != usize::MAX && cost < next {
                    self.extra[site * width + at] += people * (next - cost.max(near));
                }
            }
        }
    }
}
