//! Where things are: `//!` on top of every file, a map that names every member, one integration
//! binary a crate, no forgotten test file, no snapshot left undecided, no link into the void.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (path, text) in tree.under("", ".rs") {
        if !text.trim_start().starts_with("//!") {
            findings.push(Finding::file(path, "open with //!: what the file holds"));
        }
    }
    findings.extend(map(tree)?);
    for member in tree.members()? {
        findings.extend(integration(tree, &member));
    }
    for path in tree.files.keys() {
        if path.ends_with(".snap.new") || path.ends_with(".pending-snap") {
            findings.push(Finding::file(path, "accept or reject this snapshot"));
        }
    }
    for (path, text) in tree.under("", ".md") {
        findings.extend(links(tree, path, text));
    }
    Ok(findings)
}

/// ARCHITECTURE.md names every workspace member in backticks.
fn map(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let text = tree.text("ARCHITECTURE.md");
    Ok(tree
        .members()?
        .iter()
        .filter(|member| !text.contains(&format!("`{member}`")))
        .map(|member| {
            Finding::file(
                "ARCHITECTURE.md",
                format!("the map does not name `{member}`"),
            )
        })
        .collect())
}

/// `tests/it/main.rs` is the only integration binary, and it names every file beside it.
fn integration(tree: &Tree, member: &str) -> Vec<Finding> {
    let tests = format!("{member}/tests/");
    let main = format!("{tests}it/main.rs");
    let mut findings = Vec::new();
    for (path, _) in tree.under(&tests, ".rs") {
        let rest = &path[tests.len()..];
        if rest == "it/main.rs" {
            continue;
        }
        let Some(file) = rest.strip_prefix("it/") else {
            findings.push(Finding::file(
                path,
                "one integration binary a crate: move it to tests/it/",
            ));
            continue;
        };
        let module = file
            .split('/')
            .next()
            .unwrap_or(file)
            .trim_end_matches(".rs");
        if !tree.text(&main).contains(&format!("mod {module};")) {
            findings.push(Finding::file(
                path,
                format!("{main} forgets `mod {module};`"),
            ));
        }
    }
    findings
}

/// Links to files of the repository lead somewhere.
fn links(tree: &Tree, path: &str, text: &str) -> Vec<Finding> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for target in line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = target.split(['#', ' ']).next().unwrap_or("");
            let outside = target.contains(':') || target.starts_with('/') || target.is_empty();
            if !outside && !leads(tree, folder, target) {
                findings.push(Finding::line(
                    path,
                    index + 1,
                    format!("`{target}` leads nowhere"),
                ));
            }
        }
    }
    findings
}

/// Whether `target`, seen from `folder`, is a file or a folder with files. Pictures and other
/// binary files are not in the tree, so they are taken on trust.
fn leads(tree: &Tree, folder: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    let binary = [".png", ".jpg", ".otf", ".pdf"]
        .iter()
        .any(|end| path.ends_with(end));
    let inside = format!("{path}/");
    binary || tree.files.contains_key(&path) || tree.under(&inside, "").next().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    const ROOT: &str = "[workspace]\nmembers = [\"community\"]";

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![
            ("Cargo.toml", ROOT),
            ("ARCHITECTURE.md", "The `community` crate."),
        ];
        all.extend_from_slice(files);
        check(&tree(&all))
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_tidy_tree_has_no_findings() {
        let found = findings(&[
            ("community/src/lib.rs", "//! x"),
            ("community/tests/it/main.rs", "//! x\nmod walk;"),
            ("community/tests/it/walk.rs", "//! x"),
            (
                "docs/a.md",
                "[up](../ARCHITECTURE.md#map) [dir](../community) [web](https://example.org)",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn each_fault_is_found() {
        let found = findings(&[
            ("community/src/lib.rs", "use x;"),
            ("community/tests/other.rs", "//! x"),
            ("community/tests/it/main.rs", "//! x"),
            ("community/tests/it/walk.rs", "//! x"),
            ("community/src/snapshots/a.snap.new", ""),
            ("docs/a.md", "one\n[gone](gone.md)"),
        ]);
        for part in [
            "community/src/lib.rs:1: open with //!",
            "community/tests/other.rs:1: one integration binary",
            "forgets `mod walk;`",
            "accept or reject",
            "docs/a.md:2: `gone.md` leads nowhere",
        ] {
            assert!(
                found.iter().any(|one| one.contains(part)),
                "{part}: {found:?}"
            );
        }
        let bare = check(&tree(&[("Cargo.toml", ROOT)])).unwrap();
        assert!(bare[0].to_string().contains("does not name `community`"));
    }
}
