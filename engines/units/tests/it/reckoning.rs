//! Deadlines: the law's traps, and the axioms of counting.

use jiff::civil::{Date, date};
use linli_units::{Count, Due, Extension, NoCalendar, Pause, Step, Term, WorkCalendar, reckon};
use proptest::prelude::*;

use crate::calendar::{any_day, shipped};

fn due(count: &Count, today: Date) -> Option<Date> {
    reckon(&shipped(), count, today).unwrap().due_date()
}

#[test]
fn ten_working_days_across_national_day_2013() {
    // Sunday 29 September and Saturday 12 October 2013 are worked; 1 to 7 October are not.
    let count = Count::new(date(2013, 9, 27), Term::working(10));
    let reckoning = reckon(&shipped(), &count, date(2013, 9, 30)).unwrap();
    // 29, 30 September; 8 to 12 October; 14, 15, 16 October.
    assert_eq!(reckoning.due_date(), Some(date(2013, 10, 16)));
    assert_eq!((reckoning.used, reckoning.left), (2, 8));
    let expected = [
        Step::Began {
            date: date(2013, 9, 27),
        },
        rested((2013, 9, 28), (2013, 9, 28), None),
        counted((2013, 9, 29), (2013, 9, 30), 2, 2),
        rested((2013, 10, 1), (2013, 10, 7), Some("国庆节")),
        counted((2013, 10, 8), (2013, 10, 12), 5, 7),
        rested((2013, 10, 13), (2013, 10, 13), None),
        counted((2013, 10, 14), (2013, 10, 16), 3, 10),
        Step::Ends {
            date: date(2013, 10, 16),
        },
    ];
    assert_eq!(reckoning.steps, expected);
}

#[test]
fn an_objection_in_calendar_days_counts_the_holiday_and_moves_off_it() {
    // Five days from 28 September 2013 end on 3 October, inside the holiday: 民法典 art. 203.
    let mut count = Count::new(date(2013, 9, 28), Term::calendar(5));
    assert_eq!(due(&count, date(2013, 9, 28)), Some(date(2013, 10, 8)));
    count.term.roll = false;
    assert_eq!(due(&count, date(2013, 9, 28)), Some(date(2013, 10, 3)));
}

#[test]
fn plain_calendar_days_need_no_calendar() {
    let mut count = Count::new(date(2030, 1, 30), Term::calendar(15));
    count.term.roll = false;
    assert_eq!(due(&count, date(2030, 2, 1)), Some(date(2030, 2, 14)));
    count.term.roll = true;
    assert_eq!(
        reckon(&shipped(), &count, date(2030, 2, 1)),
        Err(NoCalendar { year: 2030 })
    );
}

#[test]
fn a_deadline_into_a_year_without_calendar_is_said_loudly() {
    let count = Count::new(date(2026, 12, 28), Term::working(10));
    let error = reckon(&shipped(), &count, date(2026, 12, 28)).unwrap_err();
    assert_eq!(error, NoCalendar { year: 2027 });
}

#[test]
fn while_a_paper_is_missing_the_clock_stands_still() {
    let mut count = Count::new(date(2026, 3, 2), Term::working(20));
    count.pauses.push(Pause {
        from: date(2026, 3, 4),
        to: None,
    });
    let reckoning = reckon(&shipped(), &count, date(2026, 3, 31)).unwrap();
    let since = date(2026, 3, 4);
    assert_eq!(reckoning.due, Due::Paused { since });
    assert_eq!((reckoning.used, reckoning.left), (2, 18));
    assert!(!reckoning.is_overdue());
    assert_eq!(
        reckoning.steps.last(),
        Some(&Step::Paused {
            from: date(2026, 3, 5),
            to: None
        })
    );
}

#[test]
fn a_late_case_is_overdue_by_working_days() {
    let count = Count::new(date(2026, 3, 2), Term::working(3));
    let reckoning = reckon(&shipped(), &count, date(2026, 3, 9)).unwrap();
    assert_eq!(reckoning.due_date(), Some(date(2026, 3, 5)));
    assert_eq!(reckoning.left, -2);
    assert!(reckoning.is_overdue());
}

#[test]
fn an_extension_adds_days_of_the_same_kind() {
    let mut count = Count::new(date(2026, 3, 2), Term::working(3));
    count.extensions.push(Extension {
        on: date(2026, 3, 4),
        days: 5,
    });
    let reckoning = reckon(&shipped(), &count, date(2026, 3, 4)).unwrap();
    assert_eq!(reckoning.allowed, 8);
    assert_eq!(reckoning.due_date(), Some(date(2026, 3, 12)));
}

fn rested(from: (i16, i8, i8), to: (i16, i8, i8), holiday: Option<&str>) -> Step {
    Step::Rested {
        from: date(from.0, from.1, from.2),
        to: date(to.0, to.1, to.2),
        holiday: holiday.map(str::to_owned),
    }
}

fn counted(from: (i16, i8, i8), to: (i16, i8, i8), days: u32, total: u32) -> Step {
    Step::Counted {
        from: date(from.0, from.1, from.2),
        to: date(to.0, to.1, to.2),
        days,
        total,
    }
}

fn later(day: Date, days: u32) -> Date {
    day.checked_add(jiff::Span::new().days(i64::from(days)))
        .unwrap()
}

fn counted_in(calendar: &WorkCalendar, term: Term, after: Date, until: Date) -> u32 {
    if term == Term::working(term.days) {
        return calendar.workdays_between(after, until).unwrap();
    }
    u32::try_from(after.until(until).unwrap().get_days()).unwrap()
}

fn any_term() -> impl Strategy<Value = Term> {
    (1..60_u32, any::<bool>()).prop_map(|(days, working)| {
        let calendar = Term {
            roll: false,
            ..Term::calendar(days)
        };
        if working {
            Term::working(days)
        } else {
            calendar
        }
    })
}

proptest! {
    #[test]
    fn used_and_left_make_the_allowance(start in any_day(), term in any_term(), at in 0..90_u32) {
        let calendar = shipped();
        let count = Count::new(start, term);
        let today = later(start, at);
        let reckoning = reckon(&calendar, &count, today).unwrap();
        let due = reckoning.due_date().unwrap();
        prop_assert_eq!(i64::from(reckoning.used) + reckoning.left, i64::from(term.days));
        prop_assert_eq!(reckoning.is_overdue(), counted_in(&calendar, term, due, today.max(due)) > 0);
    }

    /// A pause within the period moves the end by exactly the counted days that it covers.
    #[test]
    fn a_pause_costs_nobody_a_day(
        start in any_day(), term in any_term(), wait in 0..30_u32, length in 0..40_u32,
    ) {
        let calendar = shipped();
        let mut count = Count::new(start, term);
        let plain = reckon(&calendar, &count, start).unwrap().due_date().unwrap();
        let from = later(start, wait).min(plain);
        let to = later(from, length);
        count.pauses.push(Pause { from, to: Some(to) });
        let paused = reckon(&calendar, &count, start).unwrap().due_date().unwrap();
        let lost = counted_in(&calendar, term, from, to);
        let run = counted_in(&calendar, term, start, paused);
        // A pause that begins on the last day comes too late to move it.
        let expected = if from == plain { term.days } else { term.days + lost };
        prop_assert_eq!(run, expected);
        prop_assert!(paused >= plain);
    }

    /// Overlapping pauses in any order count once.
    #[test]
    fn pauses_are_a_set_of_days(start in any_day(), term in any_term(), a in 0..20_u32, b in 0..20_u32) {
        let calendar = shipped();
        let first = Pause { from: later(start, 1), to: Some(later(start, 1 + a)) };
        let second = Pause { from: later(start, 2), to: Some(later(start, 2 + b)) };
        let mut count = Count::new(start, term);
        count.pauses = vec![first.clone(), second.clone(), first.clone()];
        let one = reckon(&calendar, &count, start).unwrap();
        count.pauses = vec![second, first];
        prop_assert_eq!(one, reckon(&calendar, &count, start).unwrap());
    }
}
