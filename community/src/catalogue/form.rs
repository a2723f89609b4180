//! 表单引擎: which question comes next, what is already known, what is wrong, what is kept.
//!
//! Pure: a service's form, what the register knows ([`Facts`]), the answers so far, and the day.
//! **Invariant**: nothing is asked twice. What the register knows stands in for an answer until the
//! applicant gives another, and an answer that differs is offered to the register as a correction.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_kernel::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Wanted, is_blank, named};
use super::question::{Advice, Condition, Declaration, Kind, Question, WhenKnown};
use super::service::Service;

/// What the register knows, by field of the dictionary.
pub type Facts = BTreeMap<String, KnownFact>;
/// Answers in the form in which they are kept, by question.
pub type Answers = BTreeMap<String, Value>;

/// 已有信息: a fact of the register with where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFact {
    /// The value, in the kept form of its kind.
    pub value: Value,
    /// Where it came from, as shown: 户籍登记, 申请人申报…
    pub source: String,
    /// The day as of which it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
}

/// Where an answer came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// 申请人申报
    Applicant,
    /// The register, unchanged.
    Register {
        /// Where the register has it from.
        source: String,
        /// The day as of which it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<Date>,
    },
}

/// An answer that stands: given, or known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// In the kept form.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

/// 更正: an answer that differs from the register, offered to it as a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The question.
    pub question: String,
    /// The field of the dictionary.
    pub field: String,
    /// What the register had; none when it knew nothing.
    pub before: Option<Value>,
    /// What the applicant says.
    pub after: Value,
}

impl Correction {
    /// The source a corrected fact is recorded with.
    pub const SOURCE: &'static str = "申请人申报";
}

/// A form in order: what is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Every answer that stands, by question; what was not asked is not among them.
    pub answers: BTreeMap<String, Answered>,
    /// What is offered to the register.
    pub corrections: Vec<Correction>,
    /// The declarations made.
    pub declared: Vec<String>,
}

/// How far a part of the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 未填
    Untouched,
    /// 填了一半
    Begun,
    /// 已填好
    Done,
}

/// A service's form, for somebody of whom the register knows `facts`, on the day `today`.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    service: &'a Service,
    facts: &'a Facts,
    today: Date,
}

impl<'a> Form<'a> {
    /// The form of `service`.
    #[must_use]
    pub fn new(service: &'a Service, facts: &'a Facts, today: Date) -> Self {
        Self {
            service,
            facts,
            today,
        }
    }

    /// The service whose form it is.
    #[must_use]
    pub fn service(&self) -> &'a Service {
        self.service
    }

    /// The question called `id`.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&'a Question> {
        self.service.form.questions.iter().find(|q| q.id == id)
    }

    /// The questions whose conditions hold, in order.
    #[must_use]
    pub fn visible(&self, answers: &Answers) -> Vec<&'a Question> {
        let questions = self.service.form.questions.iter();
        questions.filter(|q| self.is_visible(q, answers)).collect()
    }

    /// The questions that get a page of their own, in order: the visible ones but those whose
    /// known answer is only shown.
    #[must_use]
    pub fn pages(&self, answers: &Answers) -> Vec<&'a Question> {
        let mut pages = self.visible(answers);
        pages.retain(|q| q.known == WhenKnown::Confirm || self.known(q).is_none());
        pages
    }

    /// The first page not yet answered or confirmed; none when the check-answers page comes next.
    #[must_use]
    pub fn next(&self, answers: &Answers) -> Option<&'a Question> {
        let open = |q: &&Question| !answers.contains_key(&q.id);
        self.pages(answers).into_iter().find(open)
    }

    /// The page after the question `id`; none when it is the last.
    #[must_use]
    pub fn after(&self, id: &str, answers: &Answers) -> Option<&'a Question> {
        let at = self.position(id)?;
        let pages = self.pages(answers);
        pages.into_iter().find(|q| self.position(&q.id) > Some(at))
    }

    /// The page before the question `id`; none when it is the first.
    #[must_use]
    pub fn before(&self, id: &str, answers: &Answers) -> Option<&'a Question> {
        let at = self.position(id)?;
        let pages = self.pages(answers).into_iter().rev();
        pages.into_iter().find(|q| self.position(&q.id) < Some(at))
    }

    /// How many pages are answered, and how many there are.
    #[must_use]
    pub fn count(&self, answers: &Answers) -> (usize, usize) {
        let pages = self.pages(answers);
        let done = pages.iter().filter(|q| answers.contains_key(&q.id));
        (done.count(), pages.len())
    }

    /// How far the group `id` is, for the task list.
    #[must_use]
    pub fn progress(&self, id: &str, answers: &Answers) -> Progress {
        let mut pages = self.pages(answers);
        pages.retain(|q| q.group == id);
        let done = pages.iter().filter(|q| answers.contains_key(&q.id)).count();
        match done {
            _ if done == pages.len() => Progress::Done,
            0 => Progress::Untouched,
            _ => Progress::Begun,
        }
    }

    /// What the register knows for a question, in the kept form. A fact that the question could
    /// not keep (an old code, a bad number) is not known: then it is asked.
    #[must_use]
    pub fn known(&self, question: &Question) -> Option<Answered> {
        let fact = self.facts.get(question.field.as_deref()?)?;
        if is_blank(&fact.value) {
            return None;
        }
        let fitted = fitted(question, &fact.value);
        let kept = Wanted::question(question, self.today).read(&fitted, &question.id);
        kept.ok().map(|value| Answered {
            value,
            origin: Origin::Register {
                source: fact.source.clone(),
                as_of: fact.as_of,
            },
        })
    }

    /// What stands for a question: the applicant's answer, else what the register knows.
    #[must_use]
    pub fn standing(&self, question: &Question, answers: &Answers) -> Option<Answered> {
        let known = self.known(question);
        let Some(given) = answers.get(&question.id) else {
            return known;
        };
        if is_blank(given) {
            return None;
        }
        match known {
            Some(known) if known.value == *given => Some(known),
            _ => Some(Answered {
                value: given.clone(),
                origin: Origin::Applicant,
            }),
        }
    }

    /// What a page is filled in with: what stands, else as much of a list as the register knows.
    #[must_use]
    pub fn filled_in(&self, question: &Question, answers: &Answers) -> Option<Value> {
        if let Some(answered) = self.standing(question, answers) {
            return Some(answered.value);
        }
        if answers.contains_key(&question.id) || question.kind != Kind::Members {
            return None;
        }
        let fact = self.facts.get(question.field.as_deref()?)?;
        Some(fitted(question, &fact.value)).filter(|value| !is_blank(value))
    }

    /// Reads the answer of one page. A blank answer to an optional question is kept as null: it
    /// was seen and left empty.
    ///
    /// # Errors
    /// Every problem, each on its field.
    pub fn read(&self, question: &Question, typed: &Value) -> Result<Value, Vec<Refusal>> {
        if is_blank(typed) {
            return if question.required {
                let refusal = Refusal::new("catalogue.answer-required").on(&question.id);
                Err(vec![named(refusal, &question.short)])
            } else {
                Ok(Value::Null)
            };
        }
        Wanted::question(question, self.today).read(typed, &question.id)
    }

    /// Checks the whole form: `answers` by question, kept or typed, and the declarations made.
    /// Answers to questions that are not asked are left out.
    ///
    /// # Errors
    /// Every problem at once, each on its field.
    pub fn check(&self, answers: &Answers, declared: &[String]) -> Result<Checked, Vec<Refusal>> {
        let (kept, mut refusals) = self.read_all(answers);
        let mut standing = BTreeMap::new();
        for question in self.visible(&kept) {
            let failed = refusals.iter().any(|r| belongs(r, &question.id));
            match self.standing(question, &kept) {
                Some(answered) => drop(standing.insert(question.id.clone(), answered)),
                None if question.required && !failed => refusals.push(named(
                    Refusal::new("catalogue.answer-required").on(&question.id),
                    &question.short,
                )),
                None => {}
            }
        }
        refusals.retain(|r| self.concerns_visible(r, &kept));
        refusals.extend(self.undeclared(declared));
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(Checked {
            corrections: self.corrections(&kept),
            answers: standing,
            declared: declared.to_vec(),
        })
    }

    /// Answers that differ from what the register knows, or that it did not know.
    #[must_use]
    pub fn corrections(&self, answers: &Answers) -> Vec<Correction> {
        let mut found = Vec::new();
        for question in self.visible(answers) {
            let Some(field) = question.field.as_ref().filter(|_| question.corrects) else {
                continue;
            };
            let Some(answered) = self.standing(question, answers) else {
                continue;
            };
            if answered.origin == Origin::Applicant {
                found.push(Correction {
                    question: question.id.clone(),
                    field: field.clone(),
                    before: self.known(question).map(|known| known.value),
                    after: answered.value,
                });
            }
        }
        found
    }

    /// The advice that applies: shown on the check page, never a refusal.
    #[must_use]
    pub fn advice(&self, answers: &Answers) -> Vec<&'a Advice> {
        let advice = self.service.form.advice.iter();
        advice
            .filter(|advice| advice.when.iter().all(|one| self.holds(one, answers)))
            .collect()
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(&self, condition: &Condition, answers: &Answers) -> bool {
        let Some(question) = self.question(&condition.of) else {
            return false;
        };
        // An answer that is itself no longer asked counts as not given.
        if !self.is_visible(question, answers) {
            return false;
        }
        let Some(answered) = self.standing(question, answers) else {
            return false;
        };
        let value = &answered.value;
        if let Some(allowed) = &condition.is {
            return allowed.contains(value);
        }
        if let Some(barred) = &condition.is_not {
            return !barred.contains(value);
        }
        if let Some(least) = condition.at_least {
            return value.as_i64().is_some_and(|number| number >= least);
        }
        let Some(age) = value.as_str().and_then(|text| age_on(text, self.today)) else {
            return false;
        };
        let old_enough = condition.age_at_least.is_none_or(|years| age >= years);
        let young_enough = condition.age_below.is_none_or(|years| age < years);
        old_enough && young_enough
    }

    fn is_visible(&self, question: &Question, answers: &Answers) -> bool {
        question.shown_if.iter().all(|one| self.holds(one, answers))
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.service.form.questions.iter().position(|q| q.id == id)
    }

    fn read_all(&self, answers: &Answers) -> (Answers, Vec<Refusal>) {
        let mut kept = Answers::new();
        let mut refusals = Vec::new();
        for (id, typed) in answers {
            match self.question(id) {
                None => refusals.push(Refusal::new("catalogue.question-unknown").on(id)),
                Some(_) if is_blank(typed) => drop(kept.insert(id.clone(), Value::Null)),
                Some(question) => match self.read(question, typed) {
                    Ok(value) => drop(kept.insert(id.clone(), value)),
                    Err(more) => {
                        // Kept out, so that a register value does not stand in for a typing error.
                        kept.insert(id.clone(), Value::Null);
                        refusals.extend(more);
                    }
                },
            }
        }
        (kept, refusals)
    }

    /// A problem with an answer that is no longer asked is no problem.
    fn concerns_visible(&self, refusal: &Refusal, answers: &Answers) -> bool {
        let field = refusal.field.as_deref().unwrap_or_default();
        let id = field.split('.').next().unwrap_or_default();
        self.question(id)
            .is_none_or(|question| self.is_visible(question, answers))
    }

    fn undeclared(&self, declared: &[String]) -> Vec<Refusal> {
        let missing = |one: &&Declaration| one.required && !declared.contains(&one.id);
        let declarations = &self.service.form.declarations;
        let missing = declarations.iter().filter(missing);
        let unknown = declared
            .iter()
            .filter(|id| !declarations.iter().any(|d| d.id == **id));
        missing
            .map(|one| Refusal::new("catalogue.declaration-needed").on(&one.id))
            .chain(unknown.map(|id| Refusal::new("catalogue.question-unknown").on(id)))
            .collect()
    }
}

/// The age in whole years on `day` of somebody born on `born`; none when it is no date.
#[must_use]
pub fn age_on(born: &str, day: Date) -> Option<i16> {
    let born: Date = born.parse().ok()?;
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    Some(day.year() - born.year() - i16::from(before_birthday))
}

/// A fact of the register as far as the question asks for it: rows keep the columns asked for.
fn fitted(question: &Question, value: &Value) -> Value {
    let (Kind::Members, Value::Array(rows)) = (question.kind, value) else {
        return value.clone();
    };
    let fit = |row: &Value| {
        let cells = question.columns.iter().filter_map(|column| {
            let cell = row.get(&column.id).filter(|cell| !is_blank(cell))?;
            Some((column.id.clone(), cell.clone()))
        });
        Value::Object(cells.collect())
    };
    Value::Array(rows.iter().map(fit).collect())
}

fn belongs(refusal: &Refusal, question: &str) -> bool {
    let field = refusal.field.as_deref().unwrap_or_default();
    field == question
        || field
            .strip_prefix(question)
            .is_some_and(|rest| rest.starts_with('.'))
}
