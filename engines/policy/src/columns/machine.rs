//! 执行: a program over one chunk at a time, in registers that stay in the cache.

use super::bits::{Bits, Truths, choose, connect};
use super::cells::{Cells, Numbers, WORD};
use super::lane::{self, Lane, Values};
use super::program::{Do, Place, Program, Step, bank};
use crate::ops::{Binary, Gather, Unary};
use crate::population::{Chunk, Population};

/// What a slow operator gives for every value from `low` on.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    pub(crate) low: i64,
    pub(crate) values: Vec<i32>,
}

/// A program bound to a population.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    pub(crate) program: &'a Program,
    pub(crate) population: &'a Population,
    /// The population's column for each of the program's; `None` where it has none.
    pub(crate) columns: Vec<Option<usize>>,
    /// A table instead of the operator, for the steps that have one.
    pub(crate) lookups: Vec<Option<Lookup>>,
}

impl Bound<'_> {
    pub(crate) fn cells(&self, column: usize) -> Option<&Cells> {
        self.columns[column].map(|at| &self.population.columns[at].cells)
    }
}

/// Lanes and bits that one step wrote.
#[derive(Debug, Clone, Default)]
struct Register<L> {
    values: Vec<L>,
    truth: Vec<u64>,
    known: Vec<u64>,
    /// Whether all is known, so that `known` says nothing.
    settled: bool,
}

/// The lanes of one type: their place among the cells of columns.
pub(crate) trait Stored: Lane {
    /// The cells, where they are of this type.
    fn stored(numbers: &Numbers) -> Option<&[Self]>;
}

impl Stored for i32 {
    fn stored(numbers: &Numbers) -> Option<&[Self]> {
        match numbers {
            Numbers::Middle(cells) => Some(cells),
            _ => None,
        }
    }
}

impl Stored for i64 {
    fn stored(numbers: &Numbers) -> Option<&[Self]> {
        match numbers {
            Numbers::Wide(cells) => Some(cells),
            _ => None,
        }
    }
}

/// The registers of one thread.
#[derive(Debug)]
pub(crate) struct Machine<'a, L> {
    bound: &'a Bound<'a>,
    banks: [Vec<Register<L>>; 4],
    /// Columns of another width, as lanes of this one.
    loaded: Vec<Vec<L>>,
    scratch: Vec<u64>,
    pub(crate) chunk: &'a Chunk,
}

impl<'a, L: Stored> Machine<'a, L> {
    pub(crate) fn new(bound: &'a Bound<'a>, chunk: &'a Chunk) -> Self {
        let bank = |bank: usize| vec![Register::default(); bound.program.registers[bank]];
        Self {
            bound,
            banks: [bank(0), bank(1), bank(2), bank(3)],
            loaded: vec![Vec::new(); bound.program.columns.len()],
            scratch: Vec::new(),
            chunk,
        }
    }

    /// The results of the program.
    pub(crate) fn results(&self) -> &'a [super::program::Result] {
        &self.bound.program.results
    }

    /// Computes the program for `chunk`.
    pub(crate) fn run(&mut self, chunk: &'a Chunk) {
        self.chunk = chunk;
        self.load();
        let bound = self.bound;
        for (at, step) in bound.program.steps.iter().enumerate() {
            let bank = bank(step.entity, step.truth);
            let mut out = std::mem::take(&mut self.banks[bank][step.register]);
            let lanes = self.chunk.slots(step.entity).len();
            if step.truth {
                out.truth.resize(lanes / WORD, 0);
            } else {
                out.values.resize(lanes, L::default());
            }
            out.known.resize(lanes / WORD, 0);
            self.step(at, step, &mut out);
            self.banks[bank][step.register] = out;
        }
    }

    /// Brings columns of another width to this one's lanes.
    fn load(&mut self) {
        for (at, wanted) in self.bound.program.columns.iter().enumerate() {
            let Some(cells) = self.bound.cells(at) else {
                continue;
            };
            let slots = self.chunk.slots(wanted.entity);
            let out = &mut self.loaded[at];
            match &cells.numbers {
                Numbers::Truth(..) => {}
                numbers if L::stored(numbers).is_some() => {}
                Numbers::Narrow(cells) => fill(out, &cells[slots], |cell| L::of(i64::from(cell))),
                Numbers::Middle(cells) => fill(out, &cells[slots], |cell| L::of(i64::from(cell))),
                Numbers::Wide(cells) => fill(out, &cells[slots], L::of),
            }
        }
    }

    /// The numbers at `place`, and which are known.
    pub(crate) fn numbers(&self, place: Place) -> (Values<'_, L>, Bits<'_>) {
        match place {
            Place::Const(Some(value)) => (Values::One(L::of(value)), Bits::All(true)),
            Place::Const(None) => (Values::One(L::default()), Bits::All(false)),
            Place::Size => {
                let size = i64::try_from(self.chunk.size).unwrap_or(0);
                (Values::One(L::of(size)), Bits::All(true))
            }
            Place::Column(at) => match self.bound.cells(at) {
                None => (Values::One(L::default()), Bits::All(false)),
                Some(cells) => {
                    let slots = self.chunk.slots(self.bound.program.columns[at].entity);
                    let values = match L::stored(&cells.numbers) {
                        Some(stored) => &stored[slots.clone()],
                        None => &self.loaded[at],
                    };
                    (Values::Each(values), known_in(cells, &slots))
                }
            },
            Place::Step(made) => {
                let register = self.register(made);
                (Values::Each(&register.values), register.known())
            }
        }
    }

    /// The truths at `place`.
    pub(crate) fn truths(&self, place: Place) -> Truths<'_> {
        let both = |truth, known| Truths { truth, known };
        match place {
            Place::Const(Some(value)) => both(Bits::All(value != 0), Bits::All(true)),
            Place::Const(None) => both(Bits::All(false), Bits::All(false)),
            Place::Size => both(Bits::All(true), Bits::All(true)),
            Place::Column(at) => match self.bound.cells(at) {
                Some(cells) => {
                    let slots = self.chunk.slots(self.bound.program.columns[at].entity);
                    let words = slots.start / WORD..slots.end / WORD;
                    match &cells.numbers {
                        Numbers::Truth(bits, _) => {
                            both(Bits::Each(&bits[words]), known_in(cells, &slots))
                        }
                        _ => both(Bits::All(false), Bits::All(false)),
                    }
                }
                None => both(Bits::All(false), Bits::All(false)),
            },
            Place::Step(made) => {
                let register = self.register(made);
                both(Bits::Each(&register.truth), register.known())
            }
        }
    }

    fn register(&self, made: usize) -> &Register<L> {
        let step = &self.bound.program.steps[made];
        &self.banks[bank(step.entity, step.truth)][step.register]
    }

    fn step(&mut self, at: usize, step: &Step, out: &mut Register<L>) {
        match step.does {
            Do::Widen(a) => {
                let from = self.truths(a);
                let words = bits_of(from.truth, out.values.len() / WORD);
                let (yes, no) = (Values::One(L::of(1)), Values::One(L::default()));
                lane::select(&words, yes, no, &mut out.values);
                out.know(&[from.known]);
            }
            Do::Narrow(a) => {
                let (values, known) = self.numbers(a);
                let zero = Values::One(L::default());
                lane::compare(values, zero, &mut out.truth, |a, b| a != b);
                out.know(&[known]);
                out.mask();
            }
            Do::Unary(..) | Do::Number(..) | Do::Table(..) => self.number(at, step, out),
            Do::Compare(how, a, b) => self.compare(how, a, b, out),
            Do::Not(a) => {
                let a = self.truths(a);
                out.know(&[a.known]);
                for (at, out) in out.truth.iter_mut().enumerate() {
                    let (truth, known) = a.word(at);
                    *out = !truth & known;
                }
            }
            Do::Connect(how, a, b) => {
                let (a, b) = (self.truths(a), self.truths(b));
                out.settled = a.settled() && b.settled() && how != Binary::Agree;
                for at in 0..out.truth.len() {
                    (out.truth[at], out.known[at]) = connect(how, a.word(at), b.word(at));
                }
            }
            Do::ChooseTruth(condition, yes, no) => {
                let [condition, yes, no] = [condition, yes, no].map(|place| self.truths(place));
                out.settled = condition.settled() && yes.settled() && no.settled();
                for at in 0..out.truth.len() {
                    (out.truth[at], out.known[at]) =
                        choose(condition.word(at), yes.word(at), no.word(at));
                }
            }
            Do::ChooseNumber(condition, yes, no) => self.choose(condition, yes, no, out),
            Do::LiftNumber(a) => self.lift_number(a, out),
            Do::LiftTruth(a) => self.lift_truth(a, out),
            Do::GatherNumber(how, value, counted, none) => {
                if how == Gather::Sum {
                    self.sum(value, counted, out);
                } else {
                    self.most(how, value, (counted, none), out);
                }
            }
            Do::Count(value, counted) => self.count(value, counted, out),
            Do::GatherTruth(how, value, counted) => self.gather_truth(how, value, counted, out),
        }
    }

    /// A number of numbers.
    fn number(&self, at: usize, step: &Step, out: &mut Register<L>) {
        let (program, values) = (self.bound.program, &mut out.values);
        if let Some(lookup) = &self.bound.lookups[at] {
            let varying = step.does.operands().find(|place| !fixed(*place));
            let (from, known) = self.numbers(varying.unwrap_or(Place::Size));
            lane::map(from, values, |x| {
                let place = usize::try_from(x.wide().wrapping_sub(lookup.low)).ok();
                let found = place.and_then(|place| lookup.values.get(place));
                found.map_or(L::default(), |value| L::of(i64::from(*value)))
            });
            out.know(&[known]);
            return;
        }
        match step.does {
            Do::Unary(how, a) => {
                let (a, known) = self.numbers(a);
                match how {
                    Unary::Neg => lane::map(a, values, |a| L::default().minus(a)),
                    Unary::Abs => lane::map(a, values, |a| a.max(L::default().minus(a))),
                    _ => lane::map(a, values, |a| L::of(how.strict(a.wide()))),
                }
                out.know(&[known]);
            }
            Do::Table(table, a) => {
                let (a, known) = self.numbers(a);
                let table = &program.tables[table];
                match a {
                    Values::Each(a) if table.marginal => lane::marginal(&table.steps, a, values),
                    Values::Each(a) => lane::bands(&table.steps, a, values),
                    Values::One(a) => {
                        values.fill(L::of(super::program::look_up(table, a.wide())));
                    }
                }
                out.know(&[known]);
            }
            Do::Number(how, a, b) => {
                let ((a, known_a), (b, known_b)) = (self.numbers(a), self.numbers(b));
                arithmetic(how, a, b, values);
                out.know(&[known_a, known_b]);
                if how == Binary::Agree {
                    out.agree(a, b);
                }
            }
            _ => {}
        }
    }

    fn compare(&self, how: Binary, a: Place, b: Place, out: &mut Register<L>) {
        let ((a, known_a), (b, known_b)) = (self.numbers(a), self.numbers(b));
        let truth = &mut out.truth;
        match how {
            Binary::Eq => lane::compare(a, b, truth, |a, b| a == b),
            Binary::Ne => lane::compare(a, b, truth, |a, b| a != b),
            Binary::Lt => lane::compare(a, b, truth, |a, b| a < b),
            _ => lane::compare(a, b, truth, |a, b| a <= b),
        }
        out.know(&[known_a, known_b]);
        out.mask();
    }

    fn choose(&self, condition: Place, yes: Place, no: Place, out: &mut Register<L>) {
        let condition = self.truths(condition);
        let ((yes, known_yes), (no, known_no)) = (self.numbers(yes), self.numbers(no));
        let words = out.values.len() / WORD;
        match condition.truth {
            Bits::Each(bits) => lane::select(bits, yes, no, &mut out.values),
            all @ Bits::All(_) => {
                lane::select(&bits_of(all, words), yes, no, &mut out.values);
            }
        }
        let all = [condition.known, known_yes, known_no];
        out.settled = all.iter().all(|known| matches!(known, Bits::All(true)));
        if out.settled {
            return;
        }
        // Which lanes have the same on both sides matters only where the condition is unknown.
        let mut same = vec![0; words];
        if !condition.settled() {
            lane::compare(yes, no, &mut same, |a, b| a == b);
        }
        for (at, same) in same.iter().enumerate() {
            let (truth, known) = condition.word(at);
            let (yes, no) = (known_yes.word(at), known_no.word(at));
            out.known[at] = (truth & yes) | (known & !truth & no) | (!known & yes & no & same);
        }
    }

    /// How many lanes and words one plane of members has.
    fn plane(&self) -> (usize, usize) {
        let lanes = self.chunk.groups.len();
        (lanes, lanes / WORD)
    }

    fn lift_number(&self, a: Place, out: &mut Register<L>) {
        let (values, known) = self.numbers(a);
        let (lanes, words) = self.plane();
        match values {
            Values::One(value) => out.values.fill(value),
            Values::Each(values) => {
                for plane in out.values.chunks_exact_mut(lanes) {
                    plane.copy_from_slice(values);
                }
            }
        }
        out.lift_known(known, words);
    }

    fn lift_truth(&self, a: Place, out: &mut Register<L>) {
        let a = self.truths(a);
        let (_, words) = self.plane();
        for (at, word) in out.truth.iter_mut().enumerate() {
            *word = a.truth.word(at % words);
        }
        out.lift_known(a.known, words);
    }

    /// Which members of plane `plane` are counted and known: `(counted, settled)` of a word, where
    /// `settled` are those whose share in the result is known.
    fn share(
        &self,
        counted: Option<Place>,
        known: Bits<'_>,
        plane: usize,
        word: usize,
    ) -> (u64, u64) {
        let (_, words) = self.plane();
        let at = plane * words + word;
        match counted {
            None => (u64::MAX, known.word(at)),
            Some(place) => {
                let (truth, sure) = self.truths(place).word(at);
                (truth, (sure & !truth) | (truth & known.word(at)))
            }
        }
    }

    /// What is known of a gathered number: known where every member's share is.
    fn share_known(&self, counted: Option<Place>, known: Bits<'_>, out: &mut Register<L>) {
        let sure = counted.is_none_or(|place| self.truths(place).settled());
        out.settled = sure && matches!(known, Bits::All(true));
        if out.settled {
            return;
        }
        for (word, out) in out.known.iter_mut().enumerate() {
            let planes = 0..self.chunk.size;
            *out = planes.fold(u64::MAX, |all, plane| {
                all & self.share(counted, known, plane, word).1
            });
        }
    }

    fn sum(&mut self, value: Place, counted: Option<Place>, out: &mut Register<L>) {
        let mut who = std::mem::take(&mut self.scratch);
        let (values, known) = self.numbers(value);
        let (lanes, words) = self.plane();
        out.values.fill(L::default());
        for plane in 0..self.chunk.size {
            let these = match values {
                Values::One(value) => Values::One(value),
                Values::Each(values) => Values::Each(&values[plane * lanes..][..lanes]),
            };
            match (counted, these) {
                (None, Values::One(value)) => add_to(&mut out.values, |_| value),
                (None, Values::Each(values)) => add_each(&mut out.values, values),
                (Some(_), these) => {
                    who.clear();
                    who.extend((0..words).map(|word| self.share(counted, known, plane, word).0));
                    lane::masked(&who, &mut out.values, |mask, lane, before| {
                        before.plus(mask & these.lane(lane))
                    });
                }
            }
        }
        self.share_known(counted, known, out);
        self.scratch = who;
    }

    fn count(&mut self, value: Place, counted: Option<Place>, out: &mut Register<L>) {
        let mut who = std::mem::take(&mut self.scratch);
        let values = self.truths(value);
        let (_, words) = self.plane();
        out.values.fill(L::default());
        for plane in 0..self.chunk.size {
            who.clear();
            who.extend((0..words).map(|word| {
                let counted = self.share(counted, values.known, plane, word).0;
                counted & values.truth.word(plane * words + word)
            }));
            lane::count(&who, &mut out.values);
        }
        self.share_known(counted, values.known, out);
        self.scratch = who;
    }

    /// The smallest or the largest; `none` where nobody is counted.
    fn most(
        &self,
        how: Gather,
        value: Place,
        (counted, none): (Option<Place>, Option<Place>),
        out: &mut Register<L>,
    ) {
        let (values, known) = self.numbers(value);
        let (lanes, words) = self.plane();
        let (worst, better): (L, fn(L, L) -> L) = match how {
            Gather::Min => (L::MAX, L::min),
            _ => (L::MIN, L::max),
        };
        out.values.fill(worst);
        let mut some = vec![0; words];
        let mut all = vec![u64::MAX; words];
        for plane in 0..self.chunk.size {
            let shares = (0..words).map(|word| self.share(counted, known, plane, word));
            let (who, sure): (Vec<u64>, Vec<u64>) = shares.unzip();
            for word in 0..words {
                some[word] |= who[word];
                all[word] &= sure[word];
            }
            lane::masked(&who, &mut out.values, |mask, lane, before| {
                let taken = better(before, values.lane(plane * lanes + lane));
                before ^ ((before ^ taken) & mask)
            });
        }
        let (none, none_known) = self.numbers(none.unwrap_or(Place::Const(None)));
        lane::masked(&some, &mut out.values, |mask, lane, before| {
            let none = none.lane(lane);
            none ^ ((before ^ none) & mask)
        });
        out.settled = false;
        for word in 0..words {
            out.known[word] = all[word] & (some[word] | none_known.word(word));
        }
    }

    fn gather_truth(
        &self,
        how: Gather,
        value: Place,
        counted: Option<Place>,
        out: &mut Register<L>,
    ) {
        let values = self.truths(value);
        let (_, words) = self.plane();
        let sure = counted.is_none_or(|place| self.truths(place).settled());
        out.settled = sure && values.settled();
        for word in 0..words {
            // `all` is the denial of `any` of the denials.
            let (mut some, mut settled) = (0, u64::MAX);
            for plane in 0..self.chunk.size {
                let (who, known) = self.share(counted, values.known, plane, word);
                let (truth, sure) = values.word(plane * words + word);
                some |= who
                    & if how == Gather::Any {
                        truth
                    } else {
                        sure & !truth
                    };
                settled &= known;
            }
            out.known[word] = some | settled;
            out.truth[word] = if how == Gather::Any {
                some
            } else {
                !some & settled
            };
        }
    }
}

impl<L: Stored> Register<L> {
    fn known(&self) -> Bits<'_> {
        if self.settled {
            Bits::All(true)
        } else {
            Bits::Each(&self.known)
        }
    }

    /// Known where all the operands are.
    fn know(&mut self, operands: &[Bits<'_>]) {
        self.settled = operands.iter().all(|bits| matches!(bits, Bits::All(true)));
        if !self.settled {
            for (at, known) in self.known.iter_mut().enumerate() {
                *known = operands
                    .iter()
                    .fold(u64::MAX, |all, bits| all & bits.word(at));
            }
        }
    }

    /// Keeps truth within what is known.
    fn mask(&mut self) {
        if !self.settled {
            for (truth, known) in self.truth.iter_mut().zip(&self.known) {
                *truth &= known;
            }
        }
    }

    /// Two readings are known only where they agree.
    fn agree(&mut self, a: Values<'_, L>, b: Values<'_, L>) {
        let mut same = vec![0; self.known.len()];
        lane::compare(a, b, &mut same, |a, b| a == b);
        for (at, same) in same.iter().enumerate() {
            self.known[at] = self.known().word(at) & same;
        }
        self.settled = false;
    }

    fn lift_known(&mut self, known: Bits<'_>, words: usize) {
        self.settled = matches!(known, Bits::All(true));
        if !self.settled {
            for (at, out) in self.known.iter_mut().enumerate() {
                *out = known.word(at % words);
            }
        }
    }
}

/// Whether a place is the same for every household of a chunk.
pub(crate) fn fixed(place: Place) -> bool {
    matches!(place, Place::Const(_))
}

fn arithmetic<L: Lane>(how: Binary, a: Values<'_, L>, b: Values<'_, L>, out: &mut [L]) {
    match (how, a, b) {
        (Binary::Add, a, b) => lane::zip(a, b, out, L::plus),
        (Binary::Sub, a, b) => lane::zip(a, b, out, L::minus),
        (Binary::Mul, a, b) => lane::zip(a, b, out, L::times),
        (Binary::Min, a, b) => lane::zip(a, b, out, L::min),
        (Binary::Max, a, b) => lane::zip(a, b, out, L::max),
        (Binary::Agree, a, _) => lane::map(a, out, |a| a),
        (Binary::Div(towards), Values::Each(a), Values::One(b)) if b > L::default() => {
            L::divide(a, b, towards, out);
        }
        (how, a, b) => lane::zip(a, b, out, |a, b| L::of(how.strict(a.wide(), b.wide()))),
    }
}

fn fill<L: Copy, T: Copy>(out: &mut Vec<L>, cells: &[T], of: impl Fn(T) -> L) {
    out.clear();
    out.extend(cells.iter().map(|cell| of(*cell)));
}

fn add_to<L: Lane>(out: &mut [L], value: impl Fn(usize) -> L) {
    for (lane, out) in out.iter_mut().enumerate() {
        *out = out.plus(value(lane));
    }
}

fn add_each<L: Lane>(out: &mut [L], values: &[L]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = out.plus(*value);
    }
}

/// Bits as words of their own.
fn bits_of(bits: Bits<'_>, words: usize) -> Vec<u64> {
    (0..words).map(|at| bits.word(at)).collect()
}

/// Which cells of some slots are known.
fn known_in<'a>(cells: &'a Cells, slots: &std::ops::Range<usize>) -> Bits<'a> {
    match &cells.known {
        None => Bits::All(true),
        Some(known) => Bits::Each(&known[slots.start / WORD..slots.end / WORD]),
    }
}
