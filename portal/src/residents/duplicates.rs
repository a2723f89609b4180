//! 疑似重复: pairs of records in an area that may be of one person, the likeliest first, masked.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::residents::{Pair, Row, Weights};
use linli_kernel::{AreaPath, Refusal, ResidentId};

use super::words;
use crate::Portal;
use crate::desk::{rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{self, Cell, Choice, Column, Markup, Pagination, Select, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "residents/templates/duplicates.html")]
struct DuplicatesPage {
    page: Page,
    filter: Markup,
    table: Table,
    pages: Pagination,
    note: String,
}

/// `GET /desk/residents/duplicates`.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let own = signed.actor.post.as_ref().map(|post| post.area.clone());
    let chosen = page.query.get("area").and_then(|area| area.parse().ok());
    let area: AreaPath = chosen.or(own).ok_or_else(|| Refusal::new("gate.role"))?;
    let pairs = portal.linli.duplicates(&signed.actor, &area).await;
    let pairs = pairs.map_err(trouble)?;
    let total = pairs.len() as u64;
    let skip = (page.query.page().saturating_sub(1)).saturating_mul(page.query.per_page());
    let shown: Vec<Pair> = pairs
        .into_iter()
        .skip(usize::try_from(skip).unwrap_or(usize::MAX))
        .take(usize::try_from(page.query.per_page()).unwrap_or(usize::MAX))
        .collect();
    let weights = Weights::built_in()?;
    html(&DuplicatesPage {
        filter: filter(&portal, &page, &signed),
        table: table(&portal, &page, &signed, (&shown, total)).await?,
        pages: Pagination::new(&page, total),
        note: page.pick(&weights.note.zh, &weights.note.en).to_owned(),
        page,
    })
}

async fn table(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    (pairs, total): (&[Pair], u64),
) -> Result<Table, Trouble> {
    let ids: Vec<ResidentId> = pairs
        .iter()
        .flat_map(|one| [one.first, one.second])
        .collect();
    let found = portal.linli.listable(&signed.actor, &ids).await?;
    let known: HashMap<ResidentId, Row> = found.into_iter().map(|row| (row.id, row)).collect();
    let columns = [
        "residents-same-first",
        "residents-same-second",
        "residents-col-birth",
        "residents-col-area",
        "residents-same-why",
    ];
    let cells = |pair: &Pair| {
        let (one, other) = (known.get(&pair.first)?, known.get(&pair.second)?);
        let born = |row: &Row| row.birth_date.map(|day| day.year().to_string());
        let areas = [one, other].map(|row| rows::area_name(&portal.linli, &row.area));
        Some(vec![
            Cell::link(
                &one.name,
                format!("/desk/residents/{}/beside/{}", pair.first, pair.second),
            ),
            Cell::text(&other.name),
            Cell::text(either(page, born(one), born(other))),
            Cell::text(either(page, Some(areas[0].clone()), Some(areas[1].clone()))),
            Cell::text(words::reasons(page, &pair.likeness)),
        ])
    };
    Ok(Table {
        caption: page.t1("residents-same-caption", "count", grouped(total)),
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        rows: pairs.iter().filter_map(cells).collect(),
        ..Table::default()
    })
}

/// One value where both have the same, else both.
fn either(page: &Page, one: Option<String>, other: Option<String>) -> String {
    let unknown = || page.t("residents-unknown");
    match one == other {
        true => one.unwrap_or_else(unknown),
        false => format!(
            "{} / {}",
            one.unwrap_or_else(unknown),
            other.unwrap_or_else(unknown)
        ),
    }
}

/// The areas directly below the post's own.
fn filter(portal: &Portal, page: &Page, signed: &Signed) -> Markup {
    let tree = portal.linli.areas();
    let own = signed.actor.post.as_ref().map(|post| &post.area);
    let below: Vec<Choice> = own
        .into_iter()
        .flat_map(|own| tree.children(own))
        .map(|area| Choice::new(area.path().as_str(), area.name()))
        .collect();
    if below.is_empty() {
        return Markup::default();
    }
    let mut choices = vec![Choice::new("", page.t("residents-same-all"))];
    choices.extend(below);
    let chosen = page.query.get("area").unwrap_or_default();
    Markup::of(&ui::Filter {
        action: "/desk/residents/duplicates".to_owned(),
        label: page.t("residents-same-filter"),
        fields: vec![Markup::of(&Select {
            name: "area".to_owned(),
            label: page.t("residents-col-area"),
            choices: choices
                .into_iter()
                .map(|one| one.chosen_if(chosen))
                .collect(),
            ..Select::default()
        })],
        button: page.t("residents-filter-go"),
        remove: page.t("filter-remove"),
        ..ui::Filter::default()
    })
}
