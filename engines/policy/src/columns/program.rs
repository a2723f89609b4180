//! 编译: the nodes of a plan that some results need, as steps over bits and lanes.
//!
//! **Invariants.** A step's operands stand in steps before it. Truths are bits, numbers are lanes;
//! where a node mixes them the compiler puts a step between that turns one into the other.

use std::collections::BTreeMap;

use crate::ir::{Entity, FactId, NodeId, Op, Plan, Table};
use crate::ops::{self, Binary, Gather, Unary};
use crate::value::{Known, Range, Type};

/// Where a value is while a chunk is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The same everywhere.
    Const(Known),
    /// The number of members.
    Size,
    /// A column of the population, by its place in [`Program::columns`].
    Column(usize),
    /// What a step made, by the step's place.
    Step(usize),
}

/// What a step does; operands are places.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Do {
    /// Lanes of another width.
    Convert(Place),
    /// Bits to 0 and 1.
    Widen(Place),
    /// 0 and others to bits.
    Narrow(Place),
    /// A number of a number.
    Unary(Unary, Place),
    /// Not.
    Not(Place),
    /// A number of two numbers.
    Number(Binary, Place, Place),
    /// A truth of two numbers.
    Compare(Binary, Place, Place),
    /// A truth of two truths.
    Connect(Binary, Place, Place),
    /// A look-up.
    Table(usize, Place),
    /// A choice between numbers.
    ChooseNumber(Place, Place, Place),
    /// A choice between truths.
    ChooseTruth(Place, Place, Place),
    /// The group's number, seen by members.
    LiftNumber(Place),
    /// The group's truth, seen by members.
    LiftTruth(Place),
    /// The sum, smallest or largest of the members' numbers.
    GatherNumber(Gather, Place, Option<Place>, Option<Place>),
    /// How many members have a truth.
    Count(Place, Option<Place>),
    /// Whether any or all members have a truth.
    GatherTruth(Gather, Place, Option<Place>),
}

/// One step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// What is done.
    pub(crate) does: Do,
    /// Whose the result is.
    pub(crate) entity: Entity,
    /// Whether the result is a truth.
    pub(crate) truth: bool,
    /// What the checker has proved of the result.
    pub(crate) range: Range,
}

/// A column that a program reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The fact's name in the field dictionary.
    pub(crate) field: String,
    /// Whose it is.
    pub(crate) entity: Entity,
    /// What it is.
    pub(crate) type_: Type,
}

/// A result of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Result {
    /// Where it is.
    pub(crate) place: Place,
    /// Whose it is; a constant is given to the group.
    pub(crate) entity: Entity,
    /// Whether it is a truth.
    pub(crate) truth: bool,
}

/// Some results of a plan, ready to run over any population.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) tables: Vec<Table>,
    pub(crate) columns: Vec<Wanted>,
    pub(crate) results: Vec<Result>,
}

impl Program {
    /// The program that computes `results` of `plan`, in their order.
    #[must_use]
    pub fn of(plan: &Plan, results: &[NodeId]) -> Self {
        let mut making = Compiler {
            plan,
            places: vec![None; plan.nodes.len()],
            columns: BTreeMap::new(),
            program: Self {
                steps: Vec::new(),
                tables: plan.tables.clone(),
                columns: Vec::new(),
                results: Vec::new(),
            },
        };
        for node in needed(plan, results) {
            let place = making.node(node);
            making.places[index(node)] = Some(place);
        }
        for node in results {
            let place = making.place(*node);
            making.program.results.push(Result {
                place,
                entity: match plan[*node].entity {
                    Entity::Nobody => Entity::Group,
                    entity => entity,
                },
                truth: plan[*node].truth,
            });
        }
        making.program.read_only();
        making.program
    }

    /// Keeps only the steps that a result needs: a comparison may have passed over a product.
    fn read_only(&mut self) {
        let mut read = vec![false; self.steps.len()];
        for result in &self.results {
            if let Place::Step(made) = result.place {
                read[made] = true;
            }
        }
        for at in (0..self.steps.len()).rev() {
            if read[at] {
                for operand in self.steps[at].does.operands() {
                    if let Place::Step(made) = operand {
                        read[made] = true;
                    }
                }
            }
        }
        let mut next = 0;
        let places = read.iter().map(|read| {
            let place = next;
            next += usize::from(*read);
            place
        });
        let places: Vec<usize> = places.collect();
        let moved = |place: Place| match place {
            Place::Step(made) => Place::Step(places[made]),
            place => place,
        };
        let mut kept = read.iter();
        self.steps.retain(|_| kept.next().copied().unwrap_or(false));
        for step in &mut self.steps {
            step.does = step
                .does
                .over(&mut |place| moved(place), &mut |place| moved(place));
        }
        for result in &mut self.results {
            result.place = moved(result.place);
        }
    }
}

/// The nodes that `results` need, operands first.
pub(crate) fn needed(plan: &Plan, results: &[NodeId]) -> Vec<NodeId> {
    let mut wanted = vec![false; plan.nodes.len()];
    for node in results {
        wanted[index(*node)] = true;
    }
    for at in (0..plan.nodes.len()).rev() {
        if wanted[at] {
            for operand in plan.nodes[at].op.operands() {
                wanted[index(operand)] = true;
            }
        }
    }
    let ids = (0_u32..).zip(wanted).filter(|(_, wanted)| *wanted);
    ids.map(|(at, _)| NodeId(at)).collect()
}

/// A node's place in the plan.
pub(crate) fn index(node: NodeId) -> usize {
    usize::try_from(node.0).unwrap_or(usize::MAX)
}

struct Compiler<'a> {
    plan: &'a Plan,
    places: Vec<Option<Place>>,
    columns: BTreeMap<FactId, usize>,
    program: Program,
}

impl Compiler<'_> {
    /// Where `node`, which was compiled before, is.
    fn place(&self, node: NodeId) -> Place {
        self.places[index(node)].unwrap_or(Place::Const(None))
    }

    fn constant(&self, node: NodeId) -> Option<Known> {
        match self.place(node) {
            Place::Const(known) => Some(known),
            _ => None,
        }
    }

    /// `node` as a truth (bits) or as a number (lanes), turned into it where it is the other.
    fn operand(&mut self, node: NodeId, truth: bool) -> Place {
        let place = self.place(node);
        let from = self.plan[node];
        let fixed = matches!(place, Place::Const(_));
        if from.truth == truth || fixed {
            return place;
        }
        let does = if truth {
            Do::Narrow(place)
        } else {
            Do::Widen(place)
        };
        self.step(does, from.entity, truth, from.range)
    }

    fn step(&mut self, does: Do, entity: Entity, truth: bool, range: Range) -> Place {
        self.program.steps.push(Step {
            does,
            entity,
            truth,
            range,
        });
        Place::Step(self.program.steps.len() - 1)
    }

    fn column(&mut self, fact: FactId) -> Place {
        let columns = &mut self.program.columns;
        let facts = &self.plan.facts;
        let at = self.columns.entry(fact).or_insert_with(|| {
            let fact = &facts[usize::try_from(fact.0).unwrap_or(usize::MAX)];
            columns.push(Wanted {
                field: fact.field.clone(),
                entity: fact.entity,
                type_: fact.type_.clone(),
            });
            columns.len() - 1
        });
        Place::Column(*at)
    }

    fn node(&mut self, id: NodeId) -> Place {
        let node = self.plan[id];
        let (truth, entity) = (node.truth, node.entity);
        let does = match node.op {
            Op::Const(value) => return Place::Const(Some(value)),
            Op::Missing => return Place::Const(None),
            Op::Fact(fact) => return self.column(fact),
            Op::Size => return Place::Size,
            Op::Unary(how, a) => match self.constant(a) {
                Some(a) => return Place::Const(how.apply(a)),
                None if how == Unary::Not => Do::Not(self.operand(a, true)),
                None => Do::Unary(how, self.operand(a, false)),
            },
            Op::Binary(how, a, b) => match (self.constant(a), self.constant(b)) {
                (Some(a), Some(b)) => return Place::Const(how.apply(a, b)),
                _ => self.binary(how, a, b),
            },
            Op::Table(table, a) => {
                let at = usize::try_from(table.0).unwrap_or(usize::MAX);
                match self.constant(a) {
                    Some(a) => return Place::Const(a.map(|a| look_up(&self.plan.tables[at], a))),
                    None => Do::Table(at, self.operand(a, false)),
                }
            }
            Op::Choose { condition, yes, no } => {
                let choice = [condition, yes, no].map(|node| self.constant(node));
                if let [Some(condition), Some(yes), Some(no)] = choice {
                    return Place::Const(ops::choose(condition, yes, no));
                }
                self.choice(condition, yes, no, truth)
            }
            Op::Lift(a) => match self.place(a) {
                place @ (Place::Const(_) | Place::Size) => return place,
                _ if truth => Do::LiftTruth(self.operand(a, true)),
                _ => Do::LiftNumber(self.operand(a, false)),
            },
            Op::Gather {
                how,
                value,
                counted,
                none,
            } => self.gather(how, value, counted, none),
        };
        let made_truth = does.makes_truth();
        let place = self.step(does, entity, made_truth, node.range);
        match (made_truth, truth) {
            (true, false) => self.step(Do::Widen(place), entity, false, node.range),
            (false, true) => self.step(Do::Narrow(place), entity, true, node.range),
            _ => place,
        }
    }

    fn choice(&mut self, condition: NodeId, yes: NodeId, no: NodeId, truth: bool) -> Do {
        let condition = self.operand(condition, true);
        let (yes, no) = (self.operand(yes, truth), self.operand(no, truth));
        if truth {
            Do::ChooseTruth(condition, yes, no)
        } else {
            Do::ChooseNumber(condition, yes, no)
        }
    }

    fn binary(&mut self, how: Binary, a: NodeId, b: NodeId) -> Do {
        let truths = self.plan[a].truth && self.plan[b].truth;
        let compared = matches!(how, Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le);
        let connected = matches!(how, Binary::And | Binary::Or)
            || truths && (compared || matches!(how, Binary::Agree | Binary::Min | Binary::Max));
        if compared && let Some(does) = self.unscaled(how, a, b) {
            return does;
        }
        let (a, b) = (self.operand(a, connected), self.operand(b, connected));
        match (connected, compared) {
            (true, _) => Do::Connect(how, a, b),
            (false, true) => Do::Compare(how, a, b),
            (false, false) => Do::Number(how, a, b),
        }
    }

    /// A comparison of a constant with so many times a number, as one with the number itself:
    /// amounts are brought to one scale to be compared, which a constant can be beforehand. The
    /// checker has proved that the product of what is known overflows nowhere.
    fn unscaled(&mut self, how: Binary, a: NodeId, b: NodeId) -> Option<Do> {
        let (constant, product, first) = match (self.constant(a), self.constant(b)) {
            (Some(constant), None) => (constant?, b, true),
            (None, Some(constant)) => (constant?, a, false),
            _ => return None,
        };
        let Op::Binary(Binary::Mul, x, y) = self.plan[product].op else {
            return None;
        };
        let (number, times) = match (self.constant(x), self.constant(y)) {
            (None, Some(times)) => (x, times?),
            (Some(times), None) => (y, times?),
            _ => return None,
        };
        let constant = Place::Const(Some(quotient(how, constant, times, first)?));
        let number = self.operand(number, false);
        Some(if first {
            Do::Compare(how, constant, number)
        } else {
            Do::Compare(how, number, constant)
        })
    }

    fn gather(
        &mut self,
        how: Gather,
        value: NodeId,
        counted: Option<NodeId>,
        none: Option<NodeId>,
    ) -> Do {
        let truth = self.plan[value].truth;
        let fixed = self.constant(value).is_some();
        let who = counted.map(|node| self.operand(node, true));
        match how {
            Gather::Any | Gather::All => Do::GatherTruth(how, self.operand(value, true), who),
            Gather::Sum if truth && !fixed => Do::Count(self.operand(value, true), who),
            Gather::Sum | Gather::Min | Gather::Max => {
                let none = none.map(|node| self.operand(node, false));
                Do::GatherNumber(how, self.operand(value, false), who, none)
            }
        }
    }
}

/// What `x` is compared with where `times · x` is with `constant`, which stands `first` or second;
/// nothing where no whole number does.
fn quotient(how: Binary, constant: i64, times: i64, first: bool) -> Option<i64> {
    if times <= 0 {
        return None;
    }
    let (whole, rest) = (constant.div_euclid(times), constant.rem_euclid(times));
    match how {
        Binary::Eq | Binary::Ne => (rest == 0).then_some(whole),
        // c ≤ k·x where ⌈c/k⌉ ≤ x, and k·x < c where x < ⌈c/k⌉; else it is ⌊c/k⌋.
        _ if (how == Binary::Le) == first => Some(whole + i64::from(rest != 0)),
        _ => Some(whole),
    }
}

/// The table's value for `x`.
pub(crate) fn look_up(table: &Table, x: i64) -> i64 {
    if table.marginal {
        ops::marginal(&table.steps, x)
    } else {
        ops::bands(&table.steps, x)
    }
}

impl Do {
    /// Whether the result is bits.
    fn makes_truth(self) -> bool {
        matches!(
            self,
            Self::Not(_)
                | Self::Compare(..)
                | Self::Connect(..)
                | Self::ChooseTruth(..)
                | Self::LiftTruth(_)
                | Self::GatherTruth(..)
        )
    }

    /// The same over other operands: `number` where lanes are read, `truth` where bits are.
    pub(crate) fn over(
        self,
        number: &mut dyn FnMut(Place) -> Place,
        truth: &mut dyn FnMut(Place) -> Place,
    ) -> Self {
        match self {
            Self::Convert(a) => Self::Convert(number(a)),
            Self::Widen(a) => Self::Widen(truth(a)),
            Self::Narrow(a) => Self::Narrow(number(a)),
            Self::Unary(how, a) => Self::Unary(how, number(a)),
            Self::Not(a) => Self::Not(truth(a)),
            Self::Number(how, a, b) => Self::Number(how, number(a), number(b)),
            Self::Compare(how, a, b) => Self::Compare(how, number(a), number(b)),
            Self::Connect(how, a, b) => Self::Connect(how, truth(a), truth(b)),
            Self::Table(table, a) => Self::Table(table, number(a)),
            Self::ChooseNumber(c, yes, no) => Self::ChooseNumber(truth(c), number(yes), number(no)),
            Self::ChooseTruth(c, yes, no) => Self::ChooseTruth(truth(c), truth(yes), truth(no)),
            Self::LiftNumber(a) => Self::LiftNumber(number(a)),
            Self::LiftTruth(a) => Self::LiftTruth(truth(a)),
            Self::GatherNumber(how, value, who, none) => {
                Self::GatherNumber(how, number(value), who.map(truth), none.map(number))
            }
            Self::Count(value, who) => Self::Count(truth(value), who.map(&mut *truth)),
            Self::GatherTruth(how, value, who) => {
                Self::GatherTruth(how, truth(value), who.map(&mut *truth))
            }
        }
    }

    /// The operands.
    pub(crate) fn operands(self) -> impl Iterator<Item = Place> {
        let three = match self {
            Self::Convert(a)
            | Self::Widen(a)
            | Self::Narrow(a)
            | Self::Unary(_, a)
            | Self::Not(a)
            | Self::Table(_, a)
            | Self::LiftNumber(a)
            | Self::LiftTruth(a) => [Some(a), None, None],
            Self::Number(_, a, b) | Self::Compare(_, a, b) | Self::Connect(_, a, b) => {
                [Some(a), Some(b), None]
            }
            Self::ChooseNumber(a, b, c) | Self::ChooseTruth(a, b, c) => [Some(a), Some(b), Some(c)],
            Self::GatherNumber(_, a, b, c) => [Some(a), b, c],
            Self::Count(a, b) | Self::GatherTruth(_, a, b) => [Some(a), b, None],
        };
        three.into_iter().flatten()
    }
}
