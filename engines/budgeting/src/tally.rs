//! Counting: which rule with which options, and the whole result.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::certificate::{Certificate, Ended, Loads, PriceSystem, Timed};
use crate::election::{BallotKind, Election, Profile};
use crate::explain::{self, Explanation};
use crate::rules::equal_shares::{self, Shares};
use crate::rules::phragmen::{self, Phragmen};
use crate::rules::{greedy, welfare};
use crate::satisfaction::Satisfaction;
use crate::told::{Told, told};

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Most satisfaction for the money first, skipping what does not fit.
    Greedy,
    /// The set that satisfies most.
    MaxWelfare,
    /// Sequential Phragmén; approval ballots only.
    Phragmen,
    /// The Method of Equal Shares.
    #[default]
    EqualShares,
}

/// What Equal Shares does with the money that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completion {
    /// Nothing.
    #[default]
    None,
    /// It buys greedily from the rest.
    Utilitarian,
    /// Every voter gets one unit more, and the rule runs again, while that stays in the budget.
    Add1,
    /// Add1, then greedily from the rest.
    Add1Utilitarian,
}

/// What each voter begins with under Equal Shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endowment {
    /// The budget over the voters, as a fraction.
    #[default]
    Exact,
    /// The same, cut off to hundredths of the file's unit.
    WholeFen,
    /// The same, cut off to whole units of the file (the published "integral" option).
    Whole,
}

/// A rule and its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Options {
    /// The rule.
    pub rule: Rule,
    /// How much a bought project counts.
    pub satisfaction: Satisfaction,
    /// Of Equal Shares: what to do with the money that is left.
    pub completion: Completion,
    /// Of Add1: stop at the first outcome to which no supported project can be added, instead of
    /// at the last one within the budget.
    pub stop_when_exhaustive: bool,
    /// Of Equal Shares: what each voter begins with.
    pub endowment: Endowment,
}

/// The election that was counted, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// How many projects there were.
    pub projects: u64,
    /// How many ballots, empty ones included.
    pub voters: u64,
    /// The money there was.
    pub budget: String,
}

/// A whole result.
///
/// **Units**: money as exact decimals in the file's unit, prices as exact fractions of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// `linli-budget-result/1`.
    pub format: String,
    /// The rule and its options.
    pub options: Options,
    /// How ties were broken.
    pub ties: String,
    /// What was counted.
    pub instance: Instance,
    /// The ids of the projects bought, in order of purchase (maximum welfare: by id).
    pub selected: Vec<String>,
    /// What they cost together.
    pub cost: String,
    /// What is left of the budget.
    pub left: String,
    /// What proves it.
    pub certificate: Certificate,
    /// For each project, why; where asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Explanation>,
}

/// The name of the format of results.
pub const FORMAT: &str = "linli-budget-result/1";
/// The published order of ties.
pub const TIES: &str = "smallest project id first, by Unicode code point";
/// The order among sets of equal welfare.
pub const TIES_OF_SETS: &str =
    "the cheaper set, then the set with the smallest project id in which they differ";

/// The rule cannot count this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Phragmén's rule is defined on approvals.
    NeedsApprovals,
    /// The knapsack has too many near-optimal sets.
    TooHard,
    /// A completion or an option of Add1 was asked of another rule.
    NotThisRule(&'static str),
    /// Stopping when exhaustive was asked without Add1.
    NothingToStop,
}

impl Refusal {
    /// Why, in both languages.
    #[must_use]
    pub fn told(self) -> Told {
        match self {
            Self::NeedsApprovals => told!(
                "Phragmén 规则只计赞成票；这些选票带分数或名次",
                "Phragmén's rule counts approval ballots; these ballots carry points or ranks"
            ),
            Self::TooHard => told!(
                "最大福利规则在这里要比较超过 20,000,000 个部分组合：请换一种规则",
                "maximum welfare needs more than 20,000,000 partial sets here: choose another rule"
            ),
            Self::NotThisRule(option) => told!(
                "选项 {option} 属于等额份额规则（equal-shares），不属于这种规则",
                "the option {option} belongs to Equal Shares, not to this rule"
            ),
            Self::NothingToStop => told!(
                "--stop-when-exhaustive 只用于补足方法 add1 和 add1-utilitarian",
                "to stop when exhaustive belongs to the completions add1 and add1-utilitarian"
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told().en)
    }
}

/// Count `election`. `told` hears of progress: rounds of Add1, purchases, or states.
///
/// # Errors
/// [`Refusal`] when the rule does not count such ballots, an option does not belong to the rule,
/// or the instance is too hard for maximum welfare.
pub fn tally(
    election: &Election,
    options: &Options,
    explain: bool,
    told: &mut dyn FnMut(u64),
) -> Result<Tally, Refusal> {
    check(election, *options)?;
    let profile = Profile::new(election, options.satisfaction);
    let count = Count {
        election,
        profile: &profile,
        options,
        explain,
    };
    Ok(match options.rule {
        Rule::Greedy => count.greedy(),
        Rule::MaxWelfare => count.welfare(told)?,
        Rule::Phragmen => count.phragmen(&phragmen::run(election, &profile, told)),
        Rule::EqualShares => count.shares(&equal_shares::run(election, &profile, *options, told)),
    })
}

/// Whether the rule and its options go together, and with these ballots.
pub(crate) fn check(election: &Election, options: Options) -> Result<(), Refusal> {
    let equal_shares = options.rule == Rule::EqualShares;
    if !equal_shares && options.completion != Completion::None {
        return Err(Refusal::NotThisRule("completion"));
    }
    if !equal_shares && options.endowment != Endowment::Exact {
        return Err(Refusal::NotThisRule("endowment"));
    }
    let adds = matches!(
        options.completion,
        Completion::Add1 | Completion::Add1Utilitarian
    );
    if options.stop_when_exhaustive && !adds {
        return Err(Refusal::NothingToStop);
    }
    if options.rule == Rule::Phragmen && election.kind != BallotKind::Approval {
        return Err(Refusal::NeedsApprovals);
    }
    Ok(())
}

/// One count under way.
pub(crate) struct Count<'a> {
    pub(crate) election: &'a Election,
    pub(crate) profile: &'a Profile,
    pub(crate) options: &'a Options,
    explain: bool,
}

impl<'a> Count<'a> {
    /// For the checker, which explains what it followed.
    pub(crate) fn again(
        election: &'a Election,
        profile: &'a Profile,
        options: &'a Options,
    ) -> Self {
        Self {
            election,
            profile,
            options,
            explain: true,
        }
    }
}

impl Count<'_> {
    fn greedy(&self) -> Tally {
        let bought = greedy::complete(self.election, self.profile, &[], 0);
        let mut tally = self.tally(&bought, Certificate::Order);
        if self.explain {
            tally.explanations = explain::greedy(self, &bought);
        }
        tally
    }

    fn welfare(&self, told: &mut dyn FnMut(u64)) -> Result<Tally, Refusal> {
        let bought =
            welfare::run(self.election, self.profile, told).map_err(|_hard| Refusal::TooHard)?;
        let welfare = bought
            .iter()
            .map(|project| self.profile.welfare(*project as usize));
        let certificate = Certificate::Welfare {
            welfare: welfare.sum::<i128>().to_string(),
        };
        let mut tally = self.tally(&bought, certificate);
        TIES_OF_SETS.clone_into(&mut tally.ties);
        if self.explain {
            tally.explanations = explain::welfare(self, &bought);
        }
        Ok(tally)
    }

    fn phragmen(&self, result: &Phragmen) -> Tally {
        let timed = |purchase: &phragmen::Purchase| Timed {
            project: self.id(purchase.project),
            time: purchase.time.clone(),
        };
        let bought = result.purchases.iter().map(|purchase| purchase.project);
        let bought: Vec<u32> = bought.chain(result.unsupported.iter().copied()).collect();
        let certificate = Certificate::Loads(Loads {
            purchases: result.purchases.iter().map(timed).collect(),
            unsupported: self.ids(&result.unsupported),
            stopped: result.stopped.as_ref().map(timed),
        });
        let mut tally = self.tally(&bought, certificate);
        if self.explain {
            tally.explanations = explain::phragmen(self, result);
        }
        tally
    }

    fn shares(&self, result: &Shares) -> Tally {
        let mut bought = result.free.clone();
        bought.extend(result.purchases.iter().map(|purchase| purchase.project));
        bought.extend(&result.completed);
        let certificate = Certificate::Prices(PriceSystem {
            endowment: result.endowment.clone(),
            raised: result.raised,
            free: self.ids(&result.free),
            purchases: self.priced(&result.purchases),
            completed: self.ids(&result.completed),
            ended: match &result.ended {
                equal_shares::Ended::NotRaised => Ended::NotRaised,
                equal_shares::Ended::Exhaustive => Ended::Exhaustive,
                equal_shares::Ended::AllBought => Ended::AllBought,
                equal_shares::Ended::OverBudget(endowment, purchases) => Ended::OverBudget {
                    endowment: endowment.clone(),
                    purchases: self.priced(purchases),
                },
            },
        });
        let mut tally = self.tally(&bought, certificate);
        if self.explain {
            tally.explanations = explain::shares(self, result);
        }
        tally
    }

    fn priced(&self, purchases: &[equal_shares::Purchase]) -> Vec<crate::certificate::Priced> {
        purchases
            .iter()
            .map(|purchase| crate::certificate::Priced {
                project: self.id(purchase.project),
                price: purchase.price.clone(),
            })
            .collect()
    }

    fn id(&self, project: u32) -> String {
        self.election.projects[project as usize].id.clone()
    }

    fn ids(&self, projects: &[u32]) -> Vec<String> {
        projects.iter().map(|project| self.id(*project)).collect()
    }

    fn tally(&self, bought: &[u32], certificate: Certificate) -> Tally {
        let cost: u64 = bought
            .iter()
            .map(|project| self.election.projects[*project as usize].cost)
            .sum();
        Tally {
            format: FORMAT.to_owned(),
            options: *self.options,
            ties: TIES.to_owned(),
            instance: Instance {
                projects: self.election.projects.len() as u64,
                voters: self.election.voters(),
                budget: self.election.money(self.election.budget),
            },
            selected: self.ids(bought),
            cost: self.election.money(cost),
            left: self
                .election
                .money(self.election.budget.saturating_sub(cost)),
            certificate,
            explanations: Vec::new(),
        }
    }
}
