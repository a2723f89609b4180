//! What makes the pages an app: the manifest, and the service worker at the root of the site.
//!
//! Neither is kept by the browser without asking again. The worker names the hashed files it keeps,
//! so its bytes change with every build that changes one of them, and browsers then take the new one.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use crate::Portal;
use crate::shell::{Identity, Page, Signed, Trouble};

/// A worker fetches from this host and does nothing else.
const POLICY: &str = "default-src 'none'; connect-src 'self'";

/// Where an app installed from a page of `signed` begins: the value of `?for=` of its manifest.
pub(crate) fn begins(signed: Option<&Signed>, is_desk: bool) -> &'static str {
    let identity = Identity {
        signed: signed.cloned(),
        ..Identity::default()
    };
    match (is_desk, crate::visits::MAY.admit(&identity)) {
        (true, Ok(())) => "visits",
        (true, Err(_)) => "desk",
        (false, _) => "home",
    }
}

/// `GET /app.webmanifest`: browsers ask for it without cookies, so the address says for whom it is.
pub(super) async fn manifest(State(portal): State<Portal>, page: Page) -> Response {
    let (id, start) = match page.query.get("for") {
        Some("visits") => ("/desk", "/desk/visits"),
        Some("desk") => ("/desk", "/desk"),
        _ => ("/", "/"),
    };
    let body = json!({
        "id": id,
        "name": "邻里",
        "short_name": "邻里",
        "description": portal.shared.settings.place_zh,
        "lang": "zh-CN",
        "dir": "ltr",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0f4c97",
        "background_color": "#ffffff",
        "icons": icons(&portal),
    });
    let kind = "application/manifest+json; charset=utf-8";
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        body.to_string(),
    )
        .into_response()
}

fn icons(portal: &Portal) -> Vec<Value> {
    let all = [
        ("icon-192.png", "192x192", "image/png", "any"),
        ("icon-512.png", "512x512", "image/png", "any"),
        ("maskable-512.png", "512x512", "image/png", "maskable"),
        ("icon.svg", "any", "image/svg+xml", "any"),
    ];
    let icon = |(name, sizes, kind, purpose)| json!({ "src": portal.shared.assets.href(name), "sizes": sizes, "type": kind, "purpose": purpose });
    all.map(icon).to_vec()
}

/// `GET /worker.js`.
///
/// # Errors
/// [`Trouble::NotFound`] when the front end was not built.
pub(super) async fn worker(State(portal): State<Portal>) -> Result<Response, Trouble> {
    let script = portal.shared.assets.bytes("worker.js");
    let mut response = script.ok_or(Trouble::NotFound)?.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
