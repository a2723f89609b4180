//! The functions of the language: what each takes, gives and refuses.

use crate::ast::{Call, Expr, Kind as Syntax};
use crate::bounds;
use crate::finding::{Span, Told, told};
use crate::ir::Entity;
use crate::model::{Figure, ParamId, Term, Typed};
use crate::ops::{Binary, Gather, Towards, Unary};
use crate::unit::Unit;
use crate::value::{Range, Type, digits};

use super::quotient::{Kind, Quotient, constant, kind};
use super::terms::{Named, Typer, bare};

impl Typer<'_> {
    pub(super) fn call(&mut self, call: &Call, at: Span) -> Option<Quotient> {
        let arguments = call.arguments.as_slice();
        let member = matches!(
            (call.name.as_str(), arguments.len()),
            ("sum" | "count" | "any" | "all" | "max" | "min", 1)
        );
        if !member && (call.counted.is_some() || call.none.is_some()) {
            let told = told!(
                "`where` 和 `else` 只用于对成员的汇总",
                "`where` and `else` belong to what is gathered over members"
            );
            self.error(at, "call", told);
            return None;
        }
        if let ("floor" | "ceil" | "round" | "at", _) = (call.name.as_str(), arguments.len()) {
            return self.exact(call, at);
        }
        let typed = match (call.name.as_str(), arguments) {
            (_, [value]) if member => self.gather(call, value, at)?,
            ("max", [first, rest @ ..]) => self.extreme(Binary::Max, first, rest)?,
            ("min", [first, rest @ ..]) => self.extreme(Binary::Min, first, rest)?,
            ("age", [birth]) => {
                let on = Expr {
                    kind: Syntax::Name("on".to_owned()),
                    at,
                };
                self.between(Binary::Years, birth, &on, "year")?
            }
            ("age", [from, to]) => self.between(Binary::Years, from, to, "year")?,
            ("months", [from, to]) => self.between(Binary::Months, from, to, "month")?,
            ("days", [from, to]) => self.days(from, to)?,
            ("add_months", [date, count]) => self.later(date, count, 1)?,
            ("add_years", [date, count]) => self.later(date, count, 12)?,
            ("add_days", [date, count]) => self.later(date, count, 0)?,
            ("month_start", [date]) => self.part(Unary::MonthStart, date, Type::Date)?,
            ("month_end", [date]) => self.part(Unary::MonthEnd, date, Type::Date)?,
            ("quarter_start", [date]) => self.part(Unary::QuarterStart, date, Type::Date)?,
            ("year_start", [date]) => self.part(Unary::YearStart, date, Type::Date)?,
            ("year", [date]) => self.part(Unary::Year, date, Type::INTEGER)?,
            ("month", [date]) => self.part(Unary::Month, date, Type::INTEGER)?,
            ("bands", [table, x]) => self.table(false, table, x)?,
            ("marginal", [table, x]) => self.table(true, table, x)?,
            ("abs", [a]) => {
                let a = self.numeric(a)?;
                let type_ = a.type_.clone();
                self.single(Unary::Abs, a, type_)?
            }
            (name, list) => {
                self.error(at, "call", no_function(name, list.len()));
                return None;
            }
        };
        Some(Quotient::whole(Typed { at, ..typed }))
    }

    fn numeric(&mut self, expr: &Expr) -> Option<Typed> {
        let value = self.value(expr, None)?;
        if kind(&value.type_) == Kind::Other {
            let found = value.type_.word();
            let told = told!(
                "应为金额或数字，这里却是{found}",
                "expected money or a number, found {found}",
                [found]
            );
            self.error(expr.at, "type", told);
            return None;
        }
        Some(value)
    }

    fn date(&mut self, expr: &Expr) -> Option<Typed> {
        let value = self.value(expr, Some(&Type::Date))?;
        if value.type_ != Type::Date {
            let found = value.type_.word();
            let told = told!(
                "应为日期，这里却是{found}",
                "expected a date, found {found}",
                [found]
            );
            self.error(expr.at, "type", told);
            return None;
        }
        Some(value)
    }

    /// `floor`, `ceil`, `round`, and `at`, whose results may not be plain.
    fn exact(&mut self, call: &Call, at: Span) -> Option<Quotient> {
        let towards = match (call.name.as_str(), call.arguments.as_slice()) {
            ("at", [day, x]) => return self.as_of(day, x, at),
            ("floor", [_] | [_, _]) => Towards::Floor,
            ("ceil", [_] | [_, _]) => Towards::Ceil,
            ("round", [_] | [_, _]) => Towards::Nearest,
            (name, list) => {
                self.error(at, "call", no_function(name, list.len()));
                return None;
            }
        };
        let a = self.expr(&call.arguments[0], None)?;
        if a.kind == Kind::Other {
            let what = a.over.type_.word();
            let told = told!("{what}不能取整", "a {what} cannot be rounded", [what]);
            self.error(at, "type", told);
            return None;
        }
        let step = match call.arguments.get(1) {
            None => (1, 0),
            Some(step) => {
                let typed = self.value(step, None)?;
                match typed.term {
                    Term::Const(value) if value > 0 && kind(&typed.type_) == a.kind => {
                        (value, typed.type_.scale())
                    }
                    _ => {
                        let told = told!(
                            "取整单位要直接写出，且大于 0：round(x, 10 yuan)",
                            "the step is written out, above 0: round(x, 10 yuan)"
                        );
                        self.error(step.at, "type", told);
                        return None;
                    }
                }
            }
        };
        let rounded = self.round(towards, a, step)?;
        Some(Quotient::whole(Typed { at, ..rounded }))
    }

    /// `at(d, x)`. Where `d` comes from facts, `x` is one parameter: its value on that day.
    fn as_of(&mut self, day: &Expr, x: &Expr, at: Span) -> Option<Quotient> {
        let parameter = match &x.kind {
            Syntax::Name(name) => self.names[self.policy].get(name).copied(),
            _ => None,
        };
        let known = self.findings.len();
        let before = std::mem::replace(&mut self.fixed, true);
        let fixed = self.date(day);
        self.fixed = before;
        let Some(day) = fixed else {
            let Some(Named::Param(id)) = parameter else {
                return None;
            };
            self.findings.truncate(known);
            return self.parameter_at(id, day, x, at);
        };
        let year = 366;
        let near = Range::new(bounds::DAYS.low - 40 * year, bounds::DAYS.high + 40 * year);
        if !near.holds(day.range.low) || !near.holds(day.range.high) {
            let told = told!(
                "这一天可能离所问的日期太远",
                "this day can lie too far from the day asked about"
            );
            self.error(at, "at", told);
            return None;
        }
        let x = self.value(x, None)?;
        Some(Quotient::whole(Typed {
            type_: x.type_.clone(),
            unit: x.unit.clone(),
            entity: x.entity,
            range: x.range,
            at,
            term: Term::At(Box::new(day), Box::new(x)),
        }))
    }

    fn parameter_at(&mut self, id: ParamId, day: &Expr, x: &Expr, at: Span) -> Option<Quotient> {
        let day = self.date(day)?;
        let figure = self.value(x, None)?;
        Some(Quotient::whole(Typed {
            entity: day.entity,
            at,
            term: Term::ParamAt(id, Box::new(day)),
            ..figure
        }))
    }

    fn extreme(&mut self, op: Binary, first: &Expr, rest: &[Expr]) -> Option<Typed> {
        let mut best = self.value(first, None)?;
        for one in rest {
            let next = self.value(one, Some(&best.type_))?;
            let unit = self.common(&best.unit, &next.unit, one.at)?;
            let (a, b) = self.matching(best, next, one.at)?;
            if matches!(a.type_, Type::Bool | Type::Code(_)) {
                let what = a.type_.word();
                let told = told!("{what}没有大小先后", "a {what} has no order", [what]);
                self.error(one.at, "type", told);
                return None;
            }
            let type_ = a.type_.clone();
            best = Typed {
                unit,
                ..self.pair(op, a, b, type_)?
            };
        }
        Some(best)
    }

    fn between(&mut self, op: Binary, from: &Expr, to: &Expr, unit: &str) -> Option<Typed> {
        let (from, to) = (self.date(from)?, self.date(to)?);
        let typed = self.pair(op, from, to, Type::INTEGER)?;
        Some(Typed {
            unit: Unit::of(unit),
            ..typed
        })
    }

    fn days(&mut self, from: &Expr, to: &Expr) -> Option<Typed> {
        let (from, to) = (self.date(from)?, self.date(to)?);
        let typed = self.pair(Binary::Sub, to, from, Type::INTEGER)?;
        Some(Typed {
            unit: Unit::of("day"),
            ..typed
        })
    }

    /// A date and a count of `months` each, or of days where that is 0.
    fn later(&mut self, date: &Expr, count: &Expr, months: i64) -> Option<Typed> {
        let date = self.date(date)?;
        let by = self.value(count, None)?;
        if by.type_ != Type::INTEGER {
            let found = by.type_.word();
            let told = told!(
                "应为整数，这里却是{found}",
                "expected a whole number, found {found}",
                [found]
            );
            self.error(count.at, "type", told);
            return None;
        }
        match months {
            0 => self.pair(Binary::Add, date, by, Type::Date),
            1 => self.pair(Binary::AddMonths, date, by, Type::Date),
            _ => {
                let each = constant(months, Type::INTEGER, by.at);
                let by = self.pair(Binary::Mul, by, each, Type::INTEGER)?;
                self.pair(Binary::AddMonths, date, by, Type::Date)
            }
        }
        .map(bare)
    }

    fn part(&mut self, op: Unary, date: &Expr, type_: Type) -> Option<Typed> {
        let date = self.date(date)?;
        self.single(op, date, type_).map(bare)
    }

    fn gather(&mut self, call: &Call, value: &Expr, at: Span) -> Option<Typed> {
        if self.fixed {
            let told = told!(
                "`at` 的日期不能取决于事实",
                "the day of `at` must not depend on facts"
            );
            self.error(at, "at", told);
            return None;
        }
        let outside = std::mem::replace(&mut self.entity, Entity::Member);
        let inner = self.value(value, None);
        let counted = call.counted.as_deref().map(|counted| self.truth(counted));
        self.entity = outside;
        let inner = inner?;
        let counted = match counted {
            Some(counted) => Some(counted?),
            None => None,
        };
        let truth = inner.type_ == Type::Bool;
        let (how, fits) = match call.name.as_str() {
            "sum" => (Gather::Sum, kind(&inner.type_) != Kind::Other),
            "count" => (Gather::Sum, truth),
            "any" => (Gather::Any, truth),
            "all" => (Gather::All, truth),
            "min" => (Gather::Min, !truth && !matches!(inner.type_, Type::Code(_))),
            _ => (Gather::Max, !truth && !matches!(inner.type_, Type::Code(_))),
        };
        if !fits {
            let what = inner.type_.word();
            let told = told!(
                "对各成员的{what}用 {name} 没有意义",
                "{name} over members of {what} means nothing",
                name = call.name,
                [what]
            );
            self.error(value.at, "type", told);
            return None;
        }
        match how {
            Gather::Any | Gather::All => self.whether(how, inner, counted, at),
            Gather::Sum => {
                if let Some(none) = &call.none {
                    let told = told!(
                        "无人计入时合计就是 0：不需要 `else`",
                        "a sum over nobody is 0: `else` is not needed"
                    );
                    self.error(none.at, "call", told);
                }
                self.gathered(how, inner, counted, None, at)
            }
            Gather::Min | Gather::Max => self.edge(how, inner, counted, call.none.as_deref(), at),
        }
    }

    /// `any(c where d)` is `any(d and c)`, `all(c where d)` is `all(not d or c)`.
    fn whether(
        &mut self,
        how: Gather,
        value: Typed,
        counted: Option<Typed>,
        at: Span,
    ) -> Option<Typed> {
        let value = match (how, counted) {
            (_, None) => value,
            (Gather::All, Some(counted)) => {
                let not = self.single(Unary::Not, counted, Type::Bool)?;
                self.pair(Binary::Or, not, value, Type::Bool)?
            }
            (_, Some(counted)) => self.pair(Binary::And, counted, value, Type::Bool)?,
        };
        self.gathered(how, value, None, None, at)
    }

    fn edge(
        &mut self,
        how: Gather,
        value: Typed,
        counted: Option<Typed>,
        none: Option<&Expr>,
        at: Span,
    ) -> Option<Typed> {
        let Some(none) = none else {
            let told = told!(
                "对成员汇总时要有 `else`，即无人计入时的值：max(x where c else 0)",
                "over members this needs `else`, the value where nobody counts: \
                 max(x where c else 0)"
            );
            self.error(at, "call", told);
            return None;
        };
        let none = self.value(none, Some(&value.type_))?;
        let unit = self.common(&value.unit, &none.unit, at)?;
        let (value, none) = self.matching(value, none, at)?;
        if none.entity == Entity::Member {
            let told = told!(
                "`else` 之后须是家庭的值，不能是成员的值",
                "what stands after `else` is the household's"
            );
            self.error(none.at, "entity", told);
            return None;
        }
        let typed = self.gathered(how, value, counted, Some(none), at)?;
        Some(Typed { unit, ..typed })
    }

    fn gathered(
        &mut self,
        how: Gather,
        value: Typed,
        counted: Option<Typed>,
        none: Option<Typed>,
        at: Span,
    ) -> Option<Typed> {
        let type_ = match (&value.type_, how) {
            (Type::Bool, Gather::Sum) => Type::INTEGER,
            (other, _) => other.clone(),
        };
        let none_range = none.as_ref().map(|none| none.range);
        let range = self.bounded(bounds::gather(how, value.range, none_range), &type_, at)?;
        let unit = value.unit.clone();
        let (counted, none) = (counted.map(Box::new), none.map(Box::new));
        let term = Term::Gather {
            how,
            value: Box::new(value),
            counted,
            none,
        };
        Some(Typed {
            term,
            type_,
            unit,
            entity: Entity::Group,
            range,
            at,
        })
    }

    fn table(&mut self, marginal: bool, table: &Expr, x: &Expr) -> Option<Typed> {
        let id = self.tabled(marginal, table)?;
        let x = self.value(x, None)?;
        let x = self.threshold_scale(id, x)?;
        let param = &self.params[id.0];
        let type_ = if marginal {
            let money = [&param.type_, &x.type_].map(kind);
            let scale = param.type_.scale() + x.type_.scale();
            match money {
                [Kind::Money, Kind::Money] | [Kind::Other, _] | [_, Kind::Other] => {
                    let told = told!(
                        "分段累进用于金额与比率，或用于数字",
                        "a marginal scale takes money and rates, or numbers"
                    );
                    self.error(x.at, "type", told);
                    return None;
                }
                [Kind::Number, Kind::Number] => Type::Number { scale },
                _ => Type::Money { scale },
            }
        } else {
            param.type_.clone()
        };
        let unit = if marginal {
            x.unit.times(&param.unit, 1)
        } else {
            param.unit.clone()
        };
        let wide = self.table_bounds(id, marginal, &x)?;
        let range = self.bounded(wide, &type_, x.at)?;
        let (entity, at) = (x.entity, x.at);
        Some(Typed {
            term: Term::Table(id, Box::new(x)),
            type_,
            unit,
            entity,
            range,
            at,
        })
    }

    fn tabled(&mut self, marginal: bool, table: &Expr) -> Option<ParamId> {
        let named = match &table.kind {
            Syntax::Name(name) => self.names[self.policy].get(name).copied(),
            _ => None,
        };
        let fits = |id: &ParamId| {
            let same =
                |one: &Figure| matches!(one, Figure::Table { marginal: m, .. } if *m == marginal);
            self.params[id.0].values.iter().all(|one| same(&one.value))
        };
        match named {
            Some(Named::Param(id)) if fits(&id) => Some(id),
            _ => {
                let which = if marginal { "`marginal`" } else { "`bands`" };
                let told = told!(
                    "应为数值写作 {which} 的参数",
                    "expected a parameter whose values are {which}"
                );
                self.error(table.at, "type", told);
                None
            }
        }
    }

    /// `x` with as many decimals as the finest threshold.
    fn threshold_scale(&mut self, id: ParamId, x: Typed) -> Option<Typed> {
        if kind(&x.type_) == Kind::Other {
            if x.type_ == Type::Date {
                return Some(x);
            }
            let what = x.type_.word();
            let told = told!(
                "{what}不能用来查表",
                "a {what} cannot be looked up in a table",
                [what]
            );
            self.error(x.at, "type", told);
            return None;
        }
        let finest = |figure: &Figure| match figure {
            Figure::One(_) => 0,
            Figure::Table { steps, .. } => {
                let decimals = |text: &str| text.split_once('.').map_or(0, |(_, part)| part.len());
                steps
                    .iter()
                    .map(|(raw, _)| decimals(&raw.text))
                    .max()
                    .unwrap_or(0)
            }
        };
        let finest = self.params[id.0]
            .values
            .iter()
            .map(|one| finest(&one.value))
            .max();
        let money = if kind(&x.type_) == Kind::Money { 2 } else { 0 };
        let scale = u8::try_from(finest.unwrap_or(0).min(9)).unwrap_or(9);
        self.scaled(x, scale.saturating_sub(money))
    }

    fn table_bounds(&mut self, id: ParamId, marginal: bool, x: &Typed) -> Option<bounds::Wide> {
        let mut all: Option<bounds::Wide> = None;
        for dated in &self.params[id.0].values {
            let Figure::Table { steps, .. } = &dated.value else {
                continue;
            };
            let read = thresholds(steps, &x.type_);
            let rising = read.windows(2).all(|two| two[0].0 < two[1].0);
            if read.len() != steps.len() || !rising {
                let what = x.type_.word();
                let told = told!(
                    "这里各档的起点应为{what}，且逐档升高",
                    "thresholds here are {what}, each above the one before",
                    [what]
                );
                self.error(dated.at, "table", told);
                return None;
            }
            let (low, high) = bounds::table(marginal, &read, x.range);
            let (l, h) = all.unwrap_or((low, high));
            all = Some((low.min(l), high.max(h)));
        }
        Some(all.unwrap_or((0, 0)))
    }
}

fn no_function(name: &str, count: usize) -> Told {
    told!(
        "没有带 {count} 个自变量的函数 `{name}`",
        "no function `{name}` with {count} argument(s)"
    )
}

/// The steps with their thresholds read as `type_`; those that cannot be read are left out.
pub(crate) fn thresholds(steps: &[(crate::read::Raw, i64)], type_: &Type) -> Vec<(i64, i64)> {
    let read = |text: &str| match type_ {
        Type::Money { scale } => digits(text, scale + 2),
        other => other.parse(text),
    };
    steps
        .iter()
        .filter_map(|(raw, value)| Some((read(&raw.text)?, *value)))
        .collect()
}
