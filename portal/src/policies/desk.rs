//! 事项与政策: the policies as they stand with their remarks, and a change proposed: one new figure,
//! or the whole file.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::policies::{Change, Draft, Policies, Rate, draft_rate};
use linli_community::{Problem, accounts};
use linli_kernel::{AccountId, AreaPath, Refusal};
use linli_policy::{Finding, Level};
use uuid::Uuid;

use super::rate::{self, RateForm};
use crate::Portal;
use crate::desk::trouble;
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The most remarks shown about one file.
const REMARKS: usize = 40;

#[derive(Template)]
#[template(path = "policies/templates/policies.html")]
struct All {
    page: Page,
    policies: Table,
    changes: Table,
}

/// `GET /desk/policies`
pub(super) async fn all(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let policies = portal.linli.policies();
    let changes = portal.linli.policy_changes(&signed.actor).await;
    let mut listed = Vec::new();
    for (id, change) in changes.map_err(trouble)? {
        listed.push(change_row(&portal, &page, id, &change).await?);
    }
    let columns = |keys: &[&str]| keys.iter().map(|key| Column::new(page.t(key))).collect();
    html(&All {
        policies: Table {
            caption: page.t("policies-caption"),
            columns: columns(&["policies-name", "policies-service", "policies-confirmed"]),
            rows: policies
                .book()
                .heads()
                .map(|head| {
                    let name = page.pick(&head.names.zh, &head.names.en).to_owned();
                    let service = head.service.as_deref().unwrap_or_default();
                    let confirmed = if head.unverified {
                        "policies-to-confirm"
                    } else {
                        "policies-see-file"
                    };
                    vec![
                        Cell::link(name, format!("/desk/policies/{}", head.id)),
                        Cell::text(service_name(&portal, &page, service)),
                        Cell::text(page.t(confirmed)),
                    ]
                })
                .collect(),
            ..Table::default()
        },
        changes: Table {
            caption: page.t("policies-changes"),
            columns: columns(&[
                "policies-file",
                "policies-why",
                "policies-stage",
                "policies-by",
            ]),
            rows: listed,
            ..Table::default()
        },
        page,
    })
}

fn service_name(portal: &Portal, page: &Page, id: &str) -> String {
    let today = portal.linli.clock().today();
    let service = portal.linli.catalogue().service(id, today);
    service.map_or_else(String::new, |service| {
        page.pick(&service.names.zh, &service.names.en).to_owned()
    })
}

async fn change_row(
    portal: &Portal,
    page: &Page,
    id: Uuid,
    change: &Change,
) -> Result<Vec<Cell>, Trouble> {
    let draft = change.draft.as_ref();
    let file = draft.map(|draft| draft.file.clone()).unwrap_or_default();
    Ok(vec![
        Cell::link(file, format!("/desk/policies/changes/{id}")),
        Cell::text(draft.map(|draft| draft.why.clone()).unwrap_or_default()),
        Cell::text(page.t(&format!("policies-stage-{}", change.stage.code()))),
        Cell::text(name_of(portal, change.by).await?),
    ])
}

pub(super) async fn name_of(
    portal: &Portal,
    account: Option<AccountId>,
) -> Result<String, Trouble> {
    let Some(account) = account else {
        return Ok(String::new());
    };
    let row = accounts::by_id(portal.linli.journal().reader(), account).await?;
    Ok(row.and_then(|row| row.name).unwrap_or_default())
}

#[derive(Template)]
#[template(path = "policies/templates/policy.html")]
struct One {
    page: Page,
    title: String,
    id: String,
    file: String,
    text: String,
    why: String,
    rate: Option<RateForm>,
    notes: Vec<String>,
    remarks: Vec<String>,
}

/// `GET /desk/policies/{id}`
pub(super) async fn one(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let policies = portal.linli.policies();
    let file = policies.file_of(&id).ok_or(Trouble::NotFound)?;
    let text = policies.files().get(&file).cloned().unwrap_or_default();
    html(&view(page, &policies, &id, (&text, ""), &Rate::default()))
}

/// The page of a policy, with what was typed as its file and why, and as one new figure.
fn view(page: Page, policies: &Policies, id: &str, (text, why): (&str, &str), rate: &Rate) -> One {
    let head = policies.head(id);
    let file = policies.file_of(id).unwrap_or_default();
    let notes = head.map(|head| head.notes.as_slice()).unwrap_or_default();
    One {
        title: head.map_or_else(String::new, |head| {
            page.pick(&head.names.zh, &head.names.en).to_owned()
        }),
        notes: notes
            .iter()
            .map(|note| page.pick(&note.zh, &note.en).to_owned())
            .collect(),
        remarks: remarks(&page, &policies.book().lint(), &file),
        text: text.to_owned(),
        why: why.to_owned(),
        rate: rate::form(&page, policies, id, rate),
        id: id.to_owned(),
        file,
        page,
    }
}

/// A remark in the reader's language: its line, its kind, and what the check says of it.
pub(super) fn remarks(page: &Page, findings: &[Finding], file: &str) -> Vec<String> {
    let ours = findings
        .iter()
        .filter(|one| one.file == file && one.level != Level::Note);
    let told = |one: &Finding| {
        let kind = match one.code {
            "cliff" | "gap" | "no_value" | "overlap" | "uncited" | "unit" | "unreachable"
            | "unused" => one.code.replace('_', "-"),
            _ => "other".to_owned(),
        };
        let line = page.t1(&format!("policies-remark-{kind}"), "line", one.line);
        let (gap, said) = (page.pick("", " "), page.pick(&one.message_zh, &one.message));
        format!("{line}{gap}{said}")
    };
    ours.take(REMARKS).map(told).collect()
}

/// `POST /desk/policies/{id}`: proposes the file as it was typed.
pub(super) async fn propose(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let policies = portal.linli.policies();
    let file = policies.file_of(&id).ok_or(Trouble::NotFound)?;
    // Forms send lines with CRLF, and what they end with is lost; files have LF and end with one.
    let draft = Draft {
        file,
        text: format!("{}\n", fields.text("text").replace("\r\n", "\n").trim_end()),
        why: fields.text("why").to_owned(),
    };
    match proposed(&portal, &signed, &fields, &draft).await? {
        Ok(response) => Ok(response),
        Err(refusals) => {
            let page = page.with_refusals(&refusals);
            let typed = (draft.text.as_str(), draft.why.as_str());
            invalid(&view(page, &policies, &id, typed, &Rate::default()))
        }
    }
}

/// `POST /desk/policies/{id}/rate`: proposes one new value of one figure.
pub(super) async fn propose_rate(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let policies = portal.linli.policies();
    let file = policies.file_of(&id).ok_or(Trouble::NotFound)?;
    let rate = rate::read(&fields);
    let refused = match draft_rate(&policies, &id, &rate) {
        Ok(draft) => match proposed(&portal, &signed, &fields, &draft).await? {
            Ok(response) => return Ok(response),
            Err(refusals) => refusals,
        },
        Err(refusals) => refusals,
    };
    let text = policies.files().get(&file).cloned().unwrap_or_default();
    let page = page.with_refusals(&rate::placed(refused));
    invalid(&view(page, &policies, &id, (&text, ""), &rate))
}

/// Proposes a draft: the way to its page, or what its form has to be told.
async fn proposed(
    portal: &Portal,
    signed: &Signed,
    fields: &Fields,
    draft: &Draft,
) -> Result<Result<Response, Vec<Refusal>>, Trouble> {
    let area = district(signed)?;
    let call = signed.call(fields)?;
    match Box::pin(portal.linli.propose_policy(call, &area, draft)).await {
        Ok(done) => {
            let change = done.state.id.ok_or(Trouble::NotFound)?;
            let to = format!("/desk/policies/changes/{change}");
            Ok(Ok(Redirect::to(&to).into_response()))
        }
        Err(Problem::Refused(refusals))
            if !refusals.iter().any(|no| no.code.starts_with("gate.")) =>
        {
            Ok(Err(refusals))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn district(signed: &Signed) -> Result<AreaPath, Trouble> {
    let post = signed.actor.post.as_ref();
    post.map(|post| post.area.clone())
        .ok_or_else(|| Trouble::Forbidden(Refusal::new("gate.role")))
}
