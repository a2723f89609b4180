//! `linli policy explain`: what a household is entitled to, and why.

use std::path::PathBuf;

use clap::Args;
use linli_policy::{Household, day};
use serde_json::json;

use super::check::tell_refused;
use super::{people, shelf, text};
use crate::outcome::Outcome;
use crate::say;

/// `linli policy explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Policies and overlays: files, or folders of them
    #[arg(value_name = "POLICY", required = true)]
    policies: Vec<PathBuf>,
    /// The household: a TOML file with `[household]` and `[[persons]]`
    #[arg(long, value_name = "FILE")]
    household: PathBuf,
    /// The day asked about, as 2024-07-01
    #[arg(long, value_name = "DATE")]
    on: String,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Reads, asks and tells.
pub(crate) fn run(asked: &Explain) -> anyhow::Result<Outcome> {
    let on = people::month(&asked.on)?;
    let shelf = match shelf(&asked.policies)? {
        Ok(shelf) => shelf,
        Err(refused) => return tell_refused(&refused, asked.json),
    };
    let name = asked.household.display().to_string();
    let household = match Household::read(&shelf.book, &name, &text(&asked.household)?) {
        Ok(household) => household,
        Err(refused) => return tell_refused(&refused, asked.json),
    };
    let law = shelf.book.law(&shelf.ids(), on)?;
    let answers = law.ask(&household);
    let all = answers.all();
    let explained: Vec<_> = all.iter().map(|answer| answers.explain(answer)).collect();
    if asked.json {
        say::json(&json!({ "accepted": true, "on": day::text(on), "answers": explained }))?;
    } else {
        explained.iter().for_each(|one| say::line(one.text()));
    }
    Ok(Outcome::Done)
}
