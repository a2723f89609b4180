//! The rules of 统一填报: what a template must say, and who may make and end one.

use std::collections::BTreeSet;

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal};

use super::columns::columns;
use super::duplicates::Review;
use super::events::{Created, Ended, Event, Fact};
use super::rules::Rules;
use super::service::Draft;
use super::state::Template;
use crate::places::AreaTree;
use crate::residents::Dictionary;

/// The most columns of one table.
pub const MOST_COLUMNS: usize = 40;

/// The longest words, in characters.
const LONGEST: usize = 200;

/// The longest name: that of a file and of a sheet.
const LONGEST_NAME: usize = 60;

/// With which law, data and day it is decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) actor: &'a Actor,
    pub(super) dictionary: &'a Dictionary,
    pub(super) rules: &'a Rules,
    pub(super) areas: &'a AreaTree,
    pub(super) today: Date,
}

/// Whether the actor may make and end templates for `area`.
pub(super) fn may(actor: &Actor, area: &AreaPath) -> Result<(), Refusal> {
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, Action::ResidentExport, target)
}

/// What is wrong with a draft by itself: every problem on its field.
///
/// # Errors
/// `gate.…`, and `reporting.…` with the field of each.
pub(super) fn check(draft: &Draft, context: Context<'_>) -> Result<(), Vec<Refusal>> {
    let mut wrong = Vec::new();
    if let Err(refused) = may(context.actor, &draft.area) {
        wrong.push(refused);
    }
    if context.areas.get(&draft.area).is_none() {
        wrong.push(Refusal::new("reporting.area-unknown").on("area"));
    }
    wrong.extend(words(draft));
    wrong.extend(basis(draft, context.today));
    wrong.extend(asked(draft, context));
    if draft.table.first_due < context.today {
        wrong.push(Refusal::new("reporting.due-past").on("first_due"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Makes a template; `seen` is the mark of the review that was on the page.
///
/// # Errors
/// `gate.…`, and `reporting.…` with the field of each.
pub(super) fn create(
    draft: &Draft,
    review: &Review,
    seen: &str,
    context: Context<'_>,
) -> Result<Event, Vec<Refusal>> {
    check(draft, context)?;
    let rules = context.rules;
    let mut table = Created {
        name: draft.table.name.trim().to_owned(),
        need: draft.table.need.trim().to_owned(),
        ..draft.table.clone()
    };
    if review.must_answer(rules) {
        answered(&table.need, review, seen, rules)?;
    } else {
        table.need.clear();
    }
    table.repeats = review.much(rules).cloned().collect();
    table.by_hand = review
        .by_hand(rules)
        .map(|one| one.column.clone())
        .collect();
    Ok(Event {
        area: draft.area.clone(),
        fact: Fact::Created(Box::new(table)),
    })
}

/// Ends a template.
///
/// # Errors
/// `gate.…`, `reporting.no-such-template`, `reporting.ended`, `reporting.reason-missing`,
/// `reporting.personal`.
pub(super) fn end(
    template: &Template,
    reason: &str,
    context: Context<'_>,
) -> Result<Event, Refusal> {
    let Some(area) = template.area(context.areas) else {
        return Err(Refusal::new("reporting.no-such-template"));
    };
    may(context.actor, area)?;
    if template.ended.is_some() {
        return Err(Refusal::new("reporting.ended"));
    }
    let reason = said(reason, "reason", "reporting.reason-missing")?;
    Ok(Event {
        area: area.clone(),
        fact: Fact::Ended(Ended { reason }),
    })
}

/// Who repeats much, or makes somebody type, has seen it and says why.
fn answered(need: &str, review: &Review, seen: &str, rules: &Rules) -> Result<(), Vec<Refusal>> {
    let mut wrong = Vec::new();
    if review.mark(rules).ok().as_deref() != Some(seen) {
        wrong.push(Refusal::new("reporting.not-seen").on("seen"));
    }
    wrong.extend(said(need, "need", "reporting.need-missing").err());
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn words(draft: &Draft) -> Vec<Refusal> {
    let table = &draft.table;
    let mut wrong = Vec::new();
    match said(&table.name, "name", "reporting.name-missing") {
        Ok(name) if name.chars().count() > LONGEST_NAME => {
            let refusal = Refusal::new("reporting.name-long").on("name");
            wrong.push(refusal.with("most", LONGEST_NAME));
        }
        Ok(_) => {}
        Err(refused) => wrong.push(refused),
    }
    let basis = &table.basis;
    for (words, field, missing) in [
        (&basis.title, "basis_title", "reporting.basis-missing"),
        (&basis.number, "basis_number", "reporting.number-missing"),
        (&basis.issuer, "basis_issuer", "reporting.issuer-missing"),
    ] {
        wrong.extend(said(words, field, missing).err());
    }
    wrong
}

fn basis(draft: &Draft, today: Date) -> Vec<Refusal> {
    let basis = &draft.table.basis;
    let mut wrong = Vec::new();
    if basis.issued_on > today {
        wrong.push(Refusal::new("reporting.issued-later").on("basis_issued"));
    }
    let link = &basis.link;
    let leads = ["https://", "http://"]
        .iter()
        .any(|start| link.starts_with(start));
    let readable = leads && link.chars().count() <= LONGEST && !link.contains(char::is_whitespace);
    if !link.is_empty() && !readable {
        wrong.push(Refusal::new("reporting.link-unreadable").on("basis_link"));
    }
    wrong
}

/// What is asked for, and of whom.
fn asked(draft: &Draft, context: Context<'_>) -> Vec<Refusal> {
    let table = &draft.table;
    let known = columns(context.dictionary, context.rules);
    let mut wrong = Vec::new();
    let on = |refusal: Refusal| refusal.on("columns");
    match table.columns.len() {
        0 => wrong.push(on(Refusal::new("reporting.columns-missing"))),
        count if count > MOST_COLUMNS => {
            let refusal = Refusal::new("reporting.columns-many").with("most", MOST_COLUMNS);
            wrong.push(on(refusal));
        }
        _ => {}
    }
    let mut once = BTreeSet::new();
    for column in &table.columns {
        if !known.iter().any(|one| one.id == *column) {
            let refusal = Refusal::new("reporting.column-unknown").with("column", column);
            wrong.push(on(refusal));
        } else if !once.insert(column) {
            wrong.push(on(
                Refusal::new("reporting.column-twice").with("column", column)
            ));
        }
    }
    wrong.extend(filtered(draft, context));
    wrong
}

fn filtered(draft: &Draft, context: Context<'_>) -> Vec<Refusal> {
    let filter = &draft.table.filter;
    let mut wrong = Vec::new();
    let age = |name: &str| filter.get(name).map(|text| text.parse::<i16>().ok());
    for name in ["age_from", "age_to"] {
        if let Some(age) = age(name)
            && !age.is_some_and(|age| (0..=150).contains(&age))
        {
            wrong.push(Refusal::new("reporting.age-unreadable").on(name));
        }
    }
    if let (Some(Some(from)), Some(Some(to))) = (age("age_from"), age("age_to"))
        && from > to
    {
        wrong.push(Refusal::new("reporting.ages-crossed").on("age_to"));
    }
    let hukou = filter.get("hukou");
    let code = |code: &String| context.dictionary.code_name("person.hukou", code).is_some();
    let others = ["disabled", "special_care"]
        .iter()
        .filter_map(|name| filter.get(*name));
    let listed = |name: &String| crate::residents::Filter::CODES.contains(&name.as_str());
    let fits = hukou.is_none_or(code)
        && others.clone().all(|value| value == "yes")
        && filter.keys().all(listed);
    if !fits {
        wrong.push(Refusal::new("reporting.filter-unknown").on("hukou"));
    }
    wrong
}

/// Words that say something and name nobody: they stand in the open part of an entry.
fn said(words: &str, field: &str, missing: &str) -> Result<String, Refusal> {
    let words = words.trim();
    match words.chars().count() {
        0..=1 => Err(Refusal::new(missing).on(field)),
        count if count > LONGEST => {
            let refusal = Refusal::new("reporting.words-long").on(field);
            Err(refusal.with("most", LONGEST))
        }
        _ if names_somebody(words) => Err(Refusal::new("reporting.personal").on(field)),
        _ => Ok(words.to_owned()),
    }
}

/// Whether there is a number in it as long as a mobile telephone's: a 文号 is shorter.
fn names_somebody(words: &str) -> bool {
    let mut digits = words.split(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c));
    digits.any(|run| run.chars().count() >= 11)
}
