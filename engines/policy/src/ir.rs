//! The plan: policies as of one day, flattened into nodes that both evaluators walk.
//!
//! **Shape.** [`Plan::nodes`] is in order: a node's operands stand before it, so one pass from
//! front to back computes everything. Equal nodes are one node; what does not depend on facts is
//! folded to [`Op::Const`] (the law of the day: parameters, versions of rules, `on`). Operands of
//! a node belong to the node's own entity or are constants; a member sees a value of its group
//! through [`Op::Lift`], a group its members' through [`Op::Gather`].
//!
//! **Units**: values are `i64` as in [`crate::value`]; `range` bounds every node, proven from the
//! facts' bounds, so a narrower lane may be used where it fits. Facts are numbered by the
//! book, not by the plan: a population laid out once serves every day's plan.

use std::ops::Index;
use std::sync::Arc;

use crate::ops::{Binary, Gather, Unary};
use crate::value::{Names, Range, Type};

/// A place in [`Plan::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A fact's number in its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub u32);

/// A place in [`Plan::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u32);

/// Whose a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// Nobody's: a constant.
    Nobody,
    /// The household's, or whatever the file renames it to.
    Group,
    /// A person's, or whatever the file renames it to.
    Member,
}

/// Everything of some policies as of one day.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The day, as days since 1970-01-01.
    pub on: i64,
    /// All the facts of the book, in their order.
    pub facts: Arc<[Fact]>,
    /// What is computed, operands first.
    pub nodes: Vec<Node>,
    /// Bands and marginal scales.
    pub tables: Vec<Table>,
    /// The policies asked for, in the order of the book.
    pub policies: Vec<Planned>,
}

/// 事实: something to be known about a household or a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name in the field dictionary, `person.birth_date`.
    pub field: String,
    /// What it is called.
    pub names: Names,
    /// Whose it is.
    pub entity: Entity,
    /// What it is.
    pub type_: Type,
    /// What it can be; anything else is refused on reading.
    pub range: Range,
    /// How it is proved.
    pub proof: Names,
    /// What asking for it costs the resident, 0 to 5.
    pub cost: u8,
}

/// One step of the computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What is done.
    pub op: Op,
    /// Whose the result is.
    pub entity: Entity,
    /// Whether the result is a truth (range 0 to 1), which may live in a bitset.
    pub truth: bool,
    /// Where the result lies when it is known.
    pub range: Range,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// This value.
    Const(i64),
    /// Unknown, whatever the facts: no value or version of the law on that day.
    Missing,
    /// A fact of the node's entity.
    Fact(FactId),
    /// How many members the group has.
    Size,
    /// One operand.
    Unary(Unary, NodeId),
    /// Two operands.
    Binary(Binary, NodeId, NodeId),
    /// A look-up in bands or on a marginal scale.
    Table(TableId, NodeId),
    /// `if condition then yes else no`, [`crate::ops::choose`].
    Choose {
        /// A truth.
        condition: NodeId,
        /// Where it holds.
        yes: NodeId,
        /// Where it does not.
        no: NodeId,
    },
    /// The group's value, seen by a member. The operand is of [`Entity::Group`].
    Lift(NodeId),
    /// The members' values, gathered; `value` and `counted` are the members' or constants, `none`
    /// is the group's or a constant, [`Gather::apply`].
    Gather {
        /// How.
        how: Gather,
        /// What; a truth may be summed, which counts it.
        value: NodeId,
        /// Who counts; all where there is none.
        counted: Option<NodeId>,
        /// The value where nobody is counted; only for the smallest and the largest.
        none: Option<NodeId>,
    },
}

/// Thresholds, rising, each with its value (bands) or rate (marginal scale).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Whether it is a marginal scale ([`crate::ops::marginal`]) or bands ([`crate::ops::bands`]).
    pub marginal: bool,
    /// `(threshold, value)`.
    pub steps: Vec<(i64, i64)>,
}

/// One policy in a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The policy's id.
    pub id: String,
    /// Whether it is in force that day. If not, the rest is empty: "no rule in force".
    pub in_force: bool,
    /// Who is asked about.
    pub entity: Entity,
    /// Whether entitled: all conditions. `None` where the file has no conditions.
    pub eligible: Option<NodeId>,
    /// What is owed if entitled, in whole fen. `None` for a procedure.
    pub amount: Option<NodeId>,
    /// What is paid: the amount where eligible, 0 where not, unknown where that is unknown.
    pub payment: Option<NodeId>,
    /// Every condition, rule and amount in force by name, for outputs and explanations:
    /// `income_per_head`, `eligible.1`, `amount`.
    pub outputs: Vec<Output>,
}

/// A named result of a policy.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its key in the file.
    pub key: String,
    /// What it is.
    pub type_: Type,
    /// Whose it is; a constant rule keeps the entity it was written for.
    pub entity: Entity,
    /// Where it is computed.
    pub node: NodeId,
}

impl Op {
    /// The nodes that this one reads.
    pub fn operands(self) -> impl Iterator<Item = NodeId> {
        let three = match self {
            Self::Const(_) | Self::Missing | Self::Fact(_) | Self::Size => [None; 3],
            Self::Unary(_, a) | Self::Table(_, a) | Self::Lift(a) => [Some(a), None, None],
            Self::Binary(_, a, b) => [Some(a), Some(b), None],
            Self::Choose { condition, yes, no } => [Some(condition), Some(yes), Some(no)],
            Self::Gather {
                value,
                counted,
                none,
                ..
            } => [Some(value), counted, none],
        };
        three.into_iter().flatten()
    }
}

impl Index<NodeId> for Plan {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[usize::try_from(id.0).unwrap_or(usize::MAX)]
    }
}

impl Planned {
    /// The result called `key`.
    #[must_use]
    pub fn output(&self, key: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.key == key)
    }
}
