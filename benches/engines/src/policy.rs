//! The policy engine: the country template beside OpenFisca over two million people, the policies
//! of Shanghai over a district of 1,909,713, a rehearsal, and one household.
//!
//! What is measured runs in a process of its own ([`country`], [`district`]), so that the highest
//! memory is its own, and prints one line of JSON. The country's answers are compared with the
//! peer's, value by value, before any figure is told: the peer counts in 32-bit floats, so two
//! answers are equal when they differ by no more than a millionth and two fen.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use linli_policy::columns::Program;
use linli_policy::incremental::Watch;
use linli_policy::ir::{Entity, Fact, FactId, NodeId, Plan};
use linli_policy::population::{self, Builder, Population};
use linli_policy::rehearse::rehearse;
use linli_policy::rows::Rows;
use linli_policy::sweep::sweep;
use linli_policy::value::{Known, Type};
use linli_policy::{Book, Household, day};
use serde_json::{Value, json};

use crate::beside::{self, Figure};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../engines/policy/tests/oracle/country_template.py"
);
const COUNTRY: &str = include_str!("../../../engines/policy/examples/country-template.toml");
const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogue/policies");
const MONTH: &str = "2016-11";
/// About two million people, 2.6 to a household.
const HOUSEHOLDS: &str = "778000";
const RUNS: usize = 7;
/// Variables of persons, then of households.
const NINE: [&str; 9] = [
    "basic_income",
    "pension",
    "income_tax",
    "social_security_contribution",
    "housing_allowance",
    "parenting_allowance",
    "total_benefits",
    "total_taxes",
    "disposable_income",
];
const OF_PERSONS: usize = 4;
/// Songjiang in the census of 2020.
const RESIDENTS: usize = 1_909_713;

/// A measured part, in a process of its own.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// The country template over columns in memory
    Country {
        /// Where the columns are
        folder: PathBuf,
    },
    /// The policies of Shanghai over a district, a rehearsal, one household
    District,
}

/// Measures everything.
pub(crate) fn run() -> anyhow::Result<Vec<Figure>> {
    let python = beside::python("policy")?;
    let folder = std::env::temp_dir().join(format!("linli-policy-{}", std::process::id()));
    let figures = beside_peer(&python, &folder);
    std::fs::remove_dir_all(&folder).ok();
    let mut figures = figures?;
    figures.extend(in_district(&python)?);
    Ok(figures)
}

/// Runs a part in a process of its own.
fn part(args: &[&str]) -> anyhow::Result<Value> {
    let own = std::env::current_exe()?;
    let args = [&["policy-part"], args].concat();
    beside::run_peer(&own, args[0], &args[1..])
}

/// Measures one part and prints it.
pub(crate) fn measure(asked: &Part) -> anyhow::Result<()> {
    use std::io::Write as _;
    let found = match asked {
        Part::Country { folder } => country(folder)?,
        Part::District => district()?,
    };
    writeln!(std::io::stdout().lock(), "{found}")?;
    Ok(())
}

fn seconds(found: &Value, key: &str) -> anyhow::Result<f64> {
    found[key]
        .as_f64()
        .with_context(|| format!("no {key} in {found}"))
}

fn figure(what: &str, ours: String, beside: String, limit: &str, held: bool) -> Figure {
    Figure {
        what: what.to_owned(),
        ours,
        beside,
        limit: limit.to_owned(),
        held,
    }
}

fn country_book() -> anyhow::Result<Book> {
    Ok(Book::read(&[("country-template.toml", COUNTRY)])?)
}

#[expect(clippy::too_many_lines, reason = "one figure after the other")]
fn beside_peer(python: &PathBuf, folder: &Path) -> anyhow::Result<Vec<Figure>> {
    let (made, out) = (folder.join("population"), folder.join("answers"));
    let text = |path: &Path| path.display().to_string();
    let made_text = text(&made);
    beside::run_peer(python, SCRIPT, ["make", HOUSEHOLDS, "2026", &made_text])?;
    let runs = RUNS.to_string();
    let peer = beside::run_peer(
        python,
        SCRIPT,
        ["time", &made_text, &text(&out), MONTH, &runs],
    )?;
    let book = country_book()?;
    let open = |name: &str| std::fs::File::open(made.join(name));
    let read = population::read(open("households.csv")?, open("persons.csv")?, book.facts());
    let read = read.map_err(|rows| anyhow::anyhow!("{rows:?}"))?;
    compare(&book, &read.population, &out)?;
    store(&book, &read.population, folder)?;
    let people = read.population.persons();
    drop(read);
    let ours = part(&["country", &text(folder)])?;
    let (compute, set_up) = (seconds(&ours, "compute")?, seconds(&ours, "set_up")?);
    let (peer_compute, peer_set_up) = (seconds(&peer, "compute")?, seconds(&peer, "setup")?);
    let (pass, laid_out) = (seconds(&ours, "pass")?, seconds(&ours, "laid_out_pass")?);
    let (memory, peer_memory) = (seconds(&ours, "peak_mib")?, seconds(&peer, "peak_mib")?);
    let times = peer_compute / compute;
    let with = (peer_compute + peer_set_up) / (compute + set_up);
    let ms = |seconds: f64| format!("{:.1} ms", seconds * 1e3);
    Ok(vec![
        figure(
            &format!("nine variables, {people} people, to compute (processor time)"),
            ms(compute),
            format!("OpenFisca {}: {times:.1} ×", ms(peer_compute)),
            "≥ 15 × less",
            times >= 15.0,
        ),
        figure(
            "the same with set-up",
            ms(compute + set_up),
            format!("OpenFisca {}: {with:.1} ×", ms(peer_compute + peer_set_up)),
            "≥ 8 × less",
            with >= 8.0,
        ),
        figure(
            "highest memory",
            format!("{memory:.0} MiB"),
            format!("OpenFisca {peer_memory:.0} MiB"),
            "≤ 1/3",
            memory * 3.0 <= peer_memory,
        ),
        figure(
            "beside one pass over the input columns (64 bits a cell)",
            ms(compute),
            format!(
                "{}: {:.1} × (as laid out {}: {:.1} ×)",
                ms(pass),
                compute / pass,
                ms(laid_out),
                compute / laid_out
            ),
            "≤ 4 ×",
            compute <= 4.0 * pass,
        ),
    ])
}

/// The nodes of the nine variables.
fn nine(plan: &Plan) -> anyhow::Result<Vec<(NodeId, u8)>> {
    let outputs = NINE.iter().map(|key| {
        let output = plan.policies[0].output(key).context("no such rule")?;
        Ok((output.node, output.type_.scale()))
    });
    outputs.collect()
}

/// Every answer of the peer is ours.
fn compare(book: &Book, population: &Population, out: &Path) -> anyhow::Result<()> {
    let law = book.law(&[], first_day()?)?;
    let nine = nine(&law.plan)?;
    let mut files = BTreeMap::new();
    for name in ["persons", "households"] {
        files.insert(
            name,
            std::fs::read_to_string(out.join(format!("{name}-{MONTH}.csv")))?,
        );
    }
    let mut persons = files["persons"].lines().skip(1);
    let mut rows = Vec::new();
    for line in files["households"].lines().skip(1) {
        rows.push(line);
    }
    for household in 0..population.households() {
        let facts = population.household(book, household);
        let values = Rows::of(&law, &facts);
        for member in population.members(household) {
            let at = member - population.members(household).start;
            let line = persons.next().context("a person is missing")?;
            equal(
                line,
                nine[..OF_PERSONS]
                    .iter()
                    .map(|(node, scale)| (values.get(*node, at), *scale)),
            )?;
        }
        let line = rows.get(household).context("a household is missing")?;
        equal(
            line,
            nine[OF_PERSONS..]
                .iter()
                .map(|(node, scale)| (values.get(*node, 0), *scale)),
        )?;
    }
    ensure!(persons.next().is_none(), "the peer has more persons");
    Ok(())
}

fn equal(line: &str, ours: impl Iterator<Item = (Known, u8)>) -> anyhow::Result<()> {
    for (theirs, (value, scale)) in line.split(',').skip(1).zip(ours) {
        let value = value.with_context(|| format!("ours is unknown: {line}"))?;
        let ours: f64 = Type::Money { scale }.plain(value).parse()?;
        let theirs: f64 = theirs.parse()?;
        let near = (ours - theirs).abs() <= 0.02 + 1e-6 * theirs.abs();
        ensure!(near, "ours {ours}, the peer's {theirs}: {line}");
    }
    Ok(())
}

fn first_day() -> anyhow::Result<i64> {
    day::parse(&format!("{MONTH}-01")).context("a month")
}

/// Writes the columns for the measured process: sizes of households, then each fact.
fn store(book: &Book, population: &Population, folder: &Path) -> anyhow::Result<()> {
    let bytes = |values: Vec<i64>| {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let homes = 0..population.households();
    let sizes = homes
        .clone()
        .map(|home| i64::try_from(population.members(home).len()));
    std::fs::write(
        folder.join("sizes"),
        bytes(sizes.collect::<Result<_, _>>()?),
    )?;
    for fact in book.facts().iter() {
        let mut values = Vec::new();
        for home in homes.clone() {
            let members = match fact.entity {
                Entity::Member => (0..population.members(home).len()).map(Some).collect(),
                Entity::Group | Entity::Nobody => vec![None],
            };
            for member in members {
                values.push(
                    population
                        .fact(&fact.field, home, member)
                        .context("unknown")?,
                );
            }
        }
        std::fs::write(folder.join(&fact.field), bytes(values))?;
    }
    Ok(())
}

/// A column, in the integers that it is given in.
fn load<T: TryFrom<i64>>(path: &Path) -> anyhow::Result<Vec<T>>
where
    T::Error: std::error::Error + Send + Sync + 'static,
{
    use std::io::Read as _;
    let cells = usize::try_from(std::fs::metadata(path)?.len())? / 8;
    let mut file = std::io::BufReader::new(std::fs::File::open(path)?);
    let mut cell = [0; 8];
    let mut values = Vec::with_capacity(cells);
    for _ in 0..cells {
        file.read_exact(&mut cell)?;
        values.push(T::try_from(i64::from_le_bytes(cell))?);
    }
    Ok(values)
}

/// What `work` gives, and the processor time it took.
fn clocked<T>(work: impl FnOnce() -> T) -> anyhow::Result<(T, Duration)> {
    let before = beside::processor_time()?;
    let made = work();
    Ok((made, beside::processor_time()?.saturating_sub(before)))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// The country template over columns in memory, on one thread: processor time is what counts.
fn country(folder: &Path) -> anyhow::Result<Value> {
    let book = country_book()?;
    let sizes: Vec<u32> = load(&folder.join("sizes"))?;
    let columns = || {
        let facts = book.facts().iter();
        let columns = facts.map(|fact| load(&folder.join(&fact.field)));
        columns.collect::<anyhow::Result<Vec<Vec<i64>>>>()
    };
    let sums = |population: &Population, program: &Program| {
        program.run(
            population,
            NonZeroUsize::MIN,
            || [0_i64; 9],
            |sums, seen| {
                for (result, sum) in sums.iter_mut().enumerate() {
                    *sum += seen.total(result).0;
                }
            },
        )
    };
    // The memory that the work needs is that of doing it once: later rounds would add what the
    // allocator keeps of those before.
    let made = set_up(&book, &sizes, columns()?)?;
    black_box(sums(&made.0, &made.1));
    drop(made);
    let peak_mib = beside::peak_mib()?;
    let mut set_ups = Vec::new();
    let mut made = None;
    for _ in 0..RUNS {
        drop(made.take());
        let given = columns()?;
        let (set, took) = clocked(|| set_up(&book, &sizes, given))?;
        made = Some(set?);
        set_ups.push(took);
    }
    let (population, program) = made.as_ref().context("set up at least once")?;
    let compute = repeated(|| sums(population, program))?;
    let given = columns()?;
    let facts = book.facts().iter();
    let fields: Vec<&str> = facts.map(|fact| fact.field.as_str()).collect();
    let cells = || given.iter().flat_map(|column| column.iter());
    let pass = repeated(|| cells().fold(0, |sum: i64, cell| sum.wrapping_add(*cell)))?;
    let laid_out = repeated(|| population.one_pass(&fields))?;
    Ok(json!({
        "set_up": median(set_ups),
        "compute": compute,
        "pass": pass,
        "laid_out_pass": laid_out,
        "peak_mib": peak_mib,
    }))
}

/// The processor seconds of one run: the clock of the kernel moves in milliseconds, so many runs
/// are measured together. The median of some such measurements.
fn repeated<T>(work: impl Fn() -> T) -> anyhow::Result<f64> {
    const TOGETHER: u32 = 20;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let (_, took) = clocked(|| {
            for _ in 0..TOGETHER {
                black_box(work());
            }
        })?;
        times.push(took / TOGETHER);
    }
    Ok(median(times))
}

fn set_up(
    book: &Book,
    sizes: &[u32],
    columns: Vec<Vec<i64>>,
) -> anyhow::Result<(Population, Program)> {
    let plan = book.plan(&[], first_day()?)?;
    let nodes: Vec<NodeId> = nine(&plan)?.into_iter().map(|(node, _)| node).collect();
    let population = Population::of_columns(sizes, book.facts(), columns);
    Ok((population, Program::of(&plan, &nodes)))
}

fn in_district(python: &PathBuf) -> anyhow::Result<Vec<Figure>> {
    let peer = beside::run_peer(python, SCRIPT, ["one", "300"])?;
    let peer = seconds(&peer, "median_seconds")?;
    let found = part(&["district"])?;
    let get = |key: &str| seconds(&found, key);
    let us = |seconds: f64| format!("{:.1} µs", seconds * 1e6);
    let (policies, people) = (get("policies")?, get("people")?);
    let (swept, rehearsed, memory) = (get("sweep")?, get("rehearsal")?, get("peak_mib")?);
    let (seven, explained, offers) = (get("seven")?, get("explained")?, get("offers")?);
    Ok(vec![
        figure(
            &format!("{policies} policies of Shanghai over {people} people (wall clock)"),
            format!("{swept:.3} s"),
            String::new(),
            "≤ 0.5 s",
            swept <= 0.5,
        ),
        figure(
            "highest memory of it",
            format!("{memory:.0} MiB"),
            String::new(),
            "≤ 512 MB",
            memory <= 488.0,
        ),
        figure(
            "rehearsal of one change, by area and kind (wall clock)",
            format!("{rehearsed:.3} s"),
            String::new(),
            "≤ 1 s",
            rehearsed <= 1.0,
        ),
        figure(
            "one household, seven variables, warm",
            us(seven),
            format!("OpenFisca {}", us(peer)),
            "≤ 20 µs",
            seven <= 20e-6,
        ),
        figure(
            "all policies with explanation",
            us(explained),
            String::new(),
            "≤ 100 µs",
            explained <= 100e-6,
        ),
        figure(
            "a changed fact to updated offers",
            us(offers),
            String::new(),
            "≤ 5 ms",
            offers <= 5e-3,
        ),
    ])
}

/// The catalogue's policies, each with its name; `changed` goes over every text.
fn catalogue(changed: impl Fn(&str) -> String) -> anyhow::Result<Book> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(CATALOGUE)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "toml") {
            files.push((
                path.display().to_string(),
                changed(&std::fs::read_to_string(&path)?),
            ));
        }
    }
    files.sort();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    Ok(Book::read(&files)?)
}

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low).max(0)).unwrap_or(0) + 1;
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// A plausible value of a fact; unknown one time in fifty.
    fn fact(&mut self, fact: &Fact) -> Known {
        if self.next().is_multiple_of(50) {
            return None;
        }
        let (low, high) = (fact.range.low, fact.range.high);
        Some(match fact.type_ {
            Type::Bool => i64::from(self.next().is_multiple_of(8)),
            Type::Date => self.within(-14_600, 19_700).clamp(low, high),
            Type::Money { .. } => self.within(0, 600_000).clamp(low, high),
            Type::Number { .. } => self.within(0, 100).clamp(low, high),
            Type::Code(_) => self.within(low, high),
        })
    }
}

/// A district of made-up residents in seventeen towns.
fn residents(book: &Book) -> Population {
    let mut dice = Dice(310_117);
    let mut builder = Builder::new(book.facts());
    let of = |entity: Entity| {
        book.facts()
            .iter()
            .filter(move |fact| fact.entity == entity)
    };
    let (mut made, mut home) = (0, 0_u32);
    while made < RESIDENTS {
        let size = [1, 1, 2, 2, 3, 3, 4, 5][usize::try_from(dice.next() % 8).unwrap_or(0)];
        let size = size.min(RESIDENTS - made);
        let facts: Vec<Known> = of(Entity::Group).map(|fact| dice.fact(fact)).collect();
        let town = format!("310117{:03}", home % 17);
        builder.household(&format!("H{home}"), &town, &size.to_string(), facts);
        for member in 0..size {
            let facts: Vec<Known> = of(Entity::Member).map(|fact| dice.fact(fact)).collect();
            builder.member(&format!("P{}", made + member), facts);
        }
        made += size;
        home += 1;
    }
    builder.finish()
}

/// The median wall clock of some runs.
fn walled<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    median(times.collect())
}

fn district() -> anyhow::Result<Value> {
    let on = day::parse("2025-03-01").context("a day")?;
    let book = catalogue(str::to_owned)?;
    let changed = catalogue(|text| text.replace("value = 1595", "value = 1680"))?;
    let (plan, other) = (book.plan(&[], on)?, changed.plan(&[], on)?);
    let threads = std::thread::available_parallelism()?;
    let population = residents(&book);
    let people = population.persons();
    let swept = walled(5, || sweep(&plan, &population, threads));
    let peak = beside::peak_mib()?;
    let found = rehearse(&plan, &other, &population, threads)?;
    ensure!(found.all.winners > 0, "the change must reach somebody");
    let rehearsed = walled(5, || rehearse(&plan, &other, &population, threads));
    let law = book.law(&[], on)?;
    let household = population.household(&book, 17);
    let explained = walled(2_001, || {
        let asked = law.ask(&household);
        let answers = asked.all();
        let told = answers.iter().map(|answer| asked.explain(answer));
        told.collect::<Vec<_>>().len()
    });
    let watch = Watch::of(&law);
    let fact = book
        .facts()
        .iter()
        .position(|fact| fact.field.ends_with("birth_date"));
    let fact = FactId(u32::try_from(fact.context("no date of birth")?)?);
    let mut older = household.clone();
    older.set(Some(0), fact, Some(-10_000));
    let offers = walled(2_001, || watch.changed(&household, &older, &[fact]));
    Ok(json!({
        "policies": plan.policies.len(),
        "people": people,
        "sweep": swept,
        "peak_mib": peak,
        "rehearsal": rehearsed,
        "seven": seven()?,
        "explained": explained,
        "offers": offers,
    }))
}

/// One household of the country, from its facts to seven answers.
fn seven() -> anyhow::Result<f64> {
    let book = country_book()?;
    let law = book.law(&[], first_day()?)?;
    let nine = nine(&law.plan)?;
    let asked: Vec<NodeId> = [0, 2, 3, 4, 5, 6, 8].map(|at: usize| nine[at].0).to_vec();
    let fact = |field: &str| {
        let at = book.facts().iter().position(|fact| fact.field == field);
        Ok::<_, anyhow::Error>(FactId(u32::try_from(at.context("no such fact")?)?))
    };
    let (age, salary, returns) = (
        fact("person.age")?,
        fact("person.salary")?,
        fact("person.capital_returns")?,
    );
    let (role, rent) = (fact("person.role")?, fact("household.rent")?);
    let (size, status) = (
        fact("household.accommodation_size")?,
        fact("household.occupancy")?,
    );
    Ok(walled(20_001, || {
        let mut home = Household::unknown(&book, 3);
        home.set(None, rent, Some(100_000));
        home.set(None, size, Some(800));
        home.set(None, status, Some(1));
        for (member, (years, wage, gains, child)) in
            [(40, 500_000, 0, 0), (38, 0, 12_000, 0), (7, 0, 0, 1)]
                .into_iter()
                .enumerate()
        {
            home.set(Some(member), age, Some(years));
            home.set(Some(member), salary, Some(wage));
            home.set(Some(member), returns, Some(gains));
            home.set(Some(member), role, Some(child));
        }
        let rows = Rows::of(&law, &home);
        asked
            .iter()
            .map(|node| rows.get(*node, 0))
            .collect::<Vec<_>>()
    }))
}
