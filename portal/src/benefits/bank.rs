//! To the bank and back: the file that asks it to pay, and its answer.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use linli_community::feature::Problem;
use tower_sessions::Session;

use super::roll::{after, view};
use crate::Portal;
use crate::desk::trouble;
use crate::shell::ui::{Markup, Textarea};
use crate::shell::{Fields, Page, Signed, Trouble, Uploads, html, invalid};

/// `POST /desk/rolls/{roll}/send`: makes the next file.
pub(super) async fn send(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = signed.call(&sent)?;
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

/// The form for an answer: a file, or its content.
#[derive(Template)]
#[template(path = "benefits/templates/answer.html")]
struct AnswerPage {
    page: Page,
    id: String,
    pasted: Markup,
}

impl AnswerPage {
    fn new(page: Page, id: &str, text: &str) -> Self {
        let pasted = Markup::of(&Textarea {
            name: "answer".to_owned(),
            label: page.t("rolls-answer"),
            hint: page.t("rolls-answer-hint"),
            value: text.to_owned(),
            error: page.problem_of("answer").to_owned(),
            rows: 8,
            ..Textarea::default()
        });
        Self {
            pasted,
            id: id.to_owned(),
            page,
        }
    }
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
    html(&AnswerPage::new(page, &id, ""))
}

/// `POST /desk/rolls/{roll}/files/{batch}/answer`: posts it, or says row by row what is wrong.
pub(super) async fn answer(
    State(portal): State<Portal>,
    Path((id, batch)): Path<(String, u32)>,
    page: Page,
    signed: Signed,
    session: Session,
    (sent, uploads): (Fields, Uploads),
) -> Result<Response, Trouble> {
    let (roll, _) = portal
        .linli
        .roll(&signed.actor, &id)
        .await
        .map_err(trouble)?;
    roll.batch(batch).ok_or(Trouble::NotFound)?;
    let call = signed.call(&sent)?;
    let text = sent.first("answer").unwrap_or_default();
    let file = uploads.iter().find(|file| file.field == "file");
    if file.is_some_and(|file| file.too_large) {
        return Err(Trouble::TooLarge);
    }
    let file = file
        .map(|file| file.bytes.as_slice())
        .filter(|bytes| !bytes.is_empty());
    let bytes = file.unwrap_or(text.as_bytes());
    let done = Box::pin(portal.linli.answer_roll(call, &id, batch, bytes)).await;
    match done {
        Err(Problem::Refused(refusals))
            if refusals.iter().all(|no| no.code.starts_with("benefits.")) =>
        {
            let page = page.with_refusals(&refusals);
            invalid(&AnswerPage::new(page, &id, text))
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
