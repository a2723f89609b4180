//! How dates, money and masked data are written.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use linli_kernel::clock::shanghai;

use crate::i18n::Lang;

/// 2026年9月1日(周二), or “Tue 1 September 2026”.
#[must_use]
pub fn date(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!(
            "{}年{}月{}日({})",
            date.year(),
            date.month(),
            date.day(),
            weekday(date.weekday())
        ),
        Lang::En => date.strftime("%a %-d %B %Y").to_string(),
    }
}

/// 2026年9月1日(周二)14:00, or “Tue 1 September 2026, 14:00”, in Shanghai's time.
#[must_use]
pub fn instant(lang: Lang, at: Timestamp) -> String {
    let local = at.to_zoned(shanghai());
    let day = date(lang, local.date());
    let time = local.strftime("%H:%M");
    match lang {
        Lang::Zh => format!("{day}{time}"),
        Lang::En => format!("{day}, {time}"),
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// ¥1,200.00 of an amount in fen.
#[must_use]
pub fn money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let whole = grouped(fen.unsigned_abs() / 100);
    format!("{sign}¥{whole}.{:02}", fen.unsigned_abs() % 100)
}

/// 1,204 of 1204.
#[must_use]
pub fn grouped(number: u64) -> String {
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

/// 张*国 of 张建国, 李* of 李强, 欧阳*娜 is 欧**娜: first and last shown, the rest starred.
#[must_use]
pub fn masked_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// 138****0001 of a phone number, 9901**********0010 of an identity number.
#[must_use]
pub fn masked_number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let (head, tail) = match chars.len() {
        0..=4 => return "*".repeat(chars.len()),
        5..=8 => (1, 1),
        9..=12 => (3, 4),
        _ => (4, 4),
    };
    let hidden = chars.len() - head - tail;
    let (start, end) = (&chars[..head], &chars[chars.len() - tail..]);
    let mut text: String = start.iter().collect();
    text.push_str(&"*".repeat(hidden));
    text.extend(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_money_read_as_people_write_them() {
        let day = jiff::civil::date(2026, 9, 1);
        assert_eq!(date(Lang::Zh, day), "2026年9月1日(周二)");
        assert_eq!(date(Lang::En, day), "Tue 1 September 2026");
        let at: Timestamp = "2026-09-01T06:00:00Z".parse().unwrap();
        assert_eq!(instant(Lang::Zh, at), "2026年9月1日(周二)14:00");
        assert_eq!(money(120_000), "¥1,200.00");
        assert_eq!(money(-5), "-¥0.05");
        assert_eq!(grouped(1_909_713), "1,909,713");
    }

    #[test]
    fn personal_data_is_masked() {
        assert_eq!(masked_name("张建国"), "张*国");
        assert_eq!(masked_name("李强"), "李*");
        assert_eq!(masked_number("13800000001"), "138****0001");
        assert_eq!(masked_number("990101195001010010"), "9901**********0010");
        assert_eq!(masked_number("123"), "***");
    }
}
