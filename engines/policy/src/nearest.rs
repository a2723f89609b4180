//! For a no: which change of one fact would make it a yes, and how small the change may be.
//!
//! Truths and codes are tried out. For a number, the direction is tried at its bounds and the
//! nearest value found by halving; for what rises or falls throughout (incomes, ages, counts) that
//! is the nearest there is. Only the nodes that decide the condition are computed again.

use crate::answer::{Answers, Condition};
use crate::household::Household;
use crate::ir::{Entity, FactId, NodeId};
use crate::law::{Law, Path};
use crate::rows::{Rows, place};
use crate::value::{Known, Type};

/// A fact's value that would turn a no into a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Of whom; `None` for the household.
    pub member: Option<usize>,
    /// Which.
    pub fact: FactId,
    /// What it is now.
    pub from: i64,
    /// What would do.
    pub to: i64,
}

/// How many members' facts are tried; a procedure may have thousands of members.
const MEMBERS: usize = 12;

/// A copy of the household on which changes are tried; it is always put back as it was.
#[derive(Debug)]
pub(crate) struct Trial<'l> {
    law: &'l Law,
    household: Household,
    rows: Rows<'l>,
}

/// Whose value of which node is looked at.
type Top = (NodeId, usize);

impl<'l> Trial<'l> {
    pub(crate) fn of(answers: &Answers<'l>) -> Self {
        let (household, rows) = (answers.household.clone(), answers.rows.clone());
        Self {
            law: answers.law,
            household,
            rows,
        }
    }

    /// Finds the changes for each condition that is not met, and returns those that alone suffice.
    pub(crate) fn all(
        &mut self,
        policy: usize,
        index: usize,
        conditions: &mut [Condition<'l>],
    ) -> Vec<Change> {
        let mut failing = 0;
        let mut found = Vec::new();
        for condition in conditions
            .iter_mut()
            .filter(|condition| condition.met == Some(0))
        {
            failing += 1;
            if let Some(node) = condition.step.node {
                condition.changes = self.changes(&condition.step.paths, (node, index));
                found.clone_from(&condition.changes);
            }
        }
        match self.law.plan.policies[policy].eligible {
            // A change that meets the only condition may break another.
            Some(eligible) if failing == 1 && conditions.len() > 1 => {
                let paths = &self.law.policies[policy].paths;
                found.retain(|change| self.turns(change, paths, (eligible, index)));
                found
            }
            Some(_) if failing == 1 => found,
            _ => Vec::new(),
        }
    }
}

impl Trial<'_> {
    fn changes(&mut self, paths: &[Path], top: Top) -> Vec<Change> {
        let mut changes = Vec::new();
        for path in paths {
            if path.entity != Entity::Member {
                changes.extend(self.nearest(None, path, top));
            } else if path.beyond.is_empty() {
                // A member's result, in which nobody else's fact has a part.
                changes.extend(self.nearest(Some(top.1), path, top));
            } else {
                let members = self.household.size().min(MEMBERS);
                changes.extend((0..members).filter_map(|one| self.nearest(Some(one), path, top)));
            }
        }
        changes.sort_by_key(|change| (change.to.abs_diff(change.from), change.fact, change.member));
        changes
    }

    fn nearest(&mut self, member: Option<usize>, path: &Path, top: Top) -> Option<Change> {
        let from = self.household.get(member, path.fact)?;
        let told = &self.law.plan.facts[place(NodeId(path.fact.0))];
        let (low, high) = (told.range.low, told.range.high);
        let mut fits = |to: i64| self.with(member, path, to, top) == Some(1);
        let to = match told.type_ {
            Type::Bool | Type::Code(_) => (low..=high).find(|to| *to != from && fits(*to)),
            _ => {
                let down = fits(low).then(|| edge(from, low, &mut fits));
                let up = fits(high).then(|| edge(from, high, &mut fits));
                [down, up]
                    .into_iter()
                    .flatten()
                    .min_by_key(|to| to.abs_diff(from))
            }
        };
        self.with(member, path, from, top);
        to.map(|to| Change {
            member,
            fact: path.fact,
            from,
            to,
        })
    }

    /// The top's value with one fact changed.
    fn with(&mut self, member: Option<usize>, path: &Path, value: i64, top: Top) -> Known {
        self.household.set(member, path.fact, Some(value));
        self.rows.along(path, member, &self.household);
        self.rows.get(top.0, top.1)
    }

    fn turns(&mut self, change: &Change, paths: &[Path], top: Top) -> bool {
        let Some(path) = paths.iter().find(|path| path.fact == change.fact) else {
            return false;
        };
        let turned = self.with(change.member, path, change.to, top) == Some(1);
        self.with(change.member, path, change.from, top);
        turned
    }
}

/// The value nearest to `from` that fits, on the way to `far`, which fits.
fn edge(from: i64, far: i64, fits: &mut impl FnMut(i64) -> bool) -> i64 {
    let (mut no, mut yes) = (from, far);
    while no.abs_diff(yes) > 1 {
        let middle = i64::midpoint(no, yes);
        if fits(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}
