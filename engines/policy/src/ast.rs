//! What a formula says, before it means anything: the tree that [`crate::formula`] reads.

use crate::finding::Span;

/// A formula or a part of one.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) at: Span,
}

/// What it is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// `0.14`, digit by digit.
    Number(String),
    /// `600 yuan`.
    Money(String),
    /// `2016-12-01`.
    Date(i64),
    /// `'owner'`.
    Code(String),
    /// `true`, `false`.
    Bool(bool),
    /// A fact, parameter or rule of this file, `on` or `size`.
    Name(String),
    /// `dibao.eligible`: something of another policy.
    Dotted(String, String),
    /// `-x`.
    Neg(Box<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// Two operands.
    Pair(Pair, Box<Expr>, Box<Expr>),
    /// `x in ('a', 'b')`.
    In(Box<Expr>, Vec<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `name(a, b where c else d)`.
    Call(Call),
}

/// A function and what is handed to it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Vec<Expr>,
    /// After `where`.
    pub(crate) counted: Option<Box<Expr>>,
    /// After `else`.
    pub(crate) none: Option<Box<Expr>>,
}

/// What stands between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pair {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
}

impl Expr {
    /// Calls `see` for this part and every part below it.
    pub(crate) fn walk<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        match &self.kind {
            Kind::Neg(a) | Kind::Not(a) => a.walk(see),
            Kind::Pair(_, a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Kind::In(a, list) => {
                a.walk(see);
                list.iter().for_each(|one| one.walk(see));
            }
            Kind::If(a, b, c) => [a, b, c].into_iter().for_each(|one| one.walk(see)),
            Kind::Call(call) => {
                let parts = call.arguments.iter();
                let parts = parts
                    .chain(call.counted.as_deref())
                    .chain(call.none.as_deref());
                parts.for_each(|one| one.walk(see));
            }
            Kind::Number(_)
            | Kind::Money(_)
            | Kind::Date(_)
            | Kind::Code(_)
            | Kind::Bool(_)
            | Kind::Name(_)
            | Kind::Dotted(..) => {}
        }
    }
}
