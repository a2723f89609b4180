//! Runs the cases of a policy: situations with expected results, which are its tests and, shown
//! to people, its worked examples.

use std::collections::BTreeMap;

use crate::answer::{Answer, Outcome};
use crate::book::Book;
use crate::finding::{Finding, Level, Span, Told, told};
use crate::household::{Household, Origin};
use crate::ir::{Entity, NodeId};
use crate::law::Law;
use crate::model::Policy;
use crate::read::{Case, CaseExpect, Expected, Raw};
use crate::rows::place;
use crate::value::{Known, Names, Type};

/// A case that was run.
#[derive(Debug, Clone)]
pub struct CaseRun<'b> {
    /// The policy.
    pub policy: &'b str,
    /// What the case is called.
    pub names: &'b Names,
    /// A remark.
    pub note: Option<&'b Names>,
    /// The day asked about.
    pub on: i64,
    /// Where it stands: file, line, column.
    pub at: Finding,
    /// The household, unless its facts could not be read.
    pub household: Household,
    /// What differs from what is expected; empty where the case holds.
    pub failures: Vec<Finding>,
}

impl Book {
    /// Runs every case of every policy.
    #[must_use]
    pub fn run_cases(&self) -> Vec<CaseRun<'_>> {
        let mut laws: BTreeMap<i64, Option<Law>> = BTreeMap::new();
        let mut runs = Vec::new();
        for (index, policy) in self.policies.iter().enumerate() {
            for case in &policy.cases {
                let law = laws
                    .entry(case.on)
                    .or_insert_with(|| self.law(&[], case.on).ok());
                runs.push(self.run(index, policy, case, law.as_ref()));
            }
        }
        runs
    }

    fn run<'b>(
        &'b self,
        index: usize,
        policy: &'b Policy,
        case: &'b Case,
        law: Option<&Law>,
    ) -> CaseRun<'b> {
        let mut failures = Vec::new();
        let household = self.situation(&policy.head.id, case, &mut failures);
        let mut run = Runner {
            book: self,
            policy,
            index,
            failures,
        };
        match law {
            Some(law) if run.failures.is_empty() => run.compare(law, &household, case),
            Some(_) => {}
            None => run.fail(
                case.at,
                told!("这一天不能查询", "this day cannot be asked about"),
            ),
        }
        let (zh, en) = (case.names.zh.clone(), case.names.en.clone());
        let called = Told { zh, en };
        CaseRun {
            policy: &policy.head.id,
            names: &case.names,
            note: case.note.as_ref(),
            on: case.on,
            at: self.finding(case.at, Level::Note, "case", called),
            household,
            failures: run.failures,
        }
    }

    fn situation(&self, policy: &str, case: &Case, failures: &mut Vec<Finding>) -> Household {
        let mut household = Household::unknown(self, case.members.len());
        let group = case.group.iter().map(|one| (None, one));
        let members = case.members.iter().enumerate();
        let members = members.flat_map(|(at, facts)| facts.iter().map(move |one| (Some(at), one)));
        for (member, (key, raw)) in group.chain(members) {
            if key.value == "id" {
                household.call(member.unwrap_or_default(), &raw.text);
                continue;
            }
            let put = household.put(self, (Some(policy), member), key, raw, Origin::default());
            if let Err((at, told)) = put {
                failures.push(self.finding(at, Level::Error, "case", told));
            }
        }
        household
    }
}

struct Runner<'b> {
    book: &'b Book,
    policy: &'b Policy,
    index: usize,
    failures: Vec<Finding>,
}

impl Runner<'_> {
    fn fail(&mut self, at: Span, told: Told) {
        self.failures
            .push(self.book.finding(at, Level::Error, "case", told));
    }

    fn compare(&mut self, law: &Law, household: &Household, case: &Case) {
        let answers = law.ask(household);
        let each = answers.of(self.index);
        if each.is_empty() {
            self.fail(
                case.at,
                told!(
                    "这个例子里没有可问的人：请写 `persons`",
                    "this case has nobody to ask about: give `persons`"
                ),
            );
        }
        for (at, expect) in case.expect.iter().enumerate() {
            match each.get(at) {
                Some(answer) => self.results(&answers, answer, expect),
                None if each.is_empty() => {}
                None => self.fail(
                    expect.at,
                    told!(
                        "预期结果比人数还多",
                        "more is expected than there are persons"
                    ),
                ),
            }
        }
    }

    fn results(&mut self, answers: &crate::Answers<'_>, answer: &Answer<'_>, expect: &CaseExpect) {
        for (key, expected) in &expect.results {
            let name = &key.value;
            let told = match expected {
                Expected::Missing(keys) if key.value == "missing" => self.missing(answer, keys),
                Expected::Missing(_) => Some(told!("`{name}` 不是列表", "`{name}` is no list")),
                Expected::Value(raw) => self.value(answers, answer, name, raw),
            };
            if let Some(told) = told {
                self.fail(key.at, told!("{name}：{told}", "{name}: {told}", [told]));
            }
        }
    }

    /// What differs, if something does.
    fn value(
        &self,
        answers: &crate::Answers<'_>,
        answer: &Answer<'_>,
        key: &str,
        raw: &Raw,
    ) -> Option<Told> {
        let truth = |found: bool| unlike(raw, &found.to_string());
        match key {
            "in_force" => return truth(answer.outcome != Outcome::NotInForce),
            "review" => return truth(answer.review),
            _ if answer.outcome == Outcome::NotInForce => {
                return Some(told!(
                    "应为 {expected}，当日却没有生效的规定",
                    "expected {expected}, found no rule in force",
                    expected = raw.text,
                ));
            }
            "eligible" => {
                let found = match answer.outcome {
                    Outcome::Yes => "true",
                    Outcome::No => "false",
                    Outcome::Unknown | Outcome::NotInForce => "unknown",
                };
                return unlike(raw, found);
            }
            "amount" => return same(&Type::MONEY, answer.payment, raw),
            _ => {}
        }
        let member = answer.member.unwrap_or(0);
        match answer.planned.output(key) {
            Some(output) => same(&output.type_, answers.rows.get(output.node, member), raw),
            None => Some(told!(
                "当日生效的规则里没有叫这个名称的",
                "no rule in force is called so"
            )),
        }
    }

    fn missing(&self, answer: &Answer<'_>, keys: &[String]) -> Option<Told> {
        let name = |fact| {
            let used = self.policy.facts.iter().find(|used| used.id == fact);
            used.map_or_else(
                || self.book.facts[place(NodeId(fact.0))].column().to_owned(),
                |used| used.key.clone(),
            )
        };
        let mut found: Vec<String> = answer.missing.iter().map(|one| name(one.fact)).collect();
        let mut wanted = keys.to_vec();
        for list in [&mut found, &mut wanted] {
            list.sort();
            list.dedup();
        }
        let list = |keys: &[String]| format!("[{}]", keys.join(", "));
        (found != wanted).then(|| otherwise(&list(&wanted), &list(&found)))
    }
}

fn same(type_: &Type, found: Known, raw: &Raw) -> Option<Told> {
    let told = found.map_or_else(|| "unknown".to_owned(), |found| type_.plain(found));
    let fits = match found {
        None => raw.text == "unknown",
        Some(found) => type_.parse(&raw.text) == Some(found),
    };
    (!fits).then(|| otherwise(&raw.text, &told))
}

fn unlike(expected: &Raw, found: &str) -> Option<Told> {
    (expected.text != found).then(|| otherwise(&expected.text, found))
}

fn otherwise(expected: &str, found: &str) -> Told {
    told!(
        "应为 {expected}，得出的却是 {found}",
        "expected {expected}, found {found}"
    )
}

/// Whose a case's facts are when pages show them.
#[must_use]
pub(crate) fn whose(entity: Entity, policy: &Policy) -> &str {
    match entity {
        Entity::Member => &policy.head.member,
        Entity::Group | Entity::Nobody => &policy.head.group,
    }
}
