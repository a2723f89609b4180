//! Areas: the tree as it is today.

use axum::Json;
use axum::extract::State;
use linli_community::places::Area;
use linli_kernel::AreaPath;

use super::shapes::AreaLine;
use crate::Portal;
use crate::shell::Query;

pub(super) fn line(area: &Area) -> AreaLine {
    AreaLine {
        path: area.path().clone(),
        code: area.code.clone(),
        name: area.name().to_owned(),
        kind: area.kind.code().to_owned(),
        statistical_code: area.statistical_code.clone(),
    }
}

/// The areas directly in `parent`; the districts when none is given.
#[utoipa::path(get, path = "/api/v1/areas", tag = "areas", operation_id = "listAreas",
    params(("parent" = Option<String>, Query, description = "The path of the area above")),
    responses((status = 200, description = "The areas", body = Vec<AreaLine>)))]
pub(super) async fn list(State(portal): State<Portal>, query: Query) -> Json<Vec<AreaLine>> {
    let tree = portal.linli.areas();
    let parent: Option<AreaPath> = query.get("parent").and_then(|path| path.parse().ok());
    let lines = match parent {
        Some(parent) => tree.children(&parent).map(line).collect(),
        None if query.get("parent").is_some() => Vec::new(),
        None => tree
            .living()
            .filter(|area| area.path().depth() == 1)
            .map(line)
            .collect(),
    };
    Json(lines)
}
