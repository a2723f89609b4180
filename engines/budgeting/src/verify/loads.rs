//! The times of Phragmén's rule: at each purchase its supporters have exactly its cost, and no
//! other project's supporters have had theirs before.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use super::common::{common, holds_until, money, over};
use super::{Claim, Findings, resolve};
use crate::certificate::Loads;
use crate::explain;
use crate::fraction::Fraction;
use crate::rules::phragmen::{Phragmen, Purchase};
use crate::told::told;

/// Who was bought from when.
struct Race<'a> {
    claim: &'a Claim<'a>,
    common: BigInt,
    projects: Vec<usize>,
    times: Vec<BigInt>,
    /// The step of each voter's last purchase, plus one.
    last: Vec<u32>,
}

impl Claim<'_> {
    pub(super) fn loads(&self, loads: &Loads, findings: &mut Findings) {
        let steps = loads.purchases.iter().chain(&loads.stopped);
        let ids: Vec<String> = steps.clone().map(|timed| timed.project.clone()).collect();
        let bought = &ids[..loads.purchases.len()];
        if !findings.need(
            [bought, &loads.unsupported].concat() == self.tally.selected,
            || {
                told!(
                    "入选项目不是证明依次买下的那些",
                    "selected is not what the certificate buys, in its order"
                )
            },
        ) {
            return;
        }
        let Some(projects) = resolve(self.election, &ids, findings) else {
            return;
        };
        let times = steps.map(|timed| &timed.time);
        let Some(common) = common(times.clone(), self.election.unit) else {
            findings.need(false, || {
                told!(
                    "时刻的分母大得不合理",
                    "the times have no reasonable denominators"
                )
            });
            return;
        };
        let mut race = Race {
            claim: self,
            projects,
            times: times.map(|time| over(time, &common)).collect(),
            last: vec![0; self.election.ends.len()],
            common,
        };
        if race.follow(loads.stopped.is_some(), findings) {
            self.end(&race.projects, loads, findings);
            self.told(
                |count| explain::phragmen(count, &race.ended(loads)),
                findings,
            );
        }
        if findings.flaws.is_empty() {
            findings.proven(
                told!("每个项目都在支持者凑足费用的第一刻买下，同时者编号小的在先。", "Each project was bought at the first moment at which its supporters had its cost, ties by the smallest id."),
            );
            findings.proven(match loads.stopped {
                Some(_) => told!(
                    "再买下一个就超出预算。",
                    "The next purchase would pass the budget."
                ),
                None => told!(
                    "凡有支持者、单独不超预算的项目都买下了。",
                    "All projects that have supporters and fit the budget alone are bought."
                ),
            });
        }
    }

    /// How it ended.
    fn end(&self, steps: &[usize], loads: &Loads, findings: &mut Findings) {
        let spent: u64 = self.cost(&steps[..loads.purchases.len()]);
        let budget = self.election.budget;
        let cost = |at: usize| self.election.projects[at].cost;
        if loads.stopped.is_some() {
            let over = steps.last().is_some_and(|at| spent + cost(*at) > budget);
            findings.need(over && loads.unsupported.is_empty(), || {
                told!(
                    "下一个还买得起，规则却停了",
                    "the rule stopped though the next purchase fits"
                )
            });
            return;
        }
        let mut waiting: Vec<usize> = (0..self.election.projects.len())
            .filter(|at| cost(*at) <= budget && !steps.contains(at))
            .collect();
        findings.need(
            waiting.iter().all(|at| self.votes.of[*at].is_empty()),
            || {
                told!(
                    "有支持者的项目本来买得到，却留下了",
                    "a supported project was left though it could be reached"
                )
            },
        );
        let mut left = budget.saturating_sub(spent);
        let mut expected = Vec::new();
        while waiting.iter().all(|at| cost(*at) <= left) && !waiting.is_empty() {
            let next = waiting.remove(0);
            left -= cost(next);
            expected.push(self.election.projects[next].id.clone());
        }
        findings.need(expected == loads.unsupported, || {
            told!(
                "无人支持的项目没有在都买得起时按编号买下",
                "the projects without support are not bought by id while all of them fit"
            )
        });
    }
}

impl Race<'_> {
    fn follow(&mut self, stops: bool, findings: &mut Findings) -> bool {
        let election = self.claim.election;
        let rising = self.times.windows(2).all(|pair| pair[0] <= pair[1])
            && self
                .times
                .first()
                .is_none_or(|first| *first >= BigInt::ZERO);
        if !findings.need(rising, || {
            told!("时刻必须从零起递增", "times must rise from zero")
        }) {
            return false;
        }
        let count = election.projects.len();
        let mut bought = vec![false; count];
        let mut look_at = vec![0; count];
        let mut left = election.budget;
        for step in 0..self.projects.len() {
            let project = self.projects[step];
            let id = &election.projects[project].id;
            let cost = election.projects[project].cost;
            let stop = stops && step + 1 == self.projects.len();
            let exact = !self.claim.votes.of[project].is_empty()
                && cost <= election.budget
                && self.saved(project, step) == self.money(project);
            if !findings.need(exact, || {
                told!(
                    "项目 {id} 的支持者在其时刻所有的钱不恰好是其费用",
                    "the supporters of project {id} do not have exactly its cost at its time"
                )
            }) {
                return false;
            }
            bought[project] = true;
            for other in 0..count {
                let open = !bought[other]
                    && !self.claim.votes.of[other].is_empty()
                    && election.projects[other].cost <= election.budget;
                if !open || look_at[other] > step {
                    continue;
                }
                let until = self.later_until(other, step, stop, left);
                let Some(until) = until else {
                    let other = &election.projects[other].id;
                    findings.need(false, || {
                        told!(
                            "项目 {other} 比 {id} 先凑足",
                            "project {other} is reached before {id}"
                        )
                    });
                    return false;
                };
                look_at[other] = until;
            }
            // Where the rule stops, nobody pays any more.
            for (voter, _) in self.claim.votes.of[project].iter().filter(|_| !stop) {
                self.last[*voter as usize] = u32::try_from(step + 1).unwrap_or(u32::MAX);
            }
            left = left.saturating_sub(cost);
        }
        true
    }

    /// What was followed, in the form that the explanations are made from.
    fn ended(&self, loads: &Loads) -> Phragmen {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let timed = loads.purchases.iter().chain(&loads.stopped);
        let mut purchases: Vec<Purchase> = timed
            .zip(&self.projects)
            .map(|(timed, project)| Purchase {
                project: number(*project),
                time: timed.time.clone(),
            })
            .collect();
        let stopped = loads.stopped.is_some().then(|| purchases.pop()).flatten();
        let election = self.claim.election;
        let unsupported = loads.unsupported.iter();
        let end = self.times.len().checked_sub(1);
        let held = |at| end.map_or(BigInt::ZERO, |end| self.saved(at, end));
        Phragmen {
            purchases,
            unsupported: unsupported
                .filter_map(|id| election.find(id).map(number))
                .collect(),
            stopped,
            left: (0..election.projects.len())
                .filter_map(|at| Fraction::new(held(at), self.common.clone()))
                .collect(),
        }
    }

    fn money(&self, project: usize) -> BigInt {
        let election = self.claim.election;
        money(election.projects[project].cost, election.unit, &self.common)
    }

    /// The step at which `other` must be looked at again, when it is not reached before `step`.
    fn later_until(&self, other: usize, step: usize, stop: bool, left: u64) -> Option<usize> {
        let cost = self.money(other);
        let until = holds_until(step, self.projects.len(), |at| self.saved(other, at) < cost);
        if until > step {
            return Some(until);
        }
        // Tied: then it is later by id and fits as well, or the rule stops here.
        let fits = self.claim.election.projects[other].cost <= left;
        let holds =
            self.saved(other, step) == cost && (stop || (other > self.projects[step] && fits));
        holds.then_some(step + 1)
    }

    /// What the supporters of a project have by the time of `step`, as their loads stand.
    fn saved(&self, project: usize, step: usize) -> BigInt {
        let mut since: BTreeMap<u32, u64> = BTreeMap::new();
        for (voter, _) in &self.claim.votes.of[project] {
            *since.entry(self.last[*voter as usize]).or_default() += 1;
        }
        let saved = since.iter().map(|(last, count)| {
            let load = last
                .checked_sub(1)
                .map_or(&BigInt::ZERO, |at| &self.times[at as usize]);
            (&self.times[step] - load) * *count
        });
        saved.sum()
    }
}
