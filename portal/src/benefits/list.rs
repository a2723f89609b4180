//! 待遇台账: the awards of the reader's area, filtered.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::benefits::{Row, Sought, Standing};
use linli_kernel::AreaPath;

use super::words;
use crate::Portal;
use crate::desk::{rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{
    self, Cell, Choice, Column, Input, Link, Markup, Pagination, Select, Table,
};
use crate::shell::{Page, Query, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "benefits/templates/list.html")]
struct ListPage {
    page: Page,
    filter: ui::Filter,
    notes: Vec<(String, String)>,
    table: Table,
    pages: Pagination,
}

/// `GET /desk/benefits`
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let sought = sought(&page.query);
    let linli = &portal.linli;
    let found = linli
        .awards(&signed.actor, &sought)
        .await
        .map_err(trouble)?;
    let over = linli
        .award_overview(&signed.actor, &sought)
        .await
        .map_err(trouble)?;
    let mut table = Vec::new();
    for row in &found {
        table.push(cells(&portal, &page, row).await?);
    }
    let keys = [
        "benefits-col-number",
        "benefits-col-who",
        "benefits-col-what",
        "benefits-col-where",
        "benefits-col-rate",
        "benefits-col-standing",
        "benefits-col-next",
    ];
    let mut notes = Vec::new();
    if over.reviews > 0 {
        let said = page.t1("benefits-reviews-open", "n", over.reviews);
        notes.push((said, "/desk/benefits?review=yes".to_owned()));
    }
    if over.unpayable > 0 {
        notes.push((
            page.t1("benefits-unpayable", "n", over.unpayable),
            String::new(),
        ));
    }
    html(&ListPage {
        filter: filter(&portal, &page, &signed),
        notes,
        table: Table {
            caption: page.t1("benefits-caption", "n", grouped(over.found)),
            columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
            rows: table,
            ..Table::default()
        },
        pages: Pagination::new(&page, over.found),
        page,
    })
}

fn sought(query: &Query) -> Sought {
    Sought {
        area: query.get("area").and_then(|area| area.parse().ok()),
        service: query.get("service").map(str::to_owned),
        standing: query.get("standing").and_then(Standing::from_code),
        in_review: query.get("review") == Some("yes"),
        number: query.get("q").map(linli_units::digits::compact),
        page: query.page(),
        size: query.per_page(),
    }
}

async fn cells(portal: &Portal, page: &Page, row: &Row) -> Result<Vec<Cell>, Trouble> {
    let id = row.id().map(|id| id.to_string()).unwrap_or_default();
    let area = row.area().map(|area| rows::area_name(&portal.linli, &area));
    let (next, class) = next(page, portal, row);
    Ok(vec![
        Cell::link(rows::spoken(&row.number), format!("/desk/benefits/{id}")),
        Cell::text(words::name(portal, row.resident()).await?),
        Cell::text(words::service(portal, page, &row.service)),
        Cell::text(area.unwrap_or_default()),
        Cell::text(
            row.amount_fen
                .map(|fen| page.money(fen))
                .unwrap_or_default(),
        )
        .class("is-num"),
        Cell::part(Markup::of(&words::standing(page, row.standing()))),
        Cell::text(next).class(class),
    ])
}

/// What comes next: an open review with its day, a missing account, the next look.
fn next(page: &Page, portal: &Portal, row: &Row) -> (String, &'static str) {
    let today = portal.linli.clock().today();
    if let (Some(why), Some(due)) = (&row.review, row.review_due()) {
        let why = page.t(&format!("benefits-review-{why}"));
        let day = page.date(due);
        let said = page.ta("benefits-next-review", &[("why", &why), ("day", &day)]);
        return (said, if due < today { "is-late" } else { "is-soon" });
    }
    if row.standing() == Standing::Running && !row.is_payable() {
        return (page.t("benefits-next-account"), "is-late");
    }
    match row
        .review_on()
        .filter(|_| row.standing() != Standing::Stopped)
    {
        Some(day) => (page.t1("benefits-next-look", "day", page.date(day)), ""),
        None => (String::new(), ""),
    }
}

fn filter(portal: &Portal, page: &Page, signed: &Signed) -> ui::Filter {
    let query = &page.query;
    let selects = [
        ("service", services(portal, page)),
        ("standing", standings(page)),
        ("area", areas(portal, signed)),
        (
            "review",
            vec![Choice::new("yes", page.t("benefits-filter-review-yes"))],
        ),
    ];
    let mut fields = vec![Markup::of(&Input {
        name: "q".to_owned(),
        label: page.t("benefits-filter-number"),
        value: query.get("q").unwrap_or_default().to_owned(),
        kind: ui::Kind::Search,
        ..Input::default()
    })];
    let mut chips = Vec::new();
    for (name, choices) in selects {
        let chosen = query.get(name).unwrap_or_default();
        if let Some(one) = choices.iter().find(|one| one.value == chosen) {
            chips.push(ui::Chip {
                text: one.text.clone(),
                href: query.without(name),
            });
        }
        let mut all = vec![Choice::new("", page.t("cases-filter-all"))];
        all.extend(choices);
        fields.push(Markup::of(&Select {
            name: name.to_owned(),
            label: page.t(&format!("benefits-filter-{name}")),
            choices: all.into_iter().map(|one| one.chosen_if(chosen)).collect(),
            ..Select::default()
        }));
    }
    ui::Filter {
        action: "/desk/benefits".to_owned(),
        label: page.t("benefits-filter"),
        fields,
        kept: query
            .get("per")
            .map(|per| ("per".to_owned(), per.to_owned()))
            .into_iter()
            .collect(),
        button: page.t("cases-filter-go"),
        clear: (chips.len() > 1).then(|| Link::new(page.t("cases-filter-clear"), "/desk/benefits")),
        chips,
        remove: page.t("filter-remove"),
    }
}

/// The services that pay something.
fn services(portal: &Portal, page: &Page) -> Vec<Choice> {
    let today = portal.linli.clock().today();
    let services = portal.linli.catalogue().services_on(today);
    services
        .filter(|one| {
            one.decision
                .results
                .iter()
                .any(|result| result.pays.is_some())
        })
        .map(|one| Choice::new(&one.id, one.names.in_lang(page.lang.tag())))
        .collect()
}

fn standings(page: &Page) -> Vec<Choice> {
    let name = |one: Standing| page.t(&format!("benefits-standing-{}", one.code()));
    Standing::ALL
        .map(|one| Choice::new(one.code(), name(one)))
        .to_vec()
}

/// The areas directly below the post's own.
fn areas(portal: &Portal, signed: &Signed) -> Vec<Choice> {
    let own: Option<&AreaPath> = signed.actor.post.as_ref().map(|post| &post.area);
    let tree = portal.linli.areas();
    own.map(|own| {
        tree.children(own)
            .map(|area| Choice::new(area.path().as_str(), area.name()))
            .collect()
    })
    .unwrap_or_default()
}
