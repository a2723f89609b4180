//! The engines beside their peers: one run measures both on the same machine and input, checks that
//! the results are equal, and prints each figure with its limit.
//!
//! One file an engine; [`beside`] runs a peer in a process of its own and prints the table.

mod beside;

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
enum Engine {}

fn main() -> ExitCode {
    match Cli::parse().engine {}
}
