//! The page of the demo: roles, tour, clock.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::residents::Residents;
use linli_kernel::StreamId;
use tower_sessions::Session;

use super::{Card, Demo};
use crate::Portal;
use crate::desk::looks;
use crate::shell::{Fields, Page, Trouble, html};
use crate::signin::{enter as sign_in, resident_entrant, staff_entrant};

struct Shown {
    login: String,
    name: String,
    text: String,
    who: String,
}

#[derive(Template)]
#[template(path = "demo/templates/demo.html")]
struct DemoPage {
    page: Page,
    roles: Vec<Shown>,
    tour: Vec<String>,
    today: String,
    pushed: String,
}

pub(super) fn the_demo(portal: &Portal) -> Result<&Demo, Trouble> {
    portal.demo.as_deref().ok_or(Trouble::NotFound)
}

/// `GET /demo`.
pub(super) async fn demo(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let demo = the_demo(&portal)?;
    let shown = |card: &Card| Shown {
        name: page.t(&format!("demo-role-{}", card.key)),
        text: page.t(&format!("demo-role-{}-text", card.key)),
        login: card.key.clone(),
        who: card.name.clone(),
    };
    let days = demo.clock.days();
    html(&DemoPage {
        roles: demo.cards.iter().map(shown).collect(),
        tour: (1..=5)
            .map(|step| page.t(&format!("demo-tour-{step}")))
            .collect(),
        today: page.date(portal.linli.clock().today()),
        pushed: if days == 0 {
            page.t("demo-clock-real")
        } else {
            page.t1("demo-clock-pushed", "days", days)
        },
        page,
    })
}

/// `POST /demo/sign-in`.
pub(super) async fn enter(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let demo = the_demo(&portal)?;
    let wanted = sent.text("login");
    let card = demo.cards.iter().find(|card| card.key == wanted);
    let card = card.ok_or(Trouble::NotFound)?;
    let (entrant, to) = match card.resident {
        None => {
            let entrant = staff_entrant(&portal, card.account)
                .await?
                .ok_or(Trouble::NotFound)?;
            (entrant, "/desk")
        }
        Some(resident) => {
            let stream = StreamId::from(resident);
            let loaded = portal.linli.load::<Residents>(&stream).await?;
            let area = loaded.state.area.clone().ok_or(Trouble::NotFound)?;
            let name = loaded.state.text("person.name").unwrap_or_default();
            (
                resident_entrant(&portal, resident, &area, name).await?,
                "/?mode=elder",
            )
        }
    };
    sign_in(&portal, &session, entrant.on(&page.device), page.mode).await?;
    Ok(Redirect::to(to).into_response())
}

/// `POST /demo/clock`.
pub(super) async fn push(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let demo = the_demo(&portal)?;
    let days = sent
        .text("days")
        .parse()
        .ok()
        .filter(|days| (1..=31).contains(days));
    demo.clock.push(days.ok_or(Trouble::Unreadable("form"))?);
    // What has run out meanwhile runs out now, not a minute later.
    linli_community::cases::sweep(&portal.linli).await?;
    let today = page.date(portal.linli.clock().today());
    looks::flash(&session, "demo-clock-done", &[("date", &today)]).await?;
    Ok(Redirect::to("/demo#clock").into_response())
}
