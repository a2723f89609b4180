//! 增量: when a fact of a household changes, only the policies that it can touch are asked again,
//! and only about that household.
//!
//! **Method.** Which results a fact can reach is found once, going through the plan from front to
//! back. A [`Watch`] then answers a changed household by computing the nodes of the touched
//! policies alone, and says what became different.

use crate::household::Household;
use crate::ir::{Entity, FactId, NodeId, Op};
use crate::law::Law;
use crate::rows::Rows;
use crate::value::Known;

/// The law of a day and which policies each of its facts can touch.
#[derive(Debug)]
pub struct Watch<'l> {
    law: &'l Law,
    /// For each fact the policies, rising.
    touched: Vec<Vec<usize>>,
    /// For each policy the nodes that it needs, operands first.
    needs: Vec<Vec<NodeId>>,
}

/// What a policy says to one of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Whether entitled; `None` when it cannot be told.
    pub eligible: Option<bool>,
    /// What is paid, in fen.
    pub payment_fen: Known,
}

/// A standing that is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Turn {
    /// The policy's place in the plan.
    pub policy: usize,
    /// The member; `None` for a policy of households.
    pub member: Option<usize>,
    /// Before.
    pub before: Standing,
    /// After.
    pub after: Standing,
}

impl<'l> Watch<'l> {
    /// Finds what each fact can touch.
    #[must_use]
    pub fn of(law: &'l Law) -> Self {
        let plan = &law.plan;
        let mut touched = vec![Vec::new(); plan.facts.len()];
        let mut needs = Vec::with_capacity(plan.policies.len());
        for (policy, planned) in plan.policies.iter().enumerate() {
            let tops: Vec<NodeId> = [planned.eligible, planned.payment]
                .into_iter()
                .flatten()
                .collect();
            let nodes = crate::columns::program::needed(plan, &tops);
            for node in &nodes {
                if let Op::Fact(FactId(fact)) = plan[*node].op {
                    let fact = usize::try_from(fact).unwrap_or(usize::MAX);
                    touched[fact].push(policy);
                }
            }
            needs.push(nodes);
        }
        for policies in &mut touched {
            policies.dedup();
        }
        Self {
            law,
            touched,
            needs,
        }
    }

    /// The policies, by their place in the plan, that a fact can touch.
    #[must_use]
    pub fn touched(&self, fact: FactId) -> &[usize] {
        let fact = usize::try_from(fact.0).unwrap_or(usize::MAX);
        self.touched.get(fact).map_or(&[], Vec::as_slice)
    }

    /// What becomes different when a household that was `before` is `after`, of which `facts` have
    /// changed. Members are compared place by place; where their number changed, all is asked anew.
    #[must_use]
    pub fn changed(&self, before: &Household, after: &Household, facts: &[FactId]) -> Vec<Turn> {
        let mut policies: Vec<usize> = if before.size() == after.size() {
            facts
                .iter()
                .flat_map(|fact| self.touched(*fact))
                .copied()
                .collect()
        } else {
            (0..self.needs.len()).collect()
        };
        policies.sort_unstable();
        policies.dedup();
        let mut nodes: Vec<NodeId> = policies
            .iter()
            .flat_map(|one| &self.needs[*one])
            .copied()
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        let old = Rows::only(self.law, &nodes, before);
        let new = Rows::only(self.law, &nodes, after);
        let mut turns = Vec::new();
        for policy in policies {
            let planned = &self.law.plan.policies[policy];
            let members = match planned.entity {
                Entity::Member => before.size().max(after.size()),
                Entity::Group | Entity::Nobody => 1,
            };
            for member in 0..members {
                let standing = |rows: &Rows<'_>, household: &Household| {
                    let there = planned.entity != Entity::Member || member < household.size();
                    let get = |node: Option<NodeId>| {
                        node.filter(|_| there)
                            .and_then(|node| rows.get(node, member))
                    };
                    Standing {
                        eligible: get(planned.eligible).map(|known| known != 0),
                        payment_fen: get(planned.payment),
                    }
                };
                let (before, after) = (standing(&old, before), standing(&new, after));
                if before != after {
                    turns.push(Turn {
                        policy,
                        member: (planned.entity == Entity::Member).then_some(member),
                        before,
                        after,
                    });
                }
            }
        }
        turns
    }
}
