//! The form of the look-up, and the case it found.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use linli_community::Problem;
use linli_community::cases::service::look_up as find;
use linli_community::cases::view::tracked;
use linli_kernel::CaseId;
use linli_units::CaseNumber;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::Portal;
use crate::catalogue::views::say;
use crate::progress::views;
use crate::progress::words::{self, trouble};
use crate::shell::ui::{Input, Kind, Markup, Progress};
use crate::shell::{Fields, Page, Rate, Trouble, html, invalid};

/// Tries for one address: ten at once, then one every thirty seconds.
const TRIES: Rate = Rate {
    burst: 10,
    per_minute: 2,
};
/// Where the session keeps what was found.
const FOUND: &str = "looked-up";
/// For how long it may be read again.
const HOLDS_SECONDS: i64 = 30 * 60;

/// A case somebody proved to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Found {
    number: String,
    case: CaseId,
    until: i64,
}

#[derive(Template)]
#[template(path = "lookup/templates/form.html")]
struct Form {
    page: Page,
    number: Markup,
    phone: Markup,
}

/// `GET /lookup`, with the number filled in by `?number=` as QR codes give it.
pub(super) async fn form(page: Page) -> Result<Response, Trouble> {
    let number = page
        .query
        .get("number")
        .map(words::grouped)
        .unwrap_or_default();
    html(&view(page, &number, ""))
}

fn view(page: Page, number: &str, phone: &str) -> Form {
    Form {
        number: Markup::of(&Input {
            name: "number".to_owned(),
            label: page.t("lookup-number"),
            hint: page.t("lookup-number-hint"),
            value: number.to_owned(),
            error: page.problem_of("number").to_owned(),
            kind: Kind::Digits,
            autocomplete: "off",
            width: 20,
            ..Input::default()
        }),
        phone: Markup::of(&Input {
            name: "phone".to_owned(),
            label: page.t("lookup-phone"),
            value: phone.to_owned(),
            error: page.problem_of("phone").to_owned(),
            kind: Kind::Phone,
            autocomplete: "tel",
            width: 20,
            ..Input::default()
        }),
        page,
    }
}

/// `POST /lookup`
pub(super) async fn look_up(
    State(portal): State<Portal>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (number, phone) = (fields.text("number"), fields.text("phone"));
    if number.is_empty() {
        page.problem("number", "lookup-number-required");
    }
    if phone.is_empty() {
        page.problem("phone", "lookup-phone-required");
    }
    if !page.problems.is_empty() {
        return invalid(&view(page, number, phone));
    }
    let who = address(&portal, peer.map(|peer| peer.0.0.ip()), &headers);
    if let Err(seconds) = portal.limiter.take(who, "lookup", TRIES) {
        return too_many(page, number, phone, seconds);
    }
    match find(&portal.linli, number, phone).await {
        Ok(case) => {
            let number = remember(&portal, &session, number, case).await?;
            Ok(Redirect::to(&format!("/lookup/{number}")).into_response())
        }
        Err(Problem::Refused(refusals)) if is_typing(&refusals) => {
            invalid(&view(page.with_refusals(&refusals), number, phone))
        }
        Err(Problem::Refused(_)) => {
            let text = page.ta("lookup-none", &[("phone", page.phone())]);
            page.problems.push(crate::shell::Problem {
                field: "number".to_owned(),
                message: text,
            });
            invalid(&view(page, number, phone))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

/// Whose tries are counted: the connection's address, or behind a proxy of our own the last one it
/// noted.
pub(crate) fn address(portal: &Portal, direct: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let noted = || {
        let list = headers.get("x-forwarded-for")?.to_str().ok()?;
        list.rsplit(',').next()?.trim().parse().ok()
    };
    let behind = portal.shared.settings.behind_proxy;
    let noted = if behind { noted() } else { None };
    noted.or(direct).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// A number that cannot be one is told: its check digit is no secret.
fn is_typing(refusals: &[linli_kernel::Refusal]) -> bool {
    refusals.iter().all(|one| {
        one.code.starts_with("cases.number-") && one.code != "cases.number-and-phone-differ"
    })
}

fn too_many(mut page: Page, number: &str, phone: &str, seconds: u64) -> Result<Response, Trouble> {
    let minutes = seconds.div_ceil(60).to_string();
    let message = page.ta("lookup-many", &[("n", &minutes), ("phone", page.phone())]);
    page.problems.push(crate::shell::Problem {
        field: "number".to_owned(),
        message,
    });
    let mut response = html(&view(page, number, phone))?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    Ok(response)
}

async fn remember(
    portal: &Portal,
    session: &Session,
    number: &str,
    case: CaseId,
) -> Result<String, Trouble> {
    let number = CaseNumber::parse(number).map_err(|_bad| Trouble::NotFound)?;
    let found = Found {
        number: number.as_str().to_owned(),
        case,
        until: portal.linli.clock().now().as_second() + HOLDS_SECONDS,
    };
    session.insert(FOUND, found).await?;
    Ok(number.as_str().to_owned())
}

#[derive(Template)]
#[template(path = "lookup/templates/found.html")]
struct FoundPage {
    page: Page,
    service: String,
    number: String,
    key: String,
    now: Markup,
    clock: Markup,
    timeline: Progress,
}

/// `GET /lookup/{number}`: what was found, for half an hour; else the form again.
pub(super) async fn found(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    session: Session,
) -> Result<Response, Trouble> {
    let number = CaseNumber::parse(&number).map_err(|_bad| Trouble::NotFound)?;
    let now: Timestamp = portal.linli.clock().now();
    let found: Option<Found> = session.get(FOUND).await?;
    let found = found.filter(|one| one.number == number.as_str() && one.until > now.as_second());
    let Some(found) = found else {
        let to = format!("/lookup?number={}", number.as_str());
        return Ok(Redirect::to(&to).into_response());
    };
    let view = tracked(&portal.linli, found.case).await.map_err(trouble)?;
    html(&FoundPage {
        service: say(&page, &view.service.names),
        number: number.to_string(),
        key: number.as_str().to_owned(),
        now: views::now(&page, &portal.linli, &view, false),
        clock: views::clock(&page, &view),
        timeline: views::timeline(&page, &portal.linli, &view, false),
        page,
    })
}
