//! How something may not happen: a rule says no ([`Refusal`]), or the world failed ([`Fault`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A rule says no. Shown to the person who asked, in their language.
///
/// `code` names the broken rule (`cases.not-your-turn`) and is the key of its message
/// (`refusal-cases-not-your-turn`: dots become hyphens); `facts` fill the message's places.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("refused: {code}")]
pub struct Refusal {
    /// The broken rule: `feature.rule-in-words`.
    pub code: String,
    /// The form field the refusal belongs to, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// The article or rule that says so, where a law does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub article: Option<String>,
    /// Values for the message: never personal data.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub facts: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal for breaking the rule `code`.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            field: None,
            article: None,
            facts: BTreeMap::new(),
        }
    }

    /// The same refusal, about the form field `field`.
    #[must_use]
    pub fn on(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// The same refusal, citing `article`.
    #[must_use]
    pub fn citing(mut self, article: &str) -> Self {
        self.article = Some(article.to_owned());
        self
    }

    /// The same refusal with one more value for its message.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over numbers and dates"
    )]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The world failed: logged once at the edge, told to the person as “try again” with a number.
#[derive(Debug, Error)]
pub enum Fault {
    /// The store has no room left. Reading goes on; nothing was written.
    #[error("the store is full: {0}")]
    StoreFull(String),
    /// The store failed otherwise. Nothing was written.
    #[error("the store failed: {0}")]
    Store(String),
    /// Something stored is damaged; the text names what and where.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The node is stopping or too busy; the same request may go through later.
    #[error("busy: {0}")]
    Busy(String),
    /// A file or a setting is wrong; the text says which and what is expected.
    #[error("{0}")]
    Setting(String),
}
