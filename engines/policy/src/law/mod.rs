//! The law of one day: a plan, and beside it what each of its nodes stands for, so that an answer
//! can be explained with formulas, articles and days.

mod build;
mod nodes;

use std::sync::Arc;

use thiserror::Error;

use crate::book::Book;
use crate::finding::{Told, told};
use crate::head::{Citation, Head, Source};
use crate::ir::{Entity, FactId, NodeId, Plan};
use crate::value::{Names, Type};

/// Why there is no plan for a day.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoPlan {
    /// No policy is called so.
    #[error("no policy is called `{0}`")]
    UnknownPolicy(String),
    /// The day lies outside 1700 to 2299.
    #[error("the day must lie between 1700-01-01 and 2299-12-31")]
    DayOutOfRange,
    /// Rules ask too many other days.
    #[error("the rules ask too many other days, or too deep")]
    TooLarge,
}

impl NoPlan {
    /// The same in both languages.
    pub(crate) fn told(&self) -> Told {
        match self {
            Self::UnknownPolicy(id) => told!("没有叫 `{id}` 的政策", "{self}"),
            Self::DayOutOfRange => told!("日期须在 1700-01-01 至 2299-12-31 之间", "{self}"),
            Self::TooLarge => told!("规则牵涉的其他日期太多，或层次太深", "{self}"),
        }
    }
}

/// Policies as of one day, ready to answer.
#[derive(Debug, Clone)]
pub struct Law {
    /// What is computed.
    pub plan: Plan,
    pub(crate) steps: Vec<Step>,
    pub(crate) policies: Vec<Explained>,
    /// Where each node's value stands among those of its entity.
    pub(crate) places: Vec<u32>,
    /// How many values of the group, and of each member.
    pub(crate) groups: usize,
    pub(crate) per_member: usize,
}

/// A step's number in its law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepId(pub(crate) usize);

/// What an explanation shows: a fact, a parameter or a rule as of a day.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) key: String,
    pub(crate) names: Names,
    pub(crate) policy: usize,
    pub(crate) type_: Type,
    pub(crate) entity: Entity,
    /// The day, where another than the one asked about.
    pub(crate) on: i64,
    pub(crate) node: Option<NodeId>,
    /// Readings with where each is written; one unless laws conflict. Of a parameter: its value.
    pub(crate) readings: Vec<Read>,
    /// From when this version or value holds.
    pub(crate) since: Option<i64>,
    /// A formula that explains a published value, and what it gives.
    pub(crate) explained: Option<(String, NodeId)>,
    pub(crate) uses: Vec<Use>,
    /// What a change of each fact below would change: conditions only.
    pub(crate) paths: Vec<Path>,
}

/// A step that a formula names.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) step: StepId,
    /// What leads to each place that names it; no guard where it always matters.
    pub(crate) ways: Vec<Vec<Guard>>,
}

/// A value on which it hangs whether something matters: the condition of an `if`, the first part
/// of an `and` or `or`. Unknown, it leaves both sides open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    pub(crate) node: NodeId,
    pub(crate) truth: bool,
}

/// The nodes between a fact and a result: those to compute anew when the fact changes.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) fact: FactId,
    pub(crate) entity: Entity,
    /// Those that belong to whom the fact belongs to: other members' stay as they are.
    pub(crate) own: Vec<NodeId>,
    /// Those after them, operands first.
    pub(crate) beyond: Vec<NodeId>,
}

/// One reading of a step.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) text: String,
    pub(crate) node: Option<NodeId>,
    pub(crate) citation: Citation,
    pub(crate) source: Option<Arc<Source>>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StepKind {
    Fact(FactId),
    Parameter,
    Rule,
    Condition,
    Eligible,
    Amount,
}

/// What a policy's answer is explained with.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    pub(crate) head: Arc<Head>,
    /// Its conditions in force, by the order of the file.
    pub(crate) conditions: Vec<StepId>,
    pub(crate) amount: Option<StepId>,
    /// Its rules in force, by the order of the file.
    pub(crate) rules: Vec<StepId>,
    /// What a change of each fact that decides it would change.
    pub(crate) paths: Vec<Path>,
}

impl Book {
    /// The plan of some policies (of all where none is named) as of a day.
    ///
    /// # Errors
    /// [`NoPlan`] names a policy that is not there, or a day that cannot be asked about.
    pub fn plan(&self, policies: &[&str], on: i64) -> Result<Plan, NoPlan> {
        self.law(policies, on).map(|law| law.plan)
    }

    /// The law of a day: the plan with what it is explained by.
    ///
    /// # Errors
    /// As [`Book::plan`].
    pub fn law(&self, policies: &[&str], on: i64) -> Result<Law, NoPlan> {
        if !crate::bounds::DAYS.holds(on) {
            return Err(NoPlan::DayOutOfRange);
        }
        let unknown = |id: &&&str| self.policy(id).is_none();
        if let Some(id) = policies.iter().find(unknown) {
            return Err(NoPlan::UnknownPolicy((*id).to_owned()));
        }
        let wanted = |id: &str| policies.is_empty() || policies.contains(&id);
        let asked = self.policies.iter().enumerate();
        let asked = asked
            .filter(|(_, policy)| wanted(&policy.head.id))
            .map(|(index, _)| index);
        build::Builder::of(self, on).law(asked)
    }
}

impl Law {
    pub(crate) fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0]
    }

    /// Where a policy stands in the plan.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<usize> {
        self.plan
            .policies
            .iter()
            .position(|planned| planned.id == id)
    }

    /// What a policy says of itself.
    #[must_use]
    pub fn head(&self, index: usize) -> Option<&Head> {
        self.policies.get(index).map(|one| &*one.head)
    }
}
