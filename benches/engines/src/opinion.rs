//! Opinion maps beside `red-dwarf`: each conversation of the oracles, a conversation of 100,000
//! people, and one more vote on a map in use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use linli_opinion::{Analysis, Conversation, Settings, Statements, Vote, read};
use serde_json::Value;

use crate::beside::{Figure, oracle_data, peak_mib, processor_time, python, run_peer};

const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/red_dwarf.py");
const CONVERSATIONS: [&str; 5] = [
    "15-per-hour-seattle",
    "brexit-consensus",
    "scoop-hivemind.biodiversity",
    "austria-climate.5twd2jsnkf.2022-08-08",
    "vtaiwan.uberx",
];
const RUNS: u32 = 30;

/// Every figure of the engine.
pub(crate) fn run() -> anyhow::Result<Vec<Figure>> {
    let folder = oracle_data()?.join("opinion");
    let python = python("opinion")?;
    let mut figures = Vec::new();
    let mut least_mib = f64::INFINITY;
    for name in CONVERSATIONS {
        let theirs = peer(&python, &folder.join(name))?;
        let peak = theirs["peak_mib"].as_f64().context("peak_mib")?;
        least_mib = least_mib.min(peak);
        figures.extend(beside(name, &folder.join(name), &theirs)?);
    }
    let ours = f64::from(u32::try_from(peak_mib()?)?);
    figures.push(Figure {
        what: "memory, the five conversations".to_owned(),
        ours: format!("{ours:.0} MiB"),
        beside: format!("{least_mib:.0} MiB at least"),
        limit: "≤ 1/5".to_owned(),
        held: ours * 5.0 <= least_mib,
    });
    figures.extend(large()?);
    Ok(figures)
}

fn peer(python: &PathBuf, folder: &Path) -> anyhow::Result<Value> {
    let files = ["participants-votes.csv", "comments.csv"].map(|name| folder.join(name));
    run_peer(
        python,
        PEER,
        [files[0].as_os_str(), files[1].as_os_str(), "5".as_ref()],
    )
}

/// The mean of several runs: the kernel counts a running thread's time in steps of 4 ms.
fn mean<T>(runs: u32, mut work: impl FnMut() -> T) -> anyhow::Result<(T, Duration)> {
    let began = processor_time()?;
    let mut done = work();
    for _ in 1..runs {
        done = work();
    }
    let time = processor_time()?.saturating_sub(began);
    Ok((done, time / runs))
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn beside(name: &str, folder: &Path, theirs: &Value) -> anyhow::Result<[Figure; 2]> {
    let votes = read::votes(&std::fs::read(folder.join("participants-votes.csv"))?)?;
    let comments = read::comments(&std::fs::read(folder.join("comments.csv"))?)?;
    let settings = Settings::default();
    // As the peer is timed: from votes in memory to everything that is said of them.
    let (analysis, time) = mean(RUNS, || {
        Conversation::new(votes.clone(), comments.clone(), settings).analyse(None)
    })?;
    same(&analysis, theirs).with_context(|| name.to_owned())?;
    let theirs = Duration::from_secs_f64(theirs["seconds"].as_f64().context("seconds")?);
    let mut conversation = Conversation::new(votes, comments, settings);
    let (_, more) = one_more(&mut conversation, &analysis, RUNS)?;
    Ok([
        Figure {
            what: format!("{name}, whole map"),
            ours: millis(time),
            beside: millis(theirs),
            limit: "≥ 10 × faster".to_owned(),
            held: time * 10 <= theirs,
        },
        Figure {
            what: format!("{name}, one more vote"),
            ours: millis(more),
            beside: millis(theirs),
            limit: "≤ 20 ms".to_owned(),
            held: more <= Duration::from_millis(20),
        },
    ])
}

/// The peer's places (its second direction is a rough one where it uses a randomised
/// decomposition), its number of groups and its consensus.
fn same(analysis: &Analysis, theirs: &Value) -> anyhow::Result<()> {
    let people = theirs["people"].as_object().context("people")?;
    ensure!(people.len() == analysis.people.len(), "other people");
    for person in &analysis.people {
        let place = &people[&*person.id];
        for (axis, ours) in [person.x, person.y].into_iter().enumerate() {
            let theirs = place[axis].as_f64().context("a place")?;
            let ours = ours.context("a place")?;
            ensure!(
                (ours - theirs).abs() < 1e-3,
                "{} stands elsewhere",
                person.id
            );
        }
    }
    let k = analysis.choice.context("groups")?.k;
    ensure!(
        theirs["k"].as_u64() == Some(k as u64),
        "another number of groups"
    );
    let consensus = &analysis.consensus;
    let ours: Vec<i64> = consensus
        .agree
        .iter()
        .chain(&consensus.disagree)
        .map(|one| one.statement)
        .collect();
    ensure!(
        theirs["consensus"] == Value::from(ours),
        "another consensus"
    );
    Ok(())
}

/// One more vote on a map in use, each time by somebody else.
fn one_more(
    conversation: &mut Conversation,
    before: &Analysis,
    runs: u32,
) -> anyhow::Result<(Analysis, Duration)> {
    let mut state = before.state.clone();
    let people = conversation.votes().people().to_vec();
    let statements = conversation.votes().statements().to_vec();
    let mut turn = 0;
    mean(runs, || {
        turn += 1;
        let person = &people[turn * 7919 % people.len()];
        let statement = statements[turn * 31 % statements.len()];
        conversation.cast(person, statement, Vote::Agree);
        let analysis = conversation.analyse(Some(&state));
        state = analysis.state.clone();
        analysis
    })
}

/// 100,000 people and 1,000 statements, 2 % of them voted on: from the file to the map, and one
/// more vote.
fn large() -> anyhow::Result<[Figure; 3]> {
    let text = synthetic(100_000, 1000);
    let began = processor_time()?;
    let votes = read::votes(text.as_bytes())?;
    let mut conversation = Conversation::new(votes, Statements::new(), Settings::default());
    let analysis = conversation.analyse(None);
    let time = processor_time()?.saturating_sub(began);
    let peak = peak_mib()?;
    let count = conversation.votes().len();
    let (_, more) = one_more(&mut conversation, &analysis, 5)?;
    let what = format!("100,000 people × 1,000 statements, {count} votes");
    Ok([
        Figure {
            what: format!("{what}, file to map"),
            ours: format!("{:.2} s", time.as_secs_f64()),
            beside: "—".to_owned(),
            limit: "≤ 10 s".to_owned(),
            held: time <= Duration::from_secs(10),
        },
        Figure {
            what: format!("{what}, memory with the file"),
            ours: format!("{peak} MiB"),
            beside: "—".to_owned(),
            limit: "≤ 1 GB".to_owned(),
            held: peak <= 953,
        },
        Figure {
            what: format!("{what}, one more vote"),
            ours: millis(more),
            beside: "—".to_owned(),
            limit: "≤ 20 ms".to_owned(),
            held: more <= Duration::from_millis(20),
        },
    ])
}

/// Two crossing divides, some doubt, no chance: the same file every time.
fn synthetic(people: u64, statements: u64) -> String {
    let mix = |seed: u64| {
        let mut z = seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(0x1234_5678_9abc_def1);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut text = String::from("participant");
    for statement in 0..statements {
        text.push(',');
        text.push_str(&statement.to_string());
    }
    for person in 0..people {
        text.push('\n');
        text.push_str(&person.to_string());
        let camps = [person % 3 == 0, person % 2 == 0];
        for statement in 0..statements {
            text.push(',');
            let chance = mix(person * statements + statement);
            if chance % 50 == 0 {
                let lean = mix(statement + 7_000_000_007);
                // The first divide is in two of three statements, the second in the third.
                let side = camps[usize::from(lean % 3 == 0)] ^ (lean & 8 == 0);
                text.push_str(match (chance >> 20) % 10 {
                    0 | 1 => "0",
                    2 => "1",
                    3 => "-1",
                    _ if side => "1",
                    _ => "-1",
                });
            }
        }
    }
    text.push('\n');
    text
}
