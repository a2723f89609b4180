//! What a value can be. Every value is one `i64`; its [`Type`], known when a policy is checked,
//! says what that number means. Nothing is a float.
//!
//! **Units**: money is fen × 10^scale, a number is itself × 10^scale, a boolean is 0 or 1, a date
//! is days since 1970-01-01, a code is its place in its list. `scale` is above 0 only inside a
//! formula (¥3.33 × 0.14 has scale 2) and for decimals. The checker proves from the bounds of the
//! facts that no value and no intermediate leaves `i64`, so evaluators use plain arithmetic.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day;
use crate::finding::Word;

/// A value, or unknown.
pub type Known = Option<i64>;

/// What a number means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Fen × 10^scale.
    Money {
        /// Decimals below the fen.
        scale: u8,
    },
    /// A whole number (scale 0) or an exact decimal × 10^scale.
    Number {
        /// Decimals.
        scale: u8,
    },
    /// 0 or 1.
    Bool,
    /// Days since 1970-01-01.
    Date,
    /// A place in a list of codes.
    Code(Arc<Codes>),
}

/// 代码表: the codes a fact may have, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Codes {
    /// The codes as they are written.
    pub codes: Vec<String>,
    /// What each is called; empty where the file says nothing.
    pub names: Vec<Names>,
}

/// What something is called, Chinese first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Names {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The smallest and the largest value something can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Not below.
    pub low: i64,
    /// Not above.
    pub high: i64,
}

impl Range {
    /// Both truths.
    pub const BOOL: Self = Self { low: 0, high: 1 };

    /// From `low` to `high`.
    #[must_use]
    pub const fn new(low: i64, high: i64) -> Self {
        Self { low, high }
    }

    /// Whether `value` lies within.
    #[must_use]
    pub const fn holds(self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl Type {
    /// Whole fen.
    pub const MONEY: Self = Self::Money { scale: 0 };
    /// A whole number.
    pub const INTEGER: Self = Self::Number { scale: 0 };

    /// Decimals kept below the fen or the whole.
    #[must_use]
    pub const fn scale(&self) -> u8 {
        match self {
            Self::Money { scale } | Self::Number { scale } => *scale,
            Self::Bool | Self::Date | Self::Code(_) => 0,
        }
    }

    /// How files and English messages call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.word().en
    }

    /// How messages call it.
    pub(crate) const fn word(&self) -> Word {
        match self {
            Self::Money { .. } => Word::of("金额", "money"),
            Self::Number { scale: 0 } => Word::of("整数", "integer"),
            Self::Number { .. } => Word::of("小数", "decimal"),
            Self::Bool => Word::of("是非值", "boolean"),
            Self::Date => Word::of("日期", "date"),
            Self::Code(_) => Word::of("代码", "code"),
        }
    }

    /// The value as it is written in files: `1595`, `0.5`, `true`, `2024-07-01`, `owner`.
    #[must_use]
    pub fn plain(&self, value: i64) -> String {
        match self {
            Self::Money { scale } => decimal(value, scale + 2, true),
            Self::Number { scale } => decimal(value, *scale, true),
            Self::Bool => if value == 0 { "false" } else { "true" }.to_owned(),
            Self::Date => day::text(value),
            Self::Code(codes) => usize::try_from(value)
                .ok()
                .and_then(|at| codes.codes.get(at).cloned())
                .unwrap_or_else(|| value.to_string()),
        }
    }

    /// Reads what [`Type::plain`] writes.
    #[must_use]
    pub fn parse(&self, text: &str) -> Known {
        match self {
            Self::Money { scale } => digits(text, scale + 2),
            Self::Number { scale } => digits(text, *scale),
            Self::Bool => match text {
                "true" => Some(1),
                "false" => Some(0),
                _ => None,
            },
            Self::Date => day::parse(text),
            Self::Code(codes) => codes.place(text),
        }
    }
}

impl Codes {
    /// Where `code` stands in the list.
    #[must_use]
    pub fn place(&self, code: &str) -> Known {
        let at = self.codes.iter().position(|one| one == code)?;
        i64::try_from(at).ok()
    }
}

/// Reads an exact decimal into `value × 10^scale`; `None` where it has more decimals or is none.
#[must_use]
pub fn digits(text: &str, scale: u8) -> Known {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = rest.split_once('.').unwrap_or((rest, "0"));
    let fine = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !fine(whole) || !fine(part) {
        return None;
    }
    let part = part.trim_end_matches('0');
    let missing = usize::from(scale).checked_sub(part.len())?;
    let text = format!("{whole}{part}{}", "0".repeat(missing));
    let value: i64 = text.parse().ok()?;
    Some(if negative { -value } else { value })
}

/// Writes `value × 10^-scale`, `trim`med of noughts at the end.
#[must_use]
pub fn decimal(value: i64, scale: u8, trim: bool) -> String {
    let width = usize::from(scale) + 1;
    let digits = format!("{:0width$}", value.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    let part = if trim {
        part.trim_end_matches('0')
    } else {
        part
    };
    let sign = if value < 0 { "-" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

/// 10^scale.
#[must_use]
pub const fn power(scale: u8) -> i64 {
    10_i64.pow(scale as u32)
}
