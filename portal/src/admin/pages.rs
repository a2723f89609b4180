//! The accounts of staff of the administrator's area.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::accounts::{self, AccountRow};
use linli_kernel::{AreaPath, Post};

use crate::Portal;
use crate::desk::rows;
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Markup, Pagination, Table, Tag, Tone};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "admin/templates/accounts.html")]
struct AccountsPage {
    page: Page,
    table: Table,
    pages: Pagination,
    empty: bool,
}

/// The area whose accounts the administrator manages.
pub(super) fn own_area(signed: &Signed) -> Result<AreaPath, Trouble> {
    let post = signed.actor.post.as_ref().ok_or(Trouble::NotFound)?;
    Ok(post.area.clone())
}

/// A post in words.
pub(super) fn post_name(portal: &Portal, page: &Page, post: &Post) -> String {
    let (area, role) = (
        rows::area_name(&portal.linli, &post.area),
        page.role(post.role),
    );
    page.ta("admin-post", &[("area", &area), ("role", &role)])
}

/// `GET /desk/admin`.
pub(super) async fn accounts(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let reader = portal.linli.journal().reader();
    let all = accounts::staff_within(reader, &own_area(&signed)?).await?;
    let (at, per) = (page.query.page(), page.query.per_page());
    let skip = usize::try_from((at - 1) * per).unwrap_or(usize::MAX);
    let take = usize::try_from(per).unwrap_or(100);
    let today = portal.linli.clock().today();
    let mut found = Vec::new();
    for row in all.iter().skip(skip).take(take) {
        let posts = accounts::posts_on(reader, row.id, today).await?;
        found.push(cells(&portal, &page, row, &posts));
    }
    let total = all.len() as u64;
    html(&AccountsPage {
        table: Table {
            caption: page.t1("admin-caption", "count", grouped(total)),
            columns: [
                "admin-col-name",
                "admin-col-login",
                "admin-col-posts",
                "admin-col-state",
            ]
            .map(|key| Column::new(page.t(key)))
            .to_vec(),
            rows: found,
            ..Table::default()
        },
        pages: Pagination::new(&page, total),
        empty: all.is_empty(),
        page,
    })
}

fn cells(portal: &Portal, page: &Page, row: &AccountRow, posts: &[Post]) -> Vec<Cell> {
    let posts: Vec<String> = posts
        .iter()
        .map(|post| post_name(portal, page, post))
        .collect();
    let state = if row.closed {
        Tag::new(page.t("admin-ended"), Tone::Quiet)
    } else {
        Tag::new(page.t("admin-active"), Tone::Done)
    };
    vec![
        Cell::link(
            row.name.clone().unwrap_or_default(),
            format!("/desk/admin/{}", row.id),
        ),
        Cell::text(row.login.clone().unwrap_or_default()),
        Cell::text(posts.join(page.pick("；", "; "))),
        Cell::part(Markup::of(&state)),
    ]
}
