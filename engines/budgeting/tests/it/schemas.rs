//! Results are what their published JSON Schema says, for every rule and certificate.

use linli_budgeting::Tally;

use crate::world::{all_options, approvals, count, election};

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/schemas/budget-result.schema.json"
);

#[test]
fn results_are_as_their_schema_says() {
    let schema = serde_json::from_slice(&std::fs::read(SCHEMA).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let costs = [
        ("a", "6.5"),
        ("b", "4"),
        ("c", "9"),
        ("d", "0"),
        ("e", "50"),
        ("f", "1"),
    ];
    let crowd = approvals("15", &costs, &["a,b,d", "b,c", "c,e", "a", ""]);
    let nobody = approvals("15", &costs, &[]);
    for text in [crowd, nobody] {
        let election = election(&text);
        for options in all_options() {
            let tally = count(&election, options);
            let json = serde_json::to_value(&tally).unwrap();
            assert!(schema.is_valid(&json), "{json:#}");
            assert_eq!(serde_json::from_value::<Tally>(json).unwrap(), tally);
        }
    }
}

#[test]
fn faults_are_as_the_schema_says() {
    let text = std::fs::read(SCHEMA).unwrap();
    let schema = serde_json::from_slice(&text).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let faulty = approvals("-1", &[("a", "x"), ("a", "1")], &["a,b,,a", ";;", "c"]);
    let faults = linli_budgeting::pabulib::read(faulty.as_bytes(), &mut |_| {}).unwrap_err();
    assert!(faults.len() >= 4, "{faults:#?}");
    let refused = serde_json::json!({ "file": "a.pb", "problem": "faults", "faults": faults });
    assert!(schema.is_valid(&refused), "{refused:#}");
    assert!(!schema.is_valid(&serde_json::json!({ "file": "a.pb" })));
}
