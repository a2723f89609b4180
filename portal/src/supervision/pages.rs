//! The supervisor's page: three lists, the most urgent first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::cases::{Filter, Phase, Sort, queries};

use crate::Portal;
use crate::desk::{names, rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{Link, Table};
use crate::shell::{Page, Signed, Trouble, html};

/// How many rows of each list are shown; the table of cases shows the rest.
const SHOWN: u64 = 20;

struct Part {
    id: &'static str,
    title: String,
    none: String,
    empty: bool,
    table: Table,
    more: Link,
}

#[derive(Template)]
#[template(path = "supervision/templates/home.html")]
struct HomePage {
    page: Page,
    parts: Vec<Part>,
}

/// `GET /desk/supervision`.
pub(super) async fn home(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let base = Filter {
        sort: Sort::Due,
        size: SHOWN,
        ..Filter::default()
    };
    let wanted = [
        (
            "disputes",
            "/desk/cases?phase=disputed&sort=due",
            Filter {
                phase: Some(Phase::Disputed),
                ..base.clone()
            },
        ),
        (
            "low",
            "/desk/cases?phase=follow_up&sort=due",
            Filter {
                phase: Some(Phase::FollowUp),
                ..base.clone()
            },
        ),
        (
            "overdue",
            "/desk/cases?overdue=yes&sort=due",
            Filter {
                overdue: true,
                open: Some(true),
                ..base
            },
        ),
    ];
    let mut parts = Vec::new();
    for (id, href, filter) in wanted {
        let found = queries::list(&portal.linli, &signed.actor, &filter)
            .await
            .map_err(trouble)?;
        let names = names(&portal, found.rows.iter().filter_map(|row| row.holder)).await?;
        let total = grouped(found.total);
        let caption = page.t1(&format!("super-{id}-caption"), "count", &total);
        let hidden = found.total > found.rows.len() as u64;
        parts.push(Part {
            id,
            title: page.t(&format!("super-{id}")),
            none: page.t(&format!("super-{id}-none")),
            empty: found.rows.is_empty(),
            table: rows::table(&page, &portal.linli, caption, &found.rows, &names),
            more: if hidden {
                Link::new(page.t1("super-more", "count", &total), href)
            } else {
                Link::default()
            },
        });
    }
    html(&HomePage { page, parts })
}
