//! What proves a result: the form in which it is written down.

use serde::{Deserialize, Serialize};

use crate::fraction::Fraction;

/// What proves a result, beside the election itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Certificate {
    /// Greedy: the order of purchase is itself the proof.
    Order,
    /// Maximum welfare: all voters' satisfaction together (points, or points times smallest
    /// units of money). The checker searches for a better set.
    Welfare {
        /// The satisfaction reached, a whole number.
        welfare: String,
    },
    /// Sequential Phragmén: the time of each purchase.
    Loads(Loads),
    /// Equal Shares: the price system.
    Prices(PriceSystem),
}

/// Sequential Phragmén: everybody's money grows from nothing, one unit of money in one of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loads {
    /// The purchases, with the time of each.
    pub purchases: Vec<Timed>,
    /// Bought last, without support.
    pub unsupported: Vec<String>,
    /// The purchase that would have passed the budget; none when all that could be reached was
    /// bought.
    pub stopped: Option<Timed>,
}

/// A project and when its supporters had its cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// The project's id.
    pub project: String,
    /// How much money each voter had been given by then.
    pub time: Fraction,
}

/// A price system: each voter begins with `endowment`; in the order of `purchases` each supporter
/// pays the price times their points, or all that is left to them where that is less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceSystem {
    /// What each voter begins with.
    pub endowment: Fraction,
    /// How many units Add1 gave each voter on top.
    pub raised: u64,
    /// What costs nothing and has support.
    pub free: Vec<String>,
    /// The purchases, in order.
    pub purchases: Vec<Priced>,
    /// Bought by the utilitarian completion, in order.
    pub completed: Vec<String>,
    /// Why the endowment was not raised further.
    pub ended: Ended,
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// The project's id.
    pub project: String,
    /// What each point pays at most; on approval ballots, each supporter.
    pub price: Fraction,
}

/// Why Add1 ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Ended {
    /// It was not asked for.
    NotRaised,
    /// No supported project fits any more.
    Exhaustive,
    /// All supported projects are bought.
    AllBought,
    /// With one unit more these purchases come first, and cost more than the budget.
    OverBudget {
        /// What each voter would begin with.
        endowment: Fraction,
        /// The first purchases then; the last of them passes the budget.
        purchases: Vec<Priced>,
    },
}
