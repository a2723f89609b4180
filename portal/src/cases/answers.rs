//! 材料: what was answered and what papers came, masked until a reason was given and recorded.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::CaseView;
use linli_community::cases::command::Given;
use linli_community::catalogue::question::{Kind as Wanted, Question};
use linli_community::catalogue::{Facts, Form, show};
use linli_community::residents::{Purpose, Why, mask};
use serde_json::Value;
use tower_sessions::Session;

use super::{history, read};
use crate::Portal;
use crate::attachments;
use crate::desk::fields::{Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{Link, Markup, Row, SummaryList};
use crate::shell::{Fields, Page, Signed, Trouble};

#[derive(Template)]
#[template(path = "cases/templates/papers.html")]
struct Papers<'a> {
    page: &'a Page,
    asked: Vec<String>,
    asked_lead: String,
    asked_words: String,
    shown_why: String,
    reveal: String,
    hide: String,
    groups: Vec<(String, SummaryList)>,
    papers: SummaryList,
    checks: SummaryList,
    visits: Vec<String>,
}

/// The tab of answers and papers.
pub(super) async fn papers(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    session: &Session,
) -> Result<Markup, Trouble> {
    let now = portal.linli.clock().now();
    let why = looks::why(session, &about(view), now).await?;
    let asked = view.case.asked.clone().unwrap_or_default();
    let waits = view.case.phase == linli_community::cases::Phase::Supplement;
    let lines = asked.papers.iter().chain(&asked.fields);
    let lines = lines.map(|id| history::check_name(page, &view.service, id));
    let shown = Papers {
        page,
        asked: if waits { lines.collect() } else { Vec::new() },
        asked_lead: page.t1("case-asked-lead", "day", page.date(asked.on)),
        asked_words: asked.words,
        reveal: format!("{}/reveal", read::href(view)),
        hide: format!("{}/hide", read::href(view)),
        groups: groups(portal, page, view, why.is_some()),
        papers: given(page, view, why.is_some()),
        checks: checks(page, view),
        visits: view.case.visits.iter().map(|day| page.date(*day)).collect(),
        shown_why: why.unwrap_or_default(),
    };
    Ok(Markup::of(&shown))
}

/// What a look at a case is about, in the session.
pub(crate) fn about(view: &CaseView) -> String {
    format!("case/{}", view.case.id)
}

/// The answers in groups; masked unless `full`.
pub(crate) fn groups(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    full: bool,
) -> Vec<(String, SummaryList)> {
    let facts = Facts::new();
    let form = Form::new(&view.service, &facts, portal.linli.clock().today());
    let tag = page.lang.tag();
    let answers: BTreeMap<String, Value> = (*view.case.answers).clone();
    let visible = form.visible(&answers);
    let groups = view.service.form.groups.iter().map(|group| {
        let questions = visible.iter().filter(|one| one.group == group.id);
        let rows = questions.map(|question| {
            let value = answers.get(&question.id).unwrap_or(&Value::Null);
            let words = show(question, value);
            let words = words.in_lang(tag);
            let words = if full {
                words.to_owned()
            } else {
                masked(question, value, words)
            };
            Row::new(question.short.in_lang(tag), words)
        });
        let list = SummaryList {
            rows: rows.collect(),
        };
        (group.names.in_lang(tag).to_owned(), list)
    });
    groups.filter(|(_, list)| !list.rows.is_empty()).collect()
}

/// An answer with what identifies or exposes a person hidden. Choices, numbers and yes or no stay,
/// so that the case can be followed.
fn masked(question: &Question, value: &Value, words: &str) -> String {
    if value.is_null() {
        return words.to_owned();
    }
    let text = value.as_str().unwrap_or_default();
    match question.kind {
        Wanted::Boolean | Wanted::Choice | Wanted::Integer => words.to_owned(),
        Wanted::Phone => mask::phone(text),
        Wanted::IdentityNumber => mask::id_number(text),
        Wanted::BankAccount => mask::account(text),
        Wanted::Address => mask::address(text),
        Wanted::Text if question.field.as_deref() == Some("person.name") => mask::name(text),
        Wanted::Text | Wanted::LongText | Wanted::Date | Wanted::Money | Wanted::Members => {
            "***".to_owned()
        }
    }
}

fn given(page: &Page, view: &CaseView, full: bool) -> SummaryList {
    let rows = view.service.guide.papers.iter().map(|paper| {
        let came = view.case.papers.iter().find(|one| one.id == paper.id);
        let key = match came.map(|one| one.given) {
            Some(Given::Attached) => "case-given-attached",
            Some(Given::Seen) => "case-given-seen",
            Some(Given::Held) => "case-given-held",
            None if paper.held.is_held() => "case-given-held",
            None if paper.required => "case-given-required",
            None => "case-given-missing",
        };
        let row = Row::new(paper.names.in_lang(page.lang.tag()), page.t(key));
        let href = read::href(view);
        row.with(attachments::links(
            page,
            &view.case,
            &paper.id,
            (&href, full),
        ))
    });
    SummaryList {
        rows: rows.collect(),
    }
}

fn checks(page: &Page, view: &CaseView) -> SummaryList {
    let rows = view.case.checks.iter().map(|(check, outcome)| {
        let code = serde_json::to_value(outcome).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or_default();
        let words = page.t(&format!("check-outcome-{code}"));
        Row::new(history::check_name(page, &view.service, check), words)
    });
    SummaryList {
        rows: rows.collect(),
    }
}

fn field(page: &Page) -> Field {
    Field::new("words", page.t("case-reveal-why"), Kind::Words).hint(page.t("case-reveal-why-hint"))
}

fn form(page: Page, view: &CaseView, field: Field) -> FormPage {
    let title = page.t("case-reveal-title");
    let submit = page.t("case-reveal-do");
    let lead = page.t("case-reveal-lead");
    let back = Link::new(
        page.t1("cases-case", "number", &view.case.number),
        read::href(view),
    );
    FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(&[field])
}

/// `GET /desk/cases/{number}/reveal`.
pub(super) async fn ask(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let field = field(&page);
    form(page, &view, field).show()
}

/// `POST /desk/cases/{number}/reveal`: records the look, then shows everything.
pub(super) async fn reveal(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let mut typed = Typed::of(&sent);
    let words = typed.words("words", "desk.purpose-required");
    if let Err(refusals) = typed.clone().into_result(Some(())) {
        let mut fields = [field(&page)];
        refill(&mut fields, &typed);
        let [field] = fields;
        return form(page.with_refusals(&refusals), &view, field).show();
    }
    let purpose = Purpose {
        why: Why::Case,
        case: Some(view.case.id),
        words: words.clone(),
    };
    let subject = view.case.applicant;
    portal
        .linli
        .record_look(&signed.actor, subject, &purpose)
        .await
        .map_err(trouble)?;
    let now = portal.linli.clock().now();
    looks::show(&session, &about(&view), &words, now).await?;
    Ok(Redirect::to(&read::href(&view)).into_response())
}

/// `POST /desk/cases/{number}/hide`.
pub(super) async fn hide(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    looks::hide(&session, &about(&view)).await?;
    Ok(Redirect::to(&read::href(&view)).into_response())
}
