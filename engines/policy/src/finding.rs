//! What is wrong or worth knowing about a file, with the place: file, line, column.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The file is refused.
    Error,
    /// The file runs, and something in it is probably wrong.
    Warning,
    /// Worth knowing.
    Note,
}

/// One remark about one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, as it was called when it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How much it matters.
    pub level: Level,
    /// Its kind, for programs: `type`, `cliff`, `uncited`.
    pub code: &'static str,
    /// What is wrong and what was expected, in English.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// What is said, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<T = String> {
    /// 中文.
    pub zh: T,
    /// English.
    pub en: T,
}

/// A word of a message.
pub(crate) type Word = Told<&'static str>;

impl Word {
    pub(crate) const fn of(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// What is the same in both languages.
    pub(crate) const fn same(text: &'static str) -> Self {
        Self::of(text, text)
    }
}

/// A [`Told`] of two texts, Chinese first, both of which show the same arguments. Those in brackets
/// are themselves told in two languages: each text shows its own.
macro_rules! told {
    ($zh:literal, $en:literal $(, $same:ident = $value:expr)* $(, [$($both:ident),+])? $(,)?) => {
        $crate::finding::Told {
            zh: format!($zh $(, $same = $value)* $($(, $both = $both.zh)+)?),
            en: format!($en $(, $same = $value)* $($(, $both = $both.en)+)?),
        }
    };
}

pub(crate) use told;

/// Why files were refused: at least one of these is an error.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", lines(.0))]
pub struct Refused(pub Vec<Finding>);

impl Finding {
    /// Where it is: file, line and column.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One line, Chinese before English.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let (place, code) = (self.place(), self.code);
        let (zh, en) = (&self.message_zh, &self.message);
        write!(f, "{place}: {level}[{code}]: {zh} {en}")
    }
}

fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A place in one of the files: which file, how many bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Span {
    pub(crate) file: usize,
    pub(crate) at: usize,
}

impl Span {
    /// `by` bytes further on.
    pub(crate) fn plus(self, by: usize) -> Self {
        Self {
            at: self.at + by,
            ..self
        }
    }
}

/// The texts of all files, to turn places into lines and columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Self {
            files: files.iter().map(owned).collect(),
        }
    }

    pub(crate) fn name(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |(name, _)| name)
    }

    pub(crate) fn text(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |(_, text)| text)
    }

    /// A remark about a place.
    pub(crate) fn finding(
        &self,
        at: Span,
        level: Level,
        code: &'static str,
        told: Told,
    ) -> Finding {
        let text = self.text(at.file);
        let mut end = at.at.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Finding {
            file: self.name(at.file).to_owned(),
            line,
            column: before[start..].chars().count() + 1,
            level,
            code,
            message: told.en,
            message_zh: told.zh,
        }
    }
}
