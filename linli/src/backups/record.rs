//! The record of backups and drills: one JSON object a line, only ever added to.

use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const FILE: &str = "backups.jsonl";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// A backup was made.
    Backup,
    /// A backup was restored somewhere else and verified.
    Drill,
}

/// A line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub(crate) at: Timestamp,
    pub(crate) what: What,
    pub(crate) ok: bool,
    /// The archive, or the folder in which there was to be one.
    pub(crate) archive: String,
    pub(crate) entries: u64,
    /// Why it was not good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

impl Noted {
    /// It went well.
    pub(crate) fn good(at: Timestamp, what: What, archive: &Path, entries: u64) -> Self {
        Self {
            at,
            what,
            ok: true,
            archive: archive.display().to_string(),
            entries,
            why: None,
        }
    }

    /// It did not.
    pub(crate) fn bad(at: Timestamp, what: What, archive: &Path, why: &impl Display) -> Self {
        Self {
            ok: false,
            why: Some(format!("{why:#}")),
            ..Self::good(at, what, archive, 0)
        }
    }
}

/// Adds a line to the record of the node in `dir`.
pub(crate) fn note(dir: &Path, noted: &Noted) -> anyhow::Result<()> {
    let path = dir.join(FILE);
    let mut line = serde_json::to_vec(noted)?;
    line.push(b'\n');
    let mut options = OpenOptions::new();
    options
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(&line).and_then(|()| file.sync_all()))
        .with_context(|| format!("writing {}", path.display()))
}

/// The record of the node in `dir`, the oldest first. A line cut short is left out.
pub(crate) fn noted(dir: &Path) -> Vec<Noted> {
    let text = fs::read_to_string(dir.join(FILE)).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// The last that went well.
pub(crate) fn last_good(all: &[Noted], what: What) -> Option<&Noted> {
    all.iter().rev().find(|one| one.ok && one.what == what)
}

/// How many whole hours ago it was.
pub(crate) fn age_hours(noted: &Noted, now: Timestamp) -> i64 {
    now.duration_since(noted.at).as_hours()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_again_and_a_torn_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(noted(folder.path()), []);
        let at = "2026-11-30T03:00:00Z".parse().unwrap();
        let good = Noted::good(at, What::Backup, Path::new("/b/a.linli"), 12);
        let bad = Noted::bad(at, What::Drill, Path::new("/b"), &"disk full");
        note(folder.path(), &good).unwrap();
        note(folder.path(), &bad).unwrap();
        let path = folder.path().join(FILE);
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"at\":\"2026");
        fs::write(&path, text).unwrap();
        let all = noted(folder.path());
        assert_eq!(all, [good.clone(), bad]);
        assert_eq!(last_good(&all, What::Backup), Some(&good));
        assert_eq!(last_good(&all, What::Drill), None);
    }
}
