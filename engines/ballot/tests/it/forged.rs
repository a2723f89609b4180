//! Whoever changes a number, a fate or a rule in a certificate is found out.

use linli_ballot::certificate::Certificate;
use linli_ballot::{Counts, Election, Files, tally, verify};
use serde_json::{Value, json};

use crate::situation::{catalogue, facts, rules};

/// A certificate and the texts it was made from.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) certificate: Certificate,
    pub(crate) election: String,
    pub(crate) counts: String,
    pub(crate) procedure: String,
}

impl Made {
    pub(crate) fn files(&self) -> Files<'_> {
        Files {
            election: &self.election,
            counts: &self.counts,
            procedure: &self.procedure,
        }
    }
}

fn certificates() -> Vec<(String, Certificate)> {
    let made = made().into_iter();
    made.map(|made| (made.id, made.certificate)).collect()
}

/// Certificates with seats, ties, lots, relatives, a re-run, a motion and owners in them.
pub(crate) fn made() -> Vec<Made> {
    let procedures = catalogue();
    let text = include_str!("../../vectors/ballot-vectors.json");
    let read: Value = serde_json::from_str(text).unwrap();
    let wanted = [
        "level-for-the-last-of-two-seats",
        "plan-chooses-a-lot",
        "near-relative-seat-goes-to-the-next",
        "director-before-members",
        "rerun-two-seats-one-above",
        "recall-petition-100-of-1000",
        "corrected-counts-agree",
        "counters-differ-by-one",
        "three-channels-make-up-the-roll",
        "objection-on-day-5",
        "owners-special-exactly-three-quarters",
        "co-owners-disagree",
        "residents-delegates-turnout-40-of-60",
        "village-women-17-of-50",
    ];
    let vectors = read["vectors"].as_array().unwrap();
    wanted
        .iter()
        .map(|id| {
            let case = vectors.iter().find(|vector| vector["id"] == *id).unwrap();
            let rules = rules(case, &procedures);
            let (election, counts) = facts(case, &rules);
            let path = format!(
                "{}/../../catalogue/procedures/{}.toml",
                env!("CARGO_MANIFEST_DIR"),
                rules.id
            );
            let procedure = std::fs::read_to_string(path).unwrap();
            let files = Files {
                election: &election,
                counts: &counts,
                procedure: &procedure,
            };
            let facts = Election::parse(&election).unwrap();
            let read = Counts::read(&counts, &facts, rules.kind, &mut |_, _| {}).unwrap();
            let certificate = tally(&facts, &rules, &read, files.digests()).unwrap();
            assert_eq!(verify(&certificate), Ok(()), "{id}");
            Made {
                id: (*id).to_owned(),
                certificate,
                election,
                counts,
                procedure,
            }
        })
        .collect()
}

/// The certificate of a forger who knows the format: its digest is made anew, so that what is found
/// is found by what follows from what.
fn bound(mut forged: Certificate) -> Certificate {
    forged.digest = forged.digest_of_the_rest();
    forged
}

/// Every place in a value that holds a number, a truth or a short word, as a JSON pointer.
pub(crate) fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                leaves(
                    value,
                    &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")),
                    into,
                );
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{path}/{index}"), into);
            }
        }
        _ => into.push(path.to_owned()),
    }
}

/// Numbers that nothing in the certificate depends on: told for people, or facts from outside
/// that stand there once (who asked, how many are for whom by proxy).
fn free(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or("");
    let told = [
        "zh", "en", "note", "title", "names", "name", "adopted", "in_force", "source",
    ];
    told.contains(&last)
        || path.starts_with("/inputs/")
        || path.starts_with("/election/names")
        || path.starts_with("/rules/sources")
        || path.starts_with("/rules/names")
        || path.ends_with("/channel")
        || path.ends_with("/by_proxy")
}

#[test]
fn a_changed_number_or_truth_is_found() {
    let mut missed = Vec::new();
    for (id, certificate) in certificates() {
        let whole = serde_json::to_value(&certificate).unwrap();
        let mut paths = Vec::new();
        for part in ["boxes", "steps", "outcome", "lots", "entries", "findings"] {
            leaves(&whole[part], &format!("/{part}"), &mut paths);
        }
        for path in paths.iter().filter(|path| !free(path)) {
            let forgeries: Vec<Value> = match whole.pointer(path).unwrap() {
                Value::Number(number) => {
                    let number = number.as_i64().unwrap();
                    [number + 1, number - 1].map(|forged| json!(forged)).into()
                }
                Value::Bool(truth) => vec![json!(!truth)],
                _ => continue,
            };
            for forgery in forgeries {
                let mut forged = whole.clone();
                *forged.pointer_mut(path).unwrap() = forgery.clone();
                let read: Result<Certificate, _> = serde_json::from_value(forged);
                let Ok(read) = read else { continue };
                let same = read == certificate;
                let found = verify(&bound(read)).inspect_err(|found| crate::told::flaws(found));
                if !same && found.is_ok() {
                    missed.push(format!("{id}: {path} = {forgery}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_changed_fate_is_found() {
    let fates = [
        "elected",
        "too_few",
        "outvoted",
        "lost_lot",
        "level",
        "undecided",
    ];
    for (id, certificate) in certificates() {
        for contest in 0..certificate.outcome.contests.len() {
            for one in 0..certificate.outcome.contests[contest].standing.len() {
                for fate in fates {
                    let mut forged = certificate.clone();
                    let standing = &mut forged.outcome.contests[contest].standing[one];
                    standing.result = serde_json::from_value(json!(fate)).unwrap();
                    let same = forged == certificate;
                    assert_eq!(
                        verify(&bound(forged)).is_ok(),
                        same,
                        "{id}: {contest}/{one} is {fate}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_seat_that_changes_hands_with_its_vacancy_is_found() {
    for (id, certificate) in certificates() {
        for contest in 0..certificate.outcome.contests.len() {
            let standing = certificate.outcome.contests[contest].standing.len();
            for (one, other) in (0..standing).flat_map(|one| (0..one).map(move |two| (one, two))) {
                let mut forged = certificate.clone();
                let own = &mut forged.outcome.contests[contest].standing;
                let (first, second) = (own[one].result.clone(), own[other].result.clone());
                own[one].result = second;
                own[other].result = first;
                let same = forged == certificate;
                assert_eq!(
                    verify(&bound(forged)).is_ok(),
                    same,
                    "{id}: {one} for {other}"
                );
            }
        }
    }
}

#[test]
fn a_missing_or_invented_step_is_found() {
    for (id, certificate) in certificates() {
        let certain = |id: &str| {
            ["quorum", "majority", "floor", "papers", "sum", "committee"]
                .contains(&id.split('/').next().unwrap())
        };
        for index in 0..certificate.steps.len() {
            let mut forged = certificate.clone();
            let gone = forged.steps.remove(index);
            if certain(&gone.id) {
                assert!(verify(&bound(forged)).is_err(), "{id}: without {}", gone.id);
            }
        }
        let mut forged = certificate.clone();
        let mut invented = certificate.steps[0].clone();
        invented.id = "majority-of-the-wise".to_owned();
        forged.steps.push(invented);
        assert!(verify(&bound(forged)).is_err(), "{id}");
    }
}

#[test]
fn another_law_is_found() {
    for (id, certificate) in certificates() {
        let mut forged = certificate.clone();
        forged.rules.method.quorum[0].share = "1/100".parse().unwrap();
        assert!(verify(&bound(forged)).is_err(), "{id}: an easier quorum");
        let mut forged = certificate.clone();
        forged.rules.law.valid_from = "2030-01-01".parse().unwrap();
        assert!(
            verify(&bound(forged)).is_err(),
            "{id}: a law of another day"
        );
        let mut forged = certificate.clone();
        forged.format = "linli-ballot-result/2".to_owned();
        assert!(verify(&bound(forged)).is_err(), "{id}: another format");
    }
}
