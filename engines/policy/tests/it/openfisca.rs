//! The country template restated in this language beside `OpenFisca` itself: 10,000 random
//! households, month by month from 2013 to 2025, not one answer that differs after rounding to the
//! fen, by the column evaluator and by the row evaluator.
//!
//! `OpenFisca` is installed by `scripts/peers.sh policy` and runs in a process of its own. Where it
//! cannot be installed these tests fail and say so.

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use linli_policy::columns::{Lanes, Program};
use linli_policy::ir::{Entity, NodeId, Plan};
use linli_policy::ops::{Binary, Towards};
use linli_policy::population::{self, Population};
use linli_policy::rows::Rows;
use linli_policy::value::{self, Known, Type};
use linli_policy::{Book, day};

const HOUSEHOLDS: usize = 10_000;
const MONTHS: [&str; 9] = [
    "2013-01", "2014-02", "2015-11", "2015-12", "2016-03", "2016-11", "2016-12", "2017-01",
    "2025-06",
];
/// What the peer calls what our file calls the same, of persons and of households.
const PERSONS: [&str; 4] = [
    "basic_income",
    "pension",
    "income_tax",
    "social_security_contribution",
];
const OF_HOMES: [&str; 5] = [
    "housing_allowance",
    "parenting_allowance",
    "total_benefits",
    "total_taxes",
    "disposable_income",
];

fn python() -> PathBuf {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/peers.sh");
    let made = Command::new(script).arg("policy").output().unwrap();
    assert!(
        made.status.success(),
        "OpenFisca could not be installed, so nothing was compared: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    String::from_utf8(made.stdout).unwrap().trim().into()
}

fn oracle(python: &Path, args: &[&str]) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/oracle/country_template.py"
    );
    let done = Command::new(python)
        .arg(script)
        .args(args)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

fn book() -> Book {
    let text = include_str!("../../examples/country-template.toml");
    Book::read(&[("country-template.toml", text)]).unwrap_or_else(|refused| panic!("{refused}"))
}

/// What `linli policy check` says to whoever begins with the example.
#[test]
fn the_example_keeps_its_own_cases() {
    let book = book();
    let runs = book.run_cases();
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert!(run.failures.is_empty(), "{:?}", run.failures);
    }
}

/// A value in fen, halves away from zero, and what is below the fen dropped.
fn fen(value: i64, scale: u8) -> i64 {
    Binary::Div(Towards::Nearest).strict(value, value::power(scale))
}

/// The peer's answers by name of the row: a fen amount, or `None` where it had no answer.
fn answers(path: &Path, names: &[&str]) -> BTreeMap<String, Vec<Known>> {
    let mut rows = csv::Reader::from_path(path).unwrap();
    let header = rows.headers().unwrap().clone();
    assert_eq!(header.iter().skip(1).collect::<Vec<_>>(), names);
    let rows = rows.records().map(|row| {
        let row = row.unwrap();
        // Nine decimals of a yuan are seven below the fen.
        let cells = row.iter().skip(1).map(|cell| match cell {
            "none" => None,
            cell => Some(fen(value::digits(cell, 9).unwrap(), 7)),
        });
        (row[0].to_owned(), cells.collect())
    });
    rows.collect()
}

/// The place, node and scale of some outputs; a rule of which no version is in force has none.
fn outputs(plan: &Plan, keys: &[&str]) -> Vec<(usize, NodeId, u8)> {
    let outputs = keys.iter().enumerate().filter_map(|(at, key)| {
        let output = plan.policies[0].output(key)?;
        let Type::Money { scale } = output.type_ else {
            panic!("{key} is no money")
        };
        Some((at, output.node, scale))
    });
    outputs.collect()
}

struct Compared {
    population: Population,
    book: Book,
    folder: PathBuf,
}

fn compared() -> Compared {
    let python = python();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("country");
    let (made, out) = (folder.join("population"), folder.join("answers"));
    let (made_text, out_text) = (made.to_str().unwrap(), out.to_str().unwrap());
    oracle(
        &python,
        &["make", &HOUSEHOLDS.to_string(), "2013", made_text],
    );
    let mut run = vec!["run", made_text, out_text];
    run.extend(MONTHS);
    oracle(&python, &run);
    let book = book();
    let read = population::read(
        File::open(made.join("households.csv")).unwrap(),
        File::open(made.join("persons.csv")).unwrap(),
        book.facts(),
    );
    let read = read.unwrap_or_else(|bad| panic!("{bad:?}"));
    assert_eq!(read.absent, Vec::<String>::new());
    Compared {
        population: read.population,
        book,
        folder: out,
    }
}

#[test]
fn country_template_answers_as_openfisca() {
    let Compared {
        population,
        book,
        folder,
    } = compared();
    assert_eq!(population.households(), HOUSEHOLDS);
    let mut checked = 0_u64;
    for month in MONTHS {
        let on = day::parse(&format!("{month}-01")).unwrap();
        let law = book.law(&["country-template"], on).unwrap();
        let persons = answers(&folder.join(format!("persons-{month}.csv")), &PERSONS);
        let homes = answers(&folder.join(format!("households-{month}.csv")), &OF_HOMES);
        checked += by_columns(&law.plan, &population, month, (&persons, &homes));
        // Rows are slower in a build for tests: every seventh household.
        for household in (0..population.households()).step_by(7) {
            let facts = population.household(&book, household);
            let rows = Rows::of(&law, &facts);
            let expected = &homes[population.household_name(household)];
            let found = values(&law.plan, &OF_HOMES, |node| rows.get(node, 0));
            assert_eq!(found, *expected, "{month}, household {household}, by rows");
            for (member, person) in population.members(household).enumerate() {
                let expected = &persons[population.person_name(person)];
                let found = values(&law.plan, &PERSONS, |node| rows.get(node, member));
                assert_eq!(found, *expected, "{month}, person {person}, by rows");
            }
        }
    }
    let each = u64::try_from(population.households() * 5 + population.persons() * 4).unwrap();
    assert_eq!(checked, each * u64::try_from(MONTHS.len()).unwrap());
}

/// What each output is, in fen.
fn values(plan: &Plan, keys: &[&str], value: impl Fn(NodeId) -> Known) -> Vec<Known> {
    let mut values = vec![None; keys.len()];
    for (at, node, scale) in outputs(plan, keys) {
        values[at] = value(node).map(|value| fen(value, scale));
    }
    values
}

type Expected<'a> = &'a BTreeMap<String, Vec<Known>>;

/// Compares every answer; gives how many there were.
fn by_columns(
    plan: &Plan,
    population: &Population,
    month: &str,
    (persons, homes): (Expected<'_>, Expected<'_>),
) -> u64 {
    let outputs = [outputs(plan, &PERSONS), outputs(plan, &OF_HOMES)];
    let nodes: Vec<NodeId> = outputs.iter().flatten().map(|output| output.1).collect();
    let program = Program::of(plan, &nodes);
    let threads = NonZeroUsize::new(2).unwrap();
    let checked = program.run(
        population,
        threads,
        || 0,
        |checked, seen| {
            let mut lanes = vec![Lanes::default(); nodes.len()];
            for (result, lanes) in lanes.iter_mut().enumerate() {
                seen.read(result, lanes);
            }
            let (of_persons, of_homes) = lanes.split_at(outputs[0].len());
            let found = |outputs: &[(usize, NodeId, u8)], lanes: &[Lanes], count, lane| {
                let mut found = vec![None; count];
                for ((at, node, scale), lanes) in outputs.iter().zip(lanes) {
                    // A rule that is the same for all that month has one value a household.
                    let constant = plan[*node].entity == Entity::Nobody;
                    let lane = if constant { lane % seen.lanes() } else { lane };
                    found[*at] = lanes.get(lane).map(|value| fen(value, *scale));
                }
                found
            };
            for (lane, household) in seen.households().enumerate() {
                let ours = found(&outputs[1], of_homes, OF_HOMES.len(), lane);
                let expected = &homes[population.household_name(household)];
                assert_eq!(ours, *expected, "{month}, household {household}");
                *checked += u64::try_from(ours.len()).unwrap();
                for (plane, person) in population.members(household).enumerate() {
                    let lane = plane * seen.lanes() + lane;
                    let ours = found(&outputs[0], of_persons, PERSONS.len(), lane);
                    let expected = &persons[population.person_name(person)];
                    assert_eq!(ours, *expected, "{month}, person {person}");
                    *checked += u64::try_from(ours.len()).unwrap();
                }
            }
        },
    );
    checked.into_iter().sum()
}
