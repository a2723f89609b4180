//! 完整导出: residents with whole names and numbers. One asks, another officer says yes or no, and the
//! file is given once to who asked; each person in it sees who took them and what for.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::exports::{
    Asked, By, Export, Listed, MOST_FULL, Stage, TEMPLATE, Taken, Wish,
};
use linli_community::feature::Problem;
use linli_community::reporting::{Created, Templates, stream};
use linli_community::residents::Filter;
use linli_interop::sheet;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{AccountId, Action};
use uuid::Uuid;

use super::residents::{columns, whole_cells};
use super::{file, on_form, reports, wish};
use crate::Portal;
use crate::desk::fields::{Field, Kind, draw};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{names, rows, trouble};
use crate::residents::filter_words;
use crate::shell::ui::{self, Cell, Column, Markup, Row, SummaryList, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

const LIST: &str = "/desk/residents";

/// `GET /desk/export/whole`: the form that asks for it, of a list or of the table that `template`
/// names.
pub(super) async fn form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let table = reports::template(&portal, &page, &signed).await?;
    shown(page, table.as_ref(), None).show()
}

fn shown(page: Page, table: Option<&(Uuid, Created)>, typed: Option<&Typed>) -> FormPage {
    let lead = page.t1("exports-whole-lead", "most", MOST_FULL);
    let (title, submit) = (page.t("exports-whole-title"), page.t("exports-whole-do"));
    let mut form = match table {
        Some(table) => reports::form_of(page, table, typed),
        None => super::form(page, LIST, typed),
    };
    (form.title, form.lead, form.submit) = (title, lead, submit);
    form
}

/// `POST /desk/export/whole`
pub(super) async fn ask(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let typed = Typed::of(&sent);
    let table = reports::template(&portal, &page, &signed).await?;
    let codes: &[&str] = match table {
        Some(_) => &[TEMPLATE],
        None => &Filter::CODES,
    };
    let wish = wish(&typed, &page.query, codes);
    let call = signed.call(&sent)?;
    match portal.linli.ask_export(call, &wish).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/exports/{}", call.command)).into_response()),
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            let page = page.with_refusals(&refusals);
            shown(page, table.as_ref(), Some(&typed)).show()
        }
        Err(problem) => Err(trouble(problem)),
    }
}

#[derive(Template)]
#[template(path = "exports/templates/list.html")]
struct ListPage {
    page: Page,
    approves: bool,
    waiting: Table,
    mine: Table,
}

/// `GET /desk/exports`: what waits for a yes or no, and what one asked for.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let waiting = portal.linli.exports_waiting(&signed.actor).await?;
    let mine = portal.linli.exports_of(&signed.actor).await?;
    html(&ListPage {
        approves: scope(&signed.actor, Action::ResidentExport) != Scope::Nothing,
        waiting: table(&portal, &page, "exports-waiting", &waiting),
        mine: table(&portal, &page, "exports-mine", &mine),
        page,
    })
}

fn table(portal: &Portal, page: &Page, caption: &str, found: &[Listed]) -> Table {
    let keys = [
        "exports-col-asked",
        "exports-purpose",
        "exports-col-people",
        "exports-col-by",
        "exports-col-stage",
    ];
    let rows = found.iter().map(|one| {
        let role = one.role.map(|role| page.role(role)).unwrap_or_default();
        let area = rows::area_name(&portal.linli, &one.area);
        vec![
            Cell::link(page.when(one.at), format!("/desk/exports/{}", one.id)),
            Cell::text(&one.purpose),
            Cell::text(one.rows.to_string()),
            Cell::text(format!("{area} {role}")),
            Cell::text(page.t(&format!("exports-stage-{}", one.stage))),
        ]
    });
    Table {
        caption: page.t(caption),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

#[derive(Template)]
#[template(path = "exports/templates/one.html")]
struct OnePage {
    page: Page,
    summary: SummaryList,
    reason: Markup,
    /// Whether who looks may say yes or no.
    answers: bool,
    /// Whether who looks may take the file now.
    takes: bool,
    /// Whether who looks asked for it and waits.
    waits: bool,
}

/// `GET /desk/exports/{export}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    html(&one(&portal, page, &signed, id).await?)
}

async fn one(portal: &Portal, page: Page, signed: &Signed, id: Uuid) -> Result<OnePage, Trouble> {
    let found = portal.linli.export(&signed.actor, id).await;
    let export = found.map_err(|problem| match problem {
        Problem::Refused(no) if no.iter().any(|no| no.code == "exports.not-waiting") => {
            Trouble::NotFound
        }
        other => trouble(other),
    })?;
    let own = (export.asked.as_ref()).is_some_and(|(_, by)| by.account == Some(signed.account));
    let stage = export.stage();
    let label = page.t("exports-reason");
    let hint = page.t("exports-reason-hint");
    let reason = Field::new("reason", label, Kind::Line(ui::Kind::Text)).hint(hint);
    Ok(OnePage {
        summary: summary(portal, &page, &export).await?,
        reason: draw(&page, &[reason])
            .into_iter()
            .next()
            .unwrap_or_default(),
        answers: stage == Stage::Asked && !own,
        takes: stage == Stage::Granted && own,
        waits: stage == Stage::Asked && own,
        page,
    })
}

async fn summary(portal: &Portal, page: &Page, export: &Export) -> Result<SummaryList, Trouble> {
    let Some((asked, asked_by)) = &export.asked else {
        return Err(Trouble::NotFound);
    };
    let accounts: Vec<AccountId> = [
        asked_by.account,
        export.answered.as_ref().and_then(|(_, by)| by.account),
    ]
    .into_iter()
    .flatten()
    .collect();
    let names = names(portal, accounts.into_iter()).await?;
    let who = |by: &By| {
        let name = by.account.and_then(|who| names.get(&who).cloned());
        let role = by.role.map(|role| page.role(role)).unwrap_or_default();
        format!("{} {role} · {}", name.unwrap_or_default(), page.when(by.at))
    };
    let areas = portal.linli.areas();
    let area = export
        .area(&areas)
        .map(|area| rows::area_name(&portal.linli, area));
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let stage = page.t(&format!("exports-stage-{}", export.stage().code()));
    let mut list = vec![
        row("exports-col-stage", stage),
        row("exports-purpose", asked.purpose.clone()),
        row("exports-col-area", area.unwrap_or_default()),
        row("exports-col-filter", filtered(portal, page, asked).await?),
        row("exports-col-people", asked.rows.to_string()),
        row(
            "exports-format",
            page.t(&format!("exports-format-{}", asked.format)),
        ),
        row("exports-col-by", who(asked_by)),
    ];
    if let Some((answered, by)) = &export.answered {
        list.push(row("exports-col-answered", who(by)));
        if !answered.reason.is_empty() {
            list.push(row("exports-reason", answered.reason.clone()));
        }
    }
    if let Some((made, by)) = &export.made {
        list.push(row("exports-col-made", page.when(by.at)));
        list.push(row("exports-col-left", made.rows.to_string()));
    }
    Ok(SummaryList { rows: list })
}

/// Whom it is about, in words: the table that is to be filled, or the filter of the list.
async fn filtered(portal: &Portal, page: &Page, asked: &Asked) -> Result<String, Trouble> {
    let template = asked.filter.get(TEMPLATE).and_then(|id| id.parse().ok());
    let Some(id) = template else {
        return Ok(filter_words(portal, page, &asked.filter));
    };
    let template = portal.linli.load::<Templates>(&stream(id)).await?.state;
    let name = template.created.as_ref().map(|(table, _)| &table.name);
    Ok(page.t1("exports-report-of", "name", name.map_or("", |name| name)))
}

/// `POST /desk/exports/{export}`: yes, no, or the file.
pub(super) async fn act(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = signed.call(&sent)?;
    let done = match sent.text("do") {
        "take" => match portal.linli.take_export(call, id).await {
            Ok(taken) => return given(&portal, &page, &signed, &taken),
            Err(problem) => Err(problem),
        },
        verb @ ("grant" | "refuse") => {
            let reason = sent.text("reason");
            let answered = portal
                .linli
                .answer_export(call, id, verb == "grant", reason);
            answered.await
        }
        _ => return Err(Trouble::Unreadable("do")),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/exports/{id}")).into_response()),
        Err(Problem::Refused(refusals)) if on_form(&refusals) => {
            let page = page.with_refusals(&refusals);
            invalid(&one(&portal, page, &signed, id).await?)
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// The file with whole names and numbers.
fn given(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    (wish, taken): &(Wish, Taken),
) -> Result<Response, Trouble> {
    let people = match taken {
        Taken::Residents(people) => people,
        Taken::Report(report) => return reports::given(portal, page, signed, (wish, report)),
    };
    let lines: Vec<Vec<sheet::Cell>> = people
        .iter()
        .map(|one| whole_cells(portal, page, &one.row, &one.resident))
        .collect();
    let mut columns = columns(page, "exports-col-born");
    columns.push(sheet::Column::new(page.t("exports-col-address"), 36));
    let name = page.t("exports-residents");
    let at = portal.linli.clock().now();
    file(page, signed, wish, (&name, at), &columns, &lines)
}
