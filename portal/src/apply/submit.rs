//! 核对 and 提交: everything once more in groups, what submitting means, then the case.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::command::{Filing, Given, Paper};
use linli_community::cases::service::file;
use linli_community::catalogue::{
    Advice, Answered, Channel, Declaration, Held, Origin, SummaryGroup, SummaryRow, summary,
};
use linli_community::{Call, Problem};
use linli_kernel::{CommandId, Refusal};
use serde_json::{Map, Value};

use super::pages::Application;
use crate::Portal;
use crate::catalogue::views::{PaperLine, paper_line, say};
use crate::progress::deeds::channel;
use crate::progress::words::trouble;
use crate::session::DraftKey;
use crate::shell::ui::{BackLink, Input, Kind, Link, Markup, Row, SummaryList};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The field of the dictionary that holds the phone number.
const PHONE: &str = "person.phone";
/// The name of the phone's input, where the register lacks it.
const PHONE_FIELD: &str = "contact-phone";

#[derive(Template)]
#[template(
    source = "<span class=\"govuk-error-message\" id=\"{{ id }}\">{{ message }}</span>",
    ext = "html"
)]
struct RowProblem<'a> {
    id: &'a str,
    message: &'a str,
}

struct Group {
    name: String,
    list: SummaryList,
}

struct AdviceLine {
    text: String,
    basis: String,
    unverified: bool,
}

struct DeclarationLine {
    id: String,
    text: String,
    basis: String,
    error: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "apply/templates/check.html")]
struct Check {
    page: Page,
    back: BackLink,
    title: String,
    acting: String,
    action: String,
    groups: Vec<Group>,
    needed: Vec<PaperLine>,
    /// How many files of each of them were sent, in words; empty where none was.
    sent: Vec<String>,
    papers_href: String,
    held: Vec<PaperLine>,
    advice: Vec<AdviceLine>,
    phone: Markup,
    declarations: Vec<DeclarationLine>,
}

/// `GET /apply/{service}/check`
pub(super) async fn check(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let application = Application::open(&portal, &signed, &page, &service).await?;
    if application.saved_at.is_none() {
        return Ok(Redirect::to(&application.start()).into_response());
    }
    let missing = application.form().next(&application.answers);
    if let Some(question) = missing {
        return Ok(Redirect::to(&application.href(&question.id)).into_response());
    }
    html(&view(&application, page, &Fields::default()))
}

fn view(application: &Application, page: Page, fields: &Fields) -> Check {
    let form = application.form();
    let pages = form.pages(&application.answers);
    let back = pages
        .last()
        .map_or_else(|| application.start(), |last| application.href(&last.id));
    let service = &application.service;
    let ticked: Vec<&str> = fields.all("_declare").collect();
    let groups = summary(&form, &application.answers);
    Check {
        back: BackLink {
            text: page.t("apply-back"),
            href: back,
        },
        title: page.ta(
            "apply-check-title",
            &[("service", &say(&page, &service.names))],
        ),
        acting: application.whom.acting(&page),
        action: application.href("check"),
        groups: groups
            .iter()
            .map(|group| group_view(&page, application, group))
            .collect(),
        needed: papers(&page, application, false),
        sent: application
            .papers()
            .into_iter()
            .map(|paper| match application.tray.count(&paper.id) {
                0 => String::new(),
                n => page.t1("apply-check-papers-sent", "n", n),
            })
            .collect(),
        papers_href: application.href("papers"),
        held: papers(&page, application, true),
        advice: form
            .advice(&application.answers)
            .into_iter()
            .map(|one| advice_line(&page, application, one))
            .collect(),
        phone: phone_field(&page, application, fields),
        declarations: service
            .form
            .declarations
            .iter()
            .map(|one| declaration_line(&page, application, one, &ticked))
            .collect(),
        page,
    }
}

fn group_view(page: &Page, application: &Application, group: &SummaryGroup<'_>) -> Group {
    Group {
        name: say(page, &group.group.names),
        list: SummaryList {
            rows: group
                .rows
                .iter()
                .map(|row| row_view(page, application, row))
                .collect(),
        },
    }
}

fn row_view(page: &Page, application: &Application, row: &SummaryRow<'_>) -> Row {
    let short = say(page, &row.question.short);
    let whom = application.whom.suffix();
    let mark = if whom.is_empty() { '?' } else { '&' };
    let href = format!(
        "/apply/{}/{}{whom}{mark}from=check",
        application.service.id, row.question.id
    );
    let change = Link::new(page.t("apply-check-change"), href).about(short.as_str());
    let mut shown = Row::new(short, say(page, &row.shown)).action(change);
    let id = &row.question.id;
    let problem = page
        .problems
        .iter()
        .find(|one| one.field == *id || one.field.starts_with(&format!("{id}.")));
    if let Some(problem) = problem {
        shown = shown.with(Markup::of(&RowProblem {
            id: &problem.field,
            message: &problem.message,
        }));
    }
    match (&row.answered, &row.register_has) {
        (Some(answered), None) => shown.from(source(page, answered)),
        (_, Some(had)) => {
            shown.from(page.ta("apply-check-corrected", &[("value", &say(page, had))]))
        }
        (None, None) => shown,
    }
}

/// Where an unchanged answer came from; empty for what the applicant said.
fn source(page: &Page, answered: &Answered) -> String {
    match &answered.origin {
        Origin::Applicant => String::new(),
        Origin::Register { source, as_of } => match as_of {
            Some(day) => page.ta(
                "apply-check-from",
                &[("source", source), ("day", &page.date(*day))],
            ),
            None => page.ta("apply-check-from-undated", &[("source", source)]),
        },
    }
}

/// The papers that matter to these answers, held or to be brought.
fn papers(page: &Page, application: &Application, held: bool) -> Vec<PaperLine> {
    let form = application.form();
    let papers = application.service.guide.papers.iter();
    papers
        .filter(|paper| paper.held.is_held() == held)
        .filter(|paper| {
            paper
                .needed_if
                .iter()
                .all(|one| form.holds(one, &application.answers))
        })
        .map(|paper| paper_line(page, paper))
        .collect()
}

fn advice_line(page: &Page, application: &Application, advice: &Advice) -> AdviceLine {
    AdviceLine {
        text: say(page, &advice.text),
        basis: say(page, &advice.basis.text(&application.service.sources)),
        unverified: advice.basis.unverified,
    }
}

fn declaration_line(
    page: &Page,
    application: &Application,
    one: &Declaration,
    ticked: &[&str],
) -> DeclarationLine {
    let basis = one.basis.as_ref();
    DeclarationLine {
        id: one.id.clone(),
        text: say(page, &one.text),
        basis: basis
            .map(|basis| say(page, &basis.text(&application.service.sources)))
            .unwrap_or_default(),
        error: page.problem_of(&one.id).to_owned(),
        ticked: ticked.contains(&one.id.as_str()),
    }
}

/// The phone number, from the answers or the register; it is asked for only where both lack it.
fn known_phone(application: &Application) -> Option<String> {
    let form = application.form();
    let asked = form
        .visible(&application.answers)
        .into_iter()
        .find(|question| question.field.as_deref() == Some(PHONE));
    let value = match asked {
        Some(question) => form.standing(question, &application.answers)?.value,
        None => application.facts.get(PHONE)?.value.clone(),
    };
    value
        .as_str()
        .filter(|phone| !phone.is_empty())
        .map(str::to_owned)
}

fn phone_field(page: &Page, application: &Application, fields: &Fields) -> Markup {
    match known_phone(application) {
        Some(phone) => Markup::of(&SummaryList {
            rows: vec![
                Row::new(page.t("apply-check-contact-phone"), phone)
                    .from(page.t("apply-check-contact-hint")),
            ],
        }),
        None => Markup::of(&Input {
            name: PHONE_FIELD.to_owned(),
            label: page.t("apply-check-contact-phone"),
            hint: page.t("apply-check-contact-hint"),
            value: fields.text(PHONE_FIELD).to_owned(),
            error: page.problem_of(PHONE_FIELD).to_owned(),
            kind: Kind::Phone,
            autocomplete: "tel",
            width: 20,
            ..Input::default()
        }),
    }
}

/// `POST /apply/{service}/check`: one case, however often it is sent.
pub(super) async fn submit(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let command = fields.command().ok_or(Trouble::Unreadable("form"))?;
    let application = Application::open(&portal, &signed, &page, &service).await?;
    let sent = sent_key(&application.key, command);
    if let Some(number) = sent_before(&portal, &sent).await? {
        return Ok(to_receipt(&number));
    }
    let filing = match filing(&application, &fields, channel(&page)) {
        Ok(filing) => filing,
        Err(refusals) => return refuse(&application, page, &fields, &refusals),
    };
    let call = Call {
        command,
        actor: &application.whom.actor,
        expected: None,
    };
    match file(&portal.linli, call, &filing).await {
        Ok(receipt) => {
            let number = receipt.number.as_str().to_owned();
            remember(&portal, &sent, &number).await?;
            portal.desk.drop_draft(&application.key).await?;
            Ok(to_receipt(&number))
        }
        Err(Problem::Refused(refusals)) if !is_gate(&refusals) => {
            refuse(&application, page, &fields, &refusals)
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn is_gate(refusals: &[Refusal]) -> bool {
    refusals
        .iter()
        .any(|refusal| refusal.code.starts_with("gate."))
}

fn to_receipt(number: &str) -> Response {
    Redirect::to(&format!("/cases/{number}/receipt")).into_response()
}

/// The page again with what is wrong; a problem with an answer leads to its 修改.
fn refuse(
    application: &Application,
    page: Page,
    fields: &Fields,
    refusals: &[Refusal],
) -> Result<Response, Trouble> {
    let page = page.with_refusals(refusals);
    invalid(&view(application, page, fields))
}

/// Everything that starts the case, checked.
fn filing(
    application: &Application,
    fields: &Fields,
    channel: Channel,
) -> Result<Filing, Vec<Refusal>> {
    let declared: Vec<String> = fields.all("_declare").map(str::to_owned).collect();
    let checked = application.form().check(&application.answers, &declared);
    let phone = known_phone(application).or_else(|| {
        fields
            .given(PHONE_FIELD)
            .map(|_| fields.digits(PHONE_FIELD))
    });
    let mut refusals = checked.as_ref().err().cloned().unwrap_or_default();
    if phone.is_none() {
        refusals.push(
            Refusal::new("catalogue.phone-length")
                .on(PHONE_FIELD)
                .with("count", 0),
        );
    }
    let (Ok(checked), Some(phone), true) = (checked, phone, refusals.is_empty()) else {
        return Err(refusals);
    };
    let answers: BTreeMap<String, Value> = checked
        .answers
        .into_iter()
        .map(|(question, answered)| (question, answered.value))
        .collect();
    Ok(Filing {
        service: application.service.id.clone(),
        area: application.whom.area.clone(),
        channel,
        applicant: application.whom.subject,
        authority: None,
        received_on: None,
        name: application.whom.name.clone(),
        phone,
        answers,
        declared: checked.declared,
        papers: papers_of(application),
    })
}

/// What comes with the application: the papers a register holds, and the files that were sent.
fn papers_of(application: &Application) -> Vec<Paper> {
    let wanted: Vec<String> = application
        .papers()
        .iter()
        .map(|one| one.id.clone())
        .collect();
    let mut papers = held_papers(application);
    papers.extend(application.tray.papers(&wanted));
    papers
}

/// 无需提交: the papers a register holds come with the application by themselves.
fn held_papers(application: &Application) -> Vec<Paper> {
    let form = application.form();
    let papers = application.service.guide.papers.iter();
    papers
        .filter(|paper| paper.held == Held::Register)
        .filter(|paper| {
            paper
                .needed_if
                .iter()
                .all(|one| form.holds(one, &application.answers))
        })
        .map(|paper| Paper {
            id: paper.id.clone(),
            given: Given::Held,
            attachment: None,
        })
        .collect()
}

/// Where the desk remembers what became of a submission: the draft itself is gone by then.
fn sent_key(key: &DraftKey, command: CommandId) -> DraftKey {
    DraftKey {
        owner: format!("sent:{}", key.owner),
        service: key.service.clone(),
        about: command.to_string(),
    }
}

async fn sent_before(portal: &Portal, key: &DraftKey) -> Result<Option<String>, Trouble> {
    let found = portal.desk.draft(key).await?;
    Ok(found.and_then(|sent| sent.answers.get("number")?.as_str().map(str::to_owned)))
}

async fn remember(portal: &Portal, key: &DraftKey, number: &str) -> Result<(), Trouble> {
    let mut answers = Map::new();
    answers.insert("number".to_owned(), Value::String(number.to_owned()));
    portal.desk.save_draft(key, answers).await?;
    Ok(())
}
