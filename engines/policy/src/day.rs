//! Days as whole numbers: the count of days since 1970-01-01, and the civil calendar over it.
//!
//! **Source**: the proleptic Gregorian calendar; the conversions are Howard Hinnant's
//! `days_from_civil` and `civil_from_days`. Full years and months are counted as Civil Code
//! art. 201–202 counts them: a period ends on the corresponding day, or on the month's last day
//! where there is none.

/// Year, month (1–12) and day of the month (1–31).
pub type Civil = (i64, i64, i64);

/// The first day that is understood: 1600-01-01.
pub const FIRST: i64 = -135_140;
/// The last day that is understood: 2999-12-31.
pub const LAST: i64 = 376_199;

/// The number of the day `year-month-day`; the parts must be a real date.
#[must_use]
pub const fn from_civil((year, month, day): Civil) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + days - 719_468
}

/// The civil date of a day's number.
#[must_use]
pub const fn civil(day: i64) -> Civil {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// How many days the month has.
#[must_use]
pub const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `day`, `months` later (or earlier); the month's last day where there is no corresponding one.
#[must_use]
pub const fn add_months(day: i64, months: i64) -> i64 {
    let (year, month, of_month) = civil(day);
    let index = year * 12 + month - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    let length = month_length(year, month);
    let of_month = if of_month > length { length } else { of_month };
    from_civil((year, month, of_month))
}

/// Full months from `from` to `to`; negative where `to` is earlier.
#[must_use]
pub const fn months_between(from: i64, to: i64) -> i64 {
    if to < from {
        return -months_between(to, from);
    }
    let (year, month, _) = civil(from);
    let (to_year, to_month, _) = civil(to);
    let months = (to_year - year) * 12 + to_month - month;
    if add_months(from, months) > to {
        months - 1
    } else {
        months
    }
}

/// Full years from `from` to `to`: an age.
#[must_use]
pub const fn years_between(from: i64, to: i64) -> i64 {
    months_between(from, to) / 12
}

/// Reads `2024-07-01`.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let real = (1600..3000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day);
    real.then(|| from_civil((year, month, day)))
}

/// Writes `2024-07-01`.
#[must_use]
pub fn text(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}
