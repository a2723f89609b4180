//! `linli siting place` and `verify`: the choice, its proof, and the check of both.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use linli_siting::Sheet;
use linli_siting::map::{Mark, Picture, Tone};
use linli_siting::place::{
    Flaw, Limits, Plan, Progress, Question, SOLVER, Task, by_solver, check, place,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::{Files, World};
use super::output::{self, Out, misuse};
use super::{dots, shown};
use crate::outcome::Outcome;
use crate::say;
use crate::text::{not_json, text, told as told_at};

/// The form of the answer.
const FORMAT: &str = "linli.siting.place/1";

/// What is asked of the places.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// p-median: the shortest sum of all ways
    Median,
    /// Maximal covering: most people within --within metres
    Covering,
    /// p-centre: the shortest longest way
    Centre,
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Until the gap is proven, or the effort is spent
    Exact,
    /// About a second, with the bound that it gives
    Fast,
}

/// Who makes the choice. The proof is the search's either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Solver {
    /// The search of this program
    Search,
    /// A mixed-integer solver (microlp); the search has to agree. Small tasks only
    Mip,
}

/// `linli siting place`
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The files.
    #[command(flatten)]
    files: Files,
    /// How many sites to choose beside those that stand (column `existing`)
    #[arg(long, short = 'k', value_name = "K")]
    choose: usize,
    /// What is asked
    #[arg(long, value_enum, default_value = "median")]
    question: Kind,
    /// Covering: who is within so many metres counts; 15 minutes' walk if not said
    #[arg(long, value_name = "METRES")]
    within: Option<u32>,
    /// Respect the sites' column `capacity`; people of one community may then go to several sites
    #[arg(long)]
    capacities: bool,
    /// A column of people and what one of them counts, such as people=1 over60=2; may be repeated
    #[arg(long, value_name = "COLUMN[=WEIGHT]")]
    group: Vec<String>,
    /// Stop when the value is proven to be within this many per cent of the best
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    gap: f64,
    /// How to search
    #[arg(long, value_enum, default_value = "exact")]
    method: Method,
    /// Who makes the choice; the proof is the search's either way, and both have to agree
    #[arg(long, value_enum, default_value = "search")]
    solver: Solver,
    /// Millions of prices to read at most; the same number gives the same answer on every machine
    #[arg(long, value_name = "MILLIONS", default_value_t = 5_000)]
    effort: u64,
    /// What to write.
    #[command(flatten)]
    out: Out,
}

/// `linli siting verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The files, and the same --datum, --detour, --streets as when placing.
    #[command(flatten)]
    files: Files,
    /// The result, as `linli siting place --json` wrote it
    #[arg(value_name = "RESULT")]
    result: PathBuf,
    /// Answer as JSON: docs/schemas/siting-verification.schema.json
    #[arg(long)]
    json: bool,
}

/// What was asked, as it stands in the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Query {
    #[serde(flatten)]
    question: Question,
    choose: usize,
    capacities: bool,
    groups: Vec<String>,
}

impl Query {
    fn of(asked: &Place) -> anyhow::Result<Self> {
        let within = asked
            .within
            .unwrap_or_else(|| asked.files.pace().metres_in(15));
        let question = match asked.question {
            Kind::Median => Question::Median,
            Kind::Covering => Question::Covering { within },
            Kind::Centre => Question::Centre,
        };
        if asked.within.is_some() && !matches!(asked.question, Kind::Covering) {
            return Err(misuse(
                "--within 只用于 --question covering",
                "--within belongs to --question covering",
            ));
        }
        let (choose, capacities) = (asked.choose, asked.capacities);
        let groups = asked.group.clone();
        Ok(Self {
            question,
            choose,
            capacities,
            groups,
        })
    }

    /// The longest way that matters.
    fn limit(&self) -> Option<u32> {
        match self.question {
            Question::Covering { within } => Some(within),
            Question::Median | Question::Centre => None,
        }
    }
}

/// The lists of a task.
struct Lists {
    people: Vec<u64>,
    stands: Vec<bool>,
    capacity: Option<Vec<u64>>,
}

impl Lists {
    fn read(world: &World, query: &Query) -> anyhow::Result<Self> {
        let people = if query.groups.is_empty() {
            world.people()?
        } else {
            weighed(world, &query.groups)?
        };
        let capacity = query.capacities.then(|| world.capacity()).transpose()?;
        Ok(Self {
            people,
            stands: world.stands()?,
            capacity,
        })
    }

    fn task<'a>(&'a self, world: &'a World, query: &Query) -> Task<'a> {
        Task {
            question: query.question,
            legs: &world.legs,
            people: &self.people,
            stands: &self.stands,
            capacity: self.capacity.as_deref(),
            choose: query.choose,
        }
    }
}

/// What each community counts: its groups, each person as often as the group's weight says.
fn weighed(world: &World, groups: &[String]) -> anyhow::Result<Vec<u64>> {
    let groups = world.groups(groups)?;
    let sum = |demand: usize| {
        let mut each = groups
            .iter()
            .map(|group| group.people[demand].checked_mul(group.weight));
        each.try_fold(0_u64, |sum, one| sum.checked_add(one?))
    };
    let sums: Option<Vec<u64>> = (0..world.demand_ids.len()).map(sum).collect();
    sums.ok_or_else(|| misuse("权重之和超出 64 位", "the weights add up beyond 64 bits"))
}

/// `linli siting place`
pub(super) fn run(asked: &Place) -> anyhow::Result<Outcome> {
    let query = Query::of(asked)?;
    let limits = limits(asked)?;
    let world = World::read(&asked.files, query.limit())?;
    let lists = Lists::read(&world, &query)?;
    let task = lists.task(&world, &query);
    let mut progress = say::Progress::of("选址 · placing");
    let mut tell = |at: Progress| {
        progress.at(at.work, limits.effort);
        ControlFlow::Continue(())
    };
    let made = match asked.solver {
        Solver::Search => place(&task, limits, &mut tell),
        Solver::Mip => by_solver(&task, limits, &mut tell),
    };
    progress.clear();
    let plan = made?;
    let (communities, sites) = (goes(&world, &plan, &lists), served(&world, &plan, &lists));
    let answer = asked.out.json.then(|| {
        json!({
            "format": FORMAT,
            "settings": asked.files.settings(),
            "asked": query,
            "chosen_by": match asked.solver {
                Solver::Search => "search",
                Solver::Mip => SOLVER,
            },
            "value": plan.value,
            "bound": plan.bound,
            "gap_ppm": plan.gap_ppm(),
            "proven": plan.is_proven(),
            "chosen": plan.opened.iter().map(|site| &world.site_ids[*site]).collect::<Vec<_>>(),
            "left_out": plan.left_out,
            "communities": output::objects(&communities),
            "sites": output::objects(&sites),
            "plan": plan,
        })
    });
    let picture = picture(&world, &plan, &lists);
    let drawn = asked.out.write(&[communities, sites], &picture)?;
    if let Some(answer) = answer {
        say::json(&answer)?;
    } else {
        told(&world, &query, &plan);
        drawn.tell();
    }
    Ok(Outcome::Done)
}

fn limits(asked: &Place) -> anyhow::Result<Limits> {
    if !(0.0..=100.0).contains(&asked.gap) {
        return Err(misuse(
            "--gap 应在 0 到 100 之间（百分数）",
            "--gap is between 0 and 100 per cent",
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 1,000,000"
    )]
    let gap_ppm = (asked.gap * 10_000.0).floor() as u32;
    if asked.method == Method::Fast {
        return Ok(Limits {
            gap_ppm,
            ..Limits::fast()
        });
    }
    let effort = asked.effort.saturating_mul(1_000_000);
    Ok(Limits { gap_ppm, effort })
}

fn told(world: &World, query: &Query, plan: &Plan) {
    let names: Vec<&str> = plan
        .opened
        .iter()
        .map(|site| world.site_ids[*site].as_str())
        .collect();
    say::line(format!("新选 · chosen: {}", names.join(", ")));
    let (value, bound) = (plan.value, plan.bound);
    say::line(match query.question {
        Question::Median => {
            format!("总步行量 · people × metres: {value} (下界 · at least {bound})")
        }
        Question::Covering { within } => {
            format!(
                "{within} 米内的人 · people within {within} m: {value} (上界 · at most {bound})"
            )
        }
        Question::Centre => format!("最远步行 · longest way: {value} m (下界 · at least {bound})"),
    });
    let gap = plan.gap_ppm();
    let (whole, part) = (gap / 10_000, gap % 10_000);
    say::line(if plan.is_proven() {
        "已证明没有更好的 · proven: no choice is better".to_owned()
    } else {
        format!("与最优相差不超过 · within {whole}.{part:04} % of the best")
    });
    if plan.left_out > 0 {
        say::line(format!("够不着 · left out: {}", plan.left_out));
    }
}

/// Who goes where, one row a community: the site that takes most of its people.
fn goes(world: &World, plan: &Plan, lists: &Lists) -> Sheet {
    let rows = plan.goes.iter().enumerate().map(|(demand, shares)| {
        let most = shares
            .iter()
            .max_by_key(|share| (share.people, std::cmp::Reverse(share.site)));
        let going: u64 = shares.iter().map(|share| share.people).sum();
        vec![
            json!(world.demand_ids[demand]),
            json!(lists.people[demand]),
            json!(most.map(|share| &world.site_ids[share.site])),
            json!(most.map(|share| share.metres)),
            json!(shares.len()),
            json!(lists.people[demand] - going),
        ]
    });
    Sheet {
        kind: "community",
        columns: ["id", "people", "site", "metres", "sites", "left_out"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        spots: world.demand_spots.clone(),
    }
}

/// What becomes of each site.
fn served(world: &World, plan: &Plan, lists: &Lists) -> Sheet {
    let mut people = vec![0_u64; world.site_ids.len()];
    for share in plan.goes.iter().flatten() {
        people[share.site] += share.people;
    }
    let rows = people.iter().enumerate().map(|(site, people)| {
        let role = match mark(plan, lists, site) {
            Mark::Stands => "stands",
            Mark::Chosen => "chosen",
            Mark::Left => "not chosen",
        };
        vec![json!(world.site_ids[site]), json!(role), json!(people)]
    });
    Sheet {
        kind: "site",
        columns: ["id", "role", "people"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        spots: world.site_spots.clone(),
    }
}

fn mark(plan: &Plan, lists: &Lists, site: usize) -> Mark {
    if lists.stands[site] {
        Mark::Stands
    } else if plan.opened.binary_search(&site).is_ok() {
        Mark::Chosen
    } else {
        Mark::Left
    }
}

fn picture<'a>(world: &World, plan: &Plan, lists: &Lists) -> Picture<'a> {
    Picture {
        title: "选址 · Where the next ones should stand",
        tones: ["有去处 served", "", "", "够不着 left out"],
        dots: dots(world, |demand| {
            let first = plan.goes[demand].first().map(|share| share.site);
            (
                if first.is_some() {
                    Tone::Good
                } else {
                    Tone::Out
                },
                first,
            )
        }),
        squares: world.squares(|site| mark(plan, lists, site)),
    }
}

/// `linli siting verify`
pub(super) fn verify(asked: &Verify) -> anyhow::Result<Outcome> {
    #[derive(Deserialize)]
    struct Answer {
        format: String,
        settings: Value,
        asked: Query,
        plan: Plan,
    }
    let answer: Answer = serde_json::from_str(&text(&asked.result)?).map_err(|error| {
        let en = "a result of linli siting place --json";
        not_json(
            &asked.result,
            &error,
            " linli siting place --json 的结果",
            en,
        )
    })?;
    if answer.format != FORMAT {
        let (zh, en) = (
            format!("格式 {} 不是 {FORMAT}", answer.format),
            format!("the form {} is not {FORMAT}", answer.format),
        );
        return Err(told_at(&shown(&asked.result), zh, en));
    }
    if answer.settings != asked.files.settings() {
        let (made, now) = (&answer.settings, asked.files.settings());
        return Err(misuse(
            &format!("结果是按设置 {made} 得出的，现在是 {now}"),
            &format!("the result was made with the settings {made}, these are {now}"),
        ));
    }
    let world = World::read(&asked.files, answer.asked.limit())?;
    let lists = Lists::read(&world, &answer.asked)?;
    let task = lists.task(&world, &answer.asked);
    let checked = check(&task, &answer.plan);
    let (value, bound) = (answer.plan.value, answer.plan.bound);
    if asked.json {
        let flaw = checked.as_ref().err().map(Flaw::told);
        let (flaw, flaw_zh) = flaw.map(|flaw| (flaw.en, flaw.zh)).unzip();
        say::json(&json!({
            "holds": flaw.is_none(),
            "value": value,
            "bound": bound,
            "flaw": flaw,
            "flaw_zh": flaw_zh,
        }))?;
    } else {
        say::line(match &checked {
            Ok(()) => format!("✓ 成立 · It holds: value {value}, bound {bound}"),
            Err(flaw) => format!("✗ 不成立 · It does not hold: {}", flaw.told().both()),
        });
    }
    Ok(if checked.is_ok() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}
