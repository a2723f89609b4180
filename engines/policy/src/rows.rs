//! The row evaluator: one household through a plan, front to back, a slot for every value.

use crate::household::Household;
use crate::ir::{Entity, Node, NodeId, Op};
use crate::law::{Law, Path};
use crate::ops;
use crate::value::Known;

/// Every value of one household under the law of a day.
#[derive(Debug, Clone)]
pub struct Rows<'l> {
    law: &'l Law,
    size: usize,
    /// The group's values, then each node's values of all members.
    values: Vec<Known>,
}

impl<'l> Rows<'l> {
    /// Computes everything once.
    #[must_use]
    pub fn of(law: &'l Law, household: &Household) -> Self {
        let size = household.size();
        let mut rows = Self {
            law,
            size,
            values: vec![None; law.groups + law.per_member * size],
        };
        for index in 0..law.plan.nodes.len() {
            rows.compute(index, household);
        }
        rows
    }

    /// Computes only some nodes, operands first; the others stay unknown.
    pub(crate) fn only(law: &'l Law, nodes: &[NodeId], household: &Household) -> Self {
        let size = household.size();
        let mut rows = Self {
            law,
            size,
            values: vec![None; law.groups + law.per_member * size],
        };
        rows.some(nodes, household);
        rows
    }

    /// Computes anew for a changed household; the buffer is kept where the size is the same.
    pub fn again(&mut self, household: &Household) {
        if household.size() != self.size {
            *self = Self::of(self.law, household);
            return;
        }
        for index in 0..self.law.plan.nodes.len() {
            self.compute(index, household);
        }
    }

    /// Computes only some nodes anew, operands first.
    pub(crate) fn some(&mut self, nodes: &[NodeId], household: &Household) {
        for id in nodes {
            self.compute(place(*id), household);
        }
    }

    /// Computes anew what a changed fact of a member, or of the household, changes.
    pub(crate) fn along(&mut self, path: &Path, member: Option<usize>, household: &Household) {
        match member {
            Some(member) => {
                for id in &path.own {
                    let index = place(*id);
                    let node = &self.law.plan.nodes[index];
                    let slot = self.slot(node, index, member);
                    self.values[slot] = self.member(node.op, member, household);
                }
            }
            None => self.some(&path.own, household),
        }
        self.some(&path.beyond, household);
    }

    /// The value of a node; a member's for a member, the group's for all.
    #[inline]
    #[must_use]
    pub fn get(&self, id: NodeId, member: usize) -> Known {
        let index = place(id);
        let node = &self.law.plan.nodes[index];
        self.values[self.slot(node, index, member)]
    }

    /// A mark for every value, unset.
    pub(crate) fn marks(&self) -> Vec<bool> {
        vec![false; self.values.len()]
    }

    /// Sets the mark of a value, and says whether it was set.
    pub(crate) fn marked(&self, marks: &mut [bool], id: NodeId, member: usize) -> bool {
        let index = place(id);
        let slot = self.slot(&self.law.plan.nodes[index], index, member);
        std::mem::replace(&mut marks[slot], true)
    }

    #[inline]
    fn slot(&self, node: &Node, index: usize, member: usize) -> usize {
        let place = usize::try_from(self.law.places[index]).unwrap_or(usize::MAX);
        match node.entity {
            Entity::Member => self.law.groups + place * self.size + member,
            Entity::Nobody | Entity::Group => place,
        }
    }

    #[inline]
    fn compute(&mut self, index: usize, household: &Household) {
        let law = self.law;
        let node = &law.plan.nodes[index];
        if node.entity == Entity::Member {
            let first = self.slot(node, index, 0);
            for member in 0..self.size {
                self.values[first + member] = self.member(node.op, member, household);
            }
        } else {
            let slot = self.slot(node, index, 0);
            self.values[slot] = self.group(node.op, household);
        }
    }

    #[inline]
    fn member(&self, op: Op, member: usize, household: &Household) -> Known {
        match op {
            Op::Fact(fact) => household.get(Some(member), fact),
            Op::Lift(of) => self.get(of, 0),
            other => self.plain(other, member),
        }
    }

    #[inline]
    fn group(&self, op: Op, household: &Household) -> Known {
        match op {
            Op::Fact(fact) => household.get(None, fact),
            Op::Size => i64::try_from(self.size).ok().filter(|size| *size > 0),
            Op::Gather {
                how,
                value,
                counted,
                none,
            } => {
                let counts = |member| counted.map_or(Some(1), |counted| self.get(counted, member));
                let members = (0..self.size).map(|one| (self.get(value, one), counts(one)));
                how.apply(members, none.and_then(|none| self.get(none, 0)))
            }
            other => self.plain(other, 0),
        }
    }

    #[inline]
    fn plain(&self, op: Op, member: usize) -> Known {
        match op {
            Op::Const(value) => Some(value),
            Op::Unary(op, a) => op.apply(self.get(a, member)),
            Op::Binary(op, a, b) => op.apply(self.get(a, member), self.get(b, member)),
            Op::Table(id, x) => {
                let table = &self.law.plan.tables[usize::try_from(id.0).unwrap_or(usize::MAX)];
                self.get(x, member).map(|x| match table.marginal {
                    true => ops::marginal(&table.steps, x),
                    false => ops::bands(&table.steps, x),
                })
            }
            Op::Choose { condition, yes, no } => ops::choose(
                self.get(condition, member),
                self.get(yes, member),
                self.get(no, member),
            ),
            // The others have their own places above.
            Op::Missing | Op::Fact(_) | Op::Size | Op::Lift(_) | Op::Gather { .. } => None,
        }
    }
}

#[inline]
pub(crate) fn place(id: NodeId) -> usize {
    usize::try_from(id.0).unwrap_or(usize::MAX)
}
