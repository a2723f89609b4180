//! What a policy says about itself: names, days in force, and the texts it rests on.

use serde::Serialize;

use crate::value::Names;

/// The head of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The policy's id.
    pub id: String,
    /// What it is called.
    pub names: Names,
    /// What it is, in a sentence.
    pub summary: Option<Names>,
    /// Where it holds: a division code.
    pub jurisdiction: Option<String>,
    /// What the group is called: `household`, or `meeting` in a procedure.
    pub group: String,
    /// What a member is called: `person`, or `owner` in a procedure.
    pub member: String,
    /// What the amount is for: `month`, `quarter`, `year`, `once`.
    pub pays: String,
    /// First day in force, as days since 1970-01-01.
    pub valid_from: i64,
    /// Last day in force.
    pub valid_to: Option<i64>,
    /// The service that takes the application.
    pub service: Option<String>,
    /// What people should know beside.
    pub notes: Vec<Names>,
    /// Whether the whole file rests on a weak source.
    pub unverified: bool,
}

/// 依据: a text that a policy cites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// How the file refers to it.
    pub key: String,
    /// Its title.
    pub title: Names,
    /// Its number, 沪府发〔2016〕24号.
    pub number: Option<String>,
    /// `law`, `regulation`, `bylaw`, `publication`.
    pub kind: Option<String>,
    /// When it was adopted.
    pub adopted: Option<i64>,
    /// From when it holds.
    pub in_force: Option<i64>,
    /// Until when it held.
    pub valid_to: Option<i64>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Whether it still needs to be confirmed.
    pub unverified: bool,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Citation {
    /// The key of a source.
    pub source: Option<String>,
    /// 第九条.
    pub article: Option<String>,
    /// Whether it still needs to be confirmed.
    pub unverified: bool,
    /// A remark shown to people.
    pub note: Option<Names>,
}

impl Head {
    /// Whether the policy is in force on a day.
    #[must_use]
    pub fn holds(&self, on: i64) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}
