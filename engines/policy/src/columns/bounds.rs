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

/// Whether lanes of `i32` hold every value of a program over these bounds.
pub(crate) fn narrow(program: &Program, columns: &[Range], size: Range, steps: &[Range]) -> bool {
    let fits = |value: i64| value.unsigned_abs() <= i32::MAX.unsigned_abs().into();
    let fine = |range: &Range| fits(range.low) && fits(range.high);
    columns.iter().all(fine)
        && steps.iter().all(fine)
        && program.steps.iter().all(|step| {
            step.does.operands().all(|place| match place {
                Place::Const(Some(value)) => fits(value),
                _ => true,
            }) && extra(step, &program.tables, size, columns, steps)
                .iter()
                .all(fine)
        })
}

/// What a look-up computes on the way: how far a value lies from each threshold.
fn extra(
    step: &Step,
    tables: &[Table],
    size: Range,
    columns: &[Range],
    steps: &[Range],
) -> Vec<Range> {
    let Do::Table(table, place) = step.does else {
        return Vec::new();
    };
    let x = match place {
        Place::Const(_) => return Vec::new(),
        Place::Size => size,
        Place::Column(column) => columns[column],
        Place::Step(made) => steps[made],
    };
    let rows = tables[table].steps.iter();
    let each = rows.flat_map(|(threshold, value)| {
        [
            Range::new(*threshold, *threshold),
            Range::new(*value, *value),
            Range::new(
                x.low.saturating_sub(*threshold),
                x.high.saturating_sub(*threshold),
            ),
        ]
    });
    each.collect()
}

fn step_bounds(step: &Step, tables: &[Table], at: impl Fn(Place) -> Range, size: Range) -> Range {
    match step.does {
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
