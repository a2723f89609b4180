//! Making a template: the form, the check of what it repeats, and the act. What was typed goes along
//! from step to step and comes back with every problem at its field.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::feature::Problem;
use linli_community::reporting::Draft;
use linli_kernel::Refusal;
use tower_sessions::Session;

use super::{check, forms};
use crate::Portal;
use crate::desk::fields::refill;
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{Link, Markup};
use crate::shell::{Fields, Page, Signed, Trouble};

/// `GET /desk/reporting/new`
pub(super) async fn form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    show(&portal, page, &signed, None)
}

fn show(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    typed: Option<&Typed>,
) -> Result<Response, Trouble> {
    let mut fields = forms::fields(portal, &page, signed)?;
    if let Some(typed) = typed {
        refill(&mut fields, typed);
    }
    let title = page.t("reporting-new");
    let (lead, submit) = (page.t("reporting-new-lead"), page.t("reporting-check"));
    let back = Link::new(page.t("reporting-title"), "/desk/reporting");
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    form.hidden = form.hidden.then(&Markup::hidden("do", "check"));
    form.parts = fields
        .iter()
        .map(|field| match &*field.name {
            forms::MORE => forms::folded(&form.page, field),
            _ => field.draw(&form.page),
        })
        .collect();
    form.show()
}

/// `POST /desk/reporting/new`: `do` is check, change or create.
pub(super) async fn act(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    if sent.text("do") == "change" {
        return show(&portal, page, &signed, Some(&typed));
    }
    let Some(draft) = forms::draft(&mut typed, &signed) else {
        return Err(Refusal::new("gate.role").into());
    };
    let mut problems = problems(&portal, &signed, typed.clone(), &draft)?;
    if !problems.is_empty() {
        // In the order of the page.
        let fields = forms::fields(&portal, &page, &signed)?;
        let place = |no: &Refusal| {
            let field = no.field.as_deref();
            fields.iter().position(|one| Some(&*one.name) == field)
        };
        problems.sort_by_key(place);
        let page = page.with_refusals(&problems);
        return show(&portal, page, &signed, Some(&typed));
    }
    if sent.text("do") != "create" {
        return check::show(&portal, page, &signed, &typed, &draft).await;
    }
    let call = signed.call(&sent)?;
    match portal
        .linli
        .create_report(call, &draft, sent.text("seen"))
        .await
    {
        Ok(id) => {
            looks::flash(&session, "reporting-made", &[]).await?;
            Ok(Redirect::to(&format!("/desk/reporting/{id}")).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|no| no.field.is_some()) => {
            let page = page.with_refusals(&refusals);
            check::show(&portal, page, &signed, &typed, &draft).await
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// What cannot be read, and what the rules say to the rest; one problem a field.
fn problems(
    portal: &Portal,
    signed: &Signed,
    typed: Typed,
    draft: &Draft,
) -> Result<Vec<Refusal>, Trouble> {
    let mut problems = typed.into_result(Some(())).err().unwrap_or_default();
    for refusal in portal.linli.report_problems(&signed.actor, draft)? {
        if refusal.field.is_none() {
            return Err(refusal.into());
        }
        if problems.iter().all(|one| one.field != refusal.field) {
            problems.push(refusal);
        }
    }
    Ok(problems)
}
