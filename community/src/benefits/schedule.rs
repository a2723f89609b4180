//! 应发: what an award owes, month by month, and what the rolls have brought of it.
//!
//! A roll never adds up events: it compares, for each month from the award's first on, what is due
//! with what was rolled, and pays the difference. So arrears, back-payments after a parameter rose,
//! and the pay of a household whose account was missing come out by themselves, exactly once.
//! What was paid too much is never taken back by that: it is told, and a person decides.

use serde::{Deserialize, Serialize};

use super::month::Month;
use super::settled::Settled;
use crate::catalogue::{Covers, Every};

/// From a month on, how much a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// The first month.
    pub from: Month,
    /// How much, in fen: of a month, or of a payment where the award says so.
    pub fen: i64,
}

/// 停发: months in which nothing is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The first month that is not paid.
    pub from: Month,
    /// The first that is paid again; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Month>,
    /// 补发: whether its months were made up for when it ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub arrears: bool,
}

/// What an award owes in each month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// How often it is paid.
    pub every: Every,
    /// Which quarter a quarterly payment is for.
    #[serde(default)]
    pub covers: Covers,
    /// Whether a rate is of a whole payment rather than of a month.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_payment: bool,
    /// The first month.
    pub from: Month,
    /// The last, where the decision names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Month>,
    /// The amounts, the earliest first; empty after erasure.
    pub rates: Vec<Rate>,
    /// The suspensions, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The first month in which it is owed no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Month>,
    /// What was decided to be claimed back, by the month it was paid for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<(Month, i64)>,
    /// What came back of it over the counter.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repaid: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde wants")]
fn is_zero(fen: &i64) -> bool {
    *fen == 0
}

impl Schedule {
    /// What is owed for `month`, in fen.
    #[must_use]
    pub fn due(&self, month: Month) -> i64 {
        let runs = month >= self.from
            && self.until.is_none_or(|until| month <= until)
            && self.stopped.is_none_or(|stopped| month < stopped)
            && !self.pauses.iter().any(|pause| pause.withholds(month));
        if !runs || !self.falls_on(month) {
            return 0;
        }
        self.rate(month)
    }

    /// The rate in `month`, whether it is owed or not.
    #[must_use]
    pub fn rate(&self, month: Month) -> i64 {
        let rates = self.rates.iter().rev();
        let mut reached = rates.skip_while(|rate| rate.from > month);
        reached.next().map_or(0, |rate| rate.fen)
    }

    fn falls_on(&self, month: Month) -> bool {
        match self.every {
            Every::Once => month == self.from,
            Every::Quarter if self.per_payment => month == month.quarter() || month == self.from,
            Every::Month | Every::Quarter => true,
        }
    }

    /// The last month that a roll of `period` pays; `None` where the award is not paid then.
    #[must_use]
    pub fn paid_through(&self, period: Month) -> Option<Month> {
        match (self.every, self.covers) {
            (Every::Once | Every::Month, _) => Some(period),
            (Every::Quarter, _) if period != period.quarter() => None,
            (Every::Quarter, Covers::ThisQuarter) => Some(period.plus(2)),
            (Every::Quarter, Covers::LastQuarter) => Some(period.plus(-1)),
        }
    }

    /// The next month in which a payment can come, from `month` on; `None` where none will.
    #[must_use]
    pub fn next_payment(&self, month: Month) -> Option<Month> {
        let over = self
            .stopped
            .into_iter()
            .chain(self.until.map(|until| until.plus(1)));
        let end = over.min();
        let next = match self.every {
            Every::Once => return (self.from >= month).then_some(self.from),
            Every::Month => month.max(self.from),
            Every::Quarter => {
                let first = month.max(self.from.quarter());
                let at = first.quarter();
                if at == first { at } else { at.plus(3) }
            }
        };
        end.is_none_or(|end| next < end).then_some(next)
    }

    /// What is claimed back of `month`.
    #[must_use]
    pub fn claimed(&self, month: Month) -> i64 {
        let of_month = self.claims.iter().filter(|(of, _)| *of == month);
        of_month.map(|(_, fen)| fen).sum()
    }

    /// 未追回: what is still to come back, `deducted` having been kept from payments.
    #[must_use]
    pub fn outstanding(&self, deducted: i64) -> i64 {
        let claimed: i64 = self.claims.iter().map(|(_, fen)| fen).sum();
        (claimed - self.repaid - deducted).max(0)
    }

    /// What a roll of `period` finds: months still owed, and months paid too much.
    #[must_use]
    pub fn compare(&self, settled: &Settled, period: Month) -> Difference {
        let mut difference = Difference::default();
        // What was paid for months that lie ahead is compared too: a stop must be seen.
        let last_paid = settled.last();
        let through = self.paid_through(period);
        let Some(last) = through.max(last_paid) else {
            return difference;
        };
        for month in self.from.through(last) {
            let have = settled.of(month) - self.claimed(month);
            let more = self.due(month) - have;
            if more > 0 && through.is_some_and(|through| month <= through) {
                difference.owed.push((month, more));
            } else if more < 0 {
                difference.overpaid.push((month, -more));
            }
        }
        difference
    }
}

impl Pause {
    fn withholds(&self, month: Month) -> bool {
        let within = month >= self.from && self.to.is_none_or(|to| month < to);
        within && !(self.arrears && self.to.is_some())
    }
}

/// What is due and was not rolled, and the other way round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Months with what is still owed for them.
    pub owed: Vec<(Month, i64)>,
    /// 多发: months with what was rolled for them beyond what is due.
    pub overpaid: Vec<(Month, i64)>,
}

/// The fen of months added up.
#[must_use]
pub fn total(months: &[(Month, i64)]) -> i64 {
    months.iter().map(|(_, fen)| fen).sum()
}
