//! Why this result: the tree of formulas with their values, the source of each fact, the article
//! in force, and for a no what would change it. Plain data to serialise, and as lines of text.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::answer::{Answer, Answers, Missing, Outcome};
use crate::day;
use crate::household::Household;
use crate::ir::{Entity, Fact, FactId, NodeId};
use crate::law::{Guard, Law, Read, Step, StepId, StepKind, Use};
use crate::nearest::Change;
use crate::rows::place;
use crate::value::{Known, Names, Type};

/// How deep an explanation goes.
const DEEPEST: usize = 24;

/// How deep it goes into another policy, which has its own explanation.
const ABROAD: usize = 1;

/// A policy's answer with its reasons, ready for pages, letters and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation<'l> {
    /// The policy's id.
    pub policy: &'l str,
    /// What it is called.
    pub names: &'l Names,
    /// The day asked about.
    pub on: Day,
    /// Whom, from 0; missing for a household.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<usize>,
    /// What the file calls that person.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub member_name: &'l str,
    /// Yes, no, unknown or not in force.
    pub outcome: Outcome,
    /// What is paid, in fen; missing where unknown, in a procedure, or without a rule in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// What the amount is for: `month`, `quarter`, `year`, `once`.
    pub pays: &'l str,
    /// Whether laws conflict and the conflict matters here: needs legal review.
    pub needs_legal_review: bool,
    /// Whether a source of what was used still needs to be confirmed.
    pub unverified: bool,
    /// Each condition.
    pub conditions: Vec<ConditionWhy<'l>>,
    /// How the amount is made up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Why<'l>>,
    /// What would settle an unknown answer, cheapest first.
    pub missing: Vec<Ask<'l>>,
    /// Figures of the law that have no value that day.
    pub gaps: Vec<&'l str>,
    /// Changes of one fact that alone would make a no a yes, nearest first.
    pub would_change: Vec<Turn<'l>>,
}

/// A condition, met or not, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionWhy<'l> {
    /// Met, not met, unknown.
    pub met: Option<bool>,
    /// Why.
    pub why: Why<'l>,
    /// Changes of one fact that would meet it.
    pub would_change: Vec<Turn<'l>>,
}

/// One step of the reckoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why<'l> {
    /// `fact`, `parameter`, `rule`, `condition`, `eligible`, `amount`.
    pub kind: &'static str,
    /// Its key in the file.
    pub key: &'l str,
    /// What it is called.
    pub names: &'l Names,
    /// Of which member, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<usize>,
    /// `money` (yuan), `integer`, `decimal`, `boolean`, `date`, `code`.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// The value as files write it; missing where unknown, or for a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown<'l>>,
    /// What a code is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_names: Option<&'l Names>,
    /// As of this day, where another than the one asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// From when this version holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// The formula or figure and where it is written; more than one where laws conflict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading<'l>>,
    /// A formula that explains a published figure, and what it gives; the figure pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained_by: Option<Box<ExplainedBy<'l>>>,
    /// Where a fact came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<From<'l>>>,
    /// What it was made of; empty where the same step is told in full before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Self>,
    /// Whether this very step is told in full before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub told_before: bool,
}

/// One reading of the law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading<'l> {
    /// The formula, or the figure.
    pub text: &'l str,
    /// What this reading gives, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown<'l>>,
    /// The text it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'l Names>,
    /// That text's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<&'l str>,
    /// 第九条.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<&'l str>,
    /// Whether it still needs to be confirmed.
    pub unverified: bool,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'l Names>,
}

/// A formula beside a published figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedBy<'l> {
    /// The formula.
    pub formula: &'l str,
    /// What it gives.
    pub value: Option<Shown<'l>>,
    /// Whether that is the published figure.
    pub same: bool,
}

/// Where a fact came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct From<'l> {
    /// An office, a paper, the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'l str>,
    /// As of when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
}

/// A fact to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask<'l> {
    /// Its field.
    pub field: &'l str,
    /// What it is called.
    pub names: &'l Names,
    /// Of which member, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<usize>,
    /// What asking for it costs the resident, 0 to 5.
    pub cost: u8,
    /// How it is proved.
    pub proof: &'l Names,
}

/// A change that would turn a no into a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn<'l> {
    /// The fact's field.
    pub field: &'l str,
    /// What it is called.
    pub names: &'l Names,
    /// Of which member, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<usize>,
    /// What it is now.
    pub from: Shown<'l>,
    /// What would do.
    pub to: Shown<'l>,
}

/// A value that is written out when it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'l> {
    type_: &'l Type,
    value: i64,
}

/// A day that is written out when it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub i64);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.type_.plain(self.value))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&day::text(self.0))
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'l> Answers<'l> {
    /// The reasons for an answer of these.
    #[must_use]
    pub fn explain(&self, answer: &Answer<'l>) -> Explanation<'l> {
        let (law, household) = (self.law, self.household);
        let index = law.index(&answer.planned.id).unwrap_or_default();
        let policy = &law.policies[index];
        let mut teller = Teller::of(self, index);
        let member = answer.member.unwrap_or(0);
        let mut conditions = Vec::with_capacity(answer.conditions.len());
        for (id, condition) in policy.conditions.iter().zip(&answer.conditions) {
            conditions.push(ConditionWhy {
                met: condition.met.map(|met| met == 1),
                why: teller.why(*id, member, DEEPEST),
                would_change: turns(law, &condition.changes),
            });
        }
        let amount = (answer.outcome != Outcome::No)
            .then_some(policy.amount)
            .flatten();
        let amount = amount.map(|id| teller.why(id, member, DEEPEST));
        let whys = conditions.iter().map(|one| &one.why).chain(&amount);
        let unverified = policy.head.unverified || whys.clone().any(Why::unverified);
        Explanation {
            policy: &policy.head.id,
            names: &policy.head.names,
            on: Day(law.plan.on),
            member: answer.member,
            member_name: answer.member.map_or("", |one| household.name(one)),
            outcome: answer.outcome,
            amount_fen: answer.payment,
            pays: &policy.head.pays,
            needs_legal_review: answer.review,
            unverified,
            conditions,
            amount,
            missing: answer.missing.iter().map(|one| ask(law, *one)).collect(),
            gaps: answer.gaps.clone(),
            would_change: turns(law, &answer.changes),
        }
    }

    /// The value of a rule of a policy in force, and its type.
    #[must_use]
    pub fn rule(&self, policy: &str, key: &str, member: usize) -> Option<(Known, &'l Type)> {
        let planned = &self.law.plan.policies[self.law.index(policy)?];
        let output = planned.output(key)?;
        Some((self.rows.get(output.node, member), &output.type_))
    }

    /// The household that was asked about.
    #[must_use]
    pub fn household(&self) -> &'l Household {
        self.household
    }
}

struct Teller<'a, 'l> {
    answers: &'a Answers<'l>,
    /// The policy that is explained, by its place in the book.
    policy: Option<usize>,
    /// Which steps of which member are told.
    told: Vec<bool>,
}

impl<'a, 'l> Teller<'a, 'l> {
    fn of(answers: &'a Answers<'l>, index: usize) -> Self {
        let law = answers.law;
        let whys = &law.policies[index];
        let first = whys.conditions.first().or(whys.amount.as_ref());
        let policy = first.map(|id| law.step(*id).policy);
        let told = vec![false; law.steps.len() * answers.household.size().max(1)];
        Self {
            answers,
            policy,
            told,
        }
    }

    fn why(&mut self, id: StepId, member: usize, left: usize) -> Why<'l> {
        let law = self.answers.law;
        let step = law.step(id);
        let value = step
            .node
            .and_then(|node| self.answers.rows.get(node, member));
        let whose = (step.entity == Entity::Member).then_some(member);
        let size = self.answers.household.size().max(1);
        let slot = id.0 * size + whose.unwrap_or(0);
        let abroad = self.policy != Some(step.policy);
        let left = if abroad { left.min(ABROAD) } else { left };
        let before = self.told[slot];
        self.told[slot] |= left > 0;
        let code = match (&step.type_, value) {
            (Type::Code(codes), Some(value)) => usize::try_from(value)
                .ok()
                .and_then(|at| codes.names.get(at)),
            _ => None,
        };
        Why {
            kind: step.kind.name(),
            key: &step.key,
            names: &step.names,
            member: whose,
            type_: step.type_.name(),
            value: value.map(|value| shown(&step.type_, value)),
            value_names: code,
            on: (step.on != law.plan.on && step.since.is_some()).then_some(Day(step.on)),
            since: step.since.map(Day),
            readings: match before {
                true => Vec::new(),
                false => step
                    .readings
                    .iter()
                    .map(|one| self.reading(step, one, member))
                    .collect(),
            },
            explained_by: self.explained_by(step, value).filter(|_| !before),
            origin: self.origin(step, whose),
            uses: match left > 0 && !before {
                true => self.uses(step, member, left - 1),
                false => Vec::new(),
            },
            told_before: before && !step.uses.is_empty(),
        }
    }

    /// What a step was made of, without what lies on a side that was not taken; a member's value in
    /// a group's formula is shown for each member.
    fn uses(&mut self, step: &'l Step, member: usize, left: usize) -> Vec<Why<'l>> {
        let law = self.answers.law;
        let size = self.answers.household.size();
        let mut uses = Vec::with_capacity(step.uses.len() + size);
        for used in &step.uses {
            let id = used.step;
            let gathers = step.entity != Entity::Member;
            if gathers && law.step(id).entity == Entity::Member {
                for one in 0..size {
                    if self.matters(used, one) {
                        uses.push(self.why(id, one, left));
                    }
                }
            } else if self.matters(used, member)
                || gathers && (0..size).any(|one| self.matters(used, one))
            {
                uses.push(self.why(id, member, left));
            }
        }
        uses
    }

    /// Whether something that a formula names lies on a side that was taken.
    fn matters(&self, used: &Use, member: usize) -> bool {
        let open = |guard: &Guard| {
            let value = self.answers.rows.get(guard.node, member);
            value.is_none_or(|value| (value == 1) == guard.truth)
        };
        used.ways.iter().any(|way| way.iter().all(open))
    }

    fn reading(&self, step: &'l Step, read: &'l Read, member: usize) -> Reading<'l> {
        let several = step.readings.len() > 1;
        let value = read.node.filter(|_| several);
        let value = value.and_then(|node| self.answers.rows.get(node, member));
        Reading {
            text: &read.text,
            value: value.map(|value| shown(&step.type_, value)),
            source: read.source.as_ref().map(|source| &source.title),
            number: read
                .source
                .as_ref()
                .and_then(|source| source.number.as_deref()),
            article: read.citation.article.as_deref(),
            unverified: read.unverified(),
            note: read.citation.note.as_ref(),
        }
    }

    fn explained_by(&self, step: &'l Step, value: Known) -> Option<Box<ExplainedBy<'l>>> {
        let (formula, node) = step.explained.as_ref()?;
        let given = self.answers.rows.get(*node, 0);
        let told = given.map(|given| shown(&step.type_, given));
        Some(Box::new(ExplainedBy {
            formula,
            value: told,
            same: given == value,
        }))
    }

    fn origin(&self, step: &'l Step, member: Option<usize>) -> Option<Box<From<'l>>> {
        let StepKind::Fact(fact) = step.kind else {
            return None;
        };
        let origin = self.answers.household.origin(member, fact)?;
        let source = origin.source.as_deref();
        Some(Box::new(From {
            source,
            date: origin.date.map(Day),
        }))
    }
}

impl Why<'_> {
    fn unverified(&self) -> bool {
        self.readings.iter().any(|one| one.unverified) || self.uses.iter().any(Self::unverified)
    }
}

impl Read {
    fn unverified(&self) -> bool {
        self.citation.unverified || self.source.as_ref().is_some_and(|one| one.unverified)
    }
}

impl StepKind {
    fn name(self) -> &'static str {
        match self {
            Self::Fact(_) => "fact",
            Self::Parameter => "parameter",
            Self::Rule => "rule",
            Self::Condition => "condition",
            Self::Eligible => "eligible",
            Self::Amount => "amount",
        }
    }
}

fn shown(type_: &Type, value: i64) -> Shown<'_> {
    Shown { type_, value }
}

fn fact(law: &Law, id: FactId) -> &Fact {
    &law.plan.facts[place(NodeId(id.0))]
}

fn ask(law: &Law, missing: Missing) -> Ask<'_> {
    let fact = fact(law, missing.fact);
    Ask {
        field: &fact.field,
        names: &fact.names,
        member: missing.member,
        cost: missing.cost,
        proof: &fact.proof,
    }
}

fn turns<'l>(law: &'l Law, changes: &[Change]) -> Vec<Turn<'l>> {
    changes.iter().map(|change| turn(law, *change)).collect()
}

fn turn(law: &Law, change: Change) -> Turn<'_> {
    let fact = fact(law, change.fact);
    Turn {
        field: &fact.field,
        names: &fact.names,
        member: change.member,
        from: shown(&fact.type_, change.from),
        to: shown(&fact.type_, change.to),
    }
}
