//! The list of visits, and taking it along.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::command::Verb;
use linli_community::cases::{self, CaseView, queue};
use linli_community::residents::{Purpose, Why, mask};
use tower_sessions::Session;

use super::sheet;
use crate::Portal;
use crate::cases::{about, read};
use crate::desk::rows::{self, DueShown};
use crate::desk::{looks, trouble};
use crate::shell::format::grouped;
use crate::shell::{Page, Signed, Trouble, html};

/// One visit.
struct Card {
    href: String,
    service: String,
    number: String,
    name: String,
    address: String,
    due: DueShown,
    holder: String,
}

#[derive(Template)]
#[template(path = "visits/templates/list.html")]
struct List {
    page: Page,
    lead: String,
    cards: Vec<Card>,
    /// The addresses of the pages to take along, once they are shown in full.
    along: String,
    can_take: bool,
    more: bool,
}

/// The visits of whoever is signed in, the most urgent first.
async fn views(portal: &Portal, signed: &Signed) -> Result<(Vec<CaseView>, u64), Trouble> {
    let found = queue::visits(&portal.linli, &signed.actor)
        .await
        .map_err(trouble)?;
    let mut views = Vec::new();
    for row in &found.rows {
        let view = cases::view::view(&portal.linli, &signed.actor, row.id);
        views.push(view.await.map_err(trouble)?);
    }
    Ok((views, found.total))
}

/// `GET /desk/visits`.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let (views, total) = views(&portal, &signed).await?;
    let now = portal.linli.clock().now();
    let holders = views.iter().filter_map(|view| view.case.holder);
    let names = crate::desk::names(&portal, holders.map(|one| one.account)).await?;
    let mut cards = Vec::new();
    let mut along = vec!["/desk/visits".to_owned()];
    let mut hidden = 0_usize;
    for view in &views {
        let full = looks::why(&session, &about(view), now).await?.is_some();
        let mine = view.allows(Verb::RecordVisit);
        if mine {
            hidden += usize::from(!full);
            along.push(sheet::href(view));
            along.push(format!("{}/record-visit", read::href(view)));
        }
        let due = view.case.wait.as_ref().map(|wait| wait.due);
        let holder = view.case.holder.map(|holder| holder.account);
        cards.push(Card {
            href: sheet::href(view),
            service: view.service.names.in_lang(page.lang.tag()).to_owned(),
            number: rows::spoken(&view.case.number),
            name: mask::name(&view.case.name),
            address: sheet::address(&portal, &page, view, full).await?,
            due: rows::due_shown(&page, &portal.linli, due),
            holder: rows::holder_name(&page, holder, &names),
        });
    }
    let can_take = along.len() > 1 && page.keeps();
    let taken = page.query.get("taken").is_some() && can_take && hidden == 0;
    html(&List {
        lead: page.t1("visits-lead", "count", grouped(total)),
        more: total > cards.len() as u64,
        along: if taken {
            along.join(" ")
        } else {
            String::new()
        },
        can_take,
        cards,
        page,
    })
}

/// `POST /desk/visits/take`: records a look at each household and shows their addresses, so that the
/// pages can be taken along. What a colleague has taken stays with them.
pub(super) async fn take(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let (views, _) = views(&portal, &signed).await?;
    let now = portal.linli.clock().now();
    let words = page.t("visits-purpose");
    for view in views.iter().filter(|view| view.allows(Verb::RecordVisit)) {
        if looks::why(&session, &about(view), now).await?.is_none() {
            let purpose = Purpose {
                why: Why::Visit,
                case: Some(view.case.id),
                words: words.clone(),
            };
            let look = portal
                .linli
                .record_look(&signed.actor, view.case.applicant, &purpose);
            look.await.map_err(trouble)?;
        }
        looks::show(&session, &about(view), &words, now).await?;
    }
    Ok(Redirect::to("/desk/visits?taken=yes").into_response())
}
