//! Whether the findings are those of the counts: what two counters, their corrections, the lists and
//! the proxies show is found again; what rests on lists of voters and on seals, which a certificate
//! does not carry, is at least possible.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{BoxContest, BoxResult, Code, Finding, Level};
use crate::counts::{Counting, Tally};

use super::Check;

/// What cannot be seen in a certificate alone.
const UNSEEN: [Code; 5] = [
    Code::VotedTwice,
    Code::VoterNotOnRoll,
    Code::ListAndNumberDiffer,
    Code::SealBroken,
    Code::NoSeal,
];

impl Check<'_> {
    /// Every finding that the numbers show is told, and no other.
    pub(super) fn findings(&mut self) {
        let certificate = self.certificate;
        let told = certificate.findings.iter();
        let (unseen, seen): (Vec<&Finding>, Vec<&Finding>) =
            told.partition(|finding| UNSEEN.contains(&finding.code));
        let mut wanted = Vec::new();
        if certificate.outcome.owners.is_none() {
            self.lists(&mut wanted);
            for one in &certificate.boxes {
                one.contests
                    .iter()
                    .for_each(|contest| counted(one, contest, &mut wanted));
            }
        }
        self.want(
            seen.into_iter().eq(&wanted),
            "findings",
            "与计票、名单、委托所显示的不符",
            "are not what the counts, lists and proxies show",
        );
        for finding in unseen {
            let known = self.possible(finding);
            self.want(
                known,
                "findings",
                "有一项与这里无关",
                "one is about nothing here",
            );
        }
    }

    /// The lists against the roll, voters against the lists, proxies against those that stand.
    fn lists(&self, wanted: &mut Vec<Finding>) {
        let certificate = self.certificate;
        let hold = |code, one, other| Finding::new(code, Level::Hold).numbers(one, other);
        let sum = |number: fn(&BoxResult) -> u64| {
            let numbers = certificate.boxes.iter().map(number);
            numbers.fold(0, u64::saturating_add)
        };
        let listed = sum(|one| one.listed);
        if listed != certificate.entries {
            wanted.push(hold(Code::ListsAreNotTheRoll, listed, certificate.entries));
        }
        for one in certificate
            .boxes
            .iter()
            .filter(|one| one.voted > one.listed)
        {
            let finding = hold(Code::MoreVotersThanListed, one.voted, one.listed);
            wanted.push(finding.in_box(&one.id));
        }
        let by_proxy = sum(|one| one.by_proxy);
        let stand = certificate.proxies.iter();
        let stand = stand.filter(|one| one.refused.is_empty()).count();
        let stand = u64::try_from(stand).unwrap_or(u64::MAX);
        if by_proxy > stand {
            wanted.push(hold(Code::MoreProxyVotesThanProxies, by_proxy, stand));
        }
    }

    /// Whether a finding that rests on lists or seals has its weight, a box that is there, and
    /// numbers that are the box's.
    fn possible(&self, finding: &Finding) -> bool {
        let certificate = self.certificate;
        let level = match finding.code {
            Code::NoSeal => Level::Note,
            _ => Level::Hold,
        };
        let own = finding.ballot_box.as_ref();
        let own = own.map(|id| certificate.boxes.iter().find(|one| one.id == *id));
        let number = match own {
            Some(None) => return false,
            Some(Some(one)) => one.voted,
            None => certificate.entries,
        };
        let numbers = match finding.code {
            Code::ListAndNumberDiffer => {
                finding.one.is_some_and(|one| one != number) && finding.other == Some(number)
            }
            _ => finding.one.is_none() && finding.other.is_none(),
        };
        let about = (finding.code == Code::ListAndNumberDiffer) == finding.of.is_none();
        let counter = match (finding.code, own.flatten(), &finding.of) {
            (Code::NoSeal, Some(one), Some(of)) => first_counters(one).contains(of.as_str()),
            (Code::NoSeal, ..) => false,
            (Code::VotedTwice | Code::VoterNotOnRoll, own, _) => own.is_none(),
            _ => true,
        };
        finding.level == level && finding.contest.is_none() && numbers && about && counter
    }
}

fn first_counters(one: &BoxResult) -> BTreeSet<&str> {
    let counts = one.contests.iter().flat_map(|contest| &contest.counts);
    let first = counts.filter(|count| count.counting == Counting::First);
    first.map(|count| count.counter.as_str()).collect()
}

/// What the counts of a contest in a box show.
fn counted(one: &BoxResult, contest: &BoxContest, wanted: &mut Vec<Finding>) {
    let place = |finding: Finding| finding.in_box(&one.id).in_contest(&contest.contest);
    let of = |counting| -> BTreeMap<&str, &Tally> {
        let own = contest.counts.iter();
        let own = own.filter(|count| count.counting == counting);
        own.map(|count| (count.counter.as_str(), &count.tally))
            .collect()
    };
    let (first, corrected) = (of(Counting::First), of(Counting::Corrected));
    let pair: Vec<&Tally> = first.values().copied().collect();
    let [own, other] = pair.as_slice() else {
        let many = u64::try_from(first.len()).unwrap_or(u64::MAX);
        let finding = Finding::new(Code::NotTwoCounters, Level::Hold);
        wanted.push(place(finding.numbers(many, 2)));
        return;
    };
    if own != other || !corrected.is_empty() {
        let settled = contest.accepted.as_ref();
        let level = match settled {
            Some(_) => Level::Note,
            None => Level::Hold,
        };
        wanted.extend(apart(own, other, level).into_iter().map(place));
        match settled {
            Some(agreed) => {
                let finding = Finding::new(Code::Corrected, Level::Note);
                wanted.push(place(finding.numbers(own.papers, agreed.papers)));
            }
            None if corrected.is_empty() => {}
            None => wanted.push(place(Finding::new(Code::CorrectionIncomplete, Level::Hold))),
        }
    }
    if let Some(agreed) = &contest.accepted {
        let code = match agreed.papers.cmp(&one.voted) {
            std::cmp::Ordering::Greater => Code::MorePapersThanVoters,
            std::cmp::Ordering::Less => Code::FewerPapersThanVoters,
            std::cmp::Ordering::Equal => return,
        };
        let finding = Finding::new(code, Level::Note);
        wanted.push(place(finding.numbers(agreed.papers, one.voted)));
    }
}

/// Every number in which two counts are apart.
fn apart(one: &Tally, other: &Tally, level: Level) -> Vec<Finding> {
    let finding = |code, own: u64, its: u64| {
        (own != its).then(|| Finding::new(code, level).numbers(own, its))
    };
    let mut found: Vec<Finding> = [
        finding(Code::PapersDiffer, one.papers, other.papers),
        finding(Code::BlankDiffer, one.blank, other.blank),
        finding(Code::InvalidDiffer, one.invalid, other.invalid),
        finding(Code::OverMarkedDiffer, one.over_marked, other.over_marked),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut votes: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for (index, tally) in [one, other].into_iter().enumerate() {
        for (option, number) in &tally.votes {
            votes.entry(option).or_default()[index] = *number;
        }
    }
    for (option, [own, its]) in votes {
        found.extend(finding(Code::VotesDiffer, own, its).map(|finding| finding.about(option)));
    }
    found
}
