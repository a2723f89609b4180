//! `linli budget`: count a participatory budget, check a result, write a file clean. Needs no node.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use linli_budgeting::pabulib::{self, Fault, Pabulib, Severity};
use linli_budgeting::picture;
use linli_budgeting::{
    Completion, Endowment, Options, Rule, Satisfaction, Tally, Told, tally, verify,
};
use serde::Serialize;
use serde_json::json;

use crate::outcome::Outcome;
use crate::say;
use crate::text::{bytes, write};

/// `linli budget …`
#[derive(Debug, Subcommand)]
pub(crate) enum Budget {
    /// 计票: which projects win, in order of purchase, and what proves it
    Tally(TallyArgs),
    /// 验票: check a result against its election without counting again
    Verify(VerifyArgs),
    /// 整理: write the file anew without its faults, to standard output
    Clean(CleanArgs),
}

/// `linli budget tally`
#[derive(Debug, Args)]
pub(crate) struct TallyArgs {
    /// The election, a Pabulib .pb file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The rule
    #[arg(long, value_name = "RULE", default_value = "equal-shares",
        value_parser = named::<Rule>(["greedy", "max-welfare", "phragmen", "equal-shares"]))]
    rule: Rule,
    /// How much a bought project counts; on cumulative and ordinal ballots cost and cardinality
    /// both take the points
    #[arg(long, value_name = "SATISFACTION", default_value = "cost",
        value_parser = named::<Satisfaction>(["cost", "cardinality", "score", "score-cost", "listed-cost", "listed-cardinality"]))]
    satisfaction: Satisfaction,
    /// Of Equal Shares: what to do with the money that is left
    #[arg(long, value_name = "COMPLETION", default_value = "none",
        value_parser = named::<Completion>(["none", "utilitarian", "add1", "add1-utilitarian"]))]
    completion: Completion,
    /// Of Add1: stop at the first outcome to which no supported project can be added
    #[arg(long)]
    stop_when_exhaustive: bool,
    /// Of Equal Shares: what each voter begins with: exactly their part, or cut off to hundredths
    /// or to whole units of the file's currency
    #[arg(long, value_name = "ENDOWMENT", default_value = "exact",
        value_parser = named::<Endowment>(["exact", "whole-fen", "whole"]))]
    endowment: Endowment,
    /// Say of each project why it was bought or not
    #[arg(long)]
    explain: bool,
    /// Draw each project's cost, who paid and what it lacked into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Refuse a file with any fault, even one that leaves no doubt
    #[arg(long)]
    strict: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// `linli budget verify`
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The election, a Pabulib .pb file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The result, as `linli budget tally --json` gave it
    #[arg(value_name = "RESULT")]
    result: PathBuf,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// `linli budget clean`
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// The election, a Pabulib .pb file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Mark in the column `selected` what this result bought
    #[arg(long, value_name = "RESULT")]
    result: Option<PathBuf>,
}

/// A result with the file it is of and the file's faults.
#[derive(Serialize)]
struct Answer<'a> {
    file: String,
    #[serde(flatten)]
    tally: &'a Tally,
    faults: &'a [Fault],
}

/// `linli budget …`
pub(crate) fn run(budget: &Budget) -> anyhow::Result<Outcome> {
    match budget {
        Budget::Tally(args) => count(args),
        Budget::Verify(args) => check(args),
        Budget::Clean(args) => clean(args),
    }
}

/// An argument whose value goes by the name it has in results.
fn named<T>(names: impl Into<PossibleValuesParser>) -> impl TypedValueParser<Value = T>
where
    T: serde::de::DeserializeOwned + Clone + Send + Sync + 'static,
{
    names
        .into()
        .try_map(|name: String| serde_json::from_value::<T>(json!(name)))
}

fn count(args: &TallyArgs) -> anyhow::Result<Outcome> {
    let Some((file, notes)) = read(&args.file, args.json)? else {
        return Ok(Outcome::Failed);
    };
    if args.strict && !notes.is_empty() {
        return refuse(
            &args.file,
            &told("文件有毛病", "the file has faults"),
            &notes,
            args.json,
        );
    }
    let options = Options {
        rule: args.rule,
        satisfaction: args.satisfaction,
        completion: args.completion,
        stop_when_exhaustive: args.stop_when_exhaustive,
        endowment: args.endowment,
    };
    let mut progress = say::Progress::of("计票 · counting");
    let explained = args.explain || args.svg.is_some();
    let counted = tally(&file.election, &options, explained, &mut |done| {
        progress.at(done, 0);
    });
    progress.clear();
    let mut tally = match counted {
        Ok(tally) => tally,
        Err(refusal) => return refuse(&args.file, &refusal.told(), &[], args.json),
    };
    if let Some(path) = &args.svg {
        write(path, &picture::svg(&file.election, &tally))?;
        if !args.explain {
            tally.explanations.clear();
        }
    }
    if args.json {
        say::json(&Answer {
            file: args.file.display().to_string(),
            tally: &tally,
            faults: &notes,
        })?;
    } else {
        tell(&args.file, &notes);
        show(&file, &tally);
    }
    Ok(Outcome::Done)
}

/// The file and its notes; `None` when it cannot be counted, which has been said.
fn read(path: &Path, as_json: bool) -> anyhow::Result<Option<(Pabulib, Vec<Fault>)>> {
    let bytes = bytes(path)?;
    let all = bytes.len() as u64;
    let mut progress = say::Progress::of("读取 · reading");
    let read = pabulib::read(&bytes, &mut |done| progress.at(done, all));
    progress.clear();
    match read {
        Ok(read) => Ok(Some(read)),
        Err(faults) => {
            refuse(
                path,
                &told("文件不能计票", "the file cannot be counted"),
                &faults,
                as_json,
            )?;
            Ok(None)
        }
    }
}

/// Say why nothing was counted.
fn refuse(path: &Path, why: &Told, faults: &[Fault], as_json: bool) -> anyhow::Result<Outcome> {
    say::note(format!(
        "✗ 未计票 · Nothing was counted: {}: {}",
        path.display(),
        why.both()
    ));
    tell(path, faults);
    if as_json {
        let file = path.display().to_string();
        say::json(&json!({
            "file": file,
            "problem": why.en,
            "problem_zh": why.zh,
            "faults": faults,
        }))?;
    }
    Ok(Outcome::Failed)
}

fn tell(path: &Path, faults: &[Fault]) {
    for fault in faults {
        let sign = match fault.severity {
            Severity::Note => "!",
            Severity::Error => "✗",
        };
        let mut place = path.display().to_string();
        for number in [fault.line, fault.column]
            .into_iter()
            .take_while(|n| *n > 0)
        {
            place.push_str(&format!(":{number}"));
        }
        say::note(format!(
            "{sign} {place}: {} · {}",
            fault.text_zh, fault.text
        ));
    }
}

fn show(file: &Pabulib, tally: &Tally) {
    let name = |id: &str| {
        let project = file.election.find(id);
        project.map_or("", |at| file.election.projects[at].name.as_str())
    };
    say::line(format!(
        "入选 · Selected: {} / {}    花费 · Cost: {} / {}",
        tally.selected.len(),
        tally.instance.projects,
        tally.cost,
        tally.instance.budget
    ));
    for (at, id) in tally.selected.iter().enumerate() {
        say::line(format!("{:>4}. {id}  {}", at + 1, name(id)));
    }
    for explanation in &tally.explanations {
        let sign = if explanation.selected { "✓" } else { "·" };
        say::line(format!(
            "{sign} {}  {}\n    {}\n    {}",
            explanation.project,
            name(&explanation.project),
            explanation.zh,
            explanation.en
        ));
    }
}

fn check(args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let Some((file, _)) = read(&args.file, args.json)? else {
        return Ok(Outcome::Failed);
    };
    let tally = match result(&args.result)? {
        Ok(tally) => tally,
        Err(problem) => return deny(&args.result, &[problem], args.json),
    };
    match verify(&file.election, &tally) {
        Ok(proof) => {
            if args.json {
                let (proven, proven_zh) = apart(&proof.proven);
                say::json(&json!({
                    "holds": true,
                    "proven": proven,
                    "proven_zh": proven_zh,
                    "flaws": [],
                }))?;
            } else {
                say::line("✓ 结果成立 · The result holds");
                for sentence in proof.proven {
                    say::line(format!("  {}", sentence.both()));
                }
            }
            Ok(Outcome::Done)
        }
        Err(flaws) => {
            let flaws: Vec<Told> = flaws.into_iter().map(|flaw| flaw.0).collect();
            deny(&args.result, &flaws, args.json)
        }
    }
}

/// A result file, or what is wrong with it, by line and column.
fn result(path: &Path) -> anyhow::Result<Result<Tally, Told>> {
    Ok(serde_json::from_slice(&bytes(path)?).map_err(|error| Told {
        zh: format!("不是 linli budget tally --json 的结果（{error}）"),
        en: format!("not a result of linli budget tally --json ({error})"),
    }))
}

fn told(zh: &str, en: &str) -> Told {
    Told {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// English and Chinese, apart.
fn apart(told: &[Told]) -> (Vec<&str>, Vec<&str>) {
    told.iter()
        .map(|one| (one.en.as_str(), one.zh.as_str()))
        .unzip()
}

fn deny(path: &Path, flaws: &[Told], as_json: bool) -> anyhow::Result<Outcome> {
    if as_json {
        let (flaws, flaws_zh) = apart(flaws);
        say::json(&json!({
            "holds": false,
            "proven": [],
            "flaws": flaws,
            "flaws_zh": flaws_zh,
        }))?;
    } else {
        say::line("✗ 结果不成立 · The result does not hold");
    }
    for flaw in flaws {
        say::note(format!("✗ {}: {}", path.display(), flaw.both()));
    }
    Ok(Outcome::Failed)
}

fn clean(args: &CleanArgs) -> anyhow::Result<Outcome> {
    let Some((file, notes)) = read(&args.file, false)? else {
        return Ok(Outcome::Failed);
    };
    tell(&args.file, &notes);
    let tally = match args.result.as_deref() {
        None => None,
        Some(path) => match result(path)? {
            Ok(tally) => Some(tally),
            Err(problem) => anyhow::bail!("{}: {}", path.display(), problem.both()),
        },
    };
    let text = pabulib::write(&file, tally.as_ref().map(|tally| tally.selected.as_slice()));
    say::line(text.trim_end_matches('\n'));
    Ok(Outcome::Done)
}
