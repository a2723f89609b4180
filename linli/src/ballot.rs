//! `linli ballot`: tally a vote from its files, and check a result by itself.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use linli_ballot::certificate::{Certificate, Status};
use linli_ballot::{
    Counts, Election, Fault, Files, Flaw, Procedure, draw, explain, tally, verify_files,
    verify_under,
};
use serde_json::json;

use crate::outcome::{Misuse, Outcome};
use crate::say;
use crate::text::text as read;

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
    let rules =
        rules.map_err(|problem| Misuse(format!("{}: {problem}", asked.election.display())))?;
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
        linli_ballot::NoResult::Election(problem) => {
            anyhow::anyhow!("{}: {problem}", asked.election.display())
        }
    })?;
    if let Some(path) = &asked.svg {
        std::fs::write(path, draw::svg(&made))
            .with_context(|| format!("writing {}", path.display()))?;
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
        say::line(format!(
            "! {code} {} {}",
            place.join(" / "),
            numbers.join(" ≠ ")
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
    let made: Certificate = serde_json::from_str(&text).with_context(|| {
        format!(
            "{} is no result of `linli ballot tally --json`",
            asked.result.display()
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
    let mut problems: Vec<String> = flaws.iter().map(Flaw::to_string).collect();
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
            problems.push(format!("{path} is not the file it was made from"));
        }
    }
    let posted_digest = asked.digest.as_deref().map(str::trim);
    if posted_digest.is_some_and(|posted| !posted.eq_ignore_ascii_case(&made.digest)) {
        problems.push("digest: is not the one that was posted".to_owned());
    }
    let sound = problems.is_empty();
    if asked.json {
        let digest = &made.digest;
        say::json(&json!({ "sound": sound, "problems": problems, "digest": digest }))?;
    } else if sound {
        let steps = made.steps.len();
        say::line(format!(
            "✓ 结果成立：{steps} 步推导逐一核对 · The result follows: {steps} steps checked"
        ));
        say::line(posted(&made));
    } else {
        say::line("✗ 结果不成立 · The result does not follow:");
        for problem in &problems {
            say::line(format!("  {problem}"));
        }
    }
    Ok(if sound {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// The text of a procedure, and where it is from.
fn law(folder: Option<&Path>, id: &str) -> anyhow::Result<(PathBuf, String)> {
    let name = format!("{id}.toml");
    if let Some(folder) = folder {
        if id.contains(['/', '\\']) {
            bail!(Misuse(format!("`{id}` is no procedure's name")));
        }
        let path = folder.join(name);
        let text = read(&path)?;
        return Ok((path, text));
    }
    let found = PROCEDURES.iter().find(|(known, _)| *known == id);
    let known = || PROCEDURES.map(|(known, _)| known).join(", ");
    let (_, text) = found.ok_or_else(|| {
        Misuse(format!(
            "no procedure is called `{id}`; there is: {}",
            known()
        ))
    })?;
    Ok((
        PathBuf::from("catalogue/procedures").join(name),
        (*text).to_owned(),
    ))
}

fn at(path: &Path, fault: &Fault) -> anyhow::Error {
    anyhow::anyhow!("{}:{fault}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    fn example(counts: &str) -> (tempfile::TempDir, Tally) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("COUNTS.csv");
        std::fs::write(&path, counts).unwrap();
        let asked = Tally {
            election: files().join("engines/ballot/example/ELECTION.toml"),
            counts: path,
            procedures: None,
            svg: Some(folder.path().join("ballot.svg")),
            json: true,
        };
        (folder, asked)
    }

    #[test]
    fn every_procedure_of_the_catalogue_comes_with_the_program() {
        let mut names: Vec<String> = std::fs::read_dir(files().join("catalogue/procedures"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let mut known: Vec<&str> = PROCEDURES.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        assert_eq!(names, known);
        for (name, text) in PROCEDURES {
            assert_eq!(Procedure::parse(text).unwrap().id, name);
        }
    }

    #[test]
    fn counters_that_differ_end_with_one_and_draw_all_the_same() {
        let path = files().join("engines/ballot/example/COUNTS.csv");
        let counts = std::fs::read_to_string(path).unwrap();
        let (folder, asked) = example(&counts);
        assert_eq!(run_tally(&asked).unwrap(), Outcome::Done);
        assert!(folder.path().join("ballot.svg").exists());
        let (_kept, asked) = example(&counts.replacen(",wang,36", ",wang,35", 1));
        assert_eq!(run_tally(&asked).unwrap(), Outcome::Failed);
    }

    #[test]
    fn a_name_that_was_changed_is_found_by_digest_and_by_files() {
        let example = |name: &str| files().join("engines/ballot/example").join(name);
        let [facts, counts] =
            ["ELECTION.toml", "COUNTS.csv"].map(|name| read(&example(name)).unwrap());
        let (_, law) = law(None, "residents-election").unwrap();
        let texts = Files {
            election: &facts,
            counts: &counts,
            procedure: &law,
        };
        let election = Election::parse(&facts).unwrap();
        let rules = Procedure::parse(&law).unwrap();
        let rules = rules.rules(&election.method, election.day).unwrap();
        let papers = Counts::read(&counts, &election, rules.kind, &mut |_, _| {}).unwrap();
        let made = tally(&election, &rules, &papers, texts.digests()).unwrap();
        let posted = made.digest.clone();
        let folder = tempfile::tempdir().unwrap();
        let check = |made: &Certificate, digest: Option<&str>, with_files: bool| {
            let result = folder.path().join("RESULT.json");
            std::fs::write(&result, serde_json::to_string(made).unwrap()).unwrap();
            run_verify(&Check {
                result,
                election: with_files.then(|| example("ELECTION.toml")),
                counts: with_files.then(|| example("COUNTS.csv")),
                digest: digest.map(str::to_owned),
                procedures: None,
                json: true,
            })
            .unwrap()
        };
        assert_eq!(check(&made, Some(&posted), true), Outcome::Done);
        let mut forged = made;
        forged.outcome.contests[0].standing[0].name.push('某');
        assert_eq!(check(&forged, None, false), Outcome::Failed);
        forged.digest = forged.digest_of_the_rest();
        assert_eq!(check(&forged, Some(&posted), false), Outcome::Failed);
        assert_eq!(check(&forged, None, true), Outcome::Failed);
    }

    #[test]
    fn faults_name_the_file_and_the_place() {
        let (_kept, asked) =
            example("box,counter,contest,marks,papers\nbooth,x,director,wang,many\n");
        let told = run_tally(&asked).unwrap_err().to_string();
        assert!(
            told.ends_with("COUNTS.csv:2:23: `many` is no number of papers"),
            "{told}"
        );
        let (_kept, asked) = example("box,counter,contest,marks,papers\n");
        std::fs::write(&asked.counts, b"box,counter,marks\nbooth,\xcd\xf5,wang\n").unwrap();
        let told = run_tally(&asked).unwrap_err().to_string();
        assert!(told.contains("COUNTS.csv:2:7: not UTF-8"), "{told}");
        let (_kept, mut asked) = example("");
        asked.election = PathBuf::from("nowhere.toml");
        assert!(format!("{:#}", run_tally(&asked).unwrap_err()).contains("nowhere.toml"));
    }
}
