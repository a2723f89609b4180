//! Gives every part of a formula its meaning: names resolved, types and units fitted, bounds
//! proven. What does not fit is reported at its place.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Expr, Kind as Syntax, Pair};
use crate::bounds;
use crate::finding::{Finding, Level, Sources, Span, Told, told};
use crate::ir::{Entity, Fact};
use crate::model::{Figure, Param, ParamId, Policy, Rule, RuleId, Term, Typed};
use crate::ops::{Binary, Unary};
use crate::unit::Unit;
use crate::value::{Range, Type, digits};

use super::quotient::{Quotient, constant};

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// A place in the policy's facts.
    Fact(usize),
    Param(ParamId),
    Rule(RuleId),
}

/// The names of one policy.
pub(super) type Names = BTreeMap<String, Named>;

/// Everything a formula may speak of.
pub(super) struct Typer<'b> {
    pub(super) sources: &'b Sources,
    pub(super) findings: &'b mut Vec<Finding>,
    pub(super) policies: &'b [Policy],
    pub(super) names: &'b [Names],
    pub(super) facts: &'b [Fact],
    pub(super) params: &'b [Param],
    pub(super) rules: &'b [Rule],
    /// Rules that already have an error: who asks them is not blamed.
    pub(super) broken: &'b BTreeSet<RuleId>,
    /// The policy that speaks.
    pub(super) policy: usize,
    /// Whose formula it is, or whose part of it.
    pub(super) entity: Entity,
    /// Whether facts are out of reach: in the day of `at`.
    pub(super) fixed: bool,
    /// What a condition says about names in its branches.
    pub(super) refined: Vec<(String, Range)>,
}

impl Typer<'_> {
    pub(super) fn error(&mut self, at: Span, code: &'static str, told: Told) {
        self.findings
            .push(self.sources.finding(at, Level::Error, code, told));
    }

    /// A plain value.
    pub(super) fn value(&mut self, expr: &Expr, hint: Option<&Type>) -> Option<Typed> {
        let quotient = self.expr(expr, hint)?;
        self.plain(quotient)
    }

    /// A value that is true or false.
    pub(super) fn truth(&mut self, expr: &Expr) -> Option<Typed> {
        let value = self.value(expr, Some(&Type::Bool))?;
        if value.type_ == Type::Bool {
            return Some(value);
        }
        let found = value.type_.word();
        let told = told!(
            "应为 true 或 false，这里却是{found}",
            "expected true or false, found {found}",
            [found]
        );
        self.error(expr.at, "type", told);
        None
    }

    /// Any value; `hint` is the type that the surroundings expect, which codes need.
    pub(super) fn expr(&mut self, expr: &Expr, hint: Option<&Type>) -> Option<Quotient> {
        let at = expr.at;
        let typed = match &expr.kind {
            Syntax::Number(text) => self.literal(text, 0, at)?,
            Syntax::Money(text) => self.literal(text, 2, at)?,
            Syntax::Date(day) => constant(*day, Type::Date, at),
            Syntax::Bool(truth) => constant(i64::from(*truth), Type::Bool, at),
            Syntax::Code(code) => self.code(code, hint, at)?,
            Syntax::Name(name) => self.name(name, at)?,
            Syntax::Dotted(policy, name) => self.dotted(policy, name, at)?,
            Syntax::Neg(a) => return self.negative(a, at),
            Syntax::Not(a) => {
                let a = self.truth(a)?;
                self.single(Unary::Not, a, Type::Bool)?
            }
            Syntax::Pair(op, a, b) => return self.operator(*op, a, b, at),
            Syntax::In(a, list) => self.among(a, list)?,
            Syntax::If(condition, yes, no) => self.choice(condition, yes, no, hint)?,
            Syntax::Call(call) => return self.call(call, at),
        };
        Some(Quotient::whole(Typed { at, ..typed }))
    }

    fn literal(&mut self, text: &str, money: u8, at: Span) -> Option<Typed> {
        let part = text
            .split_once('.')
            .map_or("", |(_, part)| part.trim_end_matches('0'));
        let decimals = u8::try_from(part.len()).unwrap_or(u8::MAX);
        let scale = decimals.saturating_sub(money);
        let Some(value) = (scale <= 9).then(|| digits(text, scale + money)).flatten() else {
            let told = told!("`{text}` 的位数太多", "`{text}` has too many digits");
            self.error(at, "overflow", told);
            return None;
        };
        let type_ = if money > 0 {
            Type::Money { scale }
        } else {
            Type::Number { scale }
        };
        Some(constant(value, type_, at))
    }

    fn code(&mut self, code: &str, hint: Option<&Type>, at: Span) -> Option<Typed> {
        let Some(Type::Code(codes)) = hint else {
            let told = told!(
                "这里没有代码可与 '{code}' 比较",
                "nothing here has codes to compare '{code}' with"
            );
            self.error(at, "type", told);
            return None;
        };
        let Some(place) = codes.place(code) else {
            let told = told!(
                "这里没有代码 '{code}'；有的是：{known}",
                "no code '{code}' here; there are: {known}",
                known = codes.codes.join(", "),
            );
            self.error(at, "name", told);
            return None;
        };
        Some(constant(place, Type::Code(codes.clone()), at))
    }

    fn name(&mut self, name: &str, at: Span) -> Option<Typed> {
        match name {
            "on" => {
                let on = constant(0, Type::Date, at);
                return Some(Typed {
                    term: Term::On,
                    range: bounds::DAYS,
                    ..on
                });
            }
            "size" => {
                self.reachable(at)?;
                let size = constant(0, Type::INTEGER, at);
                let (range, entity) = (Range::new(1, bounds::MEMBERS), Entity::Group);
                return Some(Typed {
                    term: Term::Size,
                    entity,
                    range,
                    ..size
                });
            }
            _ => {}
        }
        let Some(named) = self.names[self.policy].get(name).copied() else {
            let similar = self.similar(name);
            let told = told!(
                "这里没有叫 `{name}` 的{similar}",
                "nothing here is called `{name}`{similar}",
                [similar]
            );
            self.error(at, "name", told);
            return None;
        };
        let typed = self.named(self.policy, named, at)?;
        let range = self.refined.iter().filter(|(one, _)| one == name).fold(
            typed.range,
            |range, (_, narrower)| Range {
                low: range.low.max(narrower.low),
                high: range.high.min(narrower.high),
            },
        );
        // A branch that can never be taken keeps the bounds as they are.
        let range = if range.low > range.high {
            typed.range
        } else {
            range
        };
        Some(Typed { range, ..typed })
    }

    fn similar(&self, name: &str) -> Told {
        let near = self.names[self.policy].keys().find(|one| {
            let shared = one
                .chars()
                .zip(name.chars())
                .take_while(|(a, b)| a == b)
                .count();
            shared >= 3 && one.len().abs_diff(name.len()) <= 3
        });
        match near {
            Some(near) => told!("；是不是 `{near}`？", "; did you mean `{near}`?"),
            None => told!("", ""),
        }
    }

    fn dotted(&mut self, policy: &str, name: &str, at: Span) -> Option<Typed> {
        let uses = &self.policies[self.policy].uses;
        let called =
            |index: &&usize| crate::model::dotted(&self.policies[**index].head.id) == policy;
        let Some(other) = uses.iter().find(called).copied() else {
            let told = told!(
                "`{policy}` 不是本文件用 `uses` 列出的政策",
                "`{policy}` is no policy that this file `uses`"
            );
            self.error(at, "name", told);
            return None;
        };
        let Some(named) = self.names[other].get(name).copied() else {
            let told = told!(
                "`{policy}` 里没有叫 `{name}` 的",
                "`{policy}` has nothing called `{name}`"
            );
            self.error(at, "name", told);
            return None;
        };
        self.named(other, named, at)
    }

    fn named(&mut self, policy: usize, named: Named, at: Span) -> Option<Typed> {
        if !matches!(named, Named::Param(_)) {
            self.reachable(at)?;
        }
        let blank = constant(0, Type::INTEGER, at);
        let typed = match named {
            Named::Fact(index) => {
                let used = &self.policies[policy].facts[index];
                let fact = &self.facts[usize::try_from(used.id.0).unwrap_or(usize::MAX)];
                Typed {
                    term: Term::Fact(used.id),
                    type_: fact.type_.clone(),
                    unit: used.unit.clone(),
                    entity: fact.entity,
                    range: fact.range,
                    ..blank
                }
            }
            Named::Param(id) => {
                self.plain_figure(id, at)?;
                let param = &self.params[id.0];
                Typed {
                    term: Term::Param(id),
                    type_: param.type_.clone(),
                    unit: param.unit.clone(),
                    range: param.range,
                    ..blank
                }
            }
            Named::Rule(id) if self.broken.contains(&id) => return None,
            Named::Rule(id) => {
                let rule = &self.rules[id.0];
                Typed {
                    term: Term::Rule(id),
                    type_: rule.type_.clone(),
                    unit: rule.unit.clone(),
                    entity: rule.entity,
                    range: rule.range,
                    ..blank
                }
            }
        };
        if typed.entity == Entity::Member && self.entity != Entity::Member {
            let told = told!(
                "这是每个成员各有的：请用 sum、count、any、all、min、max 汇总",
                "this is said of each member: gather it with sum, count, any, all, min, max"
            );
            self.error(at, "entity", told);
            return None;
        }
        Some(typed)
    }

    /// Whether the parameter has single values: a table is looked up.
    fn plain_figure(&mut self, id: ParamId, at: Span) -> Option<()> {
        let param = &self.params[id.0];
        let first = param.values.first().map(|one| &one.value);
        if matches!(first, Some(Figure::Table { .. })) {
            let key = &param.key;
            let told = told!(
                "`{key}` 是表：请写 bands({key}, x) 或 marginal({key}, x)",
                "`{key}` is a table: bands({key}, x) or marginal({key}, x)"
            );
            self.error(at, "type", told);
            return None;
        }
        Some(())
    }

    /// Whether facts and rules may be named here.
    fn reachable(&mut self, at: Span) -> Option<()> {
        if self.fixed {
            let told = told!(
                "`at` 的日期不能取决于事实或规则",
                "the day of `at` must not depend on facts or rules"
            );
            self.error(at, "at", told);
        }
        (!self.fixed).then_some(())
    }

    fn negative(&mut self, a: &Expr, at: Span) -> Option<Quotient> {
        let a = self.expr(a, None)?;
        if a.kind == super::quotient::Kind::Other {
            let what = a.over.type_.word();
            let told = told!("{what}没有正负", "a {what} has no sign", [what]);
            self.error(at, "type", told);
            return None;
        }
        let type_ = a.over.type_.clone();
        let over = self.single(Unary::Neg, a.over.clone(), type_)?;
        Some(Quotient { over, ..a })
    }

    fn operator(&mut self, op: Pair, a: &Expr, b: &Expr, at: Span) -> Option<Quotient> {
        if matches!(op, Pair::And | Pair::Or) {
            let (left, right) = (self.truth(a), self.truth(b));
            let op = if op == Pair::And {
                Binary::And
            } else {
                Binary::Or
            };
            return self
                .pair(op, left?, right?, Type::Bool)
                .map(Quotient::whole);
        }
        let (left, right) = self.two(a, b)?;
        let typed = match op {
            Pair::Add => return self.add(Binary::Add, left, right, at),
            Pair::Sub => return self.add(Binary::Sub, left, right, at),
            Pair::Mul => return self.multiply(left, right, at),
            Pair::Div => return self.divide(left, right, at),
            Pair::Eq => self.compare(Binary::Eq, left, right, at),
            Pair::Ne => self.compare(Binary::Ne, left, right, at),
            Pair::Lt => self.compare(Binary::Lt, left, right, at),
            Pair::Gt => self.compare(Binary::Lt, right, left, at),
            Pair::Le => self.compare(Binary::Le, left, right, at),
            Pair::Ge | Pair::And | Pair::Or => self.compare(Binary::Le, right, left, at),
        };
        typed.map(Quotient::whole)
    }

    /// Two operands; a code takes its list from the other side.
    fn two(&mut self, a: &Expr, b: &Expr) -> Option<(Quotient, Quotient)> {
        if matches!(a.kind, Syntax::Code(_)) {
            let right = self.expr(b, None)?;
            let left = self.expr(a, Some(&right.over.type_))?;
            return Some((left, right));
        }
        let left = self.expr(a, None);
        let hint = left.as_ref().map(|left| left.over.type_.clone());
        if left.is_none() && matches!(b.kind, Syntax::Code(_)) {
            return None;
        }
        let right = self.expr(b, hint.as_ref());
        Some((left?, right?))
    }

    fn among(&mut self, a: &Expr, list: &[Expr]) -> Option<Typed> {
        let mut all: Option<Typed> = None;
        for one in list {
            let (left, right) = self.two(a, one)?;
            let equal = self.compare(Binary::Eq, left, right, one.at)?;
            all = Some(match all {
                Some(before) => self.pair(Binary::Or, before, equal, Type::Bool)?,
                None => equal,
            });
        }
        all
    }

    fn choice(
        &mut self,
        condition: &Expr,
        yes: &Expr,
        no: &Expr,
        hint: Option<&Type>,
    ) -> Option<Typed> {
        let known = self.refined.len();
        let truth = self.truth(condition);
        self.refine(condition, true);
        let first = self.value(yes, hint);
        self.refined.truncate(known);
        self.refine(condition, false);
        let hint = first
            .as_ref()
            .map(|first| first.type_.clone())
            .or_else(|| hint.cloned());
        let second = self.value(no, hint.as_ref());
        self.refined.truncate(known);
        let (truth, first, second) = (truth?, first?, second?);
        let unit = self.common(&first.unit, &second.unit, no.at)?;
        let (first, second) = self.matching(first, second, no.at)?;
        let range = bounds::either(first.range, second.range);
        Some(Typed {
            type_: first.type_.clone(),
            unit,
            entity: truth.entity.max(first.entity).max(second.entity),
            range,
            at: truth.at,
            term: Term::Choose(Box::new(truth), Box::new(first), Box::new(second)),
        })
    }

    /// Two values of one type, brought to one scale.
    pub(super) fn matching(&mut self, a: Typed, b: Typed, at: Span) -> Option<(Typed, Typed)> {
        let kind = super::quotient::kind;
        let numbers =
            kind(&a.type_) == kind(&b.type_) && kind(&a.type_) != super::quotient::Kind::Other;
        if !numbers && a.type_ != b.type_ {
            self.error(at, "type", unlike(&a.type_, &b.type_));
            return None;
        }
        if numbers {
            self.aligned(a, b)
        } else {
            Some((a, b))
        }
    }

    /// Remembers what `name op constant` says about the name where it holds, or does not.
    fn refine(&mut self, condition: &Expr, holds: bool) {
        let Syntax::Pair(op, a, b) = &condition.kind else {
            return;
        };
        if holds && *op == Pair::And {
            self.refine(a, true);
            self.refine(b, true);
            return;
        }
        let Syntax::Name(name) = &a.kind else { return };
        let before = self.findings.len();
        let (left, right) = (self.name(name, a.at), self.value(b, None));
        self.findings.truncate(before);
        let (Some(left), Some(right)) = (left, right) else {
            return;
        };
        if left.type_.scale() != right.type_.scale() {
            return;
        }
        let Range { low, high } = right.range;
        let all = Range::new(i64::MIN, i64::MAX);
        let narrower = match (op, holds) {
            (Pair::Gt, true) | (Pair::Le, false) => Range {
                low: low.saturating_add(1),
                ..all
            },
            (Pair::Ge, true) | (Pair::Lt, false) => Range { low, ..all },
            (Pair::Lt, true) | (Pair::Ge, false) => Range {
                high: high.saturating_sub(1),
                ..all
            },
            (Pair::Le, true) | (Pair::Gt, false) => Range { high, ..all },
            (Pair::Eq, true) => right.range,
            // x ≠ 0 where 0 is the lowest that x can be.
            (Pair::Ne, true) | (Pair::Eq, false) if low == high && left.range.low == low => Range {
                low: low.saturating_add(1),
                ..all
            },
            _ => return,
        };
        self.refined.push((name.clone(), narrower));
    }
}

/// One type where another was expected.
pub(super) fn unlike(wanted: &Type, found: &Type) -> Told {
    let (wanted, found) = (wanted.word(), found.word());
    told!(
        "应为{wanted}，这里却是{found}",
        "expected {wanted}, found {found}",
        [wanted, found]
    )
}

/// A term of no unit.
pub(super) fn bare(typed: Typed) -> Typed {
    Typed {
        unit: Unit::default(),
        ..typed
    }
}
