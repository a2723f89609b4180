//! A fault in a file that was read: what is wrong, and in which line and column.

use std::fmt;

use thiserror::Error;

/// What is wrong in a text, and where. The caller knows the file's name and puts it in front.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl Fault {
    /// A fault at a known place.
    pub(crate) fn at(line: usize, column: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            column,
            problem: problem.into(),
        }
    }

    /// A fault of the file as a whole that no line shows.
    pub(crate) fn whole(problem: impl Into<String>) -> Self {
        Self::at(1, 1, problem)
    }

    /// A fault at the first line that holds `key`, for rules that span several entries.
    pub(crate) fn near(text: &str, key: &str, problem: impl Into<String>) -> Self {
        let found = text.lines().enumerate().find_map(|(index, line)| {
            let byte = line.find(key)?;
            let before = line.get(..byte)?;
            Some((index + 1, before.chars().count() + 1))
        });
        let (line, column) = found.unwrap_or((1, 1));
        Self::at(line, column, problem)
    }

    /// The fault of a TOML text, at the place its reader names.
    pub(crate) fn toml(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or("");
        Self::at(line, last.chars().count() + 1, error.message())
    }
}
