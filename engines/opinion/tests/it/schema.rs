//! What is written is as documented: `docs/schemas/opinion*.schema.json`.

use linli_opinion::{Statements, verify};
use serde_json::Value;

use crate::oracle::cases;

fn schema(name: &str) -> jsonschema::Validator {
    let path = format!("{}/../../docs/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn valid(schema: &jsonschema::Validator, value: &Value) {
    let faults: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .take(5)
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn results_states_and_reports_are_as_documented() {
    let (results, states) = (
        schema("opinion.schema.json"),
        schema("opinion-state.schema.json"),
    );
    let reports = schema("opinion-report.schema.json");
    for case in cases().iter().take(3) {
        let conversation = case.conversation();
        let first = conversation.analyse(None);
        let second = conversation.analyse(Some(&first.state));
        valid(&results, &serde_json::to_value(&first).unwrap());
        valid(&results, &serde_json::to_value(&second).unwrap());
        valid(&states, &serde_json::to_value(&first.state).unwrap());
        let report = verify::verify(conversation.votes(), &Statements::new(), &first);
        valid(&reports, &serde_json::to_value(&report).unwrap());
    }
    let nobody = linli_opinion::Conversation::new(
        linli_opinion::Votes::default(),
        Statements::new(),
        linli_opinion::Settings::default(),
    );
    valid(
        &results,
        &serde_json::to_value(nobody.analyse(None)).unwrap(),
    );
    let mut wrong = serde_json::to_value(nobody.analyse(None)).unwrap();
    wrong["input"]["votes"] = Value::from("many");
    assert!(!results.is_valid(&wrong));
}
