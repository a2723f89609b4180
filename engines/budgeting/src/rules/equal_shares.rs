//! Equal Shares and its completions.
//!
//! **Source**: the published completions of equalshares.net: *utilitarian* buys what still fits,
//! most satisfaction for the money first; *Add1* gives every voter one more unit and runs again,
//! for as long as what is bought stays within the budget.

use crate::election::{Election, Profile};
use crate::fraction::Fraction;
use crate::rules::shares::Market;
use crate::rules::{greedy, leap};
use crate::tally::{Completion, Endowment, Options};

/// A purchase in a price system.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    pub(crate) project: u32,
    /// What each point pays at most.
    pub(crate) price: Fraction,
    /// How many supporters gave all they had left, being no more.
    pub(crate) gave_all: u64,
    /// How many had nothing left to give.
    pub(crate) gave_nothing: u64,
}

/// Why the endowment was not raised further.
#[derive(Debug, Clone)]
pub(crate) enum Ended {
    /// Nobody asked for it.
    NotRaised,
    /// No supported project fits any more.
    Exhaustive,
    /// All supported projects are bought.
    AllBought,
    /// One unit more, and these purchases cost more than there is.
    OverBudget(Fraction, Vec<Purchase>),
}

/// What Equal Shares bought, and the price system that shows it.
#[derive(Debug, Clone)]
pub(crate) struct Shares {
    /// What costs nothing and has support.
    pub(crate) free: Vec<u32>,
    pub(crate) purchases: Vec<Purchase>,
    /// Bought by the utilitarian completion.
    pub(crate) completed: Vec<u32>,
    pub(crate) endowment: Fraction,
    pub(crate) raised: u64,
    pub(crate) ended: Ended,
    /// For each project, what its supporters held together at the end of the price system.
    pub(crate) left: Vec<Fraction>,
}

/// Run the rule. `told` hears the number of units added so far.
pub(crate) fn run(
    election: &Election,
    profile: &Profile,
    options: Options,
    told: &mut dyn FnMut(u64),
) -> Shares {
    let costs = election.projects.iter().map(|project| project.cost);
    let mut market = Market::new(profile, costs.collect());
    let mut shares = Shares {
        free: free(election, profile),
        purchases: Vec::new(),
        completed: Vec::new(),
        endowment: Fraction::new(0, 1).expect("one is not zero"),
        raised: 0,
        ended: Ended::NotRaised,
        left: Vec::new(),
    };
    if election.voters() > 0 {
        raise(election, &mut market, options, &mut shares, told);
    }
    if matches!(
        options.completion,
        Completion::Utilitarian | Completion::Add1Utilitarian
    ) {
        let mut bought = shares.free.clone();
        bought.extend(shares.purchases.iter().map(|purchase| purchase.project));
        let spent = bought
            .iter()
            .map(|project| election.projects[*project as usize].cost)
            .sum();
        shares.completed = greedy::complete(election, profile, &bought, spent);
    }
    shares
}

/// Supported projects that cost nothing, by id. With cost satisfaction there are none: what costs
/// nothing then counts nothing.
pub(crate) fn free(election: &Election, profile: &Profile) -> Vec<u32> {
    (0_u32..)
        .zip(&election.projects)
        .filter(|(at, project)| project.cost == 0 && profile.is_supported(*at as usize))
        .map(|(at, _)| at)
        .collect()
}

/// What all voters together begin with, in the smallest unit.
pub(crate) fn first_endowment(election: &Election, kind: Endowment) -> u128 {
    let voters = election.voters();
    let whole = match kind {
        Endowment::Exact => return election.budget.into(),
        Endowment::WholeFen => (election.unit / 100).max(1),
        Endowment::Whole => election.unit,
    };
    // With amounts in hundredths or coarser, the smallest unit is whole already.
    u128::from(election.budget / voters / whole * whole) * u128::from(voters)
}

fn raise(
    election: &Election,
    market: &mut Market<'_>,
    options: Options,
    shares: &mut Shares,
    told: &mut dyn FnMut(u64),
) {
    let voters = election.voters();
    let add = matches!(
        options.completion,
        Completion::Add1 | Completion::Add1Utilitarian
    );
    let mut endowment = first_endowment(election, options.endowment);
    market.run(endowment, voters, u64::MAX);
    let step = u128::from(voters) * u128::from(election.unit);
    let mut patience = Patience::default();
    while let (true, None) = (add, finished(election, market, options)) {
        if patience.is_over(market.bought()) {
            let leap = leap::steps(market, election.unit, WORTH_IT);
            patience.learn(leap);
            endowment += step * u128::from(leap);
            shares.raised += leap;
        }
        let next = endowment + step;
        if market.run(next, voters, election.budget) {
            let purchases = purchases(market, election.unit);
            shares.ended = Ended::OverBudget(amount(next, voters, election.unit), purchases);
            market.run(endowment, voters, u64::MAX);
            break;
        }
        endowment = next;
        shares.raised += 1;
        told(shares.raised);
    }
    if add && matches!(shares.ended, Ended::NotRaised) {
        shares.ended = finished(election, market, options).unwrap_or(Ended::NotRaised);
    }
    shares.endowment = amount(endowment, voters, election.unit);
    shares.purchases = purchases(market, election.unit);
    shares.left = (0..election.projects.len())
        .map(|project| market.chain().amount(market.left(project), election.unit))
        .collect();
}

/// Looking for a leap takes about as long as so many runs.
const WORTH_IT: u64 = 64;

/// When it is worth the while to ask for how long nothing will change.
struct Patience {
    last: Vec<u32>,
    same: u64,
    /// After so many runs with one outcome.
    runs: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            last: Vec::new(),
            same: 0,
            runs: 16,
        }
    }
}

impl Patience {
    fn is_over(&mut self, bought: &[u32]) -> bool {
        if self.last == bought {
            self.same += 1;
        } else {
            self.same = 0;
            bought.clone_into(&mut self.last);
        }
        self.same >= self.runs
    }

    fn learn(&mut self, leap: u64) {
        self.same = 0;
        self.runs = match leap {
            0 => (2 * self.runs).min(4096),
            _ => (self.runs / 2).max(4),
        };
    }
}

fn amount(endowment: u128, voters: u64, unit: u64) -> Fraction {
    Fraction::new(endowment, u128::from(voters) * u128::from(unit))
        .expect("there are voters, and a unit is a power of ten")
}

/// Whether there is no use in raising the endowment.
fn finished(election: &Election, market: &Market<'_>, options: Options) -> Option<Ended> {
    let waiting = market.waiting();
    if waiting.is_empty() {
        return Some(Ended::AllBought);
    }
    let spent: u64 = market
        .bought()
        .iter()
        .map(|project| election.projects[*project as usize].cost)
        .sum();
    let left = election.budget.saturating_sub(spent);
    let fits = |project: &u32| election.projects[*project as usize].cost <= left;
    (options.stop_when_exhaustive && !waiting.iter().any(fits)).then_some(Ended::Exhaustive)
}

fn purchases(market: &Market<'_>, unit: u64) -> Vec<Purchase> {
    market
        .bought()
        .iter()
        .enumerate()
        .map(|(at, project)| Purchase {
            project: *project,
            price: market.chain().fraction(at, unit),
            gave_all: market.gave_all(at),
            gave_nothing: market.gave_nothing(at),
        })
        .collect()
}
