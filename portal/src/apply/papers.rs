//! 材料: photos or files of the papers to bring, sent along from the phone. Nobody has to: what is
//! not sent is shown at the counter.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::pages::Application;
use crate::Portal;
use crate::attachments::{self, Wanted};
use crate::catalogue::views::say;
use crate::shell::ui::{BackLink, Markup};
use crate::shell::{Fields, Page, Signed, Trouble, Uploads, html, invalid};

#[derive(Template)]
#[template(path = "apply/templates/papers.html")]
struct Papers {
    page: Page,
    back: BackLink,
    title: String,
    acting: String,
    action: String,
    slots: Markup,
}

/// `GET /apply/{service}/papers`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let application = Application::open(&portal, &signed, &page, &service).await?;
    if application.papers().is_empty() {
        return Ok(Redirect::to(&application.href("check")).into_response());
    }
    html(&view(&application, page))
}

fn view(application: &Application, page: Page) -> Papers {
    let wanted: Vec<Wanted> = application
        .papers()
        .into_iter()
        .map(|paper| Wanted::of(&page, paper))
        .collect();
    let visible = application.form().visible(&application.answers);
    let back = visible
        .last()
        .map_or_else(|| application.start(), |last| application.href(&last.id));
    let service = say(&page, &application.service.names);
    Papers {
        back: BackLink {
            text: page.t("apply-back"),
            href: back,
        },
        title: page.t1("apply-papers-title", "service", service),
        acting: application.whom.acting(&page),
        action: application.href("papers"),
        slots: attachments::draw(&page, &wanted, &application.tray),
        page,
    }
}

/// `POST /apply/{service}/papers`: keeps what is good, says what is not, and goes on when all is.
pub(super) async fn send(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    signed: Signed,
    fields: Fields,
    uploads: Uploads,
) -> Result<Response, Trouble> {
    let mut application = Application::open(&portal, &signed, &page, &service).await?;
    let papers: Vec<String> = application
        .papers()
        .iter()
        .map(|one| one.id.clone())
        .collect();
    let subject = application.whom.subject;
    let sent = (&fields, &uploads);
    let refusals = application
        .tray
        .take_in(&portal, &page, subject, sent, &papers)
        .await?;
    if !refusals.is_empty() {
        return invalid(&view(&application, page.with_refusals(&refusals)));
    }
    // Also that nothing was sent is remembered: the page is not asked again.
    application.tray.save(&portal).await?;
    application.passed_papers = true;
    let next = if fields.text("_do") == "more" {
        application.href("papers")
    } else {
        application.next()
    };
    Ok(Redirect::to(&next).into_response())
}
