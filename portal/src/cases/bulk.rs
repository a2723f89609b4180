//! Taking several cases at once: pick in the list, check, take, and a result for each row.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::cases::{self, Command, queries};
use linli_community::feature::{Call, Problem};
use linli_kernel::{CommandId, Refusal};

use crate::Portal;
use crate::desk::rows;
use crate::desk::trouble;
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html};

/// The most cases taken at once: a page of the list.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "cases/templates/bulk.html")]
struct BulkPage {
    page: Page,
    picked: Vec<String>,
    table: Table,
    done: bool,
}

/// `GET /desk/cases/take?case=…&case=…`: the check.
pub(super) async fn check(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    uri: http::Uri,
) -> Result<Response, Trouble> {
    let picked = picked(uri.query().unwrap_or_default());
    let mut found = Vec::new();
    for number in &picked {
        found.extend(one(&portal, &signed, number).await?);
    }
    let names = crate::desk::names(&portal, found.iter().filter_map(|row| row.holder)).await?;
    let caption = page.t1("cases-caption", "count", found.len());
    html(&BulkPage {
        table: rows::table(&page, &portal.linli, caption, &found, &names),
        picked: found.into_iter().map(|row| row.number).collect(),
        done: false,
        page,
    })
}

/// `POST /desk/cases/take`: takes them one by one, so that one refusal does not stop the others.
pub(super) async fn take(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let picked: Vec<String> = fields.all("case").take(MOST).map(str::to_owned).collect();
    let act = fields.command().ok_or(Trouble::Unreadable("command"))?;
    let mut rows = Vec::new();
    let mut taken = 0_usize;
    for number in &picked {
        let said = take_one(&portal, &signed, number, act).await?;
        let text = match &said {
            None => {
                taken += 1;
                page.t("cases-bulk-ok")
            }
            Some(refusals) => {
                let why: Vec<String> = refusals.iter().map(|one| page.refusal(one)).collect();
                why.join(&page.t("list-comma"))
            }
        };
        rows.push(vec![
            Cell::link(number, format!("/desk/cases/{number}")),
            Cell::text(text),
        ]);
    }
    let (done, failed) = (taken.to_string(), (picked.len() - taken).to_string());
    let facts = [("done", done.as_str()), ("failed", failed.as_str())];
    html(&BulkPage {
        table: Table {
            caption: page.ta("cases-bulk-caption", &facts),
            columns: ["cases-col-number", "cases-bulk-result"]
                .map(|key| Column::new(page.t(key)))
                .to_vec(),
            rows,
            ..Table::default()
        },
        picked,
        done: true,
        page,
    })
}

/// Takes one; `None` when taken, else why not.
async fn take_one(
    portal: &Portal,
    signed: &Signed,
    number: &str,
    act: CommandId,
) -> Result<Option<Vec<Refusal>>, Trouble> {
    let Some(row) = one(portal, signed, number).await? else {
        return Ok(Some(vec![Refusal::new("cases.unknown")]));
    };
    let call = Call {
        command: each(act, row.id.0),
        actor: &signed.actor,
        expected: None,
    };
    match cases::act(&portal.linli, call, row.id, &Command::Take { over: false }).await {
        Ok(_) => Ok(None),
        Err(Problem::Refused(refusals)) => Ok(Some(refusals)),
        Err(problem) => Err(trouble(problem)),
    }
}

/// A command id of its own for each case of one press, the same when the press is repeated.
fn each(act: CommandId, case: uuid::Uuid) -> CommandId {
    CommandId(uuid::Uuid::from_u128(
        act.0.as_u128() ^ case.as_u128().rotate_left(61),
    ))
}

async fn one(
    portal: &Portal,
    signed: &Signed,
    number: &str,
) -> Result<Option<cases::Row>, Trouble> {
    let filter = cases::Filter {
        number: Some(number.to_owned()),
        size: 1,
        ..cases::Filter::default()
    };
    let found = queries::list(&portal.linli, &signed.actor, &filter)
        .await
        .map_err(trouble)?;
    Ok(found.rows.into_iter().next())
}

fn picked(query: &str) -> Vec<String> {
    let cases = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "case");
    cases
        .map(|(_, number)| number.into_owned())
        .take(MOST)
        .collect()
}
