//! A JSON body, bounded in size and depth: what does not fit is refused before it is looked at.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use http::header;
use serde::de::DeserializeOwned;

use crate::shell::{self, Trouble};

/// The largest body taken: a little more than an entry of the journal may hold.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// A JSON body of type `T`. `serde_json` reads no deeper than 128 levels.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &S) -> Result<Self, Trouble> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !kind.starts_with("application/json") {
            return Err(Trouble::Unreadable("application/json"));
        }
        let announced = request.headers().get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > MOST_BYTES) {
            return Err(Trouble::TooLarge);
        }
        let body: Body = request.into_body();
        let bytes = to_bytes(body, MOST_BYTES)
            .await
            .map_err(|_longer| Trouble::TooLarge)?;
        if std::str::from_utf8(&bytes).is_ok_and(is_hostile) {
            return Err(Trouble::Unreadable("json"));
        }
        match serde_json::from_slice(&bytes) {
            Ok(read) => Ok(Self(read)),
            Err(_unreadable) => Err(Trouble::Unreadable("json")),
        }
    }
}

/// Whether a text holds, plainly or as an escape, a character that nobody types; see
/// [`shell::is_hostile`]. A backslash written twice before such an escape is taken for one too:
/// nobody means that either.
fn is_hostile(text: &str) -> bool {
    let escaped = text.split("\\u").skip(1).any(|rest| {
        let code = rest
            .get(..4)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        code.and_then(char::from_u32).is_some_and(shell::is_hostile)
    });
    escaped || text.chars().any(shell::is_hostile)
}

#[cfg(test)]
mod tests {
    use super::is_hostile;

    #[test]
    fn what_nobody_types_is_seen_plainly_and_escaped() {
        for bad in [
            "\"\\u0000\"",
            "\"\\u202E\"",
            "\"\u{202e}\"",
            "\"\\u001b\"",
            "\u{0}",
        ] {
            assert!(is_hostile(bad), "{bad:?}");
        }
        for fine in ["{\"a\":\"\\u5f20\\n\"}", "[1,\n\t2]", "\"\\u\"", "张三"] {
            assert!(!is_hostile(fine), "{fine:?}");
        }
    }
}
