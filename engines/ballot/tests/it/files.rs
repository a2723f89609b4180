//! Files with faults are named by line and column.

use linli_ballot::{Counts, Election, Procedure, procedure::Kind};

const ELECTION: &str = r#"format = "linli-election/1"
id = "e"
names = { zh = "例" }
procedure = "residents-election"
method = "voters"
day = "2026-05-10"

[roll]
entries = 10

[[boxes]]
id = "booth"
channel = "booth"
listed = 10
voted = 8

[[contests]]
id = "c"
names = { zh = "例" }
seats = 1
candidates = [{ id = "a" }, { id = "b" }]
"#;

fn fault(change: (&str, &str)) -> String {
    let text = ELECTION.replacen(change.0, change.1, 1);
    assert_ne!(text, ELECTION, "{change:?} changes nothing");
    let fault = Election::parse(&text).expect_err(change.1);
    crate::told::fault(&fault);
    fault.to_string()
}

#[test]
fn faults_of_an_election_are_placed() {
    assert!(Election::parse(ELECTION).is_ok());
    for (change, told) in [
        (("entries = 10", "entries = -1"), "9:11:"),
        (("entries = 10", "entries = nan"), "9:11:"),
        (("entries = 10", "entries = 1.5"), "9:11:"),
        (("listed = 10", "listed = 9000000000000000"), "is more than"),
        (("channel = \"booth\"", "channel = \"drone\""), "13:11:"),
        (("voted = 8", "voted = 8\nwhom = 1"), "16:1:"),
        (
            ("linli-election/1", "linli-election/2"),
            "1:1: format must be",
        ),
        (
            ("{ id = \"b\" }", "{ id = \"a\" }"),
            "the candidate `a` is there twice",
        ),
        (
            ("{ id = \"b\" }", "{ id = \"a+b\" }"),
            "cannot name a candidate",
        ),
        (("seats = 1", "seats = 0"), "fills no seat"),
        (("day = \"2026-05-10\"", "day = \"2026-02-30\""), "6:7:"),
        (("id = \"e\"", ""), "missing field `id`"),
    ] {
        let found = fault(change);
        assert!(found.contains(told), "{change:?}: {found}");
    }
}

fn counts_fault(text: &str) -> String {
    let election = Election::parse(ELECTION).unwrap();
    let read = Counts::read(text, &election, Kind::Election, &mut |_, _| {});
    let fault = read.expect_err(text);
    crate::told::fault(&fault);
    fault.to_string()
}

#[test]
fn faults_of_counts_are_placed() {
    for (text, told) in [
        ("", "1:1: the file is empty"),
        ("box,counter\n", "1:1: the column `marks` is missing"),
        (
            "box,counter,marks,colour\n",
            "1:19: no column is called `colour`",
        ),
        (
            "box,counter,marks,box\n",
            "1:19: the column `box` is there twice",
        ),
        (
            "box,counter,marks\nbooth,1\n",
            "2:1: 2 fields where the header has 3",
        ),
        (
            "box,counter,marks,papers\nbooth,1,a,-1\n",
            "2:11: `-1` is no number of papers",
        ),
        ("box,counter,marks,papers\nbooth,1,a,NaN\n", "2:11: `NaN`"),
        ("box,counter,marks,papers\nbooth,1,a,1e3\n", "2:11: `1e3`"),
        ("box,counter,marks,papers\nbooth,1,a,+5\n", "2:11: `+5`"),
        (
            "box,counter,marks,papers\nbooth,1,a,99999999999999999999\n",
            "2:11:",
        ),
        (
            "box,counter,marks,papers\nbooth,1,a,900000000000\n",
            "too many papers in all",
        ),
        (
            "box,counter,marks,counting\nbooth,1,a,third\n",
            "`third` is no count",
        ),
        (
            "box,counter,marks\n,1,a\n",
            "2:1: box, contest and counter need a name",
        ),
        (
            "box,counter,marks\nbooth,1,\"a\n",
            "2:9: a quoted field does not end",
        ),
        ("box,counter,marks\nbooth,1,a\"b\n", "2:9: a quote inside"),
        (
            "box,counter,marks\nbooth,1,\"a\"b\n",
            "2:9: text behind a closing quote",
        ),
    ] {
        let found = counts_fault(text);
        assert!(found.contains(told), "{text:?}: {found}");
    }
}

#[test]
fn faults_of_owners_votes_are_placed() {
    for (text, told) in [
        ("unit,vote\n1,maybe\n", "2:3: `maybe` is no vote"),
        ("unit,vote\n,for\n", "2:1: a vote names a unit"),
        ("unit,vote,channel\n1,for,pigeon\n", "2:7: a channel is"),
    ] {
        let fault = linli_ballot::owners::read(text).expect_err(text);
        crate::told::fault(&fault);
        let found = fault.to_string();
        assert!(found.contains(told), "{text:?}: {found}");
    }
}

#[test]
fn quotes_line_ends_and_a_byte_order_mark_are_read() {
    let election = Election::parse(ELECTION).unwrap();
    let read = |text: &str| Counts::read(text, &election, Kind::Election, &mut |_, _| {}).unwrap();
    let plain = read("box,counter,marks\nbooth,1,a\nbooth,2,a\n");
    assert_eq!(
        read("\u{feff}box,counter,marks\r\n\"booth\",1,\"a\"\r\nbooth,2,a"),
        plain
    );
}

#[test]
fn faults_of_a_procedure_are_placed() {
    let whole = include_str!("../../../../catalogue/procedures/owners-committee.toml");
    for (change, told) in [
        (("share = \"1/2\"", "share = \"2/1\""), "is no share"),
        (
            ("source = \"shpm\"", "source = \"nobody\""),
            "`nobody` is no key of a source",
        ),
        (
            ("relation = \"over\"", "relation = \"above\""),
            "unknown variant `above`",
        ),
        (("of = \"members\"", "of = \"present\""), ""),
    ] {
        let text = whole.replacen(change.0, change.1, 1);
        assert_ne!(text, whole, "{change:?} changes nothing");
        match Procedure::parse(&text) {
            Ok(_) => assert!(told.is_empty(), "{change:?} is accepted"),
            Err(fault) => {
                crate::told::fault(&fault);
                assert!(fault.to_string().contains(told), "{change:?}: {fault}");
            }
        }
    }
    let bare = whole.replace(
        "{ cite = [{ source = \"shpm\", article = 26, paragraph = 3 }] }",
        "{}",
    );
    let fault = Procedure::parse(&bare)
        .expect_err("a rule without an article")
        .to_string();
    assert!(fault.contains("must say `unverified = true`"), "{fault}");
}
