//! The price system of Equal Shares.
//!
//! Checked are the conditions of a price system (Peters and Skowron, "Proportionality and the
//! Limits of Welfarism", EC 2020): nobody pays for what they do not support, nobody pays more than
//! they have, every purchase is paid exactly, and in the end no project's supporters have its cost
//! left. And what makes it Equal Shares: at each purchase no other project's supporters could have
//! paid at a lower price per satisfaction.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use super::common::{common, holds_until, money, over};
use super::{Claim, Findings, resolve};
use crate::certificate::{Ended, PriceSystem, Priced};
use crate::explain;
use crate::fraction::Fraction;
use crate::rules::equal_shares::{self, Purchase, Shares};
use crate::tally::{Completion, Endowment};
use crate::told::{Told, told};

/// A replay of payments.
struct Replay<'a> {
    claim: &'a Claim<'a>,
    /// Every amount is a whole number of 1/`common`.
    common: BigInt,
    projects: Vec<usize>,
    prices: Vec<BigInt>,
    /// Voters with the same purse, by class.
    class: Vec<u32>,
    purses: Vec<BigInt>,
    /// For each purchase, how many gave all they had and how many had nothing to give.
    poor: Vec<(u64, u64)>,
}

/// What supporters can give at a price.
struct Given {
    money: BigInt,
    /// The points of those who pay in full.
    share: u64,
}

impl Claim<'_> {
    pub(super) fn prices(&self, system: &PriceSystem, findings: &mut Findings) {
        let ids: Vec<String> = system.free.clone();
        let bought: Vec<String> = names(&system.purchases);
        let all = [ids.as_slice(), &bought, &system.completed].concat();
        if !findings.need(all == self.tally.selected, || {
            told!(
                "入选项目不是证明依次买下的那些",
                "selected is not what the certificate buys, in its order"
            )
        }) {
            return;
        }
        let (free, rest) = self.selected.split_at(system.free.len());
        let (bought, completed) = rest.split_at(system.purchases.len());
        self.free(free, findings);
        self.endowment(system, findings);
        self.completion(&[free, bought].concat(), completed, findings);
        let end = self.replay(&system.endowment, &system.purchases, findings);
        if let Some(end) = end {
            self.unaffordable(&end, bought, findings);
            self.told(
                |count| explain::shares(count, &end.shares(system, free, completed)),
                findings,
            );
            if findings.flaws.is_empty() {
                findings.proven(
                    told!("每位选民起初的钱一样多，只为自己支持的项目出钱，每分一个价或出尽余款；每次购买都恰好付清。", "Every voter begins with the same money and pays only for projects they support, all at one price per point or with all they have left; each purchase is paid exactly."),
                );
                findings.proven(
                    told!("每次购买时，别的项目的支持者都不能以更低的单位满意度价格付清；同价者编号小的在先。", "At each purchase no other project's supporters could pay at a lower price per satisfaction, and ties went to the smallest id."),
                );
                findings.proven(
                    told!("最后，没有买下的项目，其支持者余下的钱都不够其费用：结果可定价。", "In the end no project that was not bought has supporters with its cost left: the outcome is priceable."),
                );
            }
        }
        self.ended(system, bought, findings);
    }

    /// What costs nothing and has support, by id.
    fn free(&self, free: &[usize], findings: &mut Findings) {
        let projects = 0..self.election.projects.len();
        let expected = projects
            .filter(|at| self.election.projects[*at].cost == 0 && self.votes.supported(*at));
        findings.need(expected.eq(free.iter().copied()), || {
            told!(
                "作为免费项目买下的，不是那些不花钱而有人支持的",
                "the projects bought as free are not those that cost nothing and have support"
            )
        });
    }

    fn endowment(&self, system: &PriceSystem, findings: &mut Findings) {
        let (voters, unit) = (self.election.voters(), self.election.unit);
        if voters == 0 {
            let nothing = system.purchases.is_empty() && system.endowment.num().is_zero();
            findings.need(nothing, || {
                told!(
                    "没有人投票，谁也没有钱、不出钱",
                    "nobody votes, nobody has or pays anything"
                )
            });
            return;
        }
        // In the smallest unit, a voter's part of the budget.
        let part = self.election.budget / voters;
        let first = match self.tally.options.endowment {
            Endowment::Exact => {
                Fraction::new(self.election.budget, u128::from(voters) * u128::from(unit))
            }
            Endowment::Whole => Fraction::new(part / unit, 1),
            Endowment::WholeFen if unit > 100 => Fraction::new(part / (unit / 100), 100),
            Endowment::WholeFen => Fraction::new(part, unit),
        };
        let raised = first.and_then(|first| {
            Fraction::new(
                first.num() + first.den() * system.raised,
                first.den().clone(),
            )
        });
        findings.need(raised.as_ref() == Some(&system.endowment), || {
            told!(
                "起始金额不是每位选民应得的预算份额加 {} 次一单位",
                "the endowment is not a voter's part of the budget, {} times raised by one",
                system.raised
            )
        });
    }

    fn completion(&self, before: &[usize], completed: &[usize], findings: &mut Findings) {
        match self.tally.options.completion {
            Completion::None | Completion::Add1 => {
                findings.need(completed.is_empty(), || {
                    told!(
                        "没有要求补足，却补足了项目",
                        "projects are completed though no such completion was asked for"
                    )
                });
            }
            Completion::Utilitarian | Completion::Add1Utilitarian => {
                if self.completes(before, completed, findings) {
                    findings.proven(
                        told!("其余的按贪心购买：在买得起的里面，单位费用满意度高的在先。", "The rest was bought greedily: most satisfaction for the cost first, of what still fitted."),
                    );
                }
            }
        }
    }

    /// Why the endowment was not raised further.
    fn ended(&self, system: &PriceSystem, bought: &[usize], findings: &mut Findings) {
        let options = &self.tally.options;
        let adds = matches!(
            options.completion,
            Completion::Add1 | Completion::Add1Utilitarian
        );
        if !adds || self.election.voters() == 0 {
            findings.need(
                system.raised == 0 && system.ended == Ended::NotRaised,
                || {
                    told!(
                        "没有要求 Add1，却加了起始金额",
                        "the endowment was raised though Add1 was not asked for"
                    )
                },
            );
            return;
        }
        let waiting: Vec<usize> = (0..self.election.projects.len())
            .filter(|at| self.election.projects[*at].cost > 0)
            .filter(|at| self.votes.supported(*at) && !bought.contains(at))
            .collect();
        let left = self.election.budget.saturating_sub(self.cost(bought));
        let fits = |at: &usize| self.election.projects[*at].cost <= left;
        let exhaustive = !waiting.iter().any(fits);
        let holds = match &system.ended {
            Ended::NotRaised => false,
            Ended::AllBought => waiting.is_empty(),
            Ended::Exhaustive => options.stop_when_exhaustive && exhaustive && !waiting.is_empty(),
            Ended::OverBudget {
                endowment,
                purchases,
            } => {
                !(options.stop_when_exhaustive && exhaustive)
                    && self.over_budget(system, endowment, purchases, findings)
            }
        };
        if findings.need(holds, || {
            told!(
                "Add1 不是因所说的理由停止的",
                "Add1 did not end for the reason given"
            )
        }) {
            findings.proven(match system.ended {
                Ended::OverBudget { .. } => {
                    told!(
                        "每位选民再加一单位，购买就超出预算。",
                        "With one unit more for each voter the purchases would pass the budget."
                    )
                }
                Ended::Exhaustive => told!(
                    "剩余预算买不起任何有人支持的项目。",
                    "No supported project fits what is left of the budget."
                ),
                Ended::AllBought | Ended::NotRaised => told!(
                    "有人支持的项目都买下了。",
                    "All supported projects are bought."
                ),
            });
        }
    }

    fn over_budget(
        &self,
        system: &PriceSystem,
        endowment: &Fraction,
        purchases: &[Priced],
        findings: &mut Findings,
    ) -> bool {
        let before = &system.endowment;
        let next = Fraction::new(before.num() + before.den(), before.den().clone());
        let Some(projects) = resolve(self.election, &names(purchases), findings) else {
            return false;
        };
        let budget = self.election.budget;
        let but_last = projects.split_last().map_or(0, |(_, rest)| self.cost(rest));
        next.as_ref() == Some(endowment)
            && self.cost(&projects) > budget
            && but_last <= budget
            && self.replay(endowment, purchases, findings).is_some()
    }

    /// In the end no project's supporters have its cost left.
    fn unaffordable(&self, end: &Replay<'_>, bought: &[usize], findings: &mut Findings) {
        for (at, project) in self.election.projects.iter().enumerate() {
            if project.cost == 0 || !self.votes.supported(at) || bought.contains(&at) {
                continue;
            }
            let held = end.held(at);
            findings.need(held < end.money(project.cost), || {
                told!(
                    "项目 {} 的支持者还付得起",
                    "the supporters of project {} could still pay for it",
                    project.id
                )
            });
        }
    }

    /// Follow the purchases; `None`, with flaws, where one does not hold.
    fn replay<'a>(
        &'a self,
        endowment: &Fraction,
        purchases: &[Priced],
        findings: &mut Findings,
    ) -> Option<Replay<'a>> {
        let projects = resolve(self.election, &names(purchases), findings)?;
        let fractions = purchases.iter().map(|purchase| &purchase.price);
        let Some(common) = common(fractions.chain([endowment]), self.election.unit) else {
            findings.need(false, || {
                told!(
                    "价格的分母大得不合理",
                    "the prices have no reasonable denominators"
                )
            });
            return None;
        };
        let mut replay = Replay {
            claim: self,
            projects,
            prices: purchases
                .iter()
                .map(|purchase| over(&purchase.price, &common))
                .collect(),
            class: vec![0; self.election.ends.len()],
            purses: vec![over(endowment, &common)],
            poor: Vec::new(),
            common,
        };
        replay.follow(findings).then_some(replay)
    }
}

fn names(purchases: &[Priced]) -> Vec<String> {
    purchases
        .iter()
        .map(|purchase| purchase.project.clone())
        .collect()
}

impl Replay<'_> {
    fn money(&self, amount: u64) -> BigInt {
        money(amount, self.claim.election.unit, &self.common)
    }

    fn weight(&self, at: usize) -> u64 {
        self.claim.votes.weights[at]
    }

    fn follow(&mut self, findings: &mut Findings) -> bool {
        for (at, price) in self.prices.iter().enumerate() {
            let dear = at.checked_sub(1).is_none_or(|before| {
                let weights = (
                    self.weight(self.projects[before]),
                    self.weight(self.projects[at]),
                );
                &self.prices[before] * weights.1 <= price * weights.0
            });
            let holds =
                price.is_positive() && self.claim.votes.supported(self.projects[at]) && dear;
            if !findings.need(holds, || {
                told!(
                    "单位满意度的价格必须大于零且递增",
                    "prices per satisfaction must rise from above zero"
                )
            }) {
                return false;
            }
        }
        let count = self.claim.election.projects.len();
        let mut bought = vec![false; count];
        let mut look_at = vec![0; count];
        for step in 0..self.projects.len() {
            let project = self.projects[step];
            bought[project] = true;
            for other in 0..count {
                let cost = self.claim.election.projects[other].cost;
                let open = !bought[other] && cost > 0 && self.claim.votes.supported(other);
                if open && look_at[other] <= step {
                    match self.dearer_until(other, step) {
                        Some(until) => look_at[other] = until,
                        None => {
                            findings.need(false, || self.cheaper(other, project));
                            return false;
                        }
                    }
                }
            }
            if !findings.need(self.pay(step), || {
                let id = &self.claim.election.projects[project].id;
                told!(
                    "支持者为项目 {id} 付的钱不等于其费用",
                    "what its supporters pay for project {id} is not its cost"
                )
            }) {
                return false;
            }
        }
        true
    }

    fn cheaper(&self, other: usize, project: usize) -> Told {
        let id = |at: usize| &self.claim.election.projects[at].id;
        told!(
            "项目 {} 可以先于项目 {} 付清",
            "project {} could be paid before project {}",
            id(other),
            id(project)
        )
    }

    /// The step at which `other` must be looked at again, when it cannot be paid better than what
    /// is bought at `step`; else `None`.
    fn dearer_until(&self, other: usize, step: usize) -> Option<usize> {
        let cost = self.money(self.claim.election.projects[other].cost);
        let until = holds_until(step, self.projects.len(), |at| {
            let given = self.given(other, at);
            given.money < &cost * self.weight(self.projects[at])
        });
        if until > step {
            return Some(until);
        }
        // It can be paid at this very price: then it must be tied, and later by id.
        let given = self.given(other, step);
        let tied = given.money == cost * self.weight(self.projects[step]) && given.share > 0;
        (tied && other > self.projects[step]).then_some(step + 1)
    }

    /// What the supporters of `project` give at the price per satisfaction of `step`, times the
    /// weight of that step's project.
    fn given(&self, project: usize, step: usize) -> Given {
        let weight = self.weight(self.projects[step]);
        let price = &self.prices[step] * self.weight(project);
        // For each class: the most points it can pay in full, and how many voters cannot.
        let mut classes: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        let mut share = 0;
        for (voter, points) in &self.claim.votes.of[project] {
            let class = self.class[*voter as usize];
            let (most, poor) = classes.entry(class).or_insert_with(|| {
                let purse = &self.purses[class as usize] * weight;
                (purse.div_floor(&price).to_u64().unwrap_or(u64::MAX), 0)
            });
            if u64::from(*points) <= *most {
                share += u64::from(*points);
            } else {
                *poor += 1;
            }
        }
        let all = classes
            .iter()
            .map(|(class, (_, poor))| &self.purses[*class as usize] * weight * *poor);
        Given {
            money: all.sum::<BigInt>() + price * share,
            share,
        }
    }

    /// What the supporters of a project hold.
    fn held(&self, project: usize) -> BigInt {
        let mut classes: BTreeMap<u32, u64> = BTreeMap::new();
        for (voter, _) in &self.claim.votes.of[project] {
            *classes.entry(self.class[*voter as usize]).or_default() += 1;
        }
        let held = classes
            .iter()
            .map(|(class, count)| &self.purses[*class as usize] * *count);
        held.sum()
    }

    /// What was replayed, in the form that the explanations are made from.
    fn shares(&self, system: &PriceSystem, free: &[usize], completed: &[usize]) -> Shares {
        let number = |at: &usize| u32::try_from(*at).unwrap_or(u32::MAX);
        let purchases = system.purchases.iter().zip(&self.projects).zip(&self.poor);
        let projects = 0..self.claim.election.projects.len();
        Shares {
            free: free.iter().map(number).collect(),
            purchases: purchases
                .map(|((priced, project), poor)| Purchase {
                    project: number(project),
                    price: priced.price.clone(),
                    gave_all: poor.0,
                    gave_nothing: poor.1,
                })
                .collect(),
            completed: completed.iter().map(number).collect(),
            endowment: system.endowment.clone(),
            raised: system.raised,
            ended: equal_shares::Ended::NotRaised,
            left: projects
                .filter_map(|at| Fraction::new(self.held(at), self.common.clone()))
                .collect(),
        }
    }

    /// The supporters pay; whether that is exactly the cost, and somebody pays in full.
    fn pay(&mut self, step: usize) -> bool {
        let project = self.projects[step];
        let price = self.prices[step].clone();
        let mut after: BTreeMap<(u32, u32), (u32, BigInt)> = BTreeMap::new();
        let mut paid = BigInt::ZERO;
        let (mut in_full, mut poor) = (false, (0, 0));
        for (voter, points) in &self.claim.votes.of[project] {
            let class = &mut self.class[*voter as usize];
            let purses = &mut self.purses;
            let (next, gives) = after.entry((*class, *points)).or_insert_with(|| {
                let purse = &purses[*class as usize];
                let gives = (&price * *points).min(purse.clone());
                in_full |= gives == &price * *points;
                purses.push(purse - &gives);
                (u32::try_from(purses.len() - 1).unwrap_or(u32::MAX), gives)
            });
            *class = *next;
            paid += &*gives;
            if purses[*class as usize].is_zero() {
                let nothing = gives.is_zero();
                poor.0 += u64::from(!nothing);
                poor.1 += u64::from(nothing);
            }
        }
        self.poor.push(poor);
        in_full && paid == self.money(self.claim.election.projects[project].cost)
    }
}
