//! One entry: its open part, its place in its chain, its digest, and the receipt that proves it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_journal::Recorded;
use linli_kernel::Action;
use linli_kernel::gate::{Target, permits};
use serde_json::Value;

use super::journal::actor;
use crate::Portal;
use crate::desk::rows;
use crate::shell::ui::{Link, Row, SummaryList};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "audit/templates/entry.html")]
struct EntryPage {
    page: Page,
    seq: u64,
    facts: SummaryList,
    open: String,
    proven: bool,
}

async fn load(portal: &Portal, signed: &Signed, seq: u64) -> Result<Recorded, Trouble> {
    let entry = portal
        .linli
        .journal()
        .entries(seq, 1)
        .await?
        .pop()
        .ok_or(Trouble::NotFound)?;
    let target = Target {
        area: &entry.area,
        subject: None,
    };
    permits(&signed.actor, Action::JournalAudit, target)?;
    Ok(entry)
}

/// `GET /desk/audit/{seq}`.
pub(super) async fn entry(
    State(portal): State<Portal>,
    Path(seq): Path<u64>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let entry = load(&portal, &signed, seq).await?;
    let journal = portal.linli.journal();
    let bytes = journal.bytes(seq).await?.unwrap_or_default();
    let whole: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = |name: &str| whole[name].as_str().unwrap_or_default().to_owned();
    let sealed = match entry.sealed.len() {
        0 => page.t("audit-sealed-none"),
        count => page.t1("audit-sealed-count", "count", count),
    };
    let stream = entry.stream.as_str().to_owned();
    let all = form_urlencoded::byte_serialize(stream.as_bytes()).collect::<String>();
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let rows = vec![
        row("audit-col-kind", entry.kind.to_string()),
        row("audit-col-at", page.when(entry.at)),
        row("audit-col-stream", stream).action(Link::new(
            page.t("audit-stream-all"),
            format!("/desk/audit?stream={all}"),
        )),
        row("audit-version", entry.version.to_string()),
        row(
            "audit-col-area",
            rows::area_name(&portal.linli, &entry.area),
        ),
        row("audit-col-actor", actor(&portal, &page, &entry.actor)),
        row("audit-sealed", sealed),
        row("audit-log", text("log")),
        row("audit-prev", text("prev")),
        row("audit-digest", hex::encode(entry.digest)),
    ];
    html(&EntryPage {
        seq,
        facts: SummaryList { rows },
        open: serde_json::to_string_pretty(&entry.open).unwrap_or_default(),
        proven: journal.receipt(seq, false).await?.is_some(),
        page,
    })
}

/// `GET /desk/audit/{seq}/receipt.json`: for `linli verify` and any C2SP tool.
pub(super) async fn receipt(
    State(portal): State<Portal>,
    Path(seq): Path<u64>,
    signed: Signed,
) -> Result<Response, Trouble> {
    load(&portal, &signed, seq).await?;
    let receipt = portal
        .linli
        .journal()
        .receipt(seq, false)
        .await?
        .ok_or(Trouble::NotFound)?;
    let name = format!("attachment; filename=\"receipt-{seq}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)], axum::Json(receipt)).into_response())
}
