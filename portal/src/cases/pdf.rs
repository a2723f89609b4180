//! The letter of a case as a PDF.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_community::cases::rules::area_on;
use linli_interop::letter::render_letter;
use linli_kernel::Fault;

use super::letter::{self, Frame};
use super::read;
use crate::Portal;
use crate::policies::told;
use crate::shell::{Page, Signed, Trouble};

/// `GET /desk/cases/{number}/letter.pdf`; `?large=yes` in large print.
pub(super) async fn letter(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let station = view.rules.station(view.case.station);
    let area = area_on(station.level, &view.case.area);
    let issuer = letter::issuer(&portal.linli.areas(), &area);
    let promised = view.case.wait.as_ref().and_then(|wait| wait.result_by);
    let frame = Frame {
        issuer: &issuer,
        public_url: page.public_url(),
        promised: promised.and_then(linli_community::cases::Due::date),
        synthetic: page.is_demo(),
        large: page.query.get("large") == Some("yes"),
        reckoning: told::kept(&portal.linli, &page, &view.case),
    };
    let composed = letter::compose(&view.case, &view.service, &frame).ok_or(Trouble::NotFound)?;
    let pdf = tokio::task::spawn_blocking(move || render_letter(&composed))
        .await
        .map_err(|error| Fault::Busy(error.to_string()))??;
    let name = format!("attachment; filename=\"letter-{}.pdf\"", view.case.number);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, pdf).into_response())
}
