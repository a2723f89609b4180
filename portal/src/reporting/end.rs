//! 废止: an officer ends a template, for a reason that those who fill it in read.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::feature::Problem;
use tower_sessions::Session;
use uuid::Uuid;

use crate::Portal;
use crate::desk::fields::{Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::Link;
use crate::shell::{Fields, Page, Signed, Trouble};

/// `GET /desk/reporting/{template}/end`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let name = named(&portal, &signed, id).await?;
    show(page, id, &name, None)
}

fn show(page: Page, id: Uuid, name: &str, typed: Option<&Typed>) -> Result<Response, Trouble> {
    let mut fields = [
        Field::new("reason", page.t("reporting-end-reason"), Kind::Words)
            .hint(page.t("reporting-end-hint")),
    ];
    if let Some(typed) = typed {
        refill(&mut fields, typed);
    }
    let title = page.t1("reporting-end-title", "name", name);
    let (submit, lead) = (page.t("reporting-end"), page.t("reporting-end-lead"));
    let back = Link::new(name, format!("/desk/reporting/{id}"));
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    form.danger = true;
    form.fields(&fields).show()
}

/// `POST /desk/reporting/{template}/end`
pub(super) async fn end(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let name = named(&portal, &signed, id).await?;
    let typed = Typed::of(&sent);
    let call = signed.call(&sent)?;
    match portal.linli.end_report(call, id, typed.get("reason")).await {
        Ok(()) => {
            looks::flash(&session, "reporting-ended-done", &[]).await?;
            Ok(Redirect::to(&format!("/desk/reporting/{id}")).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|no| no.field.is_some()) => {
            show(page.with_refusals(&refusals), id, &name, Some(&typed))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// What the template is called, for who may see it.
async fn named(portal: &Portal, signed: &Signed, id: Uuid) -> Result<String, Trouble> {
    let template = portal.linli.report_template(&signed.actor, id).await;
    let template = template.map_err(none_is_not_found)?;
    let created = template.created.as_ref().ok_or(Trouble::NotFound)?;
    Ok(created.0.name.clone())
}

/// An address of no template is an address of nothing.
pub(super) fn none_is_not_found(problem: Problem) -> Trouble {
    match problem {
        Problem::Refused(no) if no.iter().any(|no| no.code == "reporting.no-such-template") => {
            Trouble::NotFound
        }
        other => trouble(other),
    }
}
