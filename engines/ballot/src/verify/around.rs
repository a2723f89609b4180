//! Whether the conditions around the vote, and the make-up of the committee, are what the rules ask.

use crate::candidate::Sex;
use crate::certificate::{Bounds, Fate, Proof, Standing, Status, Step};
use crate::days::Limit;
use crate::election::Round;
use crate::share::Rule;

use super::Check;

impl Check<'_> {
    /// How the committee is made up.
    pub(super) fn committee(&mut self) {
        let certificate = self.certificate;
        let Some(rules) = &certificate.rules.law.committee else {
            return;
        };
        let contests = &certificate.outcome.contests;
        let open = contests.iter().any(|contest| contest.tie.is_some());
        let first = certificate.election.round == Round::First;
        if contests.is_empty() || open || !first || certificate.outcome.status != Status::Decided {
            return;
        }
        let sit = contests.iter().flat_map(|contest| &contest.standing);
        let sit: Vec<&Standing> = sit.filter(|one| one.result == Fate::Elected).collect();
        let women = sit
            .iter()
            .filter(|one| one.sex == Some(Sex::Female))
            .count();
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let (all, women) = (wide(sit.len()), wide(women));
        let bounds = |number, min, max: Option<u64>| {
            let holds = number >= min && max.is_none_or(|max| number <= max);
            Proof::Bounds(Bounds {
                number,
                min,
                max,
                holds,
            })
        };
        self.is(
            "committee/size",
            &rules.size,
            &bounds(all, rules.min, Some(rules.max)),
        );
        self.is(
            "committee/women",
            &rules.women,
            &bounds(women, rules.women_min, None),
        );
    }

    /// The conditions around the vote are held against the terms that the rules have.
    pub(super) fn conditions(&mut self) {
        let certificate = self.certificate;
        for step in &certificate.steps {
            let known = match step.id.split('/').next().unwrap_or("") {
                "roll" | "notice" => self.term(step),
                "petition" | "body" => self.asked(step),
                "candidates" => self.surplus(step),
                "quorum" | "majority" | "floor" | "papers" | "sum" | "committee" => true,
                _ => false,
            };
            self.want(
                known,
                &step.id,
                "不是这些规则的步骤",
                "is no step of these rules",
            );
        }
    }

    /// Whether the step holds those who may be elected against the seats.
    fn surplus(&self, step: &Step) -> bool {
        let contests = &self.certificate.outcome.contests;
        let id = step.id.strip_prefix("candidates/");
        let contest = contests
            .iter()
            .find(|contest| Some(contest.id.as_str()) == id);
        let rules = self.certificate.rules.law.candidates.as_ref();
        let (Some(contest), Some(rules), Proof::Bounds(found)) = (contest, rules, &step.proof)
        else {
            return false;
        };
        let printed = contest
            .standing
            .iter()
            .filter(|one| !one.id.starts_with("other:"));
        let fit = printed
            .filter(|one| !matches!(one.result, Fate::Unfit(_)))
            .count();
        let max = rules
            .surplus_max
            .map(|surplus| contest.seats.saturating_add(surplus));
        u64::try_from(fit) == Ok(found.number)
            && found.min == contest.seats.saturating_add(rules.surplus_min)
            && found.max == max
            && step.basis == rules.basis
    }

    fn term(&self, step: &Step) -> bool {
        let law = &self.certificate.rules.law;
        let day = self.certificate.election.day;
        let Proof::Days(found) = &step.proof else {
            return false;
        };
        let roll = law.roll.as_ref();
        let (term, limit, ends) = match step.id.split('/').nth(1) {
            None => (law.notice.as_ref(), Limit::Before, true),
            Some("published") => (roll.map(|roll| &roll.published_before), Limit::Before, true),
            Some("objection") => (roll.map(|roll| &roll.objection), Limit::Within, false),
            Some(_) => (roll.map(|roll| &roll.decision), Limit::Within, false),
        };
        let same = term.is_some_and(|term| term.days == found.term && term.basis == step.basis);
        same && found.limit == limit && (!ends || found.to == day)
    }

    fn asked(&self, step: &Step) -> bool {
        let law = &self.certificate.rules.law;
        let Proof::Compare(found) = &step.proof else {
            return false;
        };
        let by = |rule: &&Rule| {
            (rule.share, rule.relation, rule.of) == (found.share, found.relation, found.of)
                && rule.basis == step.basis
        };
        match &self.certificate.election.petition {
            Some(asked) if step.id == "petition" => {
                let same =
                    (asked.signers, asked.of, asked.by) == (found.part, found.whole, found.of);
                same && law.petition.iter().any(|rule| by(&rule))
            }
            _ => law
                .body
                .iter()
                .any(|body| by(&&body.rule) && step.id == format!("body/{}", body.part)),
        }
    }
}
