//! Between the password and the sign-in: the second factor, and a password of one's own where
//! somebody else chose it. Until all steps are done the session signs nobody in.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_kernel::AccountId;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::waiting::onward;
use super::who::{enter, staff_entrant};
use crate::Portal;
use crate::shell::{Page, Trouble};

const HALF: &str = "half";
/// How long somebody who typed the password has for the rest.
const GOOD_FOR_US: i64 = 10 * 60 * 1_000_000;

/// Somebody who typed the right password, and what else they have shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Half {
    pub(super) account: AccountId,
    at: i64,
    /// The second factor was shown, or is not asked for.
    pub(super) proved: bool,
    /// A secret that is being set up, sealed.
    pub(super) fresh: Option<String>,
}

/// The password was right: notes it under a new session id and leads to the next step. `proved`
/// where whoever vouches for the account has seen a second factor already.
pub(super) async fn begin(
    portal: &Portal,
    page: &Page,
    session: &Session,
    account: AccountId,
    proved: bool,
) -> Result<Response, Trouble> {
    session.cycle_id().await?;
    let half = Half {
        account,
        at: portal.desk.now(),
        proved,
        fresh: None,
    };
    session.insert(HALF, &half).await?;
    go_on(portal, page, session, &half).await
}

/// Who is half signed in; `None` when nobody is, or was too slow.
pub(super) async fn half(portal: &Portal, session: &Session) -> Result<Option<Half>, Trouble> {
    let half = session.get::<Half>(HALF).await?;
    Ok(half.filter(|half| portal.desk.now() - half.at <= GOOD_FOR_US))
}

/// Keeps what changed.
pub(super) async fn keep(session: &Session, half: &Half) -> Result<(), Trouble> {
    Ok(session.insert(HALF, half).await?)
}

/// Back to the start: nobody is half signed in.
pub(super) fn again() -> Response {
    Redirect::to("/sign-in/staff").into_response()
}

/// Leads to the next step, or signs in when all are done.
pub(super) async fn go_on(
    portal: &Portal,
    page: &Page,
    session: &Session,
    half: &Half,
) -> Result<Response, Trouble> {
    if !half.proved {
        if portal.desk.factor_since(half.account).await?.is_some() {
            return Ok(Redirect::to("/sign-in/factor").into_response());
        }
        if portal.shared.settings.second_factor {
            return Ok(Redirect::to("/sign-in/factor/new").into_response());
        }
    }
    if portal.desk.is_given(half.account).await? {
        return Ok(Redirect::to("/sign-in/password").into_response());
    }
    let Some(entrant) = staff_entrant(portal, half.account).await? else {
        return Ok(again());
    };
    session.remove::<Half>(HALF).await?;
    enter(portal, session, entrant.on(&page.device), page.mode).await?;
    let reader = portal.linli.journal().reader();
    let today = portal.linli.clock().today();
    let posts = linli_community::accounts::posts_on(reader, half.account, today).await?;
    if posts.len() > 1 {
        return Ok(Redirect::to("/sign-in/post").into_response());
    }
    onward(session, "/desk").await
}

/// `POST /sign-in/next`: the recovery codes were noted.
pub(super) async fn next(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
) -> Result<Response, Trouble> {
    match half(&portal, &session).await? {
        Some(half) => go_on(&portal, &page, &session, &half).await,
        None => Ok(again()),
    }
}
