//! 发放名册: the rolls of the reader's area by month, and making one.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::benefits::Month;
use linli_community::benefits::roll::Row;
use linli_community::feature::Problem;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, AreaPath};
use tower_sessions::Session;

use super::words;
use crate::Portal;
use crate::desk::{looks, rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Choice, Column, Markup, Select, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "benefits/templates/rolls.html")]
struct RollsPage {
    page: Page,
    table: Table,
    /// The form to make one, for whoever may.
    make: Option<Markup>,
}

/// `GET /desk/rolls`
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    html(&view(&portal, page, &signed).await?)
}

async fn view(portal: &Portal, page: Page, signed: &Signed) -> Result<RollsPage, Trouble> {
    let found = portal
        .linli
        .rolls(&signed.actor, page.query.page())
        .await
        .map_err(trouble)?;
    let keys = [
        "rolls-col-period",
        "rolls-col-street",
        "rolls-col-stage",
        "rolls-col-lines",
        "rolls-col-sum",
        "rolls-col-bad",
    ];
    Ok(RollsPage {
        table: Table {
            caption: page.t1("rolls-caption", "n", found.len()),
            columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
            rows: found.iter().map(|row| cells(portal, &page, row)).collect(),
            ..Table::default()
        },
        make: street(signed).map(|_| periods(portal, &page)),
        page,
    })
}

fn cells(portal: &Portal, page: &Page, row: &Row) -> Vec<Cell> {
    let period = row
        .period()
        .map(|one| words::month(page, one))
        .unwrap_or_default();
    let area = row.area().map(|area| rows::area_name(&portal.linli, &area));
    let lines = grouped(u64::try_from(row.lines).unwrap_or(0));
    vec![
        Cell::link(period, format!("/desk/rolls/{}", row.id)),
        Cell::text(area.unwrap_or_default()),
        Cell::part(Markup::of(&words::stage(page, row.stage()))),
        Cell::text(lines).class("is-num"),
        Cell::text(page.money(row.gross_fen - row.deduct_fen)).class("is-num"),
        Cell::text(if row.bad > 0 {
            row.bad.to_string()
        } else {
            String::new()
        })
        .class(if row.bad > 0 { "is-late" } else { "" }),
    ]
}

/// The street for which the reader may make rolls.
fn street(signed: &Signed) -> Option<AreaPath> {
    match scope(&signed.actor, Action::RollMake) {
        Scope::Area(area) => Some(area),
        Scope::Own(_) | Scope::Nothing => None,
    }
}

/// This month, the next, and the one before.
fn periods(portal: &Portal, page: &Page) -> Markup {
    let this = Month::of(portal.linli.clock().today());
    let months = [0, 1, -1].map(|by| this.plus(by));
    Markup::of(&Select {
        name: "period".to_owned(),
        label: page.t("rolls-period"),
        error: page.problem_of("period").to_owned(),
        choices: months
            .iter()
            .map(|one| Choice::new(one.to_string(), words::month(page, *one)))
            .collect(),
        ..Select::default()
    })
}

/// `POST /desk/rolls`: makes the roll of a month, anew where it was made before.
pub(super) async fn make(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let street = street(&signed)
        .ok_or_else(|| Trouble::Forbidden(linli_kernel::Refusal::new("gate.role")))?;
    let period: Month = sent
        .text("period")
        .parse()
        .map_err(|_no_month| Trouble::Unreadable("form"))?;
    let call = signed.call(&sent)?;
    match Box::pin(portal.linli.make_roll(call, &street, period)).await {
        Ok(done) => {
            looks::flash(&session, "rolls-made", &[]).await?;
            let id = done.state.id().unwrap_or_default();
            Ok(Redirect::to(&format!("/desk/rolls/{id}")).into_response())
        }
        Err(Problem::Refused(refusals))
            if !refusals.iter().any(|no| no.code.starts_with("gate.")) =>
        {
            let page = page.with_refusals(&refusals);
            invalid(&view(&portal, page, &signed).await?)
        }
        Err(problem) => Err(trouble(problem)),
    }
}
