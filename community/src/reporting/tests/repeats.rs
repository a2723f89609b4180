//! What a template repeats and when it is due, beside the plainest way to reckon them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use proptest::prelude::*;

use crate::reporting::duplicates::{Known, LIST, Review, Share, overlaps};
use crate::reporting::{About, Overlap, Period, Rules, columns};
use crate::residents::Dictionary;

const POOL: [&str; 8] = [
    "person.name",
    "row.area",
    "person.sex",
    "person.phone",
    "person.education",
    "person.employment",
    "household.housing",
    "household.address",
];

fn some_columns() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(POOL.to_vec(), 1..=POOL.len())
        .prop_map(|some| some.into_iter().map(str::to_owned).collect())
}

fn some_kind() -> impl Strategy<Value = About> {
    prop_oneof![Just(About::Residents), Just(About::Households)]
}

#[test]
fn the_file_names_columns_that_there_are() {
    let (rules, dictionary) = (Rules::built_in().unwrap(), Dictionary::built_in().unwrap());
    let known: BTreeSet<String> = columns(&dictionary, rules)
        .into_iter()
        .map(|column| column.id)
        .collect();
    // Every fact but those left out, and every column of the file.
    let facts = dictionary.fields().count();
    assert_eq!(
        known.len(),
        facts - rules.left_out.len() + rules.column.len()
    );
    for id in [&rules.first, &rules.identifying, &rules.listed]
        .into_iter()
        .flatten()
    {
        assert!(known.contains(id), "{id}");
    }
    for id in &rules.left_out {
        assert!(
            dictionary.field(id).is_some() && !known.contains(id),
            "{id}"
        );
    }
    assert!((1..=100).contains(&rules.overlap_percent));
    assert!((1..=100).contains(&rules.held_percent));
    let first = columns(&dictionary, rules)
        .into_iter()
        .map(|column| column.id);
    assert!(
        first
            .take(rules.first.len())
            .eq(rules.first.iter().cloned())
    );
}

proptest! {
    #[test]
    fn the_share_is_that_of_the_columns_that_tell_something(
        about in some_kind(),
        wanted in some_columns(),
        others in proptest::collection::vec((some_kind(), some_columns()), 0..5),
    ) {
        let rules = Rules::built_in().unwrap();
        let known: Vec<Known> = others
            .iter()
            .enumerate()
            .map(|(at, (about, columns))| Known {
                with: at.to_string(),
                about: *about,
                columns: columns.clone(),
            })
            .collect();
        let found = overlaps(rules, about, &wanted, &known);
        let telling: Vec<&String> =
            wanted.iter().filter(|one| !rules.identifying.contains(one)).collect();
        let counted = if telling.is_empty() { wanted.iter().collect() } else { telling };
        for (at, (other, columns)) in others.iter().enumerate() {
            let same_fact = |one: &&&String| {
                let persons = one.starts_with("person.") && about != *other;
                columns.contains(one) && !persons
            };
            let both: Vec<String> = counted.iter().filter(same_fact).map(|one| (*one).clone()).collect();
            let overlap = found.iter().find(|one| one.with == at.to_string());
            match overlap {
                None => prop_assert!(both.is_empty()),
                Some(one) => {
                    prop_assert_eq!(&one.columns, &both);
                    prop_assert_eq!(usize::from(one.percent), both.len() * 100 / counted.len());
                }
            }
        }
        prop_assert!(found.is_sorted_by(|a, b| a.percent >= b.percent));
    }

    #[test]
    fn the_next_day_is_the_first_of_all_days_that_is_not_over(
        year in 2020_i16..2030, month in 1_i8..=12, day in 1_i8..=31,
        later in -400_i32..3_000, which in 0_usize..5,
    ) {
        let Ok(first) = Date::new(year, month, day) else { return Ok(()) };
        let today = first.saturating_add(later.days());
        let period = Period::ALL[which];
        let months = [0, 1, 3, 6, 12][which];
        let mut all = (0..1_000).map(|step| first.checked_add(Span::new().months(step * months)).unwrap());
        let plain = match months {
            0 => (first >= today).then_some(first),
            _ => all.find(|day| *day >= today),
        };
        prop_assert_eq!(period.next(first, today), plain);
    }
}

#[test]
fn a_table_of_names_alone_repeats_every_list() {
    let rules = Rules::built_in().unwrap();
    let list = Known {
        with: LIST.to_owned(),
        about: About::Residents,
        columns: rules.listed.clone(),
    };
    let names = ["person.name".to_owned(), "person.id_number".to_owned()];
    let list = [list];
    let found = overlaps(rules, About::Residents, &names, &list);
    assert_eq!(found[0].percent, 100);
    // A householder's name is not that of every resident.
    let found = overlaps(rules, About::Households, &names, &list);
    assert_eq!(found, []);
}

#[test]
fn what_must_be_answered_for_changes_its_mark_and_counts_do_not() {
    let rules = Rules::built_in().unwrap();
    let overlap = |percent| Overlap {
        with: LIST.to_owned(),
        columns: vec!["person.hukou".to_owned()],
        percent,
    };
    let share = |held| Share {
        column: "person.education".to_owned(),
        held,
        rows: 1_000,
    };
    let review = |percent, held| Review {
        repeats: vec![overlap(percent)],
        shares: vec![share(held)],
    };
    let (much, little) = (rules.overlap_percent, rules.overlap_percent - 1);
    let enough = u64::from(rules.held_percent) * 10;
    assert!(review(much, 1_000).must_answer(rules));
    assert!(review(little, enough - 1).must_answer(rules));
    assert!(!review(little, enough).must_answer(rules));
    let mark = |percent, held| review(percent, held).mark(rules).unwrap();
    assert_eq!(mark(much, 10), mark(much, 11));
    assert_ne!(mark(much, 10), mark(much, enough));
    assert_ne!(mark(much, 10), mark(little, 10));
    // 999 of 1,000 are not all of them.
    assert_eq!(share(999).percent(), 99);
    assert_eq!(
        Share {
            rows: 0,
            ..share(0)
        }
        .percent(),
        100
    );
}
