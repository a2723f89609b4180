//! 首页: search, six common matters, my open cases, notices, the phone; and the short true pages:
//! help, what happens with personal data, public counts.

mod pages;
mod stats;
#[cfg(test)]
mod tests;

use crate::shell::{Access, Routes};

/// The home page and its neighbours.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/", Access::Public, pages::home)
        .get("/help", Access::Public, pages::help)
        .get("/privacy", Access::Public, pages::privacy)
        .get("/stats", Access::Public, stats::show)
}
