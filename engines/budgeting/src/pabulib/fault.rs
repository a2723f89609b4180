//! What is wrong with a file, and where.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::told::{Told, told};

/// Whether the file could be counted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// There was no doubt about what was meant.
    Note,
    /// There was: nothing is counted.
    Error,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// Lines end in CR LF, or CR.
    LineEnds,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// An empty line.
    BlankLine,
    /// Separators with nothing behind them.
    StraySeparator,
    /// A quotation mark that is never closed.
    OpenQuote,
    /// A section or its header is not announced.
    MissingHeader,
    /// A section comes twice, or a line stands before the first one.
    Misplaced,
    /// A section or a column is missing altogether.
    Missing,
    /// A key of `META` comes twice.
    DuplicateKey,
    /// A number that cannot be read, or not surely.
    Number,
    /// A number below zero where there can be none.
    Negative,
    /// Amounts above what can be counted exactly here.
    TooLarge,
    /// A project has no id.
    NoId,
    /// Two projects have one id.
    DuplicateProject,
    /// Two ballots have one voter.
    DuplicateVoter,
    /// A ballot names a project that is not there.
    UnknownProject,
    /// A ballot names a project twice.
    DuplicateVote,
    /// Points and projects of a ballot do not match.
    Points,
    /// A row has more cells than its header.
    TooManyCells,
    /// A ballot is longer or shorter than `META` allows.
    Length,
    /// A count in the file differs from what is there.
    Count,
    /// The type of ballots is unknown or had to be guessed.
    VoteType,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line, from 1; 0 where it concerns the whole file.
    pub line: u32,
    /// The column in characters, from 1; 0 where it concerns the whole line.
    pub column: u32,
    /// Which kind.
    pub code: Code,
    /// Whether the file could be counted all the same.
    pub severity: Severity,
    /// What is wrong, and what was done about it or can be, in English.
    pub text: String,
    /// The same in Chinese; empty in results of before this was told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text_zh: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.text
        )
    }
}

/// A place in the file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The faults found so far; of each kind at most [`Faults::MOST`], then their number.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
    counts: BTreeMap<(Severity, Code), u64>,
}

impl Faults {
    const MOST: u64 = 50;

    pub(super) fn note(&mut self, place: Place, code: Code, text: Told) {
        self.add(place, code, Severity::Note, text);
    }

    pub(super) fn error(&mut self, place: Place, code: Code, text: Told) {
        self.add(place, code, Severity::Error, text);
    }

    fn add(&mut self, place: Place, code: Code, severity: Severity, text: Told) {
        let count = self.counts.entry((severity, code)).or_default();
        *count += 1;
        if *count <= Self::MOST {
            self.list.push(Fault {
                line: place.line,
                column: place.column,
                code,
                severity,
                text: text.en,
                text_zh: text.zh,
            });
        }
    }

    /// By line and column; and whether there were errors.
    pub(super) fn finish(mut self) -> (Vec<Fault>, bool) {
        for ((severity, code), count) in &self.counts {
            if let Some(more) = count.checked_sub(Self::MOST).filter(|more| *more > 0) {
                let text = told!("这一类还有 {more} 处", "and {more} more of this kind");
                self.list.push(Fault {
                    line: u32::MAX,
                    column: 0,
                    code: *code,
                    severity: *severity,
                    text: text.en,
                    text_zh: text.zh,
                });
            }
        }
        self.list
            .sort_by_key(|fault| (fault.line, fault.column, fault.code));
        for fault in &mut self.list {
            if fault.line == u32::MAX {
                fault.line = 0;
            }
        }
        let wrong = self
            .list
            .iter()
            .any(|fault| fault.severity == Severity::Error);
        (self.list, wrong)
    }
}
