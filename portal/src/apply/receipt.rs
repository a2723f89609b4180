//! 回执: the number, the promised date, what happens next, and a proof to keep.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header;
use linli_community::cases::view::CaseView;
use linli_community::catalogue::Held;
use linli_interop::qr;
use linli_kernel::Fault;

use crate::Portal;
use crate::catalogue::views::{PaperLine, paper_line, promise, say};
use crate::nodes;
use crate::progress::pages::find;
use crate::progress::words;
use crate::shell::ui::{Markup, Row, SummaryList};
use crate::shell::{Page, Signed, Trouble, html};

struct ReceiptView {
    number: String,
    key: String,
    facts: SummaryList,
    next: String,
    steps: Vec<String>,
    papers: Vec<PaperLine>,
    office: String,
    phone: String,
    qr: Markup,
    progress_url: String,
    pdf: String,
}

#[derive(Template)]
#[template(path = "apply/templates/receipt.html")]
struct ReceiptPage {
    page: Page,
    acting: String,
    receipt: ReceiptView,
}

/// `GET /cases/{number}/receipt`: safe to reload and to bookmark.
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let mut receipt = receipt(&portal, &page, &mine.view)?;
    receipt
        .facts
        .rows
        .extend(nodes::kept(&portal, &page, &mine.view).await?);
    html(&ReceiptPage {
        acting: mine.whom.acting(&page),
        receipt,
        page,
    })
}

fn receipt(portal: &Portal, page: &Page, view: &CaseView) -> Result<ReceiptView, Trouble> {
    let case = &view.case;
    let progress_url = format!("{}/lookup?number={}", page.public_url(), case.number);
    let contact = &view.service.guide.contact;
    let steps = view.service.steps.iter();
    Ok(ReceiptView {
        number: words::grouped(&case.number),
        key: case.number.clone(),
        facts: SummaryList {
            rows: facts(portal, page, view),
        },
        next: next(portal, page, view),
        steps: steps.map(|step| say(page, &step.explain)).collect(),
        papers: papers(page, view),
        office: say(page, &contact.office),
        phone: contact.phone.clone(),
        qr: Markup::svg(qr::svg(&progress_url)?),
        progress_url,
        pdf: pdf(view),
    })
}

/// Where the receipt is printed: it is the paper of the first act.
fn pdf(view: &CaseView) -> String {
    let first = view.history.first().map_or(1, |one| one.version);
    format!("/cases/{}/letter.pdf?paper={first}", view.case.number)
}

fn facts(portal: &Portal, page: &Page, view: &CaseView) -> Vec<Row> {
    let case = &view.case;
    let mut rows = vec![
        Row::new(page.t("receipt-service"), say(page, &view.service.names)),
        Row::new(page.t("receipt-at"), page.when(case.submitted_at)),
    ];
    let promised = case.wait.as_ref().and_then(|wait| wait.result_by);
    if let Some(due) = promised {
        let text = words::due_text(page, &portal.linli, due);
        rows.push(Row::new(page.t("receipt-promise"), text));
    }
    let term = promise(page, &view.service);
    rows.push(Row::new(page.t("receipt-term"), term.text).from(term.note));
    rows
}

fn next(portal: &Portal, page: &Page, view: &CaseView) -> String {
    match &view.case.wait {
        Some(wait) => words::wait_sentence(page, &portal.linli, wait),
        None => page.t(&format!("progress-phase-{}", view.case.phase.code())),
    }
}

/// What is still to be brought: before the decision, as long as nobody has noted that it came.
fn papers(page: &Page, view: &CaseView) -> Vec<PaperLine> {
    let came = |id: &str| view.case.papers.iter().any(|paper| paper.id == id);
    let papers = view.service.guide.papers.iter();
    papers
        .filter(|_| view.case.phase.is_before_decision())
        .filter(|paper| paper.held == Held::Nowhere && paper.needed_if.is_empty())
        .filter(|paper| !came(&paper.id))
        .map(|paper| paper_line(page, paper))
        .collect()
}

/// `GET /cases/{number}/receipt.json`: the journal's receipt of the first entry, for `linli verify`.
pub(super) async fn proof(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let first = mine.view.history.first().ok_or(Trouble::NotFound)?;
    if !nodes::begun_here(&portal, &mine.view).await? {
        return Err(Trouble::NotFound);
    }
    let receipt = portal.linli.journal().receipt(first.seq, true).await?;
    // The next checkpoint holds the entry: a moment later there is a receipt.
    let receipt = receipt.ok_or_else(|| Fault::Busy("no checkpoint yet".to_owned()))?;
    let body = serde_json::to_vec_pretty(&receipt)
        .map_err(|error| Fault::Damaged(format!("receipt: {error}")))?;
    let name = format!(
        "attachment; filename=\"receipt-{}.json\"",
        mine.view.case.number
    );
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}
