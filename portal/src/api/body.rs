//! A JSON body, bounded in size and depth: what does not fit is refused before it is looked at.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use http::header;
use serde::de::DeserializeOwned;

use crate::shell::Trouble;

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
        match serde_json::from_slice(&bytes) {
            Ok(read) => Ok(Self(read)),
            Err(_unreadable) => Err(Trouble::Unreadable("json")),
        }
    }
}
