//! 免申即享: a finding that Linli grants at once, where the service's file makes it the decider.

use std::sync::Arc;

use linli_kernel::CaseId;
use serde_json::{Value, json};

use super::decide::{self, Finding};
use super::events::Event;
use super::fill::filled;
use super::register::Offers;
use super::state::stream;
use crate::cases::{self, Filing, Grant, Unasked};
use crate::catalogue::{self, Channel, Every, GrantUnasked, KnownFact, Service};
use crate::feature::{Call, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::residents::Facts;

const NAME: &str = "person.name";
const PHONE: &str = "person.phone";

/// What is granted without having been asked for, ready to be filed.
struct Ready {
    filing: Filing,
    grant: Grant,
}

impl Linli {
    /// Grants a finding, if the service's file lets Linli and offices prove what the policy rests
    /// on; says whether it did. Who declined the offer, or took it, is left alone.
    ///
    /// # Errors
    /// [`Problem`]: what granting refuses, in conflict with what just happened, or a fault.
    pub async fn grant_unasked(
        &self,
        call: Call<'_>,
        finding: &Finding,
        facts: &Facts,
    ) -> Result<bool, Problem> {
        let catalogue = self.catalogue();
        let service = catalogue.service_in(&finding.service, &finding.area, finding.on);
        let Some(ready) = service.and_then(|service| ready(&service, finding, facts)) else {
            return Ok(false);
        };
        let id = stream(finding.resident, &finding.policy);
        let known = self.load::<Offers>(&id).await?;
        let Some(events) = decide::make_anew(&known.state, finding) else {
            return Ok(false);
        };
        let case = CaseId::new(self.clock());
        let unasked = Unasked {
            id: case,
            filing: &ready.filing,
            grant: ready.grant,
            reckoning: Arc::new(Value::Array(vec![finding.reckoning.clone()])),
        };
        let mut plan = Plan::default();
        let number = cases::add_granted(self, call, &unasked, &mut plan)?;
        let now = self.clock().now();
        let meta = Meta {
            at: now,
            actor: call.actor,
        };
        let events = [events, Event::Taken(case, finding.area.clone())];
        let _taken = plan.add::<Offers>(&id, &known, &events, meta)?;
        let digest = digest_of(&("grant", finding.resident, &finding.policy, finding.on))?;
        let answer = json!({ "case": case, "number": number.as_str() });
        self.submit(call, digest, plan, answer, now).await?;
        let granted = self.load::<cases::Cases>(&case.into()).await?;
        if let Some(granted) = &*granted.state {
            Box::pin(crate::reactions::case_decided(self, granted)).await?;
        }
        Ok(true)
    }
}

fn ready(service: &Service, finding: &Finding, facts: &Facts) -> Option<Ready> {
    let rule = service.unasked.as_ref()?.grant.as_ref()?;
    let yes = rule.policy == finding.policy && rule.from <= finding.on;
    if !yes || !proven(rule, facts) {
        return None;
    }
    let result = service.decision.results.iter();
    let result = result.into_iter().find(|one| one.code == rule.result)?;
    let pays = finding.reckoning.get("pays").and_then(Value::as_str)?;
    let amount_fen = each_time(finding.amount_fen?, pays, result.pays.as_ref()?.every)?;
    let text = |field: &str| facts.get(field)?.value.as_str().map(str::to_owned);
    let filing = Filing {
        service: service.id.clone(),
        area: finding.area.clone(),
        channel: Channel::Unasked,
        applicant: finding.resident,
        authority: None,
        received_on: None,
        name: text(NAME)?,
        phone: text(PHONE)?,
        answers: filled(service, &known(facts), finding.on)?,
        declared: Vec::new(),
        papers: Vec::new(),
    };
    let grant = Grant {
        amount_fen,
        from: finding.on.first_of_month(),
    };
    Some(Ready { filing, grant })
}

/// Whether every fact that the rule names was recorded by an office that proves it.
fn proven(rule: &GrantUnasked, facts: &Facts) -> bool {
    let by_office = |(field, offices): (&String, &Vec<String>)| {
        let fact = facts.get(field.as_str());
        fact.is_some_and(|fact| offices.iter().any(|office| **office == *fact.source))
    };
    rule.proven.iter().all(by_office)
}

/// A policy's sum in the rhythm in which the service pays; `None` where the one is no whole number of
/// the other.
fn each_time(fen: i64, pays: &str, every: Every) -> Option<i64> {
    match (pays, every) {
        ("month", Every::Month) | ("quarter", Every::Quarter) | ("once", Every::Once) => Some(fen),
        ("month", Every::Quarter) => fen.checked_mul(3),
        _ => None,
    }
}

fn known(facts: &Facts) -> catalogue::Facts {
    let facts = facts.iter().map(|(field, fact)| {
        let known = KnownFact {
            value: fact.value.clone(),
            source: fact.source.to_string(),
            as_of: Some(fact.as_of),
        };
        (field.as_str().to_owned(), known)
    });
    facts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_goes_over_into_the_rhythm_of_payment_or_not_at_all() {
        assert_eq!(each_time(15_000, "month", Every::Quarter), Some(45_000));
        assert_eq!(each_time(15_000, "month", Every::Month), Some(15_000));
        assert_eq!(each_time(15_000, "quarter", Every::Month), None);
        assert_eq!(each_time(15_000, "year", Every::Month), None);
        assert_eq!(each_time(i64::MAX, "month", Every::Quarter), None);
    }
}
