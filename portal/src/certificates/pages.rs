//! The keys for everybody, and the token for the one whose certificate it is.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_community::cases::rules::area_on;
use linli_kernel::Fault;

use crate::Portal;
use crate::papers::letter;
use crate::progress;
use crate::shell::{Page, Signed, Trouble};

/// `GET /.well-known/jwks.json`: every public key there ever was (RFC 7517).
pub(super) async fn keys(State(portal): State<Portal>) -> Result<Response, Trouble> {
    let keys = portal.linli.certificate_keys().await?;
    let body = serde_json::to_string(&keys)
        .map_err(|problem| Fault::Damaged(format!("the keys: {problem}")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        // Anybody's program may read them.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    Ok((headers, body).into_response())
}

/// `GET /cases/{number}/certificate.jwt`
pub(super) async fn token(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = progress::pages::find(&portal, &signed, &number).await?;
    let view = &mine.view;
    let station = view.rules.station(view.case.station);
    let area = area_on(station.level, &view.case.area);
    let issuer = letter::issuer(&portal.linli.areas(), &area);
    let bodies = (issuer.as_str(), page.public_url());
    let token = portal.linli.certificate_token(view, bodies).await;
    let token = token.map_err(progress::words::trouble)?;
    let name = format!("attachment; filename=\"{}.jwt\"", view.case.number);
    let headers = [
        // RFC 7515, 9.2.1: the media type of a compact JWS.
        (header::CONTENT_TYPE, "application/jose".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, token).into_response())
}
