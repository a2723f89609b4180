//! 期限计算: a statutory deadline as a pure function, with its reckoning step by step.
//!
//! **Rules.** 民法典 art. 201: the day on which a period begins is not counted; counting starts the
//! next day. 民法典 art. 203: when the last day is a 法定休假日, the period ends on the day after the
//! rest (for periods in calendar days, where the rule of the matter does not say otherwise).
//! Unless a rule says 工作日, calendar days are counted.
//!
//! A pause begins at the end of its first day and ends at the end of its last: the days after
//! `from` up to and including `to` are not counted. So the day on which a missing paper is asked for
//! is still a day used, and the day on which it arrives is a beginning, which is not counted.
//!
//! **Invariant**: days used + days left = days allowed, for working days and for calendar days that
//! do not end on a rest day, as long as the clock runs and the deadline is not past.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{DayKind, NoCalendar, WorkCalendar, next_day};

/// Which days a period counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayUnit {
    /// 工作日
    Working,
    /// 自然日: what a rule means by 日 when it does not say 工作日.
    Calendar,
}

/// How many days are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The number of days.
    pub days: u32,
    /// Which days they are.
    pub unit: DayUnit,
    /// Whether a period in calendar days that ends on a rest day ends on the next working day
    /// (民法典 art. 203). Without meaning for working days.
    #[serde(default = "yes")]
    pub roll: bool,
}

fn yes() -> bool {
    true
}

impl Term {
    /// `days` working days.
    #[must_use]
    pub fn working(days: u32) -> Self {
        Self {
            days,
            unit: DayUnit::Working,
            roll: false,
        }
    }

    /// `days` calendar days; a last day of rest moves to the next working day.
    #[must_use]
    pub fn calendar(days: u32) -> Self {
        Self {
            days,
            unit: DayUnit::Calendar,
            roll: true,
        }
    }
}

/// 中止: the clock stands still after `from` up to and including `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The day on which the clock was stopped: still counted.
    pub from: Date,
    /// The day on which it went on: not counted. `None` while it stands still.
    pub to: Option<Date>,
}

/// 延长: days added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// When it was granted.
    pub on: Date,
    /// How many days, of the unit of the term.
    pub days: u32,
}

/// What is reckoned: the facts of one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// 起算日: the day of the event. Not counted (民法典 art. 201).
    pub start: Date,
    /// The days allowed by the rule.
    pub term: Term,
    /// When the clock stood still. May overlap; order does not matter.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// What was added.
    #[serde(default)]
    pub extensions: Vec<Extension>,
}

impl Count {
    /// A clock that starts on `start`, without pauses and extensions.
    #[must_use]
    pub fn new(start: Date, term: Term) -> Self {
        Self {
            start,
            term,
            pauses: Vec::new(),
            extensions: Vec::new(),
        }
    }
}

/// When the period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Due {
    /// On this day, at its end.
    On {
        /// The last day.
        date: Date,
    },
    /// The clock stands still; the end is known when it goes on.
    Paused {
        /// Since the end of this day.
        since: Date,
    },
}

/// One line of the reckoning, as it is shown to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The day of the event, which is not counted (民法典 art. 201).
    Began {
        /// The day.
        date: Date,
    },
    /// A run of days that were counted.
    Counted {
        /// The first of the run.
        from: Date,
        /// The last of the run.
        to: Date,
        /// How many.
        days: u32,
        /// How many are counted in all, this run included.
        total: u32,
    },
    /// A run of rest days, which are not counted.
    Rested {
        /// The first of the run.
        from: Date,
        /// The last of the run.
        to: Date,
        /// The holiday, or `None` for a weekend.
        holiday: Option<String>,
    },
    /// A run of days on which the clock stood still.
    Paused {
        /// The first day that was not counted.
        from: Date,
        /// The last; `None` while the clock stands still.
        to: Option<Date>,
    },
    /// Days were added.
    Extended {
        /// When.
        on: Date,
        /// How many.
        days: u32,
        /// How many are allowed in all.
        allowed: u32,
    },
    /// The last day was a day of rest, so the period ends later (民法典 art. 203).
    Rolled {
        /// The last day by count.
        from: Date,
        /// The next working day.
        to: Date,
    },
    /// The last day of the period.
    Ends {
        /// The day.
        date: Date,
    },
}

/// 期限计算结果: the deadline, what is used and left, and how it was reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoning {
    /// When the period ends.
    pub due: Due,
    /// Days allowed, extensions included.
    pub allowed: u32,
    /// Days counted up to and including the day of asking.
    pub used: u32,
    /// Days from the day of asking to the last day; below zero when it is past.
    pub left: i64,
    /// The lines to show.
    pub steps: Vec<Step>,
}

impl Reckoning {
    /// The last day, unless the clock stands still.
    #[must_use]
    pub fn due_date(&self) -> Option<Date> {
        match self.due {
            Due::On { date } => Some(date),
            Due::Paused { .. } => None,
        }
    }

    /// Whether the last day is past.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.left < 0
    }
}

/// Reckons the deadline of `count` as seen on the day `today`.
///
/// # Errors
/// [`NoCalendar`] when a year on the way has no calendar. A period in calendar days that does not
/// move off a rest day needs no calendar and never fails.
///
/// ```
/// use jiff::civil::date;
/// use linli_units::{Count, Pause, Term, WorkCalendar, reckon};
///
/// let calendar = WorkCalendar::from_toml("[years.2026]\noff = []\nwork = []").unwrap();
/// let mut count = Count::new(date(2026, 3, 2), Term::working(5)); // a Monday
/// let plain = reckon(&calendar, &count, date(2026, 3, 3)).unwrap();
/// assert_eq!(plain.due_date(), Some(date(2026, 3, 9)));
/// assert_eq!((plain.used, plain.left), (1, 4));
///
/// // A paper was asked for on the 3rd and came on the 5th: two working days do not count.
/// count.pauses.push(Pause { from: date(2026, 3, 3), to: Some(date(2026, 3, 5)) });
/// let paused = reckon(&calendar, &count, date(2026, 3, 5)).unwrap();
/// assert_eq!(paused.due_date(), Some(date(2026, 3, 11)));
/// ```
pub fn reckon(
    calendar: &WorkCalendar,
    count: &Count,
    today: Date,
) -> Result<Reckoning, NoCalendar> {
    let added = count.extensions.iter().map(|extension| extension.days);
    let allowed = added.fold(count.term.days, u32::saturating_add);
    let mut walk = Walk::new(calendar, count);
    walk.extensions();
    let due = walk.walk(allowed)?;
    let steps = std::mem::take(&mut walk.steps);
    let used = walk.counted_between(count.start, today)?;
    let left = match due {
        Due::On { date } if today <= date => i64::from(walk.left_between(today, date)?),
        Due::On { date } => -i64::from(walk.left_between(date, today)?),
        Due::Paused { .. } => i64::from(allowed) - i64::from(used),
    };
    Ok(Reckoning {
        due,
        allowed,
        used,
        left,
        steps,
    })
}

/// What one day is to the clock.
enum Tick {
    Counted,
    Rest(Option<String>),
    Still,
}

struct Walk<'a> {
    calendar: &'a WorkCalendar,
    count: &'a Count,
    steps: Vec<Step>,
}

impl<'a> Walk<'a> {
    fn new(calendar: &'a WorkCalendar, count: &'a Count) -> Self {
        let steps = vec![Step::Began { date: count.start }];
        Self {
            calendar,
            count,
            steps,
        }
    }

    fn extensions(&mut self) {
        let mut allowed = self.count.term.days;
        for extension in &self.count.extensions {
            allowed = allowed.saturating_add(extension.days);
            self.steps.push(Step::Extended {
                on: extension.on,
                days: extension.days,
                allowed,
            });
        }
    }

    /// Walks day by day until `allowed` days are counted or the clock stands still for good.
    fn walk(&mut self, allowed: u32) -> Result<Due, NoCalendar> {
        let mut day = self.count.start;
        let mut total = 0;
        while total < allowed {
            if let Some(since) = self.still_for_good(day) {
                self.note_still(next_day(day)?, None);
                return Ok(Due::Paused { since });
            }
            day = next_day(day)?;
            match self.tick(day)? {
                Tick::Counted => {
                    total += 1;
                    self.note_counted(day, total);
                }
                Tick::Rest(holiday) => self.note_rest(day, holiday),
                Tick::Still => self.note_still(day, Some(day)),
            }
        }
        if let Some(since) = self.still_for_good(day) {
            self.note_still(next_day(day)?, None);
            return Ok(Due::Paused { since });
        }
        let date = self.rolled(day)?;
        self.steps.push(Step::Ends { date });
        Ok(Due::On { date })
    }

    fn rolled(&mut self, last: Date) -> Result<Date, NoCalendar> {
        let rolls = self.count.term.unit == DayUnit::Calendar && self.count.term.roll;
        if !rolls {
            return Ok(last);
        }
        // 民法典 art. 203: 期间的最后一日是法定休假日的，以法定休假日结束的次日为期间的最后一日。
        let date = self.calendar.workday_from(last)?;
        if date != last {
            self.steps.push(Step::Rolled {
                from: last,
                to: date,
            });
        }
        Ok(date)
    }

    /// Since when the clock stands still without an end, if on `day` it does.
    fn still_for_good(&self, day: Date) -> Option<Date> {
        let open = self.count.pauses.iter().filter(|pause| pause.to.is_none());
        open.map(|pause| pause.from)
            .filter(|from| *from <= day)
            .min()
    }

    fn is_still(&self, day: Date) -> bool {
        self.count
            .pauses
            .iter()
            .any(|pause| pause.from < day && pause.to.is_none_or(|to| day <= to))
    }

    fn tick(&self, day: Date) -> Result<Tick, NoCalendar> {
        if self.is_still(day) {
            return Ok(Tick::Still);
        }
        if self.count.term.unit == DayUnit::Calendar {
            return Ok(Tick::Counted);
        }
        Ok(match self.calendar.kind(day)? {
            DayKind::Work | DayKind::MakeUp => Tick::Counted,
            DayKind::Weekend => Tick::Rest(None),
            DayKind::Holiday { name } => Tick::Rest(Some(name)),
        })
    }

    fn counted_between(&self, after: Date, until: Date) -> Result<u32, NoCalendar> {
        let mut days = 0;
        let mut day = after;
        while day < until {
            day = next_day(day)?;
            if matches!(self.tick(day)?, Tick::Counted) {
                days += 1;
            }
        }
        Ok(days)
    }

    /// Days of the unit between two days, pauses set aside: for what is left or overdue.
    fn left_between(&self, after: Date, until: Date) -> Result<u32, NoCalendar> {
        match self.count.term.unit {
            DayUnit::Working => self.counted_between(after, until),
            DayUnit::Calendar => {
                let days = after.until(until).map_or(0, |span| span.get_days());
                Ok(u32::try_from(days).unwrap_or(0))
            }
        }
    }

    fn note_counted(&mut self, day: Date, sum: u32) {
        if let Some(Step::Counted {
            to, days, total, ..
        }) = self.steps.last_mut()
        {
            (*to, *days, *total) = (day, *days + 1, sum);
        } else {
            self.steps.push(Step::Counted {
                from: day,
                to: day,
                days: 1,
                total: sum,
            });
        }
    }

    fn note_rest(&mut self, day: Date, name: Option<String>) {
        match self.steps.last_mut() {
            Some(Step::Rested { to, holiday, .. }) if *holiday == name => *to = day,
            _ => self.steps.push(Step::Rested {
                from: day,
                to: day,
                holiday: name,
            }),
        }
    }

    fn note_still(&mut self, day: Date, end: Option<Date>) {
        match self.steps.last_mut() {
            Some(Step::Paused { to, .. }) => *to = end,
            _ => self.steps.push(Step::Paused { from: day, to: end }),
        }
    }
}
