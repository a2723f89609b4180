//! 已列发: what rolls have brought to an award, month by month, written short.
//!
//! `2026-03:15000x7,18000` is seven months of 150.00 yuan from March on, then one of 180.00. The text
//! stands in the register and in each line of a roll, so that the next roll needs nothing else.

use std::fmt;
use std::str::FromStr;

use super::month::{BadMonth, Month};

/// What was rolled for each month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    first: Option<Month>,
    /// Fen and for how many months, from the first month on.
    runs: Vec<(i64, u32)>,
}

impl Settled {
    /// What was rolled for `month`, in fen.
    #[must_use]
    pub fn of(&self, month: Month) -> i64 {
        let Some(mut at) = self.first else { return 0 };
        for (fen, months) in &self.runs {
            let next = at.plus(i32::try_from(*months).unwrap_or(i32::MAX));
            if month >= at && month < next {
                return *fen;
            }
            at = next;
        }
        0
    }

    /// The last month for which something was rolled.
    #[must_use]
    pub fn last(&self) -> Option<Month> {
        let months: u32 = self.runs.iter().map(|(_, months)| months).sum();
        let months = i32::try_from(months).ok().filter(|months| *months > 0)?;
        Some(self.first?.plus(months - 1))
    }

    /// The same with `fen` more for `month`. Months between are paid nothing.
    pub fn add(&mut self, month: Month, fen: i64) {
        let next = self.last().map(|last| last.plus(1));
        if next == Some(month) {
            // What nearly always happens: one more month of the same.
            return self.push(fen);
        }
        let first = self.first.map_or(month, |first| first.min(month));
        let last = self.last().map_or(month, |last| last.max(month));
        let months = first.through(last);
        let all: Vec<i64> = months
            .map(|one| self.of(one) + if one == month { fen } else { 0 })
            .collect();
        self.first = Some(first);
        self.runs.clear();
        all.into_iter().for_each(|fen| self.push(fen));
    }

    fn push(&mut self, fen: i64) {
        match self.runs.last_mut() {
            Some((same, months)) if *same == fen => *months += 1,
            _ => self.runs.push((fen, 1)),
        }
    }

    /// All that was rolled, in fen.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.runs
            .iter()
            .map(|(fen, months)| fen * i64::from(*months))
            .sum()
    }
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.first else {
            return Ok(());
        };
        write!(f, "{first}")?;
        for (place, (fen, months)) in self.runs.iter().enumerate() {
            f.write_str(if place == 0 { ":" } else { "," })?;
            write!(f, "{fen}")?;
            if *months > 1 {
                write!(f, "x{months}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Settled {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, BadMonth> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let (first, runs) = text.split_once(':').ok_or(BadMonth)?;
        let run = |text: &str| {
            let (fen, months) = text.split_once('x').unwrap_or((text, "1"));
            let months = months.parse().ok().filter(|months| *months > 0);
            Some((fen.parse().ok()?, months?))
        };
        let runs: Option<Vec<(i64, u32)>> = runs.split(',').map(run).collect();
        Ok(Self {
            first: Some(first.parse()?),
            runs: runs.ok_or(BadMonth)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn months_of_the_same_sum_are_one_run() {
        let mut settled = Settled::default();
        for (at, fen) in [("2026-03", 150), ("2026-04", 150), ("2026-06", 180)] {
            settled.add(month(at), fen);
        }
        assert_eq!(settled.to_string(), "2026-03:150x2,0,180");
        settled.add(month("2026-01"), 7);
        assert_eq!(settled.to_string(), "2026-01:7,0,150x2,0,180");
        assert_eq!(settled.of(month("2026-05")), 0);
        assert_eq!(settled.total(), 487);
        assert_eq!(settled.last(), Some(month("2026-06")));
    }

    proptest! {
        #[test]
        fn it_is_what_a_map_of_months_is(added in prop::collection::vec((0_i32..40, 0_i64..4), 0..30)) {
            let start = month("2020-11");
            let mut settled = Settled::default();
            let mut naive: BTreeMap<Month, i64> = BTreeMap::new();
            for (offset, fen) in added {
                settled.add(start.plus(offset), fen);
                *naive.entry(start.plus(offset)).or_default() += fen;
            }
            for at in start.through(start.plus(41)) {
                prop_assert_eq!(settled.of(at), naive.get(&at).copied().unwrap_or(0));
            }
            prop_assert_eq!(settled.total(), naive.values().sum::<i64>());
            prop_assert_eq!(settled.to_string().parse::<Settled>().unwrap(), settled);
        }
    }
}
