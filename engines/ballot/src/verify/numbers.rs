//! The checker's own arithmetic: sums, comparisons, days, counts of boxes and of units.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{BoxContest, Certificate, Count, Proof};
use crate::counts::{Counting, Tally};
use crate::days::Limit;
use crate::owners::{OwnersOutcome, Sums, UnitVoice, Voice};
use crate::procedure::CoOwners;
use crate::share::{Relation, Whole};

use super::Check;

/// Whether a proof is right in itself.
pub(super) fn right(proof: &Proof) -> bool {
    match proof {
        Proof::Compare(found) => {
            let times = |number: u64, by: u64| u128::from(number) * u128::from(by);
            let left = times(found.part, found.share.denominator());
            let right = times(found.whole, found.share.numerator());
            let enough = match found.relation {
                Relation::Over => left > right,
                Relation::AtLeast => left >= right,
            };
            u128::from(found.left) == left
                && u128::from(found.right) == right
                && found.holds == (enough && found.whole != 0)
        }
        Proof::Days(found) => {
            let days = found.from.duration_until(found.to).as_hours() / 24;
            let holds = match found.limit {
                Limit::Before => days >= i64::from(found.term),
                Limit::Within => days >= 0 && days <= i64::from(found.term),
            };
            found.days == days && found.holds == holds
        }
        Proof::Sum(found) => {
            let total: u128 = found.parts.iter().map(|part| u128::from(part.number)).sum();
            let holds = found.must_be.is_none_or(|must| must == found.total);
            u128::from(found.total) == total && found.holds == holds
        }
        Proof::Bounds(found) => {
            let below = found.number < found.min;
            let above = found.max.is_some_and(|max| found.number > max);
            found.holds != (below || above)
        }
    }
}

/// How many voted in all boxes.
pub(super) fn voted(certificate: &Certificate) -> u64 {
    let voted = certificate.boxes.iter().map(|one| one.voted);
    voted.fold(0, u64::saturating_add)
}

/// Whether a proof sums up the boxes' lists (and must make up the roll) or their voters.
pub(super) fn over(certificate: &Certificate, proof: &Proof, listed: bool) -> bool {
    let Proof::Sum(sum) = proof else {
        return false;
    };
    let own = certificate.boxes.iter().map(|one| {
        let number = if listed { one.listed } else { one.voted };
        (&one.id, number)
    });
    let must = listed.then_some(certificate.entries);
    own.eq(sum.parts.iter().map(|part| (&part.of, part.number))) && sum.must_be == must
}

/// Whether a count adds up, for papers with at most `seats` names.
fn sound(tally: &Tally, seats: u64) -> bool {
    let wide = |number: u64| u128::from(number);
    let sorted = [tally.valid, tally.blank, tally.invalid, tally.over_marked];
    let sorted: u128 = sorted.into_iter().map(wide).sum();
    let votes: u128 = tally.votes.values().copied().map(wide).sum();
    let each = tally.votes.values().all(|votes| *votes <= tally.valid);
    let names = wide(tally.valid)..=wide(tally.valid) * wide(seats);
    wide(tally.papers) == sorted && each && names.contains(&votes)
}

/// The numbers both counters stand by, as the counts show them.
fn agreed(contest: &BoxContest) -> Option<&Tally> {
    let of = |counting: Counting| -> Vec<&Count> {
        contest
            .counts
            .iter()
            .filter(|count| count.counting == counting)
            .collect()
    };
    let (first, corrected) = (of(Counting::First), of(Counting::Corrected));
    let counters = |counts: &[&Count]| -> BTreeSet<String> {
        counts.iter().map(|count| count.counter.clone()).collect()
    };
    let two = |counts: &[&Count]| counts.len() == 2 && counters(counts).len() == 2;
    let last = if corrected.is_empty() {
        &first
    } else {
        &corrected
    };
    let sound = two(&first) && two(last) && counters(&first) == counters(last);
    match last.as_slice() {
        [one, other] if sound && one.tally == other.tally => Some(&one.tally),
        _ => None,
    }
}

impl Check<'_> {
    /// Every count adds up, and what is accepted is what both counters found.
    pub(super) fn boxes(&mut self) {
        let certificate = self.certificate;
        let contests = &certificate.outcome.contests;
        let seats: BTreeMap<&str, u64> = match contests.is_empty() {
            true => [(crate::election::MOTION, 1)].into(),
            false => contests
                .iter()
                .map(|own| (own.id.as_str(), own.seats))
                .collect(),
        };
        let mut ids = BTreeSet::new();
        for one in &certificate.boxes {
            let at = format!("boxes/{}", one.id);
            self.want(ids.insert(&one.id), &at, "出现两次", "is there twice");
            self.want(
                one.by_proxy <= one.voted,
                &at,
                "委托投票多于投票人数",
                "has more votes by proxy than votes",
            );
            let own: Vec<&str> = one
                .contests
                .iter()
                .map(|own| own.contest.as_str())
                .collect();
            let known: BTreeSet<&str> = own.iter().copied().collect();
            let same = own.len() == seats.len() && known.iter().eq(seats.keys());
            self.want(
                same,
                &at,
                "没有把每个项目各计一次",
                "does not count every contest once",
            );
            for own in &one.contests {
                let at = format!("{at}/{}", own.contest);
                let seats = seats.get(own.contest.as_str()).copied().unwrap_or(0);
                let adds = own.counts.iter().all(|count| sound(&count.tally, seats));
                self.want(adds, &at, "有一份计票加不起来", "a count does not add up");
                let same = own.accepted.as_ref() == agreed(own);
                self.want(
                    same,
                    &at,
                    "采用的数不是两位计票人一致的数",
                    "what is accepted is not what both counters found",
                );
            }
        }
    }

    /// The sum of what is accepted in a contest; nothing while a box is open.
    pub(super) fn total(&self, contest: &str) -> Option<Tally> {
        let mut sum = Tally::default();
        for one in &self.certificate.boxes {
            let own = one.contests.iter().find(|own| own.contest == contest)?;
            let own = own.accepted.as_ref()?;
            let add = |into: &mut u64, number: u64| *into = into.saturating_add(number);
            add(&mut sum.papers, own.papers);
            add(&mut sum.valid, own.valid);
            add(&mut sum.blank, own.blank);
            add(&mut sum.invalid, own.invalid);
            add(&mut sum.over_marked, own.over_marked);
            for (id, votes) in &own.votes {
                add(sum.votes.entry(id.clone()).or_default(), *votes);
            }
        }
        Some(sum)
    }

    /// The owners' units, sums and majorities.
    pub(super) fn owners(&mut self) {
        let certificate = self.certificate;
        let Some(found) = &certificate.outcome.owners else {
            return;
        };
        self.units(found);
        let number = |of: Whole| match of {
            Whole::OwnersByHeads => ("quorum/heads", found.heads.present, found.heads.all),
            Whole::OwnersByArea => ("quorum/area", found.area.present, found.area.all),
            Whole::TakingPartByHeads => {
                ("majority/heads", found.heads.in_favour, found.heads.present)
            }
            _ => ("majority/area", found.area.in_favour, found.area.present),
        };
        let method = &certificate.rules.method;
        let mut enough = true;
        for rule in &method.quorum {
            let (id, part, whole) = number(rule.of);
            self.compared(id, rule, (part, whole), &rule.basis);
            enough &= self.holds(id);
        }
        let mut carried = enough;
        for rule in method.majority.iter().filter(|_| enough) {
            let (id, part, whole) = number(rule.of);
            self.compared(id, rule, (part, whole), &rule.basis);
            carried &= self.holds(id);
        }
        let two = method.quorum.len() == 2 && method.majority.len() == 2;
        self.want(
            two,
            "rules",
            "业主按人数和面积两项决定",
            "owners decide by heads and by area",
        );
        self.want(
            found.carried == carried,
            "outcome/owners/carried",
            "推不出来",
            "does not follow",
        );
        let status = certificate.outcome.status;
        let wanted = if enough {
            super::Status::Decided
        } else {
            super::Status::Invalid
        };
        self.want(
            status == wanted,
            "outcome/status",
            "推不出来",
            "does not follow",
        );
        self.want(
            certificate.entries == found.heads.all,
            "entries",
            "不是业主人数",
            "are not the heads",
        );
    }

    fn units(&mut self, found: &OwnersOutcome) {
        let rule = self
            .certificate
            .rules
            .law
            .owners
            .as_ref()
            .map(|owners| owners.co_owners);
        let divides = |unit: &UnitVoice| unit.area.checked_rem(found.scale) == Some(0);
        let scaled =
            found.scale == 1 || (rule == Some(CoOwners::Shares) && found.units.iter().all(divides));
        self.want(
            scaled,
            "outcome/owners/scale",
            "不能整除各面积",
            "does not divide the areas",
        );
        let mut area = Sums::default();
        let mut heads: BTreeMap<&str, BTreeSet<Voice>> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for unit in &found.units {
            let at = format!("outcome/owners/{}", unit.id);
            self.want(ids.insert(&unit.id), &at, "出现两次", "is there twice");
            let whole = rule == Some(CoOwners::Agree) || !unit.head.contains('+');
            self.want(
                speaks(unit, whole),
                &at,
                "面积与表决意见不符",
                "its area does not follow its voice",
            );
            area.all = area.all.saturating_add(unit.area);
            area.present = area.present.saturating_add(unit.area_present);
            area.in_favour = area.in_favour.saturating_add(unit.area_for);
            heads.entry(&unit.head).or_default().insert(unit.voice);
        }
        let mut sums = Sums::default();
        for voices in heads.values_mut() {
            voices.remove(&Voice::Absent);
            sums.all += 1;
            sums.present += u64::from(!voices.is_empty());
            sums.in_favour += u64::from(voices.iter().eq([&Voice::For]));
        }
        self.want(
            area == found.area,
            "outcome/owners/area",
            "不是各专有部分之和",
            "is not the sum of the units",
        );
        self.want(
            sums == found.heads,
            "outcome/owners/heads",
            "与各专有部分不符",
            "are not those of the units",
        );
    }
}

/// Whether a unit's area follows its voice. A unit whose owners vote by shares may divide it.
fn speaks(unit: &UnitVoice, whole: bool) -> bool {
    let within = unit.area_for <= unit.area_present && unit.area_present <= unit.area;
    let so = |so: bool| if so { unit.area } else { 0 };
    let present = unit.voice != Voice::Absent;
    let exact = unit.area_for == so(unit.voice == Voice::For) && unit.area_present == so(present);
    let divided =
        (unit.area_present == 0) != present && (unit.voice != Voice::For || unit.area_for > 0);
    within && (exact || (!whole && divided))
}
