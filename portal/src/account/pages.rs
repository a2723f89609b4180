//! The page: sessions, and for staff the password and the second factor.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use tower_sessions::Session;

use crate::Portal;
use crate::desk::looks;
use crate::session::{Visit, key_of};
use crate::shell::{Fields, Page, Signed, Trouble, html};

struct Shown {
    key: String,
    device: String,
    signed: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "account/templates/account.html")]
struct AccountPage {
    page: Page,
    sessions: Vec<Shown>,
    staff: bool,
    /// Since when there is a second factor; empty for none.
    factor: String,
    codes: String,
}

/// The key of the session asking.
pub(super) fn own_key(session: &Session) -> String {
    session.id().map(key_of).unwrap_or_default()
}

fn at(page: &Page, microseconds: i64) -> String {
    Timestamp::from_microsecond(microseconds).map_or_else(|_| String::new(), |at| page.when(at))
}

fn shown(page: &Page, visit: Visit, own: &str) -> Shown {
    Shown {
        here: visit.key == own,
        device: if visit.device.is_empty() {
            page.t("account-device-unknown")
        } else {
            visit.device
        },
        signed: at(page, visit.signed_at),
        seen: at(page, visit.seen_at),
        key: visit.key,
    }
}

/// `GET /account`
pub(super) async fn show(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let own = own_key(&session);
    let visits = portal.desk.visits(signed.account).await?;
    let since = portal.desk.factor_since(signed.account).await?;
    let left = portal.desk.recovery_left(signed.account).await?;
    let sessions = visits.into_iter().map(|visit| shown(&page, visit, &own));
    html(&AccountPage {
        sessions: sessions.collect(),
        staff: signed.is_staff(),
        factor: since.map(|since| at(&page, since)).unwrap_or_default(),
        codes: page.t1("account-codes-left", "count", left),
        page,
    })
}

/// `POST /account/end`: ends one of one's own sessions.
pub(super) async fn end(
    State(portal): State<Portal>,
    signed: Signed,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let key = fields.text("session");
    if key == own_key(&session) {
        session.flush().await?;
        return Ok(Redirect::to("/").into_response());
    }
    if !portal.desk.end_visit(signed.account, key).await? {
        return Err(Trouble::NotFound);
    }
    back(&session, "account-done-ended").await
}

/// `POST /account/end-others`: signs out everywhere else.
pub(super) async fn end_others(
    State(portal): State<Portal>,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let own = own_key(&session);
    portal.desk.end_visits(signed.account, Some(&own)).await?;
    back(&session, "account-done-others").await
}

/// Back to the page, with a word of what was done.
pub(super) async fn back(session: &Session, key: &str) -> Result<Response, Trouble> {
    looks::flash(session, key, &[]).await?;
    Ok(Redirect::to("/account").into_response())
}
