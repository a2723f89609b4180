//! 这台手机: pages that install as an app, and work taken along where there is no line.
//!
//! Paths: `/app.webmanifest` (what an installed app is called and where it begins), `/worker.js` (the
//! service worker), `/phone` (what is on this phone; also shown without a line) and `/phone/key` (for
//! whoever is signed in). The rest is in `web/scripts`: `worker.ts` and `phone/`.
//!
//! **Invariants.** A browser keeps no page of anybody unless they asked for it by name (带上路,
//! 存到这台手机). What it keeps is sealed under a key of the account and the device that only the node
//! can make again; without the sign-in it is given to nobody. `docs/security.md` says what that is
//! worth, and what not.

mod app;
mod key;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::response::Response;

pub(crate) use app::begins;

use crate::shell::{Access, Page, Routes, Trouble, html};

/// The routes of phones.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/app.webmanifest", Access::Public, app::manifest)
        .get("/worker.js", Access::Public, app::worker)
        .get("/phone", Access::Public, here)
        .get("/phone/key", Access::SignedIn, key::key)
}

#[derive(Template)]
#[template(path = "phone/templates/phone.html")]
struct Here {
    page: Page,
}

/// `GET /phone`: nothing in it is anybody's; the script fills it in from what the phone keeps.
async fn here(page: Page) -> Result<Response, Trouble> {
    html(&Here { page })
}
