//! 公开日志: the signed checkpoint and the tiles of the Merkle tree, for anyone, as C2SP tlog-tiles
//! says. What is served is digests: no content leaves, yet nothing can be dropped unseen.
//!
//! Paths: `/log` (in words), `/log/checkpoint`, `/log/key`, `/log/tile/…`.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, header};

use crate::Portal;
use crate::shell::{Access, Page, Routes, Trouble, html};

#[cfg(test)]
mod tests;

/// The routes of the log.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/log", Access::Public, about)
        .get("/log/checkpoint", Access::Public, checkpoint)
        .get("/log/key", Access::Public, key)
        .get("/log/tile/{*path}", Access::Public, tile)
}

#[derive(Template)]
#[template(path = "log/templates/log.html")]
struct About {
    page: Page,
    /// The newest checkpoint, as it is signed.
    checkpoint: String,
    key: String,
    size: String,
}

/// `GET /log`: what it is, and how to check it.
async fn about(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let journal = portal.linli.journal();
    let checkpoint = journal.checkpoint().await?;
    let size = checkpoint.lines().nth(1).and_then(|line| line.parse().ok());
    html(&About {
        page,
        size: crate::shell::format::grouped(size.unwrap_or(0)),
        key: journal.verifier_key()?,
        checkpoint,
    })
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// A checkpoint grows: asked for anew each time. C2SP tlog-tiles, “Checkpoints”.
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");
/// A tile under its name never changes. C2SP tlog-tiles, “Merkle Tree”.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

fn answer(kind: HeaderValue, keep: HeaderValue, body: Vec<u8>) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, keep),
        // Clients on other sites may read it: it is public by purpose.
        (
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        ),
    ];
    (headers, body).into_response()
}

/// `GET /log/checkpoint`
async fn checkpoint(State(portal): State<Portal>) -> Result<Response, Trouble> {
    let note = portal.linli.journal().checkpoint().await?;
    Ok(answer(TEXT, FRESH, note.into_bytes()))
}

/// `GET /log/key`: the key that checks the checkpoint's signature.
async fn key(State(portal): State<Portal>) -> Result<Response, Trouble> {
    let key = portal.linli.journal().verifier_key()?;
    Ok(answer(TEXT, FRESH, format!("{key}\n").into_bytes()))
}

/// `GET /log/tile/<L>/<N>[.p/<W>]` and `GET /log/tile/entries/<N>[.p/<W>]`
async fn tile(State(portal): State<Portal>, Path(path): Path<String>) -> Result<Response, Trouble> {
    let bytes = portal.linli.journal().tile(&format!("tile/{path}")).await?;
    let bytes = bytes.ok_or(Trouble::NotFound)?;
    Ok(answer(BYTES, FOR_EVER, bytes))
}
