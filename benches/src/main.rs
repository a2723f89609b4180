//! The figures of Linli, each beside its limit or a peer: `linli-benches all`, or one by name.

mod client;
mod figures;
mod ledger;
mod lifecycle;
mod network;
mod roll;
mod server;
mod stock;
mod store;
mod torture;
mod unrest;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};

use figures::Figure;
use server::{Server, binary};

/// The same allocator as `linli` itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const START: Duration = Duration::from_secs(2);
const IDLE: u64 = 128 << 20;
const AWARDS: u32 = 200_000;
const LOG: Duration = Duration::from_secs(60);

/// Measures Linli. Build it and `linli` with the same profile.
#[derive(Debug, Parser)]
struct Cli {
    /// Where the measured nodes lie; kept between runs, as making a million cases takes minutes.
    #[arg(long, global = true, default_value = "target/bench-data")]
    dir: PathBuf,
    /// How long each load is held, in seconds.
    #[arg(long, global = true, default_value_t = 20)]
    seconds: u64,
    /// How many cases the measured node holds.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    cases: u64,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every figure but torture
    All,
    /// The store's own limit
    Store,
    /// Case lives, lists, pages, start and memory
    Serve,
    /// Verify and rebuild the whole log
    Log,
    /// A ledger of 200,000 people into the register, beside openpyxl reading it alone
    Ledger {
        /// How many people
        #[arg(long, default_value_t = 200_000)]
        rows: u32,
        /// A Python that has openpyxl
        #[arg(long, default_value = "python3")]
        python: PathBuf,
    },
    /// Writes the ledger that `ledger` reads
    #[command(hide = true)]
    MakeLedger {
        /// Where to
        file: PathBuf,
        /// How many people
        rows: u32,
    },
    /// A month's roll of very many awards
    Roll {
        /// How many awards
        #[arg(long, default_value_t = AWARDS)]
        awards: u32,
    },
    /// A node joins another, is cut off and catches up
    Network {
        /// How many residents the new node's community has
        #[arg(long, default_value_t = 5_000)]
        residents: u32,
        /// How many people are recorded while it is cut off
        #[arg(long, default_value_t = 100_000)]
        entries: u32,
    },
    /// Three nodes whose lines are cut and that are killed, while cases are filed at the lowest
    TortureNetwork {
        /// For how many minutes
        #[arg(long, default_value_t = 30)]
        minutes: u64,
    },
    /// `kill -9` under load
    Torture {
        /// How many rounds
        #[arg(long, default_value_t = 200)]
        rounds: u32,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    std::fs::create_dir_all(&cli.dir)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "| figure | measured | limit | |\n|---|---|---|---|")?;
    for figure in measure(&cli).await? {
        writeln!(out, "{figure}")?;
    }
    Ok(())
}

async fn measure(cli: &Cli) -> Result<Vec<Figure>> {
    let span = Duration::from_secs(cli.seconds);
    let stocked = cli.dir.join(format!("stock-{}", cli.cases));
    Ok(match cli.what {
        What::All => {
            let mut figures = store(&cli.dir, span).await?;
            figures.extend(serve(&stocked, cli.cases, span).await?);
            figures.extend(log(&stocked, cli.cases).await?);
            figures.extend(roll(&cli.dir, AWARDS).await?);
            figures
        }
        What::Roll { awards } => roll(&cli.dir, awards).await?,
        What::Store => store(&cli.dir, span).await?,
        What::Serve => serve(&stocked, cli.cases, span).await?,
        What::Log => log(&stocked, cli.cases).await?,
        What::Ledger { rows, ref python } => ledger::run(&cli.dir, rows, python).await?,
        What::MakeLedger { ref file, rows } => {
            ledger::make(file, rows)?;
            Vec::new()
        }
        What::Network { residents, entries } => network::run(&cli.dir, residents, entries).await?,
        What::TortureNetwork { minutes } => {
            let stock = stock::get(&cli.dir.join("torture-network"), 0).await?;
            unrest::run(&stock, Duration::from_secs(minutes * 60)).await?
        }
        What::Torture { rounds } => {
            let stock = stock::get(&cli.dir.join("torture"), 0).await?;
            let figures = torture::run(&stock, rounds).await?;
            linli(&stock.dir, "verify")?;
            figures
        }
    })
}

async fn store(dir: &Path, span: Duration) -> Result<Vec<Figure>> {
    let dir = tempfile::tempdir_in(dir)?;
    store::run(dir.path(), span).await
}

async fn roll(dir: &Path, awards: u32) -> Result<Vec<Figure>> {
    let dir = tempfile::tempdir_in(dir)?;
    roll::run(dir.path(), awards).await
}

async fn serve(dir: &Path, cases: u64, span: Duration) -> Result<Vec<Figure>> {
    let stock = stock::get(dir, cases).await?;
    let server = Server::start(&stock.dir).await?;
    let mut figures = vec![
        Figure::at_most("start", server.started_in, START),
        Figure::bytes("idle memory", server.memory()?, IDLE),
    ];
    figures.extend(lifecycle::lives(&server, &stock, span).await?);
    figures.extend(lifecycle::reads(&server, &stock).await?);
    Ok(figures)
}

async fn log(dir: &Path, cases: u64) -> Result<Vec<Figure>> {
    let stock = stock::get(dir, cases).await?;
    let (verified, entries) = linli(&stock.dir, "verify")?;
    let (rebuilt, _) = linli(&stock.dir, "rebuild")?;
    let share = |whole: Duration| whole.mul_f64(1e6 / entries);
    Ok(vec![
        Figure::beside("entries in the log", format!("{entries}")),
        Figure::at_most("verify, for each 1,000,000 entries", share(verified), LOG),
        Figure::at_most("rebuild, for each 1,000,000 entries", share(rebuilt), LOG),
    ])
}

/// How long `linli journal …` takes on the node in `dir`, and how many entries it says there are.
fn linli(dir: &Path, what: &str) -> Result<(Duration, f64)> {
    let begun = Instant::now();
    let done = Process::new(binary()?)
        .args(["journal", what, "--json", "--dir"])
        .arg(dir)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    let took = begun.elapsed();
    if !done.status.success() {
        bail!("linli journal {what} ended with {}", done.status);
    }
    let told: serde_json::Value = serde_json::from_slice(&done.stdout)?;
    let entries = told["entries"].as_f64().context("a number of entries")?;
    Ok((took, entries))
}
