//! How much each sign counts: `catalogue/likeness.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use linli_kernel::Fault;
use serde::Deserialize;

use super::Reason;
use crate::catalogue::Text;

const FILE: &str = include_str!("../../../../catalogue/likeness.toml");

/// 分值: how much each sign counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// From when they hold.
    pub valid_from: toml::value::Datetime,
    /// Whether no source confirms them.
    #[serde(default)]
    pub unverified: bool,
    /// What to know about them.
    pub note: Text,
    /// From how many points on two records are shown.
    pub threshold: i32,
    /// The most records in a block that are compared with each other.
    pub most_alike: usize,
    /// The points of each sign.
    pub points: BTreeMap<Reason, i32>,
}

static BUILT_IN: LazyLock<Result<Weights, String>> = LazyLock::new(|| Weights::read(FILE));

impl Weights {
    /// The weights that come with Linli; a test proves that the file is right.
    ///
    /// # Errors
    /// [`Fault`] when the file is wrong.
    pub fn built_in() -> Result<&'static Self, Fault> {
        let wrong = |why: &String| Fault::Setting(format!("likeness.toml: {why}"));
        BUILT_IN.as_ref().map_err(wrong)
    }

    fn read(text: &str) -> Result<Self, String> {
        let weights: Self = toml::from_str(text).map_err(|wrong| wrong.to_string())?;
        match Reason::ALL
            .iter()
            .find(|one| !weights.points.contains_key(one))
        {
            Some(missing) => Err(format!("no points for {}", missing.code())),
            None => Ok(weights),
        }
    }

    pub(super) fn of(&self, reason: Reason) -> i32 {
        self.points.get(&reason).copied().unwrap_or(0)
    }
}
