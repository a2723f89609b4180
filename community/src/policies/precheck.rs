//! 申请前自测: what somebody may find out alone before applying. Pure: nothing is stored, nothing is
//! written, and what is said here reaches nobody.
//!
//! The service's own policy is settled first, then the others that its application takes in; of each
//! the facts that would settle it, cheapest first, each asked once for everybody it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use linli_policy::answer::{Answer, Answers, Missing, Outcome};
use linli_policy::household::{BadFact, Household, Origin};
use linli_policy::ir::{Entity, Fact, FactId};
use linli_policy::law::Law;
use linli_policy::value::{Known, Type};

use super::facts::plain;
use super::files::{Policies, days};
use super::reckon::{Family, Reckoned, told};

/// The most questions of one check.
pub const MOST_QUESTIONS: usize = 8;

/// The most members of a household that a check asks about.
pub const MOST_PEOPLE: usize = 12;

/// What only an office knows is not asked: facts of cost 0, such as the day of application.
const OFFICES: u8 = 0;

/// Days that a check takes to be today: as if the application were made and decided now.
const TODAY: [&str; 2] = ["household.applied_on", "household.decided_on"];

/// 自测: one service's policies, asked about a household of which ever more is said.
#[derive(Debug)]
pub struct Precheck<'p> {
    policies: &'p Policies,
    service: &'p str,
    law: Arc<Law>,
    household: Household,
    /// What was said, also that it is not known; the number of people counts as one.
    said: BTreeSet<FactId>,
    asked: usize,
}

/// A question: one fact, of everybody of whom it is not known.
#[derive(Debug)]
pub struct Question<'p> {
    /// Which fact.
    pub id: FactId,
    /// What it is.
    pub fact: &'p Fact,
    /// Of which members, from 0, which is the one who asks; `None` for the household.
    pub whose: Vec<Option<usize>>,
}

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 可能符合: some policy says yes.
    Likely,
    /// 不符合: all say no.
    Unlikely,
    /// 还差这些信息.
    Open,
}

impl Verdict {
    /// Its name in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Likely => "likely",
            Self::Unlikely => "unlikely",
            Self::Open => "open",
        }
    }
}

impl Policies {
    /// Whether a check of `service` is about a whole household, so that it begins with how many
    /// belong to it; `None` where no policy in force that day speaks of the service.
    #[must_use]
    pub fn prechecks(&self, service: &str, on: Date) -> Option<bool> {
        let law = self.law_on(on)?;
        let mut found = None;
        for head in self.of_service(service) {
            let planned = law.index(&head.id).map(|at| &law.plan.policies[at]);
            if let Some(planned) = planned.filter(|planned| planned.in_force) {
                found = Some(found.unwrap_or(false) || planned.entity == Entity::Group);
            }
        }
        found
    }
}

impl<'p> Precheck<'p> {
    /// A check of `service` for a household of `people`; with what the register knows of the one
    /// who asks, where they wish it. `None` where no policy speaks of the service that day.
    #[must_use]
    pub fn open(
        policies: &'p Policies,
        service: &'p str,
        people: usize,
        known: Option<&Family>,
        on: Date,
    ) -> Option<Self> {
        let whole = policies.prechecks(service, on)?;
        let people = known.map_or(people, |family| family.members.len());
        let people = if whole {
            people.clamp(1, MOST_PEOPLE)
        } else {
            1
        };
        let household = match known {
            Some(family) => family.alone(people).household(policies),
            None => Household::unknown(policies.book(), people),
        };
        let mut check = Self {
            law: policies.law_on(on)?,
            policies,
            service,
            household,
            said: BTreeSet::new(),
            asked: usize::from(whole && known.is_none()),
        };
        for field in TODAY {
            if let Some((id, _)) = check.fact(field) {
                check.household.set(None, id, Some(days(on)));
            }
        }
        Some(check)
    }

    /// The fact that a field names.
    #[must_use]
    pub fn fact(&self, field: &str) -> Option<(FactId, &'p Fact)> {
        let facts = (0_u32..).zip(self.policies.book().facts().iter());
        let mut facts = facts.filter(|(_, fact)| fact.field == field);
        facts.next().map(|(index, fact)| (FactId(index), fact))
    }

    /// How many belong to the household.
    #[must_use]
    pub fn people(&self) -> usize {
        self.household.size()
    }

    /// How many questions were answered.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Takes one answer; `None` where they do not know, which unsays nothing.
    pub fn say(&mut self, id: FactId, whose: Option<usize>, value: Known) {
        self.asked += usize::from(self.said.insert(id));
        if value.is_some() {
            self.household.set(whose, id, value);
            self.household.set_origin(whose, id, Origin::default());
        }
    }

    /// The question `id`, whatever is known of it: of the household, or of each member.
    #[must_use]
    pub fn question(&self, id: FactId) -> Option<Question<'p>> {
        let fact = self
            .policies
            .book()
            .facts()
            .get(usize::try_from(id.0).ok()?)?;
        let whose = match fact.entity {
            Entity::Member => (0..self.people()).map(Some).collect(),
            Entity::Group | Entity::Nobody => vec![None],
        };
        Some(Question { id, fact, whose })
    }

    /// What to ask next; `None` where all is settled, nothing is left to ask, or enough was asked.
    #[must_use]
    pub fn next(&self) -> Option<Question<'p>> {
        if self.asked >= MOST_QUESTIONS {
            return None;
        }
        let answers = self.law.ask(&self.household);
        let ours = self.ours(&answers);
        let outcomes = ours.iter().filter(|one| one.outcome == Outcome::Unknown);
        let amounts = ours.iter().filter(|one| one.outcome == Outcome::Yes);
        let open = outcomes.chain(amounts);
        let id = open.filter_map(|answer| self.cheapest(answer)).next()?;
        let all = ours.iter().flat_map(|answer| &answer.missing);
        let lacking: BTreeSet<Option<usize>> = all
            .filter(|one| one.fact == id)
            .map(|one| one.member)
            .collect();
        let mut question = self.question(id)?;
        question.whose.retain(|whose| lacking.contains(whose));
        Some(question)
    }

    fn cheapest(&self, answer: &Answer<'_>) -> Option<FactId> {
        let asks = |one: &&Missing| one.cost > OFFICES && !self.said.contains(&one.fact);
        answer.missing.iter().find(asks).map(|one| one.fact)
    }

    /// The answers about the one who asks or the household: the service's own policy first.
    fn ours<'l>(&self, answers: &Answers<'l>) -> Vec<Answer<'l>> {
        let heads = self.policies.of_service(self.service);
        let ids: Vec<&str> = heads.map(|head| head.id.as_str()).collect();
        let mut ours: Vec<Answer<'l>> = answers.all();
        ours.retain(|one| {
            one.outcome != Outcome::NotInForce
                && one.member.unwrap_or(0) == 0
                && ids.contains(&one.planned.id.as_str())
        });
        ours.sort_by_key(|one| one.planned.id != self.service);
        ours
    }

    /// The answers with their reasons.
    #[must_use]
    pub fn reckoned(&self) -> Vec<Reckoned> {
        let answers = self.law.ask(&self.household);
        let ours = self.ours(&answers);
        ours.iter().map(|one| told(&answers, one)).collect()
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let answers = self.law.ask(&self.household);
        let ours = self.ours(&answers);
        if ours.iter().any(|one| one.outcome == Outcome::Yes) {
            Verdict::Likely
        } else if ours.iter().all(|one| one.outcome == Outcome::No) {
            Verdict::Unlikely
        } else {
            Verdict::Open
        }
    }
}

/// What somebody typed, as the fact takes it: full-width digits, separators and units are accepted.
///
/// # Errors
/// [`BadFact`] where it is none of its values or out of bounds.
pub fn typed(fact: &Fact, text: &str) -> Result<i64, BadFact> {
    if !matches!(fact.type_, Type::Money { .. } | Type::Number { .. }) {
        return fact.read(text.trim());
    }
    fact.read(&plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers questions from `truth` until there is none left; says what was asked.
    fn answered<'p>(check: &mut Precheck<'p>, truth: &Household) -> Vec<&'p Fact> {
        let mut asked = Vec::new();
        while let Some(question) = check.next() {
            assert!(question.fact.cost > OFFICES, "{}", question.fact.field);
            for whose in &question.whose {
                check.say(question.id, *whose, truth.get(*whose, question.id));
            }
            asked.push(question.fact);
        }
        asked
    }

    /// Every worked case of the catalogue is an oracle: who is checked with its facts hears what its
    /// policy says of it, or that something is missing; never anything else.
    #[test]
    fn a_check_says_what_the_worked_cases_of_the_law_say() {
        let policies = Policies::built_in().unwrap();
        let (mut settled, mut main) = (0, 0);
        for case in policies.book().run_cases() {
            let head = policies.head(case.policy).unwrap();
            let (Some(service), true) = (head.service.as_deref(), head.holds(case.on)) else {
                continue;
            };
            let on: Date = linli_policy::day::text(case.on).parse().unwrap();
            let law = policies.law_on(on).unwrap();
            let answers = law.ask(&case.household);
            let index = law.index(case.policy).unwrap();
            let truth = &answers.of(index)[0];
            let people = case.household.size();
            let mut check = Precheck::open(&policies, service, people, None, on).unwrap();
            let asked = answered(&mut check, &case.household);
            let fields: BTreeSet<&str> = asked.iter().map(|fact| fact.field.as_str()).collect();
            assert_eq!(fields.len(), asked.len(), "nothing is asked twice");
            assert!(check.asked() <= MOST_QUESTIONS, "{}", check.asked());
            let reckoned = check.reckoned();
            let said = reckoned
                .iter()
                .find(|one| one.policy == case.policy)
                .unwrap();
            let told = format!("{}: {:?}", case.policy, case.names);
            if said.outcome != Outcome::Unknown {
                assert_eq!(said.outcome, truth.outcome, "{told}");
                settled += 1;
            }
            // Until the lines of town and country were joined (2015-04-01) 低保 asked for one fact
            // more; a check is of the day it is made on.
            let joined = on >= Date::constant(2015, 4, 1);
            if joined && case.policy == service && truth.outcome != Outcome::Unknown {
                assert_eq!(
                    said.outcome, truth.outcome,
                    "eight questions are enough: {told}"
                );
                main += 1;
            }
        }
        assert!(settled > 40 && main > 20, "{settled} {main}");
    }

    #[test]
    fn one_no_ends_the_check_at_once() {
        let policies = Policies::built_in().unwrap();
        let on = "2026-09-01".parse().unwrap();
        let mut check = Precheck::open(&policies, "elder-allowance", 1, None, on).unwrap();
        let (hukou, fact) = check.fact("person.hukou").unwrap();
        check.say(hukou, Some(0), fact.type_.parse("elsewhere"));
        assert_eq!(check.next().map(|question| question.id), None);
        assert_eq!(check.verdict(), Verdict::Unlikely);
    }

    #[test]
    fn who_knows_nothing_hears_what_is_missing() {
        let policies = Policies::built_in().unwrap();
        let on = "2026-09-01".parse().unwrap();
        let heads = policies.book().heads();
        let services: BTreeSet<String> = heads.filter_map(|head| head.service.clone()).collect();
        for service in &services {
            let mut check = Precheck::open(&policies, service, 2, None, on).unwrap();
            let nothing = Household::unknown(policies.book(), 2);
            let asked = answered(&mut check, &nothing);
            assert!(!asked.is_empty(), "{service}");
            assert_eq!(check.verdict(), Verdict::Open, "{service}");
            let missing = |one: &Reckoned| one.told["missing"].as_array().map_or(0, Vec::len);
            assert!(
                check.reckoned().iter().map(missing).sum::<usize>() > 0,
                "{service}"
            );
        }
    }

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        let policies = Policies::built_in().unwrap();
        let on = "2026-09-01".parse().unwrap();
        let check = Precheck::open(&policies, "dibao", 1, None, on).unwrap();
        let (_, income) = check.fact("household.monthly_income_fen").unwrap();
        for text in ["3000", "３０００", "3,000 元", "¥3000.00", " 3000 "] {
            assert_eq!(typed(income, text), Ok(300_000), "{text}");
        }
        for text in ["三千", "-1", "3000.001", "99999999999", ""] {
            assert!(typed(income, text).is_err(), "{text}");
        }
    }
}
