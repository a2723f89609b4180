//! What is written is as documented: `docs/schemas/ballot*.schema.json`.

use linli_ballot::{Counts, Election, Inputs, tally};
use serde_json::Value;

use crate::situation::{catalogue, facts, rules};

fn schema(name: &str) -> jsonschema::Validator {
    let path = format!("{}/../../docs/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn faults(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
    let faults = schema.iter_errors(value);
    faults
        .map(|fault| format!("{} at {}", fault, fault.instance_path()))
        .collect()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/ballot-vectors.json")).unwrap()
}

#[test]
fn the_vectors_are_as_documented() {
    let found = faults(&schema("ballot-vectors.schema.json"), &vectors());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_result_is_as_documented() {
    let schema = schema("ballot-result.schema.json");
    let procedures = catalogue();
    let vectors = vectors();
    let mut told = Vec::new();
    for case in vectors["vectors"].as_array().unwrap() {
        if ["lot", "proxies"].contains(&case["ask"].as_str().unwrap()) {
            continue;
        }
        let rules = rules(case, &procedures);
        let (election, counts) = facts(case, &rules);
        let election = Election::parse(&election).unwrap();
        let counts = Counts::read(&counts, &election, rules.kind, &mut |_, _| {}).unwrap();
        let made = tally(&election, &rules, &counts, Inputs::default()).unwrap();
        let found = faults(&schema, &serde_json::to_value(&made).unwrap());
        told.extend(
            found
                .into_iter()
                .map(|fault| format!("{}: {fault}", case["id"])),
        );
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn the_schema_refuses_what_is_no_result() {
    let schema = schema("ballot-result.schema.json");
    for text in ["{}", "[]", "{\"format\": \"linli-ballot-result/1\"}"] {
        assert!(
            !schema.is_valid(&serde_json::from_str(text).unwrap()),
            "{text}"
        );
    }
}
