//! Siting beside `spopt` and `access`: proven places, and crowding, from the same instances.
//!
//! Both sides start from distances in memory, and both are measured in processor seconds, the
//! solver's own process included. The peers' answers are computed again from the sites they chose.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use linli_siting::network::{Joint, Network, Street};
use linli_siting::place::{Limits, Plan, Question, Task, check, place};
use linli_siting::table::{CAPACITY, PEOPLE};
use linli_siting::{Catchment, Datum, Detour, Legs, Spot, Table, crowding};
use serde_json::Value;

use crate::beside::{Figure, oracle_data, processor_time, python, run_peer};

/// How long a peer may take for one instance, in seconds.
const LIMIT: &str = "300";

/// An instance: ways, people, what facilities hold.
struct World {
    legs: Legs,
    people: Vec<u64>,
    capacity: Vec<u64>,
}

/// Measures everything.
pub(crate) fn run() -> anyhow::Result<Vec<Figure>> {
    let (python, data) = (python("siting")?, oracle_data()?.join("siting"));
    let mut figures = catchments(&python, &data)?;
    figures.extend(medians(&python, &data)?);
    figures.push(covering(&python, &data)?);
    figures.push(large()?);
    Ok(figures)
}

fn peer(python: &PathBuf, args: &[&str]) -> anyhow::Result<Value> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../engines/siting/tests/oracle/peer.py"
    );
    run_peer(python, script, args)
}

fn seconds(told: &Value) -> anyhow::Result<f64> {
    told.as_f64().context("the peer's seconds")
}

/// Processor time of `work`, run again and again for a fifth of a second: the clock of the scheduler
/// is too coarse for a single short run.
fn measured<T>(mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let before = processor_time()?;
    let mut runs = 0_u32;
    loop {
        let done = work()?;
        runs += 1;
        let took = processor_time()?.saturating_sub(before);
        if took >= Duration::from_millis(200) {
            return Ok((done, took.as_secs_f64() / f64::from(runs)));
        }
    }
}

fn world(folder: &Path) -> anyhow::Result<World> {
    let table = |name: &str| -> anyhow::Result<Table> {
        let text = std::fs::read_to_string(folder.join(name))?;
        Ok(Table::csv(name, &text)?)
    };
    let (communities, sites) = (table("demand.csv")?, table("sites.csv")?);
    let spots = (
        communities.spots(Datum::Cgcs2000)?,
        sites.spots(Datum::Cgcs2000)?,
    );
    Ok(World {
        legs: Legs::straight(&spots.0, &spots.1, Detour::default(), None),
        people: communities.counts(communities.need(PEOPLE)?)?,
        capacity: sites.counts(sites.need(CAPACITY)?)?,
    })
}

fn catchments(python: &PathBuf, data: &Path) -> anyhow::Result<Vec<Figure>> {
    let folder = data.join("synth_400x2000_s1");
    let told = peer(python, &["crowding", path(&folder)?, "3000"])?;
    let world = world(&folder)?;
    let mut figures = Vec::new();
    for (name, catchment) in [
        ("plain", Catchment::plain(3000)),
        ("enhanced", Catchment::enhanced(3000)),
    ] {
        let (ours, took) = measured(|| {
            crowding(&world.legs, &world.people, &world.capacity, &catchment)
                .map_err(anyhow::Error::msg)
        })?;
        let theirs = told[name].as_array().context("the peer's access")?;
        ensure!(theirs.len() == ours.access.len(), "as many communities");
        for (ours, theirs) in ours.access.iter().zip(theirs) {
            ensure!(
                (ours - seconds(theirs)?).abs() < 1e-9,
                "{name}: {ours} and {theirs}"
            );
        }
        let beside = seconds(&told["seconds"][name])?;
        figures.push(Figure {
            what: format!("two-step floating catchment, {name}, 400 × 2,000"),
            ours: format!("{:.2} ms", took * 1000.0),
            beside: format!("access {:.1} ms", beside * 1000.0),
            limit: "10 × faster".to_owned(),
            held: took * 10.0 <= beside,
        });
    }
    Ok(figures)
}

fn median(legs: &Legs, people: &[u64], choose: usize) -> anyhow::Result<(Plan, f64)> {
    let question = Question::Median;
    solved(legs, people, question, choose, 0)
}

fn solved(
    legs: &Legs,
    people: &[u64],
    question: Question,
    choose: usize,
    gap_ppm: u32,
) -> anyhow::Result<(Plan, f64)> {
    let stands = vec![false; legs.sites()];
    let task = Task {
        question,
        legs,
        people,
        stands: &stands,
        capacity: None,
        choose,
    };
    let limits = Limits {
        gap_ppm,
        ..Limits::default()
    };
    let (plan, took) = measured(|| Ok(place(&task, limits, &mut |_| ControlFlow::Continue(()))?))?;
    check(&task, &plan)?;
    Ok((plan, took))
}

/// Every p-median of the OR-Library, proven; the smaller half beside the peer, which needs minutes
/// and gigabytes for the rest.
fn medians(python: &PathBuf, data: &Path) -> anyhow::Result<Vec<Figure>> {
    let folder = data.join("pmed");
    let optima = std::fs::read_to_string(folder.join("optimum.csv"))?;
    let mut figures = Vec::new();
    for line in optima.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, _, vertices, optimum] = fields.as_slice() else {
            anyhow::bail!("optimum.csv: {line}");
        };
        let file = folder.join(format!("{name}.txt"));
        let (legs, choose) = pmed(&std::fs::read_to_string(&file)?)?;
        let (plan, took) = median(&legs, &vec![1; legs.demands()], choose)?;
        let optimum: u64 = optimum.parse()?;
        ensure!(
            plan.value == optimum && plan.is_proven(),
            "{name}: {} of {optimum}",
            plan.value
        );
        let mut held = took <= 60.0;
        let mut beside = "not run".to_owned();
        if vertices.parse::<u32>()? <= 400 {
            let told = peer(python, &["pmed", path(&file)?, LIMIT])?;
            let theirs = seconds(&told["seconds"])?;
            let ended = told["ended"] == true;
            ensure!(
                !ended || told["value"] == optimum,
                "{name}: the peer found {}",
                told["value"]
            );
            held &= took * 20.0 <= theirs;
            beside = format!(
                "spopt {theirs:.1} s{}",
                if ended { "" } else { ", not done" }
            );
        }
        figures.push(Figure {
            what: format!(
                "p-median {name}: {vertices} vertices, {choose} chosen, proven {optimum}"
            ),
            ours: format!("{took:.4} s"),
            beside,
            limit: "≤ 60 s, ≤ 1/20".to_owned(),
            held,
        });
    }
    Ok(figures)
}

fn covering(python: &PathBuf, data: &Path) -> anyhow::Result<Figure> {
    let folder = data.join("synth_5000x400_s4");
    let world = world(&folder)?;
    let question = Question::Covering { within: 1500 };
    let (plan, took) = solved(&world.legs, &world.people, question, 20, 5_000)?;
    let told = peer(python, &["covering", path(&folder)?, "20", "1500", LIMIT])?;
    let best = told["value"].as_u64().context("the peer's value")?;
    ensure!(
        plan.bound >= best && plan.value * 1000 >= best * 995,
        "{} of {best}",
        plan.value
    );
    Ok(Figure {
        what: format!(
            "maximal covering 5,000 × 400: {} people, at most {}",
            plan.value, plan.bound
        ),
        ours: format!("{took:.2} s"),
        beside: format!("spopt with CBC {:.1} s: {best}", seconds(&told["seconds"])?),
        limit: "within 0.5 % in ≤ 10 s".to_owned(),
        held: took <= 10.0 && plan.gap_ppm() <= 5_050,
    })
}

/// 2,000 communities and 200 sites, made here: a proof is better than any known value.
fn large() -> anyhow::Result<Figure> {
    let spots = |count: u32, seed: u64| -> Vec<Spot> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 44).unwrap_or(0)) / f64::from(1 << 20) * 20_000.0
        };
        (0..count)
            .map(|_| Spot::Plane {
                x: next().floor(),
                y: next().floor(),
            })
            .collect()
    };
    let legs = Legs::straight(&spots(2000, 1), &spots(200, 2), Detour::default(), None);
    let people: Vec<u64> = (0..2000).map(|at| 1 + at * 7919 % 397).collect();
    let (plan, took) = median(&legs, &people, 20)?;
    Ok(Figure {
        what: format!(
            "p-median 2,000 × 200, 20 chosen: {}, at least {}",
            plan.value, plan.bound
        ),
        ours: format!("{took:.2} s"),
        beside: "—".to_owned(),
        limit: "best known in ≤ 5 s".to_owned(),
        held: took <= 5.0 && plan.is_proven(),
    })
}

/// Reads an instance of the OR-Library; later edges replace earlier ones.
fn pmed(text: &str) -> anyhow::Result<(Legs, usize)> {
    let numbers: Vec<u32> = text
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [vertices, _, choose, edges @ ..] = numbers.as_slice() else {
        anyhow::bail!("an instance begins with three numbers");
    };
    let mut lengths = std::collections::BTreeMap::new();
    for edge in edges.chunks_exact(3) {
        let (a, b) = (edge[0].min(edge[1]), edge[0].max(edge[1]));
        lengths.insert((a - 1, b - 1), u64::from(edge[2]) * 1000);
    }
    let street = |((from, to), millimetres)| Street {
        from,
        to,
        millimetres,
    };
    let streets: Vec<Street> = lengths.into_iter().map(street).collect();
    let network = Network::new(usize::try_from(*vertices)?, &streets)
        .map_err(|at| anyhow::anyhow!("edge {at} ends nowhere"))?;
    let joint = |crossing| {
        Some(Joint {
            crossing,
            millimetres: 0,
        })
    };
    let joints: Vec<Option<Joint>> = (0..*vertices).map(joint).collect();
    Ok((
        network.legs(&joints, &joints, None),
        usize::try_from(*choose)?,
    ))
}

fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
