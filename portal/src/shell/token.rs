//! The token that proves a form came from our own page: a keyed hash of a random cookie, which
//! another site can neither read nor set. With it goes a check of where the request came from.

use http::{HeaderMap, header};
use linli_kernel::Fault;
use rand::RngExt as _;

use crate::session::Desk;

/// The cookie the token is bound to. The session itself gets a new id at sign-in.
pub(crate) const COOKIE: &str = "linli_form";

/// A fresh value for the cookie.
pub(crate) fn fresh() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// The token for a cookie.
pub(crate) fn token(desk: &Desk, cookie: &str) -> String {
    desk.keyed("form", cookie)
}

/// Whether the request was made by one of our own pages, as far as the browser tells.
///
/// `Sec-Fetch-Site` is sent by browsers since 2020 (Safari 2023); older ones send `Origin` with a
/// POST. Where neither is sent the token alone decides.
pub(crate) fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, origin_host)| origin_host == host),
        _ => true,
    }
}

/// Whether `sent` is the token for `cookie`, compared without telling how far it was right.
pub(crate) fn fits(desk: &Desk, cookie: Option<&str>, sent: Option<&str>) -> Result<bool, Fault> {
    let (Some(cookie), Some(sent)) = (cookie, sent) else {
        return Ok(false);
    };
    let right = token(desk, cookie);
    let differ = right
        .bytes()
        .zip(sent.bytes())
        .fold(right.len() ^ sent.len(), |differ, (a, b)| {
            differ | usize::from(a ^ b)
        });
    Ok(differ == 0)
}
