//! What a check found, and what to do about it.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// The node runs, but something will be missed.
    Warn,
    /// The node does not run, or must not.
    Fail,
}

impl State {
    fn mark(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Warn => "!",
            Self::Fail => "✗",
        }
    }
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was checked.
    pub(super) check: &'static str,
    /// How bad it is.
    pub(super) state: State,
    /// What was found.
    pub(super) found: String,
    /// 怎么办
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) advice_zh: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) advice_en: String,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            found: found.into(),
            advice_zh: String::new(),
            advice_en: String::new(),
        }
    }

    /// Something will be missed.
    pub(super) fn warn(check: &'static str, found: impl Into<String>, zh: &str, en: &str) -> Self {
        Self {
            state: State::Warn,
            advice_zh: zh.to_owned(),
            advice_en: en.to_owned(),
            ..Self::ok(check, found)
        }
    }

    /// The node does not run, or must not.
    pub(super) fn fail(check: &'static str, found: impl Into<String>, zh: &str, en: &str) -> Self {
        Self {
            state: State::Fail,
            ..Self::warn(check, found, zh, en)
        }
    }

    /// The finding as lines for the terminal.
    pub(super) fn lines(&self) -> String {
        let mut text = format!("{} {}: {}", self.state.mark(), self.check, self.found);
        for advice in [&self.advice_zh, &self.advice_en] {
            if !advice.is_empty() {
                text.push_str("\n    → ");
                text.push_str(advice);
            }
        }
        text
    }
}
