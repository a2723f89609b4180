//! Style sheet, scripts and icons: built by `npm run build` into `web/dist`, embedded here, served
//! under names that hold their hash, so that a browser keeps them for a year.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Dist;

#[derive(Deserialize)]
struct Built {
    file: String,
}

/// Which hashed file stands for which name.
#[derive(Clone, Default)]
pub struct Assets {
    names: Arc<BTreeMap<String, String>>,
}

impl Assets {
    /// Reads the manifest of the build. Without one the pages still work, unstyled; the log says so.
    ///
    /// # Errors
    /// When the manifest is there but not readable.
    pub fn load() -> Result<Self, anyhow::Error> {
        let Some(manifest) = Dist::get("manifest.json") else {
            tracing::warn!("web/dist is not built: pages are served without style");
            return Ok(Self::default());
        };
        let built: BTreeMap<String, Built> = serde_json::from_slice(&manifest.data)?;
        Ok(Self {
            names: Arc::new(
                built
                    .into_iter()
                    .map(|(name, built)| (name, format!("/assets/{}", built.file)))
                    .collect(),
            ),
        })
    }

    /// The address of `name`, such as `app.css`; empty when it was not built.
    #[must_use]
    pub fn href(&self, name: &str) -> &str {
        self.names.get(name).map_or("", String::as_str)
    }

    /// The bytes of `name`; none when it was not built.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let file = self.href(name).strip_prefix("/assets/")?;
        Dist::get(file).map(|file| file.data.into_owned())
    }

    /// Whether the front end was built.
    #[must_use]
    pub fn built(&self) -> bool {
        !self.names.is_empty()
    }
}

/// `GET /assets/{name}`.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let packed = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("gzip"));
    let kind = content_type(&name);
    let gzipped = if packed {
        Dist::get(&format!("{name}.gz"))
    } else {
        None
    };
    let encoded = gzipped.is_some();
    let (Some(kind), Some(file)) = (kind, gzipped.or_else(|| Dist::get(&name))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = file.data.into_owned().into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if encoded {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_known_kinds_are_served() {
        for name in ["manifest.json", "../Cargo.toml", ".gitkeep", "none.css"] {
            let answer = serve(Path(name.to_owned()), HeaderMap::new()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
