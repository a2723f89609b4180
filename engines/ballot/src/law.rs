//! 法律依据: where a rule stands, and texts in two languages.

use serde::{Deserialize, Serialize};

/// A text in Chinese and English; the Chinese one is shown first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// 中文
    pub zh: String,
    /// English
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

/// A law, regulation or document that rules stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How cites in the same file refer to it.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// When it was adopted or last amended, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<jiff::civil::Date>,
    /// Since when this text is in force, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<jiff::civil::Date>,
}

/// 条款项: one place in a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cite {
    /// The key of the [`Source`].
    pub source: String,
    /// 条
    pub article: u16,
    /// 款
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u16>,
    /// 项
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u16>,
}

impl Cite {
    /// `第N条第N款第N项`
    #[must_use]
    pub fn place(&self) -> String {
        let mut place = format!("第{}条", self.article);
        if let Some(paragraph) = self.paragraph {
            place.push_str(&format!("第{paragraph}款"));
        }
        if let Some(item) = self.item {
            place.push_str(&format!("第{item}项"));
        }
        place
    }
}

/// 依据: the articles of a rule, and whether they are confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The articles. May be empty only where `unverified`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cite: Vec<Cite>,
    /// No source confirms this rule for this procedure; whoever shows it says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// What is not confirmed, or how the words were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}
