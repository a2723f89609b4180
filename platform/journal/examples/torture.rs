//! Kills a writing process again and again, and looks whether anything acknowledged is lost.
//!
//! `cargo run --release -p linli-journal --example torture -- [ROUNDS] [FOLDER]`
//!
//! Each round starts a child that appends from eight tasks and says aloud what was acknowledged; it
//! is killed with SIGKILL after a random number of acknowledgements. Then the journal is opened and
//! every acknowledged entry must be where it was said to be; every tenth round, and at the end,
//! everything is verified. The exit code is 1 when anything is lost or damaged.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use linli_journal::{
    Append, Appended, Config, Depth, Journal, Kind, NewEntry, NoRegisters, Secret,
};
use linli_kernel::{Actor, Clock, CommandId, ResidentId, StreamId, SystemClock};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How many tasks of the child append.
const TASKS: usize = 8;

async fn open(folder: &Path) -> Outcome<Journal> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Journal::open(Config::sqlite(folder), clock, Arc::new(NoRegisters)).await?)
}

fn append() -> Outcome<Append> {
    let command = CommandId::new(&SystemClock);
    let stream = StreamId::new("torture", command);
    Ok(Append {
        command,
        digest: [1; 32],
        at: SystemClock.now(),
        actor: Actor::system(),
        expected: vec![(stream.clone(), 0)],
        entries: vec![NewEntry {
            stream,
            area: "310117".parse()?,
            kind: Kind::new("torture.written", 1),
            open: json!({}),
            sealed: vec![Secret {
                subject: ResidentId(command.0),
                plain: json!({ "name": "王桂英" }),
            }],
        }],
        changes: Vec::new(),
        answer: json!({ "done": command }),
        notices: Vec::new(),
    })
}

/// The child: appends until it is killed.
async fn write(folder: &Path) -> Outcome<()> {
    let journal = open(folder).await?;
    let mut tasks = Vec::new();
    for _ in 0..TASKS {
        let journal = journal.clone();
        tasks.push(tokio::spawn(async move {
            loop {
                let append = append().map_err(|why| why.to_string())?;
                let command = append.command;
                let appended = journal
                    .append(append)
                    .await
                    .map_err(|why| why.to_string())?;
                if let Appended::Done { first_seq, .. } = appended {
                    // One write a line, so that lines of different tasks do not mix.
                    let line = format!("{first_seq} {command}\n");
                    io::stdout()
                        .write_all(line.as_bytes())
                        .map_err(|why| why.to_string())?;
                }
            }
        }));
    }
    for task in tasks {
        let ended: Result<(), String> = task.await?;
        ended?;
    }
    Ok(())
}

/// Runs a child and kills it; returns what it said was acknowledged.
fn round(folder: &Path) -> Outcome<Vec<(u64, String)>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("child")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("the child has no output")?;
    let wanted = rand::random_range(1..400);
    let mut said = Vec::new();
    for (count, line) in BufReader::new(out).lines().enumerate() {
        if count == wanted {
            child.kill()?;
        }
        let Ok(line) = line else { break };
        // A last line may be cut short by the kill.
        if let Some((seq, command)) = line.split_once(' ').filter(|(_, id)| id.len() == 36) {
            said.push((seq.parse()?, command.to_owned()));
        }
    }
    child.wait()?;
    Ok(said)
}

/// How many of the acknowledged entries are not where they were said to be.
async fn lost(journal: &Journal, said: &[(u64, String)]) -> Outcome<usize> {
    let mut lost = 0;
    for (seq, command) in said {
        let entry = journal.entries(*seq, 1).await?.pop();
        if entry.is_none_or(|entry| entry.command.to_string() != *command) {
            lost += 1;
        }
    }
    Ok(lost)
}

async fn torture(rounds: u32, folder: &Path) -> Outcome<bool> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let (mut acknowledged, mut missing) = (0, 0);
    for number in 1..=rounds {
        let said = round(folder)?;
        let journal = open(folder).await?;
        acknowledged += said.len();
        missing += lost(&journal, &said).await?;
        if number % 10 == 0 || number == rounds {
            let findings = journal.verify(Depth::default(), |_| {}).await?;
            for damage in &findings.damages {
                writeln!(io::stdout(), "damage: {damage}")?;
            }
            missing += findings.damages.len();
            let entries = findings.entries;
            writeln!(
                io::stdout(),
                "round {number}: {acknowledged} acknowledged, {entries} entries, {missing} lost or damaged"
            )?;
        }
        journal.close().await;
    }
    Ok(missing == 0)
}

#[tokio::main]
async fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, folder] = arguments.as_slice()
        && role == "child"
    {
        write(Path::new(folder)).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let rounds = arguments.first().map_or(Ok(200), |rounds| rounds.parse())?;
    let folder = arguments
        .get(1)
        .map_or_else(|| PathBuf::from("target/torture"), PathBuf::from);
    let sound = torture(rounds, &folder).await?;
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
