//! The proof as a document: what a stranger needs to check a bound, and nothing else.
//!
//! A certificate is a list of steps over the parts of the search, the first over all choices. Each
//! step's multipliers, one whole number a demand in `1/scale` of a unit of price a person, give a
//! bound for its part; [`check`](super::check()) says how.

use serde::{Deserialize, Serialize};

/// Why a bound holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Multipliers count in this many parts of a unit.
    pub scale: i64,
    /// Covering: the metres asked about. Centre: nobody's longest way can be so short; absent where
    /// the bound needs no proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<u32>,
    /// The steps; the first is over all choices.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// One for each demand that has people and a way to a site, in their order; none where the part
    /// is only split or has no choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub multipliers: Vec<i64>,
    /// Sites that these multipliers close for the rest of the part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shut: Vec<usize>,
    /// Sites that these multipliers open for the rest of the part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<usize>,
    /// Of an impossible part: demands (counted like multipliers) with more people than all the sites
    /// within their reach hold; none where too few sites are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stuck: Vec<usize>,
    /// What follows.
    pub then: Then,
}

/// What follows a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// Nothing: the bound holds for the part.
    End,
    /// Nothing: too few sites are left, or too little room.
    Impossible,
    /// The step that goes on with what is left.
    Next(usize),
    /// Two parts.
    Split {
        /// By this site.
        site: usize,
        /// The step of the part that has it.
        opened: usize,
        /// The step of the part that does not have it.
        shut: usize,
    },
}

impl Certificate {
    /// A certificate for what needs no proof.
    pub(super) fn none() -> Self {
        Draft::new(1).certificate
    }
}

impl Step {
    /// A step without multipliers.
    pub(super) fn only(then: Then) -> Self {
        Self::with(Vec::new(), then)
    }

    /// A step that settles no site.
    pub(super) fn with(multipliers: Vec<i64>, then: Then) -> Self {
        Self {
            multipliers,
            shut: Vec::new(),
            opened: Vec::new(),
            stuck: Vec::new(),
            then,
        }
    }

    /// A part in which these demands cannot all be served.
    pub(super) fn impossible(stuck: Vec<usize>) -> Self {
        Self {
            stuck,
            ..Self::only(Then::Impossible)
        }
    }
}

/// A certificate in the making, with the bound it shows so far.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The certificate.
    pub(super) certificate: Certificate,
    /// The lowest bound that closed anything, in parts of a unit; `None` where nothing needed one.
    pub(super) bound: Option<i128>,
}

impl Draft {
    /// A certificate without steps.
    pub(super) fn new(scale: i64) -> Self {
        Self {
            certificate: Certificate {
                scale,
                within: None,
                steps: Vec::new(),
            },
            bound: None,
        }
    }

    /// Makes room for a step that is written later.
    pub(super) fn reserve(&mut self) -> usize {
        let steps = &mut self.certificate.steps;
        steps.push(Step::only(Then::Impossible));
        steps.len() - 1
    }

    /// Writes a step where room was made.
    pub(super) fn write(&mut self, at: usize, step: Step) {
        self.certificate.steps[at] = step;
    }

    /// The certificate shows no more than this bound.
    pub(super) fn lower(&mut self, bound: i128) {
        self.bound = Some(self.bound.map_or(bound, |known| known.min(bound)));
    }
}
