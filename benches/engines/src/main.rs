//! The engines beside their peers: one run measures both on the same machine and input, checks that
//! the results are equal, and prints each figure with its limit.
//!
//! One file an engine; [`beside`] runs a peer in a process of its own and prints the table.

mod ballot;
mod beside;
mod budgeting;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measure an engine beside its peer.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    engine: Engine,
}

/// The engines.
#[derive(Debug, Subcommand)]
enum Engine {
    /// A million papers to a certificate, and the certificate verified
    Ballot,
    /// Equal Shares beside `pabutools`
    Budgeting(budgeting::Args),
}

fn main() -> anyhow::Result<ExitCode> {
    let figures = match Cli::parse().engine {
        Engine::Ballot => ballot::run()?,
        Engine::Budgeting(args) => budgeting::run(&args)?,
    };
    let held = beside::print(&figures)?;
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
