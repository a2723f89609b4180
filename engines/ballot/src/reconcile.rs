//! 核对: two counters for every box, their seals, and three channels on one frozen roll.
//!
//! A box's numbers are accepted when the first counts of both counters agree in every number. When
//! they do not, each difference is a finding, and only corrected counts of the same two counters
//! that agree are accepted; the first counts stay in the result.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{BoxContest, BoxResult, Code, Count, Finding, Level};
use crate::counts::{Counting, SheetKey, Sheets, Tally, seal};
use crate::election::{BallotBox, Election};
use crate::fault::Fault;
use crate::roll::{FrozenRoll, Misplaced};
use crate::told::{short, told};

/// What is counted: a contest, its seats and its options.
pub(crate) struct Counted<'e> {
    /// The contest.
    pub(crate) id: &'e str,
    /// As many names may stand on a paper.
    pub(crate) seats: u64,
    /// The names.
    pub(crate) options: BTreeSet<&'e str>,
    /// Whether other names may be written in.
    pub(crate) write_ins: bool,
}

/// Every sheet is of a known box and contest.
pub(crate) fn known(
    sheets: &Sheets,
    election: &Election,
    counted: &[Counted<'_>],
) -> Result<(), Fault> {
    let boxes: BTreeSet<&str> = election.boxes.iter().map(|one| one.id.as_str()).collect();
    let contests: BTreeSet<&str> = counted.iter().map(|one| one.id).collect();
    for (key, sheet) in sheets {
        let in_box = boxes.contains(key.ballot_box.as_str());
        let in_contest = contests.contains(key.contest.as_str());
        let problem = match (in_box, in_contest) {
            (true, true) => continue,
            (false, _) => told!(
                "选举没有票箱“{}”",
                "the election has no box `{}`",
                short(&key.ballot_box)
            ),
            (_, false) => told!(
                "选举没有项目“{}”",
                "the election has no contest `{}`",
                short(&key.contest)
            ),
        };
        return Err(Fault::at(sheet.line, 1, problem));
    }
    Ok(())
}

/// Reconciles every box.
pub(crate) fn boxes(
    election: &Election,
    sheets: &Sheets,
    counted: &[Counted<'_>],
    findings: &mut Vec<Finding>,
) -> Vec<BoxResult> {
    let result = |one: &BallotBox, findings: &mut Vec<Finding>| {
        let contest = |counted| reconcile(one, counted, sheets, findings);
        BoxResult {
            id: one.id.clone(),
            channel: one.channel,
            listed: one.listed,
            voted: one.voted,
            by_proxy: one.by_proxy,
            contests: counted.iter().map(contest).collect(),
        }
    };
    let boxes = election
        .boxes
        .iter()
        .map(|one| result(one, findings))
        .collect();
    seals(election, sheets, findings);
    boxes
}

fn reconcile(
    ballot_box: &BallotBox,
    counted: &Counted<'_>,
    sheets: &Sheets,
    findings: &mut Vec<Finding>,
) -> BoxContest {
    let of = |counting| -> BTreeMap<&str, Tally> {
        let from = SheetKey {
            ballot_box: ballot_box.id.clone(),
            contest: counted.id.to_owned(),
            counting,
            counter: String::new(),
        };
        let own = sheets.range(from.clone()..).take_while(move |(key, _)| {
            (&key.ballot_box, &key.contest, key.counting)
                == (&from.ballot_box, &from.contest, from.counting)
        });
        own.map(|(key, sheet)| {
            let tally = sheet.tally(counted.seats, &counted.options, counted.write_ins);
            (key.counter.as_str(), tally)
        })
        .collect()
    };
    let (first, corrected) = (of(Counting::First), of(Counting::Corrected));
    let accepted = accept(&first, &corrected, (&ballot_box.id, counted.id), findings);
    if let Some(tally) = &accepted {
        let (papers, voted) = (tally.papers, ballot_box.voted);
        let finding = |code| {
            let finding = Finding::new(code, Level::Note).in_box(&ballot_box.id);
            finding.in_contest(counted.id).numbers(papers, voted)
        };
        if papers > voted {
            findings.push(finding(Code::MorePapersThanVoters));
        } else if papers < voted {
            findings.push(finding(Code::FewerPapersThanVoters));
        }
    }
    let count = |counting| {
        move |(counter, tally): (&str, Tally)| Count {
            counter: counter.to_owned(),
            counting,
            tally,
        }
    };
    let first = first.into_iter().map(count(Counting::First));
    let corrected = corrected.into_iter().map(count(Counting::Corrected));
    BoxContest {
        contest: counted.id.to_owned(),
        counts: first.chain(corrected).collect(),
        accepted,
    }
}

/// The numbers that both counters stand by.
fn accept(
    first: &BTreeMap<&str, Tally>,
    corrected: &BTreeMap<&str, Tally>,
    (ballot_box, contest): (&str, &str),
    findings: &mut Vec<Finding>,
) -> Option<Tally> {
    let place = |finding: Finding| finding.in_box(ballot_box).in_contest(contest);
    let mut counts = first.values();
    let (Some(one), Some(other), None) = (counts.next(), counts.next(), counts.next()) else {
        let many = u64::try_from(first.len()).unwrap_or(u64::MAX);
        let finding = Finding::new(Code::NotTwoCounters, Level::Hold).numbers(many, 2);
        findings.push(place(finding));
        return None;
    };
    if one == other && corrected.is_empty() {
        return Some(one.clone());
    }
    let mut counts = corrected.values();
    let agreed = match (counts.next(), counts.next(), counts.next()) {
        (Some(one), Some(other), None) if corrected.keys().eq(first.keys()) => {
            (one == other).then_some(one)
        }
        _ => None,
    };
    let level = if agreed.is_some() {
        Level::Note
    } else {
        Level::Hold
    };
    findings.extend(differences(one, other, level).into_iter().map(place));
    if let Some(agreed) = agreed {
        let papers = (one.papers, agreed.papers);
        let finding = Finding::new(Code::Corrected, Level::Note).numbers(papers.0, papers.1);
        findings.push(place(finding));
        return Some(agreed.clone());
    }
    if !corrected.is_empty() {
        findings.push(place(Finding::new(Code::CorrectionIncomplete, Level::Hold)));
    }
    None
}

/// Every number in which two counts differ.
fn differences(one: &Tally, other: &Tally, level: Level) -> Vec<Finding> {
    let numbers = [
        (Code::PapersDiffer, one.papers, other.papers),
        (Code::BlankDiffer, one.blank, other.blank),
        (Code::InvalidDiffer, one.invalid, other.invalid),
        (Code::OverMarkedDiffer, one.over_marked, other.over_marked),
    ];
    let numbers = numbers.into_iter().filter(|(_, one, other)| one != other);
    let mut found: Vec<Finding> = numbers
        .map(|(code, one, other)| Finding::new(code, level).numbers(one, other))
        .collect();
    let options: BTreeSet<&String> = one.votes.keys().chain(other.votes.keys()).collect();
    for option in options {
        let votes = |tally: &Tally| tally.votes.get(option).copied().unwrap_or(0);
        let (one, other) = (votes(one), votes(other));
        if one != other {
            let finding = Finding::new(Code::VotesDiffer, level);
            found.push(finding.about(option.clone()).numbers(one, other));
        }
    }
    found
}

/// Whether every first count is what its counter had sealed.
fn seals(election: &Election, sheets: &Sheets, findings: &mut Vec<Finding>) {
    let first = sheets.keys().filter(|key| key.counting == Counting::First);
    let counted: BTreeSet<(&str, &str)> = first
        .map(|key| (key.ballot_box.as_str(), key.counter.as_str()))
        .collect();
    for sealed in &election.seals {
        let found = seal(sheets, &sealed.ballot_box, &sealed.counter, &sealed.nonce);
        if !found.eq_ignore_ascii_case(&sealed.sha256) {
            let finding = Finding::new(Code::SealBroken, Level::Hold);
            findings.push(
                finding
                    .in_box(&sealed.ballot_box)
                    .about(sealed.counter.clone()),
            );
        }
    }
    let sealed = election.seals.iter();
    let sealed: BTreeSet<(&str, &str)> = sealed
        .map(|one| (one.ballot_box.as_str(), one.counter.as_str()))
        .collect();
    for (ballot_box, counter) in counted {
        if !sealed.contains(&(ballot_box, counter)) {
            let finding = Finding::new(Code::NoSeal, Level::Note);
            findings.push(finding.in_box(ballot_box).about(counter));
        }
    }
}

/// The lists of the boxes on the frozen roll, and votes by proxy on the proxies that stand.
pub(crate) fn roll(election: &Election, standing_proxies: u64, findings: &mut Vec<Finding>) {
    let mut hold = |finding: Finding| findings.push(finding);
    let listed: u64 = election.boxes.iter().map(|one| one.listed).sum();
    if listed != election.roll.entries {
        let finding = Finding::new(Code::ListsAreNotTheRoll, Level::Hold);
        hold(finding.numbers(listed, election.roll.entries));
    }
    for one in election.boxes.iter().filter(|one| one.voted > one.listed) {
        let finding = Finding::new(Code::MoreVotersThanListed, Level::Hold).in_box(&one.id);
        hold(finding.numbers(one.voted, one.listed));
    }
    let by_proxy: u64 = election.boxes.iter().map(|one| one.by_proxy).sum();
    if by_proxy > standing_proxies {
        let finding = Finding::new(Code::MoreProxyVotesThanProxies, Level::Hold);
        hold(finding.numbers(by_proxy, standing_proxies));
    }
    if !election.roll.electors.is_empty() {
        lists(election, findings);
    }
}

fn lists(election: &Election, findings: &mut Vec<Finding>) {
    let roll = FrozenRoll::freeze(election.roll.electors.iter().cloned());
    let entries = u64::try_from(roll.len()).unwrap_or(u64::MAX);
    if entries != election.roll.entries {
        let finding = Finding::new(Code::ListAndNumberDiffer, Level::Hold);
        findings.push(finding.numbers(entries, election.roll.entries));
    }
    let lists: Vec<&[String]> = election
        .boxes
        .iter()
        .map(|one| one.voters.as_slice())
        .collect();
    let (counts, misplaced) = roll.mark_off(&lists);
    for (one, count) in election.boxes.iter().zip(counts) {
        if one.voted != count {
            let finding = Finding::new(Code::ListAndNumberDiffer, Level::Hold).in_box(&one.id);
            findings.push(finding.numbers(count, one.voted));
        }
    }
    findings.extend(misplaced.into_iter().map(|misplaced| match misplaced {
        Misplaced::NotOnRoll(id) => Finding::new(Code::VoterNotOnRoll, Level::Hold).about(id),
        Misplaced::Twice(id) => Finding::new(Code::VotedTwice, Level::Hold).about(id),
    }));
}
