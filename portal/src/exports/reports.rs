//! A table of 统一填报 as a file.

use axum::extract::State;
use axum::response::Response;
use linli_community::exports::{Report, TEMPLATE, Wish};
use linli_community::feature::Problem;
use linli_community::reporting::Created;
use linli_interop::sheet::{Cell, Column};
use uuid::Uuid;

use super::{Sheet, file_of, on_form, wish};
use crate::Portal;
use crate::desk::forms::FormPage;
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::reporting::{columns_of, name, shown};
use crate::shell::ui::Link;
use crate::shell::{Fields, Page, Signed, Trouble};

/// The template that the address names, for who may see it.
pub(super) async fn template(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
) -> Result<Option<(Uuid, Created)>, Trouble> {
    let Some(id) = page.query.get(TEMPLATE) else {
        return Ok(None);
    };
    let id = id.parse::<Uuid>().ok().ok_or(Trouble::NotFound)?;
    let found = portal.linli.report_template(&signed.actor, id).await;
    let found = found.map_err(trouble)?;
    let created = found.created.as_ref().ok_or(Trouble::NotFound)?;
    Ok(Some((id, created.0.clone())))
}

/// The form, with the way back to the table.
pub(super) fn form_of(
    page: Page,
    (id, table): &(Uuid, Created),
    typed: Option<&Typed>,
) -> FormPage {
    let lead = page.t1("exports-report-lead", "name", &table.name);
    let mut form = super::form(page, "/desk/reporting", typed);
    form.back = Link::new(table.name.clone(), format!("/desk/reporting/{id}"));
    form.lead = lead;
    form
}

/// `GET /desk/export/report`
pub(super) async fn form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let found = template(&portal, &page, &signed).await?;
    let found = found.ok_or(Trouble::NotFound)?;
    form_of(page, &found, None).show()
}

/// `POST /desk/export/report`: the file.
pub(super) async fn make(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let found = template(&portal, &page, &signed).await?;
    let found = found.ok_or(Trouble::NotFound)?;
    let typed = Typed::of(&sent);
    let wish = wish(&typed, &page.query, &[TEMPLATE]);
    let call = signed.call(&sent)?;
    match portal.linli.export_report(call, &wish).await {
        Ok(report) => given(&portal, &page, &signed, (&wish, &report)),
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            form_of(page.with_refusals(&refusals), &found, Some(&typed)).show()
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// The file, with the document it rests on above the header.
pub(super) fn given(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    (wish, report): (&Wish, &Report),
) -> Result<Response, Trouble> {
    const WIDTH: u16 = 16;
    let (table, _) = report.template.created.as_ref().ok_or(Trouble::NotFound)?;
    let columns = columns_of(portal, table)?;
    let header: Vec<Column> = columns
        .iter()
        .map(|column| Column::new(name(page, column), WIDTH))
        .collect();
    let lines = report.lines.iter().map(|line| {
        let cells = columns.iter().zip(&line.values);
        let cells = cells.map(|(column, value)| {
            let text = value
                .as_ref()
                .map(|value| shown(portal, page, column, value));
            Cell::text(&text.unwrap_or_default())
        });
        cells.collect()
    });
    let lines: Vec<Vec<Cell>> = lines.collect();
    let basis = &table.basis;
    let facts = [
        ("title", basis.title.as_str()),
        ("number", basis.number.as_str()),
        ("issuer", basis.issuer.as_str()),
    ];
    let title = page.t("exports-report-sheet");
    let sheet = Sheet {
        name: &table.name,
        title: &title,
        above: vec![table.name.clone(), page.ta("exports-report-above", &facts)],
    };
    let at = portal.linli.clock().now();
    file_of(page, signed, (wish, at), sheet, &header, &lines)
}
