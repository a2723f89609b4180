//! The shipped calendar: 2007 to 2026, and nothing beyond.

use jiff::civil::{Date, date};
use linli_units::{DayKind, NoCalendar, WorkCalendar};
use proptest::prelude::*;

pub(crate) fn shipped() -> WorkCalendar {
    let text = include_str!("../../../../catalogue/calendars/china-workdays.toml");
    WorkCalendar::from_toml(text).unwrap()
}

pub(crate) fn any_day() -> impl Strategy<Value = Date> {
    (0..6_500_i32).prop_map(|n| {
        date(2008, 1, 1)
            .checked_add(jiff::Span::new().days(n))
            .unwrap()
    })
}

#[test]
fn the_years_have_the_days_of_their_notices() {
    let calendar = shipped();
    assert_eq!(
        calendar.years().collect::<Vec<_>>(),
        (2007..=2026).collect::<Vec<i16>>()
    );
    assert_eq!(calendar.totals(2013), Ok((29, 12)));
    assert_eq!(calendar.totals(2026), Ok((33, 6)));
    assert_eq!(calendar.is_provisional(2026), Ok(false));
}

#[test]
fn working_days_a_year_are_about_250() {
    let calendar = shipped();
    for year in 2008..=2026 {
        let days = calendar
            .workdays_between(date(year - 1, 12, 31), date(year, 12, 31))
            .unwrap();
        // 250 (2014 notice: 248–252, by how the festivals fall).
        assert!((246..=253).contains(&days), "{year}: {days}");
    }
}

#[test]
fn a_festival_day_is_named_and_a_make_up_day_is_worked() {
    let calendar = shipped();
    let name = "春节".to_owned();
    assert_eq!(
        calendar.kind(date(2013, 2, 11)),
        Ok(DayKind::Holiday { name })
    );
    assert_eq!(calendar.kind(date(2013, 2, 16)), Ok(DayKind::MakeUp));
    assert_eq!(calendar.kind(date(2013, 2, 23)), Ok(DayKind::Weekend));
    assert_eq!(calendar.kind(date(2013, 2, 25)), Ok(DayKind::Work));
}

#[test]
fn beyond_the_data_nothing_is_guessed() {
    let calendar = shipped();
    let none = NoCalendar { year: 2027 };
    assert_eq!(calendar.is_workday(date(2027, 1, 4)), Err(none));
    assert_eq!(calendar.add_workdays(date(2026, 12, 31), 1), Err(none));
    assert_eq!(
        calendar.workdays_between(date(2026, 12, 1), date(2027, 1, 1)),
        Err(none)
    );
    assert_eq!(
        calendar.is_workday(date(2006, 12, 31)),
        Err(NoCalendar { year: 2006 })
    );
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    for bad in [
        "[years.x]\noff = []\nwork = []",
        "[years.2026]\noff = [[\"2026-02-03\", \"2026-02-01\", \"x\"]]\nwork = []",
        "[years.2026]\noff = [[\"2025-12-31\", \"2026-01-01\", \"x\"]]\nwork = []",
        "[years.2026]\noff = []\nwork = [\"2026-03-02\"]",
        "[years.2026]\noff = [[\"2026-02-01\", \"2026-02-01\", \"x\"]]\nwork = [\"2026-02-01\"]",
        "[years.2026]\nwork = []",
    ] {
        assert!(WorkCalendar::from_toml(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn adding_and_counting_agree(start in any_day(), days in 0..120_u32) {
        let calendar = shipped();
        let end = calendar.add_workdays(start, days).unwrap();
        prop_assert_eq!(calendar.workdays_between(start, end), Ok(days));
        prop_assert!(days == 0 || calendar.is_workday(end).unwrap());
    }
}
