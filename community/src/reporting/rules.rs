//! `catalogue/reporting.toml`: from when on a new template must say why it is needed.

use std::sync::LazyLock;

use linli_kernel::Fault;
use serde::Deserialize;

use crate::catalogue::Text;

const FILE: &str = include_str!("../../../catalogue/reporting.toml");

/// A column that the registers know and that is no fact of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnColumn {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub names: Text,
}

/// 填报规则.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// From when they hold.
    pub valid_from: toml::value::Datetime,
    /// Whether no source confirms them.
    #[serde(default)]
    pub unverified: bool,
    /// What to know about them.
    pub note: Text,
    /// From which share of repeated columns on a template says why.
    pub overlap_percent: u8,
    /// What fewer records hold is filled in by hand.
    pub held_percent: u8,
    /// Columns that say whose row it is.
    pub identifying: Vec<String>,
    /// The columns of the list of residents.
    pub listed: Vec<String>,
    /// The columns that stand first, in order.
    pub first: Vec<String>,
    /// Facts that no table asks for.
    pub left_out: Vec<String>,
    /// The columns that are no facts of the dictionary.
    pub column: Vec<OwnColumn>,
}

static BUILT_IN: LazyLock<Result<Rules, String>> =
    LazyLock::new(|| toml::from_str(FILE).map_err(|wrong| wrong.to_string()));

impl Rules {
    /// The rules that come with Linli; a test proves that the file is right.
    ///
    /// # Errors
    /// [`Fault`] when the file is wrong.
    pub fn built_in() -> Result<&'static Self, Fault> {
        let wrong = |why: &String| Fault::Setting(format!("reporting.toml: {why}"));
        BUILT_IN.as_ref().map_err(wrong)
    }
}
