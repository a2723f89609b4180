//! The pages of a check: how many people, one question, the result.

use askama::Template;
use linli_community::Linli;
use linli_community::policies::{MOST_PEOPLE, MOST_QUESTIONS, Precheck, Question};
use linli_policy::household::BadFact;
use linli_policy::ir::{Entity, Fact};
use linli_policy::value::{Names, Type};

use super::super::told;
use super::sheet::{NOT_KNOWN, PEOPLE, Said, Sheet, Typed, field_name};
use crate::shell::ui::{BackLink, Choice, DateInput, Input, Kind, Markup, Radios};
use crate::shell::{Page, Problem};

#[derive(Template)]
#[template(path = "policies/templates/precheck.html")]
pub(super) struct Ask {
    page: Page,
    back: BackLink,
    service: String,
    name: String,
    step: String,
    /// The heading, where the one input does not carry it.
    heading: String,
    hint: String,
    kept: Markup,
    inputs: Vec<Markup>,
    first: bool,
    skips: bool,
}

#[derive(Template)]
#[template(path = "policies/templates/precheck-result.html")]
pub(super) struct Outcome {
    page: Page,
    back: BackLink,
    service: String,
    name: String,
    verdict: &'static str,
    heading: String,
    lead: String,
    why: Vec<Markup>,
    given: Vec<Given>,
    kept: Markup,
}

/// An answer as the result lists it.
struct Given {
    what: String,
    said: String,
    field: String,
}

/// What all the pages of a check share.
pub(super) struct Frame<'a> {
    pub(super) linli: &'a Linli,
    pub(super) service: &'a str,
    pub(super) name: String,
    /// Whether what the register knows is used.
    pub(super) known: bool,
}

impl Frame<'_> {
    /// How many belong to the household.
    pub(super) fn people(&self, page: Page, typed: &str) -> Ask {
        let input = Input {
            name: PEOPLE.to_owned(),
            label: page.t("precheck-people"),
            heading: true,
            hint: page.t("precheck-people-hint"),
            value: typed.to_owned(),
            error: page.problem_of(PEOPLE).to_owned(),
            kind: Kind::Digits,
            width: 2,
            ..Input::default()
        };
        Ask {
            back: self.back(&page),
            service: self.service.to_owned(),
            name: self.name.clone(),
            step: step(&page, 1),
            heading: String::new(),
            hint: String::new(),
            kept: Markup::default(),
            inputs: vec![Markup::of(&input)],
            first: true,
            skips: false,
            page,
        }
    }

    pub(super) fn wrong_people(&self, page: &Page) -> Problem {
        Problem {
            field: PEOPLE.to_owned(),
            message: page.t1("precheck-people-wrong", "most", MOST_PEOPLE),
        }
    }

    fn back(&self, page: &Page) -> BackLink {
        BackLink {
            text: page.t("precheck-back"),
            href: format!("/services/{}", self.service),
        }
    }

    /// What is wrong with the answer to a question that is put again.
    pub(super) fn problems(
        &self,
        page: &Page,
        question: &Question<'_>,
        sheet: &Sheet<'_>,
    ) -> Vec<Problem> {
        if sheet.wrong != Some(question.id) {
            return Vec::new();
        }
        let (fact, mut problems) = (question.fact, Vec::new());
        for whose in &question.whose {
            let said = sheet.of(question.id, *whose).map(Said::read);
            let message = match said {
                Some(Err(bad)) => wrong(page, fact, &bad),
                _ => continue,
            };
            problems.push(Problem {
                field: field_name(fact, *whose),
                message,
            });
        }
        if problems.is_empty() {
            let first = question.whose.first().copied().flatten();
            problems.push(Problem {
                field: field_name(fact, first),
                message: page.t("precheck-blank"),
            });
        }
        problems
    }

    /// One question.
    pub(super) fn ask(
        &self,
        page: Page,
        (check, question): (&Precheck<'_>, &Question<'_>),
        sheet: &Sheet<'_>,
    ) -> Ask {
        let others = question.whose.iter().flatten().any(|one| *one > 0);
        let several = others || question.whose.len() > 1;
        let fact = question.fact;
        let about = match fact.entity {
            Entity::Member if several => "precheck-about-all",
            Entity::Member => "precheck-about-you",
            _ => "precheck-about-household",
        };
        let mut hint = page.t(about);
        let proof = pick(&page, &fact.proof);
        if !proof.is_empty() {
            hint = format!("{hint}{}", page.t1("precheck-proof", "proof", proof));
        }
        let draw = |whose: &Option<usize>| {
            let said = sheet.of(question.id, *whose);
            let label = match (several, *whose) {
                (true, Some(member)) => who(&page, member),
                _ => pick(&page, &fact.names).to_owned(),
            };
            input(
                &page,
                (fact, *whose),
                said.map(|said| &said.typed),
                label,
                &hint,
                !several,
            )
        };
        let hidden = Markup::hidden("_question", &fact.field);
        Ask {
            back: self.back(&page),
            service: self.service.to_owned(),
            name: self.name.clone(),
            step: step(&page, check.asked() + 1),
            heading: if several {
                pick(&page, &fact.names).to_owned()
            } else {
                String::new()
            },
            inputs: question.whose.iter().map(draw).collect(),
            kept: self.kept(check, sheet).then(&hidden),
            first: check.asked() == 0,
            skips: true,
            hint,
            page,
        }
    }

    /// The answers so far, as hidden fields.
    fn kept(&self, check: &Precheck<'_>, sheet: &Sheet<'_>) -> Markup {
        let mut kept = Markup::default();
        if self.known {
            kept = kept.then(&Markup::hidden("_known", "yes"));
        } else {
            kept = kept.then(&Markup::hidden(PEOPLE, &check.people().to_string()));
        }
        let mut last = None;
        for said in sheet.taken() {
            if last != Some(said.id) {
                kept = kept.then(&Markup::hidden("_said", &said.fact.field));
            }
            last = Some(said.id);
            let name = field_name(said.fact, said.whose);
            kept = kept.then(&Markup::hidden(&name, &said.carried()));
        }
        kept
    }

    /// What it comes to, with the reasons and what was answered.
    pub(super) fn result(&self, page: Page, check: &Precheck<'_>, sheet: &Sheet<'_>) -> Outcome {
        let reckoned = check.reckoned();
        let why = reckoned.iter();
        let why = why.filter_map(|one| told::answer(self.linli, &page, &one.told));
        let verdict = check.verdict().code();
        Outcome {
            heading: page.t(&format!("precheck-verdict-{verdict}")),
            lead: page.t(&format!("precheck-lead-{verdict}")),
            back: self.back(&page),
            service: self.service.to_owned(),
            name: self.name.clone(),
            verdict,
            why: why.collect(),
            given: given(&page, sheet),
            kept: self.kept(check, sheet),
            page,
        }
    }
}

fn step(page: &Page, at: usize) -> String {
    let (at, most) = (at.to_string(), MOST_QUESTIONS.to_string());
    page.ta("precheck-step", &[("at", &at), ("most", &most)])
}

fn pick<'a>(page: &Page, names: &'a Names) -> &'a str {
    page.pick(&names.zh, &names.en)
}

/// 您 or 第2位家人.
fn who(page: &Page, member: usize) -> String {
    match member {
        0 => page.t("precheck-you"),
        other => page.t1("precheck-other", "n", other + 1),
    }
}

fn input(
    page: &Page,
    (fact, whose): (&Fact, Option<usize>),
    typed: Option<&Typed>,
    label: String,
    hint: &str,
    heading: bool,
) -> Markup {
    let name = field_name(fact, whose);
    let error = page.problem_of(&name).to_owned();
    let hint = if heading {
        hint.to_owned()
    } else {
        String::new()
    };
    let text = typed.map(Typed::text).unwrap_or_default().to_owned();
    match &fact.type_ {
        Type::Date => Markup::of(&DateInput {
            name,
            legend: label,
            heading,
            hint,
            error,
            labels: ["precheck-year", "precheck-month", "precheck-day"].map(|key| page.t(key)),
            values: typed.map(Typed::parts).unwrap_or_default(),
            ..DateInput::default()
        }),
        Type::Bool | Type::Code(_) => Markup::of(&Radios {
            name,
            legend: label,
            heading,
            hint,
            error,
            choices: choices(page, fact)
                .into_iter()
                .map(|one| one.chosen_if(&text))
                .collect(),
            ..Radios::default()
        }),
        Type::Money { .. } | Type::Number { .. } => Markup::of(&Input {
            name,
            label,
            heading,
            hint,
            value: text,
            error,
            kind: if matches!(fact.type_, Type::Money { .. }) {
                Kind::Money
            } else {
                Kind::Digits
            },
            width: 10,
            ..Input::default()
        }),
    }
}

/// What one may choose among.
fn choices(page: &Page, fact: &Fact) -> Vec<Choice> {
    match &fact.type_ {
        Type::Bool => vec![
            Choice::new("true", page.t("told-true")),
            Choice::new("false", page.t("told-false")),
        ],
        Type::Code(codes) => {
            let named = |(at, code): (usize, &String)| {
                let names = codes.names.get(at).map(|names| pick(page, names));
                let names = names.filter(|names| !names.is_empty());
                Choice::new(code.clone(), names.unwrap_or(code.as_str()))
            };
            codes.codes.iter().enumerate().map(named).collect()
        }
        _ => Vec::new(),
    }
}

fn wrong(page: &Page, fact: &Fact, bad: &BadFact) -> String {
    match bad {
        BadFact::Outside { low, high, .. } => {
            page.ta("precheck-outside", &[("low", low), ("high", high)])
        }
        BadFact::Unread { .. } => page.t(match fact.type_ {
            Type::Money { .. } => "precheck-wrong-money",
            Type::Number { .. } => "precheck-wrong-number",
            Type::Date => "precheck-wrong-date",
            Type::Bool | Type::Code(_) => "precheck-blank",
        }),
    }
}

/// What was answered, one line a question.
fn given(page: &Page, sheet: &Sheet<'_>) -> Vec<Given> {
    let mut lines: Vec<Given> = Vec::new();
    for said in sheet.taken() {
        let several = sheet.said.iter().filter(|one| one.id == said.id).count() > 1;
        let value = shown(page, said);
        let text = match said.whose {
            Some(member) if several => {
                let colon = page.pick("：", ": ");
                format!("{}{colon}{value}", who(page, member))
            }
            _ => value,
        };
        match lines.last_mut() {
            Some(line) if line.field == said.fact.field => {
                line.said = format!("{}{}{text}", line.said, page.pick("；", "; "));
            }
            _ => lines.push(Given {
                what: pick(page, &said.fact.names).to_owned(),
                said: text,
                field: said.fact.field.clone(),
            }),
        }
    }
    lines
}

fn shown(page: &Page, said: &Said<'_>) -> String {
    let plain = said.carried();
    if plain == NOT_KNOWN {
        return page.t("precheck-not-known");
    }
    match &said.fact.type_ {
        Type::Money { .. } => page.t1("told-yuan", "sum", plain),
        Type::Bool if plain == "true" => page.t("told-true"),
        Type::Bool => page.t("told-false"),
        Type::Date => plain.parse().map_or(plain, |day| page.date(day)),
        Type::Code(codes) => {
            let at = codes.codes.iter().position(|code| *code == plain);
            let names = at.and_then(|at| codes.names.get(at));
            names.map_or_else(|| plain.clone(), |names| pick(page, names).to_owned())
        }
        Type::Number { .. } => plain,
    }
}
