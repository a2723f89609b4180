//! `linli policy rehearse`: who gains and who loses when policies change.

use std::path::PathBuf;

use clap::Args;
use linli_policy::day;
use linli_policy::rehearse::{Change, facts, rehearse};
use linli_units::Fen;
use serde_json::json;

use super::people;
use crate::outcome::Outcome;
use crate::say;

/// `linli policy rehearse`
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// The policies as they are: a file, or a folder of them
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// The policies as they might be
    #[arg(value_name = "CHANGED")]
    changed: PathBuf,
    /// The population: a folder with households.csv and persons.csv
    #[arg(long, value_name = "DIR")]
    population: PathBuf,
    /// The month asked about, as 2024-07; else the last day on which the law of one side changes
    #[arg(long, value_name = "MONTH")]
    on: Option<String>,
    /// The month the changed side is asked about, where it is another
    #[arg(long, value_name = "MONTH", requires = "on")]
    changed_on: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Rehearses and tells.
pub(crate) fn run(asked: &Rehearse) -> anyhow::Result<Outcome> {
    let base = people::book(std::slice::from_ref(&asked.base))?;
    let changed = people::book(std::slice::from_ref(&asked.changed))?;
    let last = || {
        let turns = [base.turning_points(), changed.turning_points()];
        turns.concat().into_iter().max().unwrap_or_default()
    };
    let on = asked
        .on
        .as_deref()
        .map_or_else(|| Ok(last()), people::month)?;
    let changed_on = asked.changed_on.as_deref().map_or(Ok(on), people::month)?;
    let read = people::population(&asked.population, &facts(base.facts(), changed.facts())?)?;
    let plans = (base.plan(&[], on)?, changed.plan(&[], changed_on)?);
    let found = rehearse(&plans.0, &plans.1, &read.population, people::threads())?;
    if asked.json {
        say::json(&json!({
            "on": day::text(on),
            "changed_on": day::text(changed_on),
            "absent_columns": read.absent,
            "ignored_columns": read.ignored,
            "rehearsal": found,
        }))?;
        return Ok(Outcome::Done);
    }
    for note in people::notes(&read) {
        say::note(note);
    }
    say::line(format!("{} → {}", day::text(on), day::text(changed_on)));
    row("合计 all", &found.all);
    for (area, change) in &found.by_area {
        row(if area.is_empty() { "—" } else { area }, change);
    }
    for (kind, change) in &found.by_kind {
        row(&format!("[{kind}]"), change);
    }
    for (policy, change) in &found.by_policy {
        say::line(format!(
            "  {policy}: {} × {} → {} × {}",
            change.paid_before,
            Fen(change.before_fen),
            change.paid_after,
            Fen(change.after_fen),
        ));
    }
    Ok(Outcome::Done)
}

fn row(name: &str, change: &Change) {
    let cost = change.after_fen.saturating_sub(change.before_fen);
    say::line(format!(
        "  {name}: 增加 gain {} ({}) · 减少 lose {} ({}) · 不能判断 cannot tell {} · 多支出 cost {}",
        change.winners,
        Fen(change.gained_fen),
        change.losers,
        Fen(change.lost_fen),
        change.unknown,
        Fen(cost),
    ));
}
