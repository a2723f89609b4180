//! 界: what the values of a population can become, step by step, so that a narrower lane may be
//! used and a slow operator become a table.
//!
//! Bounds of columns count 0 in, which stands where nothing is known. Every bound is cut to what
//! the checker has proved; lanes that are unknown may lie outside and are masked.

use super::program::{Do, Place, Program, Step};
use crate::bounds;
use crate::ir::Table;
use crate::ops::{Binary, Gather};
use crate::value::Range;

/// Bounds of every step, given those of the columns and of the households' sizes.
pub(crate) fn of(program: &Program, columns: &[Range], size: Range) -> Vec<Range> {
    let mut steps: Vec<Range> = Vec::with_capacity(program.steps.len());
    for step in &program.steps {
        let at = |place: Place| match place {
            Place::Const(known) => Range::new(known.unwrap_or(0), known.unwrap_or(0)),
            Place::Size => size,
            Place::Column(column) => columns[column],
            Place::Step(made) => steps[made],
        };
        let found = step_bounds(step, &program.tables, at, size);
        let low = found.low.max(step.range.low);
        let high = found.high.min(step.range.high);
        // An empty meet: only unknown lanes reach the step.
        steps.push(if low <= high {
            Range::new(low, high)
        } else {
            found
        });
    }
    steps
}

/// Whether lanes of 32 bits hold what a step reads, makes and meets on the way. `at` bounds its
/// operands, `made` its result.
pub(crate) fn narrow(
    step: &Step,
    tables: &[Table],
    at: impl Fn(Place) -> Range,
    made: Range,
) -> bool {
    let fits = |value: i64| value.unsigned_abs() <= i32::MAX.unsigned_abs().into();
    let fine = |range: Range| fits(range.low) && fits(range.high);
    let on_the_way = match step.does {
        // A look-up computes how far a value lies from each threshold.
        Do::Table(table, place) => {
            let x = at(place);
            tables[table].steps.iter().all(|(threshold, value)| {
                let far = |x: i64| fits(x.saturating_sub(*threshold));
                fits(*threshold) && fits(*value) && far(x.low) && far(x.high)
            })
        }
        _ => true,
    };
    on_the_way && fine(made) && step.does.operands().all(|place| fine(at(place)))
}

fn step_bounds(step: &Step, tables: &[Table], at: impl Fn(Place) -> Range, size: Range) -> Range {
    match step.does {
        Do::Convert(a) => at(a),
        Do::Widen(_)
        | Do::Narrow(_)
        | Do::Not(_)
        | Do::Compare(..)
        | Do::Connect(..)
        | Do::ChooseTruth(..)
        | Do::LiftTruth(_)
        | Do::GatherTruth(..) => Range::BOOL,
        Do::Count(..) => Range::new(0, size.high),
        Do::LiftNumber(a) => at(a),
        Do::ChooseNumber(_, yes, no) => bounds::either(at(yes), at(no)),
        Do::Unary(how, a) => bounds::cut(bounds::unary(how, at(a))),
        Do::Number(how, a, b) => bounds::cut(bounds::binary(how, at(a), at(b))),
        Do::Table(table, a) => {
            let Table { marginal, steps } = &tables[table];
            bounds::cut(bounds::table(*marginal, steps, at(a)))
        }
        Do::GatherNumber(how, value, _, none) => {
            let zero = Range::new(0, 0);
            match how {
                Gather::Sum => {
                    let members = Range::new(1, size.high.max(1));
                    let sum = bounds::cut(bounds::binary(Binary::Mul, at(value), members));
                    bounds::either(zero, sum)
                }
                _ => bounds::either(none.map_or(zero, &at), at(value)),
            }
        }
    }
}
