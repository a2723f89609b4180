//! Seals, corrected counts that keep the first, and owners who vote by shares.

use linli_ballot::certificate::{Code, Level, Status};
use linli_ballot::counts::{Counting, seal};
use linli_ballot::owners::{OwnerVote, Register, Unit, Voice};
use linli_ballot::procedure::CoOwners;
use linli_ballot::{Counts, Election, Inputs, tally, verify};
use serde_json::json;

use crate::situation::catalogue;

const FACTS: &str = r#"
format = "linli-election/1"
id = "e"
names = { zh = "例" }
procedure = "residents-election"
method = "voters"
day = "2026-05-10"
roll = { entries = 10 }
boxes = [{ id = "b", channel = "booth", listed = 10, voted = 8 }]
contests = [{ id = "c", names = { zh = "例" }, seats = 1, candidates = [{ id = "a" }, { id = "z" }] }]
"#;

fn result(facts: &str, counts: &str) -> linli_ballot::Certificate {
    let election = Election::parse(facts).unwrap();
    let rules = catalogue()["residents-election"]
        .rules("voters", election.day)
        .unwrap();
    let counts = Counts::read(counts, &election, rules.kind, &mut |_, _| {}).unwrap();
    let made = tally(&election, &rules, &counts, Inputs::default()).unwrap();
    assert_eq!(verify(&made), Ok(()));
    made
}

#[test]
fn a_sealed_count_cannot_be_changed_after_the_fact() {
    let counts = "box,counter,marks,papers\nb,x,a,5\nb,x,z,3\nb,y,a,5\nb,y,z,3\n";
    let election = Election::parse(FACTS).unwrap();
    let kind = linli_ballot::procedure::Kind::Election;
    let read = Counts::read(counts, &election, kind, &mut |_, _| {}).unwrap();
    let Counts::Papers(sheets) = read else {
        panic!("papers were counted");
    };
    let mut facts = FACTS.to_owned();
    for counter in ["x", "y"] {
        let sha256 = seal(&sheets, "b", counter, "nonce");
        facts.push_str(&format!(
            "[[seals]]\nbox = \"b\"\ncounter = \"{counter}\"\nnonce = \"nonce\"\nsha256 = \"{sha256}\"\n"
        ));
    }
    let made = result(&facts, counts);
    assert_eq!(made.outcome.status, Status::Decided);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    let changed = counts.replace(",a,5", ",a,4").replace(",z,3", ",z,4");
    let made = result(&facts, &changed);
    assert_eq!(made.outcome.status, Status::Held);
    let broken = made
        .findings
        .iter()
        .filter(|finding| finding.code == Code::SealBroken);
    assert!(broken.clone().all(|finding| finding.level == Level::Hold));
    assert_eq!(broken.count(), 2);
    // SHA-256 of the documented lines, made with `printf … | sha256sum`.
    assert_eq!(
        seal(&sheets, "b", "x", "nonce"),
        "53b08d2695c0321b78ea8491f32bf73dc842e6e9606f883d3262c025444062b3",
    );
}

#[test]
fn the_picture_says_every_comparison_and_escapes_names() {
    let facts = FACTS.replace("{ id = \"a\" }", "{ id = \"a\", name = \"<王&芳>\" }");
    let made = result(&facts, "box,counter,marks,papers\nb,x,a,8\nb,y,a,8\n");
    let drawn = linli_ballot::draw::svg(&made);
    assert!(drawn.contains("8/10，须超过 1/2：16 &gt; 10"), "{drawn}");
    assert!(
        drawn.contains("✓ 得票 votes &lt;王&amp;芳&gt;（当选）"),
        "{drawn}"
    );
    assert!(drawn.contains("✗ 得票 votes z"), "{drawn}");
    assert_eq!(drawn.matches("stroke-width").count(), 3);
}

#[test]
fn the_picture_of_the_documents_is_of_the_example() {
    let example = |name: &str| {
        let path = format!("{}/example/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let made = result(&example("ELECTION.toml"), &example("COUNTS.csv"));
    let path = format!(
        "{}/../../docs/pictures/ballot.svg",
        env!("CARGO_MANIFEST_DIR")
    );
    let drawn = linli_ballot::draw::svg(&made);
    assert!(
        std::fs::read_to_string(path).unwrap() == drawn,
        "draw docs/pictures/ballot.svg anew:\n{drawn}"
    );
}

#[test]
fn the_leading_losers_stand_in_the_rerun() {
    let facts = FACTS.replace("seats = 1", "seats = 2").replace(
        "{ id = \"z\" }",
        "{ id = \"z\" }, { id = \"w\" }, { id = \"v\" }, { id = \"u\" }",
    );
    let papers = "b,x,a+z,3\nb,x,a+w,2\nb,x,a+v,2\nb,x,a+u,1\n";
    let counts = format!(
        "box,counter,marks,papers\n{papers}{}",
        papers.replace("b,x", "b,y")
    );
    let made = result(&facts, &counts);
    let contest = &made.outcome.contests[0];
    assert_eq!(contest.vacant, 1);
    // a has 8 of 8; z 3, v and w 2 each, u 1: one seat, one candidate more, and whoever is level.
    assert_eq!(contest.rerun_candidates(0), ["z"]);
    assert_eq!(contest.rerun_candidates(1), ["z", "v", "w"]);
    assert_eq!(contest.rerun_candidates(9), ["z", "v", "w", "u"]);
}

#[test]
fn a_corrected_count_keeps_the_first() {
    let counts = "box,counter,counting,marks,papers\nb,x,first,a,5\nb,x,first,z,3\nb,y,first,a,4\nb,y,first,z,4\n\
        b,x,corrected,a,4\nb,x,corrected,z,4\nb,y,corrected,a,4\nb,y,corrected,z,4\n";
    let made = result(FACTS, counts);
    let kept = &made.boxes[0].contests[0].counts;
    let votes = |counter: &str, counting| {
        let own = kept
            .iter()
            .find(|one| one.counter == counter && one.counting == counting);
        own.map(|one| one.tally.votes["a"])
    };
    assert_eq!(votes("x", Counting::First), Some(5));
    assert_eq!(votes("y", Counting::First), Some(4));
    assert_eq!(votes("x", Counting::Corrected), Some(4));
    assert_eq!(
        made.boxes[0].contests[0].accepted.as_ref().unwrap().votes["a"],
        4
    );
    assert_eq!(made.outcome.status, Status::Decided);
}

fn units() -> Vec<Unit> {
    serde_json::from_value(json!([
        { "id": "1", "area_cm2": 1_000_000, "owners": [{ "id": "a", "share": "1/3" }, { "id": "b", "share": "2/3" }] },
        { "id": "2", "area_cm2": 500_000, "owners": [{ "id": "c" }] },
    ]))
    .unwrap()
}

fn says(unit: &str, owner: &str, voice: Voice) -> OwnerVote {
    OwnerVote {
        unit: unit.to_owned(),
        owner: owner.to_owned(),
        voice,
        line: 2,
    }
}

#[test]
fn owners_by_shares_divide_their_area_exactly() {
    let units = units();
    let register = Register::new(&units, CoOwners::Shares).unwrap();
    let votes = [
        says("1", "a", Voice::Against),
        says("1", "b", Voice::For),
        says("2", "", Voice::For),
    ];
    let found = register.count(&votes).unwrap();
    // Scaled by 3: unit 1 has 3,000,000, of which b has 2,000,000; unit 2 has 1,500,000.
    assert_eq!(found.scale, 3);
    assert_eq!(
        (found.area.all, found.area.present, found.area.in_favour),
        (4_500_000, 4_500_000, 3_500_000)
    );
    assert_eq!(
        (found.heads.all, found.heads.present, found.heads.in_favour),
        (2, 2, 1)
    );
    let only_b = register.count(&[says("1", "b", Voice::For)]).unwrap();
    assert_eq!(
        (only_b.area.present, only_b.area.in_favour),
        (2_000_000, 2_000_000)
    );
}

#[test]
fn a_register_that_cannot_be_is_refused() {
    let change = |from: &str, to: &str| {
        let text = serde_json::to_string(&units()).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        let units: Vec<Unit> = serde_json::from_str(&text.replacen(from, to, 1)).unwrap();
        Register::new(&units, CoOwners::Agree)
            .err()
            .map_or_else(String::new, |(_, problem)| problem.en)
    };
    for (from, to, told) in [
        (
            "\"share\":\"1/3\"",
            "\"share\":\"1/4\"",
            "do not add up to one",
        ),
        ("\"id\":\"2\"", "\"id\":\"1\"", "is there twice"),
        ("500000", "0", "has no area"),
        ("[{\"id\":\"c\"}]", "[]", "has no owner"),
        (
            "[{\"id\":\"c\"}]",
            "[{\"id\":\"c\"}],\"part_of\":\"9\"",
            "is part of a unit that is not there",
        ),
    ] {
        let found = change(from, to);
        assert!(found.contains(told), "{to}: {found}");
    }
    let units = units();
    let register = Register::new(&units, CoOwners::Agree).unwrap();
    let twice = [says("2", "", Voice::For), says("2", "c", Voice::Against)];
    assert!(
        register
            .count(&twice)
            .unwrap_err()
            .to_string()
            .contains("has voted for `2` before")
    );
    assert!(register.count(&[says("2", "a", Voice::For)]).is_err());
    assert!(register.count(&[says("7", "", Voice::For)]).is_err());
}
