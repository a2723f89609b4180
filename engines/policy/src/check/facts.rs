//! The facts of all policies, each once: the same field is the same fact everywhere.

use std::sync::Arc;

use crate::finding::{Span, told};
use crate::ir::{Entity, Fact, FactId};
use crate::model::FactUse;
use crate::read::{FactText, File, Placed, Raw};
use crate::value::{Codes, Names, Range, Type, digits, power};

use super::Checker;
use super::terms::Named;

/// ±1,000,000,000 yuan in fen.
const MONEY: i64 = 100_000_000_000;
/// ±1,000,000.
const NUMBER: i64 = 1_000_000;

impl Checker<'_> {
    pub(super) fn add_facts(&mut self, policy: usize, file: &File) {
        for text in &file.facts {
            let Some(fact) = self.fact(policy, file, text) else {
                continue;
            };
            let id = self.known(fact, &text.key);
            let place = self.policies[policy].facts.len();
            let unit = self.unit(text.unit.as_ref());
            let at = text.key.at;
            self.policies[policy].facts.push(FactUse {
                key: text.key.value.clone(),
                id,
                unit,
                at,
            });
            self.name(policy, &text.key, Named::Fact(place));
        }
    }

    fn fact(&mut self, policy: usize, file: &File, text: &FactText) -> Option<Fact> {
        let own = self.policies[policy].entity;
        let (group, member) = (&file.head.group, &file.head.member);
        let prefix = text
            .field
            .as_ref()
            .and_then(|field| field.value.split_once('.'));
        let by_field = match prefix {
            Some((prefix, _)) if prefix == group => Some(Entity::Group),
            Some((prefix, _)) if prefix == member => Some(Entity::Member),
            _ => None,
        };
        let entity = self.entity(file, text.entity.as_ref(), by_field.unwrap_or(own));
        if by_field.is_some_and(|by_field| by_field != entity) {
            let told = told!(
                "`{key}` 的 `entity` 与 `field` 说法不一",
                "`entity` and `field` of `{key}` say different things",
                key = text.key.value,
            );
            self.error(text.key.at, "entity", told);
        }
        let name = if entity == Entity::Group {
            group
        } else {
            member
        };
        let default = format!("{name}.{}", text.key.value);
        let type_ = self.fact_type(text)?;
        let range = self.fact_range(text, &type_);
        Some(Fact {
            field: text
                .field
                .as_ref()
                .map_or(default, |field| field.value.clone()),
            names: text.names.clone(),
            entity,
            type_,
            range,
            proof: text.proof.clone(),
            cost: text.cost,
        })
    }

    fn fact_type(&mut self, text: &FactText) -> Option<Type> {
        let type_ = match text.type_.value.as_str() {
            "money" => Type::MONEY,
            "integer" => Type::INTEGER,
            "decimal" => Type::Number {
                scale: text.decimals.unwrap_or(2),
            },
            other => return self.plain_type(other, &text.codes, text.type_.at),
        };
        Some(type_)
    }

    pub(super) fn plain_type(
        &mut self,
        name: &str,
        codes: &[(String, Names)],
        at: Span,
    ) -> Option<Type> {
        match name {
            "boolean" => Some(Type::Bool),
            "date" => Some(Type::Date),
            "code" if !codes.is_empty() => {
                let (codes, names) = codes.iter().cloned().unzip();
                Some(Type::Code(Arc::new(Codes { codes, names })))
            }
            "code" => {
                let told = told!(
                    "代码要有代码表：codes = [\"owner\", \"tenant\"]",
                    "a code needs its list: codes = [\"owner\", \"tenant\"]"
                );
                self.error(at, "missing", told);
                None
            }
            other => {
                let told = told!(
                    "应为 money、integer、decimal、boolean、date 或 code，写的却是 `{other}`",
                    "expected money, integer, decimal, boolean, date or code, found `{other}`"
                );
                self.error(at, "type", told);
                None
            }
        }
    }

    fn fact_range(&mut self, text: &FactText, type_: &Type) -> Range {
        let default = match type_ {
            Type::Money { .. } => Range::new(-MONEY, MONEY),
            Type::Number { scale } => Range::new(-NUMBER * power(*scale), NUMBER * power(*scale)),
            Type::Bool => Range::BOOL,
            Type::Date => Range::new(
                crate::day::from_civil((1850, 1, 1)),
                crate::day::from_civil((2200, 12, 31)),
            ),
            Type::Code(codes) => Range::new(0, i64::try_from(codes.codes.len()).unwrap_or(1) - 1),
        };
        let low = text.min.as_ref().and_then(|raw| self.bound(raw, type_));
        let high = text.max.as_ref().and_then(|raw| self.bound(raw, type_));
        let range = Range::new(low.unwrap_or(default.low), high.unwrap_or(default.high));
        if range.low > range.high {
            let told = told!("`min` 大于 `max`", "`min` lies above `max`");
            self.error(text.key.at, "type", told);
            return default;
        }
        range
    }

    fn bound(&mut self, raw: &Raw, type_: &Type) -> Option<i64> {
        let value = match type_ {
            Type::Money { .. } => digits(&raw.text, 2),
            Type::Number { scale } => digits(&raw.text, *scale),
            Type::Date => type_.parse(&raw.text),
            Type::Bool | Type::Code(_) => None,
        };
        let fits = |value: &i64| value.unsigned_abs() <= 1_000_000_000_000_000;
        let value = value.filter(fits);
        if value.is_none() {
            let what = type_.word();
            let told = told!(
                "`{found}` 不能作{what}的上下限",
                "`{found}` is no bound for a {what}",
                found = raw.text,
                [what]
            );
            self.error(raw.at, "type", told);
        }
        value
    }

    /// The fact's number; a field seen before must be the same kind of thing.
    fn known(&mut self, fact: Fact, key: &Placed<String>) -> FactId {
        let place = self.facts.iter().position(|one| one.field == fact.field);
        let Some(place) = place else {
            let place = self.facts.len();
            self.facts.push(fact);
            return FactId(u32::try_from(place).unwrap_or(u32::MAX));
        };
        let before = &mut self.facts[place];
        let codes = |type_: &Type| match type_ {
            Type::Code(codes) => codes.codes.clone(),
            _ => Vec::new(),
        };
        let same = before.entity == fact.entity
            && before.type_.name() == fact.type_.name()
            && before.type_.scale() == fact.type_.scale()
            && codes(&before.type_) == codes(&fact.type_);
        before.range = crate::bounds::either(before.range, fact.range);
        if !same {
            let told = told!(
                "另一项政策对 `{field}` 的说法与此不同",
                "another policy says that `{field}` is something else",
                field = fact.field,
            );
            self.error(key.at, "type", told);
        }
        FactId(u32::try_from(place).unwrap_or(u32::MAX))
    }
}
