//! 候选人: who stands, what keeps them from it, and how they were put forward.

use serde::{Deserialize, Serialize};

use crate::procedure::{Bar, CandidateRules};

/// Sex as a rule about the committee needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
}

/// Somebody who stands in a contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The name on papers in `COUNTS.csv`.
    pub id: String,
    /// The person's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Needed for the rule that a committee has a woman.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// 近亲属 (民法典 art. 1045) among the candidates, by id; one side is enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relatives: Vec<String>,
    /// Facts that bar a person where the rules say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<Bar>,
    /// Put forward by so many electors together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominated_by_electors: Option<u64>,
    /// Put forward by the party's branch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nominated_by_branch: bool,
}

/// Why a candidate cannot be elected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "what")]
pub enum Unfit {
    /// A bar of the law.
    Barred(Bar),
    /// Put forward by too few, and not by the party's branch.
    NotNominated,
    /// Stands for a seat that is a woman's.
    NotAWoman,
}

impl Candidate {
    /// Why this candidate cannot be elected under `rules`; empty when nothing stands against it.
    /// How somebody was put forward counts only where the file says it.
    #[must_use]
    pub fn unfit(&self, rules: Option<&CandidateRules>, for_women: bool) -> Vec<Unfit> {
        let mut unfit = Vec::new();
        if let Some(rules) = rules {
            let barred = self.bars.iter().filter(|bar| rules.bars.contains(bar));
            unfit.extend(barred.map(|bar| Unfit::Barred(*bar)));
            let enough = |electors| rules.joint_electors.is_none_or(|least| electors >= least);
            let by_branch = self.nominated_by_branch && rules.party_branch;
            let short = match self.nominated_by_electors {
                Some(electors) => !enough(electors),
                None => self.nominated_by_branch,
            };
            if short && !by_branch {
                unfit.push(Unfit::NotNominated);
            }
        }
        if for_women && self.sex != Some(Sex::Female) {
            unfit.push(Unfit::NotAWoman);
        }
        unfit.sort_unstable();
        unfit.dedup();
        unfit
    }
}
