//! 示例: runs the worked examples of a service file. They are its tests, and examples for people.

use std::collections::BTreeSet;

use linli_units::{Count, WorkCalendar, reckon};
use serde_json::Value;

use super::form::{Answers, Facts, Form, KnownFact};
use super::law::Term;
use super::load::FileProblem;
use super::service::{ClockExpected, FormExpected, Service, Worked};

/// What the examples of `service` say against it.
pub(super) fn run(file: &str, service: &Service, calendar: &WorkCalendar) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for (index, case) in service.cases.iter().enumerate() {
        let mut said = Vec::new();
        if let Some(expected) = &case.form {
            said.extend(form(service, case, expected));
        }
        if let Some(expected) = &case.clock {
            said.extend(clock(service, case, expected, calendar));
        }
        problems.extend(said.into_iter().map(|expected| FileProblem {
            file: file.to_owned(),
            key: format!("cases[{index}] “{}”", case.names.en),
            expected,
        }));
    }
    problems
}

fn form(service: &Service, case: &Worked, expected: &FormExpected) -> Vec<String> {
    let facts = facts(case);
    let form = Form::new(service, &facts, case.today);
    let required = service.form.declarations.iter().filter(|one| one.required);
    let declared: Vec<String> = required.map(|one| one.id.clone()).collect();
    let checked = form.check(&case.answers, &declared);
    let refused: BTreeSet<String> = match &checked {
        Ok(_) => BTreeSet::new(),
        Err(refusals) => refusals
            .iter()
            .map(|one| format!("{}: {}", one.field.as_deref().unwrap_or("form"), one.code))
            .collect(),
    };
    let mut said = Vec::new();
    differs(
        &mut said,
        "refused",
        &refused,
        &expected.refused.iter().cloned().collect(),
    );
    if let Some(asked) = &expected.asked {
        // The pages as they stand before anything is typed but what the example answers.
        let pages = form.pages(&kept(&form, &case.answers));
        let pages: Vec<String> = pages.into_iter().map(|page| page.id.clone()).collect();
        differs(&mut said, "asked", &pages, asked);
    }
    if let Some(advice) = expected.advice {
        let kept = kept(&form, &case.answers);
        differs(&mut said, "advice", &form.advice(&kept).len(), &advice);
    }
    if let Ok(checked) = &checked {
        if let Some(corrects) = &expected.corrects {
            let fields = checked.corrections.iter().map(|one| one.field.clone());
            differs(&mut said, "corrects", &fields.collect(), corrects);
        }
        for (question, value) in &expected.kept {
            let found = checked.answers.get(question).map(|one| &one.value);
            differs(&mut said, &format!("kept.{question}"), &found, &Some(value));
        }
    }
    said
}

fn clock(
    service: &Service,
    case: &Worked,
    expected: &ClockExpected,
    calendar: &WorkCalendar,
) -> Vec<String> {
    let due = |term: &Term| match reckon(
        calendar,
        &Count::new(case.today, term.reckoned()),
        case.today,
    ) {
        Ok(reckoning) => reckoning
            .due_date()
            .map_or("no end".to_owned(), |date| date.to_string()),
        Err(missing) => missing.to_string(),
    };
    let mut said = Vec::new();
    differs(
        &mut said,
        "clock.due",
        &due(&service.clock.total),
        &expected.due.to_string(),
    );
    if let Some(special_due) = expected.special_due {
        let found = service.clock.special.as_ref().map(due);
        differs(
            &mut said,
            "clock.special_due",
            &found,
            &Some(special_due.to_string()),
        );
    }
    said
}

fn facts(case: &Worked) -> Facts {
    let fact = |(field, value): (&String, &Value)| {
        let fact = KnownFact {
            value: value.clone(),
            source: "登记信息".to_owned(),
            as_of: Some(case.today),
        };
        (field.clone(), fact)
    };
    case.facts.iter().map(fact).collect()
}

/// The answers of an example in their kept form, as far as they can be read.
fn kept(form: &Form<'_>, answers: &Answers) -> Answers {
    let read = |(id, typed): (&String, &Value)| {
        let kept = form.read(form.question(id)?, typed).ok()?;
        Some((id.clone(), kept))
    };
    answers.iter().filter_map(read).collect()
}

fn differs<T: PartialEq + std::fmt::Debug>(
    said: &mut Vec<String>,
    what: &str,
    found: &T,
    expected: &T,
) {
    if found != expected {
        said.push(format!("{what} to be {expected:?}, but it is {found:?}"));
    }
}
