//! What is never used, and branches, bands and conditions that can never matter.

use std::collections::BTreeSet;

use crate::check::thresholds;
use crate::finding::{Span, told};
use crate::ir::FactId;
use crate::model::{Body, Figure, ParamId, Rule, RuleId, Term, Typed};
use crate::ops::Binary;
use crate::value::{Range, Type};

use super::Linter;

impl Linter<'_> {
    /// Facts, parameters and rules that nothing asks.
    pub(super) fn uses(&mut self) {
        let book = self.book;
        let (mut facts, mut params, mut asked) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (index, rule) in book.rules.iter().enumerate() {
            if let Body::All(parts) = &rule.body {
                asked.extend(parts.iter().copied());
            }
            for typed in rule.readings().filter_map(|reading| reading.typed.as_ref()) {
                typed.walk(&mut |part| match part.term {
                    Term::Fact(id) => drop(facts.insert((rule.policy, id))),
                    Term::Param(id) | Term::Table(id, _) | Term::ParamAt(id, _) => {
                        params.insert(id);
                    }
                    Term::Rule(id) if id != RuleId(index) => drop(asked.insert(id)),
                    _ => {}
                });
            }
        }
        for param in &book.params {
            let typed = param.formula.iter().filter_map(|(_, typed)| typed.as_ref());
            typed.for_each(|typed| {
                typed.walk(&mut |part| {
                    if let Term::Param(id) | Term::Table(id, _) = part.term {
                        params.insert(id);
                    }
                });
            });
        }
        self.unused(&facts, &params, &asked);
    }

    fn unused(
        &mut self,
        facts: &BTreeSet<(usize, FactId)>,
        params: &BTreeSet<ParamId>,
        asked: &BTreeSet<RuleId>,
    ) {
        let book = self.book;
        for (index, policy) in book.policies.iter().enumerate() {
            for used in &policy.facts {
                let known = facts.contains(&(index, used.id));
                let shared = facts.iter().any(|(_, id)| *id == used.id);
                if !known {
                    let key = &used.key;
                    let told = if shared {
                        told!(
                            "事实 `{key}`：只有别的政策用到",
                            "fact `{key}`: only another policy asks for it"
                        )
                    } else {
                        told!(
                            "事实 `{key}`：没有用到",
                            "fact `{key}`: nothing asks for it"
                        )
                    };
                    self.warn(used.at, "unused", told);
                }
            }
            for id in policy.params.iter().filter(|id| !params.contains(id)) {
                let param = &book.params[id.0];
                let key = &param.key;
                let told = told!(
                    "参数 `{key}`：没有用到",
                    "nothing asks for parameter `{key}`"
                );
                self.warn(param.at, "unused", told);
            }
            let outputs = policy.eligible.is_none() && policy.amount.is_none();
            for id in policy
                .rules
                .iter()
                .filter(|id| !outputs && !asked.contains(id))
            {
                let rule = &book.rules[id.0];
                let key = &rule.key;
                let told = told!(
                    "规则 `{key}`：没有条件、金额或别的规则用到",
                    "no condition, amount or rule asks for rule `{key}`"
                );
                self.note(rule.at, "unreachable", told);
            }
        }
    }

    /// Branches never taken, conditions that are always met or never, bands never reached.
    pub(super) fn branches(&mut self) {
        let book = self.book;
        for rule in &book.rules {
            for reading in rule.readings() {
                let Some(typed) = &reading.typed else {
                    continue;
                };
                if rule.key.starts_with("eligible.") {
                    self.settled_condition(rule, typed, reading.at);
                }
                typed.walk(&mut |part| self.part(part));
            }
            self.outside(rule);
        }
    }

    fn settled_condition(&mut self, rule: &Rule, typed: &Typed, at: Span) {
        if let Some(truth) = self.settled(typed) {
            let key = &rule.key;
            let told = told!(
                "不论事实如何，`{key}` 总是 {truth}",
                "`{key}` is always {truth}, whatever the facts"
            );
            self.warn(at, "unreachable", told);
        }
    }

    fn part(&mut self, part: &Typed) {
        match &part.term {
            Term::Choose(condition, _, _) => {
                if let Some(truth) = self.settled(condition) {
                    let branch = if truth { "else" } else { "then" };
                    let told = told!(
                        "总是 {truth}：`{branch}` 之后的永远用不到",
                        "always {truth}: what stands after `{branch}` is never reached"
                    );
                    self.warn(condition.at, "unreachable", told);
                }
            }
            Term::Table(id, x) => self.bands(*id, x),
            _ => {}
        }
    }

    fn bands(&mut self, id: ParamId, x: &Typed) {
        let book = self.book;
        for dated in &book.params[id.0].values {
            let Figure::Table { steps, marginal } = &dated.value else {
                continue;
            };
            let read = thresholds(steps, &x.type_);
            for (threshold, _) in read.iter().filter(|(from, _)| *from > x.range.high) {
                let from = x.type_.plain(*threshold);
                let told = told!(
                    "从 {from} 起的一档永远用不到",
                    "the band from {from} is never reached"
                );
                self.warn(dated.at, "unreachable", told);
            }
            let first = read
                .first()
                .filter(|(first, _)| !marginal && x.range.low < *first);
            if let Some((first, _)) = first {
                let first = x.type_.plain(*first);
                let told = told!(
                    "低于 {first} 时，这些分档得出 0",
                    "below {first} these bands give 0"
                );
                self.note(dated.at, "gap", told);
            }
        }
    }

    /// Formulas whose days all lie outside the policy's.
    fn outside(&mut self, rule: &Rule) {
        let Body::Versions(versions) = &rule.body else {
            return;
        };
        let head = &self.book.policies[rule.policy].head;
        let (began, ended) = (head.valid_from, head.valid_to);
        for (at, version) in versions.iter().enumerate() {
            let next = versions.get(at + 1).map(|next| next.from - 1);
            let last = match (version.to, next) {
                (Some(to), Some(next)) => Some(to.min(next)),
                (one, other) => one.or(other),
            };
            let late = ended.is_some_and(|ended| version.from > ended);
            let early = last.is_some_and(|last| last < began);
            if let Some(reading) = version.readings.first().filter(|_| late || early) {
                let key = &rule.key;
                let told = told!(
                    "`{key}` 的这个公式不在生效期间之内",
                    "this formula of `{key}` lies outside the days in force"
                );
                self.warn(reading.at, "unreachable", told);
            }
        }
    }

    /// Whether bounds alone settle a truth. Parameters count with all their values of all times.
    fn settled(&self, typed: &Typed) -> Option<bool> {
        match &typed.term {
            Term::Const(value) => Some(*value == 1),
            Term::Param(_) if typed.range.low == typed.range.high => None,
            Term::Unary(crate::ops::Unary::Not, a) => self.settled(a).map(|truth| !truth),
            Term::Binary(op, a, b) => self.compared(*op, a, b),
            _ => None,
        }
    }

    fn compared(&self, op: Binary, a: &Typed, b: &Typed) -> Option<bool> {
        // A parameter that is a truth or a code is a knob: it may be turned one day.
        let knob = |one: &Typed| {
            let coded = !matches!(
                one.type_,
                Type::Money { .. } | Type::Number { .. } | Type::Date
            );
            coded && matches!(one.term, Term::Param(_))
        };
        if knob(a) || knob(b) {
            return None;
        }
        let (Range { low: al, high: ah }, Range { low: bl, high: bh }) = (a.range, b.range);
        let never = |yes: bool, no: bool| match (yes, no) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        match op {
            Binary::And => match (self.settled(a), self.settled(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Binary::Or => match (self.settled(a), self.settled(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Binary::Lt => never(ah < bl, al >= bh),
            Binary::Le => never(ah <= bl, al > bh),
            Binary::Eq => never(false, ah < bl || bh < al),
            Binary::Ne => never(ah < bl || bh < al, false),
            _ => None,
        }
    }
}
