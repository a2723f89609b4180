//! From what the register and a case know to what policies reckon with.
//!
//! A fact is found by its field's name. What the register does not hold, or holds in a form that the
//! policy does not know, is unknown: never zero, never false.

use std::collections::BTreeMap;

use linli_policy::day;
use linli_policy::ir::Fact;
use linli_policy::value::{Known, Type, power};
use serde_json::Value;

/// Values by field: what is known of a person or a household.
pub type Values = BTreeMap<String, Value>;

/// What `value`, as the register keeps it, is in a policy: money stays whole fen, dates become days,
/// 是 and 否 become truths.
#[must_use]
pub fn known(fact: &Fact, value: &Value) -> Known {
    let scaled = |scale: u8| value.as_i64()?.checked_mul(power(scale));
    let found = match &fact.type_ {
        Type::Money { scale } => scaled(*scale),
        Type::Number { scale } => match value {
            Value::String(text) => fact.type_.parse(text),
            _ => scaled(*scale),
        },
        Type::Bool => match value {
            Value::Bool(truth) => Some(i64::from(*truth)),
            Value::String(code) if code == "yes" => Some(1),
            Value::String(code) if code == "no" => Some(0),
            _ => None,
        },
        Type::Date => day::parse(value.as_str()?),
        Type::Code(codes) => codes.place(value.as_str()?),
    };
    found.filter(|found| fact.range.holds(*found))
}

/// A number as people type it, as files write it: full-width digits made plain, separators and units
/// left out.
#[must_use]
pub(super) fn plain(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    });
    plain
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '元' | '¥' | '￥'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linli_policy::ir::Entity;
    use linli_policy::value::{Codes, Names, Range};
    use serde_json::json;
    use std::sync::Arc;

    fn fact(type_: Type, range: Range) -> Fact {
        Fact {
            field: "person.example".to_owned(),
            names: Names::default(),
            entity: Entity::Member,
            type_,
            range,
            proof: Names::default(),
            cost: 1,
        }
    }

    #[test]
    fn each_kind_of_value_keeps_its_meaning() {
        let wide = Range::new(i64::MIN, i64::MAX);
        let codes = Codes {
            codes: vec!["local".to_owned(), "elsewhere".to_owned()],
            names: Vec::new(),
        };
        let kinds = [
            (Type::MONEY, json!(159_500), Some(159_500)),
            (Type::Number { scale: 2 }, json!(3), Some(300)),
            (Type::Number { scale: 2 }, json!("0.5"), Some(50)),
            (Type::Bool, json!("yes"), Some(1)),
            (Type::Bool, json!("no"), Some(0)),
            (Type::Bool, json!("perhaps"), None),
            (Type::Date, json!("1970-01-02"), Some(1)),
            (
                Type::Code(Arc::new(codes.clone())),
                json!("elsewhere"),
                Some(1),
            ),
            (Type::Code(Arc::new(codes)), json!("abroad"), None),
            (Type::MONEY, json!("a lot"), None),
            (Type::MONEY, Value::Null, None),
        ];
        for (type_, value, meant) in kinds {
            let said = format!("{value} as {}", type_.name());
            assert_eq!(known(&fact(type_, wide), &value), meant, "{said}");
        }
    }

    #[test]
    fn what_no_policy_could_mean_is_unknown() {
        let fact = fact(Type::MONEY, Range::new(0, 100));
        assert_eq!(known(&fact, &json!(100)), Some(100));
        assert_eq!(known(&fact, &json!(101)), None);
    }
}
