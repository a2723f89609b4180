//! 撤销证明: on what ground and why; the check page says so from then on.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::Problem;
use linli_community::certificates::GROUNDS;
use tower_sessions::Session;

use crate::Portal;
use crate::cases::read;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::Link;
use crate::shell::{Fields, Page, Signed, Trouble};

fn fields(page: &Page) -> [Field; 2] {
    let grounds = GROUNDS.map(|code| {
        let label = page.t(&format!("certificates-ground-{code}"));
        Choice::new(code, label)
    });
    let ground = page.t("certificates-ground");
    [
        Field::new("ground", ground, Kind::Radios(grounds.to_vec())),
        Field::new("words", page.t("certificates-words"), Kind::Words)
            .hint(page.t("certificates-words-hint")),
    ]
}

fn page_of(page: Page, number: &str, fields: &[Field]) -> FormPage {
    let back = Link::new(
        page.t1("cases-case", "number", number),
        format!("/desk/cases/{number}"),
    );
    let title = page.t1("certificates-revoke-title", "number", number);
    let lead = page.t("certificates-revoke-lead");
    let go = page.t("certificates-revoke");
    let mut form = FormPage::new(page, title, go, back)
        .lead(lead)
        .fields(fields);
    form.danger = true;
    form
}

/// `GET /desk/cases/{number}/revoke-certificate`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let fields = fields(&page);
    page_of(page, &view.case.number, &fields).show()
}

/// `POST /desk/cases/{number}/revoke-certificate`
pub(super) async fn revoke(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let call = signed.call(&sent)?;
    let why = (sent.text("ground"), sent.text("words"));
    let done = portal.linli.revoke_certificate(call, view.case.id, why);
    match done.await {
        Ok(()) => {
            looks::flash(&session, "certificates-revoked", &[]).await?;
            Ok(Redirect::to(&read::href(&view)).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|one| one.field.is_some()) => {
            let mut fields = fields(&page);
            refill(&mut fields, &Typed::of(&sent));
            let page = page.with_refusals(&refusals);
            page_of(page, &view.case.number, &fields).show()
        }
        Err(problem) => Err(trouble(problem)),
    }
}
