//! Answers: yes, no or cannot tell, what is owed, and what would settle it.

use crate::household::Household;
use crate::ir::{Entity, FactId, NodeId, Op, Planned};
use crate::law::{Law, Step, StepId, StepKind};
use crate::nearest::{Change, Trial};
use crate::ops::Binary;
use crate::rows::{Rows, place};
use crate::value::Known;

/// What a policy says to a household or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 符合.
    Yes,
    /// 不符合.
    No,
    /// 还不能判断: something is not known, or laws conflict.
    Unknown,
    /// 当日无适用规定: the policy was not in force.
    NotInForce,
}

/// A household with everything computed, to be asked.
#[derive(Debug, Clone)]
pub struct Answers<'l> {
    pub(crate) law: &'l Law,
    pub(crate) household: &'l Household,
    pub(crate) rows: Rows<'l>,
}

/// One policy's answer to one household or member.
#[derive(Debug, Clone)]
pub struct Answer<'l> {
    /// The policy.
    pub planned: &'l Planned,
    /// Who was asked about; `None` for the household.
    pub member: Option<usize>,
    /// Yes, no, cannot tell, or no rule in force.
    pub outcome: Outcome,
    /// What is paid, in fen: 0 for a no, unknown where that is unknown.
    pub payment: Known,
    /// Whether laws conflict about it and their readings differ.
    pub review: bool,
    /// The conditions, each met or not.
    pub conditions: Vec<Condition<'l>>,
    /// What would settle an unknown answer or amount, cheapest first.
    pub missing: Vec<Missing>,
    /// Figures of the law that have no value that day and are needed.
    pub gaps: Vec<&'l str>,
    /// For a no, changes of one fact that alone would make it a yes, nearest first.
    pub changes: Vec<Change>,
}

/// A condition and whether it is met.
#[derive(Debug, Clone)]
pub struct Condition<'l> {
    pub(crate) step: &'l Step,
    /// Met, not met, unknown.
    pub met: Known,
    /// For one that is not met, the nearest changes of one fact that would meet it.
    pub changes: Vec<Change>,
}

/// A fact that is not known and matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What asking for it costs.
    pub cost: u8,
    /// Of whom; `None` for the household.
    pub member: Option<usize>,
    /// Which.
    pub fact: FactId,
}

impl Law {
    /// Computes everything for a household.
    #[must_use]
    pub fn ask<'l>(&'l self, household: &'l Household) -> Answers<'l> {
        Answers {
            law: self,
            household,
            rows: Rows::of(self, household),
        }
    }
}

impl<'l> Answers<'l> {
    /// The answers of all policies: one for a household's, one for each member of a person's.
    #[must_use]
    pub fn all(&self) -> Vec<Answer<'l>> {
        let mut trial = None;
        let policies = 0..self.law.plan.policies.len();
        policies
            .flat_map(|policy| self.each(policy, &mut trial))
            .collect()
    }

    /// The answers of one policy.
    #[must_use]
    pub fn of(&self, policy: usize) -> Vec<Answer<'l>> {
        self.each(policy, &mut None)
    }

    fn each(&self, policy: usize, trial: &mut Option<Trial<'l>>) -> Vec<Answer<'l>> {
        let whom = match self.law.plan.policies[policy].entity {
            Entity::Member => self.household.size(),
            Entity::Group | Entity::Nobody => 1,
        };
        (0..whom)
            .map(|member| self.answer(policy, member, trial))
            .collect()
    }

    fn answer(&self, policy: usize, index: usize, trial: &mut Option<Trial<'l>>) -> Answer<'l> {
        let law = self.law;
        let planned = &law.plan.policies[policy];
        let member = (planned.entity == Entity::Member).then_some(index);
        let mut answer = Answer {
            planned,
            member,
            outcome: Outcome::NotInForce,
            payment: None,
            review: false,
            conditions: Vec::new(),
            missing: Vec::new(),
            gaps: Vec::new(),
            changes: Vec::new(),
        };
        if !planned.in_force {
            return answer;
        }
        let eligible = planned
            .eligible
            .map_or(Some(1), |node| self.rows.get(node, index));
        answer.outcome = match eligible {
            Some(0) => Outcome::No,
            Some(_) => Outcome::Yes,
            None => Outcome::Unknown,
        };
        answer.payment = planned.payment.and_then(|node| self.rows.get(node, index));
        self.unsettled(&mut answer, index);
        let steps = &law.policies[policy].conditions;
        answer.conditions = steps.iter().map(|id| self.condition(*id, index)).collect();
        if answer.outcome == Outcome::No {
            let trial = trial.get_or_insert_with(|| Trial::of(self));
            answer.changes = trial.all(policy, index, &mut answer.conditions);
        }
        answer
    }

    fn condition(&self, id: StepId, index: usize) -> Condition<'l> {
        let step = self.law.step(id);
        let met = step.node.and_then(|node| self.rows.get(node, index));
        Condition {
            step,
            met,
            changes: Vec::new(),
        }
    }

    /// What an unknown result depends on: only unknown operands can settle it.
    fn unsettled(&self, answer: &mut Answer<'l>, index: usize) {
        let planned = answer.planned;
        let tops = [planned.eligible, planned.payment];
        let mut open: Vec<(NodeId, usize)> = Vec::new();
        let unknown = |id: NodeId| self.rows.get(id, index).is_none();
        open.extend(
            tops.into_iter()
                .flatten()
                .filter(|id| unknown(*id))
                .map(|id| (id, index)),
        );
        if open.is_empty() {
            return;
        }
        let mut seen = self.rows.marks();
        while let Some((id, member)) = open.pop() {
            let node = &self.law.plan[id];
            let whose = if node.entity == Entity::Member {
                member
            } else {
                0
            };
            if self.rows.get(id, whose).is_some() || self.rows.marked(&mut seen, id, whose) {
                continue;
            }
            match node.op {
                Op::Fact(fact) => answer.missing.push(Missing {
                    cost: self.law.plan.facts[place(NodeId(fact.0))].cost,
                    member: (node.entity == Entity::Member).then_some(member),
                    fact,
                }),
                Op::Missing => answer.gaps = self.gaps(),
                Op::Gather {
                    value,
                    counted,
                    none,
                    ..
                } => {
                    for one in 0..self.household.size() {
                        let counts = counted.is_none_or(|id| self.rows.get(id, one) != Some(0));
                        open.extend(counts.then_some((value, one)));
                        open.extend(counted.map(|id| (id, one)));
                    }
                    open.extend(none.map(|id| (id, whose)));
                }
                Op::Choose { condition, yes, no } => match self.rows.get(condition, whose) {
                    Some(0) => open.push((no, whose)),
                    Some(_) => open.push((yes, whose)),
                    None => open.extend([condition, yes, no].map(|id| (id, whose))),
                },
                Op::Binary(Binary::Agree, a, b) => {
                    answer.review |= self.differ(a, b, whose);
                    open.extend([(a, whose), (b, whose)]);
                }
                other => open.extend(other.operands().map(|id| (id, whose))),
            }
        }
        answer.missing.sort_unstable();
    }

    fn differ(&self, a: NodeId, b: NodeId, member: usize) -> bool {
        let (a, b) = (self.rows.get(a, member), self.rows.get(b, member));
        a.is_some() && b.is_some() && a != b
    }

    /// Parameters and rules that have no value on their day.
    fn gaps(&self) -> Vec<&'l str> {
        let lacks = |step: &&Step| {
            let law = matches!(step.kind, StepKind::Parameter | StepKind::Rule);
            let missing = |node| matches!(self.law.plan[node].op, Op::Missing);
            law && step.since.is_none() && step.node.is_some_and(missing)
        };
        self.law
            .steps
            .iter()
            .filter(lacks)
            .map(|step| step.key.as_str())
            .collect()
    }
}

impl Condition<'_> {
    /// The condition's key in the file, `eligible.1`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.step.key
    }

    /// What it is called.
    #[must_use]
    pub fn names(&self) -> &crate::value::Names {
        &self.step.names
    }
}
