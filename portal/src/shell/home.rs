//! Pages of the frame itself: about this site, its accessibility, the end of a kiosk visit, and
//! the small files that robots and researchers ask for.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;

use super::meter;
use super::page::{Page, html};
use super::routes::{Access, Routes};
use super::trouble::Trouble;
use crate::{Portal, assets};

#[derive(Template)]
#[template(path = "shell/templates/about.html")]
struct About {
    page: Page,
}

/// The routes of the frame.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/about", Access::Public, about)
        .get("/assets/{name}", Access::Public, assets::serve)
        .get("/robots.txt", Access::Public, robots)
        .get("/.well-known/security.txt", Access::Public, security)
        .get("/healthz", Access::Public, health)
        .get("/metrics", Access::Loopback, meter::show)
}

async fn about(page: Page) -> Result<Response, Trouble> {
    html(&About { page })
}

async fn robots() -> Response {
    plain("User-agent: *\nDisallow: /desk/\nDisallow: /my/\nDisallow: /sign-in\n".to_owned())
}

async fn security(State(portal): State<Portal>) -> Response {
    let settings = &portal.shared.settings;
    plain(format!(
        "Contact: {}\nPreferred-Languages: zh, en\nCanonical: {}/.well-known/security.txt\nExpires: {}\n",
        settings.security_contact, settings.public_url, settings.security_expires
    ))
}

/// Whether the node can do its work: the desk answers, and the journal takes writes or says not.
async fn health(State(portal): State<Portal>) -> Result<Response, Trouble> {
    portal.desk.db().ping().await?;
    let body = serde_json::json!({
        "status": "ok",
        "writing": portal.linli.journal().mode() == linli_journal::Mode::Active,
        "version": env!("CARGO_PKG_VERSION"),
    });
    Ok(axum::Json(body).into_response())
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
