//! Misuse ends with 2 and says what to do; nothing is made or changed.

use std::process::Command;

use crate::{expect, linli};

#[test]
fn a_folder_without_a_node_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let output = linli(&["serve", "--dir", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("linli init"), "{told}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn an_unknown_setting_is_told_with_those_there_are() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("linli.toml"), "stoer = \"sqlite\"\n").unwrap();
    let output = linli(&["serve", "--dir", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("stoer") && told.contains("listen"), "{told}");
}

#[test]
fn an_unknown_command_is_misuse_and_help_is_not() {
    expect(2, &["fly"]);
    let help = expect(0, &["--help"]);
    for command in [
        "demo", "init", "serve", "backup", "restore", "journal", "verify", "doctor",
    ] {
        assert!(help.contains(command), "{command}: {help}");
    }
}

#[test]
fn a_variable_wins_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let node = dir.path().join("node");
    expect(0, &["init", "--dir", node.to_str().unwrap()]);
    let output = Command::new(env!("CARGO_BIN_EXE_linli"))
        .args(["serve", "--dir", node.to_str().unwrap()])
        .env("LINLI_LIMITS__CONNECTIONS", "many")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.to_lowercase().contains("connections"), "{told}");
}
