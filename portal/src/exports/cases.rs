//! The list of cases as a file.

use axum::extract::State;
use axum::response::Response;
use linli_community::cases::Row;
use linli_community::feature::Problem;
use linli_community::residents::mask;
use linli_interop::sheet::{Cell, Column};
use linli_kernel::clock::shanghai_date;

use super::{file, on_form, wish};
use crate::Portal;
use crate::cases::list::filter;
use crate::desk::typed::Typed;
use crate::desk::{rows, trouble};
use crate::shell::{Fields, Page, Signed, Trouble};

const LIST: &str = "/desk/cases";

/// The parts of the list's query that are codes: what somebody typed is not kept.
const CODES: [&str; 10] = [
    "service", "phase", "open", "channel", "area", "overdue", "desk", "due", "returned", "waiting",
];

/// `GET /desk/export/cases`
pub(super) async fn form(page: Page) -> Result<Response, Trouble> {
    super::form(page, LIST, None).show()
}

/// `POST /desk/export/cases`: the file.
pub(super) async fn make(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let typed = Typed::of(&sent);
    let wish = wish(&typed, &page.query, &CODES);
    let call = signed.call(&sent)?;
    let filter = filter(&portal, &page.query, &signed);
    match portal.linli.export_cases(call, &filter, &wish).await {
        Ok(found) => {
            let name = page.t("exports-cases");
            let at = portal.linli.clock().now();
            let rows: Vec<Vec<Cell>> = found.iter().map(|row| cells(&portal, &page, row)).collect();
            file(&page, &signed, &wish, (&name, at), &columns(&page), &rows)
        }
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            super::form(page.with_refusals(&refusals), LIST, Some(&typed)).show()
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn columns(page: &Page) -> Vec<Column> {
    let all = [
        ("exports-col-case", 20),
        ("exports-col-service", 24),
        ("residents-col-name", 12),
        ("exports-col-phase", 14),
        ("exports-col-submitted", 14),
        ("exports-col-promised", 14),
        ("residents-col-area", 24),
    ];
    all.map(|(key, width)| Column::new(page.t(key), width))
        .to_vec()
}

fn cells(portal: &Portal, page: &Page, row: &Row) -> Vec<Cell> {
    let submitted = shanghai_date(row.submitted_at);
    let service = portal
        .linli
        .service(&row.service, row.version, &row.area, submitted);
    let service = service.map_or_else(String::new, |service| {
        service.names.in_lang(page.lang.tag()).to_owned()
    });
    let promised = row.result_by.map(|day| day.to_string());
    vec![
        Cell::text(&row.number),
        Cell::text(&service),
        Cell::text(&mask::name(&row.name)),
        Cell::text(&rows::phase_name(page, row.phase)),
        Cell::text(&submitted.to_string()),
        Cell::text(promised.as_deref().unwrap_or_default()),
        Cell::text(&rows::area_name(&portal.linli, &row.area)),
    ]
}
