//! 凭预约号查: number and phone, no account. Which of the two was wrong is told to nobody.

use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use http::HeaderMap;
use linli_community::Problem;

use super::words::{self, Shown};
use crate::Portal;
use crate::desk::trouble;
use crate::lookup::address;
use crate::shell::ui::{Input, Kind, Markup};
use crate::shell::{Fields, Page, Rate, Trouble, html, invalid};

/// Tries for one address: ten at once, then one every thirty seconds.
const TRIES: Rate = Rate {
    burst: 10,
    per_minute: 2,
};

#[derive(Template)]
#[template(path = "appointments/templates/lookup.html")]
struct LookUp {
    page: Page,
    number: Markup,
    phone: Markup,
    found: Option<Shown>,
}

/// `GET /appointments`.
pub(super) async fn form(page: Page) -> Result<Response, Trouble> {
    html(&view(page, "", "", None))
}

fn view(page: Page, number: &str, phone: &str, found: Option<Shown>) -> LookUp {
    let input = |name: &str, label: &str, value: &str, kind| {
        Markup::of(&Input {
            name: name.to_owned(),
            label: page.t(label),
            value: value.to_owned(),
            error: page.problem_of(name).to_owned(),
            kind,
            autocomplete: "off",
            width: 20,
            ..Input::default()
        })
    };
    LookUp {
        number: input("number", "book-number", number, Kind::Digits),
        phone: input("phone", "lookup-phone", phone, Kind::Phone),
        found,
        page,
    }
}

/// `POST /appointments`.
pub(super) async fn look_up(
    State(portal): State<Portal>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    mut page: Page,
    sent: Fields,
) -> Result<Response, Trouble> {
    let (number, phone) = (sent.text("number"), sent.text("phone"));
    if number.is_empty() {
        page.problem("number", "book-number-required");
    }
    if phone.is_empty() {
        page.problem("phone", "lookup-phone-required");
    }
    if !page.problems.is_empty() {
        return invalid(&view(page, number, phone, None));
    }
    let who = address(&portal, peer.map(|peer| peer.0.0.ip()), &headers);
    if let Err(seconds) = portal.limiter.take(who, "lookup", TRIES) {
        return Err(Trouble::TooMany { seconds });
    }
    match portal.linli.look_up_booking(number, phone).await {
        Ok(row) => {
            let found = words::shown(&portal, &page, &row).await?;
            html(&view(page, number, phone, Some(found)))
        }
        Err(Problem::Refused(refusals)) => {
            invalid(&view(page.with_refusals(&refusals), number, phone, None))
        }
        Err(problem) => Err(trouble(problem)),
    }
}
