//! A peer in a process of its own, the processor time of both sides, and the table of figures.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// The Python of one group of peers (`scripts/peers.sh`), installed on first use.
pub(crate) fn python(group: &str) -> anyhow::Result<PathBuf> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/peers.sh");
    let made = Command::new(script)
        .arg(group)
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("{script} {group}"))?;
    ensure!(
        made.status.success(),
        "the peers of {group} could not be installed"
    );
    Ok(String::from_utf8(made.stdout)?.trim().into())
}

/// Where the data of unknown licence lies: the folder that `LINLI_ORACLE_DATA` names.
pub(crate) fn oracle_data() -> anyhow::Result<PathBuf> {
    std::env::var_os("LINLI_ORACLE_DATA")
        .map(PathBuf::from)
        .context("set LINLI_ORACLE_DATA to the folder of the oracles' data")
}

/// What a peer printed: its last line, as JSON.
pub(crate) fn run_peer<A: AsRef<OsStr>>(
    python: &PathBuf,
    script: &str,
    args: impl IntoIterator<Item = A>,
) -> anyhow::Result<serde_json::Value> {
    let done = Command::new(python)
        .arg(script)
        .args(args)
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("run {script}"))?;
    ensure!(done.status.success(), "{script} failed: {}", done.status);
    let printed = String::from_utf8(done.stdout)?;
    let last = printed.lines().rfind(|line| !line.trim().is_empty());
    Ok(serde_json::from_str(
        last.context("the peer printed nothing")?,
    )?)
}

/// Processor time that this process has used, all threads together.
pub(crate) fn processor_time() -> anyhow::Result<Duration> {
    // Fields 14 and 15 of proc(5) stat, in ticks of 1/100 s, are too coarse; schedstat counts ns,
    // a file for each thread.
    let mut nanos = 0_u64;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanos += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// The highest resident memory of this process so far, in MiB.
pub(crate) fn peak_mib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .context("VmHWM")?;
    Ok(kib.parse::<u64>()? / 1024)
}

/// One figure of the table.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// Ours, with its unit.
    pub(crate) ours: String,
    /// The peer's, or the limit's, in the same unit.
    pub(crate) beside: String,
    /// What the figure must be.
    pub(crate) limit: String,
    /// Whether it is.
    pub(crate) held: bool,
}

/// Print the figures as a Markdown table; returns whether all held.
pub(crate) fn print(figures: &[Figure]) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| Figure | Ours | Beside it | Limit | Held |\n|---|---|---|---|---|"
    )?;
    for Figure {
        what,
        ours,
        beside,
        limit,
        held,
    } in figures
    {
        let held = if *held { "yes" } else { "**no**" };
        writeln!(out, "| {what} | {ours} | {beside} | {limit} | {held} |")?;
    }
    Ok(figures.iter().all(|figure| figure.held))
}
