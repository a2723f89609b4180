//! The public vectors and the catalogue's cases: each expectation follows from an article.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::situation::{catalogue, play};

fn vectors() -> Vec<Value> {
    let text = include_str!("../../vectors/ballot-vectors.json");
    let read: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read["format"], "linli-ballot-vectors/1");
    read["vectors"].as_array().unwrap().clone()
}

#[test]
fn every_vector_comes_out_as_the_law_has_it() {
    let procedures = catalogue();
    let mut told = Vec::new();
    for vector in vectors() {
        for differs in play(&vector, &procedures) {
            told.push(format!("{}: {differs}", vector["id"]));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_vector_cites_its_article_and_says_why() {
    let vectors = vectors();
    assert!(vectors.len() >= 150, "{}", vectors.len());
    let mut ids = BTreeSet::new();
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
        assert!(
            vector["law"].as_array().is_some_and(|law| !law.is_empty()),
            "{id}"
        );
        assert!(
            vector["law"]
                .as_array()
                .unwrap()
                .iter()
                .all(|law| law["article"].is_u64()),
            "{id}"
        );
        assert!(
            vector["why"].as_str().is_some_and(|why| !why.is_empty()),
            "{id}"
        );
    }
}

#[test]
fn every_procedure_has_cases_and_they_hold() {
    let procedures = catalogue();
    let mut told = Vec::new();
    for (id, procedure) in &procedures {
        assert!(procedure.cases.len() >= 2, "{id} needs boundary cases");
        for case in &procedure.cases {
            let mut case = case.clone();
            case["procedure"] = json!(id);
            for differs in play(&case, &procedures) {
                told.push(format!("{id}, {}: {differs}", case["why"]));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_method_of_every_version_is_met_by_a_vector() {
    let procedures = catalogue();
    let mut met = BTreeSet::new();
    for vector in vectors()
        .iter()
        .filter(|vector| vector.get("procedure").is_some())
    {
        let procedure = procedures
            .get(vector["procedure"].as_str().unwrap())
            .unwrap();
        let day = vector["day"].as_str().unwrap().parse().unwrap();
        let rules = procedure
            .rules(vector["method"].as_str().unwrap(), day)
            .unwrap();
        met.insert((procedure.id.clone(), rules.law.valid_from, rules.method.id));
    }
    let mut missed = Vec::new();
    for procedure in procedures.values() {
        for version in &procedure.versions {
            for method in &version.methods {
                let key = (procedure.id.clone(), version.valid_from, method.id.clone());
                if !met.contains(&key) {
                    missed.push(key);
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}
