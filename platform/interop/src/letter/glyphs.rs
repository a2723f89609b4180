//! Characters that no font at hand can draw become 〓, the printer's mark for a missing type, and
//! are listed at the foot of the page by their code points. A letter with a rare name goes out; it
//! never goes out silently wrong.

use std::collections::BTreeSet;

use serde_json::Value;

use super::clean;

/// 〓 U+3013, the mark for a type that is missing from the case.
const MISSING: char = '\u{3013}';

/// Cleans every text in `data`, puts [`MISSING`] where `covers` says no, and returns the
/// characters it put it for.
pub(super) fn settle(data: &mut Value, covers: &dyn Fn(char) -> bool) -> BTreeSet<char> {
    let mut missing = BTreeSet::new();
    walk(data, &mut |text| {
        *text = clean::line(text)
            .chars()
            .map(|c| {
                if c == ' ' || c == '\u{3000}' || covers(c) {
                    return c;
                }
                missing.insert(c);
                MISSING
            })
            .collect();
        clean::breakable(text);
    });
    missing
}

/// The note at the foot: 〓 为本机字库缺字: U+30EDE.
pub(super) fn note(missing: &BTreeSet<char>) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let codes: Vec<String> = missing
        .iter()
        .map(|c| format!("U+{:04X}", u32::from(*c)))
        .collect();
    format!("〓为本机字库缺字：{}", codes.join("、"))
}

fn walk(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| walk(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_font_draws_is_marked_and_listed() {
        let mut data = serde_json::json!({"name": "王𰻞", "rows": [["一", "二𰻞\u{202E}"]]});
        let missing = settle(&mut data, &|c| c != '𰻞');
        assert_eq!(
            data,
            serde_json::json!({"name": "王〓", "rows": [["一", "二〓"]]})
        );
        assert_eq!(note(&missing), "〓为本机字库缺字：U+30EDE");
        assert_eq!(note(&BTreeSet::new()), "");
    }
}
