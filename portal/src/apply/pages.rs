//! The start page and the questions, one a page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use linli_community::catalogue::{
    Answers, Facts, Form, Kind, Paper, Question, Service, from_form, is_blank,
};
use serde_json::{Map, Value};
use tower_sessions::Session;

use super::forms::{pairs, row_count, sent};
use super::late;
use super::views::draw_question;
use super::whom::{self, Whom};
use crate::Portal;
use crate::attachments::{self, Tray};
use crate::catalogue::views::{is_online, say};
use crate::progress::words::tell;
use crate::session::DraftKey;
use crate::shell::ui::{BackLink, Choice, Markup, Radios};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// An application at work: whose, of what, with what is known and what was answered so far.
pub(super) struct Application {
    pub(super) service: Arc<Service>,
    pub(super) whom: Whom,
    pub(super) facts: Facts,
    pub(super) answers: Answers,
    /// The photos and files of papers so far.
    pub(super) tray: Tray,
    /// Whether the page of papers was passed.
    pub(super) passed_papers: bool,
    pub(super) saved_at: Option<i64>,
    pub(super) key: DraftKey,
    pub(super) today: Date,
}

impl Application {
    /// Opens the application of whoever is signed in (or of the one named by `?for=`).
    pub(super) async fn open(
        portal: &Portal,
        signed: &Signed,
        page: &Page,
        service: &str,
    ) -> Result<Self, Trouble> {
        let whom = whom::find(portal, signed, page.query.get("for")).await?;
        Self::of(portal, (signed, page), whom, service).await
    }

    async fn of(
        portal: &Portal,
        (signed, page): (&Signed, &Page),
        whom: Whom,
        service: &str,
    ) -> Result<Self, Trouble> {
        let today = portal.linli.clock().today();
        let catalogue = portal.linli.catalogue();
        let service = catalogue
            .service_in(service, &whom.area, today)
            .filter(|service| is_online(service))
            .ok_or(Trouble::NotFound)?;
        let facts = whom::facts(portal, page, &whom).await?;
        let key = DraftKey::of(signed.account, &service.id, &whom.about());
        let draft = portal.desk.draft(&key).await?;
        let saved_at = draft.as_ref().map(|draft| draft.updated_at);
        let mut answers = draft.map(|draft| draft.answers).unwrap_or_default();
        let held = answers.remove(attachments::KEY);
        Ok(Self {
            service,
            whom,
            facts,
            saved_at,
            passed_papers: held.is_some(),
            tray: Tray::of(key.clone(), held),
            answers: answers.into_iter().collect(),
            key,
            today,
        })
    }

    /// The form of the service.
    pub(super) fn form(&self) -> Form<'_> {
        Form::new(&self.service, &self.facts, self.today)
    }

    /// The address of the page `at` of this application.
    pub(super) fn href(&self, at: &str) -> String {
        format!("/apply/{}/{at}{}", self.service.id, self.whom.suffix())
    }

    /// The address of the start page.
    pub(super) fn start(&self) -> String {
        format!("/apply/{}{}", self.service.id, self.whom.suffix())
    }

    /// The address of the first page not yet answered, then of the papers, or of the check page.
    pub(super) fn next(&self) -> String {
        match self.form().next(&self.answers) {
            Some(question) => self.href(&question.id),
            None if !self.passed_papers && !self.papers().is_empty() => self.href("papers"),
            None => self.href("check"),
        }
    }

    /// The papers that the applicant brings, by what was answered so far.
    pub(super) fn papers(&self) -> Vec<&Paper> {
        let form = self.form();
        let papers = self.service.guide.papers.iter();
        papers
            .filter(|paper| !paper.held.is_held())
            .filter(|paper| {
                let needed = paper.needed_if.iter();
                needed.into_iter().all(|one| form.holds(one, &self.answers))
            })
            .collect()
    }

    /// Saves one answer, kept or as it was typed; an empty one is remembered as seen.
    async fn save(&mut self, portal: &Portal, question: &str, value: Value) -> Result<(), Trouble> {
        let value = if value.is_null() {
            Value::String(String::new())
        } else {
            value
        };
        let mut answers = Map::new();
        answers.insert(question.to_owned(), value.clone());
        portal.desk.save_draft(&self.key, answers).await?;
        self.answers.insert(question.to_owned(), value);
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "apply/templates/start.html")]
struct Start {
    page: Page,
    back: BackLink,
    heading: String,
    service: String,
    minutes: u32,
    cautions: Vec<String>,
    closed: bool,
    staff: bool,
    signin: String,
    draft: String,
    whom: Markup,
    others: bool,
}

/// `GET /apply/{service}`
pub(super) async fn start(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let today = portal.linli.clock().today();
    let found = portal
        .linli
        .catalogue()
        .service(&service, today)
        .ok_or(Trouble::NotFound)?
        .clone();
    let mut view = Start {
        back: BackLink {
            text: page.t("apply-back"),
            href: format!("/services/{service}"),
        },
        heading: page.ta(
            "apply-start-heading",
            &[("service", &say(&page, &found.names))],
        ),
        minutes: found.guide.minutes,
        cautions: found.cautions.iter().map(|text| say(&page, text)).collect(),
        closed: !is_online(&found),
        staff: page.signed.as_ref().is_some_and(Signed::is_staff),
        signin: format!("/sign-in?next=/apply/{service}"),
        draft: String::new(),
        whom: Markup::default(),
        others: false,
        service,
        page,
    };
    let signed = view.page.signed.clone().filter(|signed| !signed.is_staff());
    if let Some(signed) = signed.filter(|_| !view.closed) {
        fill_start(&portal, &signed, &mut view).await?;
    }
    html(&view)
}

async fn fill_start(portal: &Portal, signed: &Signed, view: &mut Start) -> Result<(), Trouble> {
    let application = Application::open(portal, signed, &view.page, &view.service).await?;
    view.draft = draft_note(&view.page, &application);
    let others = whom::mandated(portal, signed).await?;
    view.others = !others.is_empty();
    if view.others {
        view.whom = Markup::of(&whom_field(&view.page, signed, &others));
    }
    Ok(())
}

/// For whom: oneself, or one who gave a mandate. Nothing is chosen beforehand.
fn whom_field(page: &Page, signed: &Signed, others: &[whom::Mandated]) -> Radios {
    let chosen = page.query.get("for").unwrap_or_default();
    let own = page.ta("apply-for-self", &[("name", &signed.name)]);
    let other = |one: &whom::Mandated| {
        let authority = page.t(&format!("mandates-authority-{}", one.mandate.authority));
        let text = page.ta(
            "apply-for-other",
            &[("name", &one.name), ("authority", &authority)],
        );
        Choice::new(one.mandate.principal.to_string(), text).chosen_if(chosen)
    };
    Radios {
        name: "for".to_owned(),
        legend: page.t("apply-for"),
        error: page.problem_of("for").to_owned(),
        choices: std::iter::once(Choice::new("self", own))
            .chain(others.iter().map(other))
            .collect(),
        ..Radios::default()
    }
}

fn draft_note(page: &Page, application: &Application) -> String {
    let Some(saved_at) = application.saved_at else {
        return String::new();
    };
    let when = Timestamp::from_microsecond(saved_at)
        .map(|at| page.when(at))
        .unwrap_or_default();
    let (done, all) = application.form().count(&application.answers);
    let (done, all) = (done.to_string(), all.to_string());
    page.ta(
        "apply-start-draft",
        &[("when", &when), ("done", &done), ("all", &all)],
    )
}

/// `POST /apply/{service}`: begins, goes on, or starts over.
pub(super) async fn begin(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    mut page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let others = whom::mandated(&portal, &signed).await?;
    let chosen = fields.given("for");
    if !others.is_empty() && chosen.is_none() {
        page.problem("for", "apply-for-required");
        let mut response = start(State(portal), Path(service), page).await?;
        *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let chosen = chosen.filter(|chosen| *chosen != "self");
    let whom = whom::find(&portal, &signed, chosen).await?;
    let mut application = Application::of(&portal, (&signed, &page), whom, &service).await?;
    if fields.text("_do") == "over" {
        portal.desk.drop_draft(&application.key).await?;
        application.answers.clear();
        application.passed_papers = false;
    }
    Ok(Redirect::to(&application.next()).into_response())
}

#[derive(Template)]
#[template(path = "apply/templates/question.html")]
struct Ask {
    page: Page,
    back: BackLink,
    title: String,
    service: String,
    step: String,
    acting: String,
    action: String,
    field: Markup,
    /// What stood when the page was made, so that a form sent much later overwrites nothing unseen.
    stood: Markup,
    /// The pages to store on a phone.
    along: String,
    set: String,
}

/// `GET /apply/{service}/{question}`
pub(super) async fn ask(
    State(portal): State<Portal>,
    Path((service, question)): Path<(String, String)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let application = Application::open(&portal, &signed, &page, &service).await?;
    let question = application
        .form()
        .question(&question)
        .ok_or(Trouble::NotFound)?;
    let visible = application.form().visible(&application.answers);
    if !visible.iter().any(|one| one.id == question.id) {
        return Ok(Redirect::to(&application.next()).into_response());
    }
    let standing = match application.answers.get(&question.id) {
        Some(given) => Some(given.clone()),
        None => application.form().known(question).map(|known| known.value),
    };
    let shown = standing
        .map(|value| pairs(question, &value))
        .unwrap_or_default();
    html(&view(&application, question, page, &shown)?)
}

/// The page of `question` with `shown` in its inputs.
fn view(
    application: &Application,
    question: &Question,
    page: Page,
    shown: &[(String, String)],
) -> Result<Ask, Trouble> {
    let form = application.form();
    let pages = form.pages(&application.answers);
    let at = pages
        .iter()
        .position(|one| one.id == question.id)
        .map_or(1, |at| at + 1);
    let (at, all) = (at.to_string(), pages.len().max(1).to_string());
    let back = match form.before(&question.id, &application.answers) {
        _ if page.query.get("from") == Some("check") => application.href("check"),
        Some(before) => application.href(&before.id),
        None => application.start(),
    };
    let rows = page
        .query
        .get("rows")
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(1);
    let known = form.known(question);
    let along = pages.iter().map(|one| application.href(&one.id));
    let along: Vec<String> = along.collect();
    Ok(Ask {
        stood: Markup::hidden("_stood", &late::stood(application, &question.id)?),
        along: along.join(" "),
        set: application.start(),
        back: BackLink {
            text: page.t("apply-back"),
            href: back,
        },
        title: format!(
            "{} · {}",
            say(&page, &question.short),
            say(&page, &application.service.names)
        ),
        service: say(&page, &application.service.names),
        step: page.ta("apply-step", &[("at", &at), ("all", &all)]),
        acting: application.whom.acting(&page),
        action: page.query.here(),
        field: draw_question(&page, question, shown, known.as_ref(), (true, rows)),
        page,
    })
}

/// `POST /apply/{service}/{question}`: reads and saves one answer.
pub(super) async fn answer(
    State(portal): State<Portal>,
    Path((service, question)): Path<(String, String)>,
    page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mut application = Application::open(&portal, &signed, &page, &service).await?;
    let service = application.service.clone();
    let question = service
        .form
        .questions
        .iter()
        .find(|one| one.id == question)
        .ok_or(Trouble::NotFound)?;
    let mut sent = sent(&fields);
    let typed = if question.kind == Kind::Members {
        let rows = typed_rows(question, &sent)
            .into_iter()
            .filter(|row| !is_blank(row));
        Value::Array(rows.collect())
    } else {
        from_form(question, &sent)
    };
    match fields.text("_do") {
        "later" => {
            tell(&session, "apply-saved", &[]).await?;
            return later(&portal, application, question, typed).await;
        }
        "" => {}
        rows => return change_rows(&portal, application, (question, &sent), rows, &page).await,
    }
    match application.form().read(question, &typed) {
        Ok(kept) if late::overwrites(&application, &question.id, &kept, &fields)? => {
            late::conflict(&application, page, (question, &kept), &fields)
        }
        Ok(kept) => {
            application.save(&portal, &question.id, kept).await?;
            let after = application.form().after(&question.id, &application.answers);
            let back_to_check = page.query.get("from") == Some("check");
            let next = match after {
                Some(after) if !back_to_check => application.href(&after.id),
                _ => application.next(),
            };
            Ok(Redirect::to(&next).into_response())
        }
        Err(refusals) => {
            if question.kind == Kind::Members {
                // Blank rows are dropped before the check, so the rows shown are those checked.
                sent = pairs(question, &typed);
            }
            let page = page.with_refusals(&refusals);
            invalid(&view(&application, question, page, &sent)?)
        }
    }
}

/// 保存，以后再填: what was typed is kept as it is, checked or not.
async fn later(
    portal: &Portal,
    mut application: Application,
    question: &Question,
    typed: Value,
) -> Result<Response, Trouble> {
    if !is_blank(&typed) {
        let kept = application.form().read(question, &typed).unwrap_or(typed);
        application.save(portal, &question.id, kept).await?;
    }
    Ok(Redirect::to(&format!("/services/{}", application.service.id)).into_response())
}

/// 再加一位 and 去掉这一位: the rows as typed are kept, and the page shows one more or one fewer.
async fn change_rows(
    portal: &Portal,
    mut application: Application,
    (question, sent): (&Question, &[(String, String)]),
    wish: &str,
    page: &Page,
) -> Result<Response, Trouble> {
    if question.kind != Kind::Members {
        return Err(Trouble::Unreadable("form"));
    }
    let mut rows: Vec<Value> = typed_rows(question, sent);
    let mut shown = rows.len();
    match wish.strip_prefix("drop.").map(str::parse::<usize>) {
        Some(Ok(at)) if at < rows.len() => {
            rows.remove(at);
            shown = rows.len().max(1);
        }
        _ if wish == "add" => shown += 1,
        _ => return Err(Trouble::Unreadable("form")),
    }
    let kept: Vec<Value> = rows.into_iter().filter(|row| !is_blank(row)).collect();
    application
        .save(portal, &question.id, Value::Array(kept))
        .await?;
    Ok(Redirect::to(&page.query.with("rows", &shown.to_string())).into_response())
}

/// Every row of a list as typed, blank ones too.
fn typed_rows(question: &Question, sent: &[(String, String)]) -> Vec<Value> {
    let count = row_count(&question.id, sent);
    let row = |at: usize| {
        let prefix = format!("{}.{at}.", question.id);
        let mut cells = Map::new();
        for column in &question.columns {
            let value = |name: &str| {
                sent.iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.trim().to_owned())
            };
            let name = format!("{prefix}{}", column.id);
            let text = match column.kind {
                Kind::Date => {
                    let parts = ["year", "month", "day"]
                        .map(|part| value(&format!("{name}.{part}")).unwrap_or_default());
                    if parts.iter().all(String::is_empty) {
                        None
                    } else {
                        Some(parts.join("-"))
                    }
                }
                _ => value(&name),
            };
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                cells.insert(column.id.clone(), Value::String(text));
            }
        }
        Value::Object(cells)
    };
    (0..count).map(row).collect()
}
