//! Between what a result lies when its operands lie between theirs.
//!
//! The checker refuses what could leave `i64`; the plan uses the same bounds to tell the column
//! evaluator how wide a lane must be.

use crate::day;
use crate::ops::{Binary, Gather, Towards, Unary};
use crate::value::Range;

/// How many members a group has at most.
pub(crate) const MEMBERS: i64 = 100_000;

/// Days that can be asked about: 1700-01-01 to 2299-12-31.
pub(crate) const DAYS: Range = Range::new(
    day::from_civil((1700, 1, 1)),
    day::from_civil((2299, 12, 31)),
);

/// Lowest and highest, wide enough that nothing is lost.
pub(crate) type Wide = (i128, i128);

/// The bounds as `i64`, if they fit with room to spare.
pub(crate) fn narrow((low, high): Wide) -> Option<Range> {
    const MOST: i128 = 9_000_000_000_000_000_000;
    let fits = -MOST <= low && high <= MOST;
    let (low, high) = (i64::try_from(low).ok()?, i64::try_from(high).ok()?);
    fits.then_some(Range::new(low, high))
}

/// The bounds as `i64`, cut where they do not fit.
pub(crate) fn cut((low, high): Wide) -> Range {
    let cut = |bound: i128| {
        let most = if bound < 0 { i64::MIN } else { i64::MAX };
        i64::try_from(bound).unwrap_or(most)
    };
    Range::new(cut(low), cut(high))
}

fn wide(range: Range) -> Wide {
    (i128::from(range.low), i128::from(range.high))
}

fn of(range: Range, value: impl Fn(i64) -> i64) -> Wide {
    let (low, high) = (value(range.low), value(range.high));
    (i128::from(low.min(high)), i128::from(low.max(high)))
}

fn hull(values: impl IntoIterator<Item = i128>) -> Wide {
    values
        .into_iter()
        .fold((i128::MAX, i128::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        })
}

/// Of one operand.
pub(crate) fn unary(op: Unary, a: Range) -> Wide {
    match op {
        Unary::Neg => (-i128::from(a.high), -i128::from(a.low)),
        Unary::Abs => {
            let (low, high) = (i128::from(a.low).abs(), i128::from(a.high).abs());
            (if a.holds(0) { 0 } else { low.min(high) }, low.max(high))
        }
        Unary::Not => (0, 1),
        Unary::Month => (1, 12),
        Unary::Year
        | Unary::MonthStart
        | Unary::MonthEnd
        | Unary::QuarterStart
        | Unary::YearStart => of(days(a), |day| op.strict(day)),
    }
}

/// Of two operands.
pub(crate) fn binary(op: Binary, a: Range, b: Range) -> Wide {
    let ((al, ah), (bl, bh)) = (wide(a), wide(b));
    match op {
        Binary::Add => (al + bl, ah + bh),
        Binary::Sub => (al - bh, ah - bl),
        Binary::Mul => hull([al * bl, al * bh, ah * bl, ah * bh]),
        Binary::Div(towards) => quotient(wide(a), b, towards),
        Binary::Min => (al.min(bl), ah.min(bh)),
        Binary::Max => (al.max(bl), ah.max(bh)),
        Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le | Binary::And | Binary::Or => (0, 1),
        Binary::Years | Binary::Months => {
            let (a, b) = (days(a), days(b));
            let (low, high) = (op.strict(a.high, b.low), op.strict(a.low, b.high));
            (i128::from(low), i128::from(high))
        }
        Binary::AddMonths => {
            // A month has 28 to 31 days.
            let most = |months: i128| hull([months * 28, months * 31]);
            (al + most(bl).0, ah + most(bh).1)
        }
        Binary::Agree => (al.max(bl), ah.min(bh).max(al.max(bl))),
    }
}

fn days(range: Range) -> Range {
    Range::new(
        range.low.clamp(day::FIRST, day::LAST),
        range.high.clamp(day::FIRST, day::LAST),
    )
}

fn quotient((al, ah): Wide, b: Range, towards: Towards) -> Wide {
    let corners = [b.low, b.high, -1, 1];
    let corners = corners.into_iter().filter(|by| b.holds(*by) && *by != 0);
    let by: Vec<i128> = corners.map(i128::from).collect();
    let ways = by.iter().flat_map(|by| [al / by, ah / by]);
    let (low, high) = hull(ways.chain(b.holds(0).then_some(0)));
    let (down, up) = match towards {
        Towards::Nearest => (1, 1),
        Towards::Floor => (1, 0),
        Towards::Ceil => (0, 1),
    };
    if low > high {
        (0, 0)
    } else {
        (low - down, high + up)
    }
}

/// Of two that either may be.
pub(crate) fn either(a: Range, b: Range) -> Range {
    Range::new(a.low.min(b.low), a.high.max(b.high))
}

/// Of bands or a marginal scale at `x`.
pub(crate) fn table(marginal: bool, steps: &[(i64, i64)], x: Range) -> Wide {
    if !marginal {
        return hull(steps.iter().map(|(_, value)| i128::from(*value)).chain([0]));
    }
    let corners = steps.iter().map(|(threshold, _)| *threshold);
    let corners = corners
        .filter(|threshold| x.holds(*threshold))
        .chain([x.low, x.high]);
    hull(corners.map(|x| scale(steps, i128::from(x))))
}

fn scale(steps: &[(i64, i64)], x: i128) -> i128 {
    let mut total = 0;
    for (at, (threshold, rate)) in steps.iter().enumerate() {
        let threshold = i128::from(*threshold);
        if x <= threshold {
            break;
        }
        let next = steps
            .get(at + 1)
            .map_or(x, |(next, _)| x.min(i128::from(*next)));
        total += (next - threshold) * i128::from(*rate);
    }
    total
}

/// Of what is gathered over the members.
pub(crate) fn gather(how: Gather, value: Range, none: Option<Range>) -> Wide {
    match how {
        Gather::Sum => {
            let (low, high) = wide(value);
            let most = i128::from(MEMBERS);
            ((low * most).min(0), (high * most).max(0))
        }
        Gather::Any | Gather::All => (0, 1),
        Gather::Min | Gather::Max => wide(none.map_or(value, |none| either(value, none))),
    }
}
