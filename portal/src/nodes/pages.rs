//! The page of the district's officer.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::nodes::{Neighbour, Standing};
use linli_kernel::AreaPath;

use super::branches;
use super::takeover::{Left, left};
use crate::Portal;
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "nodes/templates/nodes.html")]
struct NodesPage {
    fingerprint: String,
    held: String,
    above: String,
    failure: String,
    nodes: Option<Table>,
    left: Vec<Left>,
    branches: Option<Table>,
    trouble: Option<Table>,
    page: Page,
}

/// `GET /desk/nodes`.
pub(super) async fn home(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let standing = portal.linli.neighbours();
    let left = left(&portal, &page, &signed, &standing.nodes).await?;
    let branches = branches::table(&portal, &page, &signed).await?;
    let above = standing.above.map_or_else(String::new, |above| {
        let heard = above.heard.map_or_else(
            || page.t("nodes-never-heard"),
            |at| page.t1("nodes-heard", "at", page.when(at)),
        );
        let reached = grouped(above.reached);
        format!("{} {heard}", page.t1("nodes-reached", "count", reached))
    });
    html(&NodesPage {
        above,
        held: standing
            .held
            .map_or_else(String::new, |held| page.t(&format!("nodes-held-{held}"))),
        failure: standing.failure.clone().unwrap_or_default(),
        nodes: (!standing.nodes.is_empty()).then(|| nodes(&portal, &page, &standing)),
        trouble: (!standing.trouble.is_empty()).then(|| trouble(&page, &standing)),
        fingerprint: standing.fingerprint,
        left,
        branches,
        page,
    })
}

/// An area by its name, where it is known.
pub(super) fn area_name(portal: &Portal, path: &str) -> String {
    let areas = portal.linli.areas();
    let area = path.parse::<AreaPath>().ok();
    let area = area.as_ref().and_then(|path| areas.get(path));
    area.map_or_else(|| path.to_owned(), |area| area.name().to_owned())
}

fn nodes(portal: &Portal, page: &Page, standing: &Standing) -> Table {
    let row = |node: &Neighbour| {
        let state = match node.stopped {
            Some(why) => page.t(&format!("nodes-state-{why}")),
            None => page.t("nodes-state-joined"),
        };
        let heard = node
            .heard
            .map_or_else(|| page.t("nodes-never-heard"), |at| page.when(at));
        vec![
            Cell::text(area_name(portal, &node.area)),
            Cell::text(state),
            Cell::text(heard),
            Cell::text(grouped(node.there.saturating_sub(node.here))),
            Cell::text(node.version.clone().unwrap_or_default()),
            Cell::text(node.fingerprint.clone()),
        ]
    };
    let column = |key: &str| Column::new(page.t(key));
    Table {
        caption: page.t1("nodes-caption", "count", standing.nodes.len()),
        columns: vec![
            column("nodes-col-area"),
            column("nodes-col-state"),
            column("nodes-col-heard"),
            column("nodes-col-lag").numeric(),
            column("nodes-col-version"),
            column("nodes-col-key"),
        ],
        rows: standing.nodes.iter().map(row).collect(),
        ..Table::default()
    }
}

fn trouble(page: &Page, standing: &Standing) -> Table {
    let reason = |code: &str| {
        let key = format!("nodes-reason-{code}");
        if page.has(&key) {
            page.t(&key)
        } else {
            code.to_owned()
        }
    };
    let rows = standing.trouble.iter().map(|one| {
        vec![
            Cell::text(page.when(one.at)),
            Cell::text(reason(&one.reason)),
            Cell::text(one.from.clone()),
            Cell::text(one.about.clone()),
        ]
    });
    let column = |key: &str| Column::new(page.t(key));
    Table {
        caption: page.t1("nodes-trouble-caption", "count", standing.trouble.len()),
        columns: vec![
            column("nodes-col-when"),
            column("nodes-col-reason"),
            column("nodes-col-key"),
            column("nodes-col-about"),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}
