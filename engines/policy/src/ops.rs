//! The one table of operators. The row evaluator, the column evaluator and the constant folder
//! all come here, so they cannot differ.
//!
//! Every operator has a *strict* part over known values. Unknown operands make unknown, but for
//! the strong Kleene connectives, which [`Binary::apply`], [`choose`] and [`Gather`] spell out.
//! The checker proves beforehand that nothing overflows and no divisor is 0, so the strict parts
//! are total: they wrap where the proof was broken, and a divisor of 0 gives 0.

use crate::day;
use crate::value::Known;

/// Towards where a quotient is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Towards {
    /// 四舍五入: to the nearest, halves away from zero.
    Nearest,
    /// To the next one not above.
    Floor,
    /// To the next one not below.
    Ceil,
}

/// Operators of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unary {
    /// Minus.
    Neg,
    /// Without its sign.
    Abs,
    /// Not.
    Not,
    /// The year of a date.
    Year,
    /// The month of a date.
    Month,
    /// The first day of the date's month.
    MonthStart,
    /// The last day of the date's month.
    MonthEnd,
    /// The first day of the date's quarter.
    QuarterStart,
    /// The first day of the date's year.
    YearStart,
}

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binary {
    /// Plus; also a date and a number of days.
    Add,
    /// Minus; also the days between two dates.
    Sub,
    /// Times.
    Mul,
    /// Divided by, rounded.
    Div(Towards),
    /// The smaller.
    Min,
    /// The larger.
    Max,
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Below.
    Lt,
    /// Not above.
    Le,
    /// Both (strong Kleene: false wins over unknown).
    And,
    /// One of them (strong Kleene: true wins over unknown).
    Or,
    /// Full years from a date to a date.
    Years,
    /// Full months from a date to a date.
    Months,
    /// A date and a number of months.
    AddMonths,
    /// Two readings of the law: their value where they agree, else unknown.
    Agree,
}

/// How the values of the members are gathered into one of the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gather {
    /// The sum; 0 over none. A boolean is counted.
    Sum,
    /// Whether some are true; false over none (strong Kleene).
    Any,
    /// Whether all are true; true over none (strong Kleene).
    All,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Unary {
    /// The value for a known operand.
    #[inline]
    #[must_use]
    pub const fn strict(self, a: i64) -> i64 {
        match self {
            Self::Neg => a.wrapping_neg(),
            Self::Abs => a.wrapping_abs(),
            Self::Not => 1 - a,
            Self::Year => day::civil(a).0,
            Self::Month => day::civil(a).1,
            Self::MonthStart => a - day::civil(a).2 + 1,
            Self::MonthEnd => {
                let (year, month, of_month) = day::civil(a);
                a - of_month + day::month_length(year, month)
            }
            Self::QuarterStart => {
                let (year, month, _) = day::civil(a);
                day::from_civil((year, (month - 1) / 3 * 3 + 1, 1))
            }
            Self::YearStart => day::from_civil((day::civil(a).0, 1, 1)),
        }
    }

    /// The value; unknown of unknown.
    #[inline]
    #[must_use]
    pub fn apply(self, a: Known) -> Known {
        a.map(|a| self.strict(a))
    }
}

impl Binary {
    /// The value for known operands. For [`Binary::Agree`] that is the first: whether they agree
    /// is asked by [`Binary::agrees`].
    #[inline]
    #[must_use]
    pub const fn strict(self, a: i64, b: i64) -> i64 {
        match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::Div(towards) => divide(a, b, towards),
            Self::Min => {
                if a < b {
                    a
                } else {
                    b
                }
            }
            Self::Max => {
                if a > b {
                    a
                } else {
                    b
                }
            }
            Self::Eq => (a == b) as i64,
            Self::Ne => (a != b) as i64,
            Self::Lt => (a < b) as i64,
            Self::Le => (a <= b) as i64,
            Self::And => a & b,
            Self::Or => a | b,
            Self::Years => day::years_between(a, b),
            Self::Months => day::months_between(a, b),
            Self::AddMonths => day::add_months(a, b),
            Self::Agree => a,
        }
    }

    /// Whether two known operands give a known value: always, but for readings that differ.
    #[inline]
    #[must_use]
    pub const fn agrees(self, a: i64, b: i64) -> bool {
        !matches!(self, Self::Agree) || a == b
    }

    /// The value that this operator has whatever the other operand is, if `known` settles it:
    /// false for `and`, true for `or`.
    #[inline]
    #[must_use]
    pub const fn settles(self, known: i64) -> bool {
        match self {
            Self::And => known == 0,
            Self::Or => known == 1,
            _ => false,
        }
    }

    /// The value under strong Kleene logic.
    #[inline]
    #[must_use]
    pub fn apply(self, a: Known, b: Known) -> Known {
        match (a, b) {
            (Some(a), Some(b)) => self.agrees(a, b).then(|| self.strict(a, b)),
            (Some(known), None) | (None, Some(known)) => self.settles(known).then_some(known),
            (None, None) => None,
        }
    }
}

impl Gather {
    /// The value over no members; `None` where the formula must say it.
    #[must_use]
    pub const fn start(self) -> Known {
        match self {
            Self::Sum | Self::Any => Some(0),
            Self::All => Some(1),
            Self::Min | Self::Max => None,
        }
    }

    /// The operator that takes one more member in.
    #[inline]
    #[must_use]
    pub const fn step(self) -> Binary {
        match self {
            Self::Sum => Binary::Add,
            Self::Any => Binary::Or,
            Self::All => Binary::And,
            Self::Min => Binary::Min,
            Self::Max => Binary::Max,
        }
    }

    /// Gathers `(value, counted)` of each member: one that is not counted is left out, one of
    /// whom that is unknown makes its value unknown. `none` is the value where nobody is counted.
    pub fn apply(self, members: impl Iterator<Item = (Known, Known)>, none: Known) -> Known {
        let mut so_far: Option<Known> = self.start().map(Some);
        for (value, counted) in members {
            let value = match counted {
                Some(0) => continue,
                Some(_) => value,
                None => None,
            };
            so_far = Some(match so_far {
                Some(before) => self.step().apply(before, value),
                None => value,
            });
        }
        so_far.unwrap_or(none)
    }
}

/// `if condition then yes else no`: with an unknown condition, known when both are the same.
#[inline]
#[must_use]
pub fn choose(condition: Known, yes: Known, no: Known) -> Known {
    match condition {
        Some(0) => no,
        Some(_) => yes,
        None if yes == no => yes,
        None => None,
    }
}

/// The value of the band that `x` lies in: that of the last threshold not above it, else 0.
#[inline]
#[must_use]
pub fn bands(bands: &[(i64, i64)], x: i64) -> i64 {
    let at = bands.partition_point(|(threshold, _)| *threshold <= x);
    at.checked_sub(1).map_or(0, |at| bands[at].1)
}

/// Each rate on the part of `x` above its threshold, up to the next.
#[inline]
#[must_use]
pub fn marginal(brackets: &[(i64, i64)], x: i64) -> i64 {
    let mut total = 0_i64;
    for (at, (threshold, rate)) in brackets.iter().enumerate() {
        if x <= *threshold {
            break;
        }
        let next = brackets.get(at + 1).map_or(x, |(next, _)| x.min(*next));
        total = total.wrapping_add((next - threshold).wrapping_mul(*rate));
    }
    total
}

#[inline]
const fn divide(a: i64, b: i64, towards: Towards) -> i64 {
    if b == 0 {
        return 0;
    }
    let (whole, rest) = (a.wrapping_div(b), a.wrapping_rem(b));
    let negative = (a < 0) != (b < 0);
    match towards {
        _ if rest == 0 => whole,
        Towards::Floor => {
            if negative {
                whole - 1
            } else {
                whole
            }
        }
        Towards::Ceil => {
            if negative {
                whole
            } else {
                whole + 1
            }
        }
        Towards::Nearest => {
            let near = rest.unsigned_abs() >= b.unsigned_abs() - rest.unsigned_abs();
            match (near, negative) {
                (false, _) => whole,
                (true, true) => whole - 1,
                (true, false) => whole + 1,
            }
        }
    }
}
