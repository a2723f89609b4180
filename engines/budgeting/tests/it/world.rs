//! Elections for tests: from text, or drawn.

use std::fmt::Write as _;

use linli_budgeting::{Completion, Election, Options, Rule, Satisfaction, Tally, pabulib, tally};
use proptest::prelude::*;

/// The election of a file that must be read.
pub(crate) fn election(text: &str) -> Election {
    pabulib::read(text.as_bytes(), &mut |_| {})
        .unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"))
        .0
        .election
}

/// A `.pb` file of approval ballots.
pub(crate) fn approvals(budget: &str, projects: &[(&str, &str)], ballots: &[&str]) -> String {
    file("approval", budget, projects, ballots)
}

/// A `.pb` file; of cumulative ballots each is `projects;points`.
pub(crate) fn file(
    kind: &str,
    budget: &str,
    projects: &[(&str, &str)],
    ballots: &[&str],
) -> String {
    let mut text = format!(
        "META\nkey;value\nnum_projects;{}\nnum_votes;{}\nbudget;{budget}\nvote_type;{kind}\nPROJECTS\nproject_id;cost\n",
        projects.len(),
        ballots.len()
    );
    for (id, cost) in projects {
        writeln!(text, "{id};{cost}").unwrap();
    }
    text.push_str("VOTES\nvoter_id;vote");
    text.push_str(if kind == "cumulative" {
        ";points\n"
    } else {
        "\n"
    });
    for (voter, ballot) in ballots.iter().enumerate() {
        writeln!(text, "{voter};{ballot}").unwrap();
    }
    text
}

/// Count with a rule.
pub(crate) fn count(election: &Election, options: Options) -> Tally {
    tally(election, &options, true, &mut |_| {}).unwrap()
}

/// Equal Shares.
pub(crate) fn shares(satisfaction: Satisfaction, completion: Completion) -> Options {
    Options {
        satisfaction,
        completion,
        ..Options::default()
    }
}

/// A rule with cost satisfaction.
pub(crate) fn rule(rule: Rule) -> Options {
    Options {
        rule,
        ..Options::default()
    }
}

/// Every way to count approval ballots.
pub(crate) fn all_options() -> Vec<Options> {
    let mut all = vec![rule(Rule::Phragmen)];
    for satisfaction in [Satisfaction::Cost, Satisfaction::Cardinality] {
        for rule in [Rule::Greedy, Rule::MaxWelfare] {
            all.push(Options {
                rule,
                satisfaction,
                ..Options::default()
            });
        }
        for completion in [
            Completion::None,
            Completion::Utilitarian,
            Completion::Add1,
            Completion::Add1Utilitarian,
        ] {
            let options = shares(satisfaction, completion);
            all.push(options);
            if matches!(completion, Completion::Add1 | Completion::Add1Utilitarian) {
                all.push(Options {
                    stop_when_exhaustive: true,
                    ..options
                });
            }
        }
    }
    all
}

/// Small elections full of ties: few different costs, few voters.
pub(crate) fn drawn(kind: &'static str) -> impl Strategy<Value = String> {
    let costs = prop_oneof![1 => Just(0_u32), 12 => 1..12_u32, 6 => Just(6_u32)];
    with_costs(kind, costs, 40)
}

/// Small elections in which Add1 raises endowments many times before anything changes.
pub(crate) fn dear(kind: &'static str) -> impl Strategy<Value = String> {
    with_costs(kind, 1..300_u32, 500)
}

fn with_costs(
    kind: &'static str,
    costs: impl Strategy<Value = u32>,
    most: u32,
) -> impl Strategy<Value = String> {
    let costs = prop::collection::vec(costs, 1..7);
    let ballots = prop::collection::vec((any::<u32>(), any::<u32>()), 0..9);
    (costs, ballots, 0..most).prop_map(move |(costs, ballots, budget)| {
        let names = ["b", "a", "10", "9", "é", "Z", "c"];
        let projects: Vec<(String, String)> = names
            .iter()
            .zip(&costs)
            .map(|(name, cost)| ((*name).to_owned(), cost.to_string()))
            .collect();
        let projects: Vec<(&str, &str)> = projects
            .iter()
            .map(|(name, cost)| (name.as_str(), cost.as_str()))
            .collect();
        let ballots: Vec<String> = ballots
            .iter()
            .map(|(choice, points)| ballot(kind, &projects, *choice, *points))
            .collect();
        let ballots: Vec<&str> = ballots.iter().map(String::as_str).collect();
        file(kind, &budget.to_string(), &projects, &ballots)
    })
}

fn ballot(kind: &str, projects: &[(&str, &str)], choice: u32, points: u32) -> String {
    let mut named: Vec<(u32, &str, u32)> = projects
        .iter()
        .enumerate()
        .filter(|(at, _)| choice >> at & 1 == 1)
        .map(|(at, (name, _))| {
            let at = u32::try_from(at).unwrap();
            (
                (points >> (3 * at)) & 7,
                *name,
                1 + (points >> (2 * at) & 3),
            )
        })
        .collect();
    if kind == "ordinal" {
        named.sort_unstable();
    }
    let names: Vec<&str> = named.iter().map(|(_, name, _)| *name).collect();
    if kind == "cumulative" {
        let points: Vec<String> = named.iter().map(|it| it.2.to_string()).collect();
        format!("{};{}", names.join(","), points.join(","))
    } else {
        names.join(",")
    }
}
