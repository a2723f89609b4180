//! One template: what it asks for by which right, how much of it the registers hold, and its rows as
//! they are filled, masked.

use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::reporting::{Column, Created, Filled, Rules, Share, Template};
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, AreaPath};
use uuid::Uuid;

use super::words;
use crate::Portal;
use crate::desk::{rows, trouble};
use crate::residents::filter_words;
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column as Header, Link, Markup, Pagination, Row, SummaryList, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(askama::Template)]
#[template(path = "reporting/templates/one.html")]
struct OnePage {
    page: Page,
    id: Uuid,
    name: String,
    summary: SummaryList,
    /// What is left for somebody to fill in.
    shares: Table,
    rows: Table,
    pages: Markup,
    in_force: bool,
    /// Whether who looks may end it.
    ends: bool,
}

/// `GET /desk/reporting/{template}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let template = portal.linli.report_template(&signed.actor, id).await;
    let template = template.map_err(super::end::none_is_not_found)?;
    let areas = portal.linli.areas();
    let (Some((table, _)), Some(area)) = (&template.created, template.area(&areas)) else {
        return Err(Trouble::NotFound);
    };
    let rules = Rules::built_in()?;
    let columns = words::columns_of(&portal, table)?;
    let shares = portal
        .linli
        .report_template_shares(&signed.actor, &template);
    let shares = shares.await.map_err(trouble)?;
    let (at, per) = (page.query.page(), page.query.per_page());
    let filled = portal.linli.fill_report(&signed.actor, &template, at, per);
    let filled = filled.await.map_err(trouble)?;
    let mut summary = facts(&portal, &page, area, table)?;
    summary.extend(state(&page, &template, &portal));
    let lacking: Vec<Share> = shares
        .into_iter()
        .filter(|one| one.held < one.rows)
        .collect();
    html(&OnePage {
        id,
        name: table.name.clone(),
        summary: SummaryList { rows: summary },
        shares: words::shares(&page, &columns, &lacking, rules.held_percent),
        rows: preview(&portal, &page, &columns, &filled),
        pages: Markup::of(&Pagination::new(&page, filled.total)),
        in_force: template.ended.is_none(),
        ends: template.ended.is_none() && may_end(&signed, area),
        page,
    })
}

fn may_end(signed: &Signed, area: &AreaPath) -> bool {
    match scope(&signed.actor, Action::ResidentExport) {
        Scope::Area(own) => own.contains(area),
        Scope::Own(_) | Scope::Nothing => false,
    }
}

/// What a table asks for and by which right, but for its name.
pub(super) fn facts(
    portal: &Portal,
    page: &Page,
    area: &AreaPath,
    table: &Created,
) -> Result<Vec<Row>, Trouble> {
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let basis = &table.basis;
    let title = page.ta(
        "reporting-basis-said",
        &[("title", &basis.title), ("number", &basis.number)],
    );
    let issued = page.ta(
        "reporting-issued-said",
        &[
            ("issuer", &basis.issuer),
            ("on", &page.date(basis.issued_on)),
        ],
    );
    let known = words::columns_of(portal, table)?;
    let about = page.t(&format!("reporting-about-{}", table.about.code()));
    let period = page.t(&format!("reporting-period-{}", table.period.code()));
    let first = page.date(table.first_due);
    let due = page.ta(
        "reporting-due-said",
        &[("period", &period), ("first", &first)],
    );
    let mut all = vec![row("reporting-basis", format!("{title}\n{issued}"))];
    if !basis.link.is_empty() {
        let link = Link::new(basis.link.clone(), basis.link.clone());
        all.push(row("reporting-basis-link", String::new()).action(link));
    }
    all.extend([
        row("reporting-area", rows::area_name(&portal.linli, area)),
        row(
            "reporting-level",
            page.t(&format!("reporting-level-{}", table.level.code())),
        ),
        row("reporting-about", about),
        row(
            "reporting-of-whom",
            filter_words(portal, page, &table.filter),
        ),
        row(
            "reporting-columns",
            words::names_of(page, &known, &table.columns),
        ),
        row("reporting-due", due),
    ]);
    Ok(all)
}

/// Why it is needed, when it is due next, and why it was ended.
fn state(page: &Page, template: &Template, portal: &Portal) -> Vec<Row> {
    let mut all = Vec::new();
    if let Some((table, _)) = &template.created
        && !table.need.is_empty()
    {
        all.push(Row::new(page.t("reporting-need"), &table.need));
    }
    if let Some(day) = template.due(portal.linli.clock().today()) {
        all.push(Row::new(page.t("reporting-due-next"), page.date(day)));
    }
    if let Some((ended, by)) = &template.ended {
        let said = format!("{}\n{}", page.when(by.at), ended.reason);
        all.push(Row::new(page.t("reporting-ended"), said));
    }
    all
}

fn preview(portal: &Portal, page: &Page, columns: &[Column], filled: &Filled) -> Table {
    let mut total = grouped(filled.total);
    if filled.more {
        total.push('+');
    }
    let missing = page.t("reporting-missing");
    let rows = filled.lines.iter().map(|line| {
        let cells = columns.iter().zip(&line.values);
        let cells = cells.map(|(column, value)| match value {
            Some(value) => Cell::text(words::shown(portal, page, column, value)),
            None => Cell::text(&missing).class("is-soon"),
        });
        cells.collect()
    });
    Table {
        caption: page.t1("reporting-rows", "count", total),
        columns: columns
            .iter()
            .map(|column| Header::new(words::name(page, column)))
            .collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}
