//! Whether seats, motion and committee follow from the numbers, without filling a seat.

use std::collections::{BTreeMap, BTreeSet};

use crate::candidate::{Sex, Unfit};
use crate::certificate::{Bounds, Certificate, ContestOutcome, Fate, Proof, Standing, Status};
use crate::counts::Tally;
use crate::election::{MOTION, Round};
use crate::law::Basis;
use crate::lot::draw;
use crate::procedure::Tie;
use crate::share::{Rule, Whole};

use super::{Check, numbers};

/// Everybody elected: the contest's place in the order, and the votes.
type Elected<'c> = BTreeMap<&'c str, (usize, u64)>;

impl Check<'_> {
    /// Every contest.
    pub(super) fn contests(&mut self) {
        let certificate = self.certificate;
        let kind = certificate.rules.kind;
        let seats = kind == crate::procedure::Kind::Election;
        let given = !certificate.outcome.contests.is_empty();
        self.want(
            seats == given,
            "outcome/contests",
            "不是这种程序所决定的",
            "are not what the procedure decides",
        );
        let mut elected = Elected::new();
        for (place, contest) in certificate.outcome.contests.iter().enumerate() {
            for one in contest
                .standing
                .iter()
                .filter(|one| one.result == Fate::Elected)
            {
                let twice = elected.insert(&one.id, (place, one.votes)).is_some();
                self.want(
                    !twice,
                    format!("outcome/{}", contest.id),
                    "当选两次",
                    "elected twice",
                );
            }
        }
        for (place, contest) in certificate.outcome.contests.iter().enumerate() {
            self.contest(contest, place, &elected);
        }
        self.relatives();
        self.lots();
    }

    /// Whoever is somebody's relative, and stands, has that one among theirs.
    fn relatives(&mut self) {
        let contests = self.certificate.outcome.contests.iter();
        let all: Vec<&Standing> = contests.flat_map(|contest| &contest.standing).collect();
        let mut of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for one in &all {
            let own = of.entry(&one.id).or_default();
            own.extend(one.relatives.iter().map(String::as_str));
        }
        for one in all {
            let known = one.relatives.iter().all(|id| {
                let theirs = of.get(id.as_str());
                theirs.is_none_or(|theirs| theirs.contains(one.id.as_str()))
            });
            let at = format!("outcome/{}", one.id);
            self.want(
                known,
                at,
                "是某人的近亲属，对方却没有写明",
                "is a relative of somebody who is not theirs",
            );
        }
    }

    fn contest(&mut self, contest: &ContestOutcome, place: usize, elected: &Elected<'_>) {
        let certificate = self.certificate;
        let at = format!("outcome/{}", contest.id);
        let total = self.total(&contest.id);
        self.want(
            contest.total == total,
            &at,
            "合计不是各票箱之和",
            "the total is not the sum over the boxes",
        );
        let total = total.unwrap_or_default();
        self.papers(&contest.id, total.papers);
        self.votes(contest, &total, &at);
        if certificate.outcome.status != Status::Decided {
            let none = |one: &Standing| matches!(one.result, Fate::Undecided | Fate::Unfit(_));
            let undecided = contest.standing.iter().all(none) && contest.tie.is_none();
            self.want(
                undecided,
                &at,
                "却仍有决定",
                "decides something all the same",
            );
            self.want(
                contest.vacant == contest.seats,
                &at,
                "名额没有全部空缺",
                "the seats are not all empty",
            );
            return;
        }
        self.seats(contest, &at);
        for one in &contest.standing {
            self.candidate(contest, one, (place, total.papers), elected);
        }
    }

    /// Everybody with a vote stands there once, with the votes of the total, in their order.
    fn votes(&mut self, contest: &ContestOutcome, total: &Tally, at: &str) {
        let listed: Vec<(&String, u64)> = contest
            .standing
            .iter()
            .map(|one| (&one.id, one.votes))
            .collect();
        let all: BTreeSet<(&String, u64)> = listed.iter().copied().collect();
        let same = all.len() == listed.len()
            && all
                .into_iter()
                .eq(total.votes.iter().map(|(id, votes)| (id, *votes)));
        self.want(
            same || (contest.total.is_none() && listed.iter().all(|one| one.1 == 0)),
            at,
            "票数与合计不符",
            "the votes are not those of the total",
        );
        let ordered = listed.windows(2).all(|pair| match pair {
            [one, other] => one.1 >= other.1,
            _ => true,
        });
        self.want(
            ordered,
            at,
            "没有按票数排列",
            "is not in the order of votes",
        );
    }

    /// The step that no more papers came out than persons voted.
    fn papers(&mut self, contest: &str, papers: u64) {
        let voted = numbers::voted(self.certificate);
        let id = format!("papers/{contest}");
        let wanted = Proof::Bounds(Bounds {
            number: papers,
            min: 0,
            max: Some(voted),
            holds: papers <= voted,
        });
        let basis = self.certificate.rules.law.papers.as_ref();
        let basis = basis
            .map(|papers| papers.too_many.clone())
            .unwrap_or_default();
        self.is(&id, &basis, &wanted);
    }

    /// The step `id` is this proof under this basis.
    pub(super) fn is(&mut self, id: &str, basis: &Basis, proof: &Proof) {
        let same = self
            .step(id)
            .is_some_and(|step| step.basis == *basis && step.proof == *proof);
        self.want(
            same,
            id,
            "缺少，或说的是别的数",
            "is missing, or is about other numbers",
        );
    }

    /// No more sit than there are seats, and empty seats are empty because nobody has a claim.
    fn seats(&mut self, contest: &ContestOutcome, at: &str) {
        let sit = contest
            .standing
            .iter()
            .filter(|one| one.result == Fate::Elected)
            .count();
        let sit = u64::try_from(sit).unwrap_or(u64::MAX);
        let open = contest.tie.as_ref().map_or(0, |tie| tie.seats);
        let filled = sit.saturating_add(open).saturating_add(contest.vacant);
        self.want(
            filled == contest.seats,
            at,
            "已定、未定、空缺之和不等于名额",
            "seats filled, open and empty are not all seats",
        );
        let passed = |one: &&Standing| matches!(one.result, Fate::Outvoted | Fate::LostLot);
        let passed = contest.standing.iter().filter(passed).count();
        self.want(
            passed == 0 || contest.vacant == 0,
            at,
            "有空缺，却有人应当选",
            "a seat is empty, and somebody has a claim",
        );
        self.tie(contest, at);
    }

    /// A tie is of those who are level, above nobody who sits, for too few seats.
    fn tie(&mut self, contest: &ContestOutcome, at: &str) {
        let level = contest
            .standing
            .iter()
            .filter(|one| one.result == Fate::Level);
        let level: BTreeSet<&String> = level.map(|one| &one.id).collect();
        let Some(tie) = &contest.tie else {
            self.want(
                level.is_empty(),
                at,
                "有人票数相等，却没有写明与谁",
                "somebody is level, and nothing says with whom",
            );
            return;
        };
        let named: BTreeSet<&String> = tie.candidates.iter().collect();
        self.want(
            named == level && !level.is_empty(),
            at,
            "平票者不是票数相等的人",
            "the tie is not of those who are level",
        );
        let votes = contest
            .standing
            .iter()
            .filter(|one| named.contains(&one.id));
        let votes: BTreeSet<u64> = votes.map(|one| one.votes).collect();
        self.want(
            votes.len() == 1,
            at,
            "平票的候选人票数并不相等",
            "the tie is of candidates who are not level",
        );
        let floor = votes.first().copied().unwrap_or(0);
        let below = |one: &&Standing| one.result == Fate::Elected && one.votes <= floor;
        let below = contest.standing.iter().filter(below).count();
        self.want(
            below == 0,
            at,
            "有人越过平票者当选",
            "somebody is elected past a tie",
        );
        let many = u64::try_from(level.len()).unwrap_or(u64::MAX);
        let related = contest
            .standing
            .iter()
            .filter(|one| named.contains(&one.id));
        let related = related
            .flat_map(|one| &one.relatives)
            .any(|id| named.contains(id));
        let fits = tie.seats >= 1 && tie.seats <= many && (tie.seats < many || related);
        self.want(
            fits,
            at,
            "没有平票：名额够所有人",
            "there is no tie: the seats are enough for all",
        );
    }

    fn candidate(
        &mut self,
        contest: &ContestOutcome,
        one: &Standing,
        (place, papers): (usize, u64),
        elected: &Elected<'_>,
    ) {
        let at = format!("outcome/{}/{}", contest.id, one.id);
        let Some((name, rule)) = deciding(self.certificate) else {
            self.want(false, at, "没有规则可依", "no rule decides");
            return;
        };
        let step = format!("{name}/{}/{}", contest.id, one.id);
        let voted = numbers::voted(self.certificate);
        let whole = self.whole(rule, papers, voted);
        self.compared(&step, rule, (one.votes, whole), &rule.basis);
        let enough = self.holds(&step);
        let sitting: Vec<u64> = contest
            .standing
            .iter()
            .filter(|other| other.result == Fate::Elected)
            .map(|other| other.votes)
            .collect();
        let least = sitting.iter().min().copied();
        let lot = self.lot_between(contest, one.votes);
        let so = match &one.result {
            Fate::Elected => enough && !self.clashes(one, elected),
            Fate::TooFew => !enough,
            // Outvoted: everybody who sits has more; a tie that takes the last seats is above too.
            Fate::Outvoted => {
                let above = least.is_none_or(|least| least > one.votes);
                let tie = contest
                    .tie
                    .as_ref()
                    .and_then(|tie| votes_of(contest, tie.candidates.first()));
                enough
                    && above
                    && tie.is_none_or(|tie| tie > one.votes)
                    && (least.is_some() || tie.is_some())
            }
            Fate::LostLot => enough && lot && least.is_some_and(|least| least >= one.votes),
            Fate::Level => enough && contest.tie.is_some(),
            Fate::Relative(id) => {
                let other = elected.get(id.as_str());
                let before = other.is_some_and(|(other, votes)| {
                    *other < place || (*other == place && *votes >= one.votes)
                });
                enough && before && one.relatives.contains(id) && self.apart()
            }
            Fate::Unfit(why) => {
                !why.is_empty() && why.iter().all(|why| self.bars(*why, one, contest))
            }
            Fate::Undecided => enough && contest.tie.is_some() && contest.vacant > 0,
        };
        self.want(
            so,
            &at,
            "结果不能由票数推出",
            "the result does not follow from the numbers",
        );
        let fit = !contest.for_women || one.sex == Some(Sex::Female);
        let sits = one.result == Fate::Elected;
        self.want(
            fit || !sits,
            at,
            "当选了妇女专选名额",
            "is elected to a woman's seat",
        );
    }

    /// What a rule takes its share of.
    fn whole(&self, rule: &Rule, papers: u64, voted: u64) -> u64 {
        let all = rule.of == self.certificate.rules.method.electorate;
        match rule.of {
            Whole::BallotsCast => papers,
            _ if all => self.certificate.entries,
            _ => voted,
        }
    }

    /// Whether near relatives may not sit together.
    fn apart(&self) -> bool {
        let committee = self.certificate.rules.law.committee.as_ref();
        committee.is_some_and(|committee| !committee.relatives_together)
    }

    /// Whether a near relative of somebody elected is elected too.
    fn clashes(&self, one: &Standing, elected: &Elected<'_>) -> bool {
        self.apart()
            && one
                .relatives
                .iter()
                .any(|id| elected.contains_key(id.as_str()))
    }

    fn bars(&self, why: Unfit, one: &Standing, contest: &ContestOutcome) -> bool {
        let rules = self.certificate.rules.law.candidates.as_ref();
        match why {
            Unfit::Barred(bar) => rules.is_some_and(|rules| rules.bars.contains(&bar)),
            Unfit::NotNominated => rules.is_some(),
            Unfit::NotAWoman => contest.for_women && one.sex != Some(Sex::Female),
        }
    }

    /// Whether a lot was drawn between those with so many votes in this contest, and called those
    /// who sit before those who do not.
    fn lot_between(&self, contest: &ContestOutcome, votes: u64) -> bool {
        let level = contest.standing.iter().filter(|one| one.votes == votes);
        let fate: BTreeMap<&str, &Fate> = level.map(|one| (one.id.as_str(), &one.result)).collect();
        let of =
            |lot: &&crate::lot::Drawn| lot.order.iter().all(|id| fate.contains_key(id.as_str()));
        let purpose = format!("{}/{}", self.certificate.election.id, contest.id);
        let lot = self
            .certificate
            .lots
            .iter()
            .filter(|lot| lot.purpose == purpose)
            .find(of);
        let lost = |id: &&String| fate.get(id.as_str()) == Some(&&Fate::LostLot);
        lot.is_some_and(|lot| {
            let behind = lot.order.iter().skip_while(|id| !lost(id));
            behind
                .filter(|id| fate.get(id.as_str()) == Some(&&Fate::Elected))
                .count()
                == 0
        })
    }

    /// Every lot is what its randomness draws.
    fn lots(&mut self) {
        let certificate = self.certificate;
        for lot in &certificate.lots {
            let again = draw(&lot.randomness, &lot.purpose, &lot.order);
            self.want(
                again == *lot,
                format!("lots/{}", lot.purpose),
                "不是抽出的结果",
                "is not what is drawn",
            );
            let ties = certificate.rules.law.ties.as_ref();
            let may = ties.is_some_and(|ties| ties.method == Tie::Lot || ties.plan_may_choose_lot);
            self.want(
                may,
                format!("lots/{}", lot.purpose),
                "规则没有抽签",
                "the rules know no lot",
            );
        }
    }

    /// The motion.
    pub(super) fn motion(&mut self) {
        let certificate = self.certificate;
        let Some(motion) = &certificate.outcome.motion else {
            let kind = certificate.rules.kind;
            let election = kind == crate::procedure::Kind::Election;
            self.want(election, "outcome/motion", "缺少", "is missing");
            return;
        };
        let total = self.total(MOTION);
        self.want(
            motion.total == total,
            "outcome/motion",
            "合计不是各票箱之和",
            "the total is not the sum over the boxes",
        );
        let total = total.unwrap_or_default();
        self.papers(MOTION, total.papers);
        let mut carried = false;
        if certificate.outcome.status == Status::Decided {
            let votes = total.votes.get("for").copied().unwrap_or(0);
            let voted = numbers::voted(certificate);
            for rule in &certificate.rules.method.majority {
                let whole = self.whole(rule, total.papers, voted);
                self.compared("majority/motion", rule, (votes, whole), &rule.basis);
                carried = self.holds("majority/motion");
            }
        }
        self.want(
            motion.carried == carried,
            "outcome/motion/carried",
            "推不出来",
            "does not follow",
        );
    }
}

/// The rule that says how many votes are enough, and the name of its steps.
fn deciding(certificate: &Certificate) -> Option<(&'static str, &Rule)> {
    let rerun = certificate.election.round == Round::Rerun;
    match certificate.rules.law.rerun.as_ref().filter(|_| rerun) {
        Some(rerun) => Some(("floor", &rerun.floor)),
        None => Some(("majority", certificate.rules.method.majority.first()?)),
    }
}

fn votes_of(contest: &ContestOutcome, id: Option<&String>) -> Option<u64> {
    let id = id?;
    contest
        .standing
        .iter()
        .find(|one| one.id == *id)
        .map(|one| one.votes)
}
