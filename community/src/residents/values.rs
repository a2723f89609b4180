//! Values of facts in the one form in which they are kept, or why they cannot be.

use jiff::civil::Date;
use linli_kernel::Refusal;
use linli_units::digits::{compact, narrowed};
use linli_units::{Fen, IdentityNumber};
use serde_json::Value;

use super::fields::{Dictionary, Field, FieldType};

impl Dictionary {
    /// The value of `field` as it is kept, or why it cannot be. `today` bounds dates.
    ///
    /// # Errors
    /// A [`Refusal`] on the field: `residents.unknown-field`, `residents.wrong-type`,
    /// `residents.too-long`, `residents.not-in-list`, `residents.date-wrong`,
    /// `residents.date-in-future`, `residents.phone-wrong`, `residents.account-wrong`,
    /// `residents.amount-wrong`, or `residents.id-number-…` with the failed check.
    pub fn check(&self, field: &str, value: &Value, today: Date) -> Result<Value, Refusal> {
        let Some(found) = self.field(field) else {
            return Err(Refusal::new("residents.unknown-field").with("field", field));
        };
        self.checked(found, value, today)
            .map_err(|code| Refusal::new(&code).on(field))
    }

    fn checked(&self, field: &Field, value: &Value, today: Date) -> Result<Value, String> {
        let wrong_type = || "residents.wrong-type".to_owned();
        match field.kind {
            FieldType::Money => money(value),
            FieldType::Integer => value.as_i64().map(Value::from).ok_or_else(wrong_type),
            FieldType::Members => Err(wrong_type()),
            _ => {
                let text = value.as_str().ok_or_else(wrong_type)?;
                self.checked_text(field, text, today).map(Value::from)
            }
        }
    }

    fn checked_text(&self, field: &Field, text: &str, today: Date) -> Result<String, String> {
        let list = field.codes.as_deref().and_then(|list| self.list(list));
        match field.kind {
            FieldType::Name => words(text, 50),
            FieldType::Date => past_date(text, today),
            FieldType::Phone => phone(text),
            FieldType::IdentityNumber => match IdentityNumber::parse(text) {
                Ok(number) => Ok(number.as_str().to_owned()),
                Err(failed) => Err(format!("residents.id-number-{}", failed.code())),
            },
            FieldType::BankAccount => account(text),
            FieldType::Code => match list.and_then(|list| list.code(text)) {
                Some(code) => Ok(code.value.clone()),
                None => Err("residents.not-in-list".to_owned()),
            },
            _ => words(text, 200),
        }
    }
}

/// Prefix of the telephone numbers of synthetic people: no subscriber's number begins so.
pub const SYNTHETIC_PHONE: &str = "109";

/// A telephone number in plain digits: mobile, or fixed with or without its area code.
///
/// # Errors
/// `residents.phone-wrong` when it is none.
pub fn phone(text: &str) -> Result<String, String> {
    let digits = compact(text);
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let digits: String = digits.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits.len() == 11
        && (digits.starts_with(SYNTHETIC_PHONE)
            || (digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))));
    let fixed = (digits.starts_with('0') && (10..=12).contains(&digits.len()))
        || (matches!(digits.as_bytes().first(), Some(b'2'..=b'8'))
            && (7..=8).contains(&digits.len()));
    if plain && (mobile || fixed) {
        Ok(digits)
    } else {
        Err("residents.phone-wrong".to_owned())
    }
}

fn words(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("residents.wrong-type".to_owned());
    }
    if text.chars().count() > most {
        return Err("residents.too-long".to_owned());
    }
    Ok(text.to_owned())
}

fn past_date(text: &str, today: Date) -> Result<String, String> {
    match narrowed(text).trim().parse::<Date>() {
        Ok(date) if date > today => Err("residents.date-in-future".to_owned()),
        Ok(date) if date.year() >= 1_850 => Ok(date.to_string()),
        _ => Err("residents.date-wrong".to_owned()),
    }
}

fn account(text: &str) -> Result<String, String> {
    let digits = compact(text);
    if (8..=30).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err("residents.account-wrong".to_owned())
    }
}

fn money(value: &Value) -> Result<Value, String> {
    let amount = match value {
        Value::Number(number) => number.as_i64().map(Fen),
        Value::String(text) => Fen::parse_input(text).ok(),
        _ => None,
    };
    match amount {
        Some(Fen(fen)) if fen >= 0 => Ok(Value::from(fen)),
        _ => Err("residents.amount-wrong".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn check(field: &str, value: &Value) -> Result<Value, String> {
        let dictionary = Dictionary::built_in().unwrap();
        dictionary
            .check(field, value, date(2026, 11, 23))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn values_are_kept_in_one_form() {
        for (field, typed, kept) in [
            (
                "person.id_number",
                json!("110105 19491231 002x"),
                json!("11010519491231002X"),
            ),
            (
                "person.phone",
                json!("１３８ 0000-0001"),
                json!("13800000001"),
            ),
            (
                "person.phone",
                json!("(021) 5772 0000"),
                json!("02157720000"),
            ),
            (
                "person.monthly_income_fen",
                json!("1,200.5"),
                json!(120_050),
            ),
            (
                "person.birth_date",
                json!("1949-12-31"),
                json!("1949-12-31"),
            ),
            ("person.sex", json!("1"), json!("1")),
            (
                "person.name",
                json!(" 阿依古丽·买买提 "),
                json!("阿依古丽·买买提"),
            ),
        ] {
            assert_eq!(check(field, &typed), Ok(kept), "{field}");
        }
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        for (field, typed, why) in [
            ("person.shoe_size", json!(1), "residents.unknown-field"),
            (
                "person.id_number",
                json!("110105194912310021"),
                "residents.id-number-check-digit",
            ),
            ("person.phone", json!("12345"), "residents.phone-wrong"),
            (
                "person.birth_date",
                json!("2026-11-24"),
                "residents.date-in-future",
            ),
            (
                "person.birth_date",
                json!("1949-02-30"),
                "residents.date-wrong",
            ),
            ("person.sex", json!("3"), "residents.not-in-list"),
            ("person.name", json!(""), "residents.wrong-type"),
            ("person.name", json!("甲".repeat(51)), "residents.too-long"),
            (
                "person.monthly_income_fen",
                json!(-1),
                "residents.amount-wrong",
            ),
            (
                "person.monthly_income_fen",
                json!(1.5),
                "residents.amount-wrong",
            ),
            ("household.members", json!([]), "residents.wrong-type"),
        ] {
            assert_eq!(check(field, &typed), Err(why.to_owned()), "{field}");
        }
    }
}
