//! Dates as ledgers hold them: written with any sign between the parts, without one, in Chinese
//! numerals, or as the serial number of a spreadsheet. What could mean two days is refused.

use jiff::civil::Date;
use linli_interop::sheet::Cell;
use linli_units::digits::narrowed;

/// Why something is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadDate {
    /// Not readable at all, or no day of the calendar.
    Unreadable,
    /// A year and perhaps a month, but no day.
    NoDay,
    /// A year of two digits.
    ShortYear,
    /// Day and month cannot be told apart: `3/4/2013`.
    Order,
    /// A date of the lunar calendar.
    Lunar,
}

impl BadDate {
    /// The refusal's code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "ledgers.date-unreadable",
            Self::NoDay => "ledgers.date-no-day",
            Self::ShortYear => "ledgers.date-short-year",
            Self::Order => "ledgers.date-order",
            Self::Lunar => "ledgers.date-lunar",
        }
    }
}

/// The day in a cell.
///
/// # Errors
/// [`BadDate`].
pub fn date_of(cell: &Cell, from_1904: bool) -> Result<Date, BadDate> {
    match cell {
        Cell::Date(at) => Ok(at.date()),
        Cell::Number(number) => whole(*number)
            .ok_or(BadDate::Unreadable)
            .and_then(|number| of_number(number, from_1904)),
        Cell::Text(text) => of_text(text, from_1904),
        _ => Err(BadDate::Unreadable),
    }
}

/// A number without its fraction: serial numbers have the time behind the point.
#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded by the line before; the fraction is the time of day"
)]
fn whole(number: f64) -> Option<i32> {
    ((0.0..1e9).contains(&number)).then_some(number as i32)
}

fn of_number(number: i32, from_1904: bool) -> Result<Date, BadDate> {
    match number {
        // A year alone: as a serial number it would be a day of 1905 that nobody means.
        1_850..=2_100 => Err(BadDate::NoDay),
        1..=80_000 => serial(number, from_1904),
        185_001..=210_012 => Err(BadDate::NoDay),
        18_500_101..=21_001_231 => calendar(number / 10_000, number / 100 % 100, number % 100),
        _ => Err(BadDate::Unreadable),
    }
}

/// The day of a serial number. Day 60 of the calendar of 1900 is 29 February 1900, which was not.
fn serial(number: i32, from_1904: bool) -> Result<Date, BadDate> {
    let (epoch, days) = match number {
        _ if from_1904 => (Date::constant(1904, 1, 1), number),
        60 => return Err(BadDate::Unreadable),
        61.. => (Date::constant(1899, 12, 30), number),
        _ => (Date::constant(1899, 12, 31), number),
    };
    let span = jiff::Span::new().try_days(days);
    span.and_then(|span| epoch.checked_add(span))
        .map_err(|_overflow| BadDate::Unreadable)
}

fn calendar(year: i32, month: i32, day: i32) -> Result<Date, BadDate> {
    let small = |part: i32| i8::try_from(part).ok();
    let date = || {
        let year = i16::try_from(year).ok()?;
        Date::new(year, small(month)?, small(day)?).ok()
    };
    date().ok_or(BadDate::Unreadable)
}

fn of_text(text: &str, from_1904: bool) -> Result<Date, BadDate> {
    let text = narrowed(text);
    if text.contains("农历") || text.contains("阴历") {
        return Err(BadDate::Lunar);
    }
    let text = chinese(without_time(text.trim()));
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let foreign = |c: char| !c.is_ascii_digit() && !SIGNS.contains(c) && !c.is_whitespace();
    if parts.iter().any(|part| part.len() > 8) || text.contains(foreign) {
        return Err(BadDate::Unreadable);
    }
    let number = |part: &str| part.parse::<i32>().unwrap_or(0);
    match parts.as_slice() {
        // A date of eight digits, a serial number of five, a year and month of six.
        [one] if text.trim().len() == one.len() => match one.len() {
            8 | 6 | 5 => of_number(number(one), from_1904),
            4 => Err(BadDate::NoDay),
            _ => Err(BadDate::Unreadable),
        },
        [year, month] if year.len() == 4 && month.len() <= 2 => Err(BadDate::NoDay),
        [year] if year.len() == 4 => Err(BadDate::NoDay),
        [year, month, day] if year.len() == 4 => calendar(number(year), number(month), number(day)),
        [one, two, year] if year.len() == 4 => match (number(one), number(two)) {
            (day @ 13.., month) => calendar(number(year), month, day),
            (month, day @ 13..) => calendar(number(year), month, day),
            (one, two) if one == two => calendar(number(year), one, two),
            _ => Err(BadDate::Order),
        },
        [_, _, _] => Err(BadDate::ShortYear),
        _ => Err(BadDate::Unreadable),
    }
}

/// What may stand between the parts of a date.
const SIGNS: &str = "年月日号/.-—–_,、~:";

/// Without a time of day behind it: `2013-03-21 00:00:00`, `2013-03-21T08:00`.
fn without_time(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(at, c)| *at >= 8 && matches!(c, ' ' | 'T') && text[*at..].contains(':'));
    end.map_or(text, |(at, _)| &text[..at])
}

/// Chinese numerals as digits: 二〇一三年三月二十一日 → 2013年3月21日.
fn chinese(text: &str) -> String {
    const DIGITS: [(char, char); 22] = [
        ('〇', '0'),
        ('零', '0'),
        ('○', '0'),
        ('一', '1'),
        ('壹', '1'),
        ('二', '2'),
        ('贰', '2'),
        ('三', '3'),
        ('叁', '3'),
        ('四', '4'),
        ('肆', '4'),
        ('五', '5'),
        ('伍', '5'),
        ('六', '6'),
        ('陆', '6'),
        ('七', '7'),
        ('柒', '7'),
        ('八', '8'),
        ('捌', '8'),
        ('九', '9'),
        ('玖', '9'),
        ('元', '1'),
    ];
    let digit = |c: char| DIGITS.iter().find(|(word, _)| *word == c).map(|(_, d)| *d);
    let spelled = text.replace('廿', "二十").replace('卅', "三十");
    let spelled = spelled.replace('拾', "十");
    let characters: Vec<char> = spelled.chars().collect();
    let mut plain = String::with_capacity(text.len());
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let before = before.copied().and_then(digit).is_some();
        let after = characters.get(at + 1).copied().and_then(digit).is_some();
        match c {
            // 二十一 → 21, 十一 → 11, 二十 → 20, 十 → 10.
            '十' => plain.push_str(match (before, after) {
                (true, true) => "",
                (true, false) => "0",
                (false, true) => "1",
                (false, false) => "10",
            }),
            c => plain.push(digit(*c).unwrap_or(*c)),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Date, BadDate> {
        date_of(&Cell::text(text), false)
    }

    #[test]
    fn dates_are_read_however_they_are_written() {
        for text in [
            "2013-03-21",
            "2013/3/21",
            "2013.3.21",
            "２０１３．３．２１",
            "20130321",
            "2013年3月21日",
            "2013 年 3 月 21 号",
            "二〇一三年三月二十一日",
            "二零一三年三月廿一日",
            "二○一三年三月二十一",
            "2013-03-21 00:00:00",
            "2013-03-21T08:30:00",
            "41354",
            "21/3/2013",
            "3/21/2013",
        ] {
            assert_eq!(read(text), Ok(date(2013, 3, 21)), "{text}");
        }
        assert_eq!(read("一九五〇年十月十日"), Ok(date(1950, 10, 10)));
        assert_eq!(read("一九五〇年十二月三十日"), Ok(date(1950, 12, 30)));
    }

    #[test]
    fn what_could_be_another_day_is_refused() {
        for (text, why) in [
            ("3/4/2013", BadDate::Order),
            ("13.3.21", BadDate::ShortYear),
            ("2013年3月", BadDate::NoDay),
            ("201303", BadDate::NoDay),
            ("1949", BadDate::NoDay),
            ("2013-02-30", BadDate::Unreadable),
            ("农历三月廿一", BadDate::Lunar),
            ("不详", BadDate::Unreadable),
            ("2013-03-21左右", BadDate::Unreadable),
            ("310117194912310021", BadDate::Unreadable),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
    }

    #[test]
    fn serial_numbers_count_from_their_own_epoch() {
        // The numbers are those of ECMA-376 part 1, 18.17.4.1.
        let number = |n: f64, from_1904| date_of(&Cell::Number(n), from_1904);
        assert_eq!(number(1.0, false), Ok(date(1900, 1, 1)));
        assert_eq!(number(59.0, false), Ok(date(1900, 2, 28)));
        assert_eq!(number(60.0, false), Err(BadDate::Unreadable));
        assert_eq!(number(61.0, false), Ok(date(1900, 3, 1)));
        assert_eq!(number(36_526.75, false), Ok(date(2000, 1, 1)));
        assert_eq!(number(35_064.0, true), Ok(date(2000, 1, 1)));
        assert_eq!(number(20_130_321.0, false), Ok(date(2013, 3, 21)));
        assert_eq!(number(1_949.0, false), Err(BadDate::NoDay));
        let at = date(2013, 3, 21).to_datetime(time(8, 0, 0, 0));
        assert_eq!(date_of(&Cell::Date(at), false), Ok(date(2013, 3, 21)));
    }

    /// A number below 100 in Chinese.
    fn spelled(number: i8) -> String {
        let number = usize::try_from(number).unwrap();
        const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
        let (tens, ones) = (number / 10, number % 10);
        match tens {
            0 => DIGITS[ones].to_owned(),
            1 => format!("十{}", DIGITS[ones]),
            _ => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
        }
    }

    fn years(year: i16) -> String {
        const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
        let digits = year.to_string().into_bytes();
        let digit = |byte: u8| DIGITS[usize::from(byte - b'0')];
        digits.into_iter().map(digit).collect()
    }

    proptest! {
        #[test]
        fn every_day_is_read_from_every_way_to_write_it(days in 0_i64..73_000) {
            let day = date(1900, 3, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let (y, m, d) = (day.year(), day.month(), day.day());
            for text in [
                format!("{y}/{m}/{d}"),
                format!("{y}.{m:02}.{d:02}"),
                format!("{y}{m:02}{d:02}"),
                format!("{y}年{m}月{d}日"),
                format!("{}年{}月{}日", years(y), spelled(m), spelled(d)),
            ] {
                prop_assert_eq!(read(&text), Ok(day), "{}", text);
            }
            let serial = f64::from(i32::try_from(days).unwrap() + 61);
            // Numbers that are years are not taken for days.
            if !(1_850.0..=2_100.0).contains(&serial) {
                prop_assert_eq!(date_of(&Cell::Number(serial), false), Ok(day));
            }
        }

        #[test]
        fn no_text_is_taken_for_a_day_it_does_not_name(text in "\\PC{0,20}") {
            if let Ok(day) = read(&text) {
                prop_assert!((1850..=2119).contains(&day.year()) || text.contains(&day.year().to_string()) || !text.is_ascii());
            }
        }
    }
}
