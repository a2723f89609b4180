//! The list of residents as a file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::feature::Problem;
use linli_community::residents::{Filter, Resident, Row};
use linli_interop::sheet::{Cell, Column};
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};

use super::{file, on_form, wish};
use crate::Portal;
use crate::desk::typed::Typed;
use crate::desk::{rows, trouble};
use crate::residents::filter;
use crate::shell::ui::Markup;
use crate::shell::{Fields, Page, Signed, Trouble};

const LIST: &str = "/desk/residents";

/// The way to whole names and numbers.
#[derive(Template)]
#[template(path = "exports/templates/whole-link.html")]
struct WholeLink<'a> {
    page: &'a Page,
    href: String,
}

/// `GET /desk/export/residents`
pub(super) async fn form(page: Page, signed: Signed) -> Result<Response, Trouble> {
    let may = scope(&signed.actor, Action::ResidentRead) != Scope::Nothing;
    let href = page
        .query
        .here()
        .replacen("/desk/export/residents", "/desk/export/whole", 1);
    let link = may.then(|| Markup::of(&WholeLink { page: &page, href }));
    let mut form = super::form(page, LIST, None);
    form.below = link.unwrap_or_default();
    form.show()
}

/// `POST /desk/export/residents`: the file.
pub(super) async fn make(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let typed = Typed::of(&sent);
    let wish = wish(&typed, &page.query, &Filter::CODES);
    let call = signed.call(&sent)?;
    let filter = filter(&page.query);
    match portal.linli.export_residents(call, &filter, &wish).await {
        Ok(found) => {
            let name = page.t("exports-residents");
            let at = portal.linli.clock().now();
            let rows: Vec<Vec<Cell>> = found.iter().map(|row| cells(&portal, &page, row)).collect();
            file(
                &page,
                &signed,
                &wish,
                (&name, at),
                &columns(&page, "residents-col-birth"),
                &rows,
            )
        }
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            super::form(page.with_refusals(&refusals), LIST, Some(&typed)).show()
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// The columns; `born` is what the third one is called: a year, or in a whole export a day.
pub(super) fn columns(page: &Page, born: &str) -> Vec<Column> {
    let own = [("residents-col-name", 12), ("exports-col-number", 22)];
    let rest = [
        (born, 12),
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
    let born = row.birth_date.map(|day| day.year().to_string());
    let shown = Shown {
        name: &row.name,
        id_number: row.id_number.as_deref(),
        born: born.as_deref(),
        phone: row.phone.as_deref(),
    };
    line(portal, page, row, &shown)
}

/// What was approved to be shown of somebody: whole.
pub(super) fn whole_cells(
    portal: &Portal,
    page: &Page,
    row: &Row,
    resident: &Resident,
) -> Vec<Cell> {
    let shown = Shown {
        name: resident.text("person.name").unwrap_or_default(),
        id_number: resident.text("person.id_number"),
        born: resident.text("person.birth_date"),
        phone: resident.text("person.phone"),
    };
    let mut cells = line(portal, page, row, &shown);
    let address = resident.text("person.address").unwrap_or_default();
    cells.push(Cell::text(address));
    cells
}

/// Those parts of a line that are masked or whole.
struct Shown<'a> {
    name: &'a str,
    id_number: Option<&'a str>,
    born: Option<&'a str>,
    phone: Option<&'a str>,
}

fn line(portal: &Portal, page: &Page, row: &Row, shown: &Shown<'_>) -> Vec<Cell> {
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
    let text = |value: Option<&str>| Cell::text(value.unwrap_or_default());
    vec![
        Cell::text(shown.name),
        text(shown.id_number),
        text(shown.born),
        code("person.sex", &row.sex),
        code("person.hukou", &row.hukou),
        text(shown.phone),
        code("person.disability_grade", &row.disability_grade),
        code("person.special_care", &row.special_care),
        Cell::text(relation.map_or("", |code| code.names.in_lang(tag))),
        Cell::text(&rows::area_name(&portal.linli, &row.area)),
    ]
}
