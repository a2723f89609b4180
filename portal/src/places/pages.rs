//! One area: what lies in it, what it was called and where it belonged, what has ended.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use linli_community::places::{Area, AreaTree};
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};

use super::change;
use crate::Portal;
use crate::shell::ui::{Breadcrumbs, Cell, Column, Link, Row, SummaryList, Table};
use crate::shell::{Page, Signed, Trouble, html};

struct Line {
    when: String,
    what: String,
}

#[derive(Template)]
#[template(path = "places/templates/tree.html")]
struct TreePage {
    page: Page,
    name: String,
    crumbs: Breadcrumbs,
    facts: SummaryList,
    table: Table,
    empty: bool,
    history: Vec<Line>,
    ended: Vec<String>,
    acts: Vec<Link>,
}

/// `GET /desk/places`: the area of the post acted in.
pub(super) async fn root(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let own = signed.actor.post.as_ref().ok_or(Trouble::NotFound)?;
    let code = own.area.code().to_owned();
    show(&portal, page, &signed, &code)
}

/// `GET /desk/places/{code}`.
pub(super) async fn area(
    State(portal): State<Portal>,
    Path(code): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    show(&portal, page, &signed, &code)
}

fn show(portal: &Portal, page: Page, signed: &Signed, code: &str) -> Result<Response, Trouble> {
    let tree = portal.linli.areas();
    let area = tree.by_code(code).ok_or(Trouble::NotFound)?;
    let children: Vec<&Area> = match area.valid_to {
        None => tree.children(area.path()).collect(),
        Some(_) => Vec::new(),
    };
    let may =
        scope(&signed.actor, Action::PlaceChange) != Scope::Nothing && area.valid_to.is_none();
    html(&TreePage {
        name: area.name().to_owned(),
        crumbs: crumbs(&page, &tree, area),
        facts: facts(&page, area),
        empty: children.is_empty(),
        table: table(&page, &tree, area, &children),
        history: history(&page, &tree, area),
        ended: ended(&page, &tree, area),
        acts: if may {
            change::links(&page, area)
        } else {
            Vec::new()
        },
        page,
    })
}

fn crumbs(page: &Page, tree: &AreaTree, area: &Area) -> Breadcrumbs {
    let mut links = Vec::new();
    let mut at = area.path().parent();
    while let Some(path) = at {
        if let Some(above) = tree.get(&path) {
            links.push(Link::new(
                above.name(),
                format!("/desk/places/{}", above.code),
            ));
        }
        at = path.parent();
    }
    links.reverse();
    Breadcrumbs {
        label: page.t("places-up"),
        links,
    }
}

fn kind(page: &Page, area: &Area) -> String {
    page.t(&format!(
        "places-kind-{}",
        area.kind.code().replace('_', "-")
    ))
}

fn facts(page: &Page, area: &Area) -> SummaryList {
    let mut rows = vec![
        Row::new(page.t("places-col-kind"), kind(page, area)),
        Row::new(page.t("places-col-code"), area.code.clone()),
    ];
    if let Some(code) = &area.statistical_code {
        rows.push(Row::new(page.t("places-statistical"), code.clone()));
    }
    if let Some(style) = area.style {
        let key = format!("places-style-{}", style.code().replace('_', "-"));
        rows.push(Row::new(page.t("places-style"), page.t(&key)));
    }
    rows.push(Row::new(page.t("places-source"), area.source.clone()));
    SummaryList { rows }
}

fn table(page: &Page, tree: &AreaTree, area: &Area, children: &[&Area]) -> Table {
    let count = children.len().to_string();
    let facts = [("name", area.name()), ("count", count.as_str())];
    let row = |child: &&Area| {
        let committees = tree.committees(child.path()).count();
        vec![
            Cell::link(child.name(), format!("/desk/places/{}", child.code)),
            Cell::text(kind(page, child)),
            Cell::text(child.code.clone()),
            Cell::text(committees.to_string()),
        ]
    };
    Table {
        caption: page.ta("places-caption", &facts),
        columns: vec![
            Column::new(page.t("places-col-name")),
            Column::new(page.t("places-col-kind")),
            Column::new(page.t("places-col-code")),
            Column::new(page.t("places-col-committees")).numeric(),
        ],
        rows: children.iter().map(row).collect(),
        ..Table::default()
    }
}

/// What changed, newest first.
fn history(page: &Page, tree: &AreaTree, area: &Area) -> Vec<Line> {
    let mut lines: Vec<(Option<Date>, String)> = Vec::new();
    for name in &area.names {
        lines.push((
            name.from,
            page.t1("places-history-name", "name", &name.value),
        ));
    }
    for path in &area.paths {
        if let Some(above) = path.value.parent() {
            let above = named(tree, above.code());
            lines.push((path.from, page.t1("places-history-path", "place", above)));
        }
    }
    if let Some(code) = &area.split_from {
        let what = page.t1("places-history-split", "name", named(tree, code));
        lines.push((area.valid_from, what));
    }
    if let Some(last) = area.valid_to {
        let until = page.t1("places-history-until", "date", page.date(last));
        let heir = area.heir.as_deref().map(|code| named(tree, code));
        let heir = heir.map(|name| page.t1("places-history-heir", "name", name));
        lines.push((Some(last), heir.unwrap_or(until)));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    lines
        .into_iter()
        .map(|(day, what)| Line {
            when: match day {
                Some(day) => page.t1("places-history-from", "date", page.date(day)),
                None => page.t("places-history-since-ever"),
            },
            what,
        })
        .collect()
}

fn named(tree: &AreaTree, code: &str) -> String {
    tree.by_code(code)
        .map_or_else(|| code.to_owned(), |area| area.name().to_owned())
}

/// Areas that once lay here and have ended.
fn ended(page: &Page, tree: &AreaTree, area: &Area) -> Vec<String> {
    let gone = tree
        .all()
        .filter(|one| one.path().parent().as_ref() == Some(area.path()));
    gone.filter_map(|one| {
        let last = one.valid_to?;
        let until = page.t1("places-history-until", "date", page.date(last));
        Some(format!("{} ({until})", one.name()))
    })
    .collect()
}
