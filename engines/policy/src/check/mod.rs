//! From files to a book: overlays laid over their policies, names resolved, every formula typed,
//! bounded and cited. What is wrong is reported with its place, all of it at once.

mod calls;
mod facts;
mod order;
mod overlay;
mod params;
mod quotient;
mod rules;
mod terms;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use calls::thresholds;

use crate::finding::{Finding, Level, Sources, Span, Told, told};
use crate::head::Citation;
use crate::ir::{Entity, Fact};
use crate::model::{Body, Param, Policy, Rule, RuleId, Typed};
use crate::read::{self, File, Placed};
use crate::unit::Unit;
use crate::value::{Range, Type};

use terms::{Named, Names, Typer};

/// Everything that the files say, resolved.
pub(crate) struct Checked {
    pub(crate) policies: Vec<Policy>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) params: Vec<Param>,
    pub(crate) rules: Vec<Rule>,
}

/// What is known so far.
pub(super) struct Checker<'s> {
    sources: &'s Sources,
    findings: Vec<Finding>,
    policies: Vec<Policy>,
    facts: Vec<Fact>,
    params: Vec<Param>,
    rules: Vec<Rule>,
    names: Vec<Names>,
    broken: BTreeSet<RuleId>,
}

/// Reads and checks all files together; the findings hold an error where they are refused.
pub(crate) fn check(sources: &Sources, count: usize) -> (Checked, Vec<Finding>) {
    let mut findings = Vec::new();
    let read = (0..count).filter_map(|file| read::file(sources, file, &mut findings));
    let files = overlay::laid(sources, read.collect(), &mut findings);
    let mut checker = Checker {
        sources,
        findings,
        policies: Vec::new(),
        facts: Vec::new(),
        params: Vec::new(),
        rules: Vec::new(),
        names: Vec::new(),
        broken: BTreeSet::new(),
    };
    checker.policies(&files);
    checker.link(&files);
    checker.formulas(&files);
    checker.amounts();
    checker.citations();
    let Checker {
        mut findings,
        policies,
        facts,
        params,
        rules,
        ..
    } = checker;
    findings.sort();
    findings.dedup();
    (
        Checked {
            policies,
            facts,
            params,
            rules,
        },
        findings,
    )
}

impl Checker<'_> {
    fn error(&mut self, at: Span, code: &'static str, told: Told) {
        self.findings
            .push(self.sources.finding(at, Level::Error, code, told));
    }

    /// Heads, facts, parameters and the names of rules; formulas come after.
    fn policies(&mut self, files: &[File]) {
        let mut ids = BTreeSet::new();
        for (index, file) in files.iter().enumerate() {
            if !ids.insert(crate::model::dotted(&file.id.value)) {
                let told = told!(
                    "另有一项政策也叫 `{id}`",
                    "there is another policy called `{id}`",
                    id = file.id.value,
                );
                self.error(file.id.at, "name", told);
            }
            let entity = self.entity(file, file.entity.as_ref(), Entity::Member);
            self.names.push(BTreeMap::new());
            self.policies.push(Policy {
                file: file.at.file,
                head: file.head.clone(),
                entity,
                sources: file.sources.clone(),
                facts: Vec::new(),
                params: Vec::new(),
                rules: Vec::new(),
                conditions: Vec::new(),
                eligible: None,
                amount: None,
                cases: file.cases.clone(),
                uses: Vec::new(),
            });
            self.add_facts(index, file);
            for parameter in &file.parameters {
                self.add_param(index, parameter);
            }
            self.add_rules(index, file);
        }
    }

    /// Whose something is, by the names that the file gives household and person.
    fn entity(&mut self, file: &File, said: Option<&Placed<String>>, default: Entity) -> Entity {
        let Some(said) = said else { return default };
        let (group, member) = (file.head.group.as_str(), file.head.member.as_str());
        match said.value.as_str() {
            name if name == group || name == "group" => Entity::Group,
            name if name == member || name == "member" => Entity::Member,
            other => {
                let told = told!(
                    "应为 `{member}` 或 `{group}`，写的却是 `{other}`",
                    "expected `{member}` or `{group}`, found `{other}`"
                );
                self.error(said.at, "entity", told);
                default
            }
        }
    }

    fn name(&mut self, policy: usize, key: &Placed<String>, named: Named) {
        let fine = key.value.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !key.value.starts_with(|c: char| c.is_ascii_digit());
        let taken = [
            "on", "size", "true", "false", "if", "then", "else", "and", "or", "not",
        ];
        let taken = taken.contains(&key.value.as_str())
            || ["in", "where", "yuan", "元", "amount", "eligible", "payment"]
                .contains(&key.value.as_str());
        if !fine || taken {
            let told = told!(
                "`{key}` 不能作名称：只能用文字、数字和 `_`，且不能是公式里的用词",
                "`{key}` cannot be a name: letters, digits and `_`, and no word of the language",
                key = key.value,
            );
            self.error(key.at, "name", told);
        }
        if self.names[policy]
            .insert(key.value.clone(), named)
            .is_some()
        {
            let told = told!(
                "`{key}` 已经另有所指",
                "`{key}` stands for something else already",
                key = key.value,
            );
            self.error(key.at, "name", told);
        }
    }

    fn unit(&mut self, said: Option<&Placed<String>>) -> Unit {
        let Some(said) = said else {
            return Unit::default();
        };
        Unit::parse(&said.value).unwrap_or_else(|| {
            let told = told!(
                "应为单位，如 yuan/month，写的却是 `{found}`",
                "expected a unit such as yuan/month, found `{found}`",
                found = said.value,
            );
            self.error(said.at, "unit", told);
            Unit::default()
        })
    }

    fn link(&mut self, files: &[File]) {
        for (index, file) in files.iter().enumerate() {
            for used in &file.uses {
                let same = |policy: &Policy| policy.head.id == used.value;
                match self.policies.iter().position(same) {
                    Some(other) => self.policies[index].uses.push(other),
                    None => {
                        let told = told!(
                            "本文件用到政策 `{id}`：请把它的文件一并给出",
                            "this file uses the policy `{id}`: give that file too",
                            id = used.value,
                        );
                        self.error(used.at, "uses", told);
                    }
                }
            }
        }
    }

    fn typer(&mut self, policy: usize, entity: Entity) -> Typer<'_> {
        Typer {
            sources: self.sources,
            findings: &mut self.findings,
            policies: &self.policies,
            names: &self.names,
            facts: &self.facts,
            params: &self.params,
            rules: &self.rules,
            broken: &self.broken,
            policy,
            entity,
            fixed: false,
            refined: Vec::new(),
        }
    }

    /// An amount is whole fen.
    fn amounts(&mut self) {
        let amounts: Vec<RuleId> = self.policies.iter().filter_map(|one| one.amount).collect();
        for id in amounts
            .into_iter()
            .filter(|id| !self.broken.contains(id))
            .collect::<Vec<_>>()
        {
            let rule = &self.rules[id.0];
            let (at, type_) = (rule.at, rule.type_.clone());
            match type_ {
                Type::Money { scale: 0 } => {}
                Type::Money { .. } => {
                    let told = told!(
                        "应发金额只到分：请在法规规定取整之处取整，round(…)",
                        "an amount is whole fen: round it where the law rounds, round(…)"
                    );
                    self.error(at, "rounding", told);
                }
                other => {
                    let found = other.word();
                    let told = told!(
                        "应发的数额须是金额，这里却是{found}",
                        "an amount is money, this is {found}",
                        [found]
                    );
                    self.error(at, "type", told);
                }
            }
        }
    }

    /// Everything says where it is written.
    fn citations(&mut self) {
        let mut cited: Vec<(usize, Span, Told, Citation)> = Vec::new();
        for param in &self.params {
            for dated in &param.values {
                let key = &param.key;
                let what = told!("`{key}` 的这个数值", "this value of `{key}`");
                cited.push((param.policy, dated.at, what, dated.citation.clone()));
            }
        }
        for rule in &self.rules {
            for reading in rule.readings() {
                let key = &rule.key;
                let what = told!("`{key}`", "`{key}`");
                cited.push((rule.policy, reading.at, what, reading.citation.clone()));
            }
        }
        for (policy, at, what, citation) in cited {
            let sources = &self.policies[policy].sources;
            match &citation.source {
                None => {
                    let told = told!(
                        "{what}：没有注明来源，请写 `source`",
                        "{what} cites nothing: say `source`",
                        [what]
                    );
                    self.error(at, "uncited", told);
                }
                Some(key) if sources.iter().all(|one| one.key != *key) => {
                    let known: Vec<&str> = sources.iter().map(|one| one.key.as_str()).collect();
                    let told = told!(
                        "{what}：注明的来源是 `{key}`，而本文件的来源有：{known}",
                        "{what} cites `{key}`; the sources here: {known}",
                        known = known.join(", "),
                        [what]
                    );
                    self.error(at, "uncited", told);
                }
                Some(_) => {}
            }
        }
        for index in 0..self.policies.len() {
            let mut keys = BTreeSet::new();
            let twice = self.policies[index]
                .sources
                .iter()
                .find(|one| !keys.insert(one.key.as_str()));
            if let Some(key) = twice.map(|one| one.key.clone()) {
                let at = Span {
                    file: self.policies[index].file,
                    at: 0,
                };
                let told = told!(
                    "有两个来源的 key 都是 `{key}`",
                    "two sources have the key `{key}`"
                );
                self.error(at, "name", told);
            }
        }
    }

    fn set_type(&mut self, id: RuleId, typed: &Typed, range: Range) {
        let rule = &mut self.rules[id.0];
        rule.type_ = typed.type_.clone();
        rule.unit = typed.unit.clone();
        rule.range = range;
    }

    fn parts(&self, id: RuleId) -> Vec<RuleId> {
        match &self.rules[id.0].body {
            Body::All(parts) => parts.clone(),
            Body::Versions(_) => Vec::new(),
        }
    }
}
