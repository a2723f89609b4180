//! The end of a visit: signing out, and erasing everything at a kiosk.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use http::{HeaderName, HeaderValue};
use tower_sessions::Session;

use crate::Portal;
use crate::shell::{Flash, Page, Trouble, kept};

/// `POST /sign-out`
pub(super) async fn sign_out(session: Session) -> Result<Response, Trouble> {
    session.flush().await?;
    Ok(cleared(Redirect::to("/").into_response()))
}

/// What the browser kept of the visit goes too.
fn cleared(mut response: Response) -> Response {
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    response
}

/// `GET /kiosk/end`: also reached by the clock of a kiosk. Erases the session and, for a visitor
/// who never signed in, the drafts.
pub(super) async fn kiosk(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    if !page.is_kiosk() {
        return Ok(Redirect::to("/").into_response());
    }
    let owner = match &page.signed {
        Some(signed) => Some(signed.account.to_string()),
        None => kept(&portal, &jar, "linli_draft").map(str::to_owned),
    };
    if let Some(owner) = owner {
        portal.desk.erase_drafts(&owner).await?;
    }
    session.flush().await?;
    session
        .insert(
            "flash",
            Flash {
                key: "kiosk-ended".to_owned(),
                facts: Vec::new(),
            },
        )
        .await?;
    Ok(cleared(Redirect::to("/").into_response()))
}
