//! `linli policy sweep`: what policies say to a whole population.

use std::path::PathBuf;

use clap::Args;
use linli_policy::day;
use linli_policy::sweep::{Line, PolicySweep, sweep};
use linli_units::Fen;
use serde_json::json;

use super::people;
use crate::outcome::Outcome;
use crate::say;

/// `linli policy sweep`
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Policies: files, or folders of them
    #[arg(value_name = "POLICY", required = true)]
    policies: Vec<PathBuf>,
    /// The population: a folder with households.csv and persons.csv
    #[arg(long, value_name = "DIR")]
    population: PathBuf,
    /// The month asked about, as 2024-07
    #[arg(long, value_name = "MONTH")]
    on: String,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Sweeps and tells.
pub(crate) fn run(asked: &Sweep) -> anyhow::Result<Outcome> {
    let on = people::month(&asked.on)?;
    let book = people::book(&asked.policies)?;
    let plan = book.plan(&[], on)?;
    let read = people::population(&asked.population, book.facts())?;
    let found = sweep(&plan, &read.population, people::threads());
    if asked.json {
        say::json(&json!({
            "on": day::text(on),
            "absent_columns": read.absent,
            "ignored_columns": read.ignored,
            "sweep": found,
        }))?;
        return Ok(Outcome::Done);
    }
    for note in people::notes(&read) {
        say::note(note);
    }
    let (households, persons) = (found.households, found.persons);
    say::line(format!(
        "{} · 户 households {households} · 人 persons {persons}",
        day::text(on)
    ));
    for policy in &found.policies {
        tell(policy);
    }
    Ok(Outcome::Done)
}

fn tell(policy: &PolicySweep) {
    say::line(format!("\n{} ({})", policy.id, policy.asks));
    if !policy.in_force {
        say::line("  当日无适用规定 no rule in force");
        return;
    }
    for (rule, sum) in &policy.rules {
        say::line(format!("  {rule}: {} (known {})", sum.sum, sum.known));
    }
    if policy.by_area.is_empty() {
        return;
    }
    row("合计 all", &policy.all);
    for (area, line) in &policy.by_area {
        row(if area.is_empty() { "—" } else { area }, line);
    }
    for (kind, line) in &policy.by_kind {
        row(&format!("[{kind}]"), line);
    }
}

fn row(name: &str, line: &Line) {
    let Line {
        eligible,
        payment_fen,
        payment_unknown,
    } = line;
    let unclear = match payment_unknown {
        0 => String::new(),
        many => format!(" · 金额不明 amount unknown {many}"),
    };
    say::line(format!(
        "  {name}: 符合 yes {} · 不符合 no {} · 还不能判断 cannot tell {} · {}{unclear}",
        eligible.yes,
        eligible.no,
        eligible.unknown,
        Fen(*payment_fen),
    ));
}
