//! Nodes on a line over loopback HTTP: a new one joins, and one that was cut off catches up; beside
//! it the time to copy the same bytes.

use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use linli_community::registers::All;
use linli_journal::{Config, Journal};
use linli_kernel::SystemClock;
use linli_network::core::{Message, wire};
use serde_json::Value;

use crate::figures::Figure;
use crate::server::{Server, linli};

const AREA: &str = "310117001001";
const JOIN: Duration = Duration::from_secs(10);
const CATCH_UP: Duration = Duration::from_secs(30);

/// How often the child is asked how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// A district with `residents` in one community, whose node joins, is cut off, records people with
/// `entries` entries, and catches up.
pub(crate) async fn run(dir: &Path, residents: u32, entries: u32) -> Result<Vec<Figure>> {
    let dir = tempfile::tempdir_in(dir)?;
    let (top, child) = (dir.path().join("top"), dir.path().join("child"));
    linli(&["init", "--login", "admin"], &top)?;
    record(dir.path(), &top, residents)?;
    let server = Server::start(&top).await?;
    let invited = linli(&["node", "invite", "--json", "--area", AREA], &top)?;
    let invited: Value = serde_json::from_slice(&invited)?;
    let code = invited["code"].as_str().context("no code")?;
    let begun = Instant::now();
    linli(
        &["node", "join", &format!("http://{}", server.address), code],
        &child,
    )?;
    let joined = begun.elapsed();
    let before = size(&child)?;
    // Most of these are new; each has an entry of their own, those who live together one more.
    record(dir.path(), &child, residents + entries)?;
    let own = size(&child)?;
    let written = own - before;
    ensure!(
        written >= u64::from(entries),
        "{written} entries were written"
    );
    let begun = Instant::now();
    let cut_off = Server::start(&child).await?;
    let seen = reading(&child).await?;
    loop {
        let countersigned = countersigned(&seen).await?;
        if countersigned >= own {
            break;
        }
        ensure!(
            begun.elapsed() < CATCH_UP * 20,
            "{countersigned} of {own} arrived"
        );
        tokio::time::sleep(LOOK).await;
    }
    let caught_up = begun.elapsed();
    drop((cut_off, server));
    let (bytes, copied) = copy(&child)?;
    Ok(vec![
        Figure::at_most(
            &format!("a new node of {residents} residents joins"),
            joined,
            JOIN,
        ),
        Figure::at_most(
            &format!("{written} entries caught up after an outage"),
            caught_up,
            CATCH_UP,
        ),
        Figure::beside(
            &format!("— copying its {} MB durably", bytes >> 20),
            format!("{:.1} s", copied.as_secs_f64()),
        ),
    ])
}

/// Imports a ledger of `rows` people.
fn record(dir: &Path, node: &Path, rows: u32) -> Result<()> {
    let file = dir.join(format!("ledger-{rows}.xlsx"));
    let made = Process::new(std::env::current_exe()?)
        .arg("make-ledger")
        .arg(&file)
        .arg(rows.to_string())
        .stdout(std::process::Stdio::null())
        .status()?;
    ensure!(made.success(), "the ledger could not be made");
    let file = file.to_str().context("a path")?;
    linli(&["import", "residents", file, "--area", AREA], node).map(drop)
}

/// How many entries a node's own log has.
fn size(node: &Path) -> Result<u64> {
    let told = linli(&["node", "list", "--json"], node)?;
    let told: Value = serde_json::from_slice(&told)?;
    told["own"].as_u64().context("no size")
}

/// The journal of a node that serves, to be looked at beside it.
async fn reading(node: &Path) -> Result<Journal> {
    let config = Config::sqlite(node).reading();
    Ok(Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await?)
}

/// How many of its entries the node above has countersigned.
async fn countersigned(journal: &Journal) -> Result<u64> {
    let last = journal.remembered_last("witnessed", 1).await?;
    let word = last
        .first()
        .map(|kept| wire::decode(&kept.body))
        .transpose()?;
    Ok(match word.map(|frame| frame.message) {
        Some(Message::Ack {
            witness: Some(witness),
            ..
        }) => witness.size,
        _ => 0,
    })
}

/// Copies the node's journal to a file beside it, until it is durable.
fn copy(node: &Path) -> Result<(u64, Duration)> {
    let from = node.join("journal.db");
    let to = node.join("copy.db");
    let begun = Instant::now();
    let bytes = std::fs::copy(&from, &to)?;
    std::fs::File::open(&to)?.sync_all()?;
    Ok((bytes, begun.elapsed()))
}
