//! 金额: money in whole fen, with checked sums, exact fractions, 大写 and what people type.
//!
//! **Units**: one [`Fen`] is one hundredth of a yuan. **Source** of the capitals: 支付结算办法,
//! annex 正确填写票据和结算凭证的基本规定, whose examples are the tests.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digits::narrowed;

/// 分: an amount of money in whole fen. May be negative (a recovery, a correction).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// How a fraction of a fen is rounded, where the law rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// 四舍五入: to the nearest, halves away from zero.
    HalfUp,
}

/// Why a typed amount is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadMoney {
    /// Nothing was typed.
    #[error("no amount was given")]
    Empty,
    /// Something other than digits, grouping commas and one point.
    #[error("an amount has digits, commas and one point only")]
    Characters,
    /// Commas that do not group by three.
    #[error("commas must group digits by three, as in 1,200.00")]
    Grouping,
    /// More than two digits after the point.
    #[error("an amount has at most two decimals")]
    Decimals,
    /// Below zero.
    #[error("an amount is not below zero")]
    Negative,
    /// More than can be counted.
    #[error("the amount is too large")]
    TooLarge,
}

impl BadMoney {
    /// The name of the failed check, for message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Characters => "characters",
            Self::Grouping => "grouping",
            Self::Decimals => "decimals",
            Self::Negative => "negative",
            Self::TooLarge => "too-large",
        }
    }
}

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `yuan` whole yuan, unless that is more than can be counted.
    #[must_use]
    pub fn from_yuan(yuan: i64) -> Option<Self> {
        yuan.checked_mul(100).map(Self)
    }

    /// The sum, unless it is more than can be counted.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it is more than can be counted.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `times` this amount, unless it is more than can be counted.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of many amounts, unless it is more than can be counted.
    #[must_use]
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// This amount × `numerator` / `denominator`, rounded as the law says.
    ///
    /// `None` when the denominator is zero or the result is more than can be counted.
    ///
    /// ```
    /// use linli_units::{Fen, Rounding};
    /// // 1.3 × ¥1,510: the published ¥1,970 is no rounding of it, so published figures are stored.
    /// let child = Fen(151_000).ratio(13, 10, Rounding::HalfUp);
    /// assert_eq!(child, Some(Fen(196_300)));
    /// ```
    #[must_use]
    pub fn ratio(self, numerator: i64, denominator: i64, rounding: Rounding) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let product = i128::from(self.0) * i128::from(numerator);
        let divisor = i128::from(denominator);
        let (whole, rest) = (product / divisor, product % divisor);
        let away = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest != 0,
            Rounding::HalfUp => rest.abs() * 2 >= divisor.abs(),
        };
        let sign = product.signum() * divisor.signum();
        let rounded = if away { whole + sign } else { whole };
        i64::try_from(rounded).ok().map(Self)
    }

    /// Reads what a person typed: full-width digits, `¥`, 元, grouping commas, at most two decimals.
    ///
    /// # Errors
    /// [`BadMoney`] names the check that failed.
    ///
    /// ```
    /// use linli_units::{BadMoney, Fen};
    /// assert_eq!(Fen::parse_input("１，２００．５元"), Ok(Fen(120_050)));
    /// assert_eq!(Fen::parse_input("12.345"), Err(BadMoney::Decimals));
    /// assert_eq!(Fen::parse_input("1,20"), Err(BadMoney::Grouping));
    /// ```
    pub fn parse_input(text: &str) -> Result<Self, BadMoney> {
        let text = narrowed(text);
        let text = text.trim();
        let text = text.strip_prefix('¥').unwrap_or(text);
        let text = text.strip_suffix('元').unwrap_or(text).trim();
        if text.is_empty() {
            return Err(BadMoney::Empty);
        }
        if text.starts_with(['-', '−']) {
            return Err(BadMoney::Negative);
        }
        let (yuan, decimals) = match text.split_once('.') {
            Some((yuan, decimals)) => (yuan, Some(decimals)),
            None => (text, None),
        };
        let yuan = whole_yuan(yuan)?;
        let fen = decimals.map_or(Ok(0), decimal_fen)?;
        yuan.checked_mul(100)
            .and_then(|hundreds| hundreds.checked_add(fen))
            .map(Self)
            .ok_or(BadMoney::TooLarge)
    }

    /// The amount as `1200.00`: for form fields and data files.
    #[must_use]
    pub fn plain(self) -> String {
        let (sign, yuan, fen) = self.parts();
        format!("{sign}{yuan}.{fen:02}")
    }

    /// 大写: the amount in the capitals of vouchers.
    ///
    /// ```
    /// use linli_units::Fen;
    /// assert_eq!(Fen(120_000).capitals(), "壹仟贰佰元整");
    /// assert_eq!(Fen(1_640_902).capitals(), "壹万陆仟肆佰零玖元零贰分");
    /// ```
    #[must_use]
    pub fn capitals(self) -> String {
        let (sign, yuan, fen) = self.parts();
        let mut text = String::new();
        if !sign.is_empty() {
            text.push('负');
        }
        if yuan > 0 || fen == 0 {
            text.push_str(&capital_whole(yuan));
            text.push('元');
        }
        match (fen / 10, fen % 10) {
            (0, 0) => text.push('整'),
            (0, fen) => {
                if yuan > 0 {
                    text.push('零');
                }
                text.push_str(capital(fen));
                text.push('分');
            }
            (jiao, fen) => {
                text.push_str(capital(jiao));
                text.push('角');
                if fen > 0 {
                    text.push_str(capital(fen));
                    text.push('分');
                }
            }
        }
        text
    }

    fn parts(self) -> (&'static str, u64, u64) {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        (sign, size / 100, size % 100)
    }
}

impl fmt::Display for Fen {
    /// `¥1,200.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, yuan, fen) = self.parts();
        write!(f, "{sign}¥{}.{fen:02}", grouped(yuan))
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn whole_yuan(text: &str) -> Result<i64, BadMoney> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b',') {
        return Err(BadMoney::Characters);
    }
    let groups: Vec<&str> = text.split(',').collect();
    let well_grouped = groups.len() == 1
        || (matches!(groups[0].len(), 1..=3) && groups[1..].iter().all(|g| g.len() == 3));
    if !well_grouped {
        return Err(BadMoney::Grouping);
    }
    match groups.concat().parse() {
        Ok(yuan) => Ok(yuan),
        Err(_too_long) => Err(BadMoney::TooLarge),
    }
}

fn decimal_fen(text: &str) -> Result<i64, BadMoney> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadMoney::Characters);
    }
    match text.as_bytes() {
        [tens] => Ok(i64::from(tens - b'0') * 10),
        [tens, ones] => Ok(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => Err(BadMoney::Decimals),
    }
}

const CAPITALS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const SECTIONS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

fn capital(digit: u64) -> &'static str {
    usize::try_from(digit)
        .ok()
        .and_then(|index| CAPITALS.get(index))
        .copied()
        .unwrap_or("零")
}

/// A whole number in capitals, section by section of four digits.
fn capital_whole(number: u64) -> String {
    if number == 0 {
        return "零".to_owned();
    }
    let mut sections = Vec::new();
    let mut rest = number;
    while rest > 0 {
        sections.push(rest % 10_000);
        rest /= 10_000;
    }
    let mut text = String::new();
    let mut gap = false;
    for (index, section) in sections.iter().enumerate().rev() {
        if *section == 0 {
            gap = !text.is_empty();
            continue;
        }
        // A gap of one or more noughts is read as one 零.
        if !text.is_empty() && (gap || *section < 1_000) {
            text.push('零');
        }
        text.push_str(&capital_section(*section));
        text.push_str(SECTIONS.get(index).copied().unwrap_or_default());
        gap = false;
    }
    text
}

fn capital_section(section: u64) -> String {
    let mut text = String::new();
    let mut gap = false;
    for (unit, name) in [(1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = section / unit % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        text.push_str(capital(digit));
        text.push_str(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of 正确填写票据和结算凭证的基本规定, and plain ones.
    #[test]
    fn capitals_follow_the_rules_for_vouchers() {
        for (fen, capitals) in [
            (140_950, "壹仟肆佰零玖元伍角"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (0, "零元整"),
            (5, "伍分"),
            (53, "伍角叁分"),
            (1_000_000_000_000, "壹佰亿元整"),
            (1_000_000_010_000, "壹佰亿零壹佰元整"),
            (-120_000, "负壹仟贰佰元整"),
        ] {
            assert_eq!(Fen(fen).capitals(), capitals);
        }
    }

    #[test]
    fn what_is_no_amount_is_named() {
        for (text, why) in [
            ("", BadMoney::Empty),
            ("  元", BadMoney::Empty),
            ("abc", BadMoney::Characters),
            ("1.2.3", BadMoney::Characters),
            (".5", BadMoney::Characters),
            ("5.", BadMoney::Characters),
            ("1e3", BadMoney::Characters),
            ("12,34", BadMoney::Grouping),
            ("1234,567", BadMoney::Grouping),
            ("1.005", BadMoney::Decimals),
            ("-5", BadMoney::Negative),
            ("99999999999999999999", BadMoney::TooLarge),
            ("92233720368547759", BadMoney::TooLarge),
        ] {
            assert_eq!(Fen::parse_input(text), Err(why), "{text}");
        }
    }

    #[test]
    fn rounding_is_towards_the_written_side() {
        assert_eq!(Fen(1).ratio(1, 2, Rounding::Down), Some(Fen(0)));
        assert_eq!(Fen(1).ratio(1, 2, Rounding::HalfUp), Some(Fen(1)));
        assert_eq!(Fen(-1).ratio(1, 2, Rounding::HalfUp), Some(Fen(-1)));
        assert_eq!(Fen(1).ratio(1, 3, Rounding::Up), Some(Fen(1)));
        assert_eq!(Fen(1).ratio(1, 0, Rounding::Up), None);
        assert_eq!(Fen(i64::MAX).ratio(2, 1, Rounding::Up), None);
    }
}
