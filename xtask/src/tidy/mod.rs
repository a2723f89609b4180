//! What the compiler cannot see: the direction of arrows between crates, borders between features,
//! module docs, the map, message catalogues, the answers to the security standard, and words that do
//! not belong in a repository.
//!
//! Each check reads a [`Tree`] and returns findings; none changes anything.

mod arrows;
mod asvs;
mod borders;
mod layout;
mod messages;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Folders that hold nothing of ours to check: made by tools, or data of a node.
const SKIPPED: [&str; 7] = [
    ".git",
    "target",
    "node_modules",
    "results",
    "data",
    "dist",
    "test-results",
];

/// The text files of the workspace, by path relative to its root with `/` between.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Path and text.
    pub(crate) files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads every text file below `root`, leaving out [`SKIPPED`] folders.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> anyhow::Result<()> {
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                // A file that is no UTF-8 (a font, a picture) has no text to check; one that
                // vanished meanwhile (an editor's) has none either.
                if let Ok(text) = fs::read_to_string(entry.path()) {
                    self.files.insert(path, text);
                }
            }
        }
        Ok(())
    }

    /// The text of `path`, empty where there is none.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// The files whose path begins with `prefix` and ends with `suffix`.
    pub(crate) fn under<'a>(
        &'a self,
        prefix: &'a str,
        suffix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .filter(move |(path, _)| path.ends_with(suffix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The workspace members, as the root manifest lists them.
    pub(crate) fn members(&self) -> anyhow::Result<Vec<String>> {
        let manifest: toml::Table = self.text("Cargo.toml").parse()?;
        let members = manifest
            .get("workspace")
            .and_then(|workspace| workspace.get("members"))
            .and_then(toml::Value::as_array)
            .context("Cargo.toml lists workspace.members")?;
        Ok(members
            .iter()
            .filter_map(toml::Value::as_str)
            .map(str::to_owned)
            .collect())
    }
}

/// One thing to mend, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl Finding {
    /// A finding about the whole file.
    fn file(path: &str, what: impl Into<String>) -> Self {
        Self::line(path, 1, what)
    }

    /// A finding in the line numbered `line`, from 1.
    fn line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Every check, over the whole tree.
pub(crate) fn run(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = arrows::check(tree)?;
    findings.extend(asvs::check(tree));
    findings.extend(borders::check(tree));
    findings.extend(layout::check(tree)?);
    findings.extend(messages::check(tree));
    findings.extend(words::check(tree));
    Ok(findings)
}

#[cfg(test)]
pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
    Tree {
        files: files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let findings = run(&Tree::read(root).unwrap()).unwrap();
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    #[test]
    fn made_and_foreign_folders_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["src/lib.rs", "target/x.rs", "web/node_modules/a/b.rs"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "//! x").unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["src/lib.rs"]);
    }
}
