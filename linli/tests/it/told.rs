//! The four engines' commands against files that are clumsy or hostile: refused, or read, but never
//! with a panic, and what is said is said in Chinese and in English.

use std::path::Path;

use crate::linli;

/// Files that are none of what is asked for.
const ODD: [(&str, &[u8]); 14] = [
    ("empty", b""),
    ("blank", b"\n\n \r\n"),
    ("mark", b"\xef\xbb\xbf"),
    ("header", b"id,x,y\n"),
    ("crlf", b"a,b\r\n1,2\r\n"),
    ("gb18030", b"\xb1\xe0\xba\xc5,\xc8\xcb\xca\xfd\n1,2\n"),
    ("utf16", b"\xff\xfei\0d\0,\0x\0\n\0"),
    ("wide", b"i\0d\0,\0x\0\n\0"),
    ("nul", b"id,x\0,y\na,1,2\n"),
    ("twice", b"id,id,x,y\na,a,1,2\n"),
    ("infinite", b"id,x,y,people\na,NaN,inf,1e999\n"),
    ("negative", b"id,x,y,people\na,1,2,-3\n"),
    ("json", b"{\"format\": 1, \"features\": [null]}"),
    ("quote", b"id,x,y,people\n\"a,1,2,3\n"),
];

const FACTS: &str = "../engines/ballot/example/ELECTION.toml";

/// Every way to give `path` to a command, where a good file stands beside it or `path` does.
fn asked<'a>(path: &'a str, good: &'a str) -> [Vec<&'a str>; 12] {
    [
        vec!["opinion", "analyse", path],
        vec!["opinion", "analyse", good, "--comments", path],
        vec!["opinion", "analyse", good, "--state", path],
        vec!["opinion", "verify", good, path],
        vec!["budget", "tally", path],
        vec!["budget", "clean", path],
        vec!["ballot", "tally", path, path],
        vec!["ballot", "tally", FACTS, path],
        vec!["ballot", "verify", path],
        vec!["siting", "reach", path, path],
        vec!["siting", "place", path, path, "-k", "1"],
        vec!["siting", "verify", path, path, path],
    ]
}

/// Says what is wrong in both languages, and nothing of Rust's own.
fn told(args: &[&str], code: &[i32]) -> String {
    let ended = linli(args);
    let said = String::from_utf8(ended.stderr).unwrap();
    let status = ended.status.code().unwrap();
    assert!(code.contains(&status), "{args:?}: {status}: {said}");
    for hint in ["panicked", "Some(", "Error {", "os error 2"] {
        assert!(!said.contains(hint), "{args:?}: {said}");
    }
    if status != 0 {
        let chinese = |sign: char| ('\u{4e00}'..='\u{9fff}').contains(&sign);
        let both = |line: &str| {
            let (zh, en) = line.rsplit_once(" · ")?;
            Some(zh.contains(chinese) && en.contains(char::is_alphabetic))
        };
        assert!(
            said.lines().any(|line| both(line) == Some(true)),
            "{args:?}: {said}"
        );
    }
    said
}

#[test]
fn odd_files_are_told_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let good = path("good.csv");
    std::fs::write(&good, "participant,0,1\n1,1,0\n2,-1,1\n").unwrap();
    for (name, bytes) in ODD {
        let odd = path(name);
        std::fs::write(&odd, bytes).unwrap();
        for args in asked(&odd, &good) {
            told(&args, &[0, 1, 2]);
        }
    }
    for (odd, wanted) in [(path("nowhere"), "没有这个文件"), (path(""), "文件夹")] {
        for args in asked(&odd, &good) {
            // A state that is not there yet begins anew.
            if !args.contains(&"--state") || Path::new(&odd).exists() {
                assert!(told(&args, &[1]).contains(wanted), "{args:?}");
            }
        }
    }
}

#[test]
fn options_that_make_no_sense_are_told_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let homes = dir.path().join("homes.csv");
    std::fs::write(&homes, "id,x,y,people,capacity\na,1,2,3,4\nb,5,6,7,8\n").unwrap();
    let homes = homes.to_str().unwrap();
    let pair = |command: &'static str| vec!["siting", command, homes, homes];
    for more in [
        &["-k", "3"][..],
        &["-k", "0"],
        &["-k", "1", "--gap", "200"],
        &["-k", "1", "--within", "5"],
        &["-k", "1", "--group", "people=x"],
        &["-k", "1", "--group", "nobody"],
        &["-k", "1", "--detour", "0.5"],
        &["-k", "1", "--datum", "mars"],
        &["-k", "1", "--geojson", "/dev/null"],
    ] {
        told(&[pair("place"), more.to_vec()].concat(), &[1, 2]);
    }
    for rings in ["1000", "1000:2", "2:1,1:1"] {
        told(&[pair("crowding"), vec!["--rings", rings]].concat(), &[2]);
    }
    told(
        &["ballot", "tally", FACTS, homes, "--procedures", "/nowhere"],
        &[1],
    );
}
