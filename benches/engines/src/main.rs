//! The engines beside their peers: one run measures both on the same machine and input, checks that
//! the results are equal, and prints each figure with its limit.
//!
//! One file an engine; [`beside`] runs a peer in a process of its own and prints the table.

mod ballot;
mod beside;
mod budgeting;
mod opinion;
mod policy;
mod siting;

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
    /// Equal Shares beside `pabutools`
    Budgeting(budgeting::Args),
    /// Opinion maps beside `red-dwarf`, and one more vote on a map in use
    Opinion,
    /// A million papers to a certificate, and the certificate verified
    Ballot,
    /// Places and crowding beside `spopt` and `access`
    Siting,
    /// Policies over two million people beside OpenFisca, a district, one household
    Policy,
    /// One measured part of `policy`, in a process of its own
    #[command(subcommand, hide = true)]
    PolicyPart(policy::Part),
}

fn main() -> anyhow::Result<ExitCode> {
    let figures = match Cli::parse().engine {
        Engine::Budgeting(args) => budgeting::run(&args)?,
        Engine::Opinion => opinion::run()?,
        Engine::Ballot => ballot::run()?,
        Engine::Siting => siting::run()?,
        Engine::Policy => policy::run()?,
        Engine::PolicyPart(part) => {
            policy::measure(&part)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let held = beside::print(&figures)?;
    Ok(if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
