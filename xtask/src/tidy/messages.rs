//! Message catalogues: Chinese and English have the same files, the same messages, and the same
//! places to fill in each, and no message is written twice.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::{Finding, Tree};

const FIRST: &str = "web/messages/zh-CN/";
const SECOND: &str = "web/messages/en/";

/// Message or `message.attribute` → the names it fills in.
type Messages = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = read(tree, FIRST, &mut findings);
    let second = read(tree, SECOND, &mut findings);
    findings.extend(missing(&first, &second, SECOND));
    findings.extend(missing(&second, &first, FIRST));
    for (file, messages) in &first {
        for (key, names) in messages {
            let other = second.get(file).and_then(|messages| messages.get(key));
            if let Some(other) = other.filter(|other| *other != names) {
                let what = format!("`{key}` fills in {other:?}, in Chinese {names:?}");
                findings.push(Finding::file(&format!("{SECOND}{file}"), what));
            }
        }
    }
    findings
}

fn missing(
    has: &BTreeMap<String, Messages>,
    lacks: &BTreeMap<String, Messages>,
    folder: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, messages) in has {
        let path = format!("{folder}{file}");
        let Some(other) = lacks.get(file) else {
            findings.push(Finding::file(
                &path,
                "the other language has this file, this one has not",
            ));
            continue;
        };
        for key in messages.keys().filter(|key| !other.contains_key(*key)) {
            findings.push(Finding::file(&path, format!("`{key}` is missing")));
        }
    }
    findings
}

fn read(tree: &Tree, folder: &str, findings: &mut Vec<Finding>) -> BTreeMap<String, Messages> {
    let mut files = BTreeMap::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in tree.under(folder, ".ftl") {
        let messages = parse(path, text, findings);
        for key in messages.keys() {
            if let Some(other) = seen.insert(key.clone(), path.to_owned()) {
                findings.push(Finding::file(
                    path,
                    format!("`{key}` is already in {other}"),
                ));
            }
        }
        files.insert(path[folder.len()..].to_owned(), messages);
    }
    files
}

fn parse(path: &str, text: &str, findings: &mut Vec<Finding>) -> Messages {
    let resource = parser::parse(text).unwrap_or_else(|(resource, errors)| {
        for error in errors {
            let line = text
                .get(..error.pos.start)
                .unwrap_or("")
                .matches('\n')
                .count()
                + 1;
            findings.push(Finding::line(
                path,
                line,
                format!("no Fluent: {}", error.kind),
            ));
        }
        resource
    });
    let mut messages = Messages::new();
    for entry in resource.body {
        let (name, value, attributes) = match entry {
            Entry::Message(message) => (
                message.id.name.to_owned(),
                message.value,
                message.attributes,
            ),
            Entry::Term(term) => (
                format!("-{}", term.id.name),
                Some(term.value),
                term.attributes,
            ),
            _ => continue,
        };
        for attribute in attributes {
            let key = format!("{name}.{}", attribute.id.name);
            messages.insert(key, names(&attribute.value));
        }
        let filled = value.as_ref().map(names).unwrap_or_default();
        if messages.insert(name.clone(), filled).is_some() {
            findings.push(Finding::file(path, format!("`{name}` is written twice")));
        }
    }
    messages
}

fn names(pattern: &Pattern<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(pattern, &mut found);
    found
}

fn collect(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(inline) => inside(inline, found),
            Expression::Select { selector, variants } => {
                inside(selector, found);
                for variant in variants {
                    collect(&variant.value, found);
                }
            }
        }
    }
}

fn inside(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => {
            // `name_zh` in Chinese and `name_en` in English are the same place.
            let name = id.name.trim_end_matches("_zh").trim_end_matches("_en");
            found.insert(name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                inside(argument, found);
            }
        }
        InlineExpression::Placeable { expression } => match &**expression {
            Expression::Inline(inner)
            | Expression::Select {
                selector: inner, ..
            } => inside(inner, found),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    fn findings(chinese: &str, english: &str) -> Vec<String> {
        let tree = tree(&[
            ("web/messages/zh-CN/cases.ftl", chinese),
            ("web/messages/en/cases.ftl", english),
        ]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn alike_is_fine() {
        let found = findings(
            "b = { $name_zh }\na = 还剩 { $days } 天\n    .title = 一\n",
            "b = { $name_en }\na = { $days ->\n  [one] { $days } day\n *[other] { $days } days\n }\n    .title = one\n",
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn each_difference_is_found() {
        let missing = findings("a = 一\nb = 二\n", "a = one\n");
        assert_eq!(missing, ["web/messages/en/cases.ftl:1: `b` is missing"]);
        let places = findings("a = { $n }\n", "a = one\n");
        assert!(places[0].contains("fills in"), "{places:?}");
        let twice = findings("a = 一\na = 二\n", "a = one\n");
        assert!(twice[0].contains("written twice"), "{twice:?}");
        let broken = findings("a = 一\n??\n", "a = one\n");
        assert!(
            broken[0].starts_with("web/messages/zh-CN/cases.ftl:2: no Fluent"),
            "{broken:?}"
        );
        let file = check(&tree(&[("web/messages/zh-CN/x.ftl", "a = 一\n")]));
        assert!(file[0].to_string().contains("this one has not"), "{file:?}");
    }
}
