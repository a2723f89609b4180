//! `linli policy check`, `lint` and `doc`: what can be said of policies without a household.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use linli_policy::cases::CaseRun;
use linli_policy::{Finding, Level, Refused, day};
use serde_json::{Value, json};

use super::{Shelf, shelf};
use crate::outcome::Outcome;
use crate::say;

/// `linli policy check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Policies and overlays: files, or folders of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// `linli policy lint`
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Policies and overlays: files, or folders of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Fail on a warning, not only on an error
    #[arg(long)]
    strict: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// `linli policy doc`
#[derive(Debug, Args)]
pub(crate) struct Doc {
    /// Policies and overlays: files, or folders of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write `<id>.md` for each policy into this folder, instead of to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Reads, proves and runs the cases.
pub(crate) fn check(asked: &Check) -> anyhow::Result<Outcome> {
    let shelf = match shelf(&asked.files)? {
        Ok(shelf) => shelf,
        Err(refused) => return tell_refused(&refused, asked.json),
    };
    let ids = shelf.ids();
    let runs = shelf.book.run_cases();
    let ours = |run: &&CaseRun<'_>| ids.contains(&run.policy) || shelf.ours(&run.at);
    let runs: Vec<&CaseRun<'_>> = runs.iter().filter(ours).collect();
    let failed = runs.iter().filter(|run| !run.failures.is_empty()).count();
    if asked.json {
        say::json(&json!({
            "accepted": true,
            "policies": ids,
            "findings": [],
            "cases": runs.iter().map(|run| case(run)).collect::<Vec<_>>(),
        }))?;
    } else {
        for failure in runs.iter().flat_map(|run| &run.failures) {
            say::line(failure);
        }
        let (policies, cases) = (ids.len(), runs.len());
        say::line(format!(
            "政策 policies {policies} · 例子 cases {cases} · 不符 failed {failed}"
        ));
    }
    Ok(if failed == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn case(run: &CaseRun<'_>) -> Value {
    json!({
        "policy": run.policy,
        "names": run.names,
        "on": day::text(run.on),
        "file": run.at.file,
        "line": run.at.line,
        "passed": run.failures.is_empty(),
        "failures": run.failures,
    })
}

/// Says why files were refused.
pub(super) fn tell_refused(refused: &Refused, as_json: bool) -> anyhow::Result<Outcome> {
    if as_json {
        say::json(&json!({ "accepted": false, "findings": refused.0 }))?;
    } else {
        refused.0.iter().for_each(say::line);
        say::line(format!("拒绝 refused: {}", refused.0.len()));
    }
    Ok(Outcome::Failed)
}

/// Every remark about the files.
pub(crate) fn lint(asked: &Lint) -> anyhow::Result<Outcome> {
    let shelf = match shelf(&asked.files)? {
        Ok(shelf) => shelf,
        Err(refused) => return tell_refused(&refused, asked.json),
    };
    let findings = shelf.book.lint();
    let findings: Vec<&Finding> = findings.iter().filter(|one| shelf.ours(one)).collect();
    let warnings = findings
        .iter()
        .filter(|one| one.level == Level::Warning)
        .count();
    if asked.json {
        say::json(&json!({ "accepted": true, "findings": findings }))?;
    } else {
        findings.iter().for_each(say::line);
        let notes = findings.len() - warnings;
        say::line(format!("警告 warnings {warnings} · 说明 notes {notes}"));
    }
    Ok(if asked.strict && warnings > 0 {
        Outcome::Failed
    } else {
        Outcome::Done
    })
}

/// A page for each policy.
pub(crate) fn doc(asked: &Doc) -> anyhow::Result<Outcome> {
    let shelf = match shelf(&asked.files)? {
        Ok(shelf) => shelf,
        Err(refused) => return tell_refused(&refused, asked.json),
    };
    let pages = pages(&shelf);
    if let Some(out) = &asked.out {
        std::fs::create_dir_all(out).with_context(|| format!("make {}", out.display()))?;
        for (id, page) in &pages {
            let path = out.join(format!("{id}.md"));
            std::fs::write(&path, page).with_context(|| format!("write {}", path.display()))?;
        }
    }
    if asked.json {
        let pages: Vec<Value> = pages
            .iter()
            .map(|(id, page)| json!({ "policy": id, "page": page }))
            .collect();
        say::json(&json!({ "accepted": true, "pages": pages }))?;
    } else if asked.out.is_none() {
        for (_, page) in &pages {
            say::line(page);
        }
    }
    Ok(Outcome::Done)
}

fn pages(shelf: &Shelf) -> Vec<(String, String)> {
    let ids = shelf.ids().into_iter();
    let page = |id: &str| shelf.book.page(id).map(|page| (id.to_owned(), page));
    ids.filter_map(page).collect()
}
