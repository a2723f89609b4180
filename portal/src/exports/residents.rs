//! The list of residents as a file.

use axum::extract::State;
use axum::response::Response;
use linli_community::Call;
use linli_community::feature::Problem;
use linli_community::residents::Row;
use linli_interop::sheet::{Cell, Column};

use super::{asked, file, on_form};
use crate::Portal;
use crate::desk::typed::Typed;
use crate::desk::{rows, trouble};
use crate::residents::{FILTERS, filter};
use crate::shell::{Fields, Page, Signed, Trouble};

const LIST: &str = "/desk/residents";

/// `GET /desk/export/residents`
pub(super) async fn form(page: Page) -> Result<Response, Trouble> {
    super::form(page, LIST, None)
}

/// `POST /desk/export/residents`: the file.
pub(super) async fn make(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let typed = Typed::of(&sent);
    let asked = asked(&typed, &page.query, &FILTERS);
    let call = Call {
        command: sent.command().ok_or(Trouble::Unreadable("command"))?,
        actor: &signed.actor,
        expected: None,
    };
    let filter = filter(&page.query);
    match portal.linli.export_residents(call, &filter, &asked).await {
        Ok(found) => {
            let name = page.t("exports-residents");
            let at = portal.linli.clock().now();
            let rows: Vec<Vec<Cell>> = found.iter().map(|row| cells(&portal, &page, row)).collect();
            file(&page, &signed, &asked, (&name, at), &columns(&page), &rows)
        }
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            super::form(page.with_refusals(&refusals), LIST, Some(&typed))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn columns(page: &Page) -> Vec<Column> {
    let own = [("residents-col-name", 12), ("exports-col-number", 22)];
    let rest = [
        ("residents-col-birth", 10),
        ("exports-col-sex", 8),
        ("exports-col-hukou", 16),
        ("residents-col-phone", 16),
        ("exports-col-disability", 14),
        ("exports-col-care", 14),
        ("exports-col-relation", 14),
        ("residents-col-area", 24),
    ];
    let all = own.iter().chain(&rest);
    all.map(|(key, width)| Column::new(page.t(key), *width))
        .collect()
}

/// What the list shows of somebody: masked.
fn cells(portal: &Portal, page: &Page, row: &Row) -> Vec<Cell> {
    let dictionary = portal.linli.catalogue().dictionary();
    let tag = page.lang.tag();
    let code = |field: &str, value: &Option<String>| {
        let name = value
            .as_deref()
            .and_then(|value| dictionary.code_name(field, value));
        Cell::text(name.map_or("", |name| name.in_lang(tag)))
    };
    let relation = row.relation.as_deref();
    let relation = relation.and_then(|value| dictionary.list("relation")?.code(value));
    let text = |value: &Option<String>| Cell::text(value.as_deref().unwrap_or_default());
    let born = row.birth_date.map(|day| day.year().to_string());
    vec![
        Cell::text(&row.name),
        text(&row.id_number),
        text(&born),
        code("person.sex", &row.sex),
        code("person.hukou", &row.hukou),
        text(&row.phone),
        code("person.disability_grade", &row.disability_grade),
        code("person.special_care", &row.special_care),
        Cell::text(relation.map_or("", |code| code.names.in_lang(tag))),
        Cell::text(&rows::area_name(&portal.linli, &row.area)),
    ]
}
