//! To the bank and back: the file that asks it to pay, and its answer.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use linli_community::feature::Problem;
use tower_sessions::Session;

use super::roll::{after, call, view};
use crate::Portal;
use crate::desk::fields::{Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::shell::ui::Link;
use crate::shell::{Fields, Page, Signed, Trouble, invalid};

/// `POST /desk/rolls/{roll}/send`: makes the next file.
pub(super) async fn send(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = call(&signed, &sent)?;
    let done = Box::pin(portal.linli.send_roll(call, &id)).await;
    after(
        &portal,
        page,
        &signed,
        &session,
        &id,
        (done.map(drop), "rolls-sent"),
    )
    .await
}

/// `POST /desk/rolls/{roll}/files/{batch}`: the file itself, byte for byte as it was recorded.
pub(super) async fn file(
    State(portal): State<Portal>,
    Path((id, batch)): Path<(String, u32)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    match Box::pin(portal.linli.bank_file(&signed.actor, &id, batch)).await {
        Ok(file) => {
            let name = format!("attachment; filename=\"{id}-{batch}.csv\"");
            let kind = "text/csv; charset=utf-8".to_owned();
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, name),
            ];
            Ok((headers, file.bytes).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals[0].code == "benefits.file-differs" => {
            let page = page.with_refusals(&refusals);
            invalid(&view(&portal, page, &signed, &id).await?)
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn form_page(page: Page, id: &str, fields: &[Field]) -> Result<Response, Trouble> {
    let back = Link::new(page.t("rolls-back"), format!("/desk/rolls/{id}"));
    let (title, submit) = (page.t("rolls-answer-title"), page.t("rolls-answer-do"));
    let lead = page.t("rolls-answer-lead");
    FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(fields)
        .show()
}

fn fields(page: &Page) -> Vec<Field> {
    let hint = page.t("rolls-answer-hint");
    vec![Field::new("answer", page.t("rolls-answer"), Kind::Words).hint(hint)]
}

/// `GET /desk/rolls/{roll}/files/{batch}/answer`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path((id, batch)): Path<(String, u32)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let (roll, _) = portal
        .linli
        .roll(&signed.actor, &id)
        .await
        .map_err(trouble)?;
    roll.batch(batch).ok_or(Trouble::NotFound)?;
    let fields = fields(&page);
    form_page(page, &id, &fields)
}

/// `POST /desk/rolls/{roll}/files/{batch}/answer`: posts it, or says row by row what is wrong.
pub(super) async fn answer(
    State(portal): State<Portal>,
    Path((id, batch)): Path<(String, u32)>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let (roll, _) = portal
        .linli
        .roll(&signed.actor, &id)
        .await
        .map_err(trouble)?;
    roll.batch(batch).ok_or(Trouble::NotFound)?;
    let call = call(&signed, &sent)?;
    let text = sent.first("answer").unwrap_or_default();
    let done = Box::pin(portal.linli.answer_roll(call, &id, batch, text.as_bytes())).await;
    match done {
        Err(Problem::Refused(refusals))
            if refusals.iter().all(|no| no.code.starts_with("benefits.")) =>
        {
            let mut fields = fields(&page);
            refill(&mut fields, &Typed::of(&sent));
            form_page(page.with_refusals(&refusals), &id, &fields)
        }
        done => {
            after(
                &portal,
                page,
                &signed,
                &session,
                &id,
                (done.map(drop), "rolls-answered"),
            )
            .await
        }
    }
}
