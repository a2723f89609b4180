//! 统一社会信用代码: credit codes of organisations after GB 32100-2015.
//!
//! **Shape**: 18 characters of `0-9A-Z` without I, O, S, V, Z; the last one checks the others.
//! **Source**: GB 32100-2015: weights 3ⁱ mod 31, check = (31 − Σ mod 31) mod 31.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digits::compact;

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// 统一社会信用代码: a well-formed credit code, in plain capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

/// Which check a credit code fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadCreditCode {
    /// Not 18 characters.
    #[error("a credit code has 18 characters, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that is none of the 31.
    #[error("character {place} cannot stand in a credit code")]
    Characters {
        /// Which one, counted from 1.
        place: usize,
    },
    /// The last character does not fit the others.
    #[error("the last character of the credit code does not fit: a character is mistyped")]
    CheckDigit,
}

impl BadCreditCode {
    /// The name of the failed check, for message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Characters { .. } => "characters",
            Self::CheckDigit => "check-digit",
        }
    }
}

impl CreditCode {
    /// Reads what a person typed: spaces, full-width and lower-case characters are fine.
    ///
    /// # Errors
    /// [`BadCreditCode`] names the first check that fails.
    ///
    /// ```
    /// use linli_units::{BadCreditCode, CreditCode};
    /// assert!(CreditCode::parse("91350100m000100y43").is_ok());
    /// assert_eq!(
    ///     CreditCode::parse("91350100M000100Y44"),
    ///     Err(BadCreditCode::CheckDigit)
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, BadCreditCode> {
        let text = compact(text);
        let found = text.chars().count();
        if found != 18 {
            return Err(BadCreditCode::Length { found });
        }
        let mut values = Vec::with_capacity(18);
        for (place, c) in text.chars().enumerate() {
            let value = ALPHABET.find(c);
            values.push(value.ok_or(BadCreditCode::Characters { place: place + 1 })?);
        }
        let sum: usize = values.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
        if values[17] != (31 - sum % 31) % 31 {
            return Err(BadCreditCode::CheckDigit);
        }
        Ok(Self(text))
    }

    /// The code in plain capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CreditCode {
    type Err = BadCreditCode;
    fn from_str(text: &str) -> Result<Self, BadCreditCode> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CreditCode {
    type Error = BadCreditCode;
    fn try_from(text: String) -> Result<Self, BadCreditCode> {
        Self::parse(&text)
    }
}

impl From<CreditCode> for String {
    fn from(code: CreditCode) -> Self {
        code.0
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
