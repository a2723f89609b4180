//! Rolls of payments: listed, and the bank's answer posted from a program, however long it is.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use linli_community::Call;
use linli_community::benefits::roll::{MOST_BYTES, Row};
use linli_kernel::CommandId;

use super::shapes::{RollAnswered, RollLine};
use crate::Portal;
use crate::desk::trouble;
use crate::shell::{Query, Signed, Trouble};

fn line(row: &Row) -> RollLine {
    RollLine {
        roll: row.id.clone(),
        area: row
            .area()
            .map(|area| area.as_str().to_owned())
            .unwrap_or_default(),
        period: row
            .period()
            .map(|period| period.to_string())
            .unwrap_or_default(),
        stage: row.stage().code().to_owned(),
        lines: row.lines,
        held: row.held,
        net_fen: row.gross_fen - row.deduct_fen,
        bad: row.bad,
    }
}

/// The rolls of the token's area, the newest first.
#[utoipa::path(get, path = "/api/v1/rolls", tag = "rolls", operation_id = "listRolls",
    params(("page" = Option<u64>, Query, description = "The page, from 1")),
    security(("token" = [])),
    responses((status = 200, description = "The rolls", body = Vec<RollLine>)))]
pub(super) async fn list(
    State(portal): State<Portal>,
    query: Query,
    signed: Signed,
) -> Result<Json<Vec<RollLine>>, Trouble> {
    let found = portal.linli.rolls(&signed.actor, query.page()).await;
    Ok(Json(found.map_err(trouble)?.iter().map(line).collect()))
}

/// The bank's answer to a file, as it came (docs/bank-file.md): posted as a whole, or every row
/// that differs is named and nothing is posted. The same answer is posted once.
#[utoipa::path(post, path = "/api/v1/rolls/{roll}/files/{batch}/answer", tag = "rolls",
    operation_id = "answerRoll",
    params(
        ("roll" = String, Path, description = "The name of the roll"),
        ("batch" = u32, Path, description = "Which file of it, from 1")
    ),
    request_body(content = String, content_type = "text/csv"),
    security(("token" = [])),
    responses((status = 200, description = "What it came to", body = RollAnswered)))]
pub(super) async fn answer(
    State(portal): State<Portal>,
    Path((roll, batch)): Path<(String, u32)>,
    signed: Signed,
    request: Request,
) -> Result<Json<RollAnswered>, Trouble> {
    let (known, _) = portal
        .linli
        .roll(&signed.actor, &roll)
        .await
        .map_err(trouble)?;
    known.batch(batch).ok_or(Trouble::NotFound)?;
    let kind = request.headers().get(http::header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !kind.starts_with("text/csv") {
        return Err(Trouble::Unreadable("text/csv"));
    }
    let bytes = to_bytes(request.into_body(), MOST_BYTES).await;
    let bytes = bytes.map_err(|_longer| Trouble::TooLarge)?;
    let call = Call {
        command: CommandId::new(portal.linli.clock()),
        actor: &signed.actor,
        expected: None,
    };
    let posted = Box::pin(portal.linli.answer_roll(call, &roll, batch, &bytes)).await;
    let state = posted.map_err(trouble)?.state;
    let paid = state
        .batch(batch)
        .and_then(|batch| batch.paid)
        .unwrap_or_default();
    Ok(Json(RollAnswered {
        roll,
        batch,
        paid: paid.0,
        paid_fen: paid.1,
        bad: u32::try_from(state.bad.len()).unwrap_or(u32::MAX),
    }))
}
