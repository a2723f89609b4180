//! The checker: whether a result holds for an election, without running the rule again.
//!
//! It shares with the rules only the election and the way results are written down, the words of
//! the explanations among it: these are made anew from what the checker itself followed, and must
//! be the same. What it proves is said by [`Proof::proven`].

mod common;
mod loads;
mod prices;
mod sets;

use crate::certificate::Certificate;
use crate::election::{Election, Profile};
use crate::explain::{self, Explanation};
use crate::tally::{Count, FORMAT, Rule, TIES, TIES_OF_SETS, Tally, check};
use crate::told::{Told, told};
use common::Votes;

/// What was proven, one sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The sentences.
    pub proven: Vec<Told>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Flaw(pub Told);

/// Flaws and sentences, as they are found.
#[derive(Debug, Default)]
struct Findings {
    proven: Vec<Told>,
    flaws: Vec<Flaw>,
}

impl Findings {
    /// Note a flaw unless `holds`.
    fn need(&mut self, holds: bool, flaw: impl FnOnce() -> Told) -> bool {
        if !holds && self.flaws.len() < 100 {
            self.flaws.push(Flaw(flaw()));
        }
        holds
    }

    fn proven(&mut self, sentence: Told) {
        self.proven.push(sentence);
    }
}

/// A result resolved against an election: projects as indices.
struct Claim<'a> {
    election: &'a Election,
    votes: &'a Votes,
    tally: &'a Tally,
    selected: Vec<usize>,
}

/// Check `tally` against `election`.
///
/// # Errors
/// Every flaw found.
pub fn verify(election: &Election, tally: &Tally) -> Result<Proof, Vec<Flaw>> {
    let mut findings = Findings::default();
    findings.need(tally.format == FORMAT, || {
        told!(
            "格式是 {}，不是 {FORMAT}",
            "the format is {}, not {FORMAT}",
            short(&tally.format)
        )
    });
    if let Err(refusal) = check(election, tally.options) {
        findings.need(false, || refusal.told());
    }
    let votes = Votes::new(election, tally.options.satisfaction);
    if let Some(selected) = resolve(election, &tally.selected, &mut findings) {
        let claim = Claim {
            election,
            votes: &votes,
            tally,
            selected,
        };
        claim.frame(&mut findings);
        if findings.flaws.is_empty() {
            claim.certificate(&mut findings);
        }
    }
    if findings.flaws.is_empty() {
        Ok(Proof {
            proven: findings.proven,
        })
    } else {
        Err(findings.flaws)
    }
}

/// The projects with these ids; `None` when one is unknown or comes twice.
fn resolve(election: &Election, ids: &[String], findings: &mut Findings) -> Option<Vec<usize>> {
    let mut seen = vec![false; election.projects.len()];
    let mut found = Vec::new();
    for id in ids {
        let Some(at) = election.find(id) else {
            findings.need(false, || {
                told!("没有项目 {}", "there is no project {}", short(id))
            });
            continue;
        };
        let first = !std::mem::replace(&mut seen[at], true);
        findings.need(first, || {
            told!("项目 {id} 出现两次", "project {id} comes twice")
        });
        found.push(at);
    }
    (found.len() == ids.len() && findings.flaws.is_empty()).then_some(found)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Claim<'_> {
    fn cost(&self, projects: &[usize]) -> u64 {
        projects
            .iter()
            .map(|at| self.election.projects[*at].cost)
            .sum()
    }

    /// What every result says: the counts, the cost, and that it fits.
    fn frame(&self, findings: &mut Findings) {
        let (election, tally) = (self.election, self.tally);
        let cost = self.cost(&self.selected);
        let budget = election.budget;
        let money = |amount| election.money(amount);
        findings.need(
            tally.instance.projects == election.projects.len() as u64
                && tally.instance.voters == election.voters()
                && tally.instance.budget == money(budget),
            || {
                told!(
                    "结果属于另一次投票：项目、选民或预算不同",
                    "the result is of another election: its projects, voters or budget differ"
                )
            },
        );
        findings.need(tally.cost == money(cost), || {
            told!(
                "项目共需 {}，不是 {}",
                "the projects cost {}, not {}",
                money(cost),
                short(&tally.cost)
            )
        });
        findings.need(cost <= budget, || {
            told!(
                "项目共需 {}：超过了预算",
                "the projects cost {}: more than there is",
                money(cost)
            )
        });
        let left = money(budget.saturating_sub(cost));
        findings.need(tally.left == left, || {
            told!(
                "预算剩余 {left}，不是 {}",
                "{left} is left of the budget, not {}",
                short(&tally.left)
            )
        });
        let ties = match tally.options.rule {
            Rule::MaxWelfare => TIES_OF_SETS,
            _ => TIES,
        };
        findings.need(tally.ties == ties, || {
            told!(
                "平局的裁断与声明的不同：{ties}",
                "ties are broken otherwise than said: {ties}"
            )
        });
        findings.proven(told!(
            "入选项目都存在，各出现一次，合计不超预算。",
            "The selected projects exist, come once each and fit the budget."
        ));
    }

    fn certificate(&self, findings: &mut Findings) {
        match (&self.tally.options.rule, &self.tally.certificate) {
            (Rule::Greedy, Certificate::Order) => {
                if self.completes(&[], &self.selected, findings) {
                    self.told(|count| explain::greedy(count, &self.numbers()), findings);
                    findings.proven(
                        told!("每次买下的都是还买得起的项目中单位费用满意度最高的，此外没有买得起的。", "Each next project gives most satisfaction for its cost of those that still fit, and no other fits."),
                    );
                }
            }
            (Rule::MaxWelfare, Certificate::Welfare { welfare }) => {
                self.best(welfare, findings);
                self.told(|count| explain::welfare(count, &self.numbers()), findings);
            }
            (Rule::Phragmen, Certificate::Loads(loads)) => self.loads(loads, findings),
            (Rule::EqualShares, Certificate::Prices(prices)) => self.prices(prices, findings),
            _ => {
                findings.need(false, || {
                    told!(
                        "证明属于另一种规则",
                        "the certificate is that of another rule"
                    )
                });
            }
        }
    }

    fn numbers(&self) -> Vec<u32> {
        let number = |at: &usize| u32::try_from(*at).unwrap_or(u32::MAX);
        self.selected.iter().map(number).collect()
    }

    /// The explanations, where there are any, are what the certificate says, project by project.
    fn told(&self, words: impl FnOnce(&Count<'_>) -> Vec<Explanation>, findings: &mut Findings) {
        let said = &self.tally.explanations;
        if said.is_empty() {
            return;
        }
        let profile = Profile::new(self.election, self.tally.options.satisfaction);
        let options = &self.tally.options;
        let follows = words(&Count::again(self.election, &profile, options));
        findings.need(said.len() == follows.len(), || {
            told!(
                "有 {} 条说明、{} 个项目",
                "{} explanations for {} projects",
                said.len(),
                follows.len()
            )
        });
        for (said, follows) in said.iter().zip(&follows) {
            findings.need(said == follows, || {
                let id = short(&follows.project);
                told!(
                    "项目 {id} 的说明不能由证明推出",
                    "the explanation of project {id} does not follow from the certificate"
                )
            });
        }
    }
}
