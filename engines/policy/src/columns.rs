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

mod bind;
mod bits;
mod bounds;
pub(crate) mod cells;
mod lane;
mod machine;
pub(crate) mod program;

use std::num::NonZeroUsize;

use crate::ir::Entity;
use crate::population::{Chunk, Population, place};
use crate::value::Known;

use bind::{Bound, Width};
use bits::Bits;
use cells::{WORD, bit};
use lane::Values;
use machine::{Machine, Stored};
pub use program::Program;

/// One result over one chunk, member after member: lane `plane × lanes + household`.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    /// The values of a number; empty for a truth.
    pub values: Vec<i64>,
    /// Which are true, as bits; empty for a number.
    pub truth: Vec<u64>,
    /// Which are known, as bits; padding is not.
    pub known: Vec<u64>,
    /// Which are not known, as bits; padding is not among them.
    pub unknown: Vec<u64>,
}

impl Lanes {
    /// What is known in a lane; of a truth 0 or 1.
    #[must_use]
    pub fn get(&self, lane: usize) -> Known {
        if !bit(&self.known, lane) {
            None
        } else if self.truth.is_empty() {
            Some(self.values[lane])
        } else {
            Some(i64::from(bit(&self.truth, lane)))
        }
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
    machine: &'a Machine<'a>,
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
        self.machine.read(result, lanes);
    }

    /// The sum of the known values of a result, and how many are known.
    #[must_use]
    pub fn total(&self, result: usize) -> (i64, u64) {
        self.machine.total(result)
    }

    /// How a truth stands.
    #[must_use]
    pub fn tally(&self, result: usize) -> Tally {
        self.machine.tally(result)
    }
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

impl Machine<'_> {
    fn read(&self, result: usize, lanes: &mut Lanes) {
        let result = &self.results()[result];
        let count = self.chunk.slots(result.entity).len();
        lanes.values.clear();
        lanes.truth.clear();
        lanes.known.clear();
        lanes.unknown.clear();
        let known = match result.width {
            Width::Truth => {
                let truths = self.truths(result.place);
                let words = (0..count / WORD).map(|word| truths.truth.word(word));
                let words = words
                    .enumerate()
                    .map(|(at, word)| word & live(self.chunk, at));
                lanes.truth.extend(words);
                truths.known
            }
            Width::Narrow => copied(self.numbers::<i32>(result.place), count, lanes),
            Width::Wide => copied(self.numbers::<i64>(result.place), count, lanes),
        };
        for word in 0..count / WORD {
            let (known, live) = (known.word(word), live(self.chunk, word));
            lanes.known.push(known & live);
            lanes.unknown.push(!known & live);
        }
    }

    fn total(&self, result: usize) -> (i64, u64) {
        let result = &self.results()[result];
        let planes = match result.entity {
            Entity::Member => self.chunk.size,
            Entity::Group | Entity::Nobody => 1,
        };
        match result.width {
            Width::Truth => {
                let Tally { yes, no, .. } = self.tally_of(result);
                (i64::try_from(yes).unwrap_or(i64::MAX), yes + no)
            }
            Width::Narrow => total(self.chunk, self.numbers::<i32>(result.place), planes),
            Width::Wide => total(self.chunk, self.numbers::<i64>(result.place), planes),
        }
    }

    fn tally(&self, result: usize) -> Tally {
        self.tally_of(&self.results()[result])
    }

    fn tally_of(&self, result: &bind::BoundResult) -> Tally {
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

/// Copies one result's values; gives which are known.
fn copied<'a, L: Stored>(
    (values, known): (Values<'_, L>, Bits<'a>),
    count: usize,
    lanes: &mut Lanes,
) -> Bits<'a> {
    match values {
        Values::One(value) => lanes.values.resize(count, value.wide()),
        Values::Each(values) => lanes.values.extend(values.iter().map(|value| value.wide())),
    }
    known
}

/// The sum of what is known, and how many are.
fn total<L: Stored>(
    chunk: &Chunk,
    (values, known): (Values<'_, L>, Bits<'_>),
    planes: usize,
) -> (i64, u64) {
    let (lanes, live_lanes) = (chunk.groups.len(), chunk.live);
    if let (Values::Each(values), Bits::All(true)) = (values, known) {
        let count = u64::try_from(live_lanes * planes).unwrap_or(0);
        let planes = values.chunks_exact(lanes);
        let sums = planes.map(|plane| L::sum(&plane[..live_lanes]));
        return (sums.sum(), count);
    }
    let (mut sum, mut count) = (0_i64, 0);
    for word in 0..lanes * planes / WORD {
        let mut left = known.word(word) & live(chunk, word);
        count += u64::from(left.count_ones());
        while left != 0 {
            let lane = word * WORD + place(left.trailing_zeros());
            sum = sum.wrapping_add(values.lane(lane).wide());
            left &= left - 1;
        }
    }
    (sum, count)
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
        let bound = Bound::new(self, population);
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

/// Runs over some chunks.
fn over(bound: &Bound<'_>, part: std::ops::Range<usize>, mut visit: impl FnMut(&Seen<'_>)) {
    let chunks = &bound.population.chunks[part];
    let Some(first) = chunks.first() else {
        return;
    };
    let mut machine = Machine::new(bound, first);
    for chunk in chunks {
        machine.run(chunk);
        visit(&Seen {
            population: bound.population,
            chunk,
            machine: &machine,
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
