//! Each field of a certificate changed, one by one. The digest binds them all, and so do the files,
//! with no exception; a forger who makes the digest anew, before somebody who has neither the files
//! nor the digest that was posted, can change what is told for people, and nothing else.

use std::collections::BTreeSet;

use linli_ballot::certificate::Certificate;
use linli_ballot::{Procedure, verify, verify_files, verify_under};
use serde_json::{Value, json};

use crate::forged::{Made, leaves, made};
use crate::situation::catalogue;

/// What is told for people: names and titles; labels; the digests of the files; where randomness
/// was published.
const TOLD: [&str; 10] = [
    "/boxes/*/channel",
    "/boxes/*/contests/*/counts/*/counter",
    "/election/id",
    "/election/motion/",
    "/election/names/",
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

/// Two other values for a leaf.
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

/// Every certificate with each of its leaves changed, as far as it still is a certificate; the
/// leaves of a law that several carry, once.
fn forgeries(each: &mut dyn FnMut(&Made, &str, Certificate)) {
    let mut laws = BTreeSet::new();
    for made in made() {
        let rules = &made.certificate.rules;
        let new = laws.insert((rules.id.clone(), rules.method.id.clone()));
        let whole = serde_json::to_value(&made.certificate).unwrap();
        let mut paths = Vec::new();
        leaves(&whole, "", &mut paths);
        for path in paths
            .into_iter()
            .filter(|path| new || !path.starts_with("/rules/"))
        {
            for other in others(whole.pointer(&path).unwrap()) {
                let mut forged = whole.clone();
                *forged.pointer_mut(&path).unwrap() = other;
                match serde_json::from_value::<Certificate>(forged) {
                    Ok(read) if read != made.certificate => each(&made, &path, read),
                    _ => {}
                }
            }
        }
    }
}

/// What each way of checking takes for true of what was changed.
#[derive(Default)]
struct Believed {
    /// By the digest, which `verify` asks first.
    by_digest: Vec<String>,
    /// By counting again, where the digest was made anew.
    by_files: Vec<String>,
    /// By the rest of the checker, where the digest was made anew.
    by_rest: Vec<String>,
}

#[test]
fn only_what_is_told_for_people_is_believed_and_only_without_digest_and_files() {
    for made in made() {
        let law = procedure(&made.certificate).unwrap();
        assert_eq!(verify_under(&made.certificate, law), Ok(()), "{}", made.id);
        assert_eq!(verify_files(&made.certificate, &made.files()), Ok(()));
    }
    let told =
        |shape: &str| TOLD.iter().any(|told| shape.starts_with(told)) || LABELS.contains(&shape);
    let (mut believed, mut forged) = (Believed::default(), 0);
    let mut counted_again = BTreeSet::new();
    forgeries(&mut |made, path, mut read| {
        forged += 1;
        let (shape, name) = (shape(path), || format!("{}: {path}", made.id));
        let rest = read.digest_of_the_rest();
        if read.digest == rest {
            believed.by_digest.push(name());
        }
        if path == "/digest" {
            assert!(verify(&read).is_err());
            return;
        }
        read.digest = rest;
        let law = procedure(&read).filter(|_| !told(&shape));
        if law.is_some_and(|law| verify_under(&read, law).is_ok()) {
            believed.by_rest.push(name());
        }
        // `verify_files` finds what the rest of the checker finds; of what is told for people, each
        // kind of leaf once a certificate, for counting again takes its time.
        if told(&shape)
            && counted_again.insert((made.id.clone(), shape))
            && verify_files(&read, &made.files()).is_ok()
        {
            believed.by_files.push(name());
        }
    });
    assert!(believed.by_digest.is_empty(), "{:#?}", believed.by_digest);
    assert!(believed.by_files.is_empty(), "{:#?}", believed.by_files);
    assert!(believed.by_rest.is_empty(), "{:#?}", believed.by_rest);
    assert!(forged > 3_000, "{forged}");
}
