//! Rules, conditions and amounts: their versions typed in an order in which what is asked comes
//! first.

use crate::bounds;
use crate::finding::{Span, told};
use crate::ir::Entity;
use crate::model::{Body, Reading, Rule, RuleId, Typed, Version};
use crate::read::{File, RuleText};
use crate::unit::Unit;
use crate::value::{Range, Type};

use super::terms::Named;
use super::{Checker, order};

impl Checker<'_> {
    pub(super) fn add_rules(&mut self, policy: usize, file: &File) {
        let own = self.policies[policy].entity;
        for text in &file.rules {
            let entity = self.entity(file, text.entity.as_ref(), own);
            let id = self.add_rule(policy, text, entity);
            self.policies[policy].rules.push(id);
            self.name(policy, &text.key, Named::Rule(id));
        }
        for text in &file.conditions {
            let id = self.add_rule(policy, text, own);
            self.policies[policy].conditions.push(id);
        }
        if !self.policies[policy].conditions.is_empty() {
            let parts = self.policies[policy].conditions.clone();
            let id = RuleId(self.rules.len());
            self.rules.push(Rule {
                policy,
                key: "eligible".to_owned(),
                names: crate::value::Names {
                    zh: "符合条件".into(),
                    en: "Eligible".into(),
                },
                entity: own,
                open: false,
                at: self.rules[parts[0].0].at,
                type_: Type::Bool,
                unit: Unit::default(),
                range: Range::BOOL,
                body: Body::All(parts),
            });
            self.policies[policy].eligible = Some(id);
            self.names[policy].insert("eligible".to_owned(), Named::Rule(id));
        }
        if let Some(text) = &file.amount {
            let id = self.add_rule(policy, text, own);
            self.policies[policy].amount = Some(id);
            self.names[policy].insert("amount".to_owned(), Named::Rule(id));
        }
    }

    fn add_rule(&mut self, policy: usize, text: &RuleText, entity: Entity) -> RuleId {
        let first = self.policies[policy].head.valid_from;
        let mut versions = Vec::new();
        for version in &text.versions {
            let readings = version.readings.iter().map(|(formula, citation)| Reading {
                text: formula.text.clone(),
                typed: None,
                citation: citation.clone(),
                at: formula.at,
            });
            versions.push(Version {
                from: version.from.unwrap_or(first),
                to: version.to,
                readings: readings.collect(),
            });
        }
        versions.sort_by_key(|version| version.from);
        if versions.windows(2).any(|two| two[0].from == two[1].from) {
            let told = told!(
                "两个公式的起始日期相同",
                "two formulas begin on the same day"
            );
            self.error(text.key.at, "overlap", told);
        }
        let id = RuleId(self.rules.len());
        self.rules.push(Rule {
            policy,
            key: text.key.value.clone(),
            names: text.names.clone(),
            entity,
            open: text.open,
            at: text.key.at,
            type_: Type::Bool,
            unit: Unit::default(),
            range: Range::BOOL,
            body: Body::Versions(versions),
        });
        id
    }

    /// Types every formula, what is asked before who asks; a circle is refused.
    pub(super) fn formulas(&mut self, files: &[File]) {
        let texts = self.texts(files);
        for (policy, file) in files.iter().enumerate() {
            for id in self.policies[policy].params.clone() {
                let key = self.params[id.0].key.clone();
                if let Some(text) = file.parameters.iter().find(|text| text.key.value == key) {
                    self.param_formula(id, text);
                }
            }
        }
        let asks = self.asks(&texts);
        let keys: Vec<String> = self.rules.iter().map(|rule| rule.key.clone()).collect();
        match order::order(&asks, &keys) {
            Ok(order) => {
                for id in order {
                    self.rule(id, texts[id.0]);
                }
            }
            Err((id, told)) => {
                let at = self.rules[id.0].at;
                self.error(at, "loop", told);
            }
        }
    }

    /// The text of each rule; none for those made of others.
    fn texts<'f>(&self, files: &'f [File]) -> Vec<Option<&'f RuleText>> {
        let mut texts = vec![None; self.rules.len()];
        for (policy, file) in self.policies.iter().zip(files) {
            let ids = policy
                .rules
                .iter()
                .chain(&policy.conditions)
                .chain(&policy.amount);
            let list = file
                .rules
                .iter()
                .chain(&file.conditions)
                .chain(&file.amount);
            for (id, text) in ids.zip(list) {
                texts[id.0] = Some(text);
            }
        }
        texts
    }

    /// Which rules each rule asks, whatever the day.
    fn asks(&self, texts: &[Option<&RuleText>]) -> Vec<Vec<RuleId>> {
        use crate::ast::Kind;
        let mut asks = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let policy = self.rules[index].policy;
            let mut asked = self.parts(RuleId(index));
            let versions = text.iter().flat_map(|text| &text.versions);
            for (formula, _) in versions.flat_map(|version| &version.readings) {
                formula.expr.walk(&mut |part| {
                    let named = match &part.kind {
                        Kind::Name(name) => self.names[policy].get(name),
                        Kind::Dotted(other, name) => self.policies[policy]
                            .uses
                            .iter()
                            .find(|index| {
                                crate::model::dotted(&self.policies[**index].head.id) == *other
                            })
                            .and_then(|index| self.names[*index].get(name)),
                        _ => None,
                    };
                    if let Some(Named::Rule(id)) = named {
                        asked.push(*id);
                    }
                });
            }
            asks.push(asked);
        }
        asks
    }

    fn rule(&mut self, id: RuleId, text: Option<&RuleText>) {
        let Some(text) = text else {
            if self.parts(id).iter().any(|part| self.broken.contains(part)) {
                self.broken.insert(id);
            }
            return;
        };
        let (policy, entity) = (self.rules[id.0].policy, self.rules[id.0].entity);
        let mut all: Vec<Vec<Typed>> = Vec::new();
        let mut fine = true;
        let mut versions: Vec<_> = text.versions.iter().collect();
        let first = self.policies[policy].head.valid_from;
        versions.sort_by_key(|version| version.from.unwrap_or(first));
        for version in versions {
            let mut readings = Vec::new();
            for (formula, _) in &version.readings {
                let typed = self.typer(policy, entity).value(&formula.expr, None);
                fine &= typed.is_some();
                readings.extend(typed);
            }
            all.push(readings);
        }
        let all = if fine {
            self.unified(policy, entity, all, text.key.at)
        } else {
            None
        };
        let Some(all) = all.filter(|all| all.iter().all(|readings| !readings.is_empty())) else {
            self.broken.insert(id);
            return;
        };
        let range = all
            .iter()
            .flatten()
            .map(|one| one.range)
            .reduce(bounds::either);
        if let Some(first) = all.iter().flatten().next().cloned() {
            self.set_type(id, &first, range.unwrap_or(Range::BOOL));
            self.declared(id, text);
        }
        if let Body::Versions(versions) = &mut self.rules[id.0].body {
            for (version, typed) in versions.iter_mut().zip(all) {
                for (reading, typed) in version.readings.iter_mut().zip(typed) {
                    reading.typed = Some(typed);
                }
            }
        }
    }

    /// All versions and readings give the same kind of thing, on one scale.
    fn unified(
        &mut self,
        policy: usize,
        entity: Entity,
        all: Vec<Vec<Typed>>,
        at: Span,
    ) -> Option<Vec<Vec<Typed>>> {
        let finest = all
            .iter()
            .flatten()
            .max_by_key(|one| one.type_.scale())?
            .clone();
        let mut typer = self.typer(policy, entity);
        let mut unified = Vec::new();
        for readings in all {
            let mut same = Vec::new();
            for one in readings {
                typer.common(&finest.unit, &one.unit, at)?;
                let unit = finest.unit.common(&one.unit).unwrap_or_default();
                let place = one.at;
                let (_, one) = typer.matching(finest.clone(), one, place)?;
                same.push(Typed { unit, ..one });
            }
            unified.push(same);
        }
        Some(unified)
    }

    /// What the file says of the rule's type and unit must be so.
    fn declared(&mut self, id: RuleId, text: &RuleText) {
        let condition = text.key.value.starts_with("eligible.");
        let rule = &self.rules[id.0];
        let found = rule.type_.word();
        let said = text.type_.as_ref().map(|said| said.value.as_str());
        let said = if condition { Some("boolean") } else { said };
        let loose = said == Some("decimal") && found.en == "integer";
        if let Some(said) = said.filter(|said| *said != found.en && !loose) {
            let told = told!(
                "类型应为 {said}，而公式得出的是{found}",
                "this should be {said}, and its formula gives {found}",
                [found]
            );
            self.error(text.key.at, "type", told);
            self.broken.insert(id);
        }
        let unit = self.unit(text.unit.as_ref());
        let common = self.rules[id.0].unit.common(&unit);
        match common {
            Some(unit) => self.rules[id.0].unit = unit,
            None => {
                let found = &self.rules[id.0].unit;
                let told = told!(
                    "单位对不上：{unit} 与 {found}",
                    "units do not fit: {unit} and {found}"
                );
                self.error(text.key.at, "unit", told);
            }
        }
    }
}
