//! The second step: what each column holds. Guessed, shown with why, corrected, remembered.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::ledgers::{Layout, Meaning, Why};
use linli_community::residents::{FieldId, FieldType};
use linli_kernel::Refusal;
use uuid::Uuid;

use super::report::TEMPLATE;
use super::work::{Opened, Work, opened};
use crate::Portal;
use crate::desk::fields::{self, Field, Kind, draw};
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::shell::ui::{self, Cell, Choice, Column, Markup, Select, Table, Tag, Tone};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// So many rows are read to show what columns hold.
const SHOWN: usize = 120;
/// So many cells of each column are shown.
const SAMPLES: usize = 3;

#[derive(Template)]
#[template(path = "ledgers/templates/columns.html")]
struct ColumnsPage {
    page: Page,
    id: Uuid,
    name: String,
    above: Vec<Markup>,
    columns: Table,
    below: Vec<Markup>,
}

/// `GET /desk/import/{upload}`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let file = opened(&portal, &signed, id, Some(SHOWN)).await?;
    html(&view(&portal, page, id, &file))
}

fn view(portal: &Portal, page: Page, id: Uuid, file: &Opened) -> ColumnsPage {
    let work = &file.work;
    let tag = page.lang.tag();
    let dictionary = portal.linli.catalogue().dictionary();
    let offices = dictionary
        .offices()
        .map(|one| fields::Choice::new(&one.id, one.names.in_lang(tag)));
    let mut above = Vec::new();
    if file.table.names.len() > 1 {
        let names = file.table.names.iter();
        let names = names.map(|name| fields::Choice::new(name, name.clone()));
        let kind = Kind::Select(names.collect());
        above.push(Field::new("sheet", page.t("ledgers-sheet"), kind).preset(&*file.table.name));
    }
    let levels = ["0", "1", "2"]
        .map(|n| fields::Choice::new(n, page.t(&format!("ledgers-levels-{n}"))))
        .to_vec();
    above.push(
        Field::new(
            "header",
            page.t("ledgers-header"),
            Kind::Line(ui::Kind::Digits),
        )
        .hint(page.t("ledgers-header-hint"))
        .preset((file.layout.header + 1).to_string()),
    );
    above.push(
        Field::new("levels", page.t("ledgers-levels"), Kind::Select(levels))
            .preset(file.layout.levels.to_string()),
    );
    let below = vec![
        Field::new(
            "source",
            page.t("ledgers-source"),
            Kind::Select(offices.collect()),
        )
        .preset(work.source.clone()),
        Field::new("as_of", page.t("ledgers-as-of"), Kind::Date)
            .hint(page.t("ledgers-as-of-hint"))
            .preset(work.as_of.to_string()),
    ];
    ColumnsPage {
        id,
        name: file.upload.name.clone(),
        above: draw(&page, &above),
        columns: columns(portal, &page, file),
        below: draw(&page, &below),
        page,
    }
}

fn columns(portal: &Portal, page: &Page, file: &Opened) -> Table {
    let heads = [
        "ledgers-col-header",
        "ledgers-col-samples",
        "ledgers-col-meaning",
        "ledgers-col-why",
    ];
    let choices = meanings(portal, page);
    let row = |(at, column): (usize, &linli_community::ledgers::Found)| {
        let header = match column.header.is_empty() {
            true => page.t1("ledgers-column", "n", at + 1),
            false => column.header.clone(),
        };
        let select = Select {
            name: format!("column-{at}"),
            label: page.t1("ledgers-holds", "header", &header),
            choices: choices
                .iter()
                .map(|one| one.clone().chosen_if(&column.meaning.to_string()))
                .collect(),
            ..Select::default()
        };
        let tone = match column.why {
            Why::Said | Why::Remembered | Why::Known => Tone::Done,
            Why::Alike | Why::Content => Tone::Wait,
            Why::Twice | Why::Unknown => Tone::Quiet,
        };
        let why = page.t(&format!("ledgers-why-{}", column.why.code()));
        vec![
            Cell::text(header),
            Cell::text(samples(file, at)),
            Cell::part(Markup::of(&select)),
            Cell::part(Markup::of(&Tag::new(why, tone))),
        ]
    };
    Table {
        caption: page.t1(
            "ledgers-columns-caption",
            "count",
            file.layout.columns.len(),
        ),
        columns: heads.map(|key| Column::new(page.t(key))).to_vec(),
        rows: file.layout.columns.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

fn samples(file: &Opened, at: usize) -> String {
    let rows = file.table.rows.iter().skip(file.layout.first());
    let cells = rows
        .filter_map(|row| row.get(at))
        .map(linli_interop::sheet::Cell::shown);
    let cells = cells.filter(|text| !text.is_empty()).take(SAMPLES);
    let short = |text: String| match text.chars().count() > 24 {
        true => text.chars().take(23).chain(['…']).collect(),
        false => text,
    };
    cells.map(short).collect::<Vec<String>>().join("；")
}

/// What a column can hold, the usual things first.
fn meanings(portal: &Portal, page: &Page) -> Vec<Choice> {
    let dictionary = portal.linli.catalogue().dictionary();
    let named = |meaning: &str| {
        let name = dictionary.field(meaning).map_or_else(
            || page.t(&format!("ledgers-meaning-{meaning}")),
            |field| field.names.in_lang(page.lang.tag()).to_owned(),
        );
        Choice::new(meaning, name)
    };
    let mut choices = vec![named("ignored")];
    choices.extend(TEMPLATE.iter().map(|meaning| named(meaning)));
    let others = dictionary
        .fields()
        .filter(|field| field.kind != FieldType::Members && !TEMPLATE.contains(&field.id.as_str()));
    choices.extend(others.map(|field| named(field.id.as_str())));
    choices
}

/// `POST /desk/import/{upload}`: keeps what was chosen; on to the preview, or back here when the
/// header lies elsewhere and everything is guessed anew.
pub(super) async fn say(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut file = opened(&portal, &signed, id, Some(SHOWN)).await?;
    let mut typed = Typed::of(&sent);
    let work = match chosen(&file, &mut typed, &portal) {
        Chosen::Anew(work) => {
            keep(&portal, &signed, id, &work).await?;
            return Ok(Redirect::to(&format!("/desk/import/{id}")).into_response());
        }
        Chosen::Columns(work) => work,
    };
    keep(&portal, &signed, id, &work).await?;
    for (at, meaning) in &work.said {
        file.layout.say(*at, meaning);
    }
    file.work = work;
    let name = Meaning::Field(FieldId::known("person.name"));
    let mut refusals = typed.into_result(Some(())).err().unwrap_or_default();
    if file.layout.column(&name).is_none() {
        refusals.push(Refusal::new("ledgers.no-name-column"));
    }
    if !refusals.is_empty() {
        let page = page.with_refusals(&refusals);
        return invalid(&view(&portal, page, id, &file));
    }
    let memorable = file.layout.memorable();
    let area = file.upload.area.clone();
    let remembered = portal
        .linli
        .remember_columns(&signed.actor, &area, memorable);
    remembered.await.map_err(trouble)?;
    Ok(Redirect::to(&format!("/desk/import/{id}/preview")).into_response())
}

enum Chosen {
    /// Another sheet or header: everything is guessed anew.
    Anew(Work),
    /// What the columns hold.
    Columns(Work),
}

fn chosen(file: &Opened, typed: &mut Typed, portal: &Portal) -> Chosen {
    let mut work = file.work.clone();
    let sheet = typed.get("sheet").to_owned();
    let header = typed.get("header").parse::<usize>().unwrap_or(1).max(1) - 1;
    let levels = typed.get("levels").parse::<usize>().unwrap_or(1).min(2);
    let other_sheet = !sheet.is_empty() && sheet != file.table.name;
    if other_sheet {
        work.sheet = Some(sheet);
        work.header = None;
        work.said = BTreeMap::new();
        return Chosen::Anew(work);
    }
    if (header, levels) != (file.layout.header, file.layout.levels) {
        work.header = Some((header.min(file.table.rows.len()), levels));
        work.said = BTreeMap::new();
        return Chosen::Anew(work);
    }
    typed.get("source").clone_into(&mut work.source);
    work.as_of = typed.date("as_of");
    if work.as_of > portal.linli.clock().today() {
        typed.refuse(Refusal::new("residents.date-in-future").on("as_of"));
    }
    work.said.extend(said(&file.layout, typed));
    Chosen::Columns(work)
}

/// What was said of the columns, as far as it differs from what was shown.
fn said(layout: &Layout, typed: &Typed) -> BTreeMap<usize, Meaning> {
    let columns = layout.columns.iter().enumerate();
    columns
        .filter_map(|(at, column)| {
            let meaning: Meaning = typed.get(&format!("column-{at}")).parse().ok()?;
            (meaning != column.meaning).then_some((at, meaning))
        })
        .collect()
}

async fn keep(portal: &Portal, signed: &Signed, id: Uuid, work: &Work) -> Result<(), Trouble> {
    let work = serde_json::to_value(work).unwrap_or_default();
    Ok(portal
        .desk
        .work_on_upload(id, signed.account, &work)
        .await?)
}
