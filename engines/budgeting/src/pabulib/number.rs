//! Numbers as people and spreadsheets write them, read exactly.

use crate::told::{Told, told};

/// A decimal: `digits` · 10^-`places`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: i128,
    pub(super) places: u32,
}

/// Why a text is no number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotANumber {
    /// It is none.
    Unreadable,
    /// It is larger, or finer, than can be counted exactly here.
    TooLarge,
}

impl Decimal {
    /// The number in parts of 1/`unit` (a power of ten at least as fine).
    pub(super) fn in_units(self, unit: u64) -> Option<i128> {
        let own = 10_i128.checked_pow(self.places)?;
        self.digits.checked_mul(i128::from(unit) / own)
    }
}

/// Read a number; the second value is a doubt, where there is one.
///
/// A point or a comma begins the decimals; blanks, apostrophes, and points or commas that come
/// again or before a decimal sign of the other kind part thousands. A single comma before exactly
/// three digits is read as a decimal comma, as the published reader does, with a doubt.
pub(super) fn decimal(text: &str) -> Result<(Decimal, Option<Told>), NotANumber> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, power)) => (
            text,
            power
                .parse::<i32>()
                .map_err(|_not_one| NotANumber::Unreadable)?,
        ),
        None => (text, 0),
    };
    let (plain, doubt) = parted(text)?;
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    if whole.len() + part.len() == 0 {
        return Err(NotANumber::Unreadable);
    }
    let part = part.trim_end_matches('0');
    let digits = format!("{whole}{part}");
    let digits = digits.trim_start_matches('0');
    if digits.len() > 30 {
        return Err(NotANumber::TooLarge);
    }
    let mut value = if digits.is_empty() {
        0
    } else {
        digits
            .parse::<i128>()
            .map_err(|_not_one| NotANumber::Unreadable)?
    };
    let mut places = i32::try_from(part.len()).map_err(|_far| NotANumber::TooLarge)?;
    if value == 0 {
        places = 0;
    } else {
        places = places.checked_sub(exponent).ok_or(NotANumber::TooLarge)?;
    }
    while places > 0 && value % 10 == 0 && value != 0 {
        value /= 10;
        places -= 1;
    }
    while places < 0 {
        value = value.checked_mul(10).ok_or(NotANumber::TooLarge)?;
        places += 1;
    }
    let places = u32::try_from(places).map_err(|_far| NotANumber::TooLarge)?;
    if places > 9 {
        return Err(NotANumber::TooLarge);
    }
    let digits = if negative { -value } else { value };
    Ok((Decimal { digits, places }, doubt))
}

/// Digits with at most one `.`, thousands put together.
fn parted(text: &str) -> Result<(String, Option<Told>), NotANumber> {
    let blank = |sign: char| {
        matches!(
            sign,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_'
        )
    };
    let sign = |char: char| char == '.' || char == ',';
    let last = text.rfind(sign);
    let decimal_sign = last.filter(|at| {
        let this = text[*at..].chars().next();
        let others = text[..*at].chars().filter(|char| sign(*char));
        // The same sign earlier: all of them part thousands.
        others.clone().all(|other| Some(other) != this)
    });
    let (whole, part) = match decimal_sign {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let groups: Vec<&str> = whole.split(|char| sign(char) || blank(char)).collect();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first_ok = groups.first().is_some_and(|first| {
        digits(first) && (groups.len() == 1 || (1..=3).contains(&first.len()))
    });
    let rest_ok = groups
        .iter()
        .skip(1)
        .all(|group| group.len() == 3 && digits(group));
    let kinds = whole.chars().filter(|char| !char.is_ascii_digit());
    let one_kind = kinds.clone().all(|char| Some(char) == kinds.clone().next());
    if !first_ok || !rest_ok || !one_kind || !part.is_none_or(digits) {
        return Err(NotANumber::Unreadable);
    }
    let doubt = match part {
        Some(part) if part.len() == 3 && groups.len() == 1 && text.contains(',') => Some(told!(
            "逗号按小数点读取",
            "the comma was read as a decimal comma"
        )),
        _ if groups.len() > 1 => Some(told!("千位分隔符已去掉", "the thousands were put together")),
        _ => None,
    };
    let mut plain = groups.concat();
    if let Some(part) = part {
        plain.push('.');
        plain.push_str(part);
    }
    Ok((plain, doubt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_they_are_written() {
        let value = |text: &str| decimal(text).map(|(number, _)| (number.digits, number.places));
        for (text, digits, places) in [
            ("7000", 7000, 0),
            ("1548961.50", 15_489_615, 1),
            ("12,5", 125, 1),
            ("1 000 000", 1_000_000, 0),
            ("1\u{a0}250,75", 125_075, 2),
            ("1,000,000", 1_000_000, 0),
            ("1.000.000", 1_000_000, 0),
            ("1,234.50", 12_345, 1),
            ("1.234,50", 12_345, 1),
            ("1,234", 1234, 3),
            ("1.0E+06", 1_000_000, 0),
            ("2.5e-1", 25, 2),
            ("-3", -3, 0),
            ("0.000", 0, 0),
            (".5", 5, 1),
        ] {
            assert_eq!(value(text), Ok((digits, places)), "{text}");
        }
        for text in [
            "", "-", ".", "abc", "NaN", "inf", "1/3", "0x10", "1e", "12 34", "1,23,456", "1 00",
            "5 zł", "١٢",
        ] {
            assert_eq!(value(text), Err(NotANumber::Unreadable), "{text}");
        }
        for text in [
            "1e400",
            "1e-400",
            "99999999999999999999999999999999",
            "0.0000000001",
        ] {
            assert_eq!(value(text), Err(NotANumber::TooLarge), "{text}");
        }
    }
}
