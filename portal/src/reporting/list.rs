//! The templates that are asked for in one's area.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use linli_community::reporting::{Period, Row};
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, AreaPath};

use crate::Portal;
use crate::desk::{rows, trouble};
use crate::shell::ui::{Cell, Column, Markup, Table, Tag, Tone};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "reporting/templates/list.html")]
struct ListPage {
    page: Page,
    /// Whether who looks may make templates.
    makes: bool,
    table: Table,
}

/// `GET /desk/reporting`
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let found = portal.linli.report_templates(&signed.actor).await;
    let mut found = found.map_err(trouble)?;
    let today = portal.linli.clock().today();
    // What is due soonest stands first, what is not due any more last.
    found.sort_by_cached_key(|row| (row.ended, due(row, today).unwrap_or(Date::MAX)));
    html(&ListPage {
        makes: scope(&signed.actor, Action::ResidentExport) != Scope::Nothing,
        table: table(&portal, &page, &found, today),
        page,
    })
}

fn table(portal: &Portal, page: &Page, found: &[Row], today: Date) -> Table {
    let rows = found.iter().map(|row| {
        let area = row.area.parse::<AreaPath>().ok();
        let area = area.map(|area| rows::area_name(&portal.linli, &area));
        let columns = row.columns().len();
        vec![
            Cell::link(&row.name, format!("/desk/reporting/{}", row.id)),
            Cell::text(&row.number),
            Cell::text(area.unwrap_or_default()),
            Cell::text(page.t1(&format!("reporting-has-{}", row.about), "columns", columns)),
            Cell::text(page.t(&format!("reporting-period-{}", row.period))),
            when(page, row, today),
        ]
    });
    let keys = [
        "reporting-name",
        "reporting-basis-number",
        "reporting-area",
        "reporting-col-what",
        "reporting-period",
        "reporting-due",
    ];
    Table {
        caption: page.t1("reporting-caption", "count", found.len()),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

fn when(page: &Page, row: &Row, today: Date) -> Cell {
    if row.ended != 0 {
        let tag = Tag::new(page.t("reporting-ended"), Tone::Quiet);
        return Cell::part(Markup::of(&tag));
    }
    match due(row, today) {
        Some(day) => Cell::text(page.date(day)),
        None => Cell::text(page.t("reporting-due-over")),
    }
}

fn due(row: &Row, today: Date) -> Option<Date> {
    let first = row.first_due.parse().ok()?;
    Period::from_code(&row.period)?.next(first, today)
}
