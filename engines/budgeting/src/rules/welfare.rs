//! Maximum welfare: of all sets of projects that fit the budget, one that satisfies most, exactly.
//!
//! What satisfies nobody is left out. Of sets that satisfy equally the cheaper is taken, then the
//! one that has the smallest id in which they differ.
//!
//! **Method**: dynamic programming over a core that grows from the greedy break outwards, with
//! dominated and hopeless states dropped: Pisinger, "A minimal algorithm for the 0-1 knapsack
//! problem" (Operations Research 45, 1997), carried to the full order above.

use crate::election::{Election, Profile};
use crate::rules::greedy;

/// More states than this are not kept: the instance is refused as too hard.
const MOST_STATES: usize = 20_000_000;

/// The knapsack was too hard: more than 20 million states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooHard;

/// A set of projects, as its difference from the greedy prefix.
#[derive(Debug, Clone, Copy)]
struct State {
    cost: i128,
    welfare: i128,
    node: u32,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    project: u32,
    cost: i128,
    welfare: i128,
}

struct Core {
    items: Vec<Item>,
    budget: i128,
    /// Items before this are in the base set.
    split: usize,
    /// (node before, item added or removed); node 0 is the base set.
    nodes: Vec<(u32, u32)>,
    best: Option<State>,
}

/// The projects of highest welfare, by id.
pub(crate) fn run(
    election: &Election,
    profile: &Profile,
    told: &mut dyn FnMut(u64),
) -> Result<Vec<u32>, TooHard> {
    let mut free = Vec::new();
    let mut items = Vec::new();
    for project in greedy::order(election, profile) {
        let cost = election.projects[project as usize].cost;
        let welfare = profile.welfare(project as usize);
        if welfare > 0 && cost == 0 {
            free.push(project);
        } else if welfare > 0 && cost <= election.budget {
            items.push(Item {
                project,
                cost: cost.into(),
                welfare,
            });
        }
    }
    let mut core = Core::new(items, election.budget.into());
    let mut chosen = core.solve(told)?;
    chosen.extend(free);
    chosen.sort_unstable();
    Ok(chosen)
}

impl Core {
    fn new(items: Vec<Item>, budget: i128) -> Self {
        let mut cost = 0;
        let fits = |item: &&Item| {
            cost += item.cost;
            cost <= budget
        };
        let split = items.iter().take_while(fits).count();
        Self {
            items,
            budget,
            split,
            nodes: vec![(0, 0)],
            best: None,
        }
    }

    fn solve(&mut self, told: &mut dyn FnMut(u64)) -> Result<Vec<u32>, TooHard> {
        let base = &self.items[..self.split];
        let start = State {
            cost: base.iter().map(|item| item.cost).sum(),
            welfare: base.iter().map(|item| item.welfare).sum(),
            node: 0,
        };
        let mut states = vec![start];
        // The core is items[low..high]; outside it all is as in the base set.
        let (mut low, mut high) = (self.split, self.split);
        self.keep(&mut states, low, high);
        while !states.is_empty() && (low > 0 || high < self.items.len()) {
            if high < self.items.len() {
                states = self.branch(&states, high)?;
                high += 1;
                self.keep(&mut states, low, high);
            }
            if low > 0 {
                low -= 1;
                states = self.branch(&states, low)?;
                self.keep(&mut states, low, high);
            }
            told(self.nodes.len() as u64);
        }
        Ok(self
            .best
            .map_or_else(Vec::new, |best| self.members(best.node)))
    }

    /// Every state without and with the item turned over, undominated, by cost.
    fn branch(&mut self, states: &[State], at: usize) -> Result<Vec<State>, TooHard> {
        let item = self.items[at];
        let sign = if at < self.split { -1 } else { 1 };
        let first = self.nodes.len();
        if first + states.len() > MOST_STATES {
            return Err(TooHard);
        }
        let index = u32::try_from(at).map_err(|_far| TooHard)?;
        self.nodes
            .extend(states.iter().map(|state| (state.node, index)));
        let turned = (first..).zip(states).map(|(node, state)| State {
            cost: state.cost + sign * item.cost,
            welfare: state.welfare + sign * item.welfare,
            node: u32::try_from(node).unwrap_or(u32::MAX),
        });
        let mut merged: Vec<State> = Vec::with_capacity(2 * states.len());
        let mut old = states.iter().copied().peekable();
        let mut new = turned.peekable();
        loop {
            let old_first = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(a), Some(b)) => self.goes_before(a, b),
            };
            let next = if old_first { old.next() } else { new.next() };
            // Whatever costs as much or more must satisfy more.
            if let Some(next) = next
                && merged.last().is_none_or(|last| next.welfare > last.welfare)
            {
                merged.push(next);
            }
        }
        Ok(merged)
    }

    /// Cheaper, then more satisfying, then with the smaller id.
    fn goes_before(&self, a: &State, b: &State) -> bool {
        a.cost
            .cmp(&b.cost)
            .then(b.welfare.cmp(&a.welfare))
            .then_with(|| {
                if self.has_smaller(a.node, b.node) {
                    std::cmp::Ordering::Less
                } else {
                    std::cmp::Ordering::Greater
                }
            })
            .is_lt()
    }

    /// Remember the best and drop what cannot become better, when items[low..high] are settled.
    fn keep(&mut self, states: &mut Vec<State>, low: usize, high: usize) {
        for state in states.iter().filter(|state| state.cost <= self.budget) {
            let better = self.best.is_none_or(|best| {
                (state.welfare, -state.cost) > (best.welfare, -best.cost)
                    || ((state.welfare, state.cost) == (best.welfare, best.cost)
                        && state.node != best.node
                        && self.has_smaller(state.node, best.node))
            });
            if better {
                self.best = Some(*state);
            }
        }
        let (added, removed) = (
            self.items.get(high).copied(),
            low.checked_sub(1).map(|at| self.items[at]),
        );
        let (budget, best) = (self.budget, self.best);
        states.retain(|state| hopeful(state, added, removed, budget, best));
    }

    /// Whether the first of two sets has the smallest project in which they differ.
    fn has_smaller(&self, a: u32, b: u32) -> bool {
        let (mut a, mut b) = (self.turned(a), self.turned(b));
        let by_project = |at: &u32| self.items[*at as usize].project;
        a.sort_unstable_by_key(by_project);
        b.sort_unstable_by_key(by_project);
        let key = |list: &[u32]| list.first().map_or(u32::MAX, by_project);
        let (mut a, mut b) = (a.as_slice(), b.as_slice());
        while !a.is_empty() && a.first() == b.first() {
            (a, b) = (&a[1..], &b[1..]);
        }
        let in_base = |list: &[u32]| list.first().is_some_and(|at| (*at as usize) < self.split);
        if key(a) < key(b) {
            !in_base(a)
        } else {
            in_base(b)
        }
    }

    /// The items in which a set differs from the base set.
    fn turned(&self, mut node: u32) -> Vec<u32> {
        let mut turned = Vec::new();
        while node != 0 {
            let (before, item) = self.nodes[node as usize];
            turned.push(item);
            node = before;
        }
        turned
    }

    fn members(&self, node: u32) -> Vec<u32> {
        let mut has: Vec<bool> = (0..self.items.len()).map(|at| at < self.split).collect();
        for at in self.turned(node) {
            has[at as usize] ^= true;
        }
        let items = self.items.iter().zip(has);
        items
            .filter(|(_, has)| *has)
            .map(|(item, _)| item.project)
            .collect()
    }
}

/// Whether a state can still become as good as the best: `added` is the most efficient item not
/// yet looked at, `removed` the least efficient that is still in.
fn hopeful(
    state: &State,
    added: Option<Item>,
    removed: Option<Item>,
    budget: i128,
    best: Option<State>,
) -> bool {
    let room = budget - state.cost;
    let at_rate = |amount: i128, item: Item| {
        amount
            .checked_mul(item.welfare)
            .map(|product| product.div_euclid(item.cost))
    };
    let bound = match (room >= 0, added, removed) {
        (true, None, _) => Some(state.welfare),
        (true, Some(item), _) => at_rate(room, item).map(|more| state.welfare + more),
        // Something must go, and nothing is left that could.
        (false, _, None) => return false,
        (false, _, Some(item)) => at_rate(room, item).map(|less| state.welfare + less),
    };
    let (Some(bound), Some(best)) = (bound, best) else {
        return true;
    };
    if bound != best.welfare {
        return bound > best.welfare;
    }
    // It can only be as satisfying: then it must not cost more.
    let missing = best.welfare - state.welfare;
    let item = if missing > 0 { added } else { removed };
    let least = item.and_then(|item| {
        let product = missing.checked_mul(item.cost)?;
        Some(state.cost - (-product).div_euclid(item.welfare))
    });
    least.is_none_or(|least| least <= best.cost)
}
