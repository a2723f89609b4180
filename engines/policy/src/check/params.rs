//! Parameters: their dated values, read as the type says.

use crate::finding::{Span, told};
use crate::model::{Dated, Figure, Param, ParamId};
use crate::read::{ParameterText, Raw, Shape, ValueText};
use crate::value::{Range, Type};

use super::Checker;
use super::terms::Named;

impl Checker<'_> {
    pub(super) fn add_param(&mut self, policy: usize, text: &ParameterText) {
        let Some(type_) = self.param_type(text) else {
            return;
        };
        let unit = self.unit(text.unit.as_ref());
        if !text.stated {
            let told = told!(
                "`{key}` 没有 `values`；还没有数额的，请写 values = []",
                "`{key}` has no `values`; say values = [] where no figure is known",
                key = text.key.value,
            );
            self.error(text.key.at, "missing", told);
        }
        let mut values = Vec::new();
        for value in &text.values {
            values.extend(self.dated(value, &type_));
        }
        values.sort_by_key(|value| value.from);
        if let Some(two) = values.windows(2).find(|two| two[0].from == two[1].from) {
            let at = two[1].at;
            let told = told!("两个数值的起始日期相同", "two values begin on the same day");
            self.error(at, "overlap", told);
        }
        let table = |one: &Dated| matches!(one.value, Figure::Table { .. });
        if values
            .windows(2)
            .any(|two| table(&two[0]) != table(&two[1]))
        {
            let told = told!(
                "各个数值要么都是单值，要么都是表",
                "values are all single or all tables"
            );
            self.error(text.key.at, "type", told);
        }
        let id = ParamId(self.params.len());
        self.params.push(Param {
            policy,
            key: text.key.value.clone(),
            names: text.names.clone(),
            type_,
            unit,
            open: text.open,
            range: range(&values),
            values,
            formula: text
                .formula
                .as_ref()
                .map(|formula| (formula.text.clone(), None)),
            at: text.key.at,
        });
        self.policies[policy].params.push(id);
        self.name(policy, &text.key, Named::Param(id));
    }

    /// The type with as many decimals as the finest value.
    fn param_type(&mut self, text: &ParameterText) -> Option<Type> {
        let Some(said) = &text.type_ else {
            let key = &text.key.value;
            let told = told!("`{key}` 缺少 `type`", "`{key}` needs a `type`");
            self.error(text.key.at, "missing", told);
            return None;
        };
        let decimals = |raw: &Raw| {
            let part = raw.text.split_once('.').map_or("", |(_, part)| part);
            u8::try_from(part.trim_end_matches('0').len()).unwrap_or(u8::MAX)
        };
        let raws = text.values.iter().flat_map(|value| {
            value
                .value
                .iter()
                .chain(value.bands.iter().map(|band| &band.value))
        });
        let finest = raws.map(decimals).max().unwrap_or(0);
        if finest > 9 {
            let told = told!("小数超过九位", "more than nine decimals");
            self.error(said.at, "overflow", told);
            return None;
        }
        match said.value.as_str() {
            "money" => Some(Type::Money {
                scale: finest.saturating_sub(2),
            }),
            "integer" => Some(Type::INTEGER),
            "decimal" => Some(Type::Number { scale: finest }),
            other => self.plain_type(other, &text.codes, said.at),
        }
    }

    fn dated(&mut self, text: &ValueText, type_: &Type) -> Option<Dated> {
        let value = match &text.value {
            Some(raw) => Figure::One(self.figure(raw, type_)?),
            None => {
                let mut steps = Vec::new();
                for band in &text.bands {
                    steps.push((band.threshold.clone(), self.figure(&band.value, type_)?));
                }
                Figure::Table {
                    marginal: text.marginal,
                    steps,
                }
            }
        };
        if text.to.is_some_and(|to| to < text.from) {
            let told = told!("`to` 早于 `from`", "`to` lies before `from`");
            self.error(text.at, "date", told);
        }
        Some(Dated {
            from: text.from,
            to: text.to,
            value,
            citation: text.citation.clone(),
            at: text.at,
        })
    }

    pub(super) fn figure(&mut self, raw: &Raw, type_: &Type) -> Option<i64> {
        let shape = match type_ {
            Type::Money { .. } | Type::Number { .. } => raw.shape != Shape::Truth,
            Type::Bool => raw.shape == Shape::Truth,
            Type::Date => matches!(raw.shape, Shape::Date | Shape::Text),
            Type::Code(_) => raw.shape == Shape::Text,
        };
        let value = if shape { type_.parse(&raw.text) } else { None };
        let fits = |value: &i64| value.unsigned_abs() <= 1_000_000_000_000_000;
        let value = value.filter(fits);
        if value.is_none() {
            let wanted = type_.word();
            let told = told!(
                "应为{wanted}，写的却是 `{found}`",
                "expected {wanted}, found `{found}`",
                found = raw.text,
                [wanted]
            );
            self.error(raw.at, "type", told);
        }
        value
    }

    /// The formulas that explain published values; they must give what the parameter is.
    pub(super) fn param_formula(&mut self, id: ParamId, text: &ParameterText) {
        let Some(formula) = &text.formula else { return };
        let policy = self.params[id.0].policy;
        let entity = self.policies[policy].entity;
        let wanted = self.params[id.0].type_.clone();
        let mut typer = self.typer(policy, entity);
        typer.fixed = true;
        let typed = typer.value(&formula.expr, Some(&wanted));
        let typed = typed.and_then(|typed| same_kind(&mut typer, typed, &wanted, formula.at));
        self.params[id.0].formula = Some((formula.text.clone(), typed));
    }
}

/// From the lowest single value to the highest.
fn range(values: &[Dated]) -> Range {
    let ones = values.iter().filter_map(|dated| match dated.value {
        Figure::One(value) => Some(value),
        Figure::Table { .. } => None,
    });
    let (low, high) = ones.fold((i64::MAX, i64::MIN), |(low, high), one| {
        (low.min(one), high.max(one))
    });
    if low > high {
        Range::new(0, 0)
    } else {
        Range::new(low, high)
    }
}

fn same_kind(
    typer: &mut super::Typer<'_>,
    typed: crate::model::Typed,
    wanted: &Type,
    at: Span,
) -> Option<crate::model::Typed> {
    if typed.type_.name() == wanted.name()
        || super::quotient::kind(&typed.type_) == super::quotient::kind(wanted)
    {
        return Some(typed);
    }
    typer.error(at, "type", super::terms::unlike(wanted, &typed.type_));
    None
}
