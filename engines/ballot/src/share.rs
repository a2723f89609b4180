//! 比例: an exact comparison of a part with a share of a named whole.
//!
//! The law's words decide the relation. 过半数 and 超过 are *over*: the number itself is not enough.
//! 以上 and 不得少于 are *at least*: the number itself is enough (民法典 art. 1259).
//! A comparison never divides: `part × denominator` stands against `whole × numerator`, in whole
//! numbers. Of nothing there is no share: a comparison with an empty whole never holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::law::Basis;

/// The largest number that a count, a scaled area or a whole may have. Its product with the parts
/// of a [`Share`] fits 64 bits, so no comparison can overflow.
pub const LARGEST: u64 = 100_000_000_000_000_000;

/// A share such as 2/3; numerator and denominator between 1 and 100, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Share {
    numerator: u64,
    denominator: u64,
}

/// The text is no share.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no share such as \"2/3\" (1 to 100 each, not above 1/1)")]
pub struct BadShare(pub String);

impl Share {
    /// The share `numerator`/`denominator`, reduced.
    ///
    /// # Errors
    /// When it is zero, above one, or a part is above 100.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, BadShare> {
        let sound = (1..=100).contains(&denominator) && (1..=denominator).contains(&numerator);
        if !sound {
            return Err(BadShare(format!("{numerator}/{denominator}")));
        }
        let shared = greatest_common_divisor(numerator, denominator);
        Ok(Self {
            numerator: numerator / shared,
            denominator: denominator / shared,
        })
    }

    /// The number above the line.
    #[must_use]
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// The number below the line.
    #[must_use]
    pub fn denominator(self) -> u64 {
        self.denominator
    }
}

/// The greatest common divisor of two numbers above zero.
pub(crate) fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Share {
    type Err = BadShare;

    fn from_str(text: &str) -> Result<Self, BadShare> {
        let bad = || BadShare(text.to_owned());
        let (above, below) = text.split_once('/').ok_or_else(bad)?;
        let number = |part: &str| part.parse::<u64>().ok();
        match (number(above), number(below)) {
            (Some(above), Some(below)) => Self::new(above, below),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for Share {
    type Error = BadShare;

    fn try_from(text: String) -> Result<Self, BadShare> {
        text.parse()
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

/// Whether the share itself is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 过半数, 超过: more than the share.
    Over,
    /// 以上, 不得少于: the share or more.
    AtLeast,
}

/// 分母: what a share is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whole {
    /// 选民: everybody on the roll.
    Electors,
    /// 户的代表: one for each household on the roll.
    Households,
    /// 居民代表, 村民代表: the delegates.
    Delegates,
    /// 组成人员: the members of a body, delegates and committee together.
    Members,
    /// 十八周岁以上的居民（村民）: the adults of the place.
    Adults,
    /// 业主人数: all owners, by heads.
    OwnersByHeads,
    /// 专有部分面积: all owners, by floor area.
    OwnersByArea,
    /// 居民小组: the residents' groups of the law of 1989.
    Groups,
    /// 参加投票的人员: persons who took part in the vote, whatever their paper says.
    PersonsVoting,
    /// 已投选票: papers that came out of the boxes, blank and void ones included.
    BallotsCast,
    /// 到会人员: those present when the vote is taken.
    Present,
    /// 反馈意见: those who answered a written poll.
    Responding,
    /// 参与表决人数: owners taking part, by heads.
    TakingPartByHeads,
    /// 参与表决专有部分面积: owners taking part, by floor area.
    TakingPartByArea,
}

impl Whole {
    /// The Chinese name, as the law has it, and an English one.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Electors => ("选民", "electors"),
            Self::Households => ("户的代表", "household representatives"),
            Self::Delegates => ("代表", "delegates"),
            Self::Members => ("组成人员", "members of the body"),
            Self::Adults => ("十八周岁以上的居民（村民）", "adults"),
            Self::OwnersByHeads => ("全体业主（人数）", "all owners by heads"),
            Self::OwnersByArea => ("全体业主（面积）", "all owners by area"),
            Self::Groups => ("居民小组", "residents' groups"),
            Self::PersonsVoting => ("参加投票的人员", "persons voting"),
            Self::BallotsCast => ("已投选票", "ballots cast"),
            Self::Present => ("到会人员", "those present"),
            Self::Responding => ("反馈意见的人", "those who answered"),
            Self::TakingPartByHeads => ("参与表决业主（人数）", "owners taking part by heads"),
            Self::TakingPartByArea => ("参与表决业主（面积）", "owners taking part by area"),
        }
    }
}

/// A rule of the law: at least, or over, a share of a whole, with its articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The share.
    pub share: Share,
    /// Whether the share itself is enough.
    pub relation: Relation,
    /// What the share is taken of.
    pub of: Whole,
    /// Where the law says so.
    pub basis: Basis,
}

impl Rule {
    /// Compares `part` with this rule's share of `whole`.
    #[must_use]
    pub fn compare(&self, part: u64, whole: u64) -> Comparison {
        Comparison::new(part, whole, self.share, self.relation, self.of)
    }
}

/// 比较: a rule applied to two numbers, with the sum written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The part.
    pub part: u64,
    /// The whole: the number of what [`Comparison::of`] names.
    pub whole: u64,
    /// What the whole is.
    pub of: Whole,
    /// The share asked for.
    pub share: Share,
    /// Whether the share itself is enough.
    pub relation: Relation,
    /// `part` × the share's denominator.
    pub left: u64,
    /// `whole` × the share's numerator.
    pub right: u64,
    /// Whether `left` is over (at least) `right`, of a whole that is not empty.
    pub holds: bool,
}

impl Comparison {
    /// Compares; numbers above [`LARGEST`] are refused by every reader, and taken as it here.
    #[must_use]
    pub fn new(part: u64, whole: u64, share: Share, relation: Relation, of: Whole) -> Self {
        let (part, whole) = (part.min(LARGEST), whole.min(LARGEST));
        let left = part * share.denominator;
        let right = whole * share.numerator;
        let enough = match relation {
            Relation::Over => left > right,
            Relation::AtLeast => left >= right,
        };
        Self {
            part,
            whole,
            of,
            share,
            relation,
            left,
            right,
            holds: whole > 0 && enough,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(part: u64, whole: u64, share: &str, relation: Relation) -> bool {
        let share = share.parse().unwrap();
        Comparison::new(part, whole, share, relation, Whole::Electors).holds
    }

    #[test]
    fn over_and_at_least_part_at_the_number_itself() {
        assert!(!holds(50, 100, "1/2", Relation::Over));
        assert!(holds(51, 100, "1/2", Relation::Over));
        assert!(holds(50, 100, "1/2", Relation::AtLeast));
        assert!(!holds(66, 99, "2/3", Relation::Over));
        assert!(holds(66, 99, "2/3", Relation::AtLeast));
        assert!(!holds(66, 100, "2/3", Relation::AtLeast));
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        assert!(!holds(0, 0, "1/2", Relation::AtLeast));
        assert!(!holds(0, 0, "1/2", Relation::Over));
    }

    #[test]
    fn a_share_is_reduced_and_bounded() {
        assert_eq!("2/4".parse::<Share>().unwrap().to_string(), "1/2");
        for bad in ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/101", "0.5", "NaN"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert!(holds(u64::MAX, u64::MAX, "99/100", Relation::Over));
        assert!(!holds(LARGEST - 1, LARGEST, "1/1", Relation::AtLeast));
    }
}
