//! `linli policy`: check, explain, lint and print policies, sweep them over a population, rehearse
//! a change. Needs no node.

mod check;
mod explain;
mod people;
mod rehearse;
mod sweep;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use linli_policy::{Book, Finding, Refused};

use crate::outcome::{Misuse, Outcome};
use crate::text::text;

/// `linli policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// 检查: read policies, prove their types and bounds, run their cases
    Check(check::Check),
    /// 说明: what a household is entitled to, and why
    Explain(explain::Explain),
    /// 核查: gaps, overlaps, cliffs, what is never used or never reached
    Lint(check::Lint),
    /// 成文: a page for people about each policy, in Markdown
    Doc(check::Doc),
    /// 普查: what policies say to a whole population
    Sweep(sweep::Sweep),
    /// 预演: who gains and who loses by a change
    Rehearse(rehearse::Rehearse),
}

/// Does what was asked.
pub(crate) fn run(policy: &Policy) -> anyhow::Result<Outcome> {
    match policy {
        Policy::Check(asked) => check::check(asked),
        Policy::Explain(asked) => explain::run(asked),
        Policy::Lint(asked) => check::lint(asked),
        Policy::Doc(asked) => check::doc(asked),
        Policy::Sweep(asked) => sweep::run(asked),
        Policy::Rehearse(asked) => rehearse::run(asked),
    }
}

/// Files that were read together, and which of them were asked for.
struct Shelf {
    book: Book,
    /// The names of the files that were asked for.
    asked: Vec<String>,
}

impl Shelf {
    /// The ids of the policies that were asked for: those of the files named, or, where those are
    /// overlays alone, all.
    fn ids(&self) -> Vec<&str> {
        let heads = self.book.heads().zip(self.book.files());
        let ours = heads.filter(|(_, file)| self.asked.iter().any(|asked| asked == file));
        let ids: Vec<&str> = ours.map(|(head, _)| head.id.as_str()).collect();
        if ids.is_empty() {
            return self.book.heads().map(|head| head.id.as_str()).collect();
        }
        ids
    }

    /// Whether a finding is about a file that was asked for.
    fn ours(&self, finding: &Finding) -> bool {
        self.asked.contains(&finding.file)
    }
}

/// Reads what was named; where a policy asks another that was not named, its neighbours too.
fn shelf(paths: &[PathBuf]) -> anyhow::Result<Result<Shelf, Refused>> {
    let mut files = Vec::new();
    for path in paths {
        people::gather(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(Misuse("there is no policy in what was named".to_owned()).into());
    }
    let asked: Vec<String> = files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let book = match read(&files)? {
        Ok(book) => book,
        Err(refused) if lacks(&refused) => {
            for path in &files.clone() {
                neighbours(path, &mut files)?;
            }
            match read(&files)? {
                Ok(book) => book,
                Err(refused) => return Ok(Err(refused)),
            }
        }
        Err(refused) => return Ok(Err(refused)),
    };
    Ok(Ok(Shelf { book, asked }))
}

fn lacks(refused: &Refused) -> bool {
    refused
        .0
        .iter()
        .any(|finding| matches!(finding.code, "uses" | "overlay"))
}

/// The other policies of the file's folder; overlays are laid only when they are named.
fn neighbours(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut around = Vec::new();
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_file() && path.extension().is_some_and(|kind| kind == "toml") {
            around.push(path);
        }
    }
    around.sort();
    let known = |path: &PathBuf| {
        let same = |one: &PathBuf| one.file_name() == path.file_name() && same_folder(one, folder);
        files.iter().any(same)
    };
    let new: Vec<PathBuf> = around.into_iter().filter(|path| !known(path)).collect();
    for path in new {
        if !text(&path)?
            .lines()
            .any(|line| line.starts_with("overlay_of"))
        {
            files.push(path);
        }
    }
    Ok(())
}

fn same_folder(file: &Path, folder: &Path) -> bool {
    let own = file.parent().filter(|own| !own.as_os_str().is_empty());
    own.unwrap_or(Path::new(".")) == folder
}

fn read(paths: &[PathBuf]) -> anyhow::Result<Result<Book, Refused>> {
    let mut texts = Vec::new();
    for path in paths {
        texts.push((path.display().to_string(), text(path)?));
    }
    let named: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Ok(Book::read(&named))
}
