//! Published instances: the winners that two other implementations gave.
//!
//! The instances are Pabulib's (Stolicki, Szufa, Talmon, arXiv 2012.06539). No licence for them
//! was found, so they are read from the folder that `LINLI_ORACLE_DATA` names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use linli_budgeting::{Completion, Options, Rule, Satisfaction, pabulib, verify};

use crate::world::count;

#[derive(serde::Deserialize)]
struct Expected {
    rules: BTreeMap<String, Winners>,
}

#[derive(serde::Deserialize)]
struct Winners {
    winners: Vec<String>,
    tie_free: Option<bool>,
    source: String,
}

/// The folder of instances, or nothing and a word about it.
pub(crate) fn folder(left_out: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("LINLI_ORACLE_DATA").map(|root| PathBuf::from(root).join("budgeting"));
    if folder.is_none() {
        eprintln!("LINLI_ORACLE_DATA is not set: left out {left_out}");
    }
    folder
}

/// The options behind a name in `expected.json`.
fn options(name: &str) -> Options {
    let (rule, rest) = name.split_once('_').unwrap();
    let (satisfaction, completion) = rest.split_once('_').unwrap_or((rest, "none"));
    Options {
        rule: match rule {
            "greedy" => Rule::Greedy,
            "mes" => Rule::EqualShares,
            other => panic!("{other}"),
        },
        satisfaction: match satisfaction {
            "cost" => Satisfaction::Cost,
            "card" => Satisfaction::Cardinality,
            "score" => Satisfaction::Score,
            other => panic!("{other}"),
        },
        completion: match completion {
            "none" => Completion::None,
            "util" => Completion::Utilitarian,
            "add1" | "add1_noexh" => Completion::Add1,
            "add1u" => Completion::Add1Utilitarian,
            other => panic!("{other}"),
        },
        stop_when_exhaustive: matches!(completion, "add1" | "add1u"),
        ..Options::default()
    }
}

#[test]
fn the_winners_are_those_of_other_implementations_and_verify() {
    let Some(folder) = folder("the winners of 11 published instances") else {
        return;
    };
    let text = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: BTreeMap<String, Expected> = serde_json::from_slice(&text).unwrap();
    assert_eq!(expected.len(), 11);
    let mut compared = 0;
    for (name, expected) in &expected {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (file, _) = pabulib::read(&bytes, &mut |_| {}).unwrap();
        for (rule, expected) in &expected.rules {
            let result = count(&file.election, options(rule));
            let mut winners = result.selected.clone();
            winners.sort_unstable();
            // Where a float implementation met a tie, its order is not ours.
            if expected.source == "pabutools" || expected.tie_free == Some(true) {
                assert_eq!(winners, expected.winners, "{name} {rule}");
                compared += 1;
            }
            verify(&file.election, &result)
                .unwrap_or_else(|flaws| panic!("{name} {rule}: {flaws:#?}"));
        }
    }
    assert!(compared >= 60, "{compared} results were compared");
}
