//! A book's contents once they mean something: parameters and rules with types, bounds and
//! resolved names, still for every day.

use crate::finding::Span;
use crate::head::{Citation, Head, Source};
use crate::ir::{Entity, FactId};
use crate::ops::{Binary, Gather, Unary};
use crate::read::{Case, Raw};
use crate::unit::Unit;
use crate::value::{Names, Range, Type};

/// A parameter's number in its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ParamId(pub(crate) usize);

/// A rule's number in its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleId(pub(crate) usize);

/// A policy.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) file: usize,
    pub(crate) head: Head,
    pub(crate) entity: Entity,
    pub(crate) sources: Vec<Source>,
    pub(crate) facts: Vec<FactUse>,
    pub(crate) params: Vec<ParamId>,
    /// Rules in the order of the file, without conditions and amount.
    pub(crate) rules: Vec<RuleId>,
    pub(crate) conditions: Vec<RuleId>,
    /// All conditions together; none where the file has no conditions.
    pub(crate) eligible: Option<RuleId>,
    pub(crate) amount: Option<RuleId>,
    pub(crate) cases: Vec<Case>,
    pub(crate) uses: Vec<usize>,
}

/// A fact under the key by which a policy names it.
#[derive(Debug, Clone)]
pub(crate) struct FactUse {
    pub(crate) key: String,
    pub(crate) id: FactId,
    pub(crate) unit: Unit,
    pub(crate) at: Span,
}

/// A figure in time.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) policy: usize,
    pub(crate) key: String,
    pub(crate) names: Names,
    pub(crate) type_: Type,
    pub(crate) unit: Unit,
    pub(crate) open: bool,
    /// Sorted by their first day.
    pub(crate) values: Vec<Dated>,
    pub(crate) range: Range,
    /// How the figure is explained; it never pays.
    pub(crate) formula: Option<(String, Option<Typed>)>,
    pub(crate) at: Span,
}

/// A figure from a day on.
#[derive(Debug, Clone)]
pub(crate) struct Dated {
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    pub(crate) value: Figure,
    pub(crate) citation: Citation,
    pub(crate) at: Span,
}

/// A single value, or a table of them.
#[derive(Debug, Clone)]
pub(crate) enum Figure {
    One(i64),
    Table {
        marginal: bool,
        /// Thresholds as they are written: their type is that of what is looked up.
        steps: Vec<(Raw, i64)>,
    },
}

/// A rule, a condition or an amount.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) policy: usize,
    pub(crate) key: String,
    pub(crate) names: Names,
    pub(crate) entity: Entity,
    pub(crate) open: bool,
    pub(crate) at: Span,
    pub(crate) type_: Type,
    pub(crate) unit: Unit,
    pub(crate) range: Range,
    pub(crate) body: Body,
}

/// What a rule says.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Its versions, sorted by their first day.
    Versions(Vec<Version>),
    /// All of these hold, of those in force.
    All(Vec<RuleId>),
}

/// How a rule reads in a stretch of time.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    /// More than one where laws conflict.
    pub(crate) readings: Vec<Reading>,
}

/// One formula and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) typed: Option<Typed>,
    pub(crate) citation: Citation,
    pub(crate) at: Span,
}

/// A part of a formula that means something.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) term: Term,
    pub(crate) type_: Type,
    pub(crate) unit: Unit,
    pub(crate) entity: Entity,
    pub(crate) range: Range,
    pub(crate) at: Span,
}

/// What it is.
#[derive(Debug, Clone)]
pub(crate) enum Term {
    Const(i64),
    On,
    Size,
    Fact(FactId),
    Param(ParamId),
    Rule(RuleId),
    Unary(Unary, Box<Typed>),
    Binary(Binary, Box<Typed>, Box<Typed>),
    /// A parameter's table, looked up; thresholds are read as the second's type.
    Table(ParamId, Box<Typed>),
    Choose(Box<Typed>, Box<Typed>, Box<Typed>),
    Gather {
        how: Gather,
        value: Box<Typed>,
        counted: Option<Box<Typed>>,
        none: Option<Box<Typed>>,
    },
    /// The second as of the day that the first gives, which is the same for everybody.
    At(Box<Typed>, Box<Typed>),
    /// The parameter's value on the day that a fact gives.
    ParamAt(ParamId, Box<Typed>),
}

impl Param {
    /// The figure in force on a day.
    pub(crate) fn on(&self, day: i64) -> Option<&Dated> {
        let last = self.values.iter().rev().find(|value| value.from <= day)?;
        last.to.is_none_or(|to| day <= to).then_some(last)
    }
}

impl Rule {
    /// The version in force on a day.
    pub(crate) fn on(&self, day: i64) -> Option<&Version> {
        let Body::Versions(versions) = &self.body else {
            return None;
        };
        let last = versions.iter().rev().find(|version| version.from <= day)?;
        last.to.is_none_or(|to| day <= to).then_some(last)
    }

    /// All formulas of all times.
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Reading> {
        let versions: &[Version] = match &self.body {
            Body::Versions(versions) => versions,
            Body::All(_) => &[],
        };
        versions.iter().flat_map(|version| &version.readings)
    }
}

impl Typed {
    /// Calls `see` for this part and every part below it.
    pub(crate) fn walk<'t>(&'t self, see: &mut impl FnMut(&'t Self)) {
        see(self);
        match &self.term {
            Term::Const(_) | Term::On | Term::Size => {}
            Term::Fact(_) | Term::Param(_) | Term::Rule(_) => {}
            Term::Unary(_, a) | Term::Table(_, a) | Term::ParamAt(_, a) => a.walk(see),
            Term::Binary(_, a, b) | Term::At(a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Term::Choose(a, b, c) => [a, b, c].into_iter().for_each(|one| one.walk(see)),
            Term::Gather {
                value,
                counted,
                none,
                ..
            } => {
                value.walk(see);
                counted.iter().chain(none).for_each(|one| one.walk(see));
            }
        }
    }
}

/// How dotted names write a policy's id.
pub(crate) fn dotted(id: &str) -> String {
    id.replace('-', "_")
}
