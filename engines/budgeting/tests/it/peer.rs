//! The peer, `pabutools`, on drawn elections full of ties and on the published instances: the
//! winners of every rule and option that both have.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use linli_budgeting::{
    BallotKind, Completion, Election, Options, Rule, Satisfaction, Tally, pabulib,
};
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::published::folder;
use crate::world::{count, drawn, election};

#[derive(serde::Serialize)]
struct Job {
    file: PathBuf,
    rules: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Answer {
    winners: Vec<String>,
    welfare: String,
}

/// The peer's Python, made on first use.
fn python() -> PathBuf {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/peers.sh");
    let made = Command::new(script).arg("budgeting").output().unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{script}: {said}");
    String::from_utf8(made.stdout).unwrap().trim().into()
}

fn ask(jobs: &[Job]) -> Vec<BTreeMap<String, Answer>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/peer.py");
    let mut peer = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = peer.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(jobs).unwrap()).unwrap();
    drop(input);
    let done = peer.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", done.status);
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The names of what both can count on such ballots. The peer does not end where nobody supports
/// anything under Add1 to the end, so `to_the_end` says whether to ask that.
fn names(kind: BallotKind, to_the_end: bool) -> Vec<String> {
    let satisfactions: &[&str] = match kind {
        BallotKind::Approval => &["cost", "cardinality"],
        BallotKind::Cumulative | BallotKind::Ordinal => {
            &["score", "listed-cost", "listed-cardinality"]
        }
    };
    let mut names = Vec::new();
    for satisfaction in satisfactions {
        names.push(format!("greedy:{satisfaction}:none"));
        names.push(format!("max-welfare:{satisfaction}:none"));
        for completion in [
            "none",
            "utilitarian",
            "add1-exhaustive",
            "add1-exhaustive-utilitarian",
        ] {
            names.push(format!("equal-shares:{satisfaction}:{completion}"));
        }
        if to_the_end {
            names.push(format!("equal-shares:{satisfaction}:add1-to-the-end"));
        }
    }
    if kind == BallotKind::Approval {
        names.push("phragmen:cost:none".to_owned());
    }
    names
}

fn options(name: &str) -> Options {
    let parts: Vec<&str> = name.split(':').collect();
    let named = |name: &str| format!("\"{name}\"");
    Options {
        rule: serde_json::from_str(&named(parts[0])).unwrap(),
        satisfaction: serde_json::from_str(&named(parts[1])).unwrap(),
        completion: match parts[2] {
            "none" => Completion::None,
            "utilitarian" => Completion::Utilitarian,
            "add1-exhaustive" | "add1-to-the-end" => Completion::Add1,
            "add1-exhaustive-utilitarian" => Completion::Add1Utilitarian,
            other => panic!("{other}"),
        },
        stop_when_exhaustive: parts[2].contains("exhaustive"),
        ..Options::default()
    }
}

fn compare(election: &Election, name: &str, peer: &Answer, shown: &str) {
    let tally = count(election, options(name));
    let mut winners = tally.selected.clone();
    winners.sort_unstable();
    if options(name).rule == Rule::MaxWelfare {
        // The peer does not say how it breaks ties; it may also take what satisfies nobody.
        assert_eq!(welfare(&tally), peer.welfare, "{name} {shown}");
    } else {
        assert_eq!(winners, peer.winners, "{name} {shown}");
    }
}

fn welfare(tally: &Tally) -> String {
    match &tally.certificate {
        linli_budgeting::Certificate::Welfare { welfare } => welfare.clone(),
        other => panic!("{other:?}"),
    }
}

/// What the peer can read and ends on: it stumbles over empty ballots of points, and over elections
/// without any votes.
fn is_fit_for_the_peer(election: &Election) -> bool {
    let empty = (0..election.ends.len()).any(|at| election.ballot(at).is_empty());
    !(election.marks.is_empty() || empty && election.kind == BallotKind::Cumulative)
}

#[test]
fn drawn_elections_have_the_peers_winners() {
    let folder = std::env::temp_dir().join(format!("linli-budgeting-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut runner = TestRunner::deterministic();
    let mut jobs = Vec::new();
    let mut elections = Vec::new();
    for kind in ["approval", "cumulative", "ordinal"] {
        let strategy = drawn(kind);
        for at in 0..80 {
            let text = strategy.new_tree(&mut runner).unwrap().current();
            let election = election(&text);
            if !is_fit_for_the_peer(&election) {
                continue;
            }
            let file = folder.join(format!("{kind}-{at}.pb"));
            std::fs::write(&file, &text).unwrap();
            let rules = names(election.kind, kind == "approval");
            jobs.push(Job { file, rules });
            elections.push((election, text));
        }
    }
    let answers = ask(&jobs);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        answers.len() > 120,
        "{} elections were compared",
        answers.len()
    );
    for ((election, text), answers) in elections.iter().zip(&answers) {
        for (name, answer) in answers {
            compare(election, name, answer, text);
        }
    }
}

#[test]
fn published_instances_have_the_peers_winners() {
    let Some(folder) = folder("the peer's winners of 6 published instances") else {
        return;
    };
    let files = [
        "poland_zabrze_2021_.pb",
        "poland_czestochowa_2020_rakow.pb",
        "poland_katowice_2021_bogucice.pb",
        "poland_krakow_2022_czyzyny.pb",
        "france_toulouse_2019_.pb",
    ];
    let read = |file: &Path| {
        pabulib::read(&std::fs::read(file).unwrap(), &mut |_| {})
            .unwrap()
            .0
    };
    let mut jobs: Vec<Job> = files
        .iter()
        .map(|name| {
            let file = folder.join(name);
            let mut rules = names(read(&file).election.kind, false);
            // The peer takes long over Add1, and the published results have that.
            rules.retain(|name| !name.contains("add1"));
            Job { file, rules }
        })
        .collect();
    jobs.push(Job {
        file: folder.join("poland_warszawa_2023_wesola.pb"),
        rules: vec![
            "phragmen:cost:none".to_owned(),
            "max-welfare:cost:none".to_owned(),
            "max-welfare:cardinality:none".to_owned(),
        ],
    });
    for (job, answers) in jobs.iter().zip(ask(&jobs)) {
        let election = read(&job.file).election;
        for (name, answer) in &answers {
            compare(&election, name, answer, &job.file.display().to_string());
        }
    }
}

/// The satisfactions of the peer's names are ours.
#[test]
fn the_names_mean_what_they_say() {
    assert_eq!(
        options("greedy:listed-cost:none").satisfaction,
        Satisfaction::ListedCost
    );
    assert_eq!(options("max-welfare:score:none").rule, Rule::MaxWelfare);
}
