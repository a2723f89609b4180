//! 走访单: one visit on one page: where to, whom, what was said, what to look at, and the form.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::cases::CaseView;
use linli_community::cases::command::Verb;
use linli_community::catalogue::question::Kind;
use linli_community::residents::mask;
use serde_json::Value;
use tower_sessions::Session;

use crate::Portal;
use crate::cases::{about, groups, read};
use crate::desk::{looks, rows};
use crate::shell::ui::{Row, SummaryList};
use crate::shell::{Page, Signed, Trouble, html};

/// The field of the dictionary that holds where somebody lives.
const ADDRESS: &str = "person.address";

#[derive(Template)]
#[template(path = "visits/templates/sheet.html")]
struct Sheet {
    page: Page,
    service: String,
    spoken: String,
    summary: SummaryList,
    masked: bool,
    case: String,
    groups: Vec<(String, SummaryList)>,
    record: bool,
}

/// The address of the sheet of a case.
pub(super) fn href(view: &CaseView) -> String {
    format!("/desk/visits/{}", view.case.number)
}

/// Where to go: as answered, or as the register has it; masked unless `full`.
pub(super) async fn address(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    full: bool,
) -> Result<String, Trouble> {
    let questions = view.service.form.questions.iter();
    let answered = questions
        .filter(|one| one.kind == Kind::Address && one.field.as_deref() == Some(ADDRESS))
        .find_map(|one| view.case.answers.get(&one.id)?.as_str().map(str::to_owned));
    let found = match answered {
        Some(address) => Some(address),
        None => {
            let facts = portal.linli.known_facts(view.case.applicant).await?;
            let fact = facts.get(ADDRESS).map(|fact| &fact.value);
            fact.and_then(Value::as_str).map(str::to_owned)
        }
    };
    Ok(match found {
        Some(address) if full => address,
        Some(address) => mask::address(&address),
        None => page.t("visits-no-address"),
    })
}

/// `GET /desk/visits/{number}`.
pub(super) async fn sheet(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let now = portal.linli.clock().now();
    let full = looks::why(&session, &about(&view), now).await?.is_some();
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let due = view.case.wait.as_ref().map(|wait| wait.due);
    let summary = vec![
        row(
            "visits-address",
            address(&portal, &page, &view, full).await?,
        ),
        row("visits-name", mask::name(&view.case.name)),
        row("visits-phone", mask::phone(&view.case.phone)),
        row("case-area", rows::area_name(&portal.linli, &view.case.area)),
        row(
            "visits-due",
            rows::due_shown(&page, &portal.linli, due).text,
        ),
    ];
    html(&Sheet {
        service: view.service.names.in_lang(page.lang.tag()).to_owned(),
        spoken: rows::spoken(&view.case.number),
        summary: SummaryList { rows: summary },
        masked: !full,
        case: read::href(&view),
        groups: groups(&portal, &page, &view, false),
        record: view.allows(Verb::RecordVisit),
        page,
    })
}
