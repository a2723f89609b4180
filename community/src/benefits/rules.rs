//! 发放规则: the grounds of a stop and the share of a claim, as data with their sources
//! (`catalogue/benefits.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::{Basis, Source, Term, Text};

const FILE: &str = include_str!("../../../catalogue/benefits.toml");

/// The rules of paying.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What the rules cite.
    pub sources: Vec<Source>,
    /// 听取意见: hearing the family before less is paid.
    pub hearing: Hearing,
    /// Why an award may be suspended or stopped.
    pub grounds: Vec<Ground>,
    /// How a claim is paid back.
    pub recovery: Recovery,
    /// By when somebody looks at a review that a changed fact opened.
    pub review: ReviewRule,
}

/// 听取意见.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hearing {
    /// What asks for it.
    pub basis: Basis,
}

/// 事由: why an award is suspended or stopped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Its name in events and forms.
    pub code: String,
    /// Whether the family is heard first.
    pub hearing: bool,
    /// What it is called.
    pub names: Text,
    /// What it rests on.
    pub basis: Basis,
}

/// 追缴.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The most that is kept of one payment, in a hundred.
    pub most_percent: u8,
    /// What it rests on.
    pub basis: Basis,
}

/// 复核.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRule {
    /// Within what time.
    pub within: Term,
}

static BUILT_IN: LazyLock<Option<Rules>> = LazyLock::new(|| {
    toml::from_str(FILE)
        .map_err(|wrong| tracing::error!(%wrong, "catalogue/benefits.toml"))
        .ok()
});

impl Rules {
    /// The rules that come with Linli; a test proves that the file is right.
    #[must_use]
    pub fn built_in() -> Option<&'static Self> {
        BUILT_IN.as_ref()
    }

    /// The ground called `code`.
    #[must_use]
    pub fn ground(&self, code: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.code == code)
    }

    /// 社会救助法 art. 48 in words, as refusals quote it.
    #[must_use]
    pub fn hearing_article(&self) -> String {
        let cited = self.hearing.basis.cite.first();
        cited.map_or_else(String::new, |one| one.text(&self.sources).zh)
    }
}

/// The most that is kept of one payment, in a hundred: nothing where the rules cannot be read.
#[must_use]
pub fn most_percent() -> u8 {
    Rules::built_in().map_or(0, |rules| rules.recovery.most_percent)
}
