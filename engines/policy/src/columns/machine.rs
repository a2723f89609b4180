//! 执行: a bound program over one chunk at a time, in registers that stay in the cache.

use super::bind::{Bound, BoundResult, BoundStep, Width};
use super::bits::{Bits, Truths, choose, connect};
use super::cells::{Cells, Numbers, WORD};
use super::lane::{self, Lane, Values};
use super::program::{Do, Place, look_up};
use crate::ops::{Binary, Gather, Unary};
use crate::population::Chunk;

/// Lanes and bits that one step wrote.
#[derive(Debug, Clone, Default)]
pub(crate) struct Register {
    narrow: Vec<i32>,
    wide: Vec<i64>,
    truth: Vec<u64>,
    known: Vec<u64>,
    /// Whether all is known, so that `known` says nothing.
    settled: bool,
}

/// A kind of lanes: where they are among cells and in a register.
pub(crate) trait Stored: Lane {
    /// The cells, where they are of this kind.
    fn stored(numbers: &Numbers) -> Option<&[Self]>;
    /// The lanes of a register.
    fn lanes(register: &Register) -> &[Self];
    /// The lanes of a register, to write.
    fn lanes_mut(register: &mut Register) -> &mut Vec<Self>;
}

impl Stored for i32 {
    fn stored(numbers: &Numbers) -> Option<&[Self]> {
        match numbers {
            Numbers::Middle(cells) => Some(cells),
            _ => None,
        }
    }
    fn lanes(register: &Register) -> &[Self] {
        &register.narrow
    }
    fn lanes_mut(register: &mut Register) -> &mut Vec<Self> {
        &mut register.narrow
    }
}

impl Stored for i64 {
    fn stored(numbers: &Numbers) -> Option<&[Self]> {
        match numbers {
            Numbers::Wide(cells) => Some(cells),
            _ => None,
        }
    }
    fn lanes(register: &Register) -> &[Self] {
        &register.wide
    }
    fn lanes_mut(register: &mut Register) -> &mut Vec<Self> {
        &mut register.wide
    }
}

/// The registers of one thread.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    bound: &'a Bound<'a>,
    /// Boxed, so that a step takes its own out and puts it back at little cost.
    registers: Vec<Option<Box<Register>>>,
    scratch: Vec<u64>,
    pub(crate) chunk: &'a Chunk,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(bound: &'a Bound<'a>, chunk: &'a Chunk) -> Self {
        Self {
            bound,
            registers: vec![Some(Box::default()); bound.registers],
            scratch: Vec::new(),
            chunk,
        }
    }

    /// The results of the program.
    pub(crate) fn results(&self) -> &'a [BoundResult] {
        &self.bound.results
    }

    /// Computes the program for `chunk`.
    pub(crate) fn run(&mut self, chunk: &'a Chunk) {
        self.chunk = chunk;
        let bound = self.bound;
        for step in &bound.steps {
            let mut out = self.registers[step.register].take().unwrap_or_default();
            let lanes = self.chunk.slots(step.entity).len();
            match step.width {
                Width::Truth => out.truth.resize(lanes / WORD, 0),
                Width::Narrow => out.narrow.resize(lanes, 0),
                Width::Wide => out.wide.resize(lanes, 0),
            }
            out.known.resize(lanes / WORD, 0);
            match (step.does, step.wide) {
                (Do::Convert(a), _) => self.convert(a, step, &mut out),
                (_, true) => self.step::<i64>(step, &mut out),
                (_, false) => self.step::<i32>(step, &mut out),
            }
            self.registers[step.register] = Some(out);
        }
    }

    /// The numbers at `place`, whose lanes are of this kind, and which are known.
    pub(crate) fn numbers<L: Stored>(&self, place: Place) -> (Values<'_, L>, Bits<'_>) {
        match place {
            Place::Const(Some(value)) => (Values::One(L::of(value)), Bits::All(true)),
            Place::Const(None) => (Values::One(L::default()), Bits::All(false)),
            Place::Size => {
                let size = i64::try_from(self.chunk.size).unwrap_or(0);
                (Values::One(L::of(size)), Bits::All(true))
            }
            Place::Column(at) => {
                let cells = self.bound.cells(at);
                match cells.and_then(|cells| L::stored(&cells.numbers)) {
                    Some(stored) => {
                        let slots = self.chunk.slots(self.bound.program.columns[at].entity);
                        (Values::Each(&stored[slots]), self.column_known(at))
                    }
                    None => (Values::One(L::default()), Bits::All(false)),
                }
            }
            Place::Step(made) => {
                let register = self.register(made);
                (Values::Each(L::lanes(register)), register.known())
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
            Place::Column(at) => match self.bound.cells(at).map(|cells| &cells.numbers) {
                Some(Numbers::Truth(bits, _)) => {
                    let slots = self.chunk.slots(self.bound.program.columns[at].entity);
                    let words = slots.start / WORD..slots.end / WORD;
                    both(Bits::Each(&bits[words]), self.column_known(at))
                }
                _ => both(Bits::All(false), Bits::All(false)),
            },
            Place::Step(made) => {
                let register = self.register(made);
                both(Bits::Each(&register.truth), register.known())
            }
        }
    }

    fn register(&self, made: usize) -> &Register {
        let register = &self.registers[self.bound.steps[made].register];
        // Only the register that a step writes is out, and no step reads what it writes.
        register
            .as_deref()
            .expect("a step reads what steps before it wrote")
    }

    /// Which cells of a column are known in the chunk.
    fn column_known(&self, at: usize) -> Bits<'_> {
        let slots = self.chunk.slots(self.bound.program.columns[at].entity);
        match self.bound.cells(at) {
            Some(Cells {
                known: Some(known), ..
            }) => Bits::Each(&known[slots.start / WORD..slots.end / WORD]),
            Some(Cells { known: None, .. }) => Bits::All(true),
            None => Bits::All(false),
        }
    }

    /// Brings cells or lanes to another width.
    fn convert(&self, a: Place, step: &BoundStep, out: &mut Register) {
        if let Place::Column(at) = a
            && let Some(cells) = self.bound.cells(at)
        {
            let slots = self.chunk.slots(step.entity);
            match (&cells.numbers, step.width) {
                (Numbers::Narrow(cells), Width::Wide) => widen(&cells[slots], &mut out.wide),
                (Numbers::Middle(cells), Width::Wide) => widen(&cells[slots], &mut out.wide),
                (Numbers::Narrow(cells), _) => widen(&cells[slots], &mut out.narrow),
                (Numbers::Wide(cells), _) => shorten(&cells[slots], &mut out.narrow),
                _ => {}
            }
            out.know(&[self.column_known(at)]);
        }
        if let Place::Step(made) = a {
            let from = self.register(made);
            if step.width == Width::Wide {
                widen(&from.narrow, &mut out.wide);
            } else {
                shorten(&from.wide, &mut out.narrow);
            }
            out.know(&[from.known()]);
        }
    }

    fn step<L: Stored>(&mut self, step: &BoundStep, out: &mut Register) {
        match step.does {
            Do::Convert(_) => {}
            Do::Widen(a) => {
                let from = self.truths(a);
                let values = L::lanes_mut(out);
                let words = bits_of(from.truth, values.len() / WORD);
                let (yes, no) = (Values::One(L::of(1)), Values::One(L::default()));
                lane::select(&words, yes, no, values);
                out.know(&[from.known]);
            }
            Do::Narrow(a) => {
                let (values, known) = self.numbers::<L>(a);
                let zero = Values::One(L::default());
                lane::compare(values, zero, &mut out.truth, |a, b| a != b);
                out.know(&[known]);
                out.mask();
            }
            Do::Unary(..) | Do::Number(..) | Do::Table(..) => self.number::<L>(step, out),
            Do::Compare(how, a, b) => self.compare::<L>(how, a, b, out),
            Do::Not(_) | Do::Connect(..) | Do::ChooseTruth(..) => self.logic(step.does, out),
            Do::ChooseNumber(condition, yes, no) => self.choose::<L>(condition, yes, no, out),
            Do::LiftNumber(a) => self.lift_number::<L>(a, out),
            Do::LiftTruth(a) => self.lift_truth(a, out),
            Do::GatherNumber(Gather::Sum, value, counted, _) => {
                self.sum::<L>(value, counted, out);
            }
            Do::GatherNumber(how, value, counted, none) => {
                self.most::<L>(how, value, (counted, none), out);
            }
            Do::Count(value, counted) => self.count::<L>(value, counted, out),
            Do::GatherTruth(how, value, counted) => self.gather_truth(how, value, counted, out),
        }
    }

    /// A truth of truths.
    fn logic(&self, does: Do, out: &mut Register) {
        match does {
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
            _ => {}
        }
    }

    /// A number of numbers.
    fn number<L: Stored>(&self, step: &BoundStep, out: &mut Register) {
        let values = L::lanes_mut(out);
        if let Some(lookup) = &step.lookup {
            let varying = step
                .does
                .operands()
                .find(|place| !matches!(place, Place::Const(_)));
            let (from, known) = self.numbers::<L>(varying.unwrap_or(Place::Size));
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
                let (a, known) = self.numbers::<L>(a);
                match how {
                    Unary::Neg => lane::map(a, values, |a| L::default().minus(a)),
                    Unary::Abs => lane::map(a, values, |a| a.max(L::default().minus(a))),
                    _ => lane::map(a, values, |a| L::of(how.strict(a.wide()))),
                }
                out.know(&[known]);
            }
            Do::Table(table, a) => {
                let (a, known) = self.numbers::<L>(a);
                let table = &self.bound.program.tables[table];
                match a {
                    Values::Each(a) if table.marginal => lane::marginal(&table.steps, a, values),
                    Values::Each(a) => lane::bands(&table.steps, a, values),
                    Values::One(a) => values.fill(L::of(look_up(table, a.wide()))),
                }
                out.know(&[known]);
            }
            Do::Number(how, a, b) => {
                let ((a, known_a), (b, known_b)) = (self.numbers::<L>(a), self.numbers::<L>(b));
                arithmetic(how, a, b, values);
                out.know(&[known_a, known_b]);
                if how == Binary::Agree {
                    out.agree(a, b);
                }
            }
            _ => {}
        }
    }

    /// Compares a column of bytes with a byte; gives the column, where it is that.
    fn compare_bytes(&self, how: Binary, a: Place, b: Place, out: &mut [u64]) -> Option<usize> {
        let (at, value, first) = match (a, b) {
            (Place::Column(at), Place::Const(Some(value))) => (at, value, true),
            (Place::Const(Some(value)), Place::Column(at)) => (at, value, false),
            _ => return None,
        };
        let value = i8::try_from(value).ok()?;
        let Some(Numbers::Narrow(cells)) = self.bound.cells(at).map(|cells| &cells.numbers) else {
            return None;
        };
        let cells = &cells[self.chunk.slots(self.bound.program.columns[at].entity)];
        match (how, first) {
            (Binary::Eq, _) => lane::packed(out, cells, |cell| cell == value),
            (Binary::Ne, _) => lane::packed(out, cells, |cell| cell != value),
            (Binary::Lt, true) => lane::packed(out, cells, |cell| cell < value),
            (Binary::Lt, false) => lane::packed(out, cells, |cell| value < cell),
            (_, true) => lane::packed(out, cells, |cell| cell <= value),
            (_, false) => lane::packed(out, cells, |cell| value <= cell),
        }
        Some(at)
    }

    fn compare<L: Stored>(&self, how: Binary, a: Place, b: Place, out: &mut Register) {
        if let Some(at) = self.compare_bytes(how, a, b, &mut out.truth) {
            out.know(&[self.column_known(at)]);
            out.mask();
            return;
        }
        let ((a, known_a), (b, known_b)) = (self.numbers::<L>(a), self.numbers::<L>(b));
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

    fn choose<L: Stored>(&self, condition: Place, yes: Place, no: Place, out: &mut Register) {
        let condition = self.truths(condition);
        let ((yes, known_yes), (no, known_no)) = (self.numbers::<L>(yes), self.numbers::<L>(no));
        let words = out.known.len();
        match condition.truth {
            Bits::Each(bits) => lane::select(bits, yes, no, L::lanes_mut(out)),
            all @ Bits::All(_) => {
                lane::select(&bits_of(all, words), yes, no, L::lanes_mut(out));
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

    fn lift_number<L: Stored>(&self, a: Place, out: &mut Register) {
        let (values, known) = self.numbers::<L>(a);
        let (lanes, words) = self.plane();
        match values {
            Values::One(value) => L::lanes_mut(out).fill(value),
            Values::Each(values) => {
                for plane in L::lanes_mut(out).chunks_exact_mut(lanes) {
                    plane.copy_from_slice(values);
                }
            }
        }
        out.lift_known(known, words);
    }

    fn lift_truth(&self, a: Place, out: &mut Register) {
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
    fn share_known(&self, counted: Option<Place>, known: Bits<'_>, out: &mut Register) {
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

    fn sum<L: Stored>(&mut self, value: Place, counted: Option<Place>, out: &mut Register) {
        let mut who = std::mem::take(&mut self.scratch);
        let (values, known) = self.numbers::<L>(value);
        let (lanes, words) = self.plane();
        let sums = L::lanes_mut(out);
        sums.fill(L::default());
        for plane in 0..self.chunk.size {
            let these = match values {
                Values::One(value) => Values::One(value),
                Values::Each(values) => Values::Each(&values[plane * lanes..][..lanes]),
            };
            match (counted, these) {
                (None, Values::One(value)) => add_all(sums, value),
                (None, Values::Each(values)) if plane == 0 => sums.copy_from_slice(values),
                (None, Values::Each(values)) => add_each(sums, values),
                (Some(_), these) => {
                    who.clear();
                    who.extend((0..words).map(|word| self.share(counted, known, plane, word).0));
                    lane::masked(&who, sums, |mask, lane, before| {
                        before.plus(mask & these.lane(lane))
                    });
                }
            }
        }
        self.share_known(counted, known, out);
        self.scratch = who;
    }

    fn count<L: Stored>(&mut self, value: Place, counted: Option<Place>, out: &mut Register) {
        let mut who = std::mem::take(&mut self.scratch);
        let values = self.truths(value);
        let (_, words) = self.plane();
        let sums = L::lanes_mut(out);
        sums.fill(L::default());
        for plane in 0..self.chunk.size {
            who.clear();
            who.extend((0..words).map(|word| {
                let counted = self.share(counted, values.known, plane, word).0;
                counted & values.truth.word(plane * words + word)
            }));
            lane::count(&who, sums);
        }
        self.share_known(counted, values.known, out);
        self.scratch = who;
    }

    /// The smallest or the largest; `none` where nobody is counted.
    fn most<L: Stored>(
        &self,
        how: Gather,
        value: Place,
        (counted, none): (Option<Place>, Option<Place>),
        out: &mut Register,
    ) {
        let (values, known) = self.numbers::<L>(value);
        let (lanes, words) = self.plane();
        let (worst, better): (L, fn(L, L) -> L) = match how {
            Gather::Min => (L::MAX, L::min),
            _ => (L::MIN, L::max),
        };
        let best = L::lanes_mut(out);
        best.fill(worst);
        let mut some = vec![0; words];
        let mut all = vec![u64::MAX; words];
        for plane in 0..self.chunk.size {
            let shares = (0..words).map(|word| self.share(counted, known, plane, word));
            let (who, sure): (Vec<u64>, Vec<u64>) = shares.unzip();
            for word in 0..words {
                some[word] |= who[word];
                all[word] &= sure[word];
            }
            lane::masked(&who, best, |mask, lane, before| {
                let taken = better(before, values.lane(plane * lanes + lane));
                before ^ ((before ^ taken) & mask)
            });
        }
        let (none, none_known) = self.numbers::<L>(none.unwrap_or(Place::Const(None)));
        lane::masked(&some, L::lanes_mut(out), |mask, lane, before| {
            let none = none.lane(lane);
            none ^ ((before ^ none) & mask)
        });
        out.settled = false;
        for word in 0..words {
            out.known[word] = all[word] & (some[word] | none_known.word(word));
        }
    }

    fn gather_truth(&self, how: Gather, value: Place, counted: Option<Place>, out: &mut Register) {
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

impl Register {
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
    fn agree<L: Lane>(&mut self, a: Values<'_, L>, b: Values<'_, L>) {
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

fn widen<T: Copy + Into<L>, L>(cells: &[T], out: &mut [L]) {
    for (out, cell) in out.iter_mut().zip(cells) {
        *out = (*cell).into();
    }
}

fn shorten(cells: &[i64], out: &mut [i32]) {
    for (out, cell) in out.iter_mut().zip(cells) {
        *out = i32::of(*cell);
    }
}

fn add_all<L: Lane>(out: &mut [L], value: L) {
    for out in out {
        *out = out.plus(value);
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
