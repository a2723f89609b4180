//! What does not belong in a repository: somebody's home folder, promises instead of code,
//! unresolved merges, private keys, white space at the end of a line.

use super::{Finding, Tree};

/// Endings of files that are read by people and so are checked.
const TEXTS: [&str; 16] = [
    ".rs", ".toml", ".md", ".ts", ".js", ".mjs", ".html", ".scss", ".css", ".ftl", ".sh", ".py",
    ".yml", ".yaml", ".typ", "Makefile",
];

/// Each pattern in two halves, so that this file does not find itself, and why it is there.
const PATTERNS: [(&str, &str, &str); 10] = [
    ("/ho", "me/", "a home folder"),
    ("/ro", "ot/", "a home folder"),
    ("/Us", "ers/", "a home folder"),
    ("C:\\", "Users", "a home folder"),
    ("TO", "DO", "a promise: do it, or file an issue"),
    ("FIX", "ME", "a promise: do it, or file an issue"),
    ("unimpl", "emented!(", "a hole in the code"),
    ("<<<<", "<<< ", "an unresolved merge"),
    (">>>>", ">>> ", "an unresolved merge"),
    ("-----BEGIN ", "PRIVATE KEY", "a private key"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.files {
        if TEXTS.iter().any(|end| path.ends_with(end)) {
            findings.extend(read(path, text));
        }
    }
    findings
}

fn read(path: &str, text: &str) -> Vec<Finding> {
    let patterns: Vec<(String, &str)> = PATTERNS
        .iter()
        .map(|(head, tail, why)| (format!("{head}{tail}"), *why))
        .collect();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (pattern, why) in &patterns {
            if line.contains(pattern.as_str()) {
                findings.push(Finding::line(
                    path,
                    index + 1,
                    format!("`{pattern}` is {why}"),
                ));
            }
        }
        if line.ends_with([' ', '\t']) {
            findings.push(Finding::line(
                path,
                index + 1,
                "white space at the end of the line",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    #[test]
    fn each_pattern_is_found_where_it_stands() {
        for (head, tail, why) in PATTERNS {
            let text = format!("fine\nlet x = \"{head}{tail}\";\n");
            let found = check(&tree(&[("a/b.rs", &text)]));
            assert_eq!(found.len(), 1, "{head}{tail}");
            let told = found[0].to_string();
            assert!(
                told.starts_with("a/b.rs:2:") && told.contains(why),
                "{told}"
            );
        }
    }

    #[test]
    fn plain_text_and_data_are_left_alone() {
        let text = format!("{}{}", PATTERNS[4].0, PATTERNS[4].1);
        assert!(check(&tree(&[("a.csv", &text), ("b.rs", "//! fine\n")])).is_empty());
        assert_eq!(check(&tree(&[("b.rs", "x \n")])).len(), 1);
    }
}
