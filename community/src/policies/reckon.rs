//! What the policies say of one family: the register's facts, with what a case or a person adds.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::{Fault, ResidentId, StreamId};
use linli_policy::answer::{Answer, Answers, Outcome};
use linli_policy::household::{Household, Origin};
use linli_policy::ir::{Entity, FactId};
use linli_policy::value::Known;
use serde_json::Value;

use super::facts::known;
use super::files::{Policies, days};
use crate::cases::State;
use crate::node::Linli;
use crate::residents::{Facts, Households, Residents};

/// The most bytes of an answer that is kept with a decision or an offer: with what else is sealed it
/// travels in one entry of the journal.
const MOST_BYTES: usize = 20 * 1024;

/// The source of what the form was told: the office `resident` of the dictionary.
const BY_APPLICANT: &str = "resident";

/// 一家人: who belongs to it and what is known.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// Its members; the one it is asked for is among them.
    pub members: Vec<(ResidentId, Facts)>,
    /// What is known of the household.
    pub shared: Facts,
    /// The place of the one it is asked for.
    pub asked: usize,
}

/// One policy's answer, ready to be shown and kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Reckoned {
    /// By which policy.
    pub policy: String,
    /// Yes, no, cannot tell, no rule in force.
    pub outcome: Outcome,
    /// What is paid each time, in fen: 0 for a no.
    pub amount_fen: Known,
    /// The answer with its tree.
    pub told: Value,
}

impl Linli {
    /// The family of `resident`, as the register knows it. Who died does not belong to it.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn family(&self, resident: ResidentId) -> Result<Family, Fault> {
        let resident = self.survivor(resident);
        let household = self.household_of(resident).await?;
        let (mut members, mut shared) = (Vec::new(), Facts::new());
        if let Some(id) = household {
            let loaded = self.load::<Households>(&StreamId::from(id)).await?;
            shared.clone_from(&loaded.state.facts);
            for member in &loaded.state.members {
                self.join(&mut members, member.resident).await?;
            }
        }
        if !members.iter().any(|(id, _)| *id == resident) {
            self.join(&mut members, resident).await?;
        }
        let asked = members.iter().position(|(id, _)| *id == resident);
        Ok(Family {
            asked: asked.unwrap_or_default(),
            members,
            shared,
        })
    }

    async fn join(
        &self,
        members: &mut Vec<(ResidentId, Facts)>,
        resident: ResidentId,
    ) -> Result<(), Fault> {
        let loaded = self.load::<Residents>(&StreamId::from(resident)).await?;
        if !loaded.state.dead && !loaded.state.erased {
            members.push((resident, loaded.state.facts.clone()));
        }
        Ok(())
    }

    /// What the policies of a case's service say of its applicant's family on `on`, with what the
    /// form was told; empty where no policy speaks of the service.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn reckon_case(&self, case: &State, on: Date) -> Result<Vec<Reckoned>, Fault> {
        let policies = self.policies();
        if policies.of_service(&case.service).next().is_none() {
            return Ok(Vec::new());
        }
        let family = self.family_of_case(case).await?;
        Ok(family.reckon_service(&policies, &case.service, on))
    }

    /// The family of a case's applicant, with what the form was told.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn family_of_case(&self, case: &State) -> Result<Family, Fault> {
        let mut family = self.family(case.applicant).await?;
        let filed = jiff::Timestamp::to_zoned(case.submitted_at, linli_kernel::clock::shanghai());
        let filed = filed.date();
        let fields = self.fields_asked(case, filed);
        for (question, value) in case.answers.iter() {
            if let Some(field) = fields.get(question) {
                family.tell(field, value.clone(), filed);
            }
        }
        family.tell("household.applied_on", filed.to_string().into(), filed);
        Ok(family)
    }

    /// The field each question of a case's form asks for.
    pub(crate) fn fields_asked(&self, case: &State, filed: Date) -> BTreeMap<String, String> {
        let service = self.service(&case.service, case.service_version, &case.area, filed);
        let questions = service.iter().flat_map(|service| &service.form.questions);
        questions
            .filter_map(|one| Some((one.id.clone(), one.field.clone()?)))
            .collect()
    }
}

impl Family {
    /// Adds or replaces a fact by its field's name: of the one asked for, or of the household.
    pub fn tell(&mut self, field: &str, value: Value, as_of: Date) {
        let fact = crate::residents::Fact {
            value,
            source: BY_APPLICANT.into(),
            as_of,
            case: None,
        };
        let facts = if field.starts_with("household.") {
            Some(&mut self.shared)
        } else {
            self.members.get_mut(self.asked).map(|(_, facts)| facts)
        };
        if let Some(facts) = facts {
            facts.insert(field.into(), fact);
        }
    }

    /// What is known of the one asked for and of the household, among `people`: the facts of the
    /// others are left out.
    #[must_use]
    pub fn alone(&self, people: usize) -> Self {
        let (id, own) = match self.members.get(self.asked) {
            Some((id, own)) => (*id, own.clone()),
            None => return Self::default(),
        };
        let mut members = vec![(id, own)];
        members.resize(people.max(1), (id, Facts::new()));
        Self {
            members,
            shared: self.shared.clone(),
            asked: 0,
        }
    }

    /// The family as the policies take it.
    #[must_use]
    pub fn household(&self, policies: &Policies) -> Household {
        let book = policies.book();
        let mut household = Household::unknown(book, self.members.len());
        for (index, fact) in (0_u32..).zip(book.facts().iter()) {
            let id = FactId(index);
            let mut put = |member: Option<usize>, facts: &Facts| {
                let Some(found) = facts.get(fact.field.as_str()) else {
                    return;
                };
                let value = known(fact, &found.value);
                household.set(member, id, value);
                let origin = Origin {
                    source: Some(found.source.to_string()),
                    date: Some(days(found.as_of)),
                };
                household.set_origin(member, id, origin);
            };
            match fact.entity {
                Entity::Member => {
                    for (at, (_, facts)) in self.members.iter().enumerate() {
                        put(Some(at), facts);
                    }
                }
                Entity::Group | Entity::Nobody => put(None, &self.shared),
            }
        }
        household
    }

    /// The answers of a service's policies to the one asked for, or to the household.
    #[must_use]
    pub fn reckon_service(&self, policies: &Policies, service: &str, on: Date) -> Vec<Reckoned> {
        let ids: Vec<&str> = policies
            .of_service(service)
            .map(|head| head.id.as_str())
            .collect();
        let asked = |one: &Answer<'_>| {
            ids.contains(&one.planned.id.as_str()) && one.member.is_none_or(|at| at == self.asked)
        };
        let found = self.reckon(policies, on, asked);
        found.into_iter().map(|(one, _)| one).collect()
    }

    /// The answers that are `wanted`, each with the member it is about.
    #[must_use]
    pub fn reckon(
        &self,
        policies: &Policies,
        on: Date,
        wanted: impl Fn(&Answer<'_>) -> bool,
    ) -> Vec<(Reckoned, Option<usize>)> {
        let Some(law) = policies.law_on(on) else {
            return Vec::new();
        };
        let household = self.household(policies);
        let answers = law.ask(&household);
        let all = answers.all();
        let wanted = all.iter().filter(|answer| wanted(answer));
        wanted
            .map(|answer| (told(&answers, answer), answer.member))
            .collect()
    }
}

/// An answer with its reasons, as it is shown and kept.
pub(super) fn told(answers: &Answers<'_>, answer: &Answer<'_>) -> Reckoned {
    let whole = serde_json::to_value(answers.explain(answer)).unwrap_or_default();
    Reckoned {
        policy: answer.planned.id.clone(),
        outcome: answer.outcome,
        amount_fen: answer.payment,
        told: bounded(whole),
    }
}

/// The answer as it can be kept: a large family's tree is cut at its leaves, level by level.
fn bounded(mut told: Value) -> Value {
    for deepest in (0..8).rev() {
        if told.to_string().len() <= MOST_BYTES {
            break;
        }
        cut(&mut told, deepest);
    }
    told
}

/// Drops the steps below `deepest`, and says so where some were.
fn cut(value: &mut Value, deepest: usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| cut(item, deepest)),
        Value::Object(map) => {
            if deepest == 0 && map.remove("uses").is_some() {
                map.insert("cut".to_owned(), Value::Bool(true));
            }
            for (key, inner) in map {
                cut(inner, deepest - usize::from(key == "uses" && deepest > 0));
            }
        }
        _ => {}
    }
}
