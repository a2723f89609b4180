//! A made-up population: plausible, nobody real, the same for the same seed.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use linli_units::IdentityNumber;

use super::*;
use crate::places::{Event, SONGJIANG, divisions};
use crate::residents::Dictionary;

const TODAY: Date = date(2026, 11, 23);

fn songjiang() -> AreaTree {
    let mut tree = AreaTree::default();
    for area in divisions(SONGJIANG).unwrap() {
        tree.apply(&Event::Established(area));
    }
    tree
}

fn made(seed: u64, residents: u32) -> Vec<Family> {
    let wish = Wish {
        seed,
        residents,
        today: TODAY,
    };
    families(&songjiang(), wish).collect()
}

fn people(families: &[Family]) -> Vec<&Person> {
    families.iter().flat_map(|family| &family.members).collect()
}

#[test]
fn the_size_is_exact_and_the_seed_decides() {
    for size in [0, 1, 2, 383, 20_000] {
        assert_eq!(people(&made(1, size)).len(), size as usize);
    }
    assert_eq!(made(1, 500), made(1, 500));
    assert_ne!(made(1, 500)[0].members, made(2, 500)[0].members);
}

#[test]
fn every_fact_is_one_the_dictionary_takes() {
    let dictionary = Dictionary::built_in().unwrap();
    for family in made(3, 3_000) {
        let persons = family.members.iter().flat_map(|member| &member.facts);
        for (field, value) in persons.chain(&family.facts) {
            let kept = dictionary.check(field.as_str(), value, TODAY);
            assert_eq!(kept.as_ref(), Ok(value), "{field}");
        }
        let relations = dictionary.list("relation").unwrap();
        assert!(
            family
                .members
                .iter()
                .all(|one| relations.code(one.relation).is_some())
        );
    }
}

#[test]
fn nobody_is_real_and_nobody_is_twice() {
    let families = made(4, 20_000);
    let (mut numbers, mut phones, mut ids) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for person in people(&families) {
        let text = |field: &str| person.facts.get(field).and_then(serde_json::Value::as_str);
        let number = IdentityNumber::parse(text("person.id_number").unwrap()).unwrap();
        assert!(number.is_synthetic());
        assert_eq!(
            Some(number.birth_date().to_string().as_str()),
            text("person.birth_date")
        );
        assert_eq!(Some(number.sex().code()), text("person.sex"));
        assert!(numbers.insert(number));
        assert!(ids.insert(person.id.0));
        if let Some(phone) = text("person.phone") {
            assert!(phone.starts_with("109") && phones.insert(phone.to_owned()));
        }
    }
    assert!(families.iter().all(|family| ids.insert(family.id.0)));
    assert!(people(&families).is_sorted_by_key(|person| person.id));
}

#[test]
fn households_and_ages_are_about_those_of_the_census() {
    let families = made(5, 50_000);
    let people = people(&families);
    let tenths = people.len() * 10 / families.len();
    // 2.55 persons a household in 2010.
    assert!((23..=28).contains(&tenths), "{tenths}");
    let age = |person: &Person| {
        let birth: Date = person.facts["person.birth_date"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        TODAY.year() - birth.year()
    };
    let share = |low: i16, high: i16| {
        let some = people.iter().filter(|one| (low..=high).contains(&age(one)));
        some.count() * 100 / people.len()
    };
    assert!((5..=20).contains(&share(0, 14)), "{}", share(0, 14));
    assert!((6..=20).contains(&share(65, 120)), "{}", share(65, 120));
    let local = people
        .iter()
        .filter(|one| one.facts["person.hukou"] == "local");
    let local = local.count() * 100 / people.len();
    assert!((30..=55).contains(&local), "{local}");
    assert!(
        families
            .iter()
            .all(|family| family.members[0].relation == "0")
    );
    let first = &families[0];
    let address = first.facts["household.address"].as_str().unwrap();
    assert!(address.starts_with("松江区岳阳街道龙潭社区"), "{address}");
}
