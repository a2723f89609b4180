//! The page of one case, its letter.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::cases::command::Verb;
use linli_community::cases::queries::{self, Filter};
use linli_community::cases::view::{self, CaseView};
use linli_units::CaseNumber;

use super::views::{self, DecisionView};
use super::words::{self, trouble};
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::catalogue::views::say;
use crate::papers::{self, letter};
use crate::shell::ui::{Link, Markup, Progress, Textarea};
use crate::shell::{Page, Signed, Trouble, html};

/// A case of the reader, or of one for whom they hold a mandate.
pub(crate) struct Mine {
    pub(crate) whom: Whom,
    pub(crate) view: CaseView,
}

/// Finds the case `number` among the reader's own and those of whom they act for. Anybody else's
/// is not found.
pub(crate) async fn find(portal: &Portal, signed: &Signed, number: &str) -> Result<Mine, Trouble> {
    let number = CaseNumber::parse(number).map_err(|_bad| Trouble::NotFound)?;
    let filter = Filter {
        number: Some(number.as_str().to_owned()),
        size: 1,
        ..Filter::default()
    };
    for whom in whom::all(portal, signed).await? {
        let found = queries::list(&portal.linli, &whom.actor, &filter)
            .await
            .map_err(trouble)?;
        if let Some(row) = found.rows.first() {
            let view = view::view(&portal.linli, &whom.actor, row.id)
                .await
                .map_err(trouble)?;
            return Ok(Mine { whom, view });
        }
    }
    Err(Trouble::NotFound)
}

#[derive(Template)]
#[template(path = "progress/templates/case.html")]
struct Case {
    page: Page,
    acting: String,
    service: String,
    number: String,
    key: String,
    now: Markup,
    actions: Vec<Link>,
    can_urge: bool,
    urged: String,
    asked: Vec<String>,
    decision: Option<DecisionView>,
    clock: Markup,
    timeline: Progress,
    answers: Markup,
    papers: Vec<Link>,
    can_say: bool,
    message: Markup,
}

/// `GET /cases/{number}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    html(&case(&portal, page, &mine, ""))
}

/// The page with what stands in the message box.
pub(super) fn page_with(portal: &Portal, page: Page, mine: &Mine, typed: &str) -> impl Template {
    case(portal, page, mine, typed)
}

fn case(portal: &Portal, page: Page, mine: &Mine, typed: &str) -> Case {
    let linli = &portal.linli;
    let view = &mine.view;
    let message = Textarea {
        name: "words".to_owned(),
        label: page.t("progress-message-label"),
        hint: page.t("progress-message-hint"),
        value: typed.to_owned(),
        error: page.problem_of("words").to_owned(),
        rows: 3,
        ..Textarea::default()
    };
    Case {
        acting: mine.whom.acting(&page),
        service: say(&page, &view.service.names),
        number: words::grouped(&view.case.number),
        key: view.case.number.clone(),
        now: views::now(&page, linli, view, true),
        actions: views::actions(&page, view),
        can_urge: view.allows(Verb::Urge),
        urged: urged(&page, view),
        asked: views::asked(&page, linli, view),
        decision: views::decision(&page, linli, view),
        clock: views::clock(&page, view),
        timeline: views::timeline(&page, linli, view, true),
        answers: views::answers(&page, view),
        papers: papers::links(
            &page,
            view,
            &format!("/cases/{}/letter.pdf", view.case.number),
        ),
        can_say: view.allows(Verb::Say) && view.case.phase.is_open(),
        message: Markup::of(&message),
        page,
    }
}

/// When it was urged last, and why it cannot be urged again yet.
fn urged(page: &Page, view: &CaseView) -> String {
    let Some(day) = view.case.urged_on else {
        return String::new();
    };
    let refusal = view.allowed.iter().find(|one| one.verb == Verb::Urge);
    match refusal.and_then(|one| one.refusal.as_ref()) {
        Some(refusal) if refusal.code == "cases.urged-already" => page.refusal(refusal),
        _ => page.t1("progress-urged-on", "day", page.date(day)),
    }
}

/// `GET /cases/{number}/letter.pdf`; which paper and how, as [`letter::answer`] says.
pub(super) async fn letter_pdf(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    letter::answer(&portal, &page, &mine.view, "inline").await
}
