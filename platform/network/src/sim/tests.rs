//! Seeds that must pass, and mistakes that must be found.

use super::*;
use crate::core::Plant;

fn lived(seed: u64, days: u32, plants: Plants) -> Report {
    run(&Settings {
        seed,
        days,
        only: None,
        plants,
    })
}

#[test]
fn two_months_of_trouble_break_nothing_and_heal() {
    for seed in [1, 4] {
        let report = lived(seed, 60, Plants::default());
        assert_eq!(report.violation, None, "seed {seed}, day {}", report.day);
        let tally = report.tally;
        assert!(tally.writes > 8 * 50 * 60, "people write: {tally:?}");
        assert!(
            tally.crashes > 8 * 30,
            "a crash a node every two days: {tally:?}"
        );
        assert!(tally.restores > 0 && tally.new_keys > 0, "{tally:?}");
    }
}

#[test]
fn a_seed_is_lived_twice_alike() {
    let once = lived(9, 20, Plants::default());
    assert_eq!(once, lived(9, 20, Plants::default()));
    assert_ne!(once.tally, lived(10, 20, Plants::default()).tally);
}

/// Lives until the mistake is found: by a seed that breaks with it and holds without it.
fn finds(plant: Plant, days: u32) {
    let broken = |seed: u64, plants| lived(seed, days, plants).violation.is_some();
    let found = (1..=SEEDS)
        .any(|seed| broken(seed, Plants::one(plant)) && !broken(seed, Plants::default()));
    assert!(found, "{plant:?}: not in {SEEDS} seeds of {days} days");
}

const SEEDS: u64 = 6;

macro_rules! found {
    ($($name:ident: $plant:ident in $days:literal days,)*) => {$(
        #[test]
        fn $name() {
            finds(Plant::$plant, $days);
        }
    )*};
}

found! {
    finds_a_restore_under_the_same_key: RestoreSameKey in 45 days,
    finds_no_deduplication: NoDedup in 45 days,
    finds_a_skipped_predecessor: SkipPrev in 45 days,
    finds_taking_what_nobody_released: AcceptWithoutRelease in 45 days,
    finds_writing_after_the_release: WriteAfterRelease in 45 days,
    finds_acknowledging_before_storing: AckBeforeStore in 45 days,
    finds_an_unchecked_root: SkipRoot in 45 days,
    finds_an_ignored_freeze: IgnoreFreeze in 45 days,
    finds_an_ignored_revocation: IgnoreRevocation in 45 days,
    finds_a_taken_gap: TakeGap in 45 days,
    finds_a_second_answer: AnswerTwice in 45 days,
    finds_forgotten_waiting: ForgetWaiting in 45 days,
    finds_shipping_before_the_sync: ShipBeforeFsync in 45 days,
    finds_a_stale_lease: StaleLease in 120 days,
    finds_an_ignored_takeover: IgnoreTakeover in 45 days,
    finds_dropped_orphans: DropOrphans in 45 days,
    finds_a_key_after_its_destruction: KeyAfterDestroy in 45 days,
    finds_a_trusted_torn_entry: TrustTorn in 45 days,
    finds_what_was_deleted_too_soon: DeleteUnwitnessed in 45 days,
}

#[test]
fn a_mistake_that_needs_no_trouble_is_shrunk_to_none() {
    let settings = Settings {
        seed: 1,
        days: 2,
        only: None,
        plants: Plants::one(Plant::AcceptWithoutRelease),
    };
    assert!(run(&settings).violation.is_some());
    let few = shrink(&settings);
    assert_eq!(few.len(), 0, "{:?}", describe(&settings, &few));
}
