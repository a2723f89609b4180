//! `/openapi.json`: the description of the API (OpenAPI 3.1).

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{areas, cases, commands, rolls, search, services, shapes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "邻里一网通 Linli",
        description = "Cases, services, areas and rolls of one node. Commands are idempotent by command_id; errors are problem documents (RFC 9457).",
        version = "1"
    ),
    paths(
        cases::create,
        cases::list,
        cases::read,
        cases::act,
        cases::receipt,
        services::list,
        services::read,
        areas::list,
        search::find,
        rolls::list,
        rolls::answer
    ),
    components(schemas(shapes::ProblemShape, shapes::RuleShape))
)]
struct Described;

/// The description, as JSON.
pub(super) fn document() -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    let other = json!({
        "description": "Any other problem: 400 unreadable, 401 no token, 403 not this post, 404 none, 413 too large, 429 too many, 503 busy",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemShape" } } }
    });
    for path in document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        for operation in path.as_object_mut().into_iter().flat_map(Map::values_mut) {
            operation["responses"]["default"] = other.clone();
        }
    }
    let components = &mut document["components"];
    components["schemas"]["CaseCommand"] = commands::describe();
    components["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "Issued by `linli account token` or at /desk/admin" }
    });
    document
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// `GET /openapi.json`.
pub(super) async fn openapi() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, TEXT.as_str()).into_response()
}
