//! Sign-in: by user name and password for staff, by a one-time code for residents, by a card in a
//! demo. What the session holds, and how it ends.

use axum_extra::extract::CookieJar;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::time::Duration;

use crate::Portal;
use crate::shell::{Fields, Identity, Routes, Trouble};

/// The session's cookie.
pub const SESSION_COOKIE: &str = "linli";
/// The longest a session lives without a sign of its owner.
pub const LONGEST: Duration = Duration::hours(12);
/// Where the session keeps a form that waits for sign-in.
pub(crate) const WAITING: &str = "waiting";

/// A form that was sent while nobody was signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Waiting {
    pub(crate) fn new(path: &str, fields: &Fields) -> Self {
        Self {
            path: path.to_owned(),
            fields: fields
                .again()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

/// Who asks, from the session or the token.
pub(crate) async fn identify(
    _portal: &Portal,
    _parts: &mut Parts,
    _jar: &CookieJar,
    local: bool,
) -> Result<Identity, Trouble> {
    Ok(Identity {
        local,
        ..Identity::default()
    })
}

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
}
