//! Checks and chores of the workspace. `cargo xtask tidy` says what style.md would not like.

mod tidy;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("tidy") => report(&root()?),
        other => bail!("expected `cargo xtask tidy`, got {other:?}"),
    }
}

/// The workspace: the folder above this crate.
fn root() -> anyhow::Result<PathBuf> {
    // What cargo says as it runs this: the program may have been built for another checkout.
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let up = here.parent().context("xtask lies in the workspace")?;
    Ok(up.to_owned())
}

fn report(root: &std::path::Path) -> anyhow::Result<ExitCode> {
    let tree = tidy::Tree::read(root)?;
    let findings = tidy::run(&tree)?;
    let mut out = io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if findings.is_empty() {
        writeln!(out, "tidy: {} files, nothing to say", tree.files.len())?;
        Ok(ExitCode::SUCCESS)
    } else {
        writeln!(out, "tidy: {} findings", findings.len())?;
        Ok(ExitCode::FAILURE)
    }
}
