//! Damaged input: files are read or refused, never a panic; results that were tampered with do not
//! verify. The same properties as the fuzz targets'.

use linli_budgeting::{Certificate, Completion, Satisfaction, Tally, pabulib, verify};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{all_options, count, drawn, election, shares};

/// Whatever is read can be counted by every rule, and the results verify.
fn read_and_count(bytes: &[u8]) {
    let Ok((file, _)) = pabulib::read(bytes, &mut |_| {}) else {
        return;
    };
    let again = pabulib::read(pabulib::write(&file, None).as_bytes(), &mut |_| {});
    let (again, _) = again.unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(again.election.marks, file.election.marks);
    for options in all_options() {
        if let Ok(tally) = linli_budgeting::tally(&file.election, &options, true, &mut |_| {}) {
            verify(&file.election, &tally).unwrap_or_else(|flaws| panic!("{flaws:?}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused(
        text in prop_oneof![drawn("approval"), drawn("cumulative"), drawn("ordinal")],
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..6),
    ) {
        let mut bytes = text.into_bytes();
        for (at, how, byte) in damage {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let signs = b";,\"\n\r0-.e 1MV";
            let sign = signs[usize::from(byte) % signs.len()];
            match how {
                0 => bytes.insert(at, sign),
                1 if at < bytes.len() => { bytes.remove(at); }
                2 if at < bytes.len() => bytes[at] = byte,
                _ if at < bytes.len() => bytes[at] = sign,
                _ => {}
            }
        }
        read_and_count(&bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_and_count(&bytes);
    }

    #[test]
    fn results_with_another_selection_do_not_verify(text in drawn("approval"), at in any::<prop::sample::Index>()) {
        let election = election(&text);
        for options in all_options() {
            let tally = count(&election, options);
            for forged in forgeries(&tally, &election, at) {
                prop_assert!(verify(&election, &forged).is_err(), "{options:?} {forged:?}\n{text}");
            }
        }
    }
}

/// Every place in a value that holds a number, a truth or a word, as a JSON pointer.
fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                leaves(value, &format!("{path}/{key}"), into);
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

/// Other values for a leaf: another number, the other truth, another word.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            vec![json!(number + 1), json!(number - 1)]
        }
        Value::Bool(truth) => vec![json!(!truth)],
        Value::String(text) => vec![
            json!(format!("{text}1")),
            json!(format!("1{text}")),
            json!(""),
            json!("bought"),
            json!("completed"),
            json!("unsupported"),
            json!("all-bought"),
            json!("exhaustive"),
            json!("cardinality"),
            json!("cost"),
            json!("none"),
            json!("utilitarian"),
            json!("add1"),
            json!("whole"),
            json!("exact"),
        ],
        _ => vec![json!(1), json!("x")],
    }
}

/// A result that says the same of the election by other options is no lie: those rules give it too.
fn says_the_same(election: &linli_budgeting::Election, forged: &Tally) -> bool {
    linli_budgeting::tally(election, &forged.options, true, &mut |_| {})
        .is_ok_and(|own| own == *forged)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn no_field_of_a_result_is_free(
        text in prop_oneof![drawn("approval"), drawn("cumulative"), drawn("ordinal")],
    ) {
        let election = election(&text);
        for options in all_options() {
            let Ok(honest) = linli_budgeting::tally(&election, &options, true, &mut |_| {}) else {
                continue;
            };
            let proof = verify(&election, &honest);
            prop_assert!(proof.is_ok(), "{honest:?}");
            for told in proof.unwrap().proven {
                crate::told::both(&told.zh, &told.en);
            }
            let whole = serde_json::to_value(&honest).unwrap();
            let mut paths = Vec::new();
            leaves(&whole, "", &mut paths);
            for path in &paths {
                for other in others(whole.pointer(path).unwrap()) {
                    let mut forged = whole.clone();
                    *forged.pointer_mut(path).unwrap() = other;
                    let Ok(forged) = serde_json::from_value::<Tally>(forged) else {
                        continue;
                    };
                    let found = forged == honest
                        || verify(&election, &forged)
                            .inspect_err(|found| crate::told::flaws(found))
                            .is_err()
                        || says_the_same(&election, &forged);
                    prop_assert!(found, "{path} {options:?}: {forged:?}\n{text}");
                }
            }
        }
    }
}

/// One project more, one less, two in another order, another budget.
fn forgeries(
    tally: &Tally,
    election: &linli_budgeting::Election,
    at: prop::sample::Index,
) -> Vec<Tally> {
    let mut forged = Vec::new();
    let with = |change: &dyn Fn(&mut Tally)| {
        let mut copy = tally.clone();
        copy.explanations.clear();
        change(&mut copy);
        copy
    };
    let other = election
        .projects
        .iter()
        .find(|it| !tally.selected.contains(&it.id));
    if let Some(other) = other {
        forged.push(with(&|copy| copy.selected.push(other.id.clone())));
    }
    if !tally.selected.is_empty() {
        let at = at.index(tally.selected.len());
        forged.push(with(&|copy| {
            copy.selected.remove(at);
        }));
        forged.push(with(&|copy| copy.selected.push(copy.selected[at].clone())));
    }
    if tally.selected.len() > 1 {
        forged.push(with(&|copy| copy.selected.swap(0, 1)));
    }
    forged.push(with(&|copy| copy.instance.budget.push('0')));
    forged.push(with(&|copy| copy.instance.voters += 1));
    forged
}

/// Consistent lies: prices, endowments and orders that fit together but are not the rule's.
#[test]
fn forged_certificates_do_not_verify() {
    let text = crate::world::approvals(
        "12",
        &[("x", "6"), ("y", "6"), ("z", "5")],
        &["x,z", "x,y", "y,z"],
    );
    let election = election(&text);
    let honest = count(&election, shares(Satisfaction::Cost, Completion::Add1));
    assert!(verify(&election, &honest).is_ok());
    let forge = |change: &dyn Fn(&mut linli_budgeting::PriceSystem)| {
        let mut tally = honest.clone();
        tally.explanations.clear();
        let Certificate::Prices(prices) = &mut tally.certificate else {
            panic!("{:?}", tally.certificate);
        };
        change(prices);
        tally.selected = prices
            .purchases
            .iter()
            .map(|it| it.project.clone())
            .collect();
        verify(&election, &tally).inspect_err(|found| crate::told::flaws(found))
    };
    assert!(forge(&|_| {}).is_ok());
    assert!(forge(&|it| it.purchases[0].price = "7/2".parse().unwrap()).is_err());
    assert!(forge(&|it| it.purchases[0].price = "-3".parse().unwrap()).is_err());
    assert!(forge(&|it| it.endowment = "100".parse().unwrap()).is_err());
    assert!(forge(&|it| it.raised += 1).is_err());
    assert!(forge(&|it| it.ended = linli_budgeting::Ended::AllBought).is_err());
    // z first, at a price its supporters can pay, though x and y cost less for the satisfaction or
    // come first by id.
    assert!(forge(&|it| it.purchases[0].project = "y".to_owned()).is_err());
    assert!(
        forge(&|it| {
            it.purchases.pop();
        })
        .is_err()
    );
}
