//! The explanations: every figure in them follows from the votes and the certificate.
//!
//! Purses and loads are kept here voter by voter, by no code of the rules; how a sentence is worded
//! is shared with them.

use num_bigint::BigInt;

use super::common::{common, over};
use super::{Claim, Findings, resolve};
use crate::certificate::{Certificate, Loads, PriceSystem, Timed};
use crate::election::Profile;
use crate::explain::{self, Explanation};
use crate::fraction::Fraction;
use crate::rules::equal_shares::{self, Shares};
use crate::rules::phragmen::{self, Phragmen};
use crate::tally::Count;

impl Claim<'_> {
    /// Checked where the result has any; the certificate holds.
    pub(super) fn told(&self, findings: &mut Findings) {
        let told = &self.tally.explanations;
        if told.is_empty() {
            return;
        }
        let profile = Profile::new(self.election, self.tally.options.satisfaction);
        let count = Count::of(self.election, &profile, &self.tally.options);
        let bought = numbers(&self.selected);
        let follows = match &self.tally.certificate {
            Certificate::Order => Some(explain::greedy(&count, &bought)),
            Certificate::Welfare { .. } => Some(explain::welfare(&count, &bought)),
            Certificate::Loads(loads) => self.by_loads(&count, loads, findings),
            Certificate::Prices(prices) => self.by_prices(&count, prices),
        };
        let holds = follows.is_some_and(|follows| *told == follows);
        if findings.need(holds, || {
            "the explanations do not follow from the votes and the certificate".into()
        }) {
            findings.proven("The explanations say what the votes and the certificate say.");
        }
    }

    fn by_prices(&self, count: &Count<'_>, prices: &PriceSystem) -> Option<Vec<Explanation>> {
        let fractions = prices.purchases.iter().map(|one| &one.price);
        let common = common(fractions.chain([&prices.endowment]), self.election.unit)?;
        let mut purses = vec![over(&prices.endowment, &common); self.election.ends.len()];
        let (free, rest) = self.selected.split_at(prices.free.len());
        let (bought, completed) = rest.split_at(prices.purchases.len());
        let mut purchases = Vec::new();
        for (&project, priced) in bought.iter().zip(&prices.purchases) {
            let price = over(&priced.price, &common);
            let (mut gave_all, mut gave_nothing) = (0, 0);
            for (voter, points) in &self.votes.of[project] {
                let purse = &mut purses[*voter as usize];
                let due = &price * *points;
                if *purse == BigInt::ZERO {
                    gave_nothing += 1;
                } else if *purse < due {
                    gave_all += 1;
                }
                *purse -= due.min(purse.clone());
            }
            purchases.push(equal_shares::Purchase {
                project: number(project),
                price: priced.price.clone(),
                gave_all,
                gave_nothing,
            });
        }
        let left = self.held(&common, |voter| purses[voter].clone())?;
        let shares = Shares {
            free: numbers(free),
            purchases,
            completed: numbers(completed),
            endowment: prices.endowment.clone(),
            raised: prices.raised,
            ended: equal_shares::Ended::NotRaised,
            left,
        };
        Some(explain::shares(count, &shares))
    }

    fn by_loads(
        &self,
        count: &Count<'_>,
        loads: &Loads,
        findings: &mut Findings,
    ) -> Option<Vec<Explanation>> {
        let steps: Vec<&Timed> = loads.purchases.iter().chain(&loads.stopped).collect();
        let ids: Vec<String> = steps.iter().map(|one| one.project.clone()).collect();
        let projects = resolve(self.election, &ids, findings)?;
        let common = common(steps.iter().map(|one| &one.time), self.election.unit)?;
        let times: Vec<BigInt> = steps.iter().map(|one| over(&one.time, &common)).collect();
        let mut since = vec![BigInt::ZERO; self.election.ends.len()];
        for (&project, time) in projects.iter().zip(&times).take(loads.purchases.len()) {
            for (voter, _) in &self.votes.of[project] {
                since[*voter as usize].clone_from(time);
            }
        }
        let end = times.last().cloned().unwrap_or_default();
        let left = self.held(&common, |voter| &end - &since[voter])?;
        let purchase = |(at, project): (usize, &usize)| phragmen::Purchase {
            project: number(*project),
            time: steps[at].time.clone(),
        };
        let mut purchases: Vec<_> = projects.iter().enumerate().map(purchase).collect();
        let unsupported = &self.selected[loads.purchases.len()..];
        let stopped = loads.stopped.as_ref().and_then(|_| purchases.pop());
        let result = Phragmen {
            purchases,
            unsupported: numbers(unsupported),
            stopped,
            left,
        };
        Some(explain::phragmen(count, &result))
    }

    /// For each project what its supporters hold together.
    fn held(&self, common: &BigInt, of: impl Fn(usize) -> BigInt) -> Option<Vec<Fraction>> {
        let voters = |project: usize| self.votes.of[project].iter();
        (0..self.election.projects.len())
            .map(|project| {
                let sum: BigInt = voters(project).map(|(voter, _)| of(*voter as usize)).sum();
                Fraction::new(sum, common.clone())
            })
            .collect()
    }
}

fn number(project: usize) -> u32 {
    u32::try_from(project).unwrap_or(u32::MAX)
}

fn numbers(projects: &[usize]) -> Vec<u32> {
    projects.iter().copied().map(number).collect()
}
