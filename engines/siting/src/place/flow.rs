//! Who goes where when sites hold only so many: the cheapest settlement of everybody among the open
//! sites, and the price of room at each that proves it.
//!
//! Everybody starts at their cheapest site; then, along cheapest chains of moves, people leave the
//! sites that are too full (successive shortest paths, on a graph whose nodes are the open sites).

use super::dual::Site;
use super::instance::{Instance, index};

/// Everybody settled.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    /// What all pay together.
    pub(super) cost: i64,
    /// For each demand, its sites with the people who go there; those missing stay outside.
    pub(super) goes: Vec<Vec<(usize, i64)>>,
    /// What each demand's next person would pay, room at their site included.
    pub(super) prices: Vec<i64>,
}

const NO: i64 = i64::MAX / 4;

/// Whether the sites that may be open could hold everybody who may not stay outside, ways aside.
pub(super) fn holds(instance: &Instance, state: &[Site]) -> bool {
    let (Some(capacity), None) = (&instance.capacity, instance.outside) else {
        return true;
    };
    let open = (0..state.len()).filter(|site| state[*site] == Site::Open);
    let sure: i64 = open.clone().map(|site| capacity[site]).sum();
    let mut more: Vec<i64> = (0..state.len())
        .filter(|site| state[*site] == Site::Free)
        .map(|site| capacity[site])
        .collect();
    more.sort_unstable_by(|a, b| b.cmp(a));
    let takes = instance.open.saturating_sub(open.count());
    sure + more.iter().take(takes).sum::<i64>() >= instance.everyone()
}

/// The cheapest settlement.
///
/// # Errors
/// Where the open sites cannot serve all who may not stay outside: demands with more people than
/// their sites hold.
pub(super) fn settle(
    instance: &Instance,
    open: &[bool],
    work: &mut u64,
) -> Result<Settled, Vec<usize>> {
    let mut settling = Settling::new(instance, open);
    if let Some(demand) = settling.unserved() {
        return Err(vec![demand]);
    }
    while settling.relieve()? {
        *work += settling.reads();
    }
    *work += settling.reads();
    Ok(settling.settled())
}

struct Settling<'a> {
    instance: &'a Instance,
    /// The open sites; the last, where there is an outside, is the outside.
    sites: Vec<usize>,
    /// Demand × open site.
    costs: Vec<i64>,
    /// Demand × open site: people.
    goes: Vec<i64>,
    /// Room left at each open site, below 0 where it is too full.
    room: Vec<i64>,
}

impl<'a> Settling<'a> {
    fn new(instance: &'a Instance, open: &[bool]) -> Self {
        let mut sites: Vec<usize> = (0..open.len()).filter(|site| open[*site]).collect();
        let mut place = vec![usize::MAX; open.len()];
        for (at, site) in sites.iter().enumerate() {
            place[*site] = at;
        }
        if instance.outside.is_some() {
            sites.push(usize::MAX);
        }
        let width = sites.len();
        let mut costs = vec![NO; width * instance.people.len()];
        let mut room: Vec<i64> = sites
            .iter()
            .map(|site| match &instance.capacity {
                Some(capacity) if *site != usize::MAX => capacity[*site],
                _ => NO,
            })
            .collect();
        let mut goes = vec![0; costs.len()];
        for (demand, row) in instance.rows.iter().enumerate() {
            let line = &mut costs[demand * width..(demand + 1) * width];
            for price in row.iter().filter(|price| open[index(price.site)]) {
                line[place[index(price.site)]] = i64::from(price.cost);
            }
            if let Some(price) = instance.outside {
                line[width - 1] = i64::from(price);
            }
            let cheapest = (0..width).min_by_key(|at| (line[*at], *at));
            if let Some(at) = cheapest.filter(|at| line[*at] < NO) {
                goes[demand * width + at] = instance.people[demand];
                room[at] -= instance.people[demand];
            }
        }
        Self {
            instance,
            sites,
            costs,
            goes,
            room,
        }
    }

    fn width(&self) -> usize {
        self.sites.len()
    }

    fn reads(&self) -> u64 {
        u64::try_from(self.costs.len()).unwrap_or(u64::MAX)
    }

    /// A demand that no open site serves.
    fn unserved(&self) -> Option<usize> {
        let width = self.width();
        (0..self.instance.people.len()).find(|demand| {
            self.goes[demand * width..(demand + 1) * width]
                .iter()
                .all(|people| *people == 0)
        })
    }

    /// The cheapest move of one person between each two sites, and whose.
    fn moves(&self) -> Vec<(i64, usize)> {
        let width = self.width();
        let mut moves = vec![(NO, usize::MAX); width * width];
        for demand in 0..self.instance.people.len() {
            let costs = &self.costs[demand * width..(demand + 1) * width];
            let goes = &self.goes[demand * width..(demand + 1) * width];
            for from in (0..width).filter(|from| goes[*from] > 0) {
                for (to, cost) in costs.iter().enumerate() {
                    let change = cost - costs[from];
                    let known = &mut moves[from * width + to];
                    if *cost < NO && change < known.0 {
                        *known = (change, demand);
                    }
                }
            }
        }
        moves
    }

    /// For each site the cheapest chain of moves to where `ends` allows, with the first step of it.
    fn chains(moves: &[(i64, usize)], ends: &[i64]) -> Vec<(i64, usize)> {
        let width = ends.len();
        let mut best: Vec<(i64, usize)> = ends.iter().map(|end| (*end, usize::MAX)).collect();
        for _ in 0..width {
            let mut moved = false;
            for from in 0..width {
                for to in (0..width).filter(|to| *to != from) {
                    let (change, _) = moves[from * width + to];
                    if change < NO && best[to].0 < NO && change + best[to].0 < best[from].0 {
                        best[from] = (change + best[to].0, to);
                        moved = true;
                    }
                }
            }
            if !moved {
                break;
            }
        }
        best
    }

    /// Moves people from one site that is too full; `false` when none is.
    ///
    /// # Errors
    /// When nobody can move from there: the demands stuck with each other.
    fn relieve(&mut self) -> Result<bool, Vec<usize>> {
        let width = self.width();
        let Some(fullest) = (0..width).find(|at| self.room[*at] < 0) else {
            return Ok(false);
        };
        let moves = self.moves();
        let ends: Vec<i64> = self
            .room
            .iter()
            .map(|room| if *room > 0 { 0 } else { NO })
            .collect();
        let chains = Self::chains(&moves, &ends);
        let full = (0..width).filter(|at| self.room[*at] < 0);
        let from = full
            .min_by_key(|at| (chains[*at].0, *at))
            .unwrap_or(fullest);
        if chains[from].0 >= NO {
            return Err(self.stuck(&moves, from));
        }
        let mut path = vec![from];
        let mut at = from;
        while chains[at].1 != usize::MAX {
            at = chains[at].1;
            path.push(at);
        }
        let mut people = (-self.room[from]).min(self.room[at]);
        for step in path.windows(2) {
            let whose = moves[step[0] * width + step[1]].1;
            people = people.min(self.goes[whose * width + step[0]]);
        }
        for step in path.windows(2) {
            let whose = moves[step[0] * width + step[1]].1;
            self.goes[whose * width + step[0]] -= people;
            self.goes[whose * width + step[1]] += people;
        }
        self.room[from] += people;
        self.room[at] -= people;
        Ok(true)
    }

    /// The demands at a site that is too full, and at all sites where its people could go.
    fn stuck(&self, moves: &[(i64, usize)], from: usize) -> Vec<usize> {
        let width = self.width();
        let mut among = vec![false; width];
        let mut next = vec![from];
        among[from] = true;
        while let Some(at) = next.pop() {
            for to in 0..width {
                if !among[to] && moves[at * width + to].0 < NO {
                    among[to] = true;
                    next.push(to);
                }
            }
        }
        let at_one = |demand: &usize| {
            let goes = &self.goes[demand * width..(demand + 1) * width];
            goes.iter()
                .zip(&among)
                .any(|(people, among)| *people > 0 && *among)
        };
        (0..self.instance.people.len()).filter(at_one).collect()
    }

    fn settled(&self) -> Settled {
        let width = self.width();
        // A site with room costs nothing more; a full one at most more than any chain of moves.
        let most = self
            .costs
            .iter()
            .filter(|cost| **cost < NO)
            .max()
            .map_or(0, |cost| cost + 1);
        let many = i64::try_from(width).unwrap_or(NO) * most;
        let ends: Vec<i64> = self
            .room
            .iter()
            .map(|room| if *room > 0 { 0 } else { many })
            .collect();
        let room_price = Self::chains(&self.moves(), &ends);
        let mut cost = 0;
        let mut goes = Vec::with_capacity(self.instance.people.len());
        let mut prices = Vec::with_capacity(self.instance.people.len());
        for demand in 0..self.instance.people.len() {
            let costs = &self.costs[demand * width..(demand + 1) * width];
            let line = &self.goes[demand * width..(demand + 1) * width];
            cost += costs
                .iter()
                .zip(line)
                .filter(|(_, n)| **n > 0)
                .map(|(c, n)| c * n)
                .sum::<i64>();
            let somewhere = (0..width).filter(|at| line[*at] > 0 && self.sites[*at] != usize::MAX);
            goes.push(somewhere.map(|at| (self.sites[at], line[at])).collect());
            let paid = costs
                .iter()
                .zip(&room_price)
                .map(|(c, (p, _))| c.saturating_add(*p))
                .min();
            prices.push(paid.unwrap_or(0));
        }
        Settled { cost, goes, prices }
    }
}
