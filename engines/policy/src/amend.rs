//! 调整标准: one more dated value of a parameter, written into the text of its file where it belongs;
//! every other character stays as it was.
//!
//! Whether the value fits is for [`crate::Book::read`] to say, which reads the text again.

use std::fmt::Write as _;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value from a day on, with where it is written. What it is, the parameter's type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewValue {
    /// From this day, `2026-07-01`.
    pub from: String,
    /// The value as files write it: `1700`, `0.5`, `true`, `decision`.
    pub value: String,
    /// Whether it is written between quotation marks: a date or a code.
    pub quoted: bool,
    /// The key of its source.
    pub source: String,
    /// 第九条; empty where none is named.
    pub article: String,
}

/// A text that the file does not cite yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// How the file shall refer to it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its number; empty where it has none.
    pub number: String,
}

/// Why the text cannot be amended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAmended {
    /// The text is no policy file.
    #[error("the file cannot be read")]
    Unread,
    /// There is no such parameter, or its values are tables.
    #[error("no parameter with single values is called so")]
    NoParameter,
}

/// The text with one more value of `parameter`, after those that begin before it.
///
/// # Errors
/// [`NotAmended`] where there is no place for it.
pub fn add_value(text: &str, parameter: &str, new: &NewValue) -> Result<String, NotAmended> {
    let table = DeTable::parse(text).map_err(|_bad| NotAmended::Unread)?;
    let values = values(table.get_ref(), parameter).ok_or(NotAmended::NoParameter)?;
    let DeValue::Array(entries) = values.get_ref() else {
        return Err(NotAmended::NoParameter);
    };
    let before = entries.iter().filter_map(|entry| {
        let from = entry
            .get_ref()
            .as_table()?
            .get("from")?
            .get_ref()
            .as_str()?;
        (from <= new.from.as_str()).then(|| entry.span().end)
    });
    let last = before.max();
    let lines = text[values.span()].contains('\n') || !entries.is_empty();
    let gap = if lines { "\n  " } else { " " };
    let line = line(new);
    let (head, added) = match last {
        Some(end) => {
            let comma = text[end..].trim_start().starts_with(',');
            let at = if comma {
                end + text[end..].find(',').unwrap_or(0) + 1
            } else {
                end
            };
            (at, format!("{}{gap}{line},", if comma { "" } else { "," }))
        }
        None => (values.span().start + 1, format!("{gap}{line},")),
    };
    let (front, back) = text.split_at(head);
    Ok(format!("{front}{added}{back}"))
}

/// The text with one more source, after those it has.
#[must_use]
pub fn add_source(text: &str, new: &NewSource) -> String {
    let mut told = format!("[[sources]]\nkey = {}\n", quoted(&new.key));
    let title = quoted(&new.title);
    let _written = writeln!(told, "title = {{ zh = {title}, en = {title} }}");
    if !new.number.is_empty() {
        let _written = writeln!(told, "number = {}", quoted(&new.number));
    }
    let mut at = 0;
    let (mut seen, mut inside) = (None, false);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.starts_with('[') {
            inside = bare.starts_with("[[sources]]");
        }
        at += line.len();
        if inside && !bare.is_empty() && !bare.starts_with('#') {
            seen = Some(at);
        }
    }
    let (front, back) = text.split_at(seen.unwrap_or(text.len()));
    let edge = if front.is_empty() || front.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{front}{edge}\n{told}{back}")
}

fn values<'t>(table: &'t DeTable<'t>, parameter: &str) -> Option<&'t Spanned<DeValue<'t>>> {
    let parameters = table.get("parameters")?.get_ref().as_table()?;
    let values = parameters
        .get(parameter)?
        .get_ref()
        .as_table()?
        .get("values")?;
    let DeValue::Array(entries) = values.get_ref() else {
        return None;
    };
    let single = |entry: &Spanned<DeValue<'_>>| {
        let entry = entry.get_ref().as_table();
        entry.is_some_and(|entry| entry.get("value").is_some())
    };
    entries.iter().all(single).then_some(values)
}

fn line(new: &NewValue) -> String {
    let value = if new.quoted {
        quoted(&new.value)
    } else {
        new.value.clone()
    };
    let mut line = format!(
        "{{ from = {}, value = {value}, source = {}",
        quoted(&new.from),
        quoted(&new.source)
    );
    if !new.article.is_empty() {
        let _written = write!(line, ", article = {}", quoted(&new.article));
    }
    line.push_str(" }");
    line
}

/// A text between quotation marks, as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _written = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(from: &str) -> NewValue {
        NewValue {
            from: from.to_owned(),
            value: "1700".to_owned(),
            quoted: false,
            source: "s".to_owned(),
            article: String::new(),
        }
    }

    fn froms(text: &str) -> Vec<String> {
        let table: toml::Table = text.parse().unwrap();
        let values = table["parameters"]["line"]["values"].as_array().unwrap();
        let from = |one: &toml::Value| one["from"].as_str().unwrap().to_owned();
        values.iter().map(from).collect()
    }

    #[test]
    fn a_value_goes_where_its_day_belongs_and_nothing_else_moves() {
        let several = "# top\n[parameters.line]\ntype = \"money\"\nvalues = [\n  { from = \"2024-07-01\", value = 1595, source = \"s\" }, # last\n]\n\n[parameters.other]\nvalues = []\n";
        let one = "[parameters.line]\nvalues = [{ from = \"2024-07-01\", value = 1595, source = \"s\" }]\n";
        let none = "[parameters.line]\nvalues = []\n";
        for (text, from, expected) in [
            (several, "2026-07-01", vec!["2024-07-01", "2026-07-01"]),
            (several, "2020-01-01", vec!["2020-01-01", "2024-07-01"]),
            (one, "2026-07-01", vec!["2024-07-01", "2026-07-01"]),
            (one, "2020-01-01", vec!["2020-01-01", "2024-07-01"]),
            (none, "2026-07-01", vec!["2026-07-01"]),
        ] {
            let amended = add_value(text, "line", &new(from)).unwrap();
            assert_eq!(froms(&amended), expected, "{amended}");
            let mut rest = amended.chars();
            assert!(
                text.chars().all(|c| rest.any(|other| other == c)),
                "{amended}"
            );
        }
    }

    #[test]
    fn what_is_no_single_figure_is_not_amended() {
        let bands = "[parameters.line]\nvalues = [{ from = \"2024-07-01\", bands = [] }]\n";
        for text in [
            bands,
            "[parameters.other]\nvalues = []\n",
            "parameters = 3\n",
        ] {
            let amended = add_value(text, "line", &new("2026-07-01"));
            assert_eq!(amended, Err(NotAmended::NoParameter), "{text}");
        }
        let broken = add_value("[", "line", &new("2026-07-01"));
        assert_eq!(broken, Err(NotAmended::Unread));
    }

    #[test]
    fn a_source_is_added_after_the_others_whatever_its_title_holds() {
        let text = "id = \"a\"\n\n[[sources]]\nkey = \"s\"\ntitle = \"x\"\n\n# facts\n[facts.a]\ntype = \"date\"\n";
        let source = NewSource {
            key: "t".to_owned(),
            title: "关于\"调整\"\\标准\n的通知".to_owned(),
            number: "沪府〔2026〕1号".to_owned(),
        };
        let amended = add_source(text, &source);
        let table: toml::Table = amended.parse().unwrap();
        let sources = table["sources"].as_array().unwrap();
        assert_eq!(sources.len(), 2);
        assert_eq!(
            sources[1]["title"]["zh"].as_str(),
            Some(source.title.as_str())
        );
        assert!(amended.ends_with("# facts\n[facts.a]\ntype = \"date\"\n"));
    }
}
