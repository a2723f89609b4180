//! OWASP ASVS 5.0, levels 1 and 2, item by item: `docs/asvs.toml` answers every requirement once, and
//! what an answer points at exists.
//!
//! The ids and levels are those of the published standard; the words beside them are our own.

use std::collections::BTreeMap;

use super::{Finding, Tree};

const FILE: &str = "docs/asvs.toml";

/// How many requirements the standard has at level 1, and at level 2 beside them.
const PUBLISHED: [(i64, usize); 2] = [(1, 70), (2, 183)];

/// The kinds of answer; each requirement has at least one, and only one of the last two.
const ANSWERS: [&str; 5] = ["test", "code", "document", "absent", "open"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(FILE);
    if text.is_empty() {
        return vec![Finding::file(FILE, "is missing")];
    }
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(why) => return vec![Finding::file(FILE, why.to_string())],
    };
    let mut findings = Vec::new();
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for (chapter, requirements) in &table {
        let Some(requirements) = requirements.as_table() else {
            findings.push(Finding::file(FILE, format!("{chapter} is no table")));
            continue;
        };
        for (number, answer) in requirements {
            let id = format!("{chapter}.{number}");
            let line = line_of(text, chapter, number);
            let level = answer.get("level").and_then(toml::Value::as_integer);
            *counts.entry(level.unwrap_or(0)).or_default() += 1;
            let wrong = problems(tree, answer);
            findings.extend(
                wrong
                    .into_iter()
                    .map(|what| Finding::line(FILE, line, format!("{id}: {what}"))),
            );
        }
    }
    for (level, expected) in PUBLISHED {
        let there = counts.remove(&level).unwrap_or(0);
        if there != expected {
            let what =
                format!("{there} requirements of level {level}; the standard has {expected}");
            findings.push(Finding::file(FILE, what));
        }
    }
    findings.extend(
        counts
            .keys()
            .map(|level| Finding::file(FILE, format!("there is no level {level} to be answered"))),
    );
    findings
}

fn line_of(text: &str, chapter: &str, number: &str) -> usize {
    let head = format!("[{chapter}]");
    let key = format!("\"{number}\" =");
    let mut within = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            within = line == head;
        }
        if within && line.starts_with(&key) {
            return at + 1;
        }
    }
    1
}

/// What is wrong with one answer.
fn problems(tree: &Tree, answer: &toml::Value) -> Vec<String> {
    let Some(answer) = answer.as_table() else {
        return vec!["is no answer".to_owned()];
    };
    let mut wrong = Vec::new();
    let unknown = |key: &&String| {
        !["level", "about"].contains(&key.as_str()) && !ANSWERS.contains(&key.as_str())
    };
    wrong.extend(
        answer
            .keys()
            .filter(unknown)
            .map(|key| format!("what is “{key}”?")),
    );
    if !answer.get("about").is_some_and(toml::Value::is_str) {
        wrong.push("does not say what it is about".to_owned());
    }
    let given: Vec<&str> = ANSWERS
        .into_iter()
        .filter(|key| answer.contains_key(*key))
        .collect();
    if given.is_empty() {
        wrong.push("has no answer: test, code, document, absent or open".to_owned());
    }
    if given.contains(&"absent") && given.contains(&"open") {
        wrong.push("cannot be both absent and open".to_owned());
    }
    for key in given {
        for place in places(&answer[key]) {
            let found = match key {
                "test" => is_test(tree, place),
                "code" => is_code(tree, place),
                "document" => is_heading(tree, place),
                _ => place.len() > 15,
            };
            if !found {
                wrong.push(format!("{key}: there is no “{place}”"));
            }
        }
    }
    wrong
}

/// An answer is one text or a list of them.
fn places(value: &toml::Value) -> Vec<&str> {
    match value {
        toml::Value::Array(all) => all.iter().filter_map(toml::Value::as_str).collect(),
        other => vec![other.as_str().unwrap_or_default()],
    }
}

/// `portal/src/shell/tests.rs::a_huge_body_is_413`.
fn is_test(tree: &Tree, place: &str) -> bool {
    let Some((path, name)) = place.split_once("::") else {
        return false;
    };
    let text = tree.text(path);
    let after = |text: &str| text.split(&format!("fn {name}(")).next().map(str::to_owned);
    text.contains(&format!("fn {name}("))
        && after(text).is_some_and(|before| {
            let tail = before.lines().rev().take(6).collect::<Vec<_>>().join("\n");
            tail.contains("test]") || tail.contains("test(") || tail.contains("proptest!")
        })
}

/// `portal/src/shell/headers.rs: object-src 'none'`.
fn is_code(tree: &Tree, place: &str) -> bool {
    place
        .split_once(": ")
        .is_some_and(|(path, words)| !words.is_empty() && tree.text(path).contains(words))
}

/// `docs/security.md#Sessions`.
fn is_heading(tree: &Tree, place: &str) -> bool {
    place.split_once('#').is_some_and(|(path, heading)| {
        let wanted = format!("# {heading}");
        tree.text(path)
            .lines()
            .any(|line| line.trim_start_matches('#') == &wanted[1..])
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    const CODE: &str = "#[test]\nfn it_holds() {}\nfn helper() {}\n";

    fn told(answer: &str) -> Vec<String> {
        let tree = tree(&[
            ("a.rs", CODE),
            ("docs/security.md", "# Title\n\n## Sessions\n"),
        ]);
        let table: toml::Table = format!("x = {answer}").parse().unwrap();
        problems(&tree, &table["x"])
    }

    #[test]
    fn an_answer_points_at_what_exists() {
        for good in [
            r#"{ level = 1, about = "a", test = ["a.rs::it_holds"] }"#,
            r#"{ level = 1, about = "a", code = "a.rs: fn helper" }"#,
            r#"{ level = 1, about = "a", document = "docs/security.md#Sessions" }"#,
            r#"{ level = 1, about = "a", absent = "there is no such thing here" }"#,
        ] {
            assert_eq!(told(good), Vec::<String>::new(), "{good}");
        }
        for bad in [
            r#"{ level = 1, about = "a", test = ["a.rs::gone"] }"#,
            r#"{ level = 1, about = "a", test = ["a.rs::helper_"] }"#,
            r#"{ level = 1, about = "a", code = "a.rs: fn other" }"#,
            r#"{ level = 1, about = "a", document = "docs/security.md#Other" }"#,
            r#"{ level = 1, about = "a", absent = "no" }"#,
            r#"{ level = 1, about = "a" }"#,
            r#"{ level = 1, test = ["a.rs::it_holds"] }"#,
            r#"{ level = 1, about = "a", tset = ["a.rs::it_holds"] }"#,
        ] {
            assert!(!told(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn every_requirement_is_asked_for() {
        let few =
            "[V1]\n\"1.1\" = { level = 1, about = \"a\", absent = \"there is no such thing\" }\n";
        let findings = check(&tree(&[(FILE, few)]));
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("the standard has 70"), "{told:?}");
        assert!(told[1].contains("the standard has 183"), "{told:?}");
        let twice =
            format!("{few}\"1.1\" = {{ level = 1, about = \"a\", absent = \"none such here\" }}\n");
        assert_eq!(
            check(&tree(&[(FILE, &twice)])).len(),
            1,
            "an id stands once"
        );
    }
}
