//! 邻里 Linli in one binary: the demo, a node's whole life, and the checks that need no node.
//!
//! Reading order: [`cli`] (what can be asked), then the module of the command. [`say`] is the one
//! place that writes to the terminal, [`settings`] the one that reads `linli.toml`.

mod account;
mod backups;
mod ballot;
mod budget;
mod cli;
mod demo;
mod discovery;
mod doctor;
mod import;
mod init;
mod journal;
mod logs;
mod messenger;
mod node;
mod nodes;
mod opinion;
mod outcome;
mod policy;
mod residents;
mod say;
mod searching;
mod serve;
mod settings;
mod simulate;
mod siting;
mod text;
mod vault;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use outcome::{Misuse, Outcome};

/// A third less processor time than the system's allocator when a district is made.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run(cli.command)));
    match ended {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            say::note(format!("linli: {error:#}"));
            let misused = error.is::<Misuse>();
            ExitCode::from(if misused { 2 } else { 1 })
        }
    }
}

async fn run(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Demo(demo) => Box::pin(demo::run(&demo)).await,
        Command::Init(init) => Box::pin(init::run(&init)).await,
        Command::Serve(folder) => Box::pin(serve::run(&folder)).await,
        Command::Backup(backup) => Box::pin(vault::backup(&backup)).await,
        Command::Restore(restore) => Box::pin(vault::restore(&restore)).await,
        Command::Journal(journal) => Box::pin(journal::run(&journal)).await,
        Command::Verify(verify) => verify::run(&verify),
        Command::Ballot(ballot) => ballot::run(&ballot),
        Command::Account(account) => Box::pin(account::run(&account)).await,
        Command::Residents(residents) => Box::pin(residents::run(&residents)).await,
        Command::Import(import) => Box::pin(import::run(&import)).await,
        Command::Opinion(opinion) => opinion::run(&opinion),
        Command::Budget(budget) => budget::run(&budget),
        Command::Policy(policy) => policy::run(&policy),
        Command::Node(command) => Box::pin(nodes::run(&command)).await,
        Command::Simulate(simulate) => Ok(simulate::run(&simulate)),
        Command::Siting(siting) => siting::run(&siting),
        Command::Doctor(asked) => Box::pin(doctor::run(&asked)).await,
    }
}
