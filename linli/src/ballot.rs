//! `linli ballot`: tally a vote from its files, and check a result by itself.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};
use linli_ballot::certificate::{Certificate, Status};
use linli_ballot::{
    Counts, Election, Fault, Files, Flaw, Procedure, Told, draw, explain, tally, verify_files,
    verify_under,
};
use serde_json::json;

use crate::outcome::{Misuse, Outcome};
use crate::say;
use crate::text::{not_json, text as read, told, write};

/// The name and text of a procedure of the catalogue.
macro_rules! procedure {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../catalogue/procedures/", $name, ".toml")),
        )
    };
}

/// The procedures that come with the program.
const PROCEDURES: [(&str, &str); 14] = [
    procedure!("residents-election"),
    procedure!("residents-recall"),
    procedure!("residents-assembly"),
    procedure!("residents-delegates"),
    procedure!("villagers-election"),
    procedure!("villagers-election-shanghai"),
    procedure!("villagers-recall"),
    procedure!("villagers-assembly"),
    procedure!("villagers-delegates"),
    procedure!("villagers-group"),
    procedure!("villagers-group-recall-shanghai"),
    procedure!("villagers-poll-shanghai"),
    procedure!("owners-assembly"),
    procedure!("owners-committee"),
];

/// `linli ballot …`
#[derive(Debug, Subcommand)]
pub(crate) enum Ballot {
    /// Tally a vote: the result with every sum and article it rests on
    Tally(Tally),
    /// Check a result from nothing but itself
    Verify(Check),
}

/// `linli ballot tally`
#[derive(Debug, Args)]
pub(crate) struct Tally {
    /// The facts of the vote
    #[arg(value_name = "ELECTION.toml")]
    election: PathBuf,
    /// What the counters counted, or what the owners said
    #[arg(value_name = "COUNTS.csv")]
    counts: PathBuf,
    /// Take procedures from here instead of those that come with the program
    #[arg(long, value_name = "DIR")]
    procedures: Option<PathBuf>,
    /// Draw the comparisons as bars into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Answer as JSON: the certificate
    #[arg(long)]
    json: bool,
}

/// `linli ballot verify`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The certificate that `linli ballot tally --json` wrote
    #[arg(value_name = "RESULT.json")]
    result: PathBuf,
    /// Also: was it made from this file of facts? With --counts every field is held against both
    #[arg(long, value_name = "ELECTION.toml")]
    election: Option<PathBuf>,
    /// Also: was it made from these counts? With --election they are counted again
    #[arg(long, value_name = "COUNTS.csv")]
    counts: Option<PathBuf>,
    /// Also: is its digest the one that was posted with the result?
    #[arg(long, value_name = "SHA256")]
    digest: Option<String>,
    /// Take procedures from here instead of those that come with the program
    #[arg(long, value_name = "DIR")]
    procedures: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// `linli ballot …`
pub(crate) fn run(ballot: &Ballot) -> anyhow::Result<Outcome> {
    match ballot {
        Ballot::Tally(tally) => run_tally(tally),
        Ballot::Verify(check) => run_verify(check),
    }
}

fn run_tally(asked: &Tally) -> anyhow::Result<Outcome> {
    let facts = read(&asked.election)?;
    let election = Election::parse(&facts).map_err(|fault| at(&asked.election, &fault))?;
    let (path, law) = law(asked.procedures.as_deref(), &election.procedure)?;
    let procedure = Procedure::parse(&law).map_err(|fault| at(&path, &fault))?;
    let rules = procedure.rules(&election.method, election.day);
    let rules = rules.map_err(|problem| {
        let place = asked.election.display();
        Misuse(format!("{place}: {}", problem.both()))
    })?;
    let text = read(&asked.counts)?;
    let mut progress = say::Progress::of("计票 · counting");
    let counts = Counts::read(&text, &election, rules.kind, &mut |done, all| {
        progress.at(done, all);
    });
    let counts = counts.map_err(|fault| at(&asked.counts, &fault))?;
    progress.end("计票完毕 · counted");
    let files = Files {
        election: &facts,
        counts: &text,
        procedure: &law,
    };
    let made = tally(&election, &rules, &counts, files.digests());
    let made = made.map_err(|problem| match problem {
        linli_ballot::NoResult::Counts(fault) => at(&asked.counts, &fault),
        linli_ballot::NoResult::Election(problem) => told(
            &asked.election.display().to_string(),
            problem.zh,
            problem.en,
        ),
    })?;
    if let Some(path) = &asked.svg {
        write(path, &draw::svg(&made))?;
    }
    if asked.json {
        say::json(&made)?;
    } else {
        tell(&made);
    }
    Ok(match made.outcome.status {
        Status::Held => Outcome::Failed,
        Status::Decided | Status::Invalid => Outcome::Done,
    })
}

/// The derivation for people.
fn tell(made: &Certificate) {
    say::line(format!(
        "{} · {}",
        made.election.names.zh, made.election.names.en
    ));
    for step in &made.steps {
        let line = explain::line(made, step);
        say::line(line.zh);
        say::line(format!("    {}", line.en));
    }
    for finding in &made.findings {
        let code = json!(finding.code);
        let place = [&finding.ballot_box, &finding.contest, &finding.of];
        let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
        let numbers: Vec<String> = [finding.one, finding.other]
            .into_iter()
            .flatten()
            .map(|one| one.to_string())
            .collect();
        let code = code.as_str().unwrap_or_default();
        let words = explain::finding(finding.code);
        say::line(format!(
            "! {code} {} {} {} · {}",
            place.join(" / "),
            numbers.join(" ≠ "),
            words.zh,
            words.en
        ));
    }
    for line in explain::outcome(made) {
        say::line(line);
    }
    for caution in &made.rules.law.cautions {
        say::line(format!(
            "注意 · caution: {} {}",
            caution.text.zh, caution.text.en
        ));
    }
    say::line(posted(made));
}

/// What to post beside a result, so that nobody can change a letter of it.
fn posted(made: &Certificate) -> String {
    format!(
        "凭证摘要，请一并公布 · digest, to be posted: {}",
        made.digest
    )
}

fn run_verify(asked: &Check) -> anyhow::Result<Outcome> {
    let text = read(&asked.result)?;
    let made: Certificate = serde_json::from_str(&text).map_err(|error| {
        let en = "a result of linli ballot tally --json";
        not_json(
            &asked.result,
            &error,
            " linli ballot tally --json 的结果",
            en,
        )
    })?;
    // The rules it carries are held against the procedure they are said to be.
    let (path, text) = law(asked.procedures.as_deref(), &made.rules.id)?;
    let procedure = Procedure::parse(&text).map_err(|fault| at(&path, &fault))?;
    let facts = asked.election.as_deref().map(read).transpose()?;
    let counts = asked.counts.as_deref().map(read).transpose()?;
    let files = Files {
        election: facts.as_deref().unwrap_or_default(),
        counts: counts.as_deref().unwrap_or_default(),
        procedure: &text,
    };
    let flaws = match (&facts, &counts) {
        (Some(_), Some(_)) => verify_files(&made, &files),
        _ => verify_under(&made, &procedure),
    };
    let flaws = flaws.err().unwrap_or_default();
    let mut problems: Vec<Told> = flaws.iter().map(Flaw::told).collect();
    problems.extend(other_files(asked, &made, &files));
    let sound = problems.is_empty();
    if asked.json {
        let digest = &made.digest;
        let (problems, problems_zh): (Vec<String>, Vec<String>) =
            problems.into_iter().map(|one| (one.en, one.zh)).unzip();
        say::json(&json!({
            "sound": sound,
            "problems": problems,
            "problems_zh": problems_zh,
            "digest": digest,
        }))?;
    } else if sound {
        let steps = made.steps.len();
        say::line(format!(
            "✓ 结果成立：{steps} 步推导逐一核对 · The result follows: {steps} steps checked"
        ));
        say::line(posted(&made));
    } else {
        say::line("✗ 结果不成立 · The result does not follow:");
        for problem in &problems {
            say::line(format!("  {}", problem.both()));
        }
    }
    Ok(if sound {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// Whether it was made from other files than those given, or is another than the one posted.
fn other_files(asked: &Check, made: &Certificate, files: &Files<'_>) -> Vec<Told> {
    let mut problems = Vec::new();
    let (given, told) = (files.digests(), &made.inputs);
    for (path, same) in [
        (
            &asked.election,
            given.election_sha256 == told.election_sha256,
        ),
        (&asked.counts, given.counts_sha256 == told.counts_sha256),
    ] {
        if let (Some(path), false) = (path, same) {
            let path = path.display();
            problems.push(Told {
                zh: format!("{path}：结果不是由这个文件得出的"),
                en: format!("{path} is not the file it was made from"),
            });
        }
    }
    let posted_digest = asked.digest.as_deref().map(str::trim);
    if posted_digest.is_some_and(|posted| !posted.eq_ignore_ascii_case(&made.digest)) {
        problems.push(Told {
            zh: "digest：不是公布的那个摘要".to_owned(),
            en: "digest: is not the one that was posted".to_owned(),
        });
    }
    problems
}

/// The text of a procedure, and where it is from.
fn law(folder: Option<&Path>, id: &str) -> anyhow::Result<(PathBuf, String)> {
    let name = format!("{id}.toml");
    if let Some(folder) = folder {
        if id.contains(['/', '\\']) {
            bail!(Misuse(format!(
                "“{id}”不能作程序的名称 · `{id}` is no procedure's name"
            )));
        }
        let path = folder.join(name);
        let text = read(&path)?;
        return Ok((path, text));
    }
    let found = PROCEDURES.iter().find(|(known, _)| *known == id);
    let known = || PROCEDURES.map(|(known, _)| known).join(", ");
    let (_, text) = found.ok_or_else(|| {
        Misuse(format!(
            "没有名为“{id}”的程序 · no procedure is called `{id}`; 有 · there is: {}",
            known()
        ))
    })?;
    Ok((
        PathBuf::from("catalogue/procedures").join(name),
        (*text).to_owned(),
    ))
}

fn at(path: &Path, fault: &Fault) -> anyhow::Error {
    let place = format!("{}:{}:{}", path.display(), fault.line, fault.column);
    told(&place, &fault.problem_zh, &fault.problem)
}

#[cfg(test)]
#[path = "ballot_tests.rs"]
mod tests;
