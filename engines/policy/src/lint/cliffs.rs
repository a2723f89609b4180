//! Cliffs: an extra yuan that loses more than a yuan.
//!
//! **Method.** For the household of each case and each amount of money known of it, the payment
//! is computed along a grid up to well above the figure; where it falls by more than the figure
//! rises, the place is narrowed down to a yuan. The largest loss by fact is told.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::finding::told;
use crate::household::Household;
use crate::ir::{Entity, FactId, NodeId};
use crate::law::Law;
use crate::rows::{Rows, place};
use crate::value::{Type, decimal};

use super::Linter;

/// Points of the grid.
const POINTS: i64 = 64;
/// The least that the grid reaches to: 20,000 yuan.
const REACH: i64 = 2_000_000;
/// Cases looked at for each policy.
const CASES: usize = 12;
/// Members looked at for each case.
const MEMBERS: usize = 3;

/// A fall of the payment.
struct Cliff {
    from: i64,
    to: i64,
    loss: i64,
}

impl Linter<'_> {
    pub(super) fn cliffs(&mut self) {
        let book = self.book;
        let runs = book.run_cases();
        for (index, policy) in book.policies.iter().enumerate() {
            let Some(amount) = policy.amount else {
                continue;
            };
            let mut worst: BTreeMap<FactId, Cliff> = BTreeMap::new();
            let own = runs
                .iter()
                .filter(|run| run.policy == policy.head.id)
                .take(CASES);
            for run in own {
                if let Ok(law) = book.law(&[&policy.head.id], run.on) {
                    look(&law, &run.household, &mut worst);
                }
            }
            let at = book.rules[amount.0].at;
            for (fact, cliff) in worst {
                let name = key(book, index, fact);
                let [from, to, loss] =
                    [cliff.from, cliff.to, cliff.loss].map(|fen| decimal(fen, 2, true));
                let told = told!(
                    "陡坡：`{name}` 从 {from} 元增至 {to} 元，反而少得 {loss} 元",
                    "cliff: `{name}` from {from} to {to} yuan loses {loss} yuan"
                );
                self.warn(at, "cliff", told);
            }
        }
    }
}

fn key(book: &Book, policy: usize, fact: FactId) -> String {
    let used = book.policies[policy]
        .facts
        .iter()
        .find(|used| used.id == fact);
    used.map_or_else(
        || book.facts[place(NodeId(fact.0))].field.clone(),
        |used| used.key.clone(),
    )
}

fn look(law: &Law, household: &Household, worst: &mut BTreeMap<FactId, Cliff>) {
    let Some(payment) = law.plan.policies.first().and_then(|one| one.payment) else {
        return;
    };
    let mut probe = Probe {
        law,
        household: household.clone(),
        rows: Rows::of(law, household),
        payment,
    };
    for (index, fact) in law.plan.facts.iter().enumerate() {
        let id = FactId(u32::try_from(index).unwrap_or(u32::MAX));
        if fact.type_ != Type::MONEY {
            continue;
        }
        let members = match fact.entity {
            Entity::Member => (0..household.size().min(MEMBERS)).map(Some).collect(),
            Entity::Group | Entity::Nobody => vec![None],
        };
        for member in members {
            let Some(now) = household.get(member, id) else {
                continue;
            };
            let far = (now * 3).max(REACH).min(fact.range.high);
            let low = fact.range.low.max(0);
            if let Some(cliff) = probe.steepest(member, id, low, far)
                && worst.get(&id).is_none_or(|known| known.loss < cliff.loss)
            {
                worst.insert(id, cliff);
            }
            probe.household.set(member, id, Some(now));
        }
    }
}

struct Probe<'l> {
    law: &'l Law,
    household: Household,
    rows: Rows<'l>,
    payment: NodeId,
}

impl Probe<'_> {
    /// What everybody asked about is paid together, with one fact changed.
    fn paid(&mut self, member: Option<usize>, fact: FactId, value: i64) -> Option<i64> {
        self.household.set(member, fact, Some(value));
        self.rows.again(&self.household);
        if self.law.plan[self.payment].entity != Entity::Member {
            return self.rows.get(self.payment, 0);
        }
        let mut members = 0..self.household.size();
        members.try_fold(0, |sum, one| Some(sum + self.rows.get(self.payment, one)?))
    }

    fn steepest(
        &mut self,
        member: Option<usize>,
        fact: FactId,
        low: i64,
        far: i64,
    ) -> Option<Cliff> {
        let mut steepest: Option<Cliff> = None;
        let mut before = (low, self.paid(member, fact, low)?);
        for point in 1..=POINTS {
            let value = low + (far - low) / POINTS * point;
            let now = (value, self.paid(member, fact, value)?);
            if before.1 - now.1 > now.0 - before.0 {
                let cliff = self.narrowed(member, fact, before, now)?;
                if steepest
                    .as_ref()
                    .is_none_or(|known| known.loss < cliff.loss)
                {
                    steepest = Some(cliff);
                }
            }
            before = now;
        }
        steepest
    }

    /// Halves the stretch, keeping the half that falls faster, down to a yuan.
    fn narrowed(
        &mut self,
        member: Option<usize>,
        fact: FactId,
        mut low: (i64, i64),
        mut high: (i64, i64),
    ) -> Option<Cliff> {
        while high.0 - low.0 > 100 {
            let middle = i64::midpoint(low.0, high.0) / 100 * 100;
            let middle = if middle <= low.0 { low.0 + 100 } else { middle };
            let middle = (middle, self.paid(member, fact, middle)?);
            if low.1 - middle.1 > middle.1 - high.1 {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(Cliff {
            from: low.0,
            to: high.0,
            loss: low.1 - high.1,
        })
    }
}
