//! 办件编号: the number under which a case is known on every channel, short enough for the phone.
//!
//! **Shape**: ten digits, spoken 3-3-4. The first nine come from a counter through a keyed bijection
//! (a four-round Feistel network over 30 bits with cycle walking), so two numbers never collide and
//! neighbours do not betray each other; the first is never 0. The tenth is the Damm check digit,
//! which catches every single wrong digit and every swap of neighbours.
//! **Source**: H. M. Damm, *Total anti-symmetrische Quasigruppen*, Marburg 2004 (the order-10
//! quasigroup used here is the published one: 572 → 4).
//!
//! The bijection scrambles; it does not protect. Nobody may read a case for knowing its number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digits::compact;

/// How many case numbers there are.
pub const CAPACITY: u32 = 900_000_000;

const FIRST: u32 = 100_000_000;

const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// 办件编号: ten digits whose last checks the others. Shown as `123 456 7890`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber(String);

/// Which check a case number fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadCaseNumber {
    /// Not ten digits.
    #[error("a case number has 10 digits, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Something other than digits.
    #[error("a case number has digits only")]
    Characters,
    /// A digit is wrong or two are swapped.
    #[error("the case number does not fit: a digit is wrong or two are swapped")]
    CheckDigit,
}

impl BadCaseNumber {
    /// The name of the failed check, for message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Characters => "characters",
            Self::CheckDigit => "check-digit",
        }
    }
}

impl CaseNumber {
    /// The number of the `counter`-th case of a node whose scrambling key is `key`.
    ///
    /// `None` when the counter has reached [`CAPACITY`].
    ///
    /// ```
    /// use linli_units::CaseNumber;
    /// let number = CaseNumber::from_counter(1, 310_117).unwrap();
    /// let heard: CaseNumber = number.to_string().parse().unwrap();
    /// assert_eq!(heard, number);
    /// ```
    #[must_use]
    pub fn from_counter(counter: u32, key: u64) -> Option<Self> {
        if counter >= CAPACITY {
            return None;
        }
        let mut value = feistel(counter, key);
        while value >= CAPACITY {
            value = feistel(value, key);
        }
        let body = (FIRST + value).to_string();
        let check = damm(&body);
        Some(Self(format!("{body}{check}")))
    }

    /// Reads what a person typed or heard: spaces, hyphens and full-width digits are fine.
    ///
    /// # Errors
    /// [`BadCaseNumber`] names the first check that fails.
    pub fn parse(text: &str) -> Result<Self, BadCaseNumber> {
        let text = compact(text);
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadCaseNumber::Characters);
        }
        let found = text.len();
        if found != 10 {
            return Err(BadCaseNumber::Length { found });
        }
        if damm(&text) != 0 {
            return Err(BadCaseNumber::CheckDigit);
        }
        Ok(Self(text))
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it is said on a Chinese telephone: `幺二三，四五六，七八九零`.
    #[must_use]
    pub fn spoken_zh(&self) -> String {
        let mut text = String::new();
        for (place, digit) in self.0.bytes().enumerate() {
            if matches!(place, 3 | 6) {
                text.push('，');
            }
            text.push(match digit {
                b'1' => '幺',
                b'2' => '二',
                b'3' => '三',
                b'4' => '四',
                b'5' => '五',
                b'6' => '六',
                b'7' => '七',
                b'8' => '八',
                b'9' => '九',
                _ => '零',
            });
        }
        text
    }
}

/// The Damm digit of `digits`: what makes the whole come to 0.
fn damm(digits: &str) -> u8 {
    digits.bytes().fold(0, |state, digit| {
        DAMM[usize::from(state)][usize::from(digit - b'0')]
    })
}

/// A bijection of 30-bit numbers: four Feistel rounds over two halves of 15 bits.
fn feistel(value: u32, key: u64) -> u32 {
    const HALF: u32 = 0x7fff;
    let (mut left, mut right) = (value >> 15 & HALF, value & HALF);
    for round in 0..4 {
        (left, right) = (right, left ^ scramble(right, key, round));
    }
    left << 15 | right
}

fn scramble(half: u32, key: u64, round: u64) -> u32 {
    // SplitMix64's finaliser: cheap, and every input bit reaches every output bit.
    let mut mixed = u64::from(half) ^ key.wrapping_add(round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((mixed ^ mixed >> 31) & 0x7fff).unwrap_or(0)
}

impl FromStr for CaseNumber {
    type Err = BadCaseNumber;
    fn from_str(text: &str) -> Result<Self, BadCaseNumber> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = BadCaseNumber;
    fn try_from(text: String) -> Result<Self, BadCaseNumber> {
        Self::parse(&text)
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.0
    }
}

impl fmt::Display for CaseNumber {
    /// In groups: `123 456 7890`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", &self.0[..3], &self.0[3..6], &self.0[6..])
    }
}
