//! Sign-in: by user name and password for staff, by a one-time code for residents. What the session
//! holds, how it ends, and the way back to the page that was wanted.
//!
//! A second factor for staff has its place between `staff` and `who::enter`; passkeys and a
//! city's own identity service end in the same call.

mod end;
mod post;
mod residents;
mod staff;
#[cfg(test)]
mod tests;
mod tokens;
mod waiting;
mod who;

use tower_sessions::cookie::time::Duration;

use crate::shell::{Access, Routes};

pub(crate) use tokens::Tokens;
pub(crate) use waiting::{WAITING, Waiting};
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
        .get("/sign-in/post", Access::SignedIn, post::ask)
        .post("/sign-in/post", Access::SignedIn, post::choose)
        .get("/sign-in/continue", Access::SignedIn, waiting::show)
        .post("/sign-out", Access::Public, end::sign_out)
        .get("/kiosk/end", Access::Public, end::kiosk)
}
