//! The demo from the command line: made once, kept, served, stopped; an unfinished one made anew.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::{expect, linli};

const SMALL: [&str; 6] = [
    "--residents",
    "400",
    "--seed",
    "7",
    "--listen",
    "127.0.0.1:0",
];

fn make(dir: &Path) {
    let arguments = [
        &["demo", "--only-make", "--dir", dir.to_str().unwrap()],
        &SMALL[..],
    ]
    .concat();
    expect(0, &arguments);
}

/// A running demo, its address, and its output, kept open so that it can finish speaking.
fn start(dir: &Path) -> (Child, String, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_linli"))
        .args(["demo", "--dir", dir.to_str().unwrap()])
        .args(SMALL)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if let Some(address) = line.trim().strip_prefix("http://") {
            return (child, address.to_owned(), output);
        }
        line.clear();
    }
    let ended = child.wait().unwrap();
    panic!("the demo ended without an address: {ended}");
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Each token that the command line issues is good at once on the node that serves meanwhile.
fn tokens_work_at_once(dir: &Path, address: &str) {
    for label in ["one", "two"] {
        let issue = ["account", "token", "worker", "--label", label];
        let issued = crate::json(0, &issue, dir);
        let secret = issued["secret"].as_str().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /api/v1/cases HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {secret}\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 OK"), "{label}: {answer}");
    }
}

#[test]
fn a_demo_is_made_once_served_and_stopped() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("demo");
    make(&dir);
    let before = expect(
        0,
        &["journal", "show", "--json", "--dir", dir.to_str().unwrap()],
    );
    let shown = expect(
        0,
        &[
            "journal",
            "show",
            "--json",
            "--limit",
            "100000",
            "--dir",
            dir.to_str().unwrap(),
        ],
    );
    let (published, filed) = (
        shown.find("catalogue.published"),
        shown.find("cases.submitted"),
    );
    assert!(
        published.is_some() && published < filed,
        "the services are published before the first case"
    );
    let begun = Instant::now();
    let (mut child, address, _output) = start(&dir);
    assert!(
        begun.elapsed().as_secs() < 10,
        "a demo that is there starts in seconds"
    );
    assert!(get(&address, "/healthz").starts_with("HTTP/1."));
    let notices = get(&address, "/notices");
    assert!(
        notices.matches("/notices/").count() >= 3,
        "some hang on the demo's own day: {notices}"
    );
    let page = get(&address, "/demo");
    assert!(page.contains(" 200 ") && page.contains("演示"), "{page}");
    tokens_work_at_once(&dir, &address);
    let told = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    assert_eq!(
        child.wait().unwrap().code(),
        Some(0),
        "it stops in an orderly way"
    );
    let after = expect(
        0,
        &["journal", "show", "--json", "--dir", dir.to_str().unwrap()],
    );
    assert_eq!(after, before, "the data stays");
}

#[test]
fn an_unfinished_demo_is_made_anew_and_a_foreign_folder_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("demo");
    make(&dir);
    let record = dir.join("demo.json");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(
        &record,
        text.replace("\"finished\": true", "\"finished\": false"),
    )
    .unwrap();
    make(&dir);
    assert!(
        std::fs::read_to_string(&record)
            .unwrap()
            .contains("\"finished\": true")
    );
    std::fs::write(home.path().join("holiday.jpg"), b"x").unwrap();
    let foreign = home.path().to_str().unwrap();
    let output = linli(&[
        "demo",
        "--only-make",
        "--listen",
        "127.0.0.1:0",
        "--dir",
        foreign,
    ]);
    assert_ne!(output.status.code(), Some(0));
    assert!(home.path().join("holiday.jpg").exists());
}
