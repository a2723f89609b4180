//! Equal Shares beside `pabutools`: exact Add1 on every approval instance, plain Equal Shares on the
//! largest. Each count runs in a process of its own on both sides, so that memory can be told.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use linli_budgeting::{BallotKind, Completion, Options, pabulib, tally};
use serde::{Deserialize, Serialize};

use crate::beside::{self, Figure};

const LARGEST: &str = "poland_lodz_2022_.pb";
const LONGEST: &str = "poland_warszawa_2020_wawer.pb";

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many processor seconds the peer has for one count
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    limit: u64,
    /// Count this file once and say what it took
    #[arg(long, hide = true, value_name = "FILE")]
    one: Option<PathBuf>,
    /// With Add1: `exhaustive` or `end`
    #[arg(long, hide = true, requires = "one")]
    add1: Option<String>,
}

/// What one count took, ours or the peer's.
#[derive(Debug, Serialize, Deserialize)]
struct Took {
    read: f64,
    /// None: not done within the limit.
    count: Option<f64>,
    winners: Option<Vec<String>>,
    peak_mib: u64,
}

#[derive(Deserialize)]
struct Expected {
    rules: BTreeMap<String, Winners>,
}

#[derive(Deserialize)]
struct Winners {
    winners: Vec<String>,
}

/// Measure.
pub(crate) fn run(args: &Args) -> anyhow::Result<Vec<Figure>> {
    if let Some(file) = &args.one {
        let took = one(file, args.add1.as_deref())?;
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&took)?)?;
        return Ok(Vec::new());
    }
    let folder = beside::oracle_data()?.join("budgeting");
    let python = beside::python("budgeting")?;
    let expected: BTreeMap<String, Expected> =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json"))?)?;
    let mut figures = Vec::new();
    for (name, expected) in &expected {
        let file = folder.join(name);
        let read = pabulib::read(&std::fs::read(&file)?, &mut |_| {});
        let (read, _) = read
            .ok()
            .with_context(|| format!("{name} cannot be read"))?;
        if read.election.kind == BallotKind::Approval {
            let known = |rule: &str| Some(&expected.rules.get(rule)?.winners);
            figures.push(add1(&python, &file, args.limit, known("mes_cost_add1"))?);
            if name == LONGEST {
                figures.push(longest(&file, known("mes_cost_add1_noexh"))?);
            }
            if name == LARGEST {
                figures.extend(plain(&python, &file, args.limit, known("mes_cost"))?);
            }
        }
    }
    Ok(figures)
}

/// Count once, in this process.
fn one(file: &Path, add1: Option<&str>) -> anyhow::Result<Took> {
    let began = beside::processor_time()?;
    let bytes = std::fs::read(file)?;
    let read = pabulib::read(&bytes, &mut |_| {});
    let (read, _) = read.ok().context("the file cannot be read")?;
    let options = Options {
        completion: match add1 {
            Some(_) => Completion::Add1,
            None => Completion::None,
        },
        stop_when_exhaustive: add1 == Some("exhaustive"),
        ..Options::default()
    };
    let between = beside::processor_time()?;
    let mut winners = tally(&read.election, &options, false, &mut |_| {})?.selected;
    let end = beside::processor_time()?;
    winners.sort_unstable();
    Ok(Took {
        read: (between - began).as_secs_f64(),
        count: Some((end - between).as_secs_f64()),
        winners: Some(winners),
        peak_mib: beside::peak_mib()?,
    })
}

/// Ours in a process of its own: the median of five by the time of counting.
fn ours(file: &Path, add1: Option<&str>) -> anyhow::Result<Took> {
    let mut runs = Vec::new();
    for _ in 0..5 {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["budgeting", "--one"]).arg(file);
        command.args(add1.iter().flat_map(|how| ["--add1", how]));
        let done = command.output()?;
        let said = String::from_utf8(done.stdout)?;
        let first = said
            .lines()
            .next()
            .context("our own process said nothing")?;
        runs.push(serde_json::from_str::<Took>(first)?);
    }
    runs.sort_by(|a, b| a.count.unwrap_or(0.0).total_cmp(&b.count.unwrap_or(0.0)));
    Ok(runs.swap_remove(2))
}

fn peer(python: &PathBuf, file: &Path, what: &str, limit: u64) -> anyhow::Result<Took> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/budgeting.py");
    let limit = limit.to_string();
    let args = [file.as_os_str(), what.as_ref(), limit.as_ref()];
    Ok(serde_json::from_value(beside::run_peer(
        python, script, args,
    )?)?)
}

fn name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    stem.trim_end_matches('_').replace('_', " ")
}

/// Add1 that stops when exhaustive, as the peer has it.
fn add1(
    python: &PathBuf,
    file: &Path,
    limit: u64,
    known: Option<&Vec<String>>,
) -> anyhow::Result<Figure> {
    let ours = ours(file, Some("exhaustive"))?;
    let theirs = peer(python, file, "add1", limit)?;
    let against = theirs
        .winners
        .as_ref()
        .or(known)
        .context("no winners to compare")?;
    ensure!(
        ours.winners.as_ref() == Some(against),
        "{}: other winners",
        file.display()
    );
    let seconds = ours.count.context("ours always ends")?;
    let least = theirs.count.unwrap_or(f64::from(u32::try_from(limit)?));
    let times = least / seconds.max(1e-6);
    Ok(Figure {
        what: format!("Add1, {}: same winners", name(file)),
        ours: format!("{seconds:.4} s"),
        beside: match theirs.count {
            Some(theirs) => format!("{theirs:.2} s ({times:.0} ×)"),
            None => format!("not done in {limit} s (over {times:.0} ×)"),
        },
        limit: "≥ 20 ×".to_owned(),
        held: times >= 20.0,
    })
}

/// Add1 to the last outcome within the budget.
fn longest(file: &Path, known: Option<&Vec<String>>) -> anyhow::Result<Figure> {
    let ours = ours(file, Some("end"))?;
    ensure!(
        ours.winners.as_ref() == known,
        "{}: other winners",
        file.display()
    );
    let seconds = ours.count.context("ours always ends")? + ours.read;
    Ok(Figure {
        what: format!("Add1 to the end with reading, {}", name(file)),
        ours: format!("{seconds:.3} s"),
        beside: "—".to_owned(),
        limit: "≤ 0.8 s".to_owned(),
        held: seconds <= 0.8,
    })
}

/// Equal Shares without completion.
fn plain(
    python: &PathBuf,
    file: &Path,
    limit: u64,
    known: Option<&Vec<String>>,
) -> anyhow::Result<[Figure; 2]> {
    let ours = ours(file, None)?;
    let theirs = peer(python, file, "plain", limit)?;
    let against = theirs.winners.as_ref().or(known);
    ensure!(
        ours.winners.as_ref() == against,
        "{}: other winners",
        file.display()
    );
    let seconds = ours.count.context("ours always ends")? + ours.read;
    let beside = match theirs.count {
        Some(count) => format!("{:.1} s", count + theirs.read),
        None => format!("not done in {limit} s"),
    };
    Ok([
        Figure {
            what: format!("Equal Shares with reading, {}: same winners", name(file)),
            ours: format!("{seconds:.3} s"),
            beside,
            limit: "≤ 0.5 s".to_owned(),
            held: seconds <= 0.5,
        },
        Figure {
            what: "The same: memory of the process".to_owned(),
            ours: format!("{} MiB", ours.peak_mib),
            beside: format!("{} MiB", theirs.peak_mib),
            limit: "≤ 256 MB".to_owned(),
            held: ours.peak_mib <= 244,
        },
    ])
}
