//! 待打电话、待送: whom the committee calls and what it brings, by when; what to read out or print;
//! and what came of it. Opening one shows name and number, so it is a look.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::Problem;
use linli_community::messages::{Channel, Row as Message, Worded};
use linli_community::residents::{Purpose, Why};
use linli_kernel::AreaPath;
use tower_sessions::Session;

use super::frame;
use crate::Portal;
use crate::desk::rows::area_name;
use crate::desk::{looks, trouble};
use crate::shell::ui::{Cell, Column, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "messages/templates/by_hand.html")]
struct List {
    page: Page,
    table: Table,
}

/// `GET /desk/messages`
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let found = portal.linli.messages_by_hand(&signed.actor).await?;
    let mut rows = Vec::new();
    for message in &found {
        let worded = portal.linli.message_words(message, &frame(&page)).await;
        let Some((worded, _)) = worded.map_err(trouble)? else {
            continue;
        };
        let due = message.due().map(|day| page.date(day)).unwrap_or_default();
        let area: Option<AreaPath> = message.area.parse().ok();
        let area = area.map(|area| area_name(&portal.linli, &area));
        let how = page.t(&format!("messages-do-{}", message.channel));
        rows.push(vec![
            Cell::link(worded.title, format!("/desk/messages/{}", message.id)),
            Cell::text(how),
            Cell::text(area.unwrap_or_default()),
            Cell::text(due),
        ]);
    }
    let columns = [
        "messages-what",
        "messages-how",
        "messages-where",
        "messages-by",
    ];
    html(&List {
        table: Table {
            caption: page.t1("messages-caption", "n", rows.len()),
            columns: columns.iter().map(|key| Column::new(page.t(key))).collect(),
            rows,
            ..Table::default()
        },
        page,
    })
}

#[derive(Template)]
#[template(path = "messages/templates/one.html")]
struct One {
    page: Page,
    id: String,
    paper: bool,
    name: String,
    phone: String,
    address: String,
    words: Worded,
    due: String,
}

async fn find(portal: &Portal, signed: &Signed, id: &str) -> Result<Message, Trouble> {
    match portal.linli.message_by_hand(&signed.actor, id).await {
        Ok(found) => Ok(found),
        Err(Problem::Refused(_)) => Err(Trouble::NotFound),
        Err(problem) => Err(trouble(problem)),
    }
}

/// `GET /desk/messages/{message}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let message = find(&portal, &signed, &id).await?;
    let worded = portal.linli.message_words(&message, &frame(&page)).await;
    let (words, phone) = worded.map_err(trouble)?.ok_or(Trouble::NotFound)?;
    let resident = message.resident().ok_or(Trouble::NotFound)?;
    let case = message.case();
    let purpose = Purpose {
        why: match case {
            Some(_) => Why::Case,
            None => Why::Other,
        },
        case,
        words: page.t1("messages-look", "title", &words.title),
    };
    let record = portal.linli.open_record(&signed.actor, resident, &purpose);
    let record = record.await.map_err(trouble)?;
    let fact = |field: &str| {
        let text = record.resident.text(field);
        text.unwrap_or_default().to_owned()
    };
    html(&One {
        id,
        paper: message.channel == Channel::Paper.code(),
        name: fact("person.name"),
        address: fact("person.address"),
        phone,
        words,
        due: message.due().map(|day| page.date(day)).unwrap_or_default(),
        page,
    })
}

/// `POST /desk/messages/{message}`: told, or not reached.
pub(super) async fn done(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    find(&portal, &signed, &id).await?;
    let call = signed.call(&sent)?;
    let reached = match sent.text("_do") {
        "told" => true,
        "not-reached" => false,
        _ => return Err(Trouble::Unreadable("form")),
    };
    let done = portal.linli.told_by_hand(call, &id, reached).await;
    done.map_err(trouble)?;
    looks::flash(&session, "messages-done", &[]).await?;
    Ok(Redirect::to("/desk/messages").into_response())
}
