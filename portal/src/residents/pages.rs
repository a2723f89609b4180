//! The list of residents, masked, and finding one for a purpose.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::residents::{Filter, Listed, Purpose, Row, Why};
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};
use linli_units::IdentityNumber;

use super::filter;
use crate::Portal;
use crate::desk::fields::{Field, Kind, draw, refill};
use crate::desk::typed::Typed;
use crate::desk::{rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{self, Cell, Column, Markup, Pagination, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The most people a search lists; whoever searches more widely is asked to be exact.
pub(crate) const MOST_FOUND: u64 = 20;

#[derive(Template)]
#[template(path = "residents/templates/list.html")]
struct ListPage {
    page: Page,
    parts: Vec<Markup>,
    table: Table,
    pages: Markup,
    empty: bool,
    filter: Markup,
    export: String,
    /// Whether whole exports may be asked for.
    whole: bool,
    /// Whether records may be merged.
    merges: bool,
}

/// `GET /desk/residents`: the residents of the post's area, masked, a page at a time.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let filter = filter::filter(&page.query);
    let found = portal
        .linli
        .residents(&signed.actor, &filter)
        .await
        .map_err(trouble)?;
    let mut total = grouped(found.total);
    if found.more {
        total.push('+');
    }
    let caption = page.t1("residents-browse-caption", "count", total);
    let fields = fields(&page);
    html(&ListPage {
        parts: draw(&page, &fields),
        table: table(&portal, &page, caption, &found.rows, "/desk/residents/"),
        pages: Markup::of(&Pagination::new(&page, found.total)),
        empty: found.rows.is_empty(),
        filter: Markup::of(&filter::form(&portal, &page)),
        export: page
            .query
            .here()
            .replacen("/desk/residents", "/desk/export/residents", 1),
        whole: scope(&signed.actor, Action::ResidentRead) != Scope::Nothing,
        merges: scope(&signed.actor, Action::ResidentChange) != Scope::Nothing,
        page,
    })
}

/// `POST /desk/residents`: finds people by name, telephone or identity number; each one found is
/// a look with its purpose.
pub(super) async fn find(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let text = typed.words("text", "desk.search-required");
    let words = typed.words("purpose", "desk.purpose-required");
    let mut fields = fields(&page);
    refill(&mut fields, &typed);
    if let Err(refusals) = typed.into_result(Some(())) {
        let page = page.with_refusals(&refusals);
        return invalid(&ListPage {
            parts: draw(&page, &fields),
            table: Table::default(),
            pages: Markup::default(),
            empty: true,
            filter: Markup::default(),
            export: String::new(),
            whole: false,
            merges: false,
            page,
        });
    }
    let purpose = Purpose {
        why: Why::Other,
        case: None,
        words,
    };
    let found = search(&portal, &signed, &text, &purpose).await?;
    let caption = caption(&page, &found);
    html(&ListPage {
        parts: draw(&page, &fields),
        table: table(&portal, &page, caption, &found.rows, "/desk/residents/"),
        pages: Markup::default(),
        empty: found.rows.is_empty(),
        filter: Markup::default(),
        export: String::new(),
        whole: false,
        merges: false,
        page,
    })
}

/// Finds people in the actor's area. An exact look-up by identity number is recorded as a look at
/// that person; a search by name or telephone as a look at each who is listed.
pub(crate) async fn search(
    portal: &Portal,
    signed: &Signed,
    text: &str,
    purpose: &Purpose,
) -> Result<Listed<Row>, Trouble> {
    let linli = &portal.linli;
    if IdentityNumber::parse(text).is_ok() {
        let found = linli
            .find_resident(&signed.actor, text, purpose)
            .await
            .map_err(trouble)?;
        let rows: Vec<Row> = found.into_iter().collect();
        return Ok(Listed {
            total: rows.len() as u64,
            rows,
            more: false,
        });
    }
    let filter = Filter {
        text: Some(text.to_owned()),
        page: 1,
        size: MOST_FOUND,
        ..Filter::default()
    };
    let found = linli
        .residents(&signed.actor, &filter)
        .await
        .map_err(trouble)?;
    for row in &found.rows {
        linli
            .record_look(&signed.actor, row.id, purpose)
            .await
            .map_err(trouble)?;
    }
    Ok(found)
}

/// How many were found, in words.
pub(crate) fn caption(page: &Page, found: &Listed<Row>) -> String {
    if found.total > found.rows.len() as u64 {
        page.t1("residents-many", "count", found.rows.len())
    } else {
        page.t1("residents-caption", "count", found.rows.len())
    }
}

/// People as rows, masked; the first cell leads to `base` and the id.
pub(crate) fn table(
    portal: &Portal,
    page: &Page,
    caption: String,
    found: &[Row],
    base: &str,
) -> Table {
    let columns = [
        "residents-col-name",
        "residents-col-birth",
        "residents-col-phone",
        "residents-col-area",
    ];
    let row = |row: &Row| {
        let born = row.birth_date.map(|day| day.year().to_string());
        vec![
            Cell::link(&row.name, format!("{base}{}", row.id)),
            Cell::text(born.unwrap_or_default()),
            Cell::text(row.phone.clone().unwrap_or_default()),
            Cell::text(rows::area_name(&portal.linli, &row.area)),
        ]
    };
    Table {
        caption,
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        rows: found.iter().map(row).collect(),
        ..Table::default()
    }
}

fn fields(page: &Page) -> Vec<Field> {
    vec![
        Field::new(
            "text",
            page.t("residents-search"),
            Kind::Line(ui::Kind::Search),
        ),
        Field::new(
            "purpose",
            page.t("residents-purpose"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("residents-purpose-hint")),
    ]
}
