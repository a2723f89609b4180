//! Votes that count in law: procedures, elections, counts, results that somebody hands in, and what
//! holds of every vote that bytes can describe.

use std::sync::LazyLock;

use linli_ballot::certificate::{Certificate, Fate, Status};
use linli_ballot::{Counts, Election, Inputs, Procedure, Rules, tally, verify};

const PROCEDURE: &str = include_str!("../../catalogue/procedures/residents-election.toml");
const OWNERS: &str = include_str!("../../catalogue/procedures/owners-assembly.toml");

/// The rules of an election of a residents' committee, and of owners' ordinary matters.
static ELECTION: LazyLock<Rules> = LazyLock::new(|| rules(PROCEDURE, "voters"));
static OWNED: LazyLock<Rules> = LazyLock::new(|| rules(OWNERS, "ordinary"));

fn rules(procedure: &str, method: &str) -> Rules {
    let procedure = Procedure::parse(procedure).expect("the procedure is sound");
    let day = "2026-05-10".parse().expect("a day");
    procedure.rules(method, day).expect("the rules are there")
}

/// Bytes as small choices; past their end everything is 0.
struct Choices<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl Choices<'_> {
    fn below(&mut self, many: u64) -> u64 {
        u64::from(self.bytes.next().copied().unwrap_or(0)) % many.max(1)
    }

    /// A name, or nothing when there are not so `many`.
    fn name(&mut self, many: u64) -> Option<&'static str> {
        NAMES.get(usize::try_from(self.below(many)).ok()?).copied()
    }
}

/// A vote made of bytes: candidates, boxes, papers (box, marks, how many).
struct Vote {
    election: String,
    rules: Rules,
    papers: Vec<(String, String, u64)>,
}

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn vote(bytes: &[u8]) -> Vote {
    let mut choose = Choices {
        bytes: bytes.iter(),
    };
    let round = if choose.below(4) == 0 {
        "rerun"
    } else {
        "first"
    };
    let plan = match choose.below(2) {
        0 => "[plan]\nties = \"lot\"\n[lot]\nsource = \"s\"\nvalue = \"v\"\n",
        _ => "",
    };
    let seats = 1 + choose.below(4);
    let candidates = candidates(&mut choose);
    let mut papers = Vec::new();
    let mut boxes = String::new();
    let mut entries = 0;
    for (ballot_box, channel) in [("one", "booth"), ("two", "roving"), ("three", "online")] {
        let cast = cast(&mut choose, ballot_box, &mut papers);
        let listed = cast + choose.below(12);
        let voted = cast + choose.below(2).min(listed - cast);
        entries += listed;
        boxes.push_str(&format!(
            "[[boxes]]\nid = \"{ballot_box}\"\nchannel = \"{channel}\"\nlisted = {listed}\nvoted = {voted}\n"
        ));
    }
    let election = format!(
        "format = \"linli-election/1\"\nid = \"e\"\nnames = {{ zh = \"例\" }}\n\
         procedure = \"residents-election\"\nmethod = \"voters\"\nday = \"2026-05-10\"\n\
         round = \"{round}\"\n{plan}[roll]\nentries = {entries}\n{boxes}\
         [[contests]]\nid = \"c\"\nnames = {{ zh = \"例\" }}\nseats = {seats}\n{candidates}"
    );
    Vote {
        election,
        rules: ELECTION.clone(),
        papers,
    }
}

/// Six candidates; some are women, near relatives of another, or barred.
fn candidates(choose: &mut Choices<'_>) -> String {
    let mut text = String::new();
    for name in NAMES {
        let sex = if choose.below(3) == 0 {
            "female"
        } else {
            "male"
        };
        let relative = match choose.name(8) {
            Some(other) => format!("relatives = [\"{other}\"]\n"),
            None => String::new(),
        };
        let bar = if choose.below(12) == 0 {
            "bars = [\"under_age\"]\n"
        } else {
            ""
        };
        text.push_str(&format!(
            "[[contests.candidates]]\nid = \"{name}\"\nsex = \"{sex}\"\n{relative}{bar}"
        ));
    }
    text
}

/// Papers of one box: blank, void, over-marked or valid ones; returns how many.
fn cast(
    choose: &mut Choices<'_>,
    ballot_box: &str,
    papers: &mut Vec<(String, String, u64)>,
) -> u64 {
    let mut all = 0;
    for _ in 0..=choose.below(5) {
        let many = choose.below(9);
        let names: Vec<&str> = (0..choose.below(6))
            .filter_map(|_| choose.name(6))
            .collect();
        let marks = match choose.below(9) {
            0 => "!torn".to_owned(),
            _ => names.join("+"),
        };
        all += many;
        papers.push((ballot_box.to_owned(), marks, many));
    }
    all
}

fn counts(papers: &[(String, String, u64)], reversed: bool) -> String {
    let mut rows: Vec<String> = Vec::new();
    for (ballot_box, marks, many) in papers {
        for counter in ["x", "y"] {
            rows.push(format!("{ballot_box},{counter},{marks},{many}"));
        }
    }
    if reversed {
        rows.reverse();
    }
    format!("box,counter,marks,papers\n{}\n", rows.join("\n"))
}

fn result(election: &str, rules: &Rules, counts: &str) -> Certificate {
    let election = Election::parse(election).expect("the election is sound");
    let counts = Counts::read(counts, &election, rules.kind, &mut |_, _| {});
    let counts = counts.expect("the counts are sound");
    tally(&election, rules, &counts, Inputs::default()).expect("there is a result")
}

/// The order of ballots, of rows and of papers that are alike never changes a byte of the result.
pub(crate) fn order_never_matters(bytes: &[u8]) -> bool {
    let vote = vote(bytes);
    let one = result(&vote.election, &vote.rules, &counts(&vote.papers, false));
    let other = result(&vote.election, &vote.rules, &counts(&vote.papers, true));
    let mut single = Vec::new();
    for (ballot_box, marks, many) in vote.papers.iter().rev() {
        let names: Vec<&str> = marks.split('+').rev().collect();
        let empty = (ballot_box.clone(), names.join("+"), 0);
        single.push(empty.clone());
        single.extend((0..*many).map(|_| (empty.0.clone(), empty.1.clone(), 1)));
    }
    let apart = result(&vote.election, &vote.rules, &counts(&single, false));
    assert_eq!(one, other);
    assert_eq!(one, apart);
    true
}

/// A blank paper that says the name of somebody elected, or one more paper that does, leaves that
/// person elected.
pub(crate) fn one_more_vote_never_unseats(bytes: &[u8]) -> bool {
    let mut vote = vote(bytes);
    vote.papers.push(("one".to_owned(), String::new(), 1));
    let (before, after) = ("id = \"one\"\nchannel = \"booth\"\nlisted = ", "voted = ");
    let grown = grow(&vote.election, before, 1);
    let grown = grow_after(&grown, before, after, 1);
    let grown = grow(&grown, "entries = ", 1);
    let base = result(&grown, &vote.rules, &counts(&vote.papers, false));
    for winner in elected(&base, "c") {
        let mut changed = vote.papers.clone();
        if let Some(last) = changed.last_mut() {
            last.1.clone_from(&winner);
        }
        let one = result(&grown, &vote.rules, &counts(&changed, false));
        let still = elected(&one, "c").contains(&winner);
        assert!(
            still,
            "a mark for {winner} unseats\n{grown}\n{:?}",
            vote.papers
        );
        let more = grow(&grown, before, 1);
        let more = grow_after(&more, before, after, 1);
        let more = grow(&more, "entries = ", 1);
        let mut added = vote.papers.clone();
        added.push(("one".to_owned(), winner.clone(), 1));
        let one = result(&more, &vote.rules, &counts(&added, false));
        let decided = one.outcome.status == Status::Decided;
        let still = elected(&one, "c").contains(&winner);
        assert!(
            still || !decided,
            "a paper for {winner} unseats\n{grown}\n{:?}",
            vote.papers
        );
    }
    true
}

/// Adds to the number behind the first `key`.
fn grow(text: &str, key: &str, by: u64) -> String {
    let Some((head, tail)) = text.split_once(key) else {
        return text.to_owned();
    };
    let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().unwrap_or(0);
    format!("{head}{key}{}{}", number + by, &tail[digits.len()..])
}

/// Adds to the number behind the first `key` that stands behind `place`.
fn grow_after(text: &str, place: &str, key: &str, by: u64) -> String {
    let Some((head, tail)) = text.split_once(place) else {
        return text.to_owned();
    };
    format!("{head}{place}{}", grow(tail, key, by))
}

fn elected(certificate: &Certificate, contest: &str) -> Vec<String> {
    let own = certificate
        .outcome
        .contests
        .iter()
        .filter(|one| one.id == contest);
    let standing = own.flat_map(|one| &one.standing);
    let sit = standing.filter(|one| one.result == Fate::Elected);
    sit.map(|one| one.id.clone()).collect()
}

/// A decided vote has every entry of the roll at exactly one box; one entry more or less holds it.
pub(crate) fn channels_make_up_the_roll(bytes: &[u8]) -> bool {
    let vote = vote(bytes);
    let counts = counts(&vote.papers, false);
    let base = result(&vote.election, &vote.rules, &counts);
    let listed: u64 = base.boxes.iter().map(|one| one.listed).sum();
    assert_eq!(listed, base.entries);
    assert_ne!(base.outcome.status, Status::Held);
    let voted: u64 = base.boxes.iter().map(|one| one.voted).sum();
    assert!(voted <= base.entries);
    let grown = grow(&vote.election, "entries = ", 1);
    let held = result(&grown, &vote.rules, &counts);
    assert_eq!(held.outcome.status, Status::Held);
    assert!(elected(&held, "c").is_empty());
    true
}

/// The checker accepts every result the tally makes, also when read back from JSON.
pub(crate) fn every_result_is_verified(bytes: &[u8]) -> bool {
    let vote = vote(bytes);
    let made = result(&vote.election, &vote.rules, &counts(&vote.papers, false));
    assert_eq!(
        verify(&made),
        Ok(()),
        "{}\n{:?}",
        vote.election,
        vote.papers
    );
    let text = serde_json::to_string(&made).expect("JSON");
    let read: Certificate = serde_json::from_str(&text).expect("it reads what it wrote");
    assert_eq!(read, made);
    true
}

/// An election of four candidates, whose counts are read by [`counts_file`].
const VOTED: &str = "format = \"linli-election/1\"\nid = \"e\"\nnames = { zh = \"例\" }\n\
    procedure = \"residents-election\"\nmethod = \"voters\"\nday = \"2026-05-10\"\n\
    [roll]\nentries = 10\n[[boxes]]\nid = \"one\"\nchannel = \"booth\"\nlisted = 10\nvoted = 8\n\
    [[contests]]\nid = \"c\"\nnames = { zh = \"例\" }\nseats = 2\n\
    [[contests.candidates]]\nid = \"a\"\n[[contests.candidates]]\nid = \"b\"\n\
    [[contests.candidates]]\nid = \"c\"\nsex = \"female\"\n[[contests.candidates]]\nid = \"d\"\n";

/// Owners of four units, two of them with co-owners; their votes are read by [`owners_file`].
const OWNERS_VOTE: &str = "format = \"linli-election/1\"\nid = \"o\"\nnames = { zh = \"例\" }\n\
    procedure = \"owners-assembly\"\nmethod = \"ordinary\"\nday = \"2026-05-10\"\n\
    motion = { zh = \"例\" }\n\
    [[units]]\nid = \"1\"\narea_cm2 = 1000000\nowners = [{ id = \"wang\" }]\n\
    [[units]]\nid = \"2\"\narea_cm2 = 700000\nowners = [{ id = \"li\" }, { id = \"sun\" }]\n\
    [[units]]\nid = \"3\"\narea_cm2 = 800001\n\
    owners = [{ id = \"zhou\", share = \"1/3\" }, { id = \"wu\", share = \"2/3\" }]\n\
    [[units]]\nid = \"4\"\narea_cm2 = 500000\nowners = [{ id = \"wang\" }]\n";

/// A procedure is read, or refused with a place in it.
pub(crate) fn procedure(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match Procedure::parse(&text) {
        Err(fault) => {
            placed(&text, &fault);
            false
        }
        Ok(_) => true,
    }
}

/// An election is read, or refused with a place in it.
pub(crate) fn election(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match Election::parse(&text) {
        Err(fault) => {
            placed(&text, &fault);
            false
        }
        Ok(election) => {
            for rules in [&*ELECTION, &*OWNED] {
                counted(&election, rules, "box,counter,marks,papers\n");
            }
            true
        }
    }
}

/// Counts are read, or refused with a place; what they come to is verified.
pub(crate) fn counts_file(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let election = Election::parse(VOTED).expect("the election is sound");
    counted(&election, &ELECTION, &text)
}

/// The same for owners, by heads and by area.
pub(crate) fn owners_file(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let election = Election::parse(OWNERS_VOTE).expect("the election is sound");
    counted(&election, &OWNED, &text)
}

fn counted(election: &Election, rules: &Rules, text: &str) -> bool {
    match Counts::read(text, election, rules.kind, &mut |_, _| {}) {
        Err(fault) => {
            placed(text, &fault);
            false
        }
        Ok(counts) => {
            if let Ok(made) = tally(election, rules, &counts, Inputs::default()) {
                assert_eq!(verify(&made), Ok(()));
            }
            true
        }
    }
}

/// A result that somebody hands in is verified or not; the checker never stops.
pub(crate) fn result_file(bytes: &[u8]) -> bool {
    let certificate = serde_json::from_slice::<Certificate>(bytes);
    certificate.is_ok_and(|certificate| verify(&certificate).is_ok())
}

/// A fault lies in a line that is there (or just behind the last), and says something.
fn placed(text: &str, fault: &linli_ballot::Fault) {
    let lines = text.split('\n').count();
    assert!(
        (1..=lines).contains(&fault.line) && fault.column >= 1,
        "{fault}"
    );
    assert!(!fault.problem.is_empty());
}
