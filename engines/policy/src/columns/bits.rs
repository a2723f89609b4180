//! 三值: strong Kleene logic over bitsets, 64 lanes a word: what is true, and what is known.

use crate::ops::Binary;

/// Bits of many lanes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bits<'a> {
    /// The same in every lane.
    All(bool),
    /// Each its own.
    Each(&'a [u64]),
}

impl Bits<'_> {
    /// The word at `at`.
    pub(crate) fn word(&self, at: usize) -> u64 {
        match self {
            Self::All(true) => u64::MAX,
            Self::All(false) => 0,
            Self::Each(words) => words[at],
        }
    }
}

/// A truth of many lanes: true ones lie within known ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truths<'a> {
    /// Which are true.
    pub(crate) truth: Bits<'a>,
    /// Which are known.
    pub(crate) known: Bits<'a>,
}

impl Truths<'_> {
    /// `(true, known)` of 64 lanes.
    pub(crate) fn word(&self, at: usize) -> (u64, u64) {
        (self.truth.word(at), self.known.word(at))
    }

    /// Whether nothing is unknown.
    pub(crate) fn settled(&self) -> bool {
        matches!(self.known, Bits::All(true))
    }
}

/// `(true, known)` of a connective or a comparison of two truths, 64 lanes at once.
pub(crate) fn connect(how: Binary, (a, ka): (u64, u64), (b, kb): (u64, u64)) -> (u64, u64) {
    let both = ka & kb;
    match how {
        Binary::And => (a & b, both | (ka & !a) | (kb & !b)),
        Binary::Min => (a & b & both, both),
        Binary::Or => (a | b, both | a | b),
        Binary::Max => ((a | b) & both, both),
        Binary::Ne => ((a ^ b) & both, both),
        Binary::Lt => (!a & b & both, both),
        Binary::Le => ((!a | b) & both, both),
        Binary::Agree => {
            let agreed = both & !(a ^ b);
            (a & agreed, agreed)
        }
        // Equality; the compiler hands over nothing else.
        _ => (!(a ^ b) & both, both),
    }
}

/// `(true, known)` of `if condition then yes else no`.
pub(crate) fn choose(
    (c, kc): (u64, u64),
    (yes, ky): (u64, u64),
    (no, kn): (u64, u64),
) -> (u64, u64) {
    let same = ky & kn & !(yes ^ no);
    let known = (c & ky) | (kc & !c & kn) | (!kc & same);
    (((c & yes) | (!c & no)) & known, known)
}
