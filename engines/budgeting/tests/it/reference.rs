//! Every rule again, slowly and by its definition, on small elections full of ties.

use linli_budgeting::{
    BallotKind, Completion, Election, Endowment, Options, Rule, Satisfaction, verify,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};
use proptest::prelude::*;

use crate::world::{all_options, count, dear, drawn, election};

type Number = BigRational;

fn number(value: u64) -> Number {
    Number::from(BigInt::from(value))
}

/// Satisfaction of each voter with each project.
struct Utilities(Vec<Vec<Number>>);

impl Utilities {
    fn new(election: &Election, satisfaction: Satisfaction) -> Self {
        let scored = election.kind != BallotKind::Approval;
        let by_cost = match satisfaction {
            Satisfaction::Cost => !scored,
            Satisfaction::ScoreCost | Satisfaction::ListedCost => true,
            _ => false,
        };
        let listed = matches!(
            satisfaction,
            Satisfaction::ListedCost | Satisfaction::ListedCardinality
        );
        let voter = |at: usize| {
            let mut row = vec![Number::zero(); election.projects.len()];
            for mark in election.ballot(at) {
                let cost = election.projects[mark.project as usize].cost;
                let points = if listed { 1 } else { mark.points };
                let points = Number::from(BigInt::from(points));
                row[mark.project as usize] = points * number(if by_cost { cost } else { 1 });
            }
            row
        };
        Self((0..election.ends.len()).map(voter).collect())
    }

    fn total(&self, project: usize) -> Number {
        self.0.iter().map(|row| row[project].clone()).sum()
    }

    fn supported(&self, project: usize) -> bool {
        self.0.iter().any(|row| row[project].is_positive())
    }
}

fn cost(election: &Election, set: &[usize]) -> u64 {
    set.iter().map(|at| election.projects[*at].cost).sum()
}

/// Best satisfaction per cost of what fits, until nothing fits.
fn greedy(election: &Election, utilities: &Utilities, mut set: Vec<usize>) -> Vec<usize> {
    loop {
        let left = election.budget - cost(election, &set);
        let fits = (0..election.projects.len())
            .filter(|at| !set.contains(at) && election.projects[*at].cost <= left);
        let value = |at: &usize| {
            let (total, cost) = (utilities.total(*at), election.projects[*at].cost);
            if !total.is_positive() {
                (0, Number::zero())
            } else if cost == 0 {
                (1, Number::zero())
            } else {
                (0, total / number(cost))
            }
        };
        let best = fits.fold(None, |best: Option<usize>, at| match best {
            Some(best) if value(&best) >= value(&at) => Some(best),
            _ => Some(at),
        });
        match best {
            Some(best) => set.push(best),
            None => return set,
        }
    }
}

/// Of all sets that fit, of projects that please anybody: most satisfaction, then cheapest, then smallest ids first.
fn best_set(election: &Election, utilities: &Utilities) -> Vec<usize> {
    let count = election.projects.len();
    let sets = (0_u32..1 << count)
        .map(|bits| -> Vec<usize> { (0..count).filter(|at| bits >> at & 1 == 1).collect() });
    let key = |set: &Vec<usize>| {
        let welfare: Number = set.iter().map(|at| utilities.total(*at)).sum();
        let has: Vec<bool> = (0..count).map(|at| set.contains(&at)).collect();
        (welfare, std::cmp::Reverse(cost(election, set)), has)
    };
    let pleases = |set: &Vec<usize>| set.iter().all(|at| utilities.total(*at).is_positive());
    sets.filter(|set| cost(election, set) <= election.budget && pleases(set))
        .max_by_key(key)
        .unwrap()
}

/// The lowest price per satisfaction at which the supporters can pay.
fn price(cost: u64, purses: &[Number], project: usize, utilities: &Utilities) -> Option<Number> {
    let give = |price: &Number| -> Number {
        let voters = purses.iter().zip(&utilities.0);
        voters
            .filter(|(_, row)| row[project].is_positive())
            .map(|(purse, row)| purse.clone().min(price * &row[project]))
            .sum()
    };
    // Between two prices at which somebody runs dry, what is given grows at one rate.
    let mut prices: Vec<Number> = purses
        .iter()
        .zip(&utilities.0)
        .filter(|(_, row)| row[project].is_positive())
        .map(|(purse, row)| purse / &row[project])
        .collect();
    prices.push(Number::zero());
    prices.sort();
    prices.windows(2).find_map(|pair| {
        let (low, high) = (give(&pair[0]), give(&pair[1]));
        (high >= number(cost)).then(|| {
            let rate = (high - &low) / (&pair[1] - &pair[0]);
            &pair[0] + (number(cost) - low) / rate
        })
    })
}

fn equal_shares(election: &Election, utilities: &Utilities, endowment: &Number) -> Vec<usize> {
    let mut purses = vec![endowment.clone(); election.ends.len()];
    let mut set: Vec<usize> = (0..election.projects.len())
        .filter(|at| election.projects[*at].cost == 0 && utilities.supported(*at))
        .collect();
    loop {
        let offers = (0..election.projects.len()).filter_map(|at| {
            let cost = election.projects[at].cost;
            (cost > 0 && !set.contains(&at))
                .then(|| Some((price(cost, &purses, at, utilities)?, at)))
                .flatten()
        });
        let Some((price, project)) = offers.min() else {
            return set;
        };
        for (purse, row) in purses.iter_mut().zip(&utilities.0) {
            if row[project].is_positive() {
                let pays = purse.clone().min(&price * &row[project]);
                *purse -= pays;
            }
        }
        set.push(project);
    }
}

fn add1(
    election: &Election,
    utilities: &Utilities,
    mut endowment: Number,
    options: Options,
) -> Vec<usize> {
    let mut set = equal_shares(election, utilities, &endowment);
    loop {
        let waiting: Vec<usize> = (0..election.projects.len())
            .filter(|at| election.projects[*at].cost > 0)
            .filter(|at| utilities.supported(*at) && !set.contains(at))
            .collect();
        let left = election.budget - cost(election, &set);
        let fits = |at: &usize| election.projects[*at].cost <= left;
        if waiting.is_empty() || (options.stop_when_exhaustive && !waiting.iter().any(fits)) {
            return set;
        }
        endowment += number(election.unit);
        let next = equal_shares(election, utilities, &endowment);
        if cost(election, &next) > election.budget {
            return set;
        }
        set = next;
    }
}

fn phragmen(election: &Election) -> Vec<usize> {
    let approves = |voter: usize, at: usize| {
        let ballot = election.ballot(voter);
        ballot.iter().any(|mark| mark.project as usize == at)
    };
    let mut loads = vec![Number::zero(); election.ends.len()];
    let mut set = Vec::new();
    loop {
        let waiting: Vec<usize> = (0..election.projects.len())
            .filter(|at| election.projects[*at].cost <= election.budget && !set.contains(at))
            .collect();
        let time = |at: usize| {
            let voters = (0..loads.len()).filter(|voter| approves(*voter, at));
            let loads: Vec<&Number> = voters.map(|voter| &loads[voter]).collect();
            if loads.is_empty() {
                return (true, Number::zero());
            }
            let sum: Number = loads.iter().copied().sum();
            (
                false,
                (sum + number(election.projects[at].cost)) / number(loads.len() as u64),
            )
        };
        let Some(first) = waiting.iter().map(|at| time(*at)).min() else {
            return set;
        };
        let tied: Vec<usize> = waiting
            .into_iter()
            .filter(|at| time(*at) == first)
            .collect();
        let left = election.budget - cost(election, &set);
        if tied.iter().any(|at| election.projects[*at].cost > left) {
            return set;
        }
        for (voter, load) in loads.iter_mut().enumerate() {
            if approves(voter, tied[0]) {
                *load = first.1.clone();
            }
        }
        set.push(tied[0]);
    }
}

fn expected(election: &Election, options: Options) -> Vec<String> {
    let utilities = Utilities::new(election, options.satisfaction);
    let set = match options.rule {
        Rule::Greedy => greedy(election, &utilities, Vec::new()),
        Rule::MaxWelfare => best_set(election, &utilities),
        Rule::Phragmen => phragmen(election),
        Rule::EqualShares => {
            let adds = matches!(
                options.completion,
                Completion::Add1 | Completion::Add1Utilitarian
            );
            let voters = election.voters().max(1);
            let part = number(election.budget) / number(voters);
            let part = match options.endowment {
                Endowment::Exact => part,
                Endowment::Whole => (part / number(election.unit)).floor() * number(election.unit),
                Endowment::WholeFen => part.floor(),
            };
            let set = if adds && election.voters() > 0 {
                add1(election, &utilities, part, options)
            } else {
                equal_shares(election, &utilities, &part)
            };
            match options.completion {
                Completion::Utilitarian | Completion::Add1Utilitarian => {
                    greedy(election, &utilities, set)
                }
                Completion::None | Completion::Add1 => set,
            }
        }
    };
    set.iter()
        .map(|at| election.projects[*at].id.clone())
        .collect()
}

/// Count, compare, and have the checker look at it.
fn compare(text: &str, options: Options) {
    let election = election(text);
    let tally = count(&election, options);
    assert_eq!(
        tally.selected,
        expected(&election, options),
        "{options:?}\n{text}"
    );
    verify(&election, &tally).unwrap_or_else(|flaws| panic!("{flaws:?} {options:?}\n{text}"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn approval_ballots_are_counted_by_the_definitions(text in drawn("approval")) {
        for options in all_options() {
            compare(&text, options);
        }
    }

    #[test]
    fn points_and_ranks_are_counted_by_the_definitions(
        text in prop_oneof![drawn("cumulative"), drawn("ordinal")],
    ) {
        let satisfactions = [
            Satisfaction::Cost,
            Satisfaction::ScoreCost,
            Satisfaction::ListedCost,
            Satisfaction::ListedCardinality,
        ];
        for options in all_options() {
            for satisfaction in satisfactions {
                let options = Options { satisfaction, ..options };
                if options.rule != Rule::Phragmen {
                    compare(&text, options);
                }
            }
        }
    }

    #[test]
    fn long_stretches_without_a_change_are_leapt_over_rightly(
        text in prop_oneof![dear("approval"), dear("cumulative")],
    ) {
        for satisfaction in [Satisfaction::Cost, Satisfaction::ScoreCost, Satisfaction::Score] {
            for stop_when_exhaustive in [false, true] {
                compare(&text, Options {
                    satisfaction,
                    completion: Completion::Add1,
                    stop_when_exhaustive,
                    ..Options::default()
                });
            }
        }
    }

    #[test]
    fn whole_endowments_are_cut_off(text in drawn("approval")) {
        for endowment in [Endowment::Whole, Endowment::WholeFen] {
            for completion in [Completion::None, Completion::Add1] {
                let options = Options { endowment, completion, ..Options::default() };
                compare(&text, options);
            }
        }
    }
}
