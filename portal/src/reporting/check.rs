//! 核对: what a new template says, what it repeats, and what somebody would have to type, before it is
//! made.

use askama::Template;
use axum::response::Response;
use linli_community::reporting::{Column, Draft, LIST, Overlap, Review, Rules};

use super::one::facts;
use super::words;
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, draw, refill};
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::shell::ui::{Cell, Column as Header, Markup, Row, SummaryList, Table};
use crate::shell::{Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "reporting/templates/check.html")]
struct CheckPage {
    page: Page,
    summary: SummaryList,
    repeats: Table,
    shares: Table,
    /// Where the thresholds are from.
    note: String,
    /// Whether who makes it must answer for it.
    must_answer: bool,
    parts: Vec<Markup>,
    /// What was typed, to go along.
    typed: Markup,
}

pub(super) async fn show(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    typed: &Typed,
    draft: &Draft,
) -> Result<Response, Trouble> {
    let review = portal.linli.review_report(&signed.actor, draft).await;
    let review = review.map_err(trouble)?;
    let rules = Rules::built_in()?;
    let known = words::columns_of(portal, &draft.table)?;
    let must_answer = review.must_answer(rules);
    let mut fields = answers(&page, &review.mark(rules)?);
    refill(&mut fields, typed);
    let along = typed.pairs();
    let own = ["do", "seen", "need"];
    let along = along
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()));
    let mut summary = vec![Row::new(page.t("reporting-name"), &draft.table.name)];
    summary.extend(facts(portal, &page, &draft.area, &draft.table)?);
    let check = CheckPage {
        summary: SummaryList { rows: summary },
        repeats: repeats(portal, &page, &known, &review, signed).await?,
        shares: words::shares(&page, &known, &review.shares, rules.held_percent),
        note: page.pick(&rules.note.zh, &rules.note.en).to_owned(),
        must_answer,
        parts: match must_answer {
            true => draw(&page, &fields),
            false => Vec::new(),
        },
        typed: along.fold(Markup::default(), |all, (name, value)| {
            all.then(&Markup::hidden(name, value))
        }),
        page,
    };
    match check.page.problems.is_empty() {
        true => html(&check),
        false => invalid(&check),
    }
}

fn answers(page: &Page, mark: &str) -> Vec<Field> {
    let seen = Choice::new(mark, page.t("reporting-seen-yes"));
    vec![
        Field::new("seen", page.t("reporting-seen"), Kind::Checks(vec![seen])),
        Field::new("need", page.t("reporting-need"), Kind::Words)
            .hint(page.t("reporting-need-hint")),
    ]
}

/// What has the same columns already, the most first.
async fn repeats(
    portal: &Portal,
    page: &Page,
    known: &[Column],
    review: &Review,
    signed: &Signed,
) -> Result<Table, Trouble> {
    let templates = portal.linli.report_templates(&signed.actor).await;
    let templates = templates.map_err(trouble)?;
    let row = |one: &Overlap| {
        let other = templates.iter().find(|row| row.id == one.with);
        let first = match other {
            Some(row) => Cell::link(&row.name, format!("/desk/reporting/{}", row.id)),
            None if one.with == LIST => Cell::link(page.t("reporting-list-has"), "/desk/residents"),
            None => Cell::text(&one.with),
        };
        vec![
            first,
            Cell::text(other.map_or("", |row| row.number.as_str())),
            Cell::text(words::names_of(page, known, &one.columns)),
            Cell::text(format!("{}%", one.percent)),
        ]
    };
    Ok(Table {
        caption: page.t1("reporting-repeats", "count", review.repeats.len()),
        columns: vec![
            Header::new(page.t("reporting-col-other")),
            Header::new(page.t("reporting-basis-number")),
            Header::new(page.t("reporting-col-same")),
            Header::new(page.t("reporting-col-share")).numeric(),
        ],
        rows: review.repeats.iter().map(row).collect(),
        ..Table::default()
    })
}
