//! Golden files: one for each kind and version ever written, kept for ever, so that a change of
//! code cannot quietly lose the power to read the past.
//!
//! A feature's test calls [`check`] for each event it writes today and [`all`] to prove that
//! every file, whatever its age, is still understood. With `LINLI_GOLDEN=write` in the environment
//! `check` writes a file that is missing; it never overwrites one.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::entry::Kind;

/// The content of a golden file: what an entry of one kind and version says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Golden {
    /// Kind and version.
    pub kind: Kind,
    /// The open part.
    pub open: Value,
    /// The plain values of the sealed parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<Value>,
}

/// What is wrong with a golden file.
#[derive(Debug, Error)]
pub enum GoldenError {
    /// There is none for this kind and version.
    #[error("{0} is missing: run the test once with LINLI_GOLDEN=write and commit the file")]
    Missing(String),
    /// Today's code writes something else under the same version.
    #[error(
        "{file} differs from what is written today: give the changed form a new version and an upcaster\nwritten today: {today}\nin the file:   {golden}"
    )]
    Changed {
        /// The file.
        file: String,
        /// What the code writes.
        today: String,
        /// What the file holds.
        golden: String,
    },
    /// It cannot be read or written.
    #[error("{file}: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}

/// Checks that `today` equals the golden file of its kind and version in `folder`.
///
/// # Errors
/// [`GoldenError`] when the file is missing, differs or cannot be read.
pub fn check(folder: &Path, today: &Golden) -> Result<(), GoldenError> {
    let path = folder.join(format!("{}.v{}.json", today.kind.name, today.kind.v));
    if !path.exists() {
        if std::env::var_os("LINLI_GOLDEN").is_some_and(|how| how == "write") {
            return write(&path, today);
        }
        return Err(GoldenError::Missing(path.display().to_string()));
    }
    let golden = read(&path)?;
    if golden == *today {
        return Ok(());
    }
    let text = |golden: &Golden| serde_json::to_string(golden).unwrap_or_default();
    Err(GoldenError::Changed {
        file: path.display().to_string(),
        today: text(today),
        golden: text(&golden),
    })
}

/// Every golden file of `folder`, ordered by name.
///
/// # Errors
/// [`GoldenError::Unreadable`] when the folder or a file cannot be read.
pub fn all(folder: &Path) -> Result<Vec<Golden>, GoldenError> {
    let listing = fs::read_dir(folder).map_err(|why| unreadable(folder, &why))?;
    let mut paths: Vec<_> = listing
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Golden, GoldenError> {
    let text = fs::read_to_string(path).map_err(|why| unreadable(path, &why))?;
    serde_json::from_str(&text).map_err(|why| unreadable(path, &why))
}

fn write(path: &Path, golden: &Golden) -> Result<(), GoldenError> {
    let text = serde_json::to_string_pretty(golden).map_err(|why| unreadable(path, &why))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|why| unreadable(folder, &why))?;
    }
    fs::write(path, text + "\n").map_err(|why| unreadable(path, &why))
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> GoldenError {
    GoldenError::Unreadable {
        file: path.display().to_string(),
        why: why.to_string(),
    }
}
