//! The work queue: overdue first, then due today, sent back, the rest, waiting on others.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::queue::{self, Part, Queue};
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{AccountId, Action};

use super::rows::{self, Names};
use crate::Portal;
use crate::shell::format::grouped;
use crate::shell::ui::Table;
use crate::shell::{Page, Signed, Trouble, html};

/// A number on top of the queue, leading to its part.
struct Count {
    href: String,
    class: &'static str,
    number: String,
    label: String,
}

/// One part of the queue.
struct Shown {
    id: &'static str,
    table: Table,
    more: String,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/templates/queue.html")]
struct QueuePage {
    page: Page,
    place: String,
    works: bool,
    files: bool,
    /// How many whole exports wait for a yes or no.
    exports: usize,
    counts: Vec<Count>,
    parts: Vec<Shown>,
}

/// `GET /desk`.
pub(super) async fn queue(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    if !signed.is_staff() {
        return Ok(Redirect::to("/my").into_response());
    }
    let works = [Action::CaseWork, Action::CaseSupervise]
        .iter()
        .any(|action| scope(&signed.actor, *action) != Scope::Nothing);
    let place = signed
        .held()
        .map_or_else(String::new, |held| page.post(held));
    let mut shown = QueuePage {
        place,
        works,
        files: scope(&signed.actor, Action::CaseFileForOther) != Scope::Nothing,
        exports: portal.linli.exports_waiting(&signed.actor).await?.len(),
        counts: Vec::new(),
        parts: Vec::new(),
        page,
    };
    if works {
        let found = queue::queue(&portal.linli, &signed.actor)
            .await
            .map_err(super::trouble)?;
        let all = found_rows(&found);
        let names = super::names(&portal, all.iter().filter_map(|row| row.holder)).await?;
        shown.counts = counts(&shown.page, &found, signed.account);
        shown.parts = parts(&portal, &shown.page, &found, &names);
    }
    html(&shown)
}

fn found_rows(found: &Queue) -> Vec<&linli_community::cases::Row> {
    [
        &found.overdue,
        &found.due_today,
        &found.returned,
        &found.later,
        &found.waiting,
    ]
    .into_iter()
    .flat_map(|part| part.rows.iter())
    .collect()
}

fn counts(page: &Page, found: &Queue, me: AccountId) -> Vec<Count> {
    let anchor = |id: &str, class, part: &Part| Count {
        href: format!("#{id}"),
        class,
        number: grouped(part.total),
        label: page.t(&format!("desk-show-{id}")),
    };
    vec![
        anchor("overdue", "is-late", &found.overdue),
        anchor("today", "is-soon", &found.due_today),
        anchor("returned", "", &found.returned),
        anchor("later", "", &found.later),
        anchor("waiting", "", &found.waiting),
        Count {
            href: format!("/desk/cases?holder={me}&open=yes"),
            class: "",
            number: grouped(found.mine),
            label: page.t("desk-show-mine"),
        },
    ]
}

fn parts(portal: &Portal, page: &Page, found: &Queue, names: &Names) -> Vec<Shown> {
    let all = [
        (
            "overdue",
            &found.overdue,
            "/desk/cases?overdue=yes&sort=due",
        ),
        ("today", &found.due_today, "/desk/cases?due=today&sort=due"),
        (
            "returned",
            &found.returned,
            "/desk/cases?returned=yes&sort=due",
        ),
        ("later", &found.later, "/desk/cases?open=yes&sort=due"),
        ("waiting", &found.waiting, "/desk/cases?waiting=yes"),
    ];
    all.into_iter()
        .filter(|(_, part, _)| part.total > 0)
        .map(|(id, part, href)| {
            let total = grouped(part.total);
            let what = page.t(&format!("desk-show-{id}"));
            let caption = page.ta("desk-caption", &[("what", &what), ("count", &total)]);
            let hidden = part.total > part.rows.len() as u64;
            Shown {
                id,
                table: rows::table(page, &portal.linli, caption, &part.rows, names),
                more: if hidden {
                    page.t1("desk-more", "count", &total)
                } else {
                    String::new()
                },
                href: href.to_owned(),
            }
        })
        .collect()
}
