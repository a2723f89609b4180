//! The column evaluator beside a naive one, which walks the nodes household by household: the same
//! answers for random plans over random populations, unknowns included.

use std::num::NonZeroUsize;

use linli_policy::columns::{Lanes, Program};
use linli_policy::ir::{Entity, Fact, FactId, Node, NodeId, Op, Plan, Table, TableId};
use linli_policy::ops::{self, Binary, Gather, Towards, Unary};
use linli_policy::population::{Builder, Population};
use linli_policy::value::{Codes, Known, Names, Range, Type};
use proptest::prelude::*;

/// What a node of a random plan is, so that operators get what they can bear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Number,
    Truth,
    Date,
}

/// splitmix64, so that one seed is one case.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn within(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % u64::try_from(high - low + 1).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

fn facts() -> Vec<Fact> {
    let codes = Codes {
        codes: ["a", "b", "c"].map(str::to_owned).to_vec(),
        names: Vec::new(),
    };
    let code = Type::Code(std::sync::Arc::new(codes));
    [
        ("household.rent", Entity::Group, Type::MONEY, (-50, 2_000)),
        ("household.urban", Entity::Group, Type::Bool, (0, 1)),
        (
            "household.since",
            Entity::Group,
            Type::Date,
            (10_000, 20_000),
        ),
        ("person.income", Entity::Member, Type::MONEY, (-100, 30_000)),
        ("person.adult", Entity::Member, Type::Bool, (0, 1)),
        ("person.born", Entity::Member, Type::Date, (-20_000, 20_000)),
        ("person.grade", Entity::Member, code, (0, 2)),
        (
            "person.wealth",
            Entity::Member,
            Type::MONEY,
            (-40_000_000_000, 40_000_000_000),
        ),
    ]
    .map(|(field, entity, type_, (low, high))| Fact {
        field: field.to_owned(),
        names: Names::default(),
        entity,
        type_,
        range: Range::new(low, high),
        proof: Names::default(),
        cost: 1,
    })
    .to_vec()
}

/// A plan under construction.
struct Making {
    dice: Dice,
    plan: Plan,
    kinds: Vec<Kind>,
}

impl Making {
    fn push(&mut self, op: Op, entity: Entity, kind: Kind) {
        self.plan.nodes.push(Node {
            op,
            entity,
            truth: kind == Kind::Truth,
            range: if kind == Kind::Truth {
                Range::BOOL
            } else {
                Range::new(i64::MIN, i64::MAX)
            },
        });
        self.kinds.push(kind);
    }

    /// A node that `entity` may use.
    fn pick(&mut self, entity: Entity, kind: Kind) -> NodeId {
        let nodes = self.plan.nodes.iter().zip(&self.kinds).enumerate();
        let fit = nodes.filter(|(_, (node, its))| {
            **its == kind && (node.entity == entity || node.entity == Entity::Nobody)
        });
        let fit: Vec<usize> = fit.map(|(at, _)| at).collect();
        NodeId(u32::try_from(self.dice.of(&fit)).unwrap())
    }

    fn leaves(&mut self) {
        for (at, fact) in facts().iter().enumerate() {
            let kind = match fact.type_ {
                Type::Bool => Kind::Truth,
                Type::Date => Kind::Date,
                _ => Kind::Number,
            };
            self.push(
                Op::Fact(FactId(u32::try_from(at).unwrap())),
                fact.entity,
                kind,
            );
        }
        for value in [0, 1, -7, 65, 1_000] {
            self.push(Op::Const(value), Entity::Nobody, Kind::Number);
        }
        for value in [0, 1] {
            self.push(Op::Const(value), Entity::Nobody, Kind::Truth);
        }
        self.push(Op::Const(19_000), Entity::Nobody, Kind::Date);
        for kind in [Kind::Number, Kind::Truth, Kind::Date] {
            self.push(Op::Missing, Entity::Nobody, kind);
        }
        self.push(Op::Size, Entity::Group, Kind::Number);
    }

    fn grow(&mut self) {
        let entity = self.dice.of(&[Entity::Group, Entity::Member]);
        let kind = self.dice.of(&[
            Kind::Number,
            Kind::Truth,
            Kind::Number,
            Kind::Truth,
            Kind::Date,
        ]);
        let op = match self.dice.below(10) {
            0..4 => self.binary(entity, kind),
            4 => self.unary(entity, kind),
            5 | 6 => Op::Choose {
                condition: self.pick(entity, Kind::Truth),
                yes: self.pick(entity, kind),
                no: self.pick(entity, kind),
            },
            7 if kind == Kind::Number => {
                let table = TableId(u32::try_from(self.dice.below(2)).unwrap());
                Op::Table(table, self.pick(entity, Kind::Number))
            }
            _ if entity == Entity::Member => self.lift(kind),
            _ => self.gather(kind),
        };
        self.push(op, entity, kind);
    }

    fn binary(&mut self, entity: Entity, kind: Kind) -> Op {
        let dice = &mut self.dice;
        let (how, a, b) = match kind {
            Kind::Number => {
                let towards = dice.of(&[Towards::Nearest, Towards::Floor, Towards::Ceil]);
                let how = dice.of(&[
                    Binary::Add,
                    Binary::Sub,
                    Binary::Mul,
                    Binary::Div(towards),
                    Binary::Min,
                    Binary::Max,
                    Binary::Agree,
                    Binary::Years,
                    Binary::Months,
                ]);
                let dates = matches!(how, Binary::Years | Binary::Months);
                let of = if dates { Kind::Date } else { Kind::Number };
                (how, of, of)
            }
            Kind::Truth => match dice.below(3) {
                0 => (dice.of(&[Binary::And, Binary::Or]), kind, kind),
                1 => {
                    let how = dice.of(&[Binary::Eq, Binary::Ne, Binary::Lt, Binary::Le]);
                    let of = dice.of(&[Kind::Number, Kind::Date]);
                    (how, of, of)
                }
                _ => (
                    dice.of(&[Binary::Eq, Binary::Ne, Binary::Agree]),
                    kind,
                    kind,
                ),
            },
            Kind::Date => (Binary::AddMonths, kind, Kind::Number),
        };
        let a = self.pick(entity, a);
        let b = match how {
            // A number of months that no calendar runs out of.
            Binary::AddMonths => self.small(),
            _ => self.pick(entity, b),
        };
        Op::Binary(how, a, b)
    }

    /// A small constant.
    fn small(&mut self) -> NodeId {
        let first = self
            .plan
            .nodes
            .iter()
            .position(|node| node.op == Op::Const(0))
            .unwrap();
        NodeId(u32::try_from(first + self.dice.below(4)).unwrap())
    }

    fn unary(&mut self, entity: Entity, kind: Kind) -> Op {
        let (how, of) = match kind {
            Kind::Number => self.dice.of(&[
                (Unary::Neg, Kind::Number),
                (Unary::Abs, Kind::Number),
                (Unary::Year, Kind::Date),
                (Unary::Month, Kind::Date),
            ]),
            Kind::Truth => (Unary::Not, Kind::Truth),
            Kind::Date => {
                let starts = [Unary::MonthStart, Unary::QuarterStart, Unary::YearStart];
                let how = self
                    .dice
                    .of(&[starts[0], starts[1], starts[2], Unary::MonthEnd]);
                (how, Kind::Date)
            }
        };
        Op::Unary(how, self.pick(entity, of))
    }

    fn lift(&mut self, kind: Kind) -> Op {
        let groups = self.plan.nodes.iter().zip(&self.kinds).enumerate();
        let fit = groups.filter(|(_, (node, its))| node.entity == Entity::Group && **its == kind);
        let fit: Vec<usize> = fit.map(|(at, _)| at).collect();
        Op::Lift(NodeId(u32::try_from(self.dice.of(&fit)).unwrap()))
    }

    fn gather(&mut self, kind: Kind) -> Op {
        let how = match kind {
            Kind::Number => self.dice.of(&[Gather::Sum, Gather::Min, Gather::Max]),
            Kind::Truth => self.dice.of(&[Gather::Any, Gather::All]),
            Kind::Date => self.dice.of(&[Gather::Min, Gather::Max]),
        };
        let counts = how == Gather::Sum && self.dice.below(2) == 0;
        let value = self.pick(Entity::Member, if counts { Kind::Truth } else { kind });
        let counted = match self.dice.below(2) {
            0 => None,
            _ => Some(self.pick(Entity::Member, Kind::Truth)),
        };
        let none = match how {
            Gather::Min | Gather::Max => Some(self.pick(Entity::Group, kind)),
            _ => None,
        };
        Op::Gather {
            how,
            value,
            counted,
            none,
        }
    }
}

fn plan(seed: u64) -> Plan {
    let steps = |marginal, steps: &[(i64, i64)]| Table {
        marginal,
        steps: steps.to_vec(),
    };
    let mut making = Making {
        dice: Dice(seed),
        plan: Plan {
            on: 19_000,
            facts: facts().into(),
            nodes: Vec::new(),
            tables: vec![
                steps(false, &[(0, 75), (70, 150), (80, -3), (900, 600)]),
                steps(true, &[(-20, 4), (1_200, 12), (9_000, 1)]),
            ],
            policies: Vec::new(),
        },
        kinds: Vec::new(),
    };
    making.leaves();
    for _ in 0..40 {
        making.grow();
    }
    making.plan
}

/// Rows as the naive evaluator has them: facts of the household, then those of each member.
type Rows = Vec<(Vec<Known>, Vec<Vec<Known>>)>;

fn rows(seed: u64) -> Rows {
    let mut dice = Dice(seed);
    // Some populations know everything, some little, and wealth mostly fits 32 bits.
    let unknown = dice.of(&[0, 0, 10, 60]);
    let rich = dice.below(3) == 0;
    let count = dice.of(&[1, 3, 63, 64, 65, 200]);
    let fact = |dice: &mut Dice, fact: &Fact| {
        let (mut low, mut high) = (fact.range.low, fact.range.high);
        if fact.field == "person.wealth" && !rich {
            (low, high) = (-1_000, 1_000);
        }
        (dice.below(100) >= unknown).then(|| dice.within(low, high))
    };
    let facts = facts();
    let row = |dice: &mut Dice, entity| {
        let its = facts.iter().filter(|fact| fact.entity == entity);
        its.map(|one| fact(dice, one)).collect::<Vec<_>>()
    };
    (0..count)
        .map(|_| {
            let size = dice.of(&[1, 1, 2, 2, 3, 4, 7]);
            let group = row(&mut dice, Entity::Group);
            (
                group,
                (0..size).map(|_| row(&mut dice, Entity::Member)).collect(),
            )
        })
        .collect()
}

fn population(rows: &Rows) -> Population {
    let mut builder = Builder::new(&facts());
    for (at, (group, members)) in rows.iter().enumerate() {
        builder.household(&format!("h{at}"), "", "", group.iter().copied());
        for (member, facts) in members.iter().enumerate() {
            builder.member(&format!("h{at}.{member}"), facts.iter().copied());
        }
    }
    builder.finish()
}

/// Every node's values for one household: one for the group and constants, one a member.
fn naive(plan: &Plan, (group, members): &(Vec<Known>, Vec<Vec<Known>>)) -> Vec<Vec<Known>> {
    let mut all: Vec<Vec<Known>> = Vec::new();
    for node in &plan.nodes {
        let lanes = if node.entity == Entity::Member {
            members.len()
        } else {
            1
        };
        let at = |all: &Vec<Vec<Known>>, id: NodeId, lane: usize| {
            let values = &all[usize::try_from(id.0).unwrap()];
            values[if plan[id].entity == Entity::Member {
                lane
            } else {
                0
            }]
        };
        let values = (0..lanes).map(|lane| match node.op {
            Op::Const(value) => Some(value),
            Op::Missing => None,
            Op::Fact(FactId(fact)) => match fact {
                0..3 => group[usize::try_from(fact).unwrap()],
                _ => members[lane][usize::try_from(fact - 3).unwrap()],
            },
            Op::Size => i64::try_from(members.len()).ok(),
            Op::Unary(how, a) => how.apply(at(&all, a, lane)),
            Op::Binary(how, a, b) => how.apply(at(&all, a, lane), at(&all, b, lane)),
            Op::Table(TableId(table), a) => {
                let table = &plan.tables[usize::try_from(table).unwrap()];
                at(&all, a, lane).map(|x| match table.marginal {
                    true => ops::marginal(&table.steps, x),
                    false => ops::bands(&table.steps, x),
                })
            }
            Op::Choose { condition, yes, no } => ops::choose(
                at(&all, condition, lane),
                at(&all, yes, lane),
                at(&all, no, lane),
            ),
            Op::Lift(a) => at(&all, a, 0),
            Op::Gather {
                how,
                value,
                counted,
                none,
            } => {
                let each = (0..members.len()).map(|member| {
                    let counted = counted.map_or(Some(1), |node| at(&all, node, member));
                    (at(&all, value, member), counted)
                });
                how.apply(each, none.and_then(|node| at(&all, node, 0)))
            }
        });
        let values = values.collect();
        all.push(values);
    }
    all
}

fn differences(plan: &Plan, rows: &Rows, threads: usize) -> Vec<String> {
    let nodes: Vec<NodeId> = (0..plan.nodes.len())
        .map(|at| NodeId(u32::try_from(at).unwrap()))
        .collect();
    let expected: Vec<Vec<Vec<Known>>> = rows.iter().map(|row| naive(plan, row)).collect();
    let population = population(rows);
    let program = Program::of(plan, &nodes);
    let threads = NonZeroUsize::new(threads).unwrap();
    let found = program.run(&population, threads, Vec::new, |found, seen| {
        let mut lanes = Lanes::default();
        for (at, node) in nodes.iter().enumerate() {
            seen.read(at, &mut lanes);
            let planes = if plan[*node].entity == Entity::Member {
                seen.size()
            } else {
                1
            };
            for (lane, household) in seen.households().enumerate() {
                let naive = &expected[household][at];
                for (plane, theirs) in naive.iter().enumerate().take(planes) {
                    let ours = lanes.get(plane * seen.lanes() + lane);
                    if ours != *theirs {
                        let op = plan[*node].op;
                        found.push(format!(
                            "{at} {op:?} of {household}.{plane}: {ours:?}, naive {theirs:?}"
                        ));
                    }
                }
            }
        }
    });
    found.into_iter().flatten().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn columns_answer_as_rows_do(seed: u64, people: u64, threads in 1..4_usize) {
        let (plan, rows) = (plan(seed), rows(people));
        let found = differences(&plan, &rows, threads);
        prop_assert!(found.is_empty(), "{:#?}", &found[..found.len().min(5)]);
    }
}
