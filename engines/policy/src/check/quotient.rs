//! Exact arithmetic while a formula is typed: a product keeps its digits, a quotient stays a
//! numerator and a denominator until it is rounded or compared. Each step proves its bounds.

use crate::bounds;
use crate::finding::{Span, Word, told};
use crate::ir::Entity;
use crate::model::{Term, Typed};
use crate::ops::{Binary, Towards, Unary};
use crate::unit::Unit;
use crate::value::{Range, Type, power};

use super::terms::Typer;

/// How many decimals a value may carry on the way.
const FINEST: u8 = 15;

/// What kind of value a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Money,
    Number,
    Other,
}

/// A value that may still be divided by something positive.
#[derive(Debug, Clone)]
pub(super) struct Quotient {
    pub(super) over: Typed,
    pub(super) by: Option<Typed>,
    pub(super) kind: Kind,
    pub(super) unit: Unit,
}

impl Quotient {
    pub(super) fn whole(over: Typed) -> Self {
        let (kind, unit) = (kind(&over.type_), over.unit.clone());
        Self {
            over,
            by: None,
            kind,
            unit,
        }
    }
}

pub(super) fn kind(type_: &Type) -> Kind {
    match type_ {
        Type::Money { .. } => Kind::Money,
        Type::Number { .. } => Kind::Number,
        _ => Kind::Other,
    }
}

pub(super) fn constant(value: i64, type_: Type, at: Span) -> Typed {
    Typed {
        term: Term::Const(value),
        type_,
        unit: Unit::default(),
        entity: Entity::Nobody,
        range: Range::new(value, value),
        at,
    }
}

fn typed(kind: Kind, scale: u8) -> Type {
    match kind {
        Kind::Money => Type::Money { scale },
        _ => Type::Number { scale },
    }
}

impl Typer<'_> {
    /// One operator over two operands of one scale, its bounds proven.
    pub(super) fn pair(&mut self, op: Binary, a: Typed, b: Typed, type_: Type) -> Option<Typed> {
        let (at, entity) = (a.at, a.entity.max(b.entity));
        let wide = bounds::binary(op, a.range, b.range);
        let unit = a.unit.clone();
        let range = self.bounded(wide, &type_, at)?;
        let term = Term::Binary(op, Box::new(a), Box::new(b));
        Some(Typed {
            term,
            type_,
            unit,
            entity,
            range,
            at,
        })
    }

    pub(super) fn single(&mut self, op: Unary, a: Typed, type_: Type) -> Option<Typed> {
        let (at, entity, unit) = (a.at, a.entity, a.unit.clone());
        let range = self.bounded(bounds::unary(op, a.range), &type_, at)?;
        let term = Term::Unary(op, Box::new(a));
        Some(Typed {
            term,
            type_,
            unit,
            entity,
            range,
            at,
        })
    }

    /// The bounds, unless they leave what can be counted.
    pub(super) fn bounded(&mut self, wide: bounds::Wide, type_: &Type, at: Span) -> Option<Range> {
        let date = *type_ == Type::Date;
        let range = bounds::narrow(wide);
        let days = Range::new(crate::day::FIRST, crate::day::LAST);
        let fits = |range: &Range| !date || (days.holds(range.low) && days.holds(range.high));
        let range = range.filter(fits);
        if range.is_none() {
            let told = if date {
                told!(
                    "这个日期可能超出 1600 年至 2999 年：请用 `min`、`max` 限定有关事实",
                    "this date can leave the years 1600 to 2999: bound the facts with `min`, `max`"
                )
            } else {
                told!(
                    "这里可能溢出：请用 `min` 和 `max` 限定所依据的事实",
                    "this can overflow: bound the facts it comes from with `min` and `max`"
                )
            };
            self.error(at, "overflow", told);
        }
        range
    }

    /// The value with at least `scale` decimals.
    pub(super) fn scaled(&mut self, value: Typed, scale: u8) -> Option<Typed> {
        let up = scale.saturating_sub(value.type_.scale());
        if up == 0 {
            return Some(value);
        }
        let type_ = typed(kind(&value.type_), scale);
        self.times(value, power(up), type_)
    }

    fn times(&mut self, value: Typed, by: i64, type_: Type) -> Option<Typed> {
        if by == 1 {
            return Some(Typed { type_, ..value });
        }
        let by = constant(by, Type::INTEGER, value.at);
        self.pair(Binary::Mul, value, by, type_)
    }

    /// Both with the same number of decimals.
    pub(super) fn aligned(&mut self, a: Typed, b: Typed) -> Option<(Typed, Typed)> {
        let scale = a.type_.scale().max(b.type_.scale());
        Some((self.scaled(a, scale)?, self.scaled(b, scale)?))
    }

    /// The digits multiplied; what the product means the caller knows.
    fn product(&mut self, a: Typed, b: Typed, kind: Kind) -> Option<Typed> {
        let scale = a.type_.scale() + b.type_.scale();
        if scale > FINEST {
            let told = told!(
                "小数超过 {FINEST} 位：请先取整",
                "more than {FINEST} decimals: round before"
            );
            self.error(a.at, "overflow", told);
            return None;
        }
        self.pair(Binary::Mul, a, b, typed(kind, scale))
    }

    /// `a × by`, where there is a denominator.
    fn over(&mut self, a: Typed, by: Option<&Typed>, kind: Kind) -> Option<Typed> {
        match by {
            Some(by) => self.product(a, by.clone(), kind),
            None => Some(a),
        }
    }

    fn both(&mut self, a: Option<Typed>, b: Option<Typed>) -> Option<Option<Typed>> {
        match (a, b) {
            (Some(a), Some(b)) => self.product(a, b, Kind::Number).map(Some),
            (one, other) => Some(one.or(other)),
        }
    }

    pub(super) fn add(
        &mut self,
        op: Binary,
        a: Quotient,
        b: Quotient,
        at: Span,
    ) -> Option<Quotient> {
        self.same(&a, &b, at)?;
        let unit = self.common(&a.unit, &b.unit, at)?;
        let kind = a.kind;
        let left = self.over(a.over, b.by.as_ref(), kind)?;
        let right = self.over(b.over, a.by.as_ref(), kind)?;
        let (left, right) = self.aligned(left, right)?;
        let type_ = left.type_.clone();
        let over = self.pair(op, left, right, type_)?;
        let by = self.both(a.by, b.by)?;
        Some(Quotient {
            over: Typed {
                unit: unit.clone(),
                ..over
            },
            by,
            kind,
            unit,
        })
    }

    pub(super) fn multiply(&mut self, a: Quotient, b: Quotient, at: Span) -> Option<Quotient> {
        let kind = match (a.kind, b.kind) {
            (Kind::Number, Kind::Number) => Kind::Number,
            (Kind::Money, Kind::Number) | (Kind::Number, Kind::Money) => Kind::Money,
            (Kind::Money, Kind::Money) => {
                let told = told!(
                    "金额乘以金额没有意义：其中之一应为数字",
                    "money times money means nothing: one must be a number"
                );
                self.error(at, "type", told);
                return None;
            }
            _ => {
                let told = told!(
                    "只有金额和数字可以相乘",
                    "only money and numbers can be multiplied"
                );
                self.error(at, "type", told);
                return None;
            }
        };
        let unit = a.unit.times(&b.unit, 1);
        let over = self.product(a.over, b.over, kind)?;
        let by = self.both(a.by, b.by)?;
        Some(Quotient {
            over: Typed {
                unit: unit.clone(),
                ..over
            },
            by,
            kind,
            unit,
        })
    }

    pub(super) fn divide(&mut self, a: Quotient, b: Quotient, at: Span) -> Option<Quotient> {
        let kind = match (a.kind, b.kind) {
            (Kind::Money, Kind::Number) => Kind::Money,
            (Kind::Number, Kind::Number) | (Kind::Money, Kind::Money) => Kind::Number,
            _ => {
                let told = told!(
                    "除法只能是金额或数字除以数字，或者金额除以金额",
                    "only money or a number can be divided, by a number or money by money"
                );
                self.error(at, "type", told);
                return None;
            }
        };
        if b.over.range.holds(0) {
            let told = told!(
                "这里的除数可能为 0：请给有关事实写明 `min = 1`，或写 `max(…, 1)`，\
                 或先作判断 `if x > 0 then … / x else …`",
                "this divisor can be 0: say `min = 1` for its fact, or `max(…, 1)`, or \
                 choose before, `if x > 0 then … / x else …`"
            );
            self.error(b.over.at, "division", told);
            return None;
        }
        let unit = a.unit.times(&b.unit, -1);
        let mut over = self.over(a.over, b.by.as_ref(), kind)?;
        let mut by = self.over(b.over, a.by.as_ref(), Kind::Number)?;
        if by.range.high < 0 {
            let (over_type, by_type) = (over.type_.clone(), by.type_.clone());
            over = self.single(Unary::Neg, over, over_type)?;
            by = self.single(Unary::Neg, by, by_type)?;
        }
        Some(Quotient {
            over: Typed {
                unit: unit.clone(),
                ..over
            },
            by: Some(by),
            kind,
            unit,
        })
    }

    /// `a op b`, exact: both sides multiplied by both denominators, which are positive.
    pub(super) fn compare(
        &mut self,
        op: Binary,
        a: Quotient,
        b: Quotient,
        at: Span,
    ) -> Option<Typed> {
        self.same(&a, &b, at)?;
        self.common(&a.unit, &b.unit, at)?;
        let ordered = a.kind != Kind::Other || a.over.type_ == Type::Date;
        if !ordered && !matches!(op, Binary::Eq | Binary::Ne) {
            let what = a.over.type_.word();
            let told = told!(
                "{what}没有大小先后：请用 = 或 != 比较",
                "a {what} has no order: compare it with = or !=",
                [what]
            );
            self.error(at, "type", told);
            return None;
        }
        if a.kind == Kind::Other {
            return self.pair(op, a.over, b.over, Type::Bool).map(unitless);
        }
        // The scale that a denominator brings in stands on the other side too.
        let left = self.over(a.over, b.by.as_ref(), a.kind)?;
        let right = self.over(b.over, a.by.as_ref(), a.kind)?;
        let (left, right) = self.aligned(left, right)?;
        self.pair(op, left, right, Type::Bool).map(unitless)
    }

    /// Rounded to a multiple of `step`, which is a constant above 0.
    pub(super) fn round(
        &mut self,
        towards: Towards,
        a: Quotient,
        step: (i64, u8),
    ) -> Option<Typed> {
        let at = a.over.at;
        let (step, scale) = step;
        let by_scale = a.by.as_ref().map_or(0, |by| by.type_.scale());
        let up = i16::from(by_scale) + i16::from(scale) - i16::from(a.over.type_.scale());
        let raise = |up: i16| u8::try_from(up).unwrap_or(0).min(18);
        let number = Type::INTEGER;
        let over = self.times(a.over, power(raise(up)), number.clone())?;
        let below = i128::from(power(raise(-up))) * i128::from(step);
        let Some(below) = i64::try_from(below).ok().filter(|below| *below > 0) else {
            let told = told!("这个取整单位太大", "this step is too large");
            self.error(at, "overflow", told);
            return None;
        };
        let below = match a.by {
            Some(by) => Some(self.times(by, below, number.clone())?),
            None if below == 1 => None,
            None => Some(constant(below, number.clone(), at)),
        };
        let steps = match below {
            Some(below) => self.pair(Binary::Div(towards), over, below, number)?,
            None => over,
        };
        let rounded = self.times(steps, step, typed(a.kind, scale))?;
        Some(Typed {
            unit: a.unit,
            ..rounded
        })
    }

    /// A plain value; a quotient that was not rounded is refused.
    pub(super) fn plain(&mut self, a: Quotient) -> Option<Typed> {
        if a.by.is_some() {
            let told = told!(
                "商要当场取整：floor(a / b)、round(a / b) 或 ceil(a / b)，或者用来比较",
                "a quotient must be rounded on the spot, floor(a / b), round(a / b) or \
                 ceil(a / b), or compared"
            );
            self.error(a.over.at, "rounding", told);
            return None;
        }
        Some(a.over)
    }

    fn same(&mut self, a: &Quotient, b: &Quotient, at: Span) -> Option<()> {
        let (left, right) = (&a.over.type_, &b.over.type_);
        let fits = a.kind == b.kind && (a.kind != Kind::Other || left == right);
        if !fits {
            let name = |one: &Quotient| match one.kind {
                Kind::Money => Word::of("金额", "money"),
                Kind::Number => Word::of("数字", "a number"),
                Kind::Other => one.over.type_.word(),
            };
            let (left, right) = (name(a), name(b));
            let told = told!(
                "{left}与{right}不能放在一起",
                "{left} and {right} do not go together",
                [left, right]
            );
            self.error(at, "type", told);
        }
        fits.then_some(())
    }

    pub(super) fn common(&mut self, a: &Unit, b: &Unit, at: Span) -> Option<Unit> {
        let unit = a.common(b);
        if unit.is_none() {
            let told = told!("单位对不上：{a} 与 {b}", "units do not fit: {a} and {b}");
            self.error(at, "unit", told);
        }
        unit
    }
}

fn unitless(typed: Typed) -> Typed {
    Typed {
        unit: Unit::default(),
        ..typed
    }
}
