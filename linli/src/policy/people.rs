//! What `sweep` and `rehearse` read: policies, a population's folder, and the month asked about.

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use linli_policy::ir::Fact;
use linli_policy::population::{self, ReadPopulation};
use linli_policy::{Book, day};

use crate::outcome::Misuse;

/// Reads policies from files, and from folders all that lies below them.
pub(super) fn book(paths: &[PathBuf]) -> anyhow::Result<Book> {
    let mut files = Vec::new();
    for path in paths {
        gather(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(Misuse("there is no policy in what was named".to_owned()).into());
    }
    let texts = files
        .iter()
        .map(|path| Ok((path.display().to_string(), super::text(path)?)));
    let texts = texts.collect::<anyhow::Result<Vec<_>>>()?;
    let named: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Book::read(&named).map_err(|refused| anyhow!("refused:\n{refused}"))
}

/// The files at a path: itself, or a folder's `.toml` files by name.
pub(super) fn gather(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("read {}", path.display()))?;
    let mut inner = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    inner.sort();
    for one in inner {
        if one.is_dir() || one.extension().is_some_and(|kind| kind == "toml") {
            gather(&one, files)?;
        }
    }
    Ok(())
}

/// Reads a population with what is asked of it.
pub(super) fn population(folder: &Path, facts: &[Fact]) -> anyhow::Result<ReadPopulation> {
    let open = |name: &str| {
        let path = folder.join(name);
        File::open(&path).with_context(|| format!("read {}", path.display()))
    };
    let (households, persons) = (open("households.csv")?, open("persons.csv")?);
    population::read(households, persons, facts).map_err(|rows| {
        let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
        let folder = folder.display();
        anyhow!(
            "the population in {folder} was not taken, no row of it:\n{}",
            rows.join("\n")
        )
    })
}

/// A month, `2024-07`, as its first day; or a day.
pub(super) fn month(text: &str) -> anyhow::Result<i64> {
    let first = day::parse(&format!("{text}-01")).or_else(|| day::parse(text));
    let misuse = || Misuse(format!("--on {text}: expected a month such as 2024-07"));
    first.ok_or_else(|| misuse().into())
}

/// As many threads as there are cores.
pub(super) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// What of a folder and of the policies found nothing on the other side, for people.
pub(super) fn notes(read: &ReadPopulation) -> Vec<String> {
    let absent = read.absent.iter();
    let absent = absent.map(|fact| format!("no column for {fact}: unknown for everyone"));
    let ignored = read.ignored.iter();
    absent
        .chain(ignored.map(|column| format!("{column}: no policy asks for this column")))
        .collect()
}
