//! 绑定: a program for one population: where its columns are, how wide the lanes of each step must
//! be for the values that are there, which register each step writes.
//!
//! **Invariants.** A step reads lanes of its own width only; steps that convert stand between. A
//! register is written by one step and free again after the last step that reads it; results keep
//! theirs.

use std::collections::BTreeMap;

use super::bounds;
use super::cells::{Cells, Numbers};
use super::program::{Do, Place, Program, Result, Step};
use crate::ir::Entity;
use crate::ops::{Binary, Unary};
use crate::population::Population;
use crate::value::Range;

/// An operator becomes a table when its operand takes no more values than this.
const MOST_ROWS: i64 = 1 << 17;

/// What a slow operator gives for every value from `low` on.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    pub(crate) low: i64,
    pub(crate) values: Vec<i32>,
}

/// What a register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// Bits.
    Truth,
    /// Lanes of 32 bits.
    Narrow,
    /// Lanes of 64 bits.
    Wide,
}

/// One step and where its result goes.
#[derive(Debug)]
pub(crate) struct BoundStep {
    pub(crate) does: Do,
    pub(crate) entity: Entity,
    pub(crate) width: Width,
    /// The width of the lanes it reads.
    pub(crate) wide: bool,
    pub(crate) register: usize,
    /// A table instead of the operator.
    pub(crate) lookup: Option<Lookup>,
}

/// A result and the width of its lanes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundResult {
    pub(crate) place: Place,
    pub(crate) entity: Entity,
    pub(crate) width: Width,
}

/// A program bound to a population.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    pub(crate) program: &'a Program,
    pub(crate) population: &'a Population,
    /// The population's column for each of the program's; `None` where it has none.
    columns: Vec<Option<usize>>,
    pub(crate) steps: Vec<BoundStep>,
    pub(crate) results: Vec<BoundResult>,
    /// How many registers there are.
    pub(crate) registers: usize,
}

impl<'a> Bound<'a> {
    /// Binds `program` to `population`.
    pub(crate) fn new(program: &'a Program, population: &'a Population) -> Self {
        let columns = program.columns.iter().map(|wanted| {
            population.columns.iter().position(|column| {
                column.field == wanted.field
                    && column.entity == wanted.entity
                    && column.type_ == wanted.type_
            })
        });
        let mut bound = Self {
            program,
            population,
            columns: columns.collect(),
            steps: Vec::new(),
            results: Vec::new(),
            registers: 0,
        };
        let (columns, size) = bound.column_bounds();
        let mut binder = Binder {
            ranges: bounds::of(program, &columns, size),
            columns,
            size,
            at: Vec::new(),
            converted: BTreeMap::new(),
            bound: &mut bound,
        };
        for step in 0..program.steps.len() {
            binder.step(step);
        }
        for result in &program.results {
            binder.result(result);
        }
        bound.allocate();
        bound
    }

    /// The cells of one of the program's columns.
    pub(crate) fn cells(&self, column: usize) -> Option<&'a Cells> {
        self.columns[column].map(|at| &self.population.columns[at].cells)
    }

    /// Bounds of the program's columns and of the households' sizes.
    fn column_bounds(&self) -> (Vec<Range>, Range) {
        let hull =
            |all: Range, one: &Range| Range::new(all.low.min(one.low), all.high.max(one.high));
        let columns = self.columns.iter().map(|at| {
            let zones = at.map_or(&[][..], |at| &self.population.columns[at].zones);
            zones.iter().fold(Range::new(0, 0), hull)
        });
        let sizes = self.population.chunks.iter();
        let sizes = sizes.map(|chunk| i64::try_from(chunk.size).unwrap_or(i64::MAX));
        (columns.collect(), Range::new(0, sizes.max().unwrap_or(0)))
    }

    /// Gives every step a register, and a register to another step of its kind once its last
    /// reader is done.
    fn allocate(&mut self) {
        let count = self.steps.len();
        let mut last: Vec<usize> = (0..count).collect();
        for (at, step) in self.steps.iter().enumerate() {
            for place in step.does.operands() {
                if let Place::Step(made) = place {
                    last[made] = at;
                }
            }
        }
        for result in &self.results {
            if let Place::Step(made) = result.place {
                last[made] = count;
            }
        }
        let mut ending: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
        let mut free: Vec<(Entity, Width, usize)> = Vec::new();
        for at in 0..count {
            let (entity, width) = (self.steps[at].entity, self.steps[at].width);
            // A register that ends with this step is freed after it: it is read while it writes.
            let found = free
                .iter()
                .rposition(|one| (one.0, one.1) == (entity, width));
            let register = found.map_or_else(
                || {
                    self.registers += 1;
                    self.registers - 1
                },
                |found| free.remove(found).2,
            );
            self.steps[at].register = register;
            ending[last[at]].push(at);
            for done in std::mem::take(&mut ending[at]) {
                let step = &self.steps[done];
                free.push((step.entity, step.width, step.register));
            }
        }
    }
}

struct Binder<'a, 'b> {
    bound: &'b mut Bound<'a>,
    columns: Vec<Range>,
    size: Range,
    /// Bounds of the program's steps.
    ranges: Vec<Range>,
    /// Where each of the program's steps is among the bound ones.
    at: Vec<usize>,
    /// Conversions that were made already, by place and whether to wide lanes.
    converted: BTreeMap<(Place, bool), Place>,
}

impl Binder<'_, '_> {
    fn range(&self, place: Place) -> Range {
        match place {
            Place::Const(known) => Range::new(known.unwrap_or(0), known.unwrap_or(0)),
            Place::Size => self.size,
            Place::Column(column) => self.columns[column],
            Place::Step(made) => self.ranges[made],
        }
    }

    fn step(&mut self, at: usize) {
        let step: Step = self.bound.program.steps[at];
        let tables = &self.bound.program.tables;
        let narrow = bounds::narrow(&step, tables, |place| self.range(place), self.ranges[at]);
        if self.of_bytes(step.does) {
            self.at.push(self.bound.steps.len());
            self.bound.steps.push(BoundStep {
                does: step.does,
                entity: step.entity,
                width: Width::Truth,
                wide: false,
                register: 0,
                lookup: None,
            });
            return;
        }
        let lookup = self.lookup(step.does);
        let (width, wide) = match (step.truth, narrow) {
            (true, narrow) => (Width::Truth, !narrow),
            (false, true) => (Width::Narrow, false),
            (false, false) => (Width::Wide, true),
        };
        // A closure for each kind of operand would borrow the binder twice: first the numbers are
        // brought to their width, then all is put in its place.
        let mut numbers = Vec::new();
        let mut note = |place| {
            numbers.push(place);
            place
        };
        step.does.over(&mut note, &mut |place| place);
        let numbers: Vec<Place> = numbers
            .into_iter()
            .map(|place| self.lanes(place, step.entity, wide))
            .collect();
        let mut numbers = numbers.into_iter();
        let moved = &self.at;
        let does =
            step.does.over(
                &mut |place| numbers.next().unwrap_or(place),
                &mut |place| match place {
                    Place::Step(made) => Place::Step(moved[made]),
                    place => place,
                },
            );
        self.at.push(self.bound.steps.len());
        self.bound.steps.push(BoundStep {
            does,
            entity: step.entity,
            width,
            wide,
            register: 0,
            lookup,
        });
    }

    /// Whether a comparison needs no lanes: a column of bytes with a byte.
    fn of_bytes(&self, does: Do) -> bool {
        let bytes = |column| {
            let cells = self.bound.cells(column).map(|cells| &cells.numbers);
            matches!(cells, Some(Numbers::Narrow(_)))
        };
        match does {
            Do::Compare(_, Place::Column(column), Place::Const(Some(value)))
            | Do::Compare(_, Place::Const(Some(value)), Place::Column(column)) => {
                i8::try_from(value).is_ok() && bytes(column)
            }
            _ => false,
        }
    }

    /// The place of a number in lanes of a width. `reader` is whose the reading step is.
    fn lanes(&mut self, place: Place, reader: Entity, wide: bool) -> Place {
        let (here, entity, has) = match place {
            Place::Const(_) | Place::Size => return place,
            Place::Column(column) => {
                let entity = self.bound.program.columns[column].entity;
                match self.bound.cells(column).map(|cells| &cells.numbers) {
                    None | Some(Numbers::Truth(..)) => return place,
                    Some(Numbers::Narrow(_)) => (place, entity, None),
                    Some(Numbers::Middle(_)) => (place, entity, Some(false)),
                    Some(Numbers::Wide(_)) => (place, entity, Some(true)),
                }
            }
            Place::Step(made) => {
                let at = self.at[made];
                let step = &self.bound.steps[at];
                let has = step.width == Width::Wide;
                (Place::Step(at), step.entity, Some(has))
            }
        };
        debug_assert!(entity == reader || reader != Entity::Nobody);
        if has == Some(wide) {
            return here;
        }
        if let Some(made) = self.converted.get(&(here, wide)) {
            return *made;
        }
        self.bound.steps.push(BoundStep {
            does: Do::Convert(here),
            entity,
            width: if wide { Width::Wide } else { Width::Narrow },
            wide: has == Some(true),
            register: 0,
            lookup: None,
        });
        let made = Place::Step(self.bound.steps.len() - 1);
        self.converted.insert((here, wide), made);
        made
    }

    fn result(&mut self, result: &Result) {
        let wide =
            |range: Range| i32::try_from(range.low).is_err() || i32::try_from(range.high).is_err();
        let width = match (result.truth, result.place) {
            (true, _) => Width::Truth,
            (false, Place::Step(made)) => self.bound.steps[self.at[made]].width,
            (false, place) if wide(self.range(place)) => Width::Wide,
            (false, _) => Width::Narrow,
        };
        let place = match (result.truth, result.place) {
            (true, Place::Step(made)) => Place::Step(self.at[made]),
            (true, place) => place,
            (false, place) => self.lanes(place, result.entity, width == Width::Wide),
        };
        self.bound.results.push(BoundResult {
            place,
            entity: result.entity,
            width,
        });
    }

    /// The table for an operator of dates with one operand that varies, where it takes no more
    /// values than there are rows to look up.
    fn lookup(&self, does: Do) -> Option<Lookup> {
        let slow = |how| matches!(how, Binary::Years | Binary::Months | Binary::AddMonths);
        let (varying, result): (Place, Box<dyn Fn(i64) -> i64>) = match does {
            Do::Unary(how, a) if !matches!(how, Unary::Neg | Unary::Abs) => {
                (a, Box::new(move |a| how.strict(a)))
            }
            Do::Number(how, a, Place::Const(Some(b))) if slow(how) => {
                (a, Box::new(move |a| how.strict(a, b)))
            }
            Do::Number(how, Place::Const(Some(a)), b) if slow(how) => {
                (b, Box::new(move |b| how.strict(a, b)))
            }
            _ => return None,
        };
        let Range { low, high } = self.range(varying);
        let rows = self
            .bound
            .population
            .chunks
            .last()
            .map_or(0, |chunk| chunk.members.end);
        let most = MOST_ROWS.min(i64::try_from(rows).ok()?);
        if high.checked_sub(low)? >= most {
            return None;
        }
        let values = (low..=high).map(|value| i32::try_from(result(value)).ok());
        Some(Lookup {
            low,
            values: values.collect::<Option<_>>()?,
        })
    }
}
