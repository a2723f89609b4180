//! 登录与安全: where somebody is signed in, and how: end one session or all others, choose another
//! password, set up another authenticator app, get new recovery codes.
//!
//! What changes how one signs in asks again for what one signs in with. Paths under `/account`.

mod change;
mod pages;
#[cfg(test)]
mod tests;

use crate::shell::{Access, Routes};

/// The pages of one's own sign-in.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/account", Access::SignedIn, pages::show)
        .post("/account/end", Access::SignedIn, pages::end)
        .post("/account/end-others", Access::SignedIn, pages::end_others)
        .get("/account/password", Access::SignedIn, change::password_form)
        .post("/account/password", Access::SignedIn, change::password)
        .get("/account/factor", Access::SignedIn, change::factor_form)
        .post("/account/factor", Access::SignedIn, change::factor)
        .get("/account/codes", Access::SignedIn, change::codes_form)
        .post("/account/codes", Access::SignedIn, change::codes)
        .post("/account/noted", Access::SignedIn, change::noted)
}
