//! 列: the cells of one fact over a population, as narrow as its values allow, and bitsets.
//!
//! **Invariants.** A bitset has no bit set beyond its length. What is not known has the value 0, so
//! that bounds and sums never meet a stale number. Bits of truth lie within the bits of what is
//! known.

use crate::population::Places;
use crate::value::Range;

/// How many lanes one word of a bitset covers.
pub(crate) const WORD: usize = 64;

/// How many words cover `lanes`.
pub(crate) fn words(lanes: usize) -> usize {
    lanes.div_ceil(WORD)
}

/// The bit at `lane`.
pub(crate) fn bit(bits: &[u64], lane: usize) -> bool {
    bits[lane / WORD] >> (lane % WORD) & 1 == 1
}

/// Set the bit at `lane`.
pub(crate) fn set(bits: &mut [u64], lane: usize) {
    bits[lane / WORD] |= 1 << (lane % WORD);
}

/// Values in the narrowest integers that hold them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Truths, a bit each.
    Truth(Vec<u64>, usize),
    /// Codes, ages, small counts.
    Narrow(Vec<i8>),
    /// Days and most amounts.
    Middle(Vec<i32>),
    /// Anything.
    Wide(Vec<i64>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Self::Truth(_, lanes) => *lanes,
            Self::Narrow(cells) => cells.len(),
            Self::Middle(cells) => cells.len(),
            Self::Wide(cells) => cells.len(),
        }
    }

    fn get(&self, lane: usize) -> i64 {
        match self {
            Self::Truth(bits, _) => i64::from(bit(bits, lane)),
            Self::Narrow(cells) => i64::from(cells[lane]),
            Self::Middle(cells) => i64::from(cells[lane]),
            Self::Wide(cells) => cells[lane],
        }
    }

    /// Appends `value`, widening what is there when it does not fit.
    fn push(&mut self, value: i64) {
        match self {
            Self::Truth(bits, lanes) => {
                bits.resize(words(*lanes + 1), 0);
                if value != 0 {
                    set(bits, *lanes);
                }
                *lanes += 1;
            }
            Self::Narrow(cells) => match i8::try_from(value) {
                Ok(small) => cells.push(small),
                Err(_too_wide) => {
                    // Room for as many as there was room for before.
                    let mut wider: Vec<i32> = Vec::with_capacity(cells.capacity());
                    wider.extend(cells.iter().map(|cell| i32::from(*cell)));
                    *self = Self::Middle(wider);
                    self.push(value);
                }
            },
            Self::Middle(cells) => match i32::try_from(value) {
                Ok(small) => cells.push(small),
                Err(_too_wide) => {
                    let mut wider: Vec<i64> = Vec::with_capacity(cells.capacity());
                    wider.extend(cells.iter().map(|cell| i64::from(*cell)));
                    *self = Self::Wide(wider);
                    self.push(value);
                }
            },
            Self::Wide(cells) => cells.push(value),
        }
    }
}

/// The cells of one fact: whole numbers (fen, counts, days, places in a list of codes) and which of
/// them are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    /// The values; 0 where nothing is known.
    pub(crate) numbers: Numbers,
    /// Which are known; `None` when all are.
    pub(crate) known: Option<Vec<u64>>,
}

impl Cells {
    /// No cells yet: of truths, or of numbers.
    pub(crate) fn empty(truths: bool) -> Self {
        let numbers = if truths {
            Numbers::Truth(Vec::new(), 0)
        } else {
            Numbers::Narrow(Vec::new())
        };
        Self {
            numbers,
            known: None,
        }
    }

    /// Cells that are all known, one of `values` in each place; padding gets 0.
    pub(crate) fn laid_out(values: &[i64], truths: bool, places: Places<'_>) -> Self {
        let low = values.iter().copied().min().unwrap_or(0);
        let high = values.iter().copied().max().unwrap_or(0);
        let fits = |least: i64, most: i64| least <= low && high <= most;
        let numbers = if truths {
            let mut bits = vec![0; words(places.len())];
            places.each(|slot, row| {
                if values.get(row).is_some_and(|value| *value != 0) {
                    set(&mut bits, slot);
                }
            });
            Numbers::Truth(bits, places.len())
        } else if fits(i8::MIN.into(), i8::MAX.into()) {
            Numbers::Narrow(gather(values, places))
        } else if fits(i32::MIN.into(), i32::MAX.into()) {
            Numbers::Middle(gather(values, places))
        } else {
            Numbers::Wide(gather(values, places))
        };
        Self {
            numbers,
            known: None,
        }
    }

    /// Appends a cell.
    pub(crate) fn push(&mut self, value: Option<i64>) {
        let lane = self.numbers.len();
        self.numbers.push(value.unwrap_or(0));
        if value.is_none() && self.known.is_none() {
            self.known = Some(all(lane));
        }
        if let Some(known) = &mut self.known {
            known.resize(words(lane + 1), 0);
            if value.is_some() {
                set(known, lane);
            }
        }
    }

    /// The cell at `lane`.
    pub(crate) fn get(&self, lane: usize) -> Option<i64> {
        let known = self.known.as_ref().is_none_or(|known| bit(known, lane));
        known.then(|| self.numbers.get(lane))
    }

    /// The same cells in other places; padding gets 0.
    pub(crate) fn arranged(&self, places: Places<'_>) -> Self {
        let numbers = match &self.numbers {
            Numbers::Truth(old, lanes) => {
                Numbers::Truth(gather_bits(old, *lanes, places), places.len())
            }
            Numbers::Narrow(old) => Numbers::Narrow(gather(old, places)),
            Numbers::Middle(old) => Numbers::Middle(gather(old, places)),
            Numbers::Wide(old) => Numbers::Wide(gather(old, places)),
        };
        let lanes = self.numbers.len();
        let known = self.known.as_ref();
        let known = known.map(|old| gather_bits(old, lanes, places));
        Self { numbers, known }
    }

    /// The sum of all values, wrapping; of truths how many there are.
    pub(crate) fn sum(&self) -> i64 {
        match &self.numbers {
            Numbers::Truth(bits, _) => bits.iter().map(|word| i64::from(word.count_ones())).sum(),
            Numbers::Narrow(cells) => cells.iter().map(|cell| i64::from(*cell)).sum(),
            Numbers::Middle(cells) => cells.iter().map(|cell| i64::from(*cell)).sum(),
            Numbers::Wide(cells) => cells.iter().fold(0, |sum, cell| sum.wrapping_add(*cell)),
        }
    }

    /// The least and the greatest value among `slots`; 0 counts, since padding and unknown are 0.
    pub(crate) fn bounds(&self, slots: std::ops::Range<usize>) -> Range {
        fn of<T: Copy + Ord + Default + Into<i64>>(cells: &[T]) -> Range {
            let (mut low, mut high) = (T::default(), T::default());
            for cell in cells {
                low = low.min(*cell);
                high = high.max(*cell);
            }
            Range::new(low.into(), high.into())
        }
        match &self.numbers {
            Numbers::Truth(..) => Range::BOOL,
            Numbers::Narrow(cells) => of(&cells[slots]),
            Numbers::Middle(cells) => of(&cells[slots]),
            Numbers::Wide(cells) => of(&cells[slots]),
        }
    }
}

/// `lanes` bits set.
fn all(lanes: usize) -> Vec<u64> {
    let mut bits = vec![u64::MAX; words(lanes)];
    if let Some(last) = bits.last_mut()
        && !lanes.is_multiple_of(WORD)
    {
        *last = (1 << (lanes % WORD)) - 1;
    }
    bits
}

/// The values in their places, in integers that hold them all.
fn gather<T: Copy, U: Default + Clone + TryFrom<T>>(old: &[T], places: Places<'_>) -> Vec<U> {
    let mut new = vec![U::default(); places.len()];
    places.each(|slot, row| {
        if let Some(value) = old.get(row) {
            new[slot] = U::try_from(*value).unwrap_or_default();
        }
    });
    new
}

fn gather_bits(old: &[u64], lanes: usize, places: Places<'_>) -> Vec<u64> {
    let mut new = vec![0; words(places.len())];
    places.each(|slot, row| {
        if row < lanes && bit(old, row) {
            set(&mut new, slot);
        }
    });
    new
}
