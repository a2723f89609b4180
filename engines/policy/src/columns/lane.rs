//! 算子: the loops over lanes. A lane is an `i32` where the bounds of the population prove that
//! every value fits, else an `i64`; the code is the same.
//!
//! Loops are branch-free over plain slices, which the compiler turns into vector instructions. What
//! is unknown is computed like anything else and masked out by its bits, so arithmetic wraps rather
//! than fails.

use std::ops::{BitAnd, BitXor};

use super::cells::WORD;
use crate::ops::Towards;

/// The integer of a lane.
pub(crate) trait Lane:
    Copy + Ord + Default + Send + Sync + BitAnd<Output = Self> + BitXor<Output = Self> + 'static
{
    /// Four lanes, all bits set where the bit of the index is.
    const MASKS: [[Self; 4]; 16];
    /// The largest.
    const MAX: Self;
    /// The smallest.
    const MIN: Self;
    /// The value; 0 where it does not fit, which the bounds have ruled out.
    fn of(value: i64) -> Self;
    /// As the widest.
    fn wide(self) -> i64;
    /// Plus, wrapping.
    fn plus(self, other: Self) -> Self;
    /// Minus, wrapping.
    fn minus(self, other: Self) -> Self;
    /// Times, wrapping.
    fn times(self, other: Self) -> Self;
    /// The sum, wrapping.
    fn sum(values: &[Self]) -> i64;
    /// Each value divided by the same divisor above 0.
    fn divide(values: &[Self], divisor: Self, towards: Towards, out: &mut [Self]);
}

macro_rules! lane {
    ($integer:ty) => {
        const MASKS: [[Self; 4]; 16] = {
            let mut masks = [[0; 4]; 16];
            let mut index = 0;
            while index < 16 {
                let mut lane = 0;
                while lane < 4 {
                    masks[index][lane] = if index >> lane & 1 == 1 { -1 } else { 0 };
                    lane += 1;
                }
                index += 1;
            }
            masks
        };
        const MAX: Self = <$integer>::MAX;
        const MIN: Self = <$integer>::MIN;
        fn plus(self, other: Self) -> Self {
            self.wrapping_add(other)
        }
        fn minus(self, other: Self) -> Self {
            self.wrapping_sub(other)
        }
        fn times(self, other: Self) -> Self {
            self.wrapping_mul(other)
        }
    };
}

impl Lane for i32 {
    lane!(i32);
    fn of(value: i64) -> Self {
        Self::try_from(value).unwrap_or_default()
    }
    fn wide(self) -> i64 {
        i64::from(self)
    }
    /// High and low halves apart, in 32 bits, as long as these cannot overflow.
    fn sum(values: &[Self]) -> i64 {
        let mut sum = 0;
        for some in values.chunks(1 << 14) {
            let (mut high, mut low) = (0_i32, 0_i32);
            for value in some {
                high = high.wrapping_add(value >> 16);
                low = low.wrapping_add(value & 0xFFFF);
            }
            sum += i64::from(high) * (1 << 16) + i64::from(low);
        }
        sum
    }
    /// By a multiplication: with `m = ⌈2^s / d⌉` and `s = 31 + ⌈log2 d⌉`, `⌊x·m / 2^s⌋ = ⌊x / d⌋`
    /// for every `x` from 0 below 2^31 (Granlund and Montgomery 1994, theorem 4.2).
    fn divide(values: &[Self], divisor: Self, towards: Towards, out: &mut [Self]) {
        let d = u64::from(divisor.unsigned_abs().max(1));
        let shift = 31 + (u64::BITS - (d - 1).leading_zeros());
        let m = (1_u64 << shift).div_ceil(d);
        rounded(values, towards, out, |value, away| {
            let size = u64::from(value.unsigned_abs());
            let whole = (size * m) >> shift;
            let whole = whole + u64::from(away(size - whole * d, d, value < 0));
            let whole = Self::try_from(whole).unwrap_or_default();
            if value < 0 { -whole } else { whole }
        });
    }
}

impl Lane for i64 {
    lane!(i64);
    fn of(value: i64) -> Self {
        value
    }
    fn wide(self) -> i64 {
        self
    }
    fn sum(values: &[Self]) -> i64 {
        values.iter().fold(0, |sum, value| sum.wrapping_add(*value))
    }
    /// As for 32 bits, with `s = 63 + ⌈log2 d⌉`, for every `x` from 0 below 2^63.
    fn divide(values: &[Self], divisor: Self, towards: Towards, out: &mut [Self]) {
        let d = divisor.unsigned_abs();
        if d <= 1 {
            out.copy_from_slice(values);
            return;
        }
        // `m` lies between 2^63 and 2^64; the high half of the product takes 64 off the shift.
        let log = u64::BITS - (d - 1).leading_zeros();
        let m = (1_u128 << (63 + log)).div_ceil(u128::from(d));
        let m = u128::from(u64::try_from(m).unwrap_or(u64::MAX));
        rounded(values, towards, out, |value, away| {
            let size = value.unsigned_abs();
            let high = u64::try_from((u128::from(size) * m) >> 64).unwrap_or_default();
            let whole = high >> (log - 1);
            let whole = whole + u64::from(away(size - whole * d, d, value < 0));
            let whole = Self::try_from(whole).unwrap_or_default();
            if value < 0 { -whole } else { whole }
        });
    }
}

/// Whether a quotient is rounded away from zero: by its rest, the divisor, and whether it is
/// negative.
type Away = fn(u64, u64, bool) -> bool;

/// `divide` in every lane, with the rounding settled before the loop.
fn rounded<L: Lane>(
    values: &[L],
    towards: Towards,
    out: &mut [L],
    divide: impl Fn(L, Away) -> L + Copy,
) {
    fn each<L: Lane>(values: &[L], out: &mut [L], divide: impl Fn(L) -> L) {
        for (out, value) in out.iter_mut().zip(values) {
            *out = divide(*value);
        }
    }
    match towards {
        Towards::Nearest => each(values, out, |value| {
            divide(value, |rest, d, _| rest >= d - rest)
        }),
        Towards::Floor => each(values, out, |value| {
            divide(value, |rest, _, negative| negative && rest != 0)
        }),
        Towards::Ceil => each(values, out, |value| {
            divide(value, |rest, _, negative| !negative && rest != 0)
        }),
    }
}

/// An operand: one value for all lanes, or one each.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Values<'a, L> {
    /// The same for all.
    One(L),
    /// Each its own.
    Each(&'a [L]),
}

impl<L: Lane> Values<'_, L> {
    /// The value of one lane.
    pub(crate) fn lane(&self, lane: usize) -> L {
        match self {
            Self::One(value) => *value,
            Self::Each(values) => values[lane],
        }
    }
}

/// `f` of one operand.
pub(crate) fn map<L: Lane>(a: Values<'_, L>, out: &mut [L], f: impl Fn(L) -> L) {
    match a {
        Values::One(a) => out.fill(f(a)),
        Values::Each(a) => {
            for (out, a) in out.iter_mut().zip(a) {
                *out = f(*a);
            }
        }
    }
}

/// `f` of two operands.
pub(crate) fn zip<L: Lane>(
    a: Values<'_, L>,
    b: Values<'_, L>,
    out: &mut [L],
    f: impl Fn(L, L) -> L,
) {
    match (a, b) {
        (Values::One(a), b) => map(b, out, |b| f(a, b)),
        (a, Values::One(b)) => map(a, out, |a| f(a, b)),
        (Values::Each(a), Values::Each(b)) => {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                *out = f(*a, *b);
            }
        }
    }
}

/// The lanes for which `f` of two operands holds, as bits.
pub(crate) fn compare<L: Lane>(
    a: Values<'_, L>,
    b: Values<'_, L>,
    out: &mut [u64],
    f: impl Fn(L, L) -> bool,
) {
    match (a, b) {
        (Values::One(a), Values::One(b)) => out.fill(if f(a, b) { u64::MAX } else { 0 }),
        (Values::One(a), Values::Each(b)) => packed(out, b, |b| f(a, b)),
        (Values::Each(a), Values::One(b)) => packed(out, a, |a| f(a, b)),
        (Values::Each(a), Values::Each(b)) => {
            let words = a.chunks_exact(WORD).zip(b.chunks_exact(WORD));
            for (out, (a, b)) in out.iter_mut().zip(words) {
                let mut bytes = [0; WORD];
                for ((byte, a), b) in bytes.iter_mut().zip(a).zip(b) {
                    *byte = u8::from(f(*a, *b));
                }
                *out = word(&bytes);
            }
        }
    }
}

/// The lanes for which `f` holds, as bits.
pub(crate) fn packed<T: Copy>(out: &mut [u64], values: &[T], f: impl Fn(T) -> bool) {
    for (out, values) in out.iter_mut().zip(values.chunks_exact(WORD)) {
        let mut bytes = [0; WORD];
        for (byte, value) in bytes.iter_mut().zip(values) {
            *byte = u8::from(f(*value));
        }
        *out = word(&bytes);
    }
}

/// 64 bytes of 0 or 1 as 64 bits, the first lowest. The multiplication brings the low bits of eight
/// bytes together in the highest byte.
fn word(bytes: &[u8; WORD]) -> u64 {
    let mut word = 0;
    for (at, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= gathered << (at * 8);
    }
    word
}

/// `yes` in the lanes whose bit is set, `no` in the others.
pub(crate) fn select<L: Lane>(bits: &[u64], yes: Values<'_, L>, no: Values<'_, L>, out: &mut [L]) {
    match (yes, no) {
        (Values::One(yes), Values::One(no)) => blend(bits, |_| [yes; 4], |_| [no; 4], out),
        (Values::Each(yes), Values::One(no)) => {
            let yes = yes.as_chunks::<4>().0;
            blend(bits, |four| yes[four], |_| [no; 4], out);
        }
        (Values::One(yes), Values::Each(no)) => {
            let no = no.as_chunks::<4>().0;
            blend(bits, |_| [yes; 4], |four| no[four], out);
        }
        (Values::Each(yes), Values::Each(no)) => {
            let (yes, no) = (yes.as_chunks::<4>().0, no.as_chunks::<4>().0);
            blend(bits, |four| yes[four], |four| no[four], out);
        }
    }
}

/// [`select`], four lanes at once.
fn blend<L: Lane>(
    bits: &[u64],
    yes: impl Fn(usize) -> [L; 4],
    no: impl Fn(usize) -> [L; 4],
    out: &mut [L],
) {
    let fours = out.as_chunks_mut::<4>().0;
    for (word, (bits, fours)) in bits.iter().zip(fours.chunks_mut(WORD / 4)).enumerate() {
        for (four, out) in fours.iter_mut().enumerate() {
            let nibble = usize::try_from(bits >> (four * 4) & 15).unwrap_or(0);
            let masks = &L::MASKS[nibble];
            let (yes, no) = (yes(word * 16 + four), no(word * 16 + four));
            for lane in 0..4 {
                out[lane] = no[lane] ^ ((yes[lane] ^ no[lane]) & masks[lane]);
            }
        }
    }
}

/// `f(mask, lane, before)` in every lane: the mask has all bits set where the lane's bit is.
pub(crate) fn masked<L: Lane>(bits: &[u64], out: &mut [L], f: impl Fn(L, usize, L) -> L) {
    for (at, (word, out)) in bits.iter().zip(out.chunks_exact_mut(WORD)).enumerate() {
        for (four, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let nibble = usize::try_from(word >> (four * 4) & 15).unwrap_or(0);
            let masks = &L::MASKS[nibble];
            let first = at * WORD + four * 4;
            for (lane, (out, mask)) in out.iter_mut().zip(masks).enumerate() {
                *out = f(*mask, first + lane, *out);
            }
        }
    }
}

/// Adds 1 to the lanes whose bit is set.
pub(crate) fn count<L: Lane>(bits: &[u64], out: &mut [L]) {
    for (word, out) in bits.iter().zip(out.chunks_exact_mut(WORD)) {
        for (four, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let nibble = usize::try_from(word >> (four * 4) & 15).unwrap_or(0);
            for (out, mask) in out.iter_mut().zip(&L::MASKS[nibble]) {
                // A mask of all bits is −1.
                *out = out.minus(*mask);
            }
        }
    }
}

/// The bands' value in every lane: each band adds what it has more than the one before.
pub(crate) fn bands<L: Lane>(steps: &[(i64, i64)], values: &[L], out: &mut [L]) {
    out.fill(L::default());
    let mut before = 0;
    for (threshold, value) in steps {
        let (threshold, more) = (L::of(*threshold), L::of(*value).minus(L::of(before)));
        before = *value;
        for (out, x) in out.iter_mut().zip(values) {
            let added = out.plus(more);
            *out = if *x >= threshold { added } else { *out };
        }
    }
}

/// The marginal scale's value in every lane: each bracket adds what its rate has more than the one
/// before on what is above its threshold.
pub(crate) fn marginal<L: Lane>(steps: &[(i64, i64)], values: &[L], out: &mut [L]) {
    if steps.is_empty() {
        out.fill(L::default());
    }
    let mut before = 0;
    for (at, (threshold, rate)) in steps.iter().enumerate() {
        let (threshold, more) = (L::of(*threshold), L::of(*rate).minus(L::of(before)));
        before = *rate;
        let part = |x: L| x.max(threshold).minus(threshold).times(more);
        if at == 0 {
            for (out, x) in out.iter_mut().zip(values) {
                *out = part(*x);
            }
        } else {
            for (out, x) in out.iter_mut().zip(values) {
                *out = out.plus(part(*x));
            }
        }
    }
}
