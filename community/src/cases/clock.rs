//! 期限: the reckoning of a case's days.
//!
//! The clock holds facts only (when it started, stood still, was extended); dates follow from the
//! facts, the service's terms and the working-day calendar by [`linli_units::reckon`]. So a moved
//! fact is reckoned anew, and the reckoning can be shown line by line. A year without calendar data
//! is said ([`Due::Unknown`]), never guessed.

use jiff::civil::Date;
use linli_units::{Count, Extension, NoCalendar, Pause, Reckoning, Term, WorkCalendar, reckon};
use serde::{Deserialize, Serialize};

use super::rules::Rules;

/// A promised date, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// By the end of this day.
    On(Date),
    /// 中止: the clock stands still since the end of this day.
    Paused(Date),
    /// The calendar has no data for this year yet, so no date can be named.
    Unknown(i16),
}

impl Due {
    /// The date, where there is one.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        match self {
            Self::On(date) => Some(date),
            Self::Paused(_) | Self::Unknown(_) => None,
        }
    }

    /// The earlier of two; a date wins over none, so that nobody waits for a clock that stands still
    /// when another one runs.
    #[must_use]
    pub fn sooner(self, other: Self) -> Self {
        match (self, other) {
            (Self::On(a), Self::On(b)) => Self::On(a.min(b)),
            (Self::On(_), _) => self,
            (_, Self::On(_)) => other,
            _ => self,
        }
    }
}

/// The facts of a case's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseClock {
    /// 起算日 of the decision; `None` before acceptance where the service counts from there.
    pub started_on: Option<Date>,
    /// When it stood still.
    pub pauses: Vec<Pause>,
    /// By what it was extended.
    pub extensions: Vec<Extension>,
}

impl CaseClock {
    /// Whether it stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.pauses.iter().any(|pause| pause.to.is_none())
    }

    /// Stops at the end of `day`, unless it stands still already.
    pub(crate) fn stop(&mut self, day: Date) {
        if !self.is_paused() {
            self.pauses.push(Pause {
                from: day,
                to: None,
            });
        }
    }

    /// Goes on after `day`.
    pub(crate) fn go_on(&mut self, day: Date) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.to.is_none()) {
            pause.to = Some(day);
        }
    }

    /// By how many days it was extended in all.
    #[must_use]
    pub fn extended_days(&self) -> u32 {
        self.extensions.iter().map(|one| one.days).sum()
    }

    /// What is counted when `term` runs from `start`, with this clock's pauses.
    #[must_use]
    pub fn count_from(&self, start: Date, term: Term) -> Count {
        Count {
            start,
            term,
            pauses: self.pauses.clone(),
            extensions: Vec::new(),
        }
    }

    /// What is counted for the decision; `None` before the clock has started.
    #[must_use]
    pub fn count(&self, rules: &Rules) -> Option<Count> {
        Some(Count {
            start: self.started_on?,
            term: rules.total,
            pauses: self.pauses.clone(),
            extensions: self.extensions.clone(),
        })
    }

    /// The reckoning of the decision, to be shown line by line; `None` before the clock has started.
    ///
    /// # Errors
    /// [`NoCalendar`] when a year on the way has no calendar data.
    pub fn reckoning(
        &self,
        rules: &Rules,
        calendar: &WorkCalendar,
        today: Date,
    ) -> Result<Option<Reckoning>, NoCalendar> {
        self.count(rules)
            .map(|count| reckon(calendar, &count, today))
            .transpose()
    }
}

/// When `count` ends.
#[must_use]
pub fn due(calendar: &WorkCalendar, count: &Count) -> Due {
    if count.pauses.is_empty() && count.extensions.is_empty() {
        return plain(calendar, count);
    }
    match reckon(calendar, count, count.start) {
        Ok(reckoning) => match reckoning.due {
            linli_units::Due::On { date } => Due::On(date),
            linli_units::Due::Paused { since } => Due::Paused(since),
        },
        Err(NoCalendar { year }) => Due::Unknown(year),
    }
}

/// The last day of `term` when it begins on `start` and never stands still.
#[must_use]
pub fn after(calendar: &WorkCalendar, start: Date, term: Term) -> Due {
    plain(calendar, &Count::new(start, term))
}

/// The common case, without the lines: a clock that never stood still.
fn plain(calendar: &WorkCalendar, count: &Count) -> Due {
    let end = match count.term.unit {
        linli_units::DayUnit::Working => calendar.add_workdays(count.start, count.term.days),
        linli_units::DayUnit::Calendar => {
            let days = jiff::Span::new().days(i64::from(count.term.days));
            let last = count.start.saturating_add(days);
            if count.term.roll {
                calendar.workday_from(last)
            } else {
                Ok(last)
            }
        }
    };
    match end {
        Ok(date) => Due::On(date),
        Err(NoCalendar { year }) => Due::Unknown(year),
    }
}
