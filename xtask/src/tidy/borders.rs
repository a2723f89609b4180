//! A feature asks another through its `mod.rs` alone: `crate::cases::Case` is a question,
//! `crate::cases::state::Case` reaches into the other's drawers.
//!
//! What a feature keeps private the compiler guards. Checked here is what it cannot know: events,
//! state, decisions and registers that are open (to the node that puts features together, or to
//! pages) are still not for another feature of the community.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Tree};

/// Where the features of the community lie.
const HOST: &str = "community/src/";

/// The files of a feature's anatomy that are nobody else's business.
const ANATOMY: [&str; 6] = ["events", "state", "decide", "refusal", "register", "tests"];

/// Feature folder → its files and folders that are its own affair.
type Features = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let features = features(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.under(HOST, ".rs") {
        // Files beside the features (the node, the list of registers) put them together.
        let Some((home, _)) = path[HOST.len()..].split_once('/') else {
            continue;
        };
        for (line, parts) in paths(text) {
            let found = reach(&features, home, &parts);
            findings.extend(found.map(|what| Finding::line(path, line, what)));
        }
    }
    findings
}

fn features(tree: &Tree) -> Features {
    let mut features = Features::new();
    for (path, _) in tree.under(HOST, ".rs") {
        let parts: Vec<&str> = path[HOST.len()..].split('/').collect();
        if let [feature, inner, ..] = parts.as_slice() {
            let inner = inner.trim_end_matches(".rs");
            if ANATOMY.contains(&inner) && is_open(tree, feature, inner) {
                let drawers = features.entry((*feature).to_owned()).or_default();
                drawers.insert(inner.to_owned());
            }
        }
    }
    features
}

/// Whether the feature's `mod.rs` opens the module beyond itself.
fn is_open(tree: &Tree, feature: &str, module: &str) -> bool {
    let front = tree.text(&format!("{HOST}{feature}/mod.rs"));
    ["pub", "pub(crate)"]
        .iter()
        .any(|word| front.contains(&format!("\n{word} mod {module};")))
}

/// What is wrong with naming `parts` (`[feature, item, …]`) from within `home`.
fn reach(features: &Features, home: &str, parts: &[String]) -> Option<String> {
    let [feature, inner, ..] = parts else {
        return None;
    };
    let drawers = features.get(feature)?;
    let foreign = home != feature;
    (foreign && drawers.contains(inner)).then(|| {
        format!("ask `{feature}` through its mod.rs: `{feature}::{inner}` is its own affair")
    })
}

/// Every path after `crate::` with its line, use-trees flattened.
fn paths(text: &str) -> Vec<(usize, Vec<String>)> {
    const START: &str = "crate::";
    let text = without_comments(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(START).map(|at| at + from) {
        from = at + START.len();
        let before = text[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && c != '_') {
            let line = text[..at].matches('\n').count() + 1;
            let mut tree = text[from..].chars().peekable();
            let mut flat = Vec::new();
            flatten(&mut tree, &mut Vec::new(), &mut flat);
            found.extend(flat.into_iter().map(|parts| (line, parts)));
        }
    }
    found
}

/// Comment lines blanked, so that prose may name what code may not.
fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads `a::{b, c::d}` into `[a, b]` and `[a, c, d]`.
fn flatten(
    text: &mut std::iter::Peekable<std::str::Chars<'_>>,
    stem: &mut Vec<String>,
    out: &mut Vec<Vec<String>>,
) {
    loop {
        skip_space(text);
        if text.next_if_eq(&'{').is_some() {
            group(text, stem, out);
            return;
        }
        let mut word = String::new();
        while let Some(c) = text.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '*') {
            word.push(c);
        }
        if !word.is_empty() {
            stem.push(word);
        }
        let goes_on = text.next_if_eq(&':').is_some() && text.next_if_eq(&':').is_some();
        if !goes_on {
            out.push(stem.clone());
            return;
        }
    }
}

/// Reads the branches of a use-tree up to the closing brace.
fn group(
    text: &mut std::iter::Peekable<std::str::Chars<'_>>,
    stem: &[String],
    out: &mut Vec<Vec<String>>,
) {
    skip_space(text);
    while text.peek().is_some_and(|c| *c != '}') {
        flatten(text, &mut stem.to_vec(), out);
        // `as Name` and whatever else stands before the next branch.
        while text.next_if(|c| *c != ',' && *c != '}').is_some() {}
        text.next_if_eq(&',');
        skip_space(text);
    }
    text.next();
}

fn skip_space(text: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while text.next_if(|c| c.is_whitespace()).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    fn findings(residents: &str) -> Vec<String> {
        let tree = tree(&[
            (
                "community/src/cases/mod.rs",
                "//! x\npub mod state;\npub(crate) mod events;\npub mod command;",
            ),
            ("community/src/cases/command.rs", "//! x"),
            (
                "community/src/cases/state.rs",
                "//! x\nuse crate::cases::events::Event;",
            ),
            ("community/src/cases/events.rs", "//! x"),
            ("community/src/residents/mod.rs", residents),
            ("community/src/node.rs", "use crate::cases::state::Life;"),
        ]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_front_door_is_open() {
        let text = "//! crate::cases::state is private\nuse crate::cases::{Case, command::Take};";
        assert!(findings(text).is_empty());
    }

    #[test]
    fn drawers_are_not() {
        let found = findings("//! x\nuse crate::{\n  cases::{Case, state::Life},\n};");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("community/src/residents/mod.rs:2:"),
            "{found:?}"
        );
        let found = findings("fn f() -> crate::cases::events::Event {}");
        assert!(found[0].contains("`cases::events`"), "{found:?}");
    }
}
