//! A fault in a file that was read: what is wrong, and in which line and column.

use std::fmt;

use thiserror::Error;

use crate::told::{Told, told};

/// What is wrong in a text, and where. The caller knows the file's name and puts it in front.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong and what would be right, in English.
    pub problem: String,
    /// The same in Chinese.
    pub problem_zh: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl Fault {
    /// Where, and what is wrong there, in both languages.
    #[must_use]
    pub fn told(&self) -> Told {
        let (line, column) = (self.line, self.column);
        Told {
            zh: format!("{line}:{column}: {}", self.problem_zh),
            en: format!("{line}:{column}: {}", self.problem),
        }
    }

    /// A fault at a known place.
    pub(crate) fn at(line: usize, column: usize, problem: Told) -> Self {
        Self {
            line,
            column,
            problem: problem.en,
            problem_zh: problem.zh,
        }
    }

    /// A fault of the file as a whole that no line shows.
    pub(crate) fn whole(problem: Told) -> Self {
        Self::at(1, 1, problem)
    }

    /// A fault at the first line that holds `key`, for rules that span several entries.
    pub(crate) fn near(text: &str, key: &str, problem: Told) -> Self {
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
        let told = if text.trim().is_empty() {
            told!("文件是空的", "the file is empty")
        } else {
            Told {
                zh: in_chinese(error.message()),
                en: error.message().to_owned(),
            }
        };
        Self::at(line, last.chars().count() + 1, told)
    }
}

/// What the reader of TOML says, as far as it can be said in Chinese.
fn in_chinese(message: &str) -> String {
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("缺少 {name}");
    }
    let known = ["unknown field ", "unknown variant "];
    let rest = known.iter().find_map(|known| message.strip_prefix(known));
    match rest.and_then(|rest| rest.split_once(", expected ")) {
        Some((name, wanted)) => {
            let wanted = wanted.strip_prefix("one of ").unwrap_or(wanted);
            format!("不认识 {name}，可用的是 {wanted}")
        }
        None => format!("不合 TOML 格式或要求（{message}）"),
    }
}
