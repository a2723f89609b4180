//! 普查: what policies say to a whole population: how many yes, no and cannot tell, and what is
//! paid, by area and by kind of household.
//!
//! **Units**: payments are whole fen for the time the policy pays for. **Order**: policies as in
//! the plan, areas and kinds by name, so that two sweeps of the same population are equal to the
//! byte, whatever the number of threads.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use serde::Serialize;

use crate::columns::{Lanes, Program, Seen, Tally};
use crate::ir::{Entity, NodeId, Plan, Planned};
use crate::population::{Labels, Population};
use crate::value::Type;

/// What a sweep found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// How many households were asked about.
    pub households: u64,
    /// How many persons.
    pub persons: u64,
    /// Each policy.
    pub policies: Vec<PolicySweep>,
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicySweep {
    /// The policy's id.
    pub id: String,
    /// Whether it is in force that day; if not, there are no answers.
    pub in_force: bool,
    /// Who is asked: `person` or `household`.
    pub asks: &'static str,
    /// Everyone together.
    pub all: Line,
    /// By the area of the household.
    pub by_area: BTreeMap<String, Line>,
    /// By the kind of household.
    pub by_kind: BTreeMap<String, Line>,
    /// The sums of its rules; only where the policy pays nothing itself.
    pub rules: BTreeMap<String, RuleSum>,
}

/// Answers and payments of some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How the question whether they are entitled stands.
    #[serde(flatten)]
    pub eligible: Tally,
    /// What is paid to those of whom it is known, in fen.
    pub payment_fen: i64,
    /// Of how many the payment cannot be told.
    pub payment_unknown: u64,
}

/// A rule's values, added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSum {
    /// The sum, written as values of the rule are; of a truth, how often it holds.
    pub sum: String,
    /// How many are known.
    pub known: u64,
}

impl std::ops::AddAssign for Line {
    fn add_assign(&mut self, other: Self) {
        self.eligible += other.eligible;
        self.payment_fen = self.payment_fen.saturating_add(other.payment_fen);
        self.payment_unknown += other.payment_unknown;
    }
}

/// Where a policy's results are among those of the program.
struct Asked<'a> {
    planned: &'a Planned,
    eligible: Option<usize>,
    payment: Option<usize>,
    rules: Vec<usize>,
}

/// Asks every policy of `plan` about everyone.
#[must_use]
pub fn sweep(plan: &Plan, population: &Population, threads: NonZeroUsize) -> Sweep {
    let mut results = Vec::new();
    let mut result = |node: NodeId| {
        results.push(node);
        results.len() - 1
    };
    let asked: Vec<Asked<'_>> = plan
        .policies
        .iter()
        .map(|planned| Asked {
            eligible: planned.eligible.map(&mut result),
            payment: planned.payment.map(&mut result),
            rules: match planned.eligible.or(planned.payment) {
                None => planned
                    .outputs
                    .iter()
                    .map(|output| result(output.node))
                    .collect(),
                Some(_) => Vec::new(),
            },
            planned,
        })
        .collect();
    let program = Program::of(plan, &results);
    let parts = program.run(
        population,
        threads,
        || Part::new(&asked, population),
        |part, seen| part.see(&asked, population, seen),
    );
    let mut parts = parts.into_iter();
    let mut whole = parts
        .next()
        .unwrap_or_else(|| Part::new(&asked, population));
    for part in parts {
        whole.add(&part);
    }
    let policies = asked.iter().zip(&whole.policies);
    Sweep {
        households: count(population.households()),
        persons: count(population.persons()),
        policies: policies
            .map(|(asked, found)| told(asked, found, population))
            .collect(),
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// What one thread has seen of one policy.
struct Found {
    areas: Vec<Line>,
    kinds: Vec<Line>,
    rules: Vec<(i64, u64)>,
}

/// What one thread has seen.
struct Part {
    policies: Vec<Found>,
    eligible: Lanes,
    payment: Lanes,
    /// Area and kind of each lane of a plane.
    labels: Vec<(usize, usize)>,
}

impl Part {
    fn new(asked: &[Asked<'_>], population: &Population) -> Self {
        let policies = asked.iter().map(|asked| Found {
            areas: vec![Line::default(); population.areas().names.len()],
            kinds: vec![Line::default(); population.kinds().names.len()],
            rules: vec![(0, 0); asked.rules.len()],
        });
        Self {
            policies: policies.collect(),
            eligible: Lanes::default(),
            payment: Lanes::default(),
            labels: Vec::new(),
        }
    }

    fn see(&mut self, asked: &[Asked<'_>], population: &Population, seen: &Seen<'_>) {
        let (areas, kinds) = (population.areas(), population.kinds());
        self.labels.clear();
        let labels = seen
            .households()
            .map(|household| (areas.of(household), kinds.of(household)));
        self.labels.extend(labels);
        for (asked, found) in asked.iter().zip(&mut self.policies) {
            if let Some(eligible) = asked.eligible {
                seen.read(eligible, &mut self.eligible);
                found.tally(&self.eligible, &self.labels, seen);
            }
            if let Some(payment) = asked.payment {
                seen.read(payment, &mut self.payment);
                found.pay(&self.payment, &self.labels, seen.lanes());
            }
            for (rule, (sum, known)) in asked.rules.iter().zip(&mut found.rules) {
                let (more, many) = seen.total(*rule);
                *sum = sum.saturating_add(more);
                *known += many;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.policies.iter_mut().zip(&other.policies) {
            for (line, more) in ours.areas.iter_mut().zip(&theirs.areas) {
                *line += *more;
            }
            for (line, more) in ours.kinds.iter_mut().zip(&theirs.kinds) {
                *line += *more;
            }
            for ((sum, known), (more, many)) in ours.rules.iter_mut().zip(&theirs.rules) {
                *sum = sum.saturating_add(*more);
                *known += many;
            }
        }
    }
}

impl Found {
    /// Counts answers: those that are yes or unknown one by one, the others by what is left.
    fn tally(&mut self, eligible: &Lanes, labels: &[(usize, usize)], seen: &Seen<'_>) {
        let planes = eligible.known.len() * 64 / seen.lanes().max(1);
        let planes = count(planes);
        for (area, kind) in labels {
            self.areas[*area].eligible.no += planes;
            self.kinds[*kind].eligible.no += planes;
        }
        let lanes = seen.lanes();
        for lane in bits(&eligible.truth) {
            let (area, kind) = labels[lane % lanes];
            for line in [&mut self.areas[area], &mut self.kinds[kind]] {
                line.eligible.no -= 1;
                line.eligible.yes += 1;
            }
        }
        for lane in bits(&eligible.unknown) {
            let (area, kind) = labels[lane % lanes];
            for line in [&mut self.areas[area], &mut self.kinds[kind]] {
                line.eligible.no -= 1;
                line.eligible.unknown += 1;
            }
        }
    }

    fn pay(&mut self, payment: &Lanes, labels: &[(usize, usize)], lanes: usize) {
        // Nearly all are 0; whole words of zeroes are passed over.
        for (word, values) in payment.values.chunks_exact(64).enumerate() {
            if values.iter().all(|value| *value == 0) {
                continue;
            }
            for (at, value) in values.iter().enumerate() {
                let lane = word * 64 + at;
                if *value != 0 && payment.known[word] >> at & 1 == 1 {
                    let (area, kind) = labels[lane % lanes];
                    for line in [&mut self.areas[area], &mut self.kinds[kind]] {
                        line.payment_fen = line.payment_fen.saturating_add(*value);
                    }
                }
            }
        }
        for lane in bits(&payment.unknown) {
            let (area, kind) = labels[lane % lanes];
            self.areas[area].payment_unknown += 1;
            self.kinds[kind].payment_unknown += 1;
        }
    }
}

/// The places of set bits.
pub(crate) fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = usize::try_from(left.trailing_zeros())
                .ok()
                .filter(|_| left != 0)?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

fn told(asked: &Asked<'_>, found: &Found, population: &Population) -> PolicySweep {
    let planned = asked.planned;
    let mut all = Line::default();
    for line in &found.areas {
        all += *line;
    }
    let outputs = planned.outputs.iter().zip(&found.rules);
    let rules = outputs.map(|(output, (sum, known))| {
        let sum = match output.type_ {
            Type::Money { .. } | Type::Number { .. } => output.type_.plain(*sum),
            Type::Bool | Type::Date | Type::Code(_) => sum.to_string(),
        };
        (output.key.clone(), RuleSum { sum, known: *known })
    });
    let answered = |labels, lines: &[Line]| match asked.eligible.or(asked.payment) {
        Some(_) => by_name(labels, lines),
        None => BTreeMap::new(),
    };
    PolicySweep {
        id: planned.id.clone(),
        in_force: planned.in_force,
        asks: match planned.entity {
            Entity::Member => "person",
            Entity::Group | Entity::Nobody => "household",
        },
        all,
        by_area: answered(population.areas(), &found.areas),
        by_kind: answered(population.kinds(), &found.kinds),
        rules: rules.collect(),
    }
}

/// Lines under the names of their labels.
pub(crate) fn by_name<T: Copy>(labels: &Labels, lines: &[T]) -> BTreeMap<String, T> {
    let lines = labels.names.iter().zip(lines);
    lines.map(|(name, line)| (name.clone(), *line)).collect()
}
