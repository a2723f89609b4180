//! What is due in which month: quarters, birthdays in mid-quarter, rates that change, pauses.

use super::world::*;
use crate::benefits::rules::Rules;
use crate::benefits::schedule::{Pause, Rate, Schedule};
use crate::benefits::settled::Settled;
use crate::catalogue::{Covers, Every};

fn settled(text: &str) -> Settled {
    text.parse().unwrap()
}

fn owed(schedule: &Schedule, settled: &Settled, period: &str) -> Vec<(String, i64)> {
    let found = schedule.compare(settled, month(period)).owed;
    found
        .into_iter()
        .map(|(month, fen)| (month.to_string(), fen))
        .collect()
}

fn told(months: &[(&str, i64)]) -> Vec<(String, i64)> {
    months
        .iter()
        .map(|(month, fen)| ((*month).to_owned(), *fen))
        .collect()
}

fn quarterly(from: &str) -> Schedule {
    Schedule {
        every: Every::Quarter,
        from: month(from),
        rates: vec![Rate {
            from: month(from),
            fen: 7_500,
        }],
        ..schedule()
    }
}

#[test]
fn the_rules_are_read_and_each_ground_rests_on_something() {
    let rules = Rules::built_in().unwrap();
    assert!((1..=50).contains(&rules.recovery.most_percent));
    assert!(rules.hearing_article().contains("第四十八条"));
    for ground in &rules.grounds {
        let rests = !ground.basis.cite.is_empty() || ground.basis.unverified;
        assert!(rests && !ground.names.en.is_empty(), "{}", ground.code);
    }
    assert!(!rules.ground("died").unwrap().hearing);
    assert!(rules.ground("circumstances").unwrap().hearing);
}

/// 沪府发〔2016〕24号: counted from the month in which 65 is reached, paid in the first month of a
/// quarter. Whoever turns 65 in February is paid February and March with the next payment.
#[test]
fn somebody_who_turns_65_in_mid_quarter_is_made_up_for_once() {
    let award = quarterly("2026-02");
    let nothing = Settled::default();
    for period in ["2026-02", "2026-03"] {
        assert_eq!(owed(&award, &nothing, period), [], "not paid in {period}");
    }
    let april = [
        ("2026-02", 7_500),
        ("2026-03", 7_500),
        ("2026-04", 7_500),
        ("2026-05", 7_500),
        ("2026-06", 7_500),
    ];
    assert_eq!(owed(&award, &nothing, "2026-04"), told(&april));
    let paid = settled("2026-02:7500x5");
    assert_eq!(owed(&award, &paid, "2026-05"), []);
    let july = [("2026-07", 7_500), ("2026-08", 7_500), ("2026-09", 7_500)];
    assert_eq!(owed(&award, &paid, "2026-07"), told(&july));
    let behind = Schedule {
        covers: Covers::LastQuarter,
        ..award
    };
    let april = [("2026-02", 7_500), ("2026-03", 7_500)];
    assert_eq!(owed(&behind, &nothing, "2026-04"), told(&april));
}

#[test]
fn a_rate_that_rose_months_ago_is_paid_back_for_what_was_rolled() {
    let mut award = schedule();
    award.rates.push(Rate {
        from: month("2026-05"),
        fen: 110_000,
    });
    let paid = settled("2026-03:100000x5");
    let august = [
        ("2026-05", 10_000),
        ("2026-06", 10_000),
        ("2026-07", 10_000),
        ("2026-08", 110_000),
    ];
    assert_eq!(owed(&award, &paid, "2026-08"), told(&august));
}

#[test]
fn a_pause_withholds_and_is_made_up_for_only_where_that_was_decided() {
    let pause = |to: Option<&str>, arrears| Pause {
        from: month("2026-06"),
        to: to.map(month),
        arrears,
    };
    let paid = settled("2026-03:100000x3");
    let with = |one: Pause| Schedule {
        pauses: vec![one],
        ..schedule()
    };
    assert_eq!(owed(&with(pause(None, false)), &paid, "2026-08"), []);
    let plain = with(pause(Some("2026-08"), false));
    assert_eq!(
        owed(&plain, &paid, "2026-08"),
        told(&[("2026-08", 100_000)])
    );
    let made_up = with(pause(Some("2026-08"), true));
    let all = [
        ("2026-06", 100_000),
        ("2026-07", 100_000),
        ("2026-08", 100_000),
    ];
    assert_eq!(owed(&made_up, &paid, "2026-08"), told(&all));
}

#[test]
fn what_was_paid_after_a_stop_is_told_and_never_taken_back_by_itself() {
    let mut award = schedule();
    award.stopped = Some(month("2026-07"));
    let paid = settled("2026-03:100000x6");
    let found = award.compare(&paid, month("2026-09"));
    assert_eq!(found.owed, []);
    let over: Vec<_> = found
        .overpaid
        .iter()
        .map(|(at, fen)| (at.to_string(), *fen))
        .collect();
    assert_eq!(over, told(&[("2026-07", 100_000), ("2026-08", 100_000)]));
    award.claims = found.overpaid;
    assert_eq!(award.compare(&paid, month("2026-09")).overpaid, []);
    assert_eq!(award.outstanding(50_000), 150_000);
}

#[test]
fn what_is_granted_once_comes_once() {
    let award = Schedule {
        every: Every::Once,
        ..schedule()
    };
    assert_eq!(
        owed(&award, &Settled::default(), "2026-05"),
        told(&[("2026-03", 100_000)])
    );
    assert_eq!(owed(&award, &settled("2026-03:100000"), "2026-06"), []);
    assert_eq!(award.next_payment(month("2026-04")), None);
}

#[test]
fn the_next_payment_of_a_quarter_is_in_its_first_month() {
    let award = quarterly("2026-02");
    for (from, next) in [
        ("2026-02", "2026-04"),
        ("2026-04", "2026-04"),
        ("2026-05", "2026-07"),
    ] {
        assert_eq!(award.next_payment(month(from)), Some(month(next)), "{from}");
    }
    let ended = Schedule {
        until: Some(month("2026-03")),
        ..award
    };
    assert_eq!(ended.next_payment(month("2026-02")), None);
}
