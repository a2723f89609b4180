//! What holds for every roll and every lot. What holds for every vote is in the fuzz targets of the
//! repository (`fuzz/src/ballot.rs`).

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn marking_off_adds_up(
        roll in proptest::collection::btree_set("[a-f]{1,2}", 0..20),
        lists in proptest::collection::vec(proptest::collection::vec("[a-h]{1,2}", 0..12), 0..4),
    ) {
        let frozen = linli_ballot::roll::FrozenRoll::freeze(roll.clone());
        let slices: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
        let (counts, misplaced) = frozen.mark_off(&slices);
        let marked: u64 = counts.iter().sum();
        let named: u64 = lists.iter().map(|list| list.len() as u64).sum();
        prop_assert_eq!(marked + misplaced.len() as u64, named);
        prop_assert!(marked <= roll.len() as u64);
        let known: std::collections::BTreeSet<&String> =
            lists.iter().flatten().filter(|one| roll.contains(*one)).collect();
        prop_assert_eq!(marked, known.len() as u64);
    }

    #[test]
    fn a_lot_is_fair_to_the_order_of_names(value in ".{0,12}", mut names in proptest::collection::btree_set("[a-z]{1,6}", 1..12).prop_map(|set| set.into_iter().collect::<Vec<_>>())) {
        let randomness = linli_ballot::lot::Randomness { source: "s".into(), value };
        let drawn = linli_ballot::lot::draw(&randomness, "p", &names);
        names.reverse();
        prop_assert_eq!(&linli_ballot::lot::draw(&randomness, "p", &names), &drawn);
        let mut sorted = drawn.order.clone();
        sorted.sort();
        names.sort();
        prop_assert_eq!(sorted, names);
    }
}

#[test]
fn each_place_of_a_lot_is_drawn_about_as_often() {
    let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
    let mut first = std::collections::BTreeMap::new();
    for value in 0..3_000 {
        let value = value.to_string();
        let randomness = linli_ballot::lot::Randomness {
            source: "s".into(),
            value,
        };
        let drawn = linli_ballot::lot::draw(&randomness, "p", &names);
        *first.entry(drawn.order[0].clone()).or_insert(0) += 1;
    }
    // The values are fixed, so this never changes; 1,000 ± 4 × 26 is what chance would allow.
    assert!(
        first.values().all(|count| (896..=1_104).contains(count)),
        "{first:?}"
    );
}
