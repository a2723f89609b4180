//! 叫号屏: the number that is called and how many wait. No name stands here.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, header};
use linli_community::appointments::{Standing, Ticket};
use uuid::Uuid;

use super::words;
use crate::Portal;
use crate::shell::{Page, Trouble, html};

/// How often the display looks again, in seconds.
const EVERY: &str = "10";
/// The most numbers that have just been called.
const MOST: usize = 6;

#[derive(Template)]
#[template(path = "appointments/templates/display.html")]
struct Display {
    page: Page,
    name: String,
    called: Vec<(String, u8)>,
    waiting: String,
    next: Vec<String>,
}

/// `GET /queue/{counter}`.
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    page: Page,
) -> Result<Response, Trouble> {
    let linli = &portal.linli;
    let known = linli.counter(counter).await?;
    if known.spec.is_none() {
        return Err(Trouble::NotFound);
    }
    let day = linli.day(counter, linli.clock().today()).await?;
    let in_state = |standing: Standing| {
        let tickets = day.tickets.iter();
        tickets.filter(move |one| one.standing == standing)
    };
    let mut called: Vec<&Ticket> = in_state(Standing::Called).collect();
    // The one called last stands on top.
    called.sort_by_key(|one| (Some(one.number) != day.last_called, one.number));
    let mut waiting: Vec<&Ticket> = in_state(Standing::Waiting).collect();
    waiting.sort_by_key(|one| (one.slot.is_none(), one.slot, one.number));
    let ticket = |one: &&Ticket| words::ticket(&known, one.number);
    let mut response = html(&Display {
        name: words::place(linli, &known),
        called: called
            .iter()
            .take(MOST)
            .map(|one| (ticket(one), one.desk.unwrap_or(1)))
            .collect(),
        waiting: page.t1("queue-waiting", "n", waiting.len()),
        next: waiting.iter().take(MOST).map(ticket).collect(),
        page,
    })?;
    let headers = response.headers_mut();
    headers.insert(header::REFRESH, HeaderValue::from_static(EVERY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
