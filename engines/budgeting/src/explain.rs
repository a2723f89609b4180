//! For each project, why: what its supporters paid, or what it lacked.

use serde::{Deserialize, Serialize};

use crate::fraction::Fraction;
use crate::rules::equal_shares::{self, Shares};
use crate::rules::phragmen::Phragmen;
use crate::tally::Count;

/// What became of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It costs nothing and has support.
    Free,
    /// Its supporters paid for it.
    Bought,
    /// It was bought with what was left of the budget.
    Completed,
    /// It was chosen as part of the best set, or by the greedy order.
    Chosen,
    /// Nobody gains by it.
    Unsupported,
    /// It costs more than the whole budget.
    TooExpensive,
    /// Its supporters had not enough left.
    SupportersLack,
    /// It did not fit what was left of the budget.
    DoesNotFit,
    /// The rule had ended: the next purchase would have passed the budget.
    NotReached,
    /// The best set does without it.
    NotInBestSet,
}

/// Why a project was bought or not.
///
/// **Units**: money in the file's unit; `left` is rounded down and `lacked` up to hundredths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The project's id.
    pub project: String,
    /// Its cost.
    pub cost: String,
    /// How many voters support it.
    pub supporters: u64,
    /// Their points together (approval: their number).
    pub points: String,
    /// Whether it was bought.
    pub selected: bool,
    /// What became of it.
    pub fate: Fate,
    /// What each point paid at most, rounded up to hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// How many supporters paid the full price and kept something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_in_full: Option<u64>,
    /// How many gave all they had left, being no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_all: Option<u64>,
    /// How many had nothing left to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_nothing: Option<u64>,
    /// What was there for it in the end: its supporters' money, or what was left of the budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// What it lacked: cost minus `left`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacked: Option<String>,
    /// The same in a sentence, Chinese.
    pub zh: String,
    /// The same in a sentence, English.
    pub en: String,
}

impl Count<'_> {
    /// An explanation with what holds for every project; the words come last.
    fn about(&self, at: usize, fate: Fate) -> Explanation {
        let project = &self.election.projects[at];
        Explanation {
            project: project.id.clone(),
            cost: self.election.money(project.cost),
            supporters: self.profile.supporters[at],
            points: Fraction::new(self.profile.totals[at], self.election.point_unit)
                .expect("a unit is a power of ten")
                .rounded_down(9),
            selected: matches!(
                fate,
                Fate::Free | Fate::Bought | Fate::Completed | Fate::Chosen
            ),
            fate,
            price: None,
            paid_in_full: None,
            gave_all: None,
            gave_nothing: None,
            left: None,
            lacked: None,
            zh: String::new(),
            en: String::new(),
        }
    }

    /// What a project lacked of `left`.
    fn lacking(&self, at: usize, fate: Fate, left: &Fraction) -> Explanation {
        let cost = self.election.projects[at].cost;
        let missing = Fraction::new(
            left.den() * cost - left.num() * self.election.unit,
            left.den() * self.election.unit,
        )
        .expect("denominators are not zero");
        Explanation {
            left: Some(left.rounded_down(2)),
            lacked: Some(missing.rounded_up(2)),
            ..self.about(at, fate)
        }
    }

    fn money_left(&self, bought: &[u32]) -> Fraction {
        let cost = |at: &u32| self.election.projects[*at as usize].cost;
        let spent: u64 = bought.iter().map(cost).sum();
        Fraction::new(
            self.election.budget.saturating_sub(spent),
            self.election.unit,
        )
        .expect("a unit is a power of ten")
    }

    /// Every project in order of id, with its words.
    fn explain(&self, each: impl Fn(usize) -> Explanation) -> Vec<Explanation> {
        (0..self.election.projects.len())
            .map(|at| worded(each(at)))
            .collect()
    }

    fn too_expensive(&self, at: usize) -> bool {
        self.election.projects[at].cost > self.election.budget
    }
}

/// Greedy: what was left when the project's turn came.
pub(crate) fn greedy(count: &Count<'_>, bought: &[u32]) -> Vec<Explanation> {
    count.explain(|at| {
        let before = bought.iter().position(|project| {
            let one = *project as usize;
            one == at
                || crate::rules::greedy::compare(count.election, count.profile, at, one).is_lt()
        });
        let before = &bought[..before.unwrap_or(bought.len())];
        if bought
            .get(before.len())
            .is_some_and(|project| *project as usize == at)
        {
            count.about(at, Fate::Chosen)
        } else {
            let fate = if count.too_expensive(at) {
                Fate::TooExpensive
            } else {
                Fate::DoesNotFit
            };
            count.lacking(at, fate, &count.money_left(before))
        }
    })
}

/// Maximum welfare: in or not.
pub(crate) fn welfare(count: &Count<'_>, bought: &[u32]) -> Vec<Explanation> {
    count.explain(|at| {
        let fate = if bought.iter().any(|project| *project as usize == at) {
            Fate::Chosen
        } else if count.profile.welfare(at) <= 0 {
            Fate::Unsupported
        } else if count.too_expensive(at) {
            Fate::TooExpensive
        } else {
            Fate::NotInBestSet
        };
        count.about(at, fate)
    })
}

/// Phragmén: when, or what its supporters had when the rule ended.
pub(crate) fn phragmen(count: &Count<'_>, result: &Phragmen) -> Vec<Explanation> {
    count.explain(|at| {
        let purchase = result
            .purchases
            .iter()
            .find(|purchase| purchase.project as usize == at);
        if let Some(purchase) = purchase {
            return Explanation {
                price: Some(purchase.time.rounded_up(2)),
                ..count.about(at, Fate::Bought)
            };
        }
        let stopped = result.stopped.as_ref();
        if stopped.is_some_and(|stopped| stopped.project as usize == at) {
            let bought = result.purchases.iter().map(|purchase| purchase.project);
            let left = count.money_left(&bought.collect::<Vec<_>>());
            count.lacking(at, Fate::DoesNotFit, &left)
        } else if result
            .unsupported
            .iter()
            .any(|project| *project as usize == at)
        {
            count.about(at, Fate::Completed)
        } else if count.too_expensive(at) {
            count.about(at, Fate::TooExpensive)
        } else if count.profile.supporters[at] == 0 {
            count.about(at, Fate::Unsupported)
        } else {
            count.lacking(at, Fate::NotReached, &result.left[at])
        }
    })
}

/// Equal Shares: who paid what, or what the supporters had left.
pub(crate) fn shares(count: &Count<'_>, result: &Shares) -> Vec<Explanation> {
    let has = |list: &[u32], at: usize| list.iter().any(|project| *project as usize == at);
    count.explain(|at| {
        let purchase = result
            .purchases
            .iter()
            .find(|purchase| purchase.project as usize == at);
        if let Some(purchase) = purchase {
            paid(count, at, purchase)
        } else if has(&result.free, at) {
            count.about(at, Fate::Free)
        } else if has(&result.completed, at) {
            count.about(at, Fate::Completed)
        } else if !count.profile.is_supported(at) {
            count.about(at, Fate::Unsupported)
        } else if let Some(left) = result.left.get(at) {
            count.lacking(at, Fate::SupportersLack, left)
        } else {
            count.about(at, Fate::SupportersLack)
        }
    })
}

fn paid(count: &Count<'_>, at: usize, purchase: &equal_shares::Purchase) -> Explanation {
    let supporters = count.profile.supporters[at];
    Explanation {
        price: Some(purchase.price.rounded_up(2)),
        paid_in_full: Some(supporters - purchase.gave_all - purchase.gave_nothing),
        gave_all: Some(purchase.gave_all),
        gave_nothing: Some(purchase.gave_nothing),
        ..count.about(at, Fate::Bought)
    }
}

/// The sentence for people, in Chinese and English.
fn worded(mut it: Explanation) -> Explanation {
    let Explanation {
        cost, supporters, ..
    } = &it;
    let left = it.left.as_deref().unwrap_or("0");
    let lacked = it.lacked.as_deref().unwrap_or(cost);
    let price = it.price.as_deref().unwrap_or("0");
    let (zh, en) = match it.fate {
        Fate::Free => (
            format!("不需花费，有{supporters}人支持，直接入选。"),
            format!("It costs nothing and {supporters} voters support it, so it is in."),
        ),
        Fate::Bought => bought_words(&it, price),
        Fate::Completed => (
            format!("支持者分得的钱不够，但预算剩余足以支付{cost}，补选入选。"),
            format!("It was bought with what was left of the budget: {cost}."),
        ),
        Fate::Chosen => (
            format!("有{supporters}人支持，花费{cost}，入选。"),
            format!("{supporters} voters support it; it costs {cost} and was chosen."),
        ),
        Fate::Unsupported => (
            "没有人从中受益，未入选。".to_owned(),
            "Nobody gains by it, so it was not bought.".to_owned(),
        ),
        Fate::TooExpensive => (
            format!("花费{cost}，超过全部预算。"),
            format!("It costs {cost}, more than the whole budget."),
        ),
        Fate::SupportersLack => (
            format!("{supporters}名支持者最后共剩{left}，还差{lacked}，未入选。"),
            format!("Its {supporters} supporters had {left} left together: {lacked} too little."),
        ),
        Fate::DoesNotFit => (
            format!("轮到时预算只剩{left}，还差{lacked}，未入选。"),
            format!("When its turn came {left} was left of the budget: {lacked} too little."),
        ),
        Fate::NotReached => (
            format!("规则结束时，{supporters}名支持者共有{left}，还差{lacked}，未入选。"),
            format!(
                "When the rule ended its {supporters} supporters had {left} together: {lacked} too little."
            ),
        ),
        Fate::NotInBestSet => (
            format!("有{supporters}人支持，但满意度最高的组合不含它。"),
            format!("{supporters} voters support it, but the best set does without it."),
        ),
    };
    it.zh = zh;
    it.en = en;
    it
}

fn bought_words(it: &Explanation, price: &str) -> (String, String) {
    let (cost, supporters) = (&it.cost, it.supporters);
    let Some(full) = it.paid_in_full else {
        return (
            format!("每人累计分得{price}时，{supporters}名支持者凑足{cost}，入选。"),
            format!(
                "When everybody had been given {price}, its {supporters} supporters had its cost of {cost}."
            ),
        );
    };
    let (all, none) = (
        it.gave_all.unwrap_or_default(),
        it.gave_nothing.unwrap_or_default(),
    );
    (
        format!(
            "{supporters}名支持者共付{cost}：{full}人付足（每点至多{price}），{all}人付出全部余额，{none}人已无余额。"
        ),
        format!(
            "Its {supporters} supporters paid {cost}: {full} the full price (at most {price} a point), {all} all they had left, {none} had nothing left."
        ),
    )
}
