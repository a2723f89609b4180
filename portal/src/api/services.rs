//! Services: the catalogue as it is in force today.

use axum::Json;
use axum::extract::{Path, State};
use linli_community::catalogue::Service;
use serde_json::{Value, json};

use super::shapes::ServiceLine;
use crate::Portal;
use crate::shell::Trouble;

fn line(service: &Service) -> ServiceLine {
    ServiceLine {
        id: service.id.clone(),
        version: service.version,
        name_zh: service.names.zh.clone(),
        name_en: service.names.en.clone(),
        jurisdiction: service.jurisdiction.clone(),
    }
}

/// The services in force today.
#[utoipa::path(get, path = "/api/v1/services", tag = "catalogue", operation_id = "listServices",
    responses((status = 200, description = "The services", body = Vec<ServiceLine>)))]
pub(super) async fn list(State(portal): State<Portal>) -> Json<Vec<ServiceLine>> {
    let today = portal.linli.clock().today();
    let services = portal.linli.catalogue().services_on(today);
    Json(services.map(|one| line(one)).collect())
}

/// One service: guide, form, steps, deadlines, grounds, sources.
#[utoipa::path(get, path = "/api/v1/services/{service}", tag = "catalogue", operation_id = "readService",
    params(("service" = String, Path, description = "Its id")),
    responses(
        (status = 200, description = "The service as its file says", body = Object),
        (status = 404, description = "There is none", body = super::shapes::ProblemShape, content_type = "application/problem+json"),
    ))]
pub(super) async fn read(
    State(portal): State<Portal>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let today = portal.linli.clock().today();
    let service = portal
        .linli
        .catalogue()
        .service(&id, today)
        .ok_or(Trouble::NotFound)?;
    Ok(Json(json!(**service)))
}
