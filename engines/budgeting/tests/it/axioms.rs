//! What the rules promise, as properties of drawn elections.

use linli_budgeting::{Completion, Election, Options, Rule, Satisfaction};
use proptest::prelude::*;

use crate::world::{all_options, count, drawn, election, rule, shares};

fn cost(election: &Election, set: &[usize]) -> u64 {
    set.iter().map(|at| election.projects[*at].cost).sum()
}

fn selected(election: &Election, options: Options) -> Vec<usize> {
    let tally = count(election, options);
    let ids = tally.selected.iter();
    ids.map(|id| election.find(id).unwrap()).collect()
}

fn approves(election: &Election, voter: usize, project: usize) -> bool {
    let ballot = election.ballot(voter);
    ballot.iter().any(|mark| mark.project as usize == project)
}

/// Extended justified representation up to any one project (Peters, Pierczyński, Skowron 2021) for
/// approvals: whenever a group could pay for a set that all of them approve with their part of the
/// budget, one of them gets as much satisfaction as from that set, but for one more project.
fn is_proportional(election: &Election, bought: &[usize], by_cost: bool) -> bool {
    let voters = election.ends.len();
    let worth = |project: usize| match by_cost {
        true => election.projects[project].cost,
        false => 1,
    };
    let count = election.projects.len();
    (1_u32..1 << count).all(|bits| {
        let set: Vec<usize> = (0..count).filter(|at| bits >> at & 1 == 1).collect();
        let fans: Vec<usize> = (0..voters)
            .filter(|voter| {
                set.iter()
                    .all(|project| approves(election, *voter, *project))
            })
            .collect();
        let entitled = u128::from(cost(election, &set)) * voters as u128
            <= u128::from(election.budget) * fans.len() as u128;
        let goal: u64 = set.iter().map(|project| worth(*project)).sum();
        !entitled
            || fans.is_empty()
            || fans.iter().any(|voter| {
                let has = bought.iter().filter(|at| approves(election, *voter, **at));
                let has: u64 = has.map(|at| worth(*at)).sum();
                let more = set
                    .iter()
                    .filter(|at| !bought.contains(at))
                    .map(|at| worth(*at));
                has >= goal || has + more.max().unwrap_or(0) > goal
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn cohesive_groups_are_served(text in drawn("approval")) {
        let election = election(&text);
        for completion in [Completion::None, Completion::Utilitarian] {
            for (satisfaction, by_cost) in
                [(Satisfaction::Cost, true), (Satisfaction::Cardinality, false)]
            {
                let bought = selected(&election, shares(satisfaction, completion));
                prop_assert!(is_proportional(&election, &bought, by_cost), "{bought:?}");
            }
        }
    }

    #[test]
    fn nothing_passes_the_budget_and_what_is_exhaustive_is(text in drawn("approval")) {
        let election = election(&text);
        for options in all_options() {
            let bought = selected(&election, options);
            let spent = cost(&election, &bought);
            prop_assert!(spent <= election.budget);
            let exhaustive = options.rule == Rule::Greedy
                || matches!(options.completion, Completion::Utilitarian | Completion::Add1Utilitarian);
            if exhaustive {
                let fits = (0..election.projects.len())
                    .any(|at| !bought.contains(&at) && spent + election.projects[at].cost <= election.budget);
                prop_assert!(!fits, "{options:?} {bought:?}");
            }
        }
    }

    #[test]
    fn the_order_and_the_names_of_voters_do_not_matter(text in drawn("approval"), seed: u64) {
        let (head, votes) = text.split_once("VOTES\n").unwrap();
        let mut lines: Vec<&str> = votes.lines().skip(1).collect();
        let count_lines = lines.len().max(1);
        lines.rotate_left(usize::try_from(seed % count_lines as u64).unwrap());
        lines.reverse();
        let turned = format!("{head}VOTES\nvoter_id;vote\n{}\n", lines.join("\n"));
        let (one, other) = (election(&text), election(turned.trim_end_matches('\n')));
        for options in all_options() {
            prop_assert_eq!(count(&one, options), count(&other, options));
        }
    }

    #[test]
    fn one_more_vote_does_not_cost_a_project_its_place(text in drawn("approval"), at in any::<prop::sample::Index>()) {
        // True of Phragmén, of greedy by votes, and of welfare; Equal Shares does not promise it.
        let before = election(&text);
        let greedy = Options { satisfaction: Satisfaction::Cardinality, ..rule(Rule::Greedy) };
        for options in [rule(Rule::Greedy), greedy, rule(Rule::MaxWelfare)] {
            let bought = selected(&before, options);
            if bought.is_empty() {
                continue;
            }
            let winner = bought[at.index(bought.len())];
            let id = &before.projects[winner].id;
            let after = election(&format!("{text}new;{id}\n"));
            prop_assert!(selected(&after, options).contains(&winner), "{id}\n{text}");
        }
    }

    #[test]
    fn raising_costs_by_a_common_factor_changes_nothing(text in drawn("approval")) {
        let election = election(&text);
        let mut dear = election.clone();
        dear.budget *= 1_000_000;
        for project in &mut dear.projects {
            project.cost *= 1_000_000;
        }
        for options in all_options() {
            if matches!(options.completion, Completion::None | Completion::Utilitarian) {
                prop_assert_eq!(selected(&election, options), selected(&dear, options));
            }
        }
    }
}
