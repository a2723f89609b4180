//! 标准: an award's rates by what the policies say, month by month, and anew when they say more.
//!
//! The machine raises; it never lowers. Where the facts changed since the rate was set, or where
//! the policy now gives less, a review is opened and a person decides.

use linli_kernel::{Actor, AwardId, Fault, StreamId};
use linli_policy::answer::Outcome;
use serde_json::{Value, json};
use std::sync::Arc;

use super::events::{Event, Fact, Private, RateWhy, Rated, ReviewWhy};
use super::month::Month;
use super::open::changes;
use super::register::Awards;
use super::schedule::Rate;
use super::state::{Award, MaybeAward, Standing};
use crate::cases::{self};
use crate::catalogue::Every;
use crate::feature::{Problem, digest_of};
use crate::node::Linli;
use crate::policies::Family;

/// How many months back a changed parameter is looked for.
const BACK: i32 = 36;

/// For whom, and by which policies of which service, it is reckoned.
pub(super) struct Asked<'a> {
    pub(super) family: &'a Family,
    pub(super) service: &'a str,
    pub(super) policies: &'a [String],
}

/// The policies of a kept answer whose sum is `fen`: one alone, else all that say yes together.
///
/// A quarterly benefit that an officer granted by the quarter is three months of what the policy
/// says.
pub(super) fn matched(kept: &Value, fen: i64, every: Every) -> Vec<String> {
    let answers = kept
        .as_array()
        .map_or(std::slice::from_ref(kept), Vec::as_slice);
    let yes = answers.iter().filter_map(|one| {
        let sum = one["amount_fen"].as_i64().filter(|sum| *sum > 0)?;
        let policy = one["policy"].as_str()?.to_owned();
        (one["outcome"] == "yes").then_some((policy, sum))
    });
    let yes: Vec<(String, i64)> = yes.collect();
    let same = |sum: i64| sum == fen || every == Every::Quarter && sum.checked_mul(3) == Some(fen);
    if let Some((policy, _)) = yes.iter().find(|(_, sum)| same(*sum)) {
        return vec![policy.clone()];
    }
    let all = yes.iter().map(|(_, sum)| sum).sum();
    if yes.len() > 1 && same(all) {
        return yes.into_iter().map(|(policy, _)| policy).collect();
    }
    Vec::new()
}

/// What the policies say of a month today.
#[derive(Debug, Clone, PartialEq)]
pub struct Says {
    /// How much.
    pub fen: i64,
    /// The answers with their trees.
    pub tree: Arc<Value>,
    /// The keyed hash of the facts.
    pub facts: String,
}

/// What became of looking at an award's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Same,
    Raised,
    Review,
}

impl Linli {
    /// What the policies say for `month`, with their trees; `None` where they cannot tell.
    fn of_month(&self, asked: &Asked<'_>, month: Month) -> Option<(i64, Vec<Value>)> {
        let policies = self.policies();
        let on = month.first_day();
        let answers = asked.family.reckon_service(&policies, asked.service, on);
        let ours = answers
            .into_iter()
            .filter(|one| asked.policies.contains(&one.policy));
        let (mut sum, mut told) = (0, Vec::new());
        for answer in ours {
            sum += match answer.outcome {
                Outcome::Yes => answer.amount_fen?,
                Outcome::No => 0,
                _ => return None,
            };
            told.push(answer.told);
        }
        (!told.is_empty()).then_some((sum, told))
    }

    /// The rates from `from` until now: by the policies where they are known, else `fen`.
    pub(super) fn rates(&self, asked: &Asked<'_>, from: Month, fen: i64) -> Vec<Rate> {
        let now = Month::of(self.clock().today()).max(from);
        if asked.policies.is_empty() {
            return vec![Rate { from, fen }];
        }
        let by_policy = |month| self.of_month(asked, month).map(|(sum, _)| sum);
        changes(
            from.through(now)
                .map(|month| (month, by_policy(month).unwrap_or(fen))),
        )
    }

    /// A keyed hash of what is known of the family, as far as policies may ask for it.
    pub(super) fn facts_key(&self, asked: &Asked<'_>) -> String {
        if asked.policies.is_empty() {
            return String::new();
        }
        let policies = self.policies();
        let fields: Vec<&str> = policies
            .book()
            .facts()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        let known = |facts: &crate::residents::Facts| -> Value {
            let of_field =
                |field: &&str| Some(((*field).to_owned(), facts.get(*field)?.value.clone()));
            Value::Object(fields.iter().filter_map(of_field).collect())
        };
        let members = asked
            .family
            .members
            .iter()
            .map(|(id, facts)| (id.to_string(), known(facts)));
        let members: Vec<(String, Value)> = members.collect();
        let text = json!([members, known(&asked.family.shared)]).to_string();
        self.journal().lookup_hash("award-facts", &text)
    }

    /// What the policies of an award say of `month`; `None` where none is its measure.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub(super) async fn policy_says(
        &self,
        award: &Award,
        month: Month,
    ) -> Result<Option<Says>, Problem> {
        if award.policies.is_empty() {
            return Ok(None);
        }
        let family = self.family_of_award(award).await?;
        let asked = Asked {
            family: &family,
            service: &award.service,
            policies: &award.policies,
        };
        let facts = self.facts_key(&asked);
        let says = self.of_month(&asked, month);
        Ok(says.map(|(fen, told)| Says {
            fen,
            tree: Arc::new(Value::Array(told)),
            facts,
        }))
    }

    async fn family_of_award(&self, award: &Award) -> Result<Family, Problem> {
        match award.case {
            Some(id) => {
                let loaded = self.load::<cases::Cases>(&id.into()).await?;
                match &*loaded.state {
                    Some(case) => Ok(self.family_of_case(case).await?),
                    None => Err(Fault::Damaged(format!("award {}: no case", award.id)).into()),
                }
            }
            None => Ok(self.family(award.resident).await?),
        }
    }

    /// Looks at one award's rate until `through`: raises it, or opens a review, or leaves it.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub(super) async fn rate_anew(&self, id: AwardId, through: Month) -> Result<Found, Problem> {
        let stream = StreamId::from(id);
        let loaded = self.load::<Awards>(&stream).await?;
        let Some(award) = loaded.state.as_deref() else {
            return Ok(Found::Same);
        };
        let looked_at = award.standing() == Standing::Stopped
            || award.policies.is_empty()
            || award.facts.is_empty()
            || award.schedule.every == Every::Once;
        if looked_at || award.review.is_some() {
            return Ok(Found::Same);
        }
        let family = self.family_of_award(award).await?;
        let asked = Asked {
            family: &family,
            service: &award.service,
            policies: &award.policies,
        };
        let same_facts = self.facts_key(&asked) == award.facts;
        let Some(new) = self.new_rates(&asked, award, through, same_facts) else {
            return Ok(Found::Same);
        };
        let less = new
            .months
            .iter()
            .any(|(month, fen)| *fen < award.schedule.rate(*month));
        if !same_facts || less {
            let why = if same_facts {
                ReviewWhy::Less
            } else {
                ReviewWhy::Facts
            };
            let opened = self.review(id, why).await?;
            return Ok(if opened { Found::Review } else { Found::Same });
        }
        self.raise(id, &new).await?;
        Ok(Found::Raised)
    }

    /// The months for which the policies say something else than the award's rates. Where the facts
    /// changed only this month counts: what they were before nobody can reckon from those of today.
    fn new_rates(
        &self,
        asked: &Asked<'_>,
        award: &Award,
        through: Month,
        same_facts: bool,
    ) -> Option<NewRates> {
        let first = if same_facts {
            through.plus(-BACK)
        } else {
            through
        };
        let first = first.max(award.schedule.from);
        let mut new = NewRates::default();
        for month in first.through(through) {
            let Some((fen, told)) = self.of_month(asked, month) else {
                continue;
            };
            if !new.months.is_empty() || fen != award.schedule.rate(month) {
                new.months.push((month, fen));
                new.told = told;
            }
        }
        (!new.months.is_empty()).then_some(new)
    }

    async fn raise(&self, id: AwardId, new: &NewRates) -> Result<(), Problem> {
        let rates = changes(new.months.iter().copied());
        let Some(first) = rates.first().map(|rate| rate.from) else {
            return Ok(());
        };
        let digest = digest_of(&("rate", id, &rates))?;
        let event = Event {
            fact: Fact::Rated(Rated {
                from: first,
                why: RateWhy::Policy,
                by_hand: false,
                on: self.clock().today(),
            }),
            private: Private {
                rates,
                reckoning: Some(Arc::new(Value::Array(new.told.clone()))),
                ..Private::default()
            },
        };
        let system = Actor::system();
        let raised = |_: &MaybeAward| Ok((vec![event.clone()], json!({ "award": id })));
        self.perform::<Awards, _>(self.own_call(&system), digest, &id.into(), raised)
            .await?;
        Ok(())
    }
}

/// Months from the first that differs on, and the policies' answer for the last.
#[derive(Default)]
struct NewRates {
    months: Vec<(Month, i64)>,
    told: Vec<Value>,
}
