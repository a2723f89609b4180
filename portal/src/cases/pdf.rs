//! The papers of a case as PDF.

use axum::extract::{Path, State};
use axum::response::Response;

use super::read;
use crate::Portal;
use crate::papers::letter;
use crate::shell::{Page, Signed, Trouble};

/// `GET /desk/cases/{number}/letter.pdf`; which paper and how, as [`letter::answer`] says.
pub(super) async fn letter(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    letter::answer(&portal, &page, &view, "attachment").await
}
