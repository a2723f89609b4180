//! 列式求值: a plan over a whole population, column by column, in chunks that stay in the cache,
//! on as many threads as the caller gives.
//!
//! **Method.** [`Program`] keeps the nodes that some results need as steps over registers of lanes
//! and bitsets. A chunk (see [`crate::population`]) goes through all steps before the next one
//! begins, so that registers stay in the cache and a column is read once. Unknowns are bitsets
//! beside the values, and every operator is that of [`crate::ops`]: the plain ones as loops, the
//! slow ones (of dates) as tables filled by the operator itself. Bounds of the population's columns
//! decide whether lanes are 32 or 64 bits wide.
//!
//! **Invariant**: the same answers as the row evaluator, unknowns included, whatever the number of
//! threads.

mod bits;
mod bounds;
pub(crate) mod cells;
mod lane;
mod machine;
pub(crate) mod program;

use std::num::NonZeroUsize;

use crate::ir::Entity;
use crate::ops::{Binary, Unary};
use crate::population::{Chunk, Population, place};
use crate::value::{Known, Range};

use bits::Bits;
use cells::{WORD, bit};
use lane::Values;
use machine::{Bound, Lookup, Machine, Stored};
pub use program::Program;
use program::{Do, Place};

/// An operator becomes a table when its operand takes no more values than this.
const MOST_ROWS: i64 = 1 << 17;

/// One result over one chunk, member after member: lane `plane × lanes + household`.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    /// Values; of a truth 0 and 1.
    pub values: Vec<i64>,
    /// Which are known, as bits; nothing else is set, padding neither.
    pub known: Vec<u64>,
}

impl Lanes {
    /// What is known in a lane.
    #[must_use]
    pub fn get(&self, lane: usize) -> Known {
        bit(&self.known, lane).then(|| self.values[lane])
    }
}

/// How a truth stands among those who are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// For how many it holds.
    pub yes: u64,
    /// For how many not.
    pub no: u64,
    /// For how many nobody can tell.
    pub unknown: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.yes += other.yes;
        self.no += other.no;
        self.unknown += other.unknown;
    }
}

/// The results of one chunk.
pub struct Seen<'a> {
    population: &'a Population,
    chunk: &'a Chunk,
    results: &'a dyn Results,
}

impl Seen<'_> {
    /// How many members each household of the chunk has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.chunk.size
    }

    /// How many lanes a plane has, padding included.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.chunk.groups.len()
    }

    /// The households of the chunk, in the order of their lanes.
    pub fn households(&self) -> impl Iterator<Item = usize> {
        let order = &self.population.order[self.chunk.groups.clone()][..self.chunk.live];
        order.iter().map(|household| place(*household))
    }

    /// Copies the `result`-th result into `lanes`.
    pub fn read(&self, result: usize, lanes: &mut Lanes) {
        self.results.read(result, lanes);
    }

    /// The sum of the known values of a result, and how many are known.
    #[must_use]
    pub fn total(&self, result: usize) -> (i64, u64) {
        self.results.total(result)
    }

    /// How a truth stands.
    #[must_use]
    pub fn tally(&self, result: usize) -> Tally {
        self.results.tally(result)
    }
}

/// What a machine shows of its results, whatever its lanes.
trait Results {
    fn read(&self, result: usize, lanes: &mut Lanes);
    fn total(&self, result: usize) -> (i64, u64);
    fn tally(&self, result: usize) -> Tally;
}

/// The bits of the lanes in word `word` of a chunk's plane that are no padding.
fn live(chunk: &Chunk, word: usize) -> u64 {
    let words = chunk.groups.len() / WORD;
    let lanes = chunk.live.saturating_sub(word % words * WORD);
    match lanes {
        0 => 0,
        lanes if lanes >= WORD => u64::MAX,
        lanes => (1 << lanes) - 1,
    }
}

impl<L: Stored> Results for Machine<'_, L> {
    fn read(&self, result: usize, lanes: &mut Lanes) {
        let result = &self.results()[result];
        let count = self.chunk.slots(result.entity).len();
        lanes.values.clear();
        lanes.known.clear();
        let known = if result.truth {
            let truths = self.truths(result.place);
            let values = (0..count).map(|lane| i64::from(truths.truth.lane(lane)));
            lanes.values.extend(values);
            truths.known
        } else {
            let (values, known) = self.numbers(result.place);
            match values {
                Values::One(value) => lanes.values.resize(count, value.wide()),
                Values::Each(values) => lanes.values.extend(values.iter().map(|v| v.wide())),
            }
            known
        };
        let words = (0..count / WORD).map(|word| known.word(word) & live(self.chunk, word));
        lanes.known.extend(words);
    }

    fn total(&self, result: usize) -> (i64, u64) {
        let result = &self.results()[result];
        let (values, known) = self.numbers(result.place);
        let planes = match result.entity {
            Entity::Member => self.chunk.size,
            Entity::Group | Entity::Nobody => 1,
        };
        let (lanes, full) = (self.chunk.groups.len(), self.chunk.live);
        if let (Values::Each(values), Bits::All(true)) = (values, known) {
            let count = u64::try_from(full * planes).unwrap_or(0);
            let planes = values.chunks_exact(lanes);
            let sums =
                planes.map(|plane| plane[..full].iter().map(|value| value.wide()).sum::<i64>());
            return (sums.sum(), count);
        }
        let (mut sum, mut count) = (0_i64, 0);
        for word in 0..lanes * planes / WORD {
            let mut left = known.word(word) & live(self.chunk, word);
            count += u64::from(left.count_ones());
            while left != 0 {
                let lane = word * WORD + place(left.trailing_zeros());
                sum = sum.wrapping_add(values.lane(lane).wide());
                left &= left - 1;
            }
        }
        (sum, count)
    }

    fn tally(&self, result: usize) -> Tally {
        let result = &self.results()[result];
        let truths = self.truths(result.place);
        let mut tally = Tally::default();
        for word in 0..self.chunk.slots(result.entity).len() / WORD {
            let live = live(self.chunk, word);
            let (truth, known) = truths.word(word);
            tally.yes += u64::from((truth & live).count_ones());
            tally.no += u64::from((known & !truth & live).count_ones());
            tally.unknown += u64::from((!known & live).count_ones());
        }
        tally
    }
}

impl Program {
    /// Runs over `population` on `threads` threads. Every thread begins with what `start` makes and
    /// shows it each of its chunks; what they end with comes back in the order of the chunks.
    ///
    /// A fact that the population has no column for is unknown for everyone.
    pub fn run<V: Send>(
        &self,
        population: &Population,
        threads: NonZeroUsize,
        start: impl Fn() -> V + Sync,
        visit: impl Fn(&mut V, &Seen<'_>) + Sync,
    ) -> Vec<V> {
        let bound = bind(self, population);
        let parts = parts(&population.chunks, threads.get());
        let work = |part: &std::ops::Range<usize>| {
            let mut value = start();
            over(&bound, part.clone(), |seen| visit(&mut value, seen));
            value
        };
        match parts.as_slice() {
            [only] => vec![work(only)],
            parts => std::thread::scope(|scope| {
                let work = &work;
                let threads: Vec<_> = parts
                    .iter()
                    .map(|part| scope.spawn(move || work(part)))
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| match thread.join() {
                        Ok(value) => value,
                        Err(panic) => std::panic::resume_unwind(panic),
                    })
                    .collect()
            }),
        }
    }
}

/// Runs over some chunks: in narrow lanes where the bounds allow it.
fn over(bound: &Bound<'_>, part: std::ops::Range<usize>, mut visit: impl FnMut(&Seen<'_>)) {
    let chunks = &bound.population.chunks;
    let Some(first) = chunks.get(part.start) else {
        return;
    };
    let mut narrow: Machine<'_, i32> = Machine::new(bound, first);
    let mut wide: Machine<'_, i64> = Machine::new(bound, first);
    let everywhere = fits(bound, 0..chunks.len());
    for at in part {
        let chunk = &chunks[at];
        let results: &dyn Results = if everywhere || fits(bound, at..at + 1) {
            narrow.run(chunk);
            &narrow
        } else {
            wide.run(chunk);
            &wide
        };
        visit(&Seen {
            population: bound.population,
            chunk,
            results,
        });
    }
}

/// Chunks in as many parts as there are threads, with about as many members each.
fn parts(chunks: &[Chunk], threads: usize) -> Vec<std::ops::Range<usize>> {
    let all = chunks.last().map_or(0, |chunk| chunk.members.end);
    let mut from = 0;
    let ends = (1..=threads).map(|part| {
        if part == threads {
            chunks.len()
        } else {
            chunks.partition_point(|chunk| chunk.members.end <= all / threads * part)
        }
    });
    let parts = ends.map(|to| {
        let part = from..to;
        from = to;
        part
    });
    parts.collect()
}

/// Finds the program's columns in the population and makes tables of what is slow.
fn bind<'a>(program: &'a Program, population: &'a Population) -> Bound<'a> {
    let columns = program.columns.iter().map(|wanted| {
        population.columns.iter().position(|column| {
            column.field == wanted.field
                && column.entity == wanted.entity
                && column.type_ == wanted.type_
        })
    });
    let mut bound = Bound {
        program,
        population,
        columns: columns.collect(),
        lookups: Vec::new(),
    };
    let (columns, size) = column_bounds(&bound, 0..population.chunks.len());
    let steps = bounds::of(program, &columns, size);
    let range = |place: Place| match place {
        Place::Const(_) => Range::new(0, 0),
        Place::Size => size,
        Place::Column(column) => columns[column],
        Place::Step(made) => steps[made],
    };
    let lookups = program.steps.iter().map(|step| {
        let rows = population
            .chunks
            .last()
            .map_or(0, |chunk| chunk.members.end);
        lookup(step.does, range, rows)
    });
    bound.lookups = lookups.collect();
    bound
}

/// The table for an operator of dates with one operand that varies, where it takes no more values
/// than there are `rows` to look up.
fn lookup(does: Do, range: impl Fn(Place) -> Range, rows: usize) -> Option<Lookup> {
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
    let Range { low, high } = range(varying);
    let span = high.checked_sub(low)?;
    if span >= MOST_ROWS.min(i64::try_from(rows).ok()?) {
        return None;
    }
    let values = (low..=high).map(|value| i32::try_from(result(value)).ok());
    Some(Lookup {
        low,
        values: values.collect::<Option<_>>()?,
    })
}

/// Bounds of the program's columns and of the households' sizes over some chunks.
fn column_bounds(bound: &Bound<'_>, chunks: std::ops::Range<usize>) -> (Vec<Range>, Range) {
    let hull = |all: Range, one: &Range| Range::new(all.low.min(one.low), all.high.max(one.high));
    let columns = bound.columns.iter().map(|at| {
        let zones = at.map_or(&[][..], |at| {
            &bound.population.columns[at].zones[chunks.clone()]
        });
        zones.iter().fold(Range::new(0, 0), hull)
    });
    let sizes = bound.population.chunks[chunks.clone()].iter();
    let sizes = sizes.map(|chunk| i64::try_from(chunk.size).unwrap_or(i64::MAX));
    (columns.collect(), Range::new(0, sizes.max().unwrap_or(0)))
}

/// Whether lanes of 32 bits do for some chunks.
fn fits(bound: &Bound<'_>, chunks: std::ops::Range<usize>) -> bool {
    let (columns, size) = column_bounds(bound, chunks);
    let steps = bounds::of(bound.program, &columns, size);
    bounds::narrow(bound.program, &columns, size, &steps)
}
