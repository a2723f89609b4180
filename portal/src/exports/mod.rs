//! 导出: a list as a file, exactly as it is filtered and masked, once its purpose is on record; and
//! with whole names and numbers, once a second person has approved it.
//!
//! Paths `/desk/export/residents`, `/desk/export/cases` and `/desk/export/whole`, with the query of
//! the list; `/desk/export/report` for a table of 统一填报; `/desk/exports` for what waits and what was asked for. Who may enter: whoever may see
//! the list; for whole names, whoever may open a record. The file is the answer to the form: there is
//! no address under which it could be fetched again.

mod cases;
mod reports;
mod residents;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::BTreeMap;

use axum::response::Response;
use linli_community::exports::Wish;
use linli_interop::sheet::{Cell, Column, Report, write_csv};
use linli_kernel::{Action, Refusal};

use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::shell::ui::{self, Link};
use crate::shell::{Access, Page, Query, Routes, Signed, Trouble, download};

/// The routes of exports.
#[must_use]
pub(crate) fn routes() -> Routes {
    const LIST: Access = Access::Gate(Action::ResidentList);
    const READ: Access = Access::Gate(Action::CaseWork);
    const WHOLE: Access = Access::Gate(Action::ResidentRead);
    Routes::new()
        .get("/desk/export/residents", LIST, residents::form)
        .post("/desk/export/residents", LIST, residents::make)
        .get("/desk/export/cases", READ, cases::form)
        .post("/desk/export/cases", READ, cases::make)
        .get("/desk/export/report", WHOLE, reports::form)
        .post("/desk/export/report", WHOLE, reports::make)
        .get("/desk/export/whole", WHOLE, whole::form)
        .post("/desk/export/whole", WHOLE, whole::ask)
        .get("/desk/exports", WHOLE, whole::list)
        .get("/desk/exports/{export}", WHOLE, whole::show)
        .post("/desk/exports/{export}", WHOLE, whole::act)
}

fn fields(page: &Page) -> Vec<Field> {
    let formats = ["xlsx", "csv"]
        .map(|one| Choice::new(one, page.t(&format!("exports-format-{one}"))))
        .to_vec();
    vec![
        Field::new(
            "purpose",
            page.t("exports-purpose"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("exports-purpose-hint")),
        Field::new("format", page.t("exports-format"), Kind::Radios(formats)).preset("xlsx"),
    ]
}

/// The form that asks what for; `list` is the way back, with its filter.
fn form(page: Page, list: &str, typed: Option<&Typed>) -> FormPage {
    let mut fields = fields(&page);
    if let Some(typed) = typed {
        refill(&mut fields, typed);
    }
    let here = page.query.here();
    let query = here.split_once('?').map(|(_, query)| format!("?{query}"));
    let back = format!("{list}{}", query.unwrap_or_default());
    let title = page.t("exports-title");
    let lead = page.t("exports-lead");
    let submit = page.t("exports-do");
    let back = Link::new(page.t("exports-back"), back);
    FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(&fields)
}

/// What is wished for, with those parts of the list's query that are codes.
fn wish(typed: &Typed, query: &Query, codes: &[&str]) -> Wish {
    let filter: BTreeMap<String, String> = codes
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), query.get(name)?.to_owned())))
        .collect();
    Wish {
        filter,
        purpose: typed.get("purpose").to_owned(),
        format: match typed.get("format") {
            "csv" => "csv".to_owned(),
            _ => "xlsx".to_owned(),
        },
    }
}

/// Whether a refusal belongs on the form.
fn on_form(refusals: &[Refusal]) -> bool {
    refusals.iter().all(|no| no.code.starts_with("exports."))
}

/// The file of a list, called as the list is.
fn file(
    page: &Page,
    signed: &Signed,
    wish: &Wish,
    (name, at): (&str, jiff::Timestamp),
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<Response, Trouble> {
    let sheet = Sheet {
        name,
        title: name,
        above: Vec::new(),
    };
    file_of(page, signed, (wish, at), sheet, columns, rows)
}

/// What a file and its sheet are called, and what stands above the header.
struct Sheet<'a> {
    name: &'a str,
    title: &'a str,
    above: Vec<String>,
}

/// The file: in a workbook its purpose, its taker and its time stand above the header.
fn file_of(
    page: &Page,
    signed: &Signed,
    (wish, at): (&Wish, jiff::Timestamp),
    sheet: Sheet<'_>,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<Response, Trouble> {
    let Sheet {
        name,
        title,
        mut above,
    } = sheet;
    if wish.format == "csv" {
        let header: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
        let bytes = write_csv(&header, rows.iter().map(Vec::as_slice))?;
        return Ok(download::file(&format!("{name}.csv"), bytes));
    }
    let post = signed
        .held()
        .map(|held| page.post(held))
        .unwrap_or_default();
    let when = page.when(at);
    let facts = [
        ("purpose", wish.purpose.trim()),
        ("who", post.as_str()),
        ("when", when.as_str()),
    ];
    above.push(page.ta("exports-above", &facts));
    let mut report = Report::new(title, &above, columns)?;
    for row in rows {
        report.row(row)?;
    }
    Ok(download::file(&format!("{name}.xlsx"), report.finish()?))
}
