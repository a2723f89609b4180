//! Answers on their way between a page's inputs and the form in which they are kept.
//!
//! The inputs of a question are named by its id; a date has three (`id-year`, `id-month`,
//! `id-day`), a list one for each cell (`id.0.name`).

use linli_community::catalogue::{Kind, Question};
use serde_json::Value;

use crate::shell::Fields;

/// What the page sent, named as [`linli_community::catalogue::from_form`] reads it: the three parts
/// of a date with dots.
pub(crate) fn sent(fields: &Fields) -> Vec<(String, String)> {
    fields
        .typed()
        .map(|(name, value)| (dotted(name), value.to_owned()))
        .collect()
}

fn dotted(name: &str) -> String {
    for part in ["year", "month", "day"] {
        if let Some(stem) = name
            .strip_suffix(part)
            .and_then(|stem| stem.strip_suffix('-'))
        {
            return format!("{stem}.{part}");
        }
    }
    name.to_owned()
}

/// What the inputs of `question` show for `value`, kept or as it was typed.
pub(crate) fn pairs(question: &Question, value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match (question.kind, value) {
        (Kind::Members, Value::Array(rows)) => {
            for (at, row) in rows.iter().enumerate() {
                for column in &question.columns {
                    let cell = row.get(&column.id).unwrap_or(&Value::Null);
                    cell_pairs(
                        &format!("{}.{at}.{}", question.id, column.id),
                        column.kind,
                        cell,
                        &mut found,
                    );
                }
            }
        }
        (kind, value) => cell_pairs(&question.id, kind, value, &mut found),
    }
    found
}

fn cell_pairs(name: &str, kind: Kind, value: &Value, found: &mut Vec<(String, String)>) {
    let mut put = |name: String, text: String| found.push((name, text));
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Date, Value::String(date)) => {
            let mut parts = date.splitn(3, '-');
            for part in ["year", "month", "day"] {
                let text = parts.next().unwrap_or_default();
                let plain = if part == "year" {
                    text
                } else {
                    text.trim_start_matches('0')
                };
                put(format!("{name}.{part}"), plain.to_owned());
            }
        }
        (Kind::Money, Value::Number(fen)) => {
            let fen = fen.as_i64().unwrap_or_default();
            let whole = fen / 100;
            let rest = fen % 100;
            let text = if rest == 0 {
                whole.to_string()
            } else {
                format!("{whole}.{rest:02}")
            };
            put(name.to_owned(), text);
        }
        (_, Value::Bool(yes)) => put(name.to_owned(), if *yes { "yes" } else { "no" }.to_owned()),
        (_, Value::String(text)) => put(name.to_owned(), text.clone()),
        (_, other) => put(name.to_owned(), other.to_string()),
    }
}

/// How many rows of the list `id` are among `sent`.
pub(crate) fn row_count(id: &str, sent: &[(String, String)]) -> usize {
    let prefix = format!("{id}.");
    sent.iter()
        .filter_map(|(name, _)| {
            name.strip_prefix(&prefix)?
                .split('.')
                .next()?
                .parse::<usize>()
                .ok()
        })
        .filter(|row| *row < 100)
        .map(|row| row + 1)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_boxes_of_a_date_are_read_as_parts_of_it() {
        let fields = Fields::new(vec![
            ("_csrf".to_owned(), "x".to_owned()),
            ("born-year".to_owned(), "1948".to_owned()),
            ("rows.0.since-day".to_owned(), "3".to_owned()),
            ("everyday".to_owned(), "y".to_owned()),
        ]);
        let names: Vec<String> = sent(&fields).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["born.year", "rows.0.since.day", "everyday"]);
    }

    #[test]
    fn kept_values_are_shown_as_people_type_them() {
        let mut found = Vec::new();
        cell_pairs("a", Kind::Money, &serde_json::json!(120_050), &mut found);
        cell_pairs("b", Kind::Money, &serde_json::json!(120_000), &mut found);
        cell_pairs(
            "c",
            Kind::Date,
            &serde_json::json!("1948-03-12"),
            &mut found,
        );
        cell_pairs("d", Kind::Boolean, &serde_json::json!(true), &mut found);
        let shown: Vec<&str> = found.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown, ["1200.50", "1200", "1948", "3", "12", "yes"]);
    }

    #[test]
    fn rows_are_counted_by_their_highest_number() {
        let sent = [
            ("m.0.name", ""),
            ("m.2.name", ""),
            ("m.999999.name", ""),
            ("mm.7.x", ""),
        ]
        .map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(row_count("m", &sent), 3);
        assert_eq!(row_count("none", &sent), 0);
    }
}
