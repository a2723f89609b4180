//! The receipt: number, what happens next and by when, how to follow it; to print and hand over.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::residents::mask;

use crate::Portal;
use crate::cases::read;
use crate::desk::rows;
use crate::nodes;
use crate::shell::ui::{Markup, Row, SummaryList};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "intake/templates/receipt.html")]
struct ReceiptPage {
    page: Page,
    number: String,
    spoken: String,
    facts: SummaryList,
    query: String,
    qr: Markup,
}

/// `GET /desk/intake/receipt/{number}`: safe to reload and to bookmark.
pub(super) async fn receipt(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let case = &view.case;
    let linli = &portal.linli;
    let tag = page.lang.tag();
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let mut rows = vec![
        row(
            "intake-receipt-service",
            view.service.names.in_lang(tag).to_owned(),
        ),
        row("intake-receipt-applicant", mask::name(&case.name)),
        row("case-received", page.date(case.received_on)),
    ];
    if let Some(wait) = &case.wait {
        let owner = rows::owner_name(&page, linli, &wait.owner);
        let next = rows::next_name(&page, wait.next.code());
        let due = rows::due_shown(&page, linli, Some(wait.due)).text;
        rows.push(row(
            "intake-receipt-next",
            format!("{owner}: {next}\n{due}"),
        ));
        if wait.result_by.is_some() {
            rows.push(row(
                "intake-receipt-by",
                rows::due_shown(&page, linli, wait.result_by).text,
            ));
        }
    }
    rows.push(row(
        "intake-receipt-call",
        view.service.guide.contact.phone.clone(),
    ));
    rows.extend(nodes::kept(&portal, &page, &view).await?);
    let query = format!("{}/lookup?number={}", page.public_url(), case.number);
    html(&ReceiptPage {
        spoken: rows::spoken(&case.number),
        number: case.number.clone(),
        facts: SummaryList { rows },
        qr: Markup::svg(linli_interop::qr::svg(&query)?),
        query,
        page,
    })
}
