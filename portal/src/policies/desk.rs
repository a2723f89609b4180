//! 事项与政策: the policies as they stand with their remarks, a change proposed, rehearsed on the
//! district, and published by a second officer.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use linli_community::policies::{Change, Draft, Policies, Stage};
use linli_community::{Call, Problem, accounts};
use linli_kernel::{AccountId, AreaPath, Refusal};
use linli_policy::rehearse::{self, Rehearsal};
use linli_policy::{Finding, Level};
use tower_sessions::Session;
use uuid::Uuid;

use crate::Portal;
use crate::desk::{rows, trouble};
use crate::progress::words::tell;
use crate::shell::ui::{Cell, Column, Row, SummaryList, Table};
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

async fn name_of(portal: &Portal, account: Option<AccountId>) -> Result<String, Trouble> {
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
    file: String,
    text: String,
    why: String,
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
    let file = file_of(&policies, &id).ok_or(Trouble::NotFound)?;
    let text = policies.files().get(&file).cloned().unwrap_or_default();
    html(&view(page, &policies, &id, &text, ""))
}

fn file_of(policies: &Policies, id: &str) -> Option<String> {
    let at = policies.book().heads().position(|head| head.id == id)?;
    policies
        .book()
        .files()
        .get(at)
        .map(|file| (*file).to_owned())
}

fn view(page: Page, policies: &Policies, id: &str, text: &str, why: &str) -> One {
    let head = policies.head(id);
    let file = file_of(policies, id).unwrap_or_default();
    let notes = head.map(|head| head.notes.as_slice()).unwrap_or_default();
    One {
        title: head.map_or_else(String::new, |head| {
            page.pick(&head.names.zh, &head.names.en).to_owned()
        }),
        notes: notes
            .iter()
            .map(|note| page.pick(&note.zh, &note.en).to_owned())
            .collect(),
        remarks: remarks(&policies.book().lint(), &file),
        text: text.to_owned(),
        why: why.to_owned(),
        file,
        page,
    }
}

fn remarks(findings: &[Finding], file: &str) -> Vec<String> {
    let ours = findings
        .iter()
        .filter(|one| one.file == file && one.level != Level::Note);
    ours.take(REMARKS).map(ToString::to_string).collect()
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
    let file = file_of(&policies, &id).ok_or(Trouble::NotFound)?;
    // Forms send lines with CRLF, and what they end with is lost; files have LF and end with one.
    let draft = Draft {
        file,
        text: format!("{}\n", fields.text("text").replace("\r\n", "\n").trim_end()),
        why: fields.text("why").to_owned(),
    };
    let area = district(&signed)?;
    let call = Call {
        command: fields.command().ok_or(Trouble::Unreadable("form"))?,
        actor: &signed.actor,
        expected: None,
    };
    match Box::pin(portal.linli.propose_policy(call, &area, &draft)).await {
        Ok(done) => {
            let change = done.state.id.ok_or(Trouble::NotFound)?;
            Ok(Redirect::to(&format!("/desk/policies/changes/{change}")).into_response())
        }
        Err(Problem::Refused(refusals))
            if !refusals.iter().any(|no| no.code.starts_with("gate.")) =>
        {
            let page = page.with_refusals(&refusals);
            invalid(&view(page, &policies, &id, &draft.text, &draft.why))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn district(signed: &Signed) -> Result<AreaPath, Trouble> {
    let post = signed.actor.post.as_ref();
    post.map(|post| post.area.clone())
        .ok_or_else(|| Trouble::Forbidden(Refusal::new("gate.role")))
}

#[derive(Template)]
#[template(path = "policies/templates/change.html")]
struct OneChange {
    page: Page,
    summary: SummaryList,
    differences: Vec<Difference>,
    remarks: Vec<String>,
    on: String,
    whole: SummaryList,
    towns: Table,
    proposed: bool,
    own: bool,
}

/// A line that goes or comes.
struct Difference {
    mark: &'static str,
    class: &'static str,
    text: String,
}

/// `GET /desk/policies/changes/{change}`: with the rehearsal as of `?on=`, today where it is not
/// said.
pub(super) async fn change(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let change = portal
        .linli
        .policy_change(&signed.actor, id)
        .await
        .map_err(trouble)?;
    let draft = change.draft.clone().ok_or(Trouble::NotFound)?;
    let policies = portal.linli.policies();
    let today = portal.linli.clock().today();
    let on = page
        .query
        .get("on")
        .and_then(|on| on.parse::<Date>().ok())
        .unwrap_or(today);
    let rehearsed = match change.stage {
        Stage::Proposed => Some(
            Box::pin(portal.linli.rehearse_policy(&signed.actor, &draft, on))
                .await
                .map_err(trouble)?,
        ),
        _ => None,
    };
    let before = policies
        .files()
        .get(&draft.file)
        .cloned()
        .unwrap_or_default();
    let with = policies.with(&draft.file, &draft.text);
    let lint = with.map(|with| with.book().lint()).unwrap_or_default();
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let summary = SummaryList {
        rows: vec![
            row("policies-file", draft.file.clone()),
            row("policies-why", draft.why.clone()),
            row(
                "policies-stage",
                page.t(&format!("policies-stage-{}", change.stage.code())),
            ),
            row("policies-by", name_of(&portal, change.by).await?),
            row(
                "policies-decided-by",
                name_of(&portal, change.decided_by).await?,
            ),
        ],
    };
    html(&OneChange {
        summary,
        differences: differences(&before, &draft.text),
        remarks: remarks(&lint, &draft.file),
        on: on.to_string(),
        whole: whole(&page, rehearsed.as_ref()),
        towns: towns(&portal, &page, rehearsed.as_ref()),
        proposed: change.stage == Stage::Proposed,
        own: change.by == Some(signed.account),
        page,
    })
}

/// The lines that differ: what is the same at the beginning and at the end is left out.
fn differences(before: &str, after: &str) -> Vec<Difference> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let gone = old[..old.len() - end]
        .iter()
        .map(|line| ("−", "gone", line));
    let come = new[..new.len() - end]
        .iter()
        .map(|line| ("+", "come", line));
    gone.chain(come)
        .map(|(mark, class, line)| Difference {
            mark,
            class,
            text: (*line).to_owned(),
        })
        .collect()
}

fn whole(page: &Page, rehearsed: Option<&Rehearsal>) -> SummaryList {
    let Some(Rehearsal { all, .. }) = rehearsed else {
        return SummaryList::default();
    };
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    SummaryList {
        rows: vec![
            row("policies-winners", all.winners.to_string()),
            row("policies-losers", all.losers.to_string()),
            row("policies-unknown", all.unknown.to_string()),
            row("policies-before", page.money(all.before_fen)),
            row("policies-after", page.money(all.after_fen)),
        ],
    }
}

/// Who gains and who loses, town by town.
fn towns(portal: &Portal, page: &Page, rehearsed: Option<&Rehearsal>) -> Table {
    let mut towns: BTreeMap<String, rehearse::Change> = BTreeMap::new();
    for (area, change) in rehearsed.iter().flat_map(|rehearsed| &rehearsed.by_area) {
        let Ok(path) = area.parse::<AreaPath>() else {
            continue;
        };
        let town = linli_community::places::street_path(&path).to_owned();
        *towns.entry(town).or_default() += *change;
    }
    let changed = towns
        .iter()
        .filter(|(_, change)| change.winners + change.losers > 0);
    let rows = changed.map(|(town, change)| {
        let name = town
            .parse()
            .map(|area| rows::area_name(&portal.linli, &area));
        vec![
            Cell::text(name.unwrap_or_else(|_| town.clone())),
            Cell::text(change.winners.to_string()),
            Cell::text(page.money(change.gained_fen)),
            Cell::text(change.losers.to_string()),
            Cell::text(page.money(change.lost_fen)),
        ]
    });
    let keys = [
        "policies-town",
        "policies-winners",
        "policies-gained",
        "policies-losers",
        "policies-lost",
    ];
    Table {
        caption: page.t("policies-towns"),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: rows.collect(),
        ..Table::default()
    }
}

/// `POST /desk/policies/changes/{change}`: published by another officer, or dropped.
pub(super) async fn settle(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let publish = fields.text("do") == "publish";
    let call = Call {
        command: fields.command().ok_or(Trouble::Unreadable("form"))?,
        actor: &signed.actor,
        expected: None,
    };
    Box::pin(portal.linli.settle_policy(call, id, publish))
        .await
        .map_err(trouble)?;
    let told = if publish {
        "policies-published"
    } else {
        "policies-dropped"
    };
    tell(&session, told, &[]).await?;
    Ok(Redirect::to("/desk/policies").into_response())
}
