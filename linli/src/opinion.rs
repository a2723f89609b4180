//! `linli opinion`: draw the map of a conversation from its votes, and check one. Needs no node.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use linli_opinion::verify::{Report, verify};
use linli_opinion::{
    Analysis, BadInput, Conversation, FORMAT, Settings, Side, State, Statements, Votes, picture,
    read,
};
use serde_json::Value;

use crate::outcome::Outcome;
use crate::say;
use crate::text::{self, bytes, not_json};

/// `linli opinion …`
#[derive(Debug, Subcommand)]
pub(crate) enum Opinion {
    /// 分析: who agrees with whom, what each group says, where most agree
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
    /// 核对: check a result against the votes without running the method again
    Verify(Verify),
}

/// The files of a conversation.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// The votes as Polis exports them: participants-votes.csv, or votes.csv
    #[arg(value_name = "VOTES")]
    votes: PathBuf,
    /// The statements: comments.csv, with their words and what was moderated out
    #[arg(long, value_name = "COMMENTS")]
    comments: Option<PathBuf>,
}

/// `linli opinion analyse`
#[derive(Debug, Args)]
pub(crate) struct Analyse {
    /// The votes and the statements.
    #[command(flatten)]
    files: Files,
    /// Begin with the state of an earlier analysis: a file of --save-state, or an earlier result;
    /// it is only read, and where it is not there yet the analysis begins anew
    #[arg(long, value_name = "STATE")]
    state: Option<PathBuf>,
    /// Write the state for the next analysis to this file
    #[arg(long, value_name = "FILE")]
    save_state: Option<PathBuf>,
    /// Write the map with its table to this file, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Leave out statements that nobody has accepted yet
    #[arg(long)]
    strict_moderation: bool,
    /// About how many base clusters to make
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1000))]
    base_clusters: u32,
    /// Answer as JSON: docs/schemas/opinion.schema.json
    #[arg(long)]
    json: bool,
}

/// `linli opinion verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The votes and the statements.
    #[command(flatten)]
    files: Files,
    /// The result, as `linli opinion analyse --json` wrote it
    #[arg(value_name = "RESULT")]
    result: PathBuf,
    /// Answer as JSON: docs/schemas/opinion-report.schema.json
    #[arg(long)]
    json: bool,
}

/// `linli opinion …`
pub(crate) fn run(opinion: &Opinion) -> anyhow::Result<Outcome> {
    match opinion {
        Opinion::Analyse(analyse) => draw(analyse),
        Opinion::Verify(verify) => check(verify),
    }
}

fn draw(asked: &Analyse) -> anyhow::Result<Outcome> {
    let (votes, statements) = conversation(&asked.files)?;
    let state = match asked.state.as_deref() {
        Some(path) if !path.exists() => {
            let path = path.display();
            say::note(format!(
                "{path} 还没有: 从头开始 · is not there yet: beginning anew"
            ));
            None
        }
        path => path.map(earlier).transpose()?,
    };
    let settings = Settings {
        strict_moderation: asked.strict_moderation,
        base_clusters: usize::try_from(asked.base_clusters)?,
        ..Settings::default()
    };
    let mut progress = say::Progress::of("分析 · analysing");
    let conversation = Conversation::new(votes, statements, settings);
    let analysis = conversation.analyse_with(state.as_ref(), &mut |_, done, all| {
        progress.at(done, all);
    });
    progress.clear();
    if let Some(path) = &asked.save_state {
        text::write(path, &(serde_json::to_string(&analysis.state)? + "\n"))?;
    }
    if let Some(path) = &asked.svg {
        text::write(path, &picture::svg(&analysis))?;
    }
    if asked.json {
        say::json(&analysis)?;
    } else {
        say::line(told(&analysis).trim_end());
    }
    Ok(Outcome::Done)
}

fn check(asked: &Verify) -> anyhow::Result<Outcome> {
    let (votes, statements) = conversation(&asked.files)?;
    let path = &asked.result;
    let analysis: Analysis = serde_json::from_slice(&bytes(path)?).map_err(|error| {
        let en = "a result of linli opinion analyse --json";
        not_json(path, &error, " linli opinion analyse --json 的结果", en)
    })?;
    let report = verify(&votes, &statements, &analysis);
    if asked.json {
        say::json(&report)?;
    } else {
        say::line(report_told(&report).trim_end());
    }
    Ok(if report.holds {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn conversation(files: &Files) -> anyhow::Result<(Votes, Statements)> {
    let mut progress = say::Progress::of("读表态 · reading votes");
    let votes = read::votes_with(&bytes(&files.votes)?, &mut |done, all| {
        progress.at(done, all);
    })
    .map_err(|bad| at(&files.votes, &bad))?;
    progress.clear();
    let statements = match &files.comments {
        Some(path) => read::comments(&bytes(path)?).map_err(|bad| at(path, &bad))?,
        None => Statements::new(),
    };
    Ok((votes, statements))
}

fn at(path: &Path, bad: &BadInput) -> anyhow::Error {
    let place = format!("{}:{}:{}", path.display(), bad.line, bad.column);
    text::told(&place, &bad.what_zh, &bad.what)
}

/// A state from its own file, or from within a result.
fn earlier(path: &Path) -> anyhow::Result<State> {
    let no_state = |error| not_json(path, &error, "意见图的状态", "a state of an opinion map");
    let mut value: Value = serde_json::from_slice(&bytes(path)?).map_err(no_state)?;
    let state = match value.get_mut("state") {
        Some(inner) => inner.take(),
        None => value,
    };
    let state: State = serde_json::from_value(state).map_err(no_state)?;
    if state.format != FORMAT {
        let (place, found) = (path.display().to_string(), &state.format);
        let zh = format!("格式 {found} 不是 {FORMAT}");
        let en = format!("the form {found} is not {FORMAT}");
        return Err(text::told(&place, zh, en));
    }
    Ok(state)
}

fn told(analysis: &Analysis) -> String {
    let input = &analysis.input;
    let mut text = format!(
        "{} 人对 {} 条说法表态 {} 次 · {}, {}, {}\n",
        input.people,
        input.statements,
        input.votes,
        counted(input.people, "person", "people"),
        counted(input.statements, "statement", "statements"),
        counted(input.votes, "vote", "votes")
    );
    for limit in &analysis.limits {
        add(&mut text, format_args!("! {} {}\n", limit.zh, limit.en));
    }
    if let Some(directions) = &analysis.directions {
        let [first, second] = directions
            .explained_variance_ratio
            .map(|share| share * 100.0);
        add(
            &mut text,
            format_args!("两个方向占差别的 {first:.1} % 和 {second:.1} % · of the variance\n"),
        );
    }
    for group in &analysis.groups {
        let letter = char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[group.id % 26]);
        let people = group.people.map_or_else(
            || "人数太少，不描述 · too small to be described".to_owned(),
            |people| format!("{people} 人 · people"),
        );
        add(
            &mut text,
            format_args!("\n{letter} 组 · group {letter}: {people}\n"),
        );
        for one in &group.representative {
            let line = said(
                analysis,
                one.statement,
                one.side,
                (one.successes, one.trials),
            );
            text.push_str(&line);
        }
    }
    let consensus = &analysis.consensus;
    if !consensus.agree.is_empty() || !consensus.disagree.is_empty() {
        text.push_str("\n共识 · where most agree\n");
    }
    for (side, list) in [
        (Side::Agree, &consensus.agree),
        (Side::Disagree, &consensus.disagree),
    ] {
        for one in list {
            text.push_str(&said(
                analysis,
                one.statement,
                side,
                (one.successes, one.trials),
            ));
        }
    }
    text
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn add(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    text.write_fmt(part).ok();
}

fn said(analysis: &Analysis, id: i64, side: Side, (successes, trials): (u32, u32)) -> String {
    let at = analysis.statements.partition_point(|one| one.id < id);
    let words = analysis
        .statements
        .get(at)
        .map_or("", |one| one.text.as_str());
    let side = match side {
        Side::Agree => "同意 agree",
        Side::Disagree => "反对 disagree",
    };
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("  {successes:>5} / {trials:<5} {side:<12} #{id} {words}\n")
}

fn report_told(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let sign = match check.held {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        add(
            &mut text,
            format_args!(
                "{sign} {:<20} {} · {}\n",
                check.name, check.told_zh, check.told
            ),
        );
    }
    text.push_str(if report.holds {
        "结果成立 · The result holds"
    } else {
        "结果不成立 · The result does not hold"
    });
    text
}
