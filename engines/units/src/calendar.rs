//! 工作日历: which days are worked in China, weekends, holidays and make-up workdays (调休) included.
//!
//! The days come from data (`catalogue/calendars/china-workdays.toml`), one notice of the State
//! Council a year. **A year without data is an error value, never a guess**: the days off of a year
//! are not known before its notice.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The year has no calendar yet: no working day of it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("no working-day calendar for the year {year}")]
pub struct NoCalendar {
    /// The year that is missing.
    pub year: i16,
}

/// Why a calendar file is none.
#[derive(Debug, Error)]
pub enum BadCalendar {
    /// The text is no TOML of the expected shape.
    #[error("calendar: {0}")]
    Shape(#[from] toml::de::Error),
    /// The years are not numbers, or a day lies outside its year.
    #[error("calendar, year {year}: {problem}")]
    Year {
        /// The year as written.
        year: String,
        /// What is wrong.
        problem: String,
    },
}

/// What kind of day a day is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary working day.
    Work,
    /// 调休上班: a Saturday or Sunday that is worked.
    MakeUp,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// 放假: a day off of a holiday, by its name in the notice.
    Holiday {
        /// 春节, 国庆节 …
        name: String,
    },
}

impl DayKind {
    /// Whether offices work.
    #[must_use]
    pub fn is_work(&self) -> bool {
        matches!(self, Self::Work | Self::MakeUp)
    }
}

#[derive(Debug, Clone, Default)]
struct Year {
    off: BTreeMap<Date, String>,
    work: Vec<Date>,
    provisional: bool,
}

#[derive(Deserialize)]
struct File {
    years: BTreeMap<String, FileYear>,
}

#[derive(Deserialize)]
struct FileYear {
    off: Vec<(Date, Date, String)>,
    work: Vec<Date>,
    #[serde(default)]
    provisional: bool,
}

/// 工作日历: the working days of the years it has data for.
///
/// ```
/// use jiff::civil::date;
/// use linli_units::{NoCalendar, WorkCalendar};
///
/// let calendar = WorkCalendar::from_toml(r#"
///     [years.2013]
///     off = [["2013-10-01", "2013-10-07", "国庆节"]]
///     work = ["2013-09-29", "2013-10-12"]
/// "#).unwrap();
/// assert_eq!(calendar.is_workday(date(2013, 10, 4)), Ok(false));
/// assert_eq!(calendar.is_workday(date(2013, 10, 12)), Ok(true)); // a Saturday that is worked
/// assert_eq!(calendar.add_workdays(date(2013, 9, 30), 5), Ok(date(2013, 10, 12)));
/// assert_eq!(calendar.is_workday(date(2027, 1, 4)), Err(NoCalendar { year: 2027 }));
/// ```
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    years: BTreeMap<i16, Year>,
}

impl WorkCalendar {
    /// Reads a calendar file.
    ///
    /// # Errors
    /// [`BadCalendar`] when the text has another shape or a day lies outside its year.
    pub fn from_toml(text: &str) -> Result<Self, BadCalendar> {
        let file: File = toml::from_str(text)?;
        let years = file
            .years
            .into_iter()
            .map(|(name, year)| read_year(&name, year))
            .collect::<Result<_, _>>()?;
        Ok(Self { years })
    }

    /// The years with data, the earliest first.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.keys().copied()
    }

    /// Whether the year's data is marked as not final.
    ///
    /// # Errors
    /// [`NoCalendar`] when the year has no data.
    pub fn is_provisional(&self, year: i16) -> Result<bool, NoCalendar> {
        self.year(year).map(|found| found.provisional)
    }

    /// How many days off and how many make-up workdays the year has.
    ///
    /// # Errors
    /// [`NoCalendar`] when the year has no data.
    pub fn totals(&self, year: i16) -> Result<(usize, usize), NoCalendar> {
        self.year(year)
            .map(|found| (found.off.len(), found.work.len()))
    }

    /// What kind of day `date` is.
    ///
    /// # Errors
    /// [`NoCalendar`] when its year has no data.
    pub fn kind(&self, date: Date) -> Result<DayKind, NoCalendar> {
        let year = self.year(date.year())?;
        let rest = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(if let Some(name) = year.off.get(&date) {
            DayKind::Holiday { name: name.clone() }
        } else if year.work.binary_search(&date).is_ok() {
            DayKind::MakeUp
        } else if rest {
            DayKind::Weekend
        } else {
            DayKind::Work
        })
    }

    /// Whether offices work on `date`.
    ///
    /// # Errors
    /// [`NoCalendar`] when its year has no data.
    pub fn is_workday(&self, date: Date) -> Result<bool, NoCalendar> {
        let year = self.year(date.year())?;
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(if weekend {
            year.work.binary_search(&date).is_ok()
        } else {
            !year.off.contains_key(&date)
        })
    }

    /// The `days`-th working day after `date`; `date` itself when `days` is 0.
    ///
    /// # Errors
    /// [`NoCalendar`] when a year on the way has no data.
    pub fn add_workdays(&self, date: Date, days: u32) -> Result<Date, NoCalendar> {
        let mut day = date;
        let mut left = days;
        while left > 0 {
            day = next_day(day)?;
            if self.is_workday(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// How many working days lie after `after` up to and including `until`; 0 when `until` is not
    /// later.
    ///
    /// # Errors
    /// [`NoCalendar`] when a year on the way has no data.
    pub fn workdays_between(&self, after: Date, until: Date) -> Result<u32, NoCalendar> {
        let mut count = 0;
        let mut day = after;
        while day < until {
            day = next_day(day)?;
            if self.is_workday(day)? {
                count += 1;
            }
        }
        Ok(count)
    }

    /// `date` if it is worked, else the next day that is.
    ///
    /// # Errors
    /// [`NoCalendar`] when a year on the way has no data.
    pub fn workday_from(&self, date: Date) -> Result<Date, NoCalendar> {
        let mut day = date;
        while !self.is_workday(day)? {
            day = next_day(day)?;
        }
        Ok(day)
    }

    fn year(&self, year: i16) -> Result<&Year, NoCalendar> {
        self.years.get(&year).ok_or(NoCalendar { year })
    }
}

/// The day after `date`. The end of the calendar that jiff knows (the year 9999) is no calendar.
pub(crate) fn next_day(date: Date) -> Result<Date, NoCalendar> {
    add_days(date, 1)
}

pub(crate) fn add_days(date: Date, days: u32) -> Result<Date, NoCalendar> {
    let span = Span::new().try_days(i64::from(days));
    let later = span.and_then(|span| date.checked_add(span));
    match later {
        Ok(later) => Ok(later),
        Err(_beyond_9999) => Err(NoCalendar { year: i16::MAX }),
    }
}

fn read_year(name: &str, year: FileYear) -> Result<(i16, Year), BadCalendar> {
    let bad = |problem: String| BadCalendar::Year {
        year: name.to_owned(),
        problem,
    };
    let number: i16 = match name.parse() {
        Ok(number) => number,
        Err(problem) => return Err(bad(format!("no year: {problem}"))),
    };
    let mut off = BTreeMap::new();
    for (first, last, holiday) in year.off {
        if last < first || first.year() != number || last.year() != number {
            return Err(bad(format!("{first} to {last} is no run of days of it")));
        }
        off.extend(
            first
                .series(1.day())
                .take_while(|day| *day <= last)
                .map(|day| (day, holiday.clone())),
        );
    }
    let mut work = year.work;
    work.sort_unstable();
    let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if let Some(day) = work
        .iter()
        .find(|day| day.year() != number || off.contains_key(*day) || !weekend(day))
    {
        return Err(bad(format!("{day} is no weekend day to make up")));
    }
    let provisional = year.provisional;
    Ok((
        number,
        Year {
            off,
            work,
            provisional,
        },
    ))
}
