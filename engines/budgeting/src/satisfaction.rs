//! How much a bought project counts for a voter.

use serde::{Deserialize, Serialize};

use crate::election::BallotKind;

/// How much a bought project counts for a voter who supports it.
///
/// Approval ballots carry no numbers, so the rule must bring one: the project's cost, or 1.
/// Cumulative and ordinal ballots carry their own: under `cost` and `cardinality` alike, the
/// points (ordinal: the Borda score) are the satisfaction, as in the additive model of Peters,
/// Pierczyński and Skowron (2021). The other names ask for a particular reading on any ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Satisfaction {
    /// Approval: its cost. Other ballots: the points.
    #[default]
    Cost,
    /// Approval: 1. Other ballots: the points.
    Cardinality,
    /// The points (approval: 1).
    Score,
    /// The points times the cost.
    ScoreCost,
    /// The cost of a listed project, whatever its points.
    ListedCost,
    /// 1 for a listed project, whatever its points.
    ListedCardinality,
}

impl Satisfaction {
    /// Whether the project's cost multiplies the points.
    pub(crate) fn by_cost(self, kind: BallotKind) -> bool {
        match self {
            Self::Cost => kind == BallotKind::Approval,
            Self::ScoreCost | Self::ListedCost => true,
            Self::Cardinality | Self::Score | Self::ListedCardinality => false,
        }
    }

    /// The points that count, of those on the ballot.
    pub(crate) const fn points(self, written: i64) -> i64 {
        match self {
            Self::ListedCost | Self::ListedCardinality => 1,
            Self::Cost | Self::Cardinality | Self::Score | Self::ScoreCost => written,
        }
    }
}
