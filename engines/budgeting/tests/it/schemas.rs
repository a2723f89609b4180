//! Results are what their published JSON Schema says, for every rule and certificate.

use linli_budgeting::Tally;

use crate::world::{all_options, approvals, count, election};

#[test]
fn results_are_as_their_schema_says() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/schemas/budget-result.schema.json"
    );
    let schema = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
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
            let errors: Vec<String> = schema.iter_errors(&json).map(|it| it.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{json:#}");
            assert_eq!(serde_json::from_value::<Tally>(json).unwrap(), tally);
        }
    }
}
