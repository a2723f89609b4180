//! The program as an operator meets it: commands, their answers and their exit codes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budget;
mod demo;
mod import;
mod life;
mod misuse;
mod policy;
mod siting;
mod told;

use std::path::Path;
use std::process::{Command, Output};

/// `linli` with `arguments`, free of settings from the environment of the test.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linli"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LINLI_")) {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

fn linli(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs `linli` and expects it to end with `code`; returns its standard output.
fn expect(code: i32, arguments: &[&str]) -> String {
    let output = linli(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `linli` on the node in `dir` and reads its JSON answer.
fn json(code: i32, arguments: &[&str], dir: &Path) -> serde_json::Value {
    let dir = dir.to_str().unwrap();
    let all = [arguments, &["--dir", dir, "--json"]].concat();
    let text = expect(code, &all);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{all:?}: {error}: {text}"))
}
