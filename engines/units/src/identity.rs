//! 公民身份号码: identity numbers after GB 11643-1999, and which check a wrong one fails.
//!
//! **Shape**: 6 digits of region, 8 of birth date, 3 of sequence (odd for men), 1 check character.
//! **Source**: GB 11643-1999; the check character is ISO 7064 MOD 11-2. Numbers that begin with `99`
//! are synthetic: no region has that code, so no real person can have one.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digits::compact;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// Codes of provinces and their like (GB/T 2260), and 83 of the residence permits of residents of
/// Taiwan.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
];
const SYNTHETIC: u8 = 99;

/// 公民身份号码: a well-formed identity number, in plain capitals.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentityNumber(String);

/// 性别, as an identity number tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1: `1` male, `2` female.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// Which check an identity number fails. Checks run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadIdentity {
    /// Not 18 characters.
    #[error("an identity number has 18 characters, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that cannot stand there: digits, and X at the end only.
    #[error("character {place} of the identity number cannot stand there")]
    Characters {
        /// Which one, counted from 1.
        place: usize,
    },
    /// The first digits are no region.
    #[error("the first digits of the identity number are no region")]
    Region,
    /// Digits 7 to 14 are no date.
    #[error("digits 7 to 14 of the identity number are no date of birth")]
    BirthDate,
    /// The last character does not fit the others: one of them is mistyped.
    #[error("the last character of the identity number does not fit: a digit is mistyped")]
    CheckDigit,
}

impl BadIdentity {
    /// The name of the failed check, for message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Characters { .. } => "characters",
            Self::Region => "region",
            Self::BirthDate => "birth-date",
            Self::CheckDigit => "check-digit",
        }
    }
}

impl IdentityNumber {
    /// Reads what a person typed: spaces, full-width digits and a lower-case x are fine.
    ///
    /// # Errors
    /// [`BadIdentity`] names the first check that fails.
    ///
    /// ```
    /// use linli_units::{BadIdentity, IdentityNumber};
    /// // The example in GB 11643-1999.
    /// let number = IdentityNumber::parse("110105 19491231 002x").unwrap();
    /// assert_eq!(number.as_str(), "11010519491231002X");
    /// assert_eq!(number.birth_date().to_string(), "1949-12-31");
    /// assert_eq!(
    ///     IdentityNumber::parse("110105194912310021"),
    ///     Err(BadIdentity::CheckDigit)
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, BadIdentity> {
        let text = compact(text);
        let characters: Vec<char> = text.chars().collect();
        let found = characters.len();
        if found != 18 {
            return Err(BadIdentity::Length { found });
        }
        let fits = |(place, c): (usize, &char)| c.is_ascii_digit() || (place == 17 && *c == 'X');
        if let Some(place) = characters.iter().enumerate().position(|pair| !fits(pair)) {
            return Err(BadIdentity::Characters { place: place + 1 });
        }
        if !is_region(&text) {
            return Err(BadIdentity::Region);
        }
        if birth_date(&text).is_none() {
            return Err(BadIdentity::BirthDate);
        }
        if Some(characters[17]) != check_character(&text[..17]) {
            return Err(BadIdentity::CheckDigit);
        }
        Ok(Self(text))
    }

    /// The synthetic number of somebody born on `birth`: prefix 99, district digits `district`
    /// (0 to 9999), sequence `sequence` (0 to 999; odd for men).
    ///
    /// `None` when a figure is out of its range.
    #[must_use]
    pub fn synthetic(district: u16, birth: Date, sequence: u16) -> Option<Self> {
        if district > 9_999 || sequence > 999 || birth.year() < 1_000 {
            return None;
        }
        let (year, month, day) = (birth.year(), birth.month(), birth.day());
        let body = format!("{SYNTHETIC}{district:04}{year:04}{month:02}{day:02}{sequence:03}");
        let check = check_character(&body)?;
        Some(Self(format!("{body}{check}")))
    }

    /// The number in plain capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is synthetic, so that no real person can have it.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.0.starts_with("99")
    }

    /// The six digits of the region of first registration.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[..6]
    }

    /// The date of birth.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::ZERO)
    }

    /// The sex that the sequence number tells: odd is male.
    #[must_use]
    pub fn sex(&self) -> Sex {
        match self.0.as_bytes()[16] % 2 {
            1 => Sex::Male,
            _ => Sex::Female,
        }
    }

    /// The number with its middle hidden: `310117********002X`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.0[..6], &self.0[14..])
    }
}

fn is_region(text: &str) -> bool {
    let province = |digits: &str| {
        let code = digits.parse::<u8>().ok();
        code.is_some_and(|code| PROVINCES.contains(&code))
    };
    // 9 and then a province: permanent residence cards of foreigners.
    province(&text[..2])
        || text.starts_with("99")
        || (text.starts_with('9') && province(&text[1..3]))
}

fn birth_date(text: &str) -> Option<Date> {
    let number = |from: usize, to: usize| text[from..to].parse::<i16>().ok();
    let (year, month, day) = (number(6, 10)?, number(10, 12)?, number(12, 14)?);
    if year < 1_800 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn check_character(body: &str) -> Option<char> {
    let digits = body.chars().map(|c| c.to_digit(10));
    let mut sum = 0;
    for (digit, weight) in digits.zip(WEIGHTS) {
        sum += digit? * weight;
    }
    let index = usize::try_from(sum % 11).ok()?;
    CHECKS.get(index).copied()
}

impl FromStr for IdentityNumber {
    type Err = BadIdentity;
    fn from_str(text: &str) -> Result<Self, BadIdentity> {
        Self::parse(text)
    }
}

impl TryFrom<String> for IdentityNumber {
    type Error = BadIdentity;
    fn try_from(text: String) -> Result<Self, BadIdentity> {
        Self::parse(&text)
    }
}

impl From<IdentityNumber> for String {
    fn from(number: IdentityNumber) -> Self {
        number.0
    }
}

impl fmt::Debug for IdentityNumber {
    /// Masked: identity numbers do not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({})", self.masked())
    }
}
