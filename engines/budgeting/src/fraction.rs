//! Exact fractions as they leave the engine: in lowest terms, written `7` or `22/7`.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, Zero as _};
use serde::{Deserialize, Serialize};

/// An exact fraction in lowest terms.
///
/// **Units**: whatever the value counts; money is in the file's own unit (yuan, złoty …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction {
    num: BigInt,
    den: BigInt,
}

impl Fraction {
    /// `num / den` in lowest terms; `None` when `den` is zero.
    #[must_use]
    pub fn new(num: impl Into<BigInt>, den: impl Into<BigInt>) -> Option<Self> {
        let (mut num, mut den): (BigInt, BigInt) = (num.into(), den.into());
        if den.is_zero() {
            return None;
        }
        let common = num.gcd(&den);
        num /= &common;
        den /= &common;
        if den.is_negative() {
            num = -num;
            den = -den;
        }
        Some(Self { num, den })
    }

    /// What stands above the line.
    #[must_use]
    pub const fn num(&self) -> &BigInt {
        &self.num
    }

    /// What stands below it; positive.
    #[must_use]
    pub const fn den(&self) -> &BigInt {
        &self.den
    }

    /// The fraction to `places` decimals, cut off towards minus infinity.
    #[must_use]
    pub fn rounded_down(&self, places: u32) -> String {
        decimal(
            &(&self.num * BigInt::from(10).pow(places)).div_floor(&self.den),
            places,
        )
    }

    /// The fraction to `places` decimals, rounded towards plus infinity.
    #[must_use]
    pub fn rounded_up(&self, places: u32) -> String {
        decimal(
            &(&self.num * BigInt::from(10).pow(places)).div_ceil(&self.den),
            places,
        )
    }
}

/// `units` of 10^-`places` as a decimal, without trailing zeros.
pub(crate) fn decimal(units: &BigInt, places: u32) -> String {
    let (whole, rest) = units.abs().div_rem(&BigInt::from(10).pow(places));
    let sign = if units.is_negative() { "-" } else { "" };
    if rest.is_zero() {
        return format!("{sign}{whole}");
    }
    let digits = format!("{rest:0>width$}", width = places as usize);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den.is_one() {
            write!(f, "{}", self.num)
        } else {
            write!(f, "{}/{}", self.num, self.den)
        }
    }
}

impl From<Fraction> for String {
    fn from(value: Fraction) -> Self {
        value.to_string()
    }
}

/// The text is no fraction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no fraction such as 7 or 22/7")]
pub struct NotAFraction(pub String);

impl FromStr for Fraction {
    type Err = NotAFraction;

    fn from_str(text: &str) -> Result<Self, NotAFraction> {
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        // A hostile result file must not buy hours of multiplication.
        let part = |digits: &str| (digits.len() <= 20_000).then(|| digits.parse::<BigInt>().ok());
        part(num)
            .flatten()
            .zip(part(den).flatten())
            .and_then(|(num, den)| Self::new(num, den))
            .ok_or_else(|| NotAFraction(text.chars().take(60).collect()))
    }
}

impl TryFrom<String> for Fraction {
    type Error = NotAFraction;

    fn try_from(text: String) -> Result<Self, NotAFraction> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_reduced_written_and_read() {
        let third = Fraction::new(-2, -6).unwrap();
        assert_eq!(third.to_string(), "1/3");
        assert_eq!("2/6".parse(), Ok(third.clone()));
        assert_eq!(third.rounded_down(2), "0.33");
        assert_eq!(third.rounded_up(2), "0.34");
        assert_eq!(Fraction::new(-5, 2).unwrap().rounded_down(0), "-3");
        assert_eq!(Fraction::new(7, 7).unwrap().to_string(), "1");
        assert_eq!(Fraction::new(1, 0), None);
        for bad in ["", "1/0", "1.5", "a", "1/2/3"] {
            assert!(bad.parse::<Fraction>().is_err(), "{bad}");
        }
    }
}
