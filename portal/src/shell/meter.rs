//! What the node counts, for an operator's own monitoring: `/metrics`, from this machine only.

use std::sync::OnceLock;

use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_kernel::Fault;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::trouble::Trouble;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The seconds by which answers are sorted: the budgets of pages lie between them.
const SECONDS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 1.0, 5.0];

/// Begins to count. Once a process; later calls change nothing.
pub(crate) fn start() {
    HANDLE.get_or_init(|| {
        let built = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(PrometheusBuilder::install_recorder);
        built
            .inspect_err(|error| tracing::warn!(%error, "nothing is counted"))
            .ok()
    });
}

/// `GET /metrics`
pub(super) async fn show() -> Result<Response, Trouble> {
    let Some(handle) = HANDLE.get().and_then(Option::as_ref) else {
        return Err(Fault::Busy("nothing is counted".to_owned()).into());
    };
    handle.run_upkeep();
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], handle.render()).into_response())
}
