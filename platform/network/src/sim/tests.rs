//! Seeds that must pass, and mistakes that must be found.

use super::*;
use crate::core::{Hand as _, Head, LogId, Plant, Record};

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
    finds_a_key_after_its_destruction: KeyAfterDestroy in 120 days,
    finds_a_trusted_torn_entry: TrustTorn in 45 days,
    finds_what_was_deleted_too_soon: DeleteUnwitnessed in 45 days,
}

/// Minimal replays of seeds that once did not settle, or broke a rule.
#[test]
fn what_was_mended_stays_mended() {
    let replays: [(u64, &[usize]); 1] = [(8008, &[421, 469, 484, 502, 584])];
    for (seed, only) in replays {
        let settings = Settings {
            seed,
            days: 90,
            only: Some(only.iter().copied().collect()),
            plants: Plants::default(),
        };
        let report = run(&settings);
        assert_eq!(
            report.violation,
            None,
            "{seed}: {:?}",
            describe(&settings, &settings.only.clone().unwrap())
        );
    }
}

/// A neighbour gives a log back in stretches of its own: the last that begins before a place may end
/// before it, and yet another holds it.
#[test]
fn a_signed_stretch_is_found_wherever_it_begins() {
    let hand = hand::SimHand::new(1, 1);
    let me = LogId::of(&hand.public());
    let draft = |n: u64| machine::Draft {
        stream: format!("case/{n}").into(),
        area: "310117".into(),
        kind: "cases.noted@1",
        open: "{}".to_owned(),
        subjects: Vec::new(),
        act: None,
    };
    let entry = |n: u64| draft(n).place(me, (n, 1), None, 0).unwrap();
    let mut disk = disk::Disk::default();
    for (from, here, size) in [(0, 0, 3), (3, 3, 5), (1, 5, 8)] {
        let head = Head::sign(&hand, (from, [0; 32]), (size, [0; 32]));
        let entries = (here..size).map(entry).collect();
        disk.store(LogId([0; 16]), &Record::Fed { head, entries }, None);
    }
    let (head, entries) = disk.signed_stretch(me, 5).unwrap();
    assert_eq!((head.from, head.size, entries.len()), (1, 8, 7));
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
