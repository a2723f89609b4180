//! Makes nodes: equal ones once, constants folded, a group's value lifted where a member needs it.

use std::collections::BTreeMap;

use crate::bounds;
use crate::ir::{Entity, Node, NodeId, Op, Table, TableId};
use crate::ops::{self, Binary, Unary};
use crate::value::{Known, Range};

/// How many nodes a plan may have.
const MOST: usize = 200_000;

/// The nodes so far.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) nodes: Vec<Node>,
    pub(super) tables: Vec<Table>,
    seen: BTreeMap<(Op, Entity), NodeId>,
}

impl Nodes {
    pub(super) fn full(&self) -> bool {
        self.nodes.len() > MOST
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[usize::try_from(id.0).unwrap_or(usize::MAX)]
    }

    pub(super) fn entity(&self, id: NodeId) -> Entity {
        self.node(id).entity
    }

    fn add(&mut self, op: Op, entity: Entity, truth: bool, range: Range) -> NodeId {
        let next = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let id = *self.seen.entry((op, entity)).or_insert(next);
        if id == next {
            self.nodes.push(Node {
                op,
                entity,
                truth,
                range,
            });
        }
        id
    }

    pub(super) fn constant(&mut self, value: i64) -> NodeId {
        let truth = matches!(value, 0 | 1);
        self.add(
            Op::Const(value),
            Entity::Nobody,
            truth,
            Range::new(value, value),
        )
    }

    pub(super) fn missing(&mut self) -> NodeId {
        self.add(Op::Missing, Entity::Nobody, false, Range::new(0, 0))
    }

    /// The value that is the same for everybody, if it is: known or missing.
    pub(super) fn fixed(&self, id: NodeId) -> Option<Known> {
        match self.node(id).op {
            Op::Const(value) => Some(Some(value)),
            Op::Missing => Some(None),
            _ => None,
        }
    }

    fn known(&mut self, value: Known) -> NodeId {
        match value {
            Some(value) => self.constant(value),
            None => self.missing(),
        }
    }

    pub(super) fn leaf(&mut self, op: Op, entity: Entity, truth: bool, range: Range) -> NodeId {
        self.add(op, entity, truth, range)
    }

    /// The value as `entity` sees it.
    pub(super) fn lifted(&mut self, id: NodeId, entity: Entity) -> NodeId {
        let node = *self.node(id);
        if node.entity != Entity::Group || entity != Entity::Member {
            return id;
        }
        self.add(Op::Lift(id), Entity::Member, node.truth, node.range)
    }

    pub(super) fn unary(&mut self, op: Unary, a: NodeId) -> NodeId {
        if let Some(a) = self.fixed(a) {
            return self.known(op.apply(a));
        }
        let node = *self.node(a);
        let range = bounds::cut(bounds::unary(op, node.range));
        self.add(Op::Unary(op, a), node.entity, op == Unary::Not, range)
    }

    pub(super) fn binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        let (left, right) = (self.fixed(a), self.fixed(b));
        if let (Some(a), Some(b)) = (left, right) {
            return self.known(op.apply(a, b));
        }
        match (op, left, right) {
            (Binary::And | Binary::Or, Some(Some(known)), _) => {
                return if op.settles(known) { a } else { b };
            }
            (Binary::And | Binary::Or, _, Some(Some(known))) => {
                return if op.settles(known) { b } else { a };
            }
            (Binary::Add, Some(Some(0)), _) | (Binary::Mul, Some(Some(1)), _) => return b,
            (Binary::Add | Binary::Sub, _, Some(Some(0)))
            | (Binary::Mul | Binary::Div(_), _, Some(Some(1))) => return a,
            _ => {}
        }
        let entity = self.entity(a).max(self.entity(b));
        let (a, b) = (self.lifted(a, entity), self.lifted(b, entity));
        let (left, right) = (*self.node(a), *self.node(b));
        let truth = match op {
            Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le | Binary::And | Binary::Or => true,
            Binary::Agree => left.truth && right.truth,
            _ => false,
        };
        let range = bounds::cut(bounds::binary(op, left.range, right.range));
        self.add(Op::Binary(op, a, b), entity, truth, range)
    }

    pub(super) fn choose(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        if let Some(Some(condition)) = self.fixed(condition) {
            return if condition == 0 { no } else { yes };
        }
        if yes == no {
            return yes;
        }
        if let (Some(None), Some(yes), Some(no)) =
            (self.fixed(condition), self.fixed(yes), self.fixed(no))
        {
            return self.known(ops::choose(None, yes, no));
        }
        let parts = [condition, yes, no];
        let entity = parts
            .iter()
            .map(|id| self.entity(*id))
            .max()
            .unwrap_or(Entity::Nobody);
        let [condition, yes, no] = parts.map(|id| self.lifted(id, entity));
        let (first, second) = (*self.node(yes), *self.node(no));
        let truth = first.truth && second.truth && first.range == Range::BOOL;
        let truth = truth || (first.truth && second.truth && second.range == Range::BOOL);
        let range = bounds::either(first.range, second.range);
        self.add(Op::Choose { condition, yes, no }, entity, truth, range)
    }

    pub(super) fn table(&mut self, table: Table, x: NodeId) -> NodeId {
        if let Some(x) = self.fixed(x) {
            let look = |x| match table.marginal {
                true => ops::marginal(&table.steps, x),
                false => ops::bands(&table.steps, x),
            };
            return self.known(x.map(look));
        }
        let (entity, x_range) = (self.entity(x), self.node(x).range);
        let range = bounds::cut(bounds::table(table.marginal, &table.steps, x_range));
        let place = self
            .tables
            .iter()
            .position(|one| *one == table)
            .unwrap_or_else(|| {
                self.tables.push(table);
                self.tables.len() - 1
            });
        let id = TableId(u32::try_from(place).unwrap_or(u32::MAX));
        self.add(Op::Table(id, x), entity, false, range)
    }

    /// Operands as [`Op::Gather`] says; members' or constant, `none` the group's or constant.
    pub(super) fn gather(&mut self, op: Op) -> NodeId {
        let Op::Gather {
            how,
            value,
            counted,
            none,
        } = op
        else {
            return self.missing();
        };
        let value = self.lifted(value, Entity::Member);
        let counted = counted.map(|counted| self.lifted(counted, Entity::Member));
        let (of, none_range) = (
            self.node(value).range,
            none.map(|none| self.node(none).range),
        );
        let range = bounds::cut(bounds::gather(how, of, none_range));
        let truth = matches!(how, ops::Gather::Any | ops::Gather::All);
        let op = Op::Gather {
            how,
            value,
            counted,
            none,
        };
        self.add(op, Entity::Group, truth, range)
    }
}
