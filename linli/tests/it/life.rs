//! A node's life from the command line: made, looked at, given accounts, backed up, restored,
//! damaged and found out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use linli_testkit::Postgres;

use crate::{expect, json};

fn made(dir: &Path) {
    let text = expect(
        0,
        &[
            "init",
            "--dir",
            dir.to_str().unwrap(),
            "--listen",
            "127.0.0.1:0",
        ],
    );
    assert!(text.contains("admin"), "{text}");
}

#[test]
fn a_new_node_is_private_healthy_and_has_its_first_account() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    made(&dir);
    let mode = fs::metadata(&dir).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "others may enter: {mode:o}");
    let findings = json(0, &["doctor"], &dir);
    let failed: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["state"] == "fail")
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    let accounts = json(0, &["account", "list"], &dir);
    assert_eq!(accounts[0]["login"], "admin");
    assert_eq!(accounts[0]["posts"][0]["role"], "security_admin");
    // A second init refuses and leaves everything as it is.
    expect(2, &["init", "--dir", dir.to_str().unwrap()]);
}

#[test]
fn accounts_posts_and_tokens_are_given() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    made(&dir);
    let committee = "310117/310117001/310117001001";
    let add = [
        "account",
        "add",
        "wang",
        "--name",
        "王芳",
        "--role",
        "committee_worker",
        "--area",
    ];
    let added = json(0, &[&add[..], &[committee]].concat(), &dir);
    assert_eq!(added["password"].as_str().unwrap().len(), 19);
    json(
        0,
        &[
            "account",
            "post",
            "wang",
            "--role",
            "social_worker",
            "--area",
            committee,
        ],
        &dir,
    );
    let issued = json(
        0,
        &["account", "token", "wang", "--label", "queue screen"],
        &dir,
    );
    assert!(issued["secret"].as_str().unwrap().len() > 40);
    let accounts = json(0, &["account", "list"], &dir);
    let wang = accounts
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["login"] == "wang")
        .unwrap();
    assert_eq!(wang["posts"].as_array().unwrap().len(), 2);
    // A role or an area that does not exist is misuse; a taken name is refused.
    let dir = dir.to_str().unwrap();
    expect(
        2,
        &[
            "account", "post", "wang", "--role", "king", "--area", committee, "--dir", dir,
        ],
    );
    expect(
        2,
        &[
            "account", "post", "wang", "--role", "auditor", "--area", "999999", "--dir", dir,
        ],
    );
    expect(1, &[&add[..], &[committee, "--dir", dir]].concat());
}

#[test]
fn a_restored_node_waits_for_confirmation() {
    let home = tempfile::tempdir().unwrap();
    let (dir, new) = (home.path().join("node"), home.path().join("new"));
    made(&dir);
    let backup = home.path().join("backup");
    let done = json(0, &["backup", backup.to_str().unwrap()], &dir);
    let archive = done["archive"].as_str().unwrap();
    json(0, &["restore", archive], &new);
    let before = json(0, &["journal", "show"], &dir);
    assert_eq!(json(0, &["journal", "show"], &new), before);
    // It reads, it does not write.
    let committee = "310117/310117001/310117001001";
    let add = [
        "account",
        "add",
        "lihua",
        "--name",
        "李",
        "--role",
        "committee_worker",
        "--area",
    ];
    let new_dir = new.to_str().unwrap();
    expect(1, &[&add[..], &[committee, "--dir", new_dir]].concat());
    json(0, &["journal", "confirm-alone"], &new);
    expect(0, &[&add[..], &[committee, "--dir", new_dir]].concat());
    json(0, &["journal", "verify"], &new);
}

/// The lines of the record of backups.
fn record(dir: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(dir.join("backups.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn a_drill_restores_verifies_and_writes_down_how_it_went() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    made(&dir);
    let backup = home.path().join("backup");
    let done = json(0, &["backup", backup.to_str().unwrap()], &dir);
    let archive = done["archive"].as_str().unwrap();
    let drilled = json(0, &["restore", archive, "--drill"], &dir);
    assert_eq!(drilled["entries"], done["entries"]);
    assert_eq!(drilled["damages"], serde_json::json!([]));
    let mut bytes = fs::read(archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(archive, bytes).unwrap();
    let dir_text = dir.to_str().unwrap();
    expect(1, &["restore", archive, "--drill", "--dir", dir_text]);
    let told: Vec<(String, bool)> = record(&dir)
        .iter()
        .map(|line| {
            let what = line["what"].as_str().unwrap().to_owned();
            (what, line["ok"].as_bool().unwrap())
        })
        .collect();
    let expected = [("backup", true), ("drill", true), ("drill", false)];
    assert_eq!(told, expected.map(|(what, ok)| (what.to_owned(), ok)));
    let findings = json(0, &["doctor"], &dir);
    let backups = findings.as_array().unwrap().iter();
    let state = backups
        .filter(|one| one["check"] == "backup")
        .map(|one| &one["state"]);
    assert_eq!(state.collect::<Vec<_>>(), ["ok"]);
}

#[test]
fn one_line_moves_a_node_to_postgresql() {
    let Some(server) = Postgres::start() else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let (dir, new) = (home.path().join("node"), home.path().join("new"));
    made(&dir);
    let backup = home.path().join("backup");
    let done = json(0, &["backup", backup.to_str().unwrap()], &dir);
    let (archive, url) = (done["archive"].as_str().unwrap(), server.database());
    json(0, &["restore", archive, "--store", &url], &new);
    json(0, &["journal", "confirm-alone"], &new);
    let committee = "310117/310117001/310117001001";
    let add = [
        "account",
        "add",
        "lihua",
        "--name",
        "李华",
        "--role",
        "committee_worker",
        "--area",
    ];
    json(0, &[&add[..], &[committee]].concat(), &new);
    assert_eq!(
        json(0, &["journal", "verify"], &new)["damages"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let logins: Vec<String> = json(0, &["account", "list"], &new)
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["login"].to_string())
        .collect();
    assert_eq!(logins, ["\"admin\"", "\"lihua\""]);
    // A node that cannot reach its database says so, and what to do.
    drop(server);
    let findings = json(1, &["doctor"], &new);
    let store = findings
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["check"] == "store")
        .unwrap();
    assert_eq!(store["state"], "fail");
    assert!(
        store["advice_en"].as_str().unwrap().contains("PostgreSQL"),
        "{store}"
    );
}

#[test]
fn one_changed_byte_is_named() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("node");
    made(&dir);
    let found = json(0, &["journal", "verify"], &dir);
    assert_eq!(found["damages"].as_array().unwrap().len(), 0, "{found}");
    change_one_byte(&dir.join("journal.db"), b"security_admin");
    let found = json(1, &["journal", "verify"], &dir);
    assert!(!found["damages"].as_array().unwrap().is_empty(), "{found}");
}

/// Changes the first letter of every `text` in the file, as a careless or ill-meaning hand would.
fn change_one_byte(file: &Path, text: &[u8]) {
    let mut bytes = fs::read(file).unwrap();
    let places: Vec<usize> = bytes
        .windows(text.len())
        .enumerate()
        .filter(|(_, window)| *window == text)
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty(), "the entry is not in the file");
    for place in places {
        bytes[place] ^= 1;
    }
    fs::write(file, bytes).unwrap();
}
