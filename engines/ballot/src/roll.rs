//! 选民名单: publication, objections, the freeze, and one vote for each entry over all channels.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::days::{Days, Limit};
use crate::procedure::RollRules;

/// 申诉: an objection to the roll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// When it was filed.
    pub filed: Date,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Date>,
}

/// The days of an objection against the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Publication to filing.
    pub filed: Days,
    /// Filing to decision; nothing while it is undecided.
    pub decided: Option<Days>,
}

impl Objection {
    /// Whether it was filed and decided in time, for a roll published on `published`.
    #[must_use]
    pub fn heard(&self, published: Date, rules: &RollRules) -> Heard {
        let within = |from, to, term| Days::between(from, to, Limit::Within, term);
        Heard {
            filed: within(published, self.filed, rules.objection.days),
            decided: self
                .decided
                .map(|decided| within(self.filed, decided, rules.decision.days)),
        }
    }
}

/// 定册: a roll that nothing changes any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenRoll {
    entries: Vec<String>,
}

/// A voter that a channel's list names in vain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misplaced {
    /// The list names somebody who is not on the roll.
    NotOnRoll(String),
    /// Somebody stands on two lists, or twice on one.
    Twice(String),
}

impl FrozenRoll {
    /// Freezes the entries: sorted, each once.
    #[must_use]
    pub fn freeze(entries: impl IntoIterator<Item = String>) -> Self {
        let mut entries: Vec<String> = entries.into_iter().collect();
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }

    /// How many may vote.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody may vote.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// SHA-256 over the ids, each with a line feed behind it: what is published at the freeze.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for entry in &self.entries {
            hash.update(entry.as_bytes());
            hash.update(b"\n");
        }
        crate::lot::hex(&hash.finalize())
    }

    /// Marks off the voters of every list, in the order of the lists. Returns how many each list
    /// adds, and who stands on it in vain; the numbers and those who did not vote add up to the
    /// roll.
    #[must_use]
    pub fn mark_off(&self, lists: &[&[String]]) -> (Vec<u64>, Vec<Misplaced>) {
        let mut seen: BTreeMap<&str, bool> = self
            .entries
            .iter()
            .map(|entry| (entry.as_str(), false))
            .collect();
        let mut misplaced = Vec::new();
        let mut counts = Vec::with_capacity(lists.len());
        for list in lists {
            let mut count = 0;
            for voter in *list {
                match seen.get_mut(voter.as_str()) {
                    None => misplaced.push(Misplaced::NotOnRoll(voter.clone())),
                    Some(true) => misplaced.push(Misplaced::Twice(voter.clone())),
                    Some(unseen) => {
                        *unseen = true;
                        count += 1;
                    }
                }
            }
            counts.push(count);
        }
        (counts, misplaced)
    }
}
