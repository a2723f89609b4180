//! The log of access: who looked at which resident, when and what for. Residents by id only.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::residents::Look;

use crate::Portal;
use crate::desk::{rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Pagination, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "audit/templates/access.html")]
struct AccessPage {
    page: Page,
    table: Table,
    pages: Pagination,
    empty: bool,
}

/// `GET /desk/access`.
pub(super) async fn looks(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let (at, per) = (page.query.page(), page.query.per_page());
    let found = portal
        .linli
        .looks(&signed.actor, at, per)
        .await
        .map_err(trouble)?;
    let columns = ["when", "who", "subject", "why", "case"];
    let mut total = grouped(found.total);
    if found.more {
        total.push('+');
    }
    html(&AccessPage {
        table: Table {
            caption: page.t1("audit-access-caption", "count", total),
            columns: columns
                .map(|name| Column::new(page.t(&format!("audit-access-{name}"))))
                .to_vec(),
            rows: found
                .rows
                .iter()
                .map(|look| cells(&portal, &page, look))
                .collect(),
            ..Table::default()
        },
        pages: Pagination::new(&page, found.total),
        empty: found.rows.is_empty(),
        page,
    })
}

fn cells(portal: &Portal, page: &Page, look: &Look) -> Vec<Cell> {
    let area = look
        .area
        .as_ref()
        .map(|area| rows::area_name(&portal.linli, area));
    let role = look.role.map(|role| page.role(role));
    let who = match (area, role) {
        (Some(area), Some(role)) => {
            page.ta("audit-actor-post", &[("area", &area), ("role", &role)])
        }
        _ => page.t("audit-actor-system"),
    };
    let why = page.t(&format!("audit-why-{}", look.why.code()));
    vec![
        Cell::text(page.when(look.at)),
        Cell::text(who),
        Cell::text(look.resident.to_string()),
        Cell::text(why),
        Cell::text(look.case.map(|case| case.to_string()).unwrap_or_default()),
    ]
}
