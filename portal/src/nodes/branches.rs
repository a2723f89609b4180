//! 分叉的记录: what a node wrote into a record that had been taken from it meanwhile, beside what the
//! record says; an officer says what became of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::Problem;
use linli_community::cases::{Cases, view};
use linli_community::feature::Feature as _;
use linli_community::nodes::{Branch, How};
use linli_community::residents::{Purpose, Why};
use linli_journal::Recorded;
use linli_kernel::{CaseId, ResidentId};
use serde_json::Value;
use tower_sessions::Session;

use super::pages::area_name;
use crate::Portal;
use crate::cases::{history, read};
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::rows::Names;
use crate::desk::typed::Typed;
use crate::desk::{looks, names, trouble};
use crate::shell::ui::{Cell, Column, Link, Markup, Table};
use crate::shell::{Fields, Page, Signed, Trouble};

const HOME: &str = "/desk/nodes";

/// The branches of the actor's area; `None` when there are none.
pub(super) async fn table(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
) -> Result<Option<Table>, Trouble> {
    let branches = portal.linli.branches(&signed.actor).await;
    let branches = branches.map_err(trouble)?;
    let row = |branch: &Branch| {
        let last = branch.entries.last().map(|entry| page.when(entry.at));
        let state = match branch.settled.as_ref().map(|settled| settled.said.how) {
            None => page.t("nodes-branch-waits"),
            Some(How::Redone) => page.t("nodes-branch-redone"),
            Some(How::NotNeeded) => page.t("nodes-branch-not-needed"),
        };
        let href = format!("{HOME}/branches/{}", branch.id);
        vec![
            Cell::link(topic(page, branch), href),
            Cell::text(area_name(portal, branch.area.as_str())),
            Cell::text(branch.entries.len().to_string()),
            Cell::text(last.unwrap_or_default()),
            Cell::text(state),
        ]
    };
    let names = ["record", "area", "entries", "when", "state"];
    let columns = names.map(|name| Column::new(page.t(&format!("nodes-branch-col-{name}"))));
    Ok((!branches.is_empty()).then(|| Table {
        caption: page.t1("nodes-branches-caption", "count", branches.len()),
        columns: columns.to_vec(),
        rows: branches.iter().map(row).collect(),
        ..Table::default()
    }))
}

/// What kind of record it is.
fn topic(page: &Page, branch: &Branch) -> String {
    let key = format!("nodes-topic-{}", branch.stream.topic());
    page.t(match page.has(&key) {
        true => &key,
        false => "nodes-topic-other",
    })
}

/// One branch; no page where there is none that the reader may know of.
async fn find(portal: &Portal, signed: &Signed, id: &str) -> Result<Branch, Trouble> {
    let found = portal.linli.branch(&signed.actor, id).await;
    found.map_err(|problem| match problem {
        Problem::Refused(_) => Trouble::NotFound,
        other => trouble(other),
    })
}

#[derive(Template)]
#[template(path = "nodes/templates/branch.html")]
struct Beside {
    page: Page,
    settled: String,
    /// What the record says since, and where it is read.
    now: Option<Table>,
    link: Option<Link>,
    branch: Table,
}

/// `GET /desk/nodes/branches/{id}`
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let branch = find(&portal, &signed, &id).await?;
    let fields = fields(&page);
    show(&portal, page, &signed, (&branch, &fields)).await
}

/// `POST /desk/nodes/branches/{id}`
pub(super) async fn settle(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let branch = find(&portal, &signed, &id).await?;
    let call = signed.call(&sent)?;
    let said = (sent.text("how"), sent.text("words"));
    match portal.linli.settle_branch(call, &id, said).await {
        Ok(()) => {
            looks::flash(&session, "nodes-branch-settled", &[]).await?;
            Ok(Redirect::to(HOME).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|one| one.field.is_some()) => {
            let mut fields = fields(&page);
            refill(&mut fields, &Typed::of(&sent));
            let page = page.with_refusals(&refusals);
            show(&portal, page, &signed, (&branch, &fields)).await
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn fields(page: &Page) -> [Field; 2] {
    let ways = [
        ("redone", "nodes-branch-redone"),
        ("not_needed", "nodes-branch-not-needed"),
    ];
    let ways = ways.map(|(code, key)| Choice::new(code, page.t(key)));
    [
        Field::new(
            "how",
            page.t("nodes-branch-how"),
            Kind::Radios(ways.to_vec()),
        ),
        Field::new("words", page.t("nodes-branch-words"), Kind::Words)
            .hint(page.t("nodes-branch-words-hint")),
    ]
}

async fn show(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    (branch, fields): (&Branch, &[Field]),
) -> Result<Response, Trouble> {
    let accounts = branch
        .entries
        .iter()
        .filter_map(|entry| entry.actor.account);
    let settled_by = branch.settled.as_ref().and_then(|settled| settled.by);
    let names = names(portal, accounts.chain(settled_by)).await?;
    let above = match case_id(branch) {
        Some(id) => of_case(portal, &page, signed, (branch, id, &names)).await?,
        None => of_record(portal, &page, signed, (branch, &names)).await?,
    };
    let above = Markup::of(&above);
    let title = page.ta("nodes-branch-title", &[("record", &topic(&page, branch))]);
    let lead = page.t("nodes-branch-lead");
    let go = page.t("nodes-branch-go");
    let back = Link::new(page.t("nodes-title"), HOME);
    let mut form = FormPage::new(page, title, go, back)
        .lead(lead)
        .fields(fields);
    form.above = above;
    form.show()
}

fn case_id(branch: &Branch) -> Option<CaseId> {
    let stream = &branch.stream;
    let is_case = stream.topic() == Cases::TOPIC;
    is_case.then(|| stream.key().parse().ok()).flatten()
}

/// A case's branch beside what became of the case.
async fn of_case(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    (branch, id, names): (&Branch, CaseId, &Names),
) -> Result<Beside, Trouble> {
    let case = view::view(&portal.linli, &signed.actor, id).await;
    let case = case.map_err(trouble)?;
    let lines = portal.linli.branch_of_case(branch).await?;
    let lines = lines.unwrap_or_default();
    let first = branch.entries.first().map_or(0, |entry| entry.version);
    let mut names = names.clone();
    names.extend(history::people(portal, &case).await?);
    let since = case.since(first.saturating_sub(1));
    let mut now = history::table(portal, page, &case, &names, since);
    now.caption = page.t("nodes-branch-now");
    let mut own = history::table(portal, page, &case, &names, lines.iter());
    own.caption = page.t("nodes-branch-own");
    Ok(Beside {
        page: page.clone(),
        settled: settled(page, branch, &names),
        link: Some(Link::new(
            page.t1("cases-case", "number", &case.case.number),
            read::href(&case),
        )),
        now: (!now.rows.is_empty()).then_some(now),
        branch: own,
    })
}

/// Any other record's branch: what its entries say. Whoever reads what is sealed leaves a look.
async fn of_record(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    (branch, names): (&Branch, &Names),
) -> Result<Beside, Trouble> {
    let readable = readable(portal, page, signed, branch).await;
    let row = |entry: &Recorded| {
        vec![
            Cell::text(page.when(entry.at)),
            Cell::text(history::who(portal, page, &entry.actor, names)),
            Cell::text(contents(entry, &readable)),
        ]
    };
    let columns = ["case-when", "case-who", "nodes-branch-says"];
    Ok(Beside {
        page: page.clone(),
        settled: settled(page, branch, names),
        now: None,
        link: None,
        branch: Table {
            caption: page.t("nodes-branch-own"),
            columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
            rows: branch.entries.iter().map(row).collect(),
            ..Table::default()
        },
    })
}

/// The subjects of whom a look could be recorded.
async fn readable(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    branch: &Branch,
) -> Vec<ResidentId> {
    let sealed = branch.entries.iter().flat_map(|entry| &entry.sealed);
    let mut subjects: Vec<_> = sealed.map(|part| part.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let purpose = Purpose {
        why: Why::Check,
        case: None,
        words: page.t("nodes-branch-look"),
    };
    let mut found = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let look = portal.linli.record_look(&signed.actor, subject, &purpose);
        if look.await.is_ok() {
            found.push(subject);
        }
    }
    found
}

/// What an entry says, a line for each fact.
fn contents(entry: &Recorded, readable: &[ResidentId]) -> String {
    let mut lines = vec![entry.kind.name.to_string()];
    facts("", &entry.open, &mut lines);
    for part in &entry.sealed {
        match &part.plain {
            Some(plain) if readable.contains(&part.subject) => facts("", plain, &mut lines),
            _ => lines.push("…".to_owned()),
        }
    }
    lines.join("\n")
}

fn facts(name: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                let name = match name {
                    "" => part.clone(),
                    name => format!("{name}.{part}"),
                };
                facts(&name, value, lines);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| facts(name, item, lines)),
        Value::Null => {}
        Value::String(text) => lines.push(format!("{name}: {text}")),
        other => lines.push(format!("{name}: {other}")),
    }
}

/// Who settled it and what they said; empty while it waits.
fn settled(page: &Page, branch: &Branch, names: &Names) -> String {
    let Some(settled) = &branch.settled else {
        return String::new();
    };
    let name = settled.by.and_then(|by| names.get(&by).cloned());
    let how = page.t(match settled.said.how {
        How::Redone => "nodes-branch-redone",
        How::NotNeeded => "nodes-branch-not-needed",
    });
    let facts = [
        ("name", name.unwrap_or_default()),
        ("at", page.when(settled.at)),
        ("how", how),
        ("words", settled.said.words.clone()),
    ];
    let facts: Vec<(&str, &str)> = facts
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    page.ta("nodes-branch-was", &facts)
}
