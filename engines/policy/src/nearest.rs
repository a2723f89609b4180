//! For a no: which change of one fact would make it a yes, and how small the change may be.
//!
//! Truths and codes are tried out. For a number, the direction is tried at its bounds and the
//! nearest value found by halving; for what rises or falls throughout (incomes, ages, counts) that
//! is the nearest there is. Only the nodes that decide the condition are computed again.

use crate::answer::{Answers, Condition};
use crate::household::Household;
use crate::ir::{Entity, FactId, NodeId, Op};
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

struct Trial<'a, 'l> {
    answers: &'a Answers<'l>,
    household: Household,
    rows: Rows<'l>,
}

/// Finds the changes for each condition that is not met, and returns those that alone suffice.
pub(crate) fn for_answer<'l>(
    answers: &Answers<'l>,
    policy: usize,
    index: usize,
    conditions: &mut [Condition<'l>],
) -> Vec<Change> {
    let failing: Vec<usize> = conditions
        .iter()
        .enumerate()
        .filter(|(_, condition)| condition.met == Some(0))
        .map(|(at, _)| at)
        .collect();
    let mut trial = Trial {
        answers,
        household: answers.household.clone(),
        rows: answers.rows.clone(),
    };
    for at in &failing {
        let step = conditions[*at].step;
        if let Some(node) = step.node {
            conditions[*at].changes = trial.changes(&step.cone, node, index);
        }
    }
    let ([only], Some(eligible)) =
        (failing.as_slice(), answers.law.plan.policies[policy].eligible)
    else {
        return Vec::new();
    };
    // A change that meets the condition may break another.
    let cone = &answers.law.policies[policy].cone;
    let found = conditions[*only].changes.clone();
    found.into_iter().filter(|change| trial.turns(change, cone, eligible, index)).collect()
}

impl Trial<'_, '_> {
    fn changes(&mut self, cone: &[NodeId], top: NodeId, index: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        for id in cone {
            let node = self.answers.law.plan[*id];
            let Op::Fact(fact) = node.op else { continue };
            let members = match node.entity {
                Entity::Member => self.household.size().min(MEMBERS),
                Entity::Group | Entity::Nobody => 0,
            };
            if members == 0 {
                changes.extend(self.nearest(fact, None, cone, (top, index)));
            }
            for member in 0..members {
                changes.extend(self.nearest(fact, Some(member), cone, (top, index)));
            }
        }
        changes.sort_by_key(|change| (change.to.abs_diff(change.from), change.fact, change.member));
        changes
    }

    fn nearest(
        &mut self,
        fact: FactId,
        member: Option<usize>,
        cone: &[NodeId],
        top: (NodeId, usize),
    ) -> Option<Change> {
        let from = self.household.get(member, fact)?;
        let law = self.answers.law;
        let told = &law.plan.facts[place(NodeId(fact.0))];
        let (low, high) = (told.range.low, told.range.high);
        let mut fits = |to: i64| self.with(member, fact, Some(to), cone, top) == Some(1);
        let to = match told.type_ {
            Type::Bool | Type::Code(_) => (low..=high).find(|to| *to != from && fits(*to)),
            _ => {
                let down = fits(low).then(|| edge(from, low, &mut fits));
                let up = fits(high).then(|| edge(from, high, &mut fits));
                [down, up].into_iter().flatten().min_by_key(|to| to.abs_diff(from))
            }
        };
        self.household.set(member, fact, Some(from));
        self.rows.some(cone, &self.household);
        to.map(|to| Change { member, fact, from, to })
    }

    /// The top's value with one fact changed.
    fn with(
        &mut self,
        member: Option<usize>,
        fact: FactId,
        value: Known,
        cone: &[NodeId],
        (top, index): (NodeId, usize),
    ) -> Known {
        self.household.set(member, fact, value);
        self.rows.some(cone, &self.household);
        self.rows.get(top, index)
    }

    fn turns(&mut self, change: &Change, cone: &[NodeId], top: NodeId, index: usize) -> bool {
        let Change { member, fact, from, to } = *change;
        let turned = self.with(member, fact, Some(to), cone, (top, index)) == Some(1);
        self.household.set(member, fact, Some(from));
        self.rows.some(cone, &self.household);
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
