//! Each field of a certificate changed, one by one: what the checker believes all the same is what
//! it says it does not certify, and nothing else.

use std::collections::BTreeSet;

use linli_ballot::certificate::Certificate;
use linli_ballot::{Procedure, verify_under};
use serde_json::{Value, json};

use crate::forged::{certificates, leaves};
use crate::situation::catalogue;

/// What is told for people: names and titles; labels; the digests, which are compared with the
/// files; what a finding says beyond its code and weight; where randomness was published.
const TOLD: [&str; 15] = [
    "/boxes/*/channel",
    "/boxes/*/contests/*/counts/*/counter",
    "/election/id",
    "/election/motion/",
    "/election/names/",
    "/findings/*/box",
    "/findings/*/contest",
    "/findings/*/of",
    "/findings/*/one",
    "/findings/*/other",
    "/inputs/",
    "/lots/*/randomness/source",
    "/outcome/contests/*/names/",
    "/outcome/contests/*/standing/*/relatives/",
    "/outcome/owners/units/*/head",
];
/// Labels that stand for nothing else while nothing refers to them.
const LABELS: [&str; 3] = [
    "/outcome/contests/*/standing/*/id",
    "/outcome/owners/units/*/id",
    "/steps/*/id",
];

/// Other values for a leaf.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            [number + 1, number - 1].map(|other| json!(other)).into()
        }
        Value::Bool(truth) => vec![json!(!truth)],
        Value::String(text) => vec![json!(format!("{text}x")), json!("")],
        _ => vec![json!(1), json!("x")],
    }
}

/// A path with its indices left out.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.parse::<usize>() {
        Ok(_index) => "*",
        Err(_name) => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The procedure that a certificate's rules are said to be, where the catalogue has it.
fn procedure(certificate: &Certificate) -> Option<&'static Procedure> {
    static CATALOGUE: std::sync::OnceLock<Vec<Procedure>> = std::sync::OnceLock::new();
    let all = CATALOGUE.get_or_init(|| catalogue().into_values().collect());
    all.iter().find(|one| one.id == certificate.rules.id)
}

#[test]
fn what_is_believed_is_told_for_people() {
    let mut believed = BTreeSet::new();
    for (id, certificate) in certificates() {
        assert_eq!(
            verify_under(&certificate, procedure(&certificate).unwrap()),
            Ok(()),
            "{id}"
        );
        let whole = serde_json::to_value(&certificate).unwrap();
        let mut paths = Vec::new();
        leaves(&whole, "", &mut paths);
        for path in paths {
            for other in others(whole.pointer(&path).unwrap()) {
                let mut forged = whole.clone();
                *forged.pointer_mut(&path).unwrap() = other.clone();
                let Ok(read) = serde_json::from_value::<Certificate>(forged) else {
                    continue;
                };
                let Some(law) = procedure(&read) else {
                    continue;
                };
                if read != certificate && verify_under(&read, law).is_ok() {
                    believed.insert((shape(&path), format!("{id}: {path} = {other}")));
                }
            }
        }
    }
    let told =
        |shape: &str| TOLD.iter().any(|told| shape.starts_with(told)) || LABELS.contains(&shape);
    let missed: Vec<String> = believed
        .into_iter()
        .filter_map(|(shape, forgery)| (!told(&shape)).then_some(forgery))
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
