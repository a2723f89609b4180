//! 为什么是这个结果: an answer of the policies as pages show it, from the form in which it is kept.
//!
//! The tree is folded: each condition with its mark and its article is always in sight, the steps
//! below it open on demand, and everything works without a script.

use std::fmt::Write as _;
use std::ops::Deref;

use askama::Template;
use linli_community::Linli;
use linli_community::cases::State;
use linli_interop::letter::{Reckoned, ReckonedStep};
use linli_units::Fen;
use serde::Deserialize;
use serde_json::Value;

use crate::i18n::Lang;
use crate::shell::Page;
use crate::shell::ui::Markup;

#[derive(Deserialize, Default)]
struct Names {
    zh: String,
    en: String,
}

/// A policy's answer, as `linli policy explain --json` and the journal have it.
#[derive(Deserialize)]
struct Answer {
    policy: String,
    names: Names,
    on: String,
    member: Option<usize>,
    outcome: String,
    amount_fen: Option<i64>,
    #[serde(default)]
    pays: String,
    #[serde(default)]
    needs_legal_review: bool,
    #[serde(default)]
    unverified: bool,
    #[serde(default)]
    conditions: Vec<Condition>,
    amount: Option<Step>,
    #[serde(default)]
    missing: Vec<Missing>,
    #[serde(default)]
    would_change: Vec<Turn>,
}

#[derive(Deserialize)]
struct Condition {
    met: Option<bool>,
    why: Step,
    #[serde(default)]
    would_change: Vec<Turn>,
}

#[derive(Deserialize)]
struct Step {
    kind: String,
    key: String,
    #[serde(default)]
    names: Names,
    member: Option<usize>,
    #[serde(rename = "type", default)]
    type_: String,
    value: Option<String>,
    value_names: Option<Names>,
    on: Option<String>,
    #[serde(default)]
    readings: Vec<Reading>,
    origin: Option<Origin>,
    #[serde(default)]
    uses: Vec<Self>,
    #[serde(default)]
    cut: bool,
}

#[derive(Deserialize)]
struct Reading {
    text: String,
    source: Option<Names>,
    number: Option<String>,
    article: Option<String>,
    #[serde(default)]
    unverified: bool,
    note: Option<Names>,
}

#[derive(Deserialize)]
struct Origin {
    source: Option<String>,
    date: Option<String>,
}

#[derive(Deserialize)]
struct Missing {
    #[serde(default)]
    names: Names,
    member: Option<usize>,
    #[serde(default)]
    proof: Names,
}

#[derive(Deserialize)]
struct Turn {
    #[serde(default)]
    names: Names,
    member: Option<usize>,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "policies/templates/told.html")]
struct Told {
    heading: String,
    policy: String,
    verdict: String,
    class: &'static str,
    cautions: Vec<String>,
    conditions: Vec<Line>,
    missing_lead: String,
    missing: Vec<String>,
    turns: Vec<String>,
}

/// One step as it stands on the page, with those below it.
#[derive(Template)]
#[template(path = "policies/templates/step.html")]
struct Line {
    class: &'static str,
    mark: String,
    text: String,
    law: Vec<String>,
    turns: Vec<String>,
    label: String,
    below: Vec<Self>,
}

impl Line {
    fn drawn(&self) -> Markup {
        Markup::of(self)
    }

    /// The step as a letter prints it: nothing is folded away.
    fn printed(self) -> ReckonedStep {
        ReckonedStep {
            mark: self.mark,
            text: self.text,
            law: self.law,
            below: self.below.into_iter().map(Self::printed).collect(),
        }
    }
}

/// Every answer of a kept reckoning, one under the other; empty where it cannot be read.
pub(crate) fn all(linli: &Linli, page: &Page, kept: &Value) -> Vec<Markup> {
    let answers = kept
        .as_array()
        .map_or(std::slice::from_ref(kept), Vec::as_slice);
    answers
        .iter()
        .filter_map(|one| answer(linli, page, one))
        .collect()
}

/// One answer; `None` where it cannot be read.
pub(crate) fn answer(linli: &Linli, page: &Page, kept: &Value) -> Option<Markup> {
    let answer = Answer::deserialize(kept).ok()?;
    Some(Markup::of(&told(about(page, linli, &answer), &answer)))
}

/// What a case's decision was kept with, as a letter prints it.
pub(crate) fn kept(linli: &Linli, page: &Page, case: &State) -> Vec<Reckoned> {
    let kept = case.decided.as_ref().and_then(|one| one.reckoning.as_ref());
    kept.map(|kept| printed(linli, page, kept))
        .unwrap_or_default()
}

/// Every answer of a kept reckoning as a letter prints it, in Chinese whoever reads: 计算说明.
fn printed(linli: &Linli, page: &Page, kept: &Value) -> Vec<Reckoned> {
    let mut page = page.clone();
    page.lang = Lang::Zh;
    let answers = kept
        .as_array()
        .map_or(std::slice::from_ref(kept), Vec::as_slice);
    let answers = answers
        .iter()
        .filter_map(|one| Answer::deserialize(one).ok());
    let printed = answers.map(|answer| {
        let told = told(about(&page, linli, &answer), &answer);
        Reckoned {
            heading: told.heading,
            verdict: told.verdict,
            remarks: [told.cautions, told.turns].concat(),
            steps: told.conditions.into_iter().map(Line::printed).collect(),
        }
    });
    printed.collect()
}

fn about<'a>(page: &'a Page, linli: &'a Linli, answer: &Answer) -> At<'a> {
    At {
        page,
        linli,
        about: answer.member,
    }
}

/// The page, and the node whose dictionary names the offices.
#[derive(Clone, Copy)]
struct At<'a> {
    page: &'a Page,
    linli: &'a Linli,
    /// Whom the answer is about: their own facts need no "whose".
    about: Option<usize>,
}

impl Deref for At<'_> {
    type Target = Page;

    fn deref(&self) -> &Page {
        self.page
    }
}

impl At<'_> {
    fn office(self, key: &str) -> String {
        let office = self.linli.catalogue().dictionary().office(key);
        office.map_or_else(
            || key.to_owned(),
            |office| {
                self.page
                    .pick(&office.names.zh, &office.names.en)
                    .to_owned()
            },
        )
    }
}

fn told(page: At<'_>, answer: &Answer) -> Told {
    let mut cautions = Vec::new();
    if answer.needs_legal_review {
        cautions.push(page.t("told-review"));
    }
    if answer.unverified {
        cautions.push(page.t("told-unverified"));
    }
    let conditions = answer.conditions.iter().map(|one| condition(page, one));
    let sum = answer.amount.as_ref().map(|step| line(page, step));
    let lines = conditions.chain(sum).collect();
    let on = day(page, &answer.on);
    Told {
        heading: page.ta(
            "told-heading",
            &[("policy", name(page, &answer.names)), ("on", &on)],
        ),
        policy: answer.policy.clone(),
        verdict: verdict(page, answer),
        class: match answer.outcome.as_str() {
            "yes" => "yes",
            "no" => "no",
            _ => "unknown",
        },
        cautions,
        conditions: lines,
        missing_lead: page.t("told-missing"),
        missing: answer
            .missing
            .iter()
            .map(|one| missing(page, one))
            .collect(),
        turns: answer
            .would_change
            .iter()
            .map(|one| turn(page, one))
            .collect(),
    }
}

fn verdict(page: At<'_>, answer: &Answer) -> String {
    let said = page.t(&format!(
        "told-outcome-{}",
        answer.outcome.replace('_', "-")
    ));
    match (answer.outcome.as_str(), answer.amount_fen) {
        ("yes", Some(fen)) => {
            let each = page.t(&format!("told-each-{}", answer.pays));
            page.ta(
                "told-verdict-sum",
                &[
                    ("said", &said),
                    ("each", &each),
                    ("sum", &Fen(fen).to_string()),
                ],
            )
        }
        _ => said,
    }
}

fn condition(page: At<'_>, one: &Condition) -> Line {
    let (class, mark) = match one.met {
        Some(true) => ("met", "told-met"),
        Some(false) => ("unmet", "told-unmet"),
        None => ("unknown", "told-unknown"),
    };
    Line {
        class,
        mark: page.t(mark),
        text: name(page, &one.why.names).to_owned(),
        turns: one.would_change.iter().map(|one| turn(page, one)).collect(),
        ..line(page, &one.why)
    }
}

fn line(page: At<'_>, step: &Step) -> Line {
    let below = step.uses.iter().map(|step| line(page, step));
    let mut label = page.t("told-steps");
    if step.cut {
        label = page.t("told-cut");
    }
    Line {
        class: "step",
        mark: String::new(),
        text: text(page, step),
        law: step
            .readings
            .iter()
            .map(|one| law(page, step, one))
            .collect(),
        turns: Vec::new(),
        label,
        below: below.collect(),
    }
}

/// `家庭月收入 = 3,000.00 元（民政，2026年7月1日）`.
fn text(page: At<'_>, step: &Step) -> String {
    let own = name(page, &step.names);
    let own = if own.is_empty() {
        step.key.as_str()
    } else {
        own
    };
    let whom = whom(page, step.member);
    let value = value(page, step);
    let mut text = format!("{whom}{own}{}{value}", page.pick("：", ": "));
    if let Some(on) = &step.on {
        let _written = write!(text, "{}{}", page.pick("，", ", "), day(page, on));
    }
    if let Some(origin) = &step.origin {
        let from = origin.source.as_deref().unwrap_or_default();
        let from = page.office(from);
        let date = origin
            .date
            .as_deref()
            .map(|date| day(page, date))
            .unwrap_or_default();
        let said = page.ta("told-from", &[("from", &from), ("date", &date)]);
        let _written = write!(text, "{said}");
    }
    text
}

fn value(page: At<'_>, step: &Step) -> String {
    if let Some(names) = &step.value_names {
        return name(page, names).to_owned();
    }
    let Some(value) = &step.value else {
        let table = step.kind == "parameter" && !step.readings.is_empty();
        return if table {
            page.t("told-table")
        } else {
            page.t("told-not-known")
        };
    };
    match step.type_.as_str() {
        "money" => page.t1("told-yuan", "sum", value),
        "boolean" => page.t(if value == "true" {
            "told-true"
        } else {
            "told-false"
        }),
        "date" => day(page, value),
        _ => value.clone(),
    }
}

fn law(page: At<'_>, step: &Step, reading: &Reading) -> String {
    let mut text = String::new();
    // The formula of a condition or a sum is its name in other words: it is left to the file.
    if !matches!(
        step.kind.as_str(),
        "fact" | "parameter" | "condition" | "amount"
    ) {
        text.push_str(
            reading
                .text
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .as_str(),
        );
    }
    if let Some(source) = &reading.source {
        let article = reading.article.as_deref().unwrap_or_default();
        let number = reading.number.as_deref().unwrap_or_default();
        let source = name(page, source);
        let source = page.ta(
            "told-law",
            &[("source", source), ("number", number), ("article", article)],
        );
        if !text.is_empty() {
            text.push_str(" · ");
        }
        text.push_str(source.trim());
    }
    if reading.unverified {
        let _written = write!(text, " · {}", page.t("told-to-confirm"));
    }
    if let Some(note) = &reading.note {
        let _written = write!(text, " · {}", name(page, note));
    }
    text
}

fn missing(page: At<'_>, one: &Missing) -> String {
    let proof = name(page, &one.proof);
    let what = format!("{}{}", whom(page, one.member), name(page, &one.names));
    if proof.is_empty() {
        return what;
    }
    page.ta("told-missing-one", &[("what", &what), ("proof", proof)])
}

fn turn(page: At<'_>, turn: &Turn) -> String {
    let what = format!("{}{}", whom(page, turn.member), name(page, &turn.names));
    page.ta(
        "told-turn",
        &[("what", &what), ("from", &turn.from), ("to", &turn.to)],
    )
}

fn whom(page: At<'_>, member: Option<usize>) -> String {
    let other = member.filter(|member| Some(*member) != page.about);
    other.map_or_else(String::new, |at| page.t1("told-member", "n", at + 1))
}

fn name<'a>(page: At<'_>, names: &'a Names) -> &'a str {
    page.pick(&names.zh, &names.en)
}

fn day(page: At<'_>, text: &str) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), |day| page.date(day))
}
