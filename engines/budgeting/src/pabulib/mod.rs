//! Pabulib `.pb` files in and out: three sections (`META`, `PROJECTS`, `VOTES`) of
//! semicolon-separated rows, each with a header.
//!
//! Real files have faults. Those that leave no doubt about what was meant are read and reported as
//! notes; the others are errors. Both name line, column and a code, and all of them are reported
//! at once.
//!
//! **Source**: Faliszewski et al., "Participatory Budgeting: Data, Tools, and Analysis"
//! (IJCAI 2023), the format of pabulib.org.

mod cells;
mod fault;
mod number;
mod read;
mod rows;
mod votes;
mod write;

pub use cells::Cells;
pub use fault::{Code, Fault, Severity};
pub use read::read;
pub use write::write;

use crate::election::Election;

/// A file as it was read: what counts, and everything else in it, so that it can be written again.
#[derive(Debug, Clone)]
pub struct Pabulib {
    /// What counts.
    pub election: Election,
    /// The rows of `META`, in order; keys in small letters.
    pub meta: Vec<(String, String)>,
    /// The header of `PROJECTS`.
    pub project_columns: Vec<String>,
    /// The rows of `PROJECTS`, in order of the file.
    pub project_rows: Cells,
    /// The header of `VOTES`.
    pub vote_columns: Vec<String>,
    /// The rows of `VOTES`, in order of the file and of [`Election::ends`].
    pub vote_rows: Cells,
}

impl Pabulib {
    /// The value of a key of `META`.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.meta
            .iter()
            .rfind(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}
