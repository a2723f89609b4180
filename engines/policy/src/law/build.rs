//! Specialises checked policies for one day: parameters become constants, versions are chosen,
//! `at` moves the day, and every fact, parameter and rule on the way leaves a step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::book::Book;
use crate::check::thresholds;
use crate::head::{Citation, Source};
use crate::ir::{Entity, NodeId, Op, Output, Plan, Planned, Table};
use crate::model::{Body, Dated, Figure, ParamId, RuleId, Term, Typed, Version};
use crate::ops::Binary;
use crate::value::Type;

use super::nodes::Nodes;
use super::{Explained, Guard, Law, NoPlan, Path, Read, Step, StepId, StepKind, Use};

/// How deep formulas may ask each other while they are built.
const DEEPEST: usize = 500;

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Fact(u32),
    Param(ParamId),
    Rule(RuleId),
}

pub(super) struct Builder<'b> {
    book: &'b Book,
    /// The day; `at` moves it.
    on: i64,
    nodes: Nodes,
    steps: Vec<Step>,
    known: BTreeMap<(About, i64), StepId>,
    rules: BTreeMap<(RuleId, i64), NodeId>,
    /// What the formula being built names, innermost last.
    uses: Vec<Vec<Use>>,
    /// What leads to the place that is being built, within its formula.
    guards: Vec<Guard>,
    /// The policy whose formula is being built.
    policy: usize,
    deep: usize,
    sources: Vec<Vec<Arc<Source>>>,
}

impl<'b> Builder<'b> {
    pub(super) fn of(book: &'b Book, on: i64) -> Self {
        let shared = |sources: &Vec<Source>| sources.iter().cloned().map(Arc::new).collect();
        Self {
            book,
            on,
            nodes: Nodes::default(),
            steps: Vec::new(),
            known: BTreeMap::new(),
            rules: BTreeMap::new(),
            uses: vec![Vec::new()],
            guards: Vec::new(),
            policy: 0,
            deep: 0,
            sources: book
                .policies
                .iter()
                .map(|policy| shared(&policy.sources))
                .collect(),
        }
    }

    pub(super) fn law(mut self, asked: impl Iterator<Item = usize>) -> Result<Law, NoPlan> {
        let (mut planned, mut explained) = (Vec::new(), Vec::new());
        for index in asked {
            let (plan, why) = self.planned(index)?;
            planned.push(plan);
            explained.push(why);
        }
        let Nodes { nodes, tables, .. } = self.nodes;
        let (mut groups, mut members) = (0_u32, 0_u32);
        let places = nodes
            .iter()
            .map(|node| {
                let count = if node.entity == Entity::Member {
                    &mut members
                } else {
                    &mut groups
                };
                *count += 1;
                *count - 1
            })
            .collect();
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let mut law = Law {
            plan: Plan {
                on: self.on,
                facts: self.book.facts.clone(),
                nodes,
                tables,
                policies: planned,
            },
            steps: self.steps,
            policies: explained,
            places,
            groups: size(groups),
            per_member: size(members),
        };
        law.trace();
        Ok(law)
    }

    fn planned(&mut self, index: usize) -> Result<(Planned, Explained), NoPlan> {
        let book = self.book;
        let policy = &book.policies[index];
        let mut plan = Planned {
            id: policy.head.id.clone(),
            in_force: policy.head.holds(self.on),
            entity: policy.entity,
            eligible: None,
            amount: None,
            payment: None,
            outputs: Vec::new(),
        };
        let mut why = Explained {
            head: Arc::new(policy.head.clone()),
            conditions: Vec::new(),
            amount: None,
            rules: Vec::new(),
            paths: Vec::new(),
        };
        if !plan.in_force {
            return Ok((plan, why));
        }
        let all = policy
            .rules
            .iter()
            .chain(&policy.conditions)
            .chain(&policy.eligible);
        for id in all.chain(&policy.amount).copied() {
            let rule = &book.rules[id.0];
            let absent = matches!(rule.body, Body::Versions(_)) && rule.on(self.on).is_none();
            if absent && policy.amount != Some(id) {
                continue;
            }
            let node = self.rule(id)?;
            why.take(self.known[&(About::Rule(id), self.on)], &self.steps);
            plan.outputs.push(Output {
                key: rule.key.clone(),
                type_: rule.type_.clone(),
                entity: rule.entity,
                node,
            });
        }
        let node = |key: &str| {
            plan.outputs
                .iter()
                .find(|one| one.key == key)
                .map(|one| one.node)
        };
        (plan.eligible, plan.amount) = (node("eligible"), node("amount"));
        plan.payment = plan.amount.map(|amount| match plan.eligible {
            Some(eligible) => {
                let nothing = self.nodes.constant(0);
                self.nodes.choose(eligible, amount, nothing)
            }
            None => amount,
        });
        Ok((plan, why))
    }

    /// A rule as of the day, built once a day.
    fn rule(&mut self, id: RuleId) -> Result<NodeId, NoPlan> {
        let about = (About::Rule(id), self.on);
        if let Some(node) = self.rules.get(&(id, self.on)).copied() {
            self.use_step(self.known[&about]);
            return Ok(node);
        }
        self.deep += 1;
        if self.deep > DEEPEST || self.nodes.full() {
            return Err(NoPlan::TooLarge);
        }
        let book = self.book;
        let rule = &book.rules[id.0];
        let before = std::mem::replace(&mut self.policy, rule.policy);
        self.uses.push(Vec::new());
        let guards = std::mem::take(&mut self.guards);
        let in_force = book.policies[rule.policy].head.holds(self.on);
        let (node, readings, since) = match (&rule.body, rule.on(self.on)) {
            (Body::All(parts), _) if in_force => (self.all(parts)?, Vec::new(), None),
            (_, Some(version)) if in_force => {
                let (node, readings) = self.version(version)?;
                (node, readings, Some(version.from))
            }
            _ => (self.nodes.missing(), Vec::new(), None),
        };
        let uses = self.uses.pop().unwrap_or_default();
        self.guards = guards;
        self.policy = before;
        self.deep -= 1;
        let kind = match rule.key.as_str() {
            "amount" => StepKind::Amount,
            "eligible" => StepKind::Eligible,
            key if key.starts_with("eligible.") => StepKind::Condition,
            _ => StepKind::Rule,
        };
        let step = self.step(
            about,
            Step {
                kind,
                key: rule.key.clone(),
                names: rule.names.clone(),
                policy: rule.policy,
                type_: rule.type_.clone(),
                entity: rule.entity,
                on: self.on,
                node: Some(node),
                readings,
                since,
                explained: None,
                uses,
                paths: Vec::new(),
            },
        );
        self.rules.insert((id, self.on), node);
        self.use_step(step);
        Ok(node)
    }

    fn all(&mut self, parts: &[RuleId]) -> Result<NodeId, NoPlan> {
        let mut all = None;
        for part in parts {
            if self.book.rules[part.0].on(self.on).is_some() {
                let node = self.rule(*part)?;
                all = Some(match all {
                    Some(before) => self.nodes.binary(Binary::And, before, node),
                    None => node,
                });
            }
        }
        // A day on which no condition stands is a day without a rule, not a yes.
        Ok(all.unwrap_or_else(|| self.nodes.missing()))
    }

    fn version(&mut self, version: &Version) -> Result<(NodeId, Vec<Read>), NoPlan> {
        let mut agreed = None;
        let mut readings = Vec::new();
        for reading in &version.readings {
            let node = match &reading.typed {
                Some(typed) => self.term(typed)?,
                None => self.nodes.missing(),
            };
            readings.push(self.read(reading.text.clone(), Some(node), &reading.citation));
            agreed = Some(match agreed {
                None => node,
                Some(before) => self.nodes.binary(Binary::Agree, before, node),
            });
        }
        Ok((agreed.unwrap_or_else(|| self.nodes.missing()), readings))
    }

    fn read(&self, text: String, node: Option<NodeId>, citation: &Citation) -> Read {
        let sources = &self.sources[self.policy];
        let source = sources
            .iter()
            .find(|one| citation.source.as_ref() == Some(&one.key));
        Read {
            text,
            node,
            citation: citation.clone(),
            source: source.cloned(),
        }
    }

    fn term(&mut self, typed: &Typed) -> Result<NodeId, NoPlan> {
        self.deep += 1;
        if self.deep > DEEPEST || self.nodes.full() {
            return Err(NoPlan::TooLarge);
        }
        let node = match &typed.term {
            Term::Const(value) => self.nodes.constant(*value),
            Term::On => self.nodes.constant(self.on),
            Term::Size => self.nodes.leaf(Op::Size, Entity::Group, false, typed.range),
            Term::Fact(id) => self.fact(*id),
            Term::Param(id) => self.single(*id),
            Term::Rule(id) => self.rule(*id)?,
            Term::Unary(op, a) => {
                let a = self.term(a)?;
                self.nodes.unary(*op, a)
            }
            Term::Binary(op, a, b) => {
                let a = self.term(a)?;
                let b = match op {
                    Binary::And => self.guarded(a, true, b)?,
                    Binary::Or => self.guarded(a, false, b)?,
                    _ => self.term(b)?,
                };
                self.nodes.binary(*op, a, b)
            }
            Term::Table(id, x) => self.look_up(*id, x)?,
            Term::Choose(condition, yes, no) => {
                let condition = self.term(condition)?;
                match self.nodes.fixed(condition) {
                    Some(Some(truth)) => self.term(if truth == 1 { yes } else { no })?,
                    _ => {
                        let yes = self.guarded(condition, true, yes)?;
                        let no = self.guarded(condition, false, no)?;
                        self.nodes.choose(condition, yes, no)
                    }
                }
            }
            Term::Gather {
                how,
                value,
                counted,
                none,
            } => {
                let value = self.term(value)?;
                let counted = counted.as_ref().map(|one| self.term(one)).transpose()?;
                let none = none.as_ref().map(|one| self.term(one)).transpose()?;
                self.nodes.gather(Op::Gather {
                    how: *how,
                    value,
                    counted,
                    none,
                })
            }
            Term::At(day, x) => self.at(day, x)?,
            Term::ParamAt(id, day) => self.parameter_on(*id, day)?,
        };
        self.deep -= 1;
        Ok(node)
    }

    fn at(&mut self, day: &Typed, x: &Typed) -> Result<NodeId, NoPlan> {
        let day = self.term(day)?;
        let Some(Some(day)) = self.nodes.fixed(day) else {
            return Ok(self.nodes.missing());
        };
        let before = std::mem::replace(&mut self.on, day);
        let node = self.term(x);
        self.on = before;
        node
    }

    fn fact(&mut self, id: crate::ir::FactId) -> NodeId {
        let book = self.book;
        let fact = &book.facts[usize::try_from(id.0).unwrap_or(usize::MAX)];
        let truth = fact.type_ == Type::Bool;
        let node = self
            .nodes
            .leaf(Op::Fact(id), fact.entity, truth, fact.range);
        let used = book.policies[self.policy]
            .facts
            .iter()
            .find(|one| one.id == id);
        let step = self.step(
            (About::Fact(id.0), 0),
            Step {
                kind: StepKind::Fact(id),
                key: used.map_or_else(|| fact.field.clone(), |used| used.key.clone()),
                names: fact.names.clone(),
                policy: self.policy,
                type_: fact.type_.clone(),
                entity: fact.entity,
                on: self.on,
                node: Some(node),
                readings: Vec::new(),
                since: None,
                explained: None,
                uses: Vec::new(),
                paths: Vec::new(),
            },
        );
        self.use_step(step);
        node
    }

    /// A part that matters only where `node` is `truth` or unknown.
    fn guarded(&mut self, node: NodeId, truth: bool, part: &Typed) -> Result<NodeId, NoPlan> {
        self.guards.push(Guard { node, truth });
        let built = self.term(part);
        self.guards.pop();
        built
    }

    fn single(&mut self, id: ParamId) -> NodeId {
        self.parameter(id);
        match self.book.params[id.0].on(self.on).map(|dated| &dated.value) {
            Some(Figure::One(value)) => self.nodes.constant(*value),
            _ => self.nodes.missing(),
        }
    }

    fn look_up(&mut self, id: ParamId, x: &Typed) -> Result<NodeId, NoPlan> {
        let at = self.term(x)?;
        self.parameter(id);
        let figure = self.book.params[id.0].on(self.on).map(|dated| &dated.value);
        let Some(Figure::Table { marginal, steps }) = figure else {
            return Ok(self.nodes.missing());
        };
        let table = Table {
            marginal: *marginal,
            steps: thresholds(steps, &x.type_),
        };
        Ok(self.nodes.table(table, at))
    }

    /// A parameter's value on a day that a fact gives: bands over days, missing where it has none.
    fn parameter_on(&mut self, id: ParamId, day: &Typed) -> Result<NodeId, NoPlan> {
        let day = self.term(day)?;
        self.parameter(id);
        let values = &self.book.params[id.0].values;
        let mut steps = Vec::new();
        for dated in values {
            if let Figure::One(value) = dated.value {
                steps.push((dated.from, value));
            }
        }
        let starts = values
            .iter()
            .skip(1)
            .map(|dated| dated.from)
            .chain([i64::MAX]);
        let ends = values.iter().map(|dated| dated.to).zip(starts);
        let holes: Vec<(i64, i64)> = ends
            .filter_map(|(to, next)| to.filter(|to| to + 1 < next).map(|to| (to + 1, next - 1)))
            .chain(values.first().map(|first| (i64::MIN, first.from - 1)))
            .collect();
        let missing = self.nodes.missing();
        if steps.is_empty() {
            return Ok(missing);
        }
        let mut node = self.nodes.table(
            Table {
                marginal: false,
                steps,
            },
            day,
        );
        for (from, to) in holes {
            let (from, to) = (self.nodes.constant(from), self.nodes.constant(to));
            let after = self.nodes.binary(Binary::Le, from, day);
            let before = self.nodes.binary(Binary::Le, day, to);
            let within = self.nodes.binary(Binary::And, after, before);
            node = self.nodes.choose(within, missing, node);
        }
        Ok(node)
    }

    /// Leaves the step of a parameter.
    fn parameter(&mut self, id: ParamId) {
        let about = (About::Param(id), self.on);
        if let Some(step) = self.known.get(&about).copied() {
            self.use_step(step);
            return;
        }
        let book = self.book;
        let param = &book.params[id.0];
        let before = std::mem::replace(&mut self.policy, param.policy);
        let dated = param.on(self.on);
        let node = match dated.map(|dated| &dated.value) {
            Some(Figure::One(value)) => Some(self.nodes.constant(*value)),
            Some(Figure::Table { .. }) => None,
            None => Some(self.nodes.missing()),
        };
        let reading =
            dated.map(|dated| self.read(figure(dated, &param.type_), node, &dated.citation));
        self.uses.push(Vec::new());
        let guards = std::mem::take(&mut self.guards);
        let explained = param.formula.as_ref().and_then(|(text, typed)| {
            let node = self.term(typed.as_ref()?).ok()?;
            let node = self.on_scale(node, typed.as_ref()?, &param.type_);
            Some((text.clone(), node))
        });
        let uses = self.uses.pop().unwrap_or_default();
        self.guards = guards;
        self.policy = before;
        let step = self.step(
            about,
            Step {
                kind: StepKind::Parameter,
                key: param.key.clone(),
                names: param.names.clone(),
                policy: param.policy,
                type_: param.type_.clone(),
                entity: Entity::Nobody,
                on: self.on,
                node,
                readings: reading.into_iter().collect(),
                since: dated.map(|dated| dated.from),
                explained,
                uses,
                paths: Vec::new(),
            },
        );
        self.use_step(step);
    }

    /// What an explaining formula gives, to the nearest on the parameter's own scale.
    fn on_scale(&mut self, node: NodeId, typed: &Typed, type_: &Type) -> NodeId {
        let (from, to) = (typed.type_.scale(), type_.scale());
        if from <= to {
            let by = self.nodes.constant(crate::value::power(to - from));
            return self.nodes.binary(Binary::Mul, node, by);
        }
        let by = self.nodes.constant(crate::value::power(from - to));
        self.nodes
            .binary(Binary::Div(crate::ops::Towards::Nearest), node, by)
    }

    fn step(&mut self, about: (About, i64), step: Step) -> StepId {
        let next = StepId(self.steps.len());
        let id = *self.known.entry(about).or_insert(next);
        if id == next {
            self.steps.push(step);
        }
        id
    }

    fn use_step(&mut self, step: StepId) {
        let way = self.guards.clone();
        let Some(uses) = self.uses.last_mut() else {
            return;
        };
        match uses.iter_mut().find(|used| used.step == step) {
            Some(used) if used.ways.contains(&way) => {}
            Some(used) => used.ways.push(way),
            None => uses.push(Use {
                step,
                ways: vec![way],
            }),
        }
    }
}

impl Explained {
    fn take(&mut self, step: StepId, steps: &[Step]) {
        match steps[step.0].kind {
            StepKind::Condition => self.conditions.push(step),
            StepKind::Amount => self.amount = Some(step),
            StepKind::Rule => self.rules.push(step),
            StepKind::Eligible | StepKind::Parameter | StepKind::Fact(_) => {}
        }
    }
}

impl Law {
    /// For every condition and policy what a changed fact changes, so that a change is tried
    /// without computing the rest.
    fn trace(&mut self) {
        for index in 0..self.steps.len() {
            if self.steps[index].kind == StepKind::Condition
                && let Some(node) = self.steps[index].node
            {
                self.steps[index].paths = self.paths(node);
            }
        }
        for index in 0..self.policies.len() {
            if let Some(node) = self.plan.policies[index].eligible {
                self.policies[index].paths = self.paths(node);
            }
        }
    }

    fn paths(&self, top: NodeId) -> Vec<Path> {
        let mut cone = BTreeSet::from([top]);
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            let below = self.plan[id].op.operands();
            open.extend(below.filter(|below| cone.insert(*below)));
        }
        let mut paths = Vec::new();
        for id in &cone {
            let Op::Fact(fact) = self.plan[*id].op else {
                continue;
            };
            let entity = self.plan[*id].entity;
            let (mut own, mut beyond) = (BTreeSet::from([*id]), BTreeSet::new());
            for above in cone.range(*id..) {
                let node = &self.plan[*above];
                if node.op.operands().any(|one| beyond.contains(&one)) {
                    beyond.insert(*above);
                } else if node.op.operands().any(|one| own.contains(&one)) {
                    let same = node.entity == entity;
                    if same { &mut own } else { &mut beyond }.insert(*above);
                }
            }
            paths.push(Path {
                fact,
                entity,
                own: own.into_iter().collect(),
                beyond: beyond.into_iter().collect(),
            });
        }
        paths
    }
}

/// The figure as the file writes it.
fn figure(dated: &Dated, type_: &Type) -> String {
    match &dated.value {
        Figure::One(value) => type_.plain(*value),
        Figure::Table { steps, .. } => {
            let step = |(from, value): &(crate::read::Raw, i64)| {
                format!("{}+: {}", from.text, type_.plain(*value))
            };
            steps.iter().map(step).collect::<Vec<_>>().join(", ")
        }
    }
}
