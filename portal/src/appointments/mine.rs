//! One's own bookings: when, where, and giving a seat back.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::Call;
use linli_community::appointments::Standing;
use tower_sessions::Session;

use super::words::{self, Shown};
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::my::pages::tabs;
use crate::progress::words::{tell, trouble};
use crate::shell::ui::Tabs;
use crate::shell::{Fields, Page, Signed, Trouble, html};

struct Mine {
    shown: Shown,
    id: String,
    whom: String,
    principal: String,
    /// Where it can be moved; empty when it cannot.
    moves: String,
}

#[derive(Template)]
#[template(path = "appointments/templates/mine.html")]
struct MinePage {
    page: Page,
    tabs: Tabs,
    bookings: Vec<Mine>,
}

/// `GET /my/appointments`: mine, and those of the ones I act for.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mut bookings = Vec::new();
    for whom in whom::all(&portal, &signed).await? {
        for row in portal
            .linli
            .own_bookings(&whom.actor)
            .await
            .map_err(trouble)?
        {
            let principal = principal(&whom);
            let shown = words::shown(&portal, &page, &row).await?;
            let open = shown.standing == Some(Standing::Booked);
            let moves = format!(
                "/book?service={}&counter={}&move={}&for={principal}",
                row.service, row.counter, row.id
            );
            bookings.push(Mine {
                whom: if principal.is_empty() {
                    String::new()
                } else {
                    whom.name.clone()
                },
                moves: if open { moves } else { String::new() },
                id: row.id.clone(),
                principal,
                shown,
            });
        }
    }
    html(&MinePage {
        tabs: tabs(&page, "/my/appointments"),
        bookings,
        page,
    })
}

fn principal(whom: &Whom) -> String {
    let mandate = whom.actor.mandate.as_ref();
    mandate
        .map(|mandate| mandate.principal.to_string())
        .unwrap_or_default()
}

/// `POST /my/appointments/cancel`.
pub(super) async fn cancel(
    State(portal): State<Portal>,
    session: Session,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let whom = whom::find(&portal, &signed, Some(sent.text("for"))).await?;
    let booking = sent
        .text("booking")
        .parse()
        .map_err(|_bad| Trouble::NotFound)?;
    let call = Call {
        command: sent.command().ok_or(Trouble::Unreadable("form"))?,
        actor: &whom.actor,
        expected: None,
    };
    let cancelled = portal.linli.cancel_booking(call, booking);
    Box::pin(cancelled).await.map_err(trouble)?;
    tell(&session, "book-cancelled", &[]).await?;
    Ok(Redirect::to("/my/appointments").into_response())
}
