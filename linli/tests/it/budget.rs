//! `linli budget`: winners, reasons, proofs, and faults by file, line and column.

use std::path::Path;

use crate::{expect, linli};

const FILE: &str = "META\nkey;value\nbudget;12\nvote_type;approval\n\
    PROJECTS\nproject_id;cost;name\nbench;6;长椅\nlamp;6;路灯\n\
    VOTES\nvoter_id;vote\nAn;bench\nBo;bench,lamp\nChen;lamp\n";

fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_budget_is_counted_explained_and_verified() {
    let dir = tempfile::tempdir().unwrap();
    let election = file(dir.path(), "block.pb", FILE);
    let told = expect(0, &["budget", "tally", &election, "--explain"]);
    assert!(
        told.contains("bench  长椅") && told.contains("还差1"),
        "{told}"
    );

    let json = expect(
        0,
        &[
            "budget",
            "tally",
            &election,
            "--rule",
            "equal-shares",
            "--satisfaction",
            "cost",
            "--completion",
            "add1",
            "--json",
        ],
    );
    let result: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(result["selected"], serde_json::json!(["bench", "lamp"]));
    let honest = file(dir.path(), "result.json", &json);
    expect(0, &["budget", "verify", &election, &honest]);

    let forged = file(
        dir.path(),
        "forged.json",
        &json.replace("\"raised\": 1", "\"raised\": 2"),
    );
    let answer = expect(1, &["budget", "verify", &election, &forged, "--json"]);
    assert!(answer.contains("\"holds\": false"), "{answer}");

    let clean = expect(0, &["budget", "clean", &election, "--result", &honest]);
    assert!(clean.contains("lamp;6;路灯;1\n"), "{clean}");
}

#[test]
fn faults_are_told_by_file_line_and_column() {
    let dir = tempfile::tempdir().unwrap();
    let faulty = file(
        dir.path(),
        "faulty.pb",
        &FILE.replace("Bo;bench,lamp", "Bo;bench,lift"),
    );
    let output = linli(&["budget", "tally", &faulty]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("faulty.pb:12:10: 没有项目 lift · there is no project lift"),
        "{told}"
    );

    let odd = file(dir.path(), "odd.pb", &FILE.replace("META\n", ""));
    expect(0, &["budget", "tally", &odd]);
    expect(1, &["budget", "tally", &odd, "--strict"]);
    expect(
        1,
        &[
            "budget",
            "tally",
            &odd,
            "--rule",
            "greedy",
            "--completion",
            "add1",
        ],
    );
    expect(2, &["budget", "tally", &odd, "--rule", "dice"]);
}
