//! Sign-in: by user name and password for staff, by a one-time code for residents. What the session
//! holds, how it ends, and the way back to the page that was wanted.
//!
//! Between the password of staff and `who::enter` stand the steps of `steps`: the second factor, and
//! a password of one's own where somebody else chose it.

mod end;
pub(crate) mod factor;
pub(crate) mod password;
mod post;
mod residents;
mod staff;
mod steps;
#[cfg(test)]
mod tests;
mod tokens;
mod waiting;
mod who;

use tower_sessions::cookie::time::Duration;

use crate::shell::{Access, Routes};

pub(crate) use tokens::Tokens;
pub(crate) use waiting::{WAITING, Waiting, onward};
pub(crate) use who::identify;
pub use who::{Entrant, enter, resident_entrant, staff_entrant};

/// The session's cookie.
pub const SESSION_COOKIE: &str = "linli";
/// The longest a session lives.
pub const LONGEST: Duration = Duration::hours(12);

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Access::Public, residents::ask_phone)
        .post("/sign-in", Access::Public, residents::send_code)
        .get("/sign-in/code", Access::Public, residents::ask_code)
        .post("/sign-in/code", Access::Public, residents::check_code)
        .post("/sign-in/whom", Access::Public, residents::choose)
        .get("/sign-in/staff", Access::Public, staff::ask)
        .post("/sign-in/staff", Access::Public, staff::check)
        .get("/sign-in/factor", Access::Public, factor::ask)
        .post("/sign-in/factor", Access::Public, factor::check)
        .get("/sign-in/factor/new", Access::Public, factor::settle)
        .post("/sign-in/factor/new", Access::Public, factor::settled)
        .get("/sign-in/password", Access::Public, password::ask)
        .post("/sign-in/password", Access::Public, password::choose)
        .post("/sign-in/next", Access::Public, steps::next)
        .get("/sign-in/post", Access::SignedIn, post::ask)
        .post("/sign-in/post", Access::SignedIn, post::choose)
        .get("/sign-in/continue", Access::SignedIn, waiting::show)
        .post("/sign-out", Access::Public, end::sign_out)
        .get("/kiosk/end", Access::Public, end::kiosk)
}
