//! 证明核验: what the number on a decision or certificate says to anyone who holds the paper.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use linli_community::Problem;
use linli_community::certificates::Standing;
use linli_units::CaseNumber;

use crate::Portal;
use crate::catalogue::views::say;
use crate::progress::words::{area_name, grouped, trouble};
use crate::shell::ui::{Input, Kind, Markup, Row, SummaryList, Tag, Tone};
use crate::shell::{Page, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "lookup/templates/verify.html")]
struct Verify {
    page: Page,
    number: Markup,
    none: bool,
    tag: Option<Tag>,
    facts: SummaryList,
}

/// `GET /verify`, with a number in `?number=` leading to its page.
pub(super) async fn form(page: Page) -> Result<Response, Trouble> {
    let typed = page.query.get("number").unwrap_or_default().to_owned();
    if let Ok(number) = CaseNumber::parse(&typed) {
        let to = format!("/verify/{}", number.as_str());
        return Ok(Redirect::to(&to).into_response());
    }
    if typed.is_empty() {
        html(&view(page, "", false))
    } else {
        let bad = CaseNumber::parse(&typed)
            .err()
            .map_or("length", |bad| bad.code());
        let refusal = linli_kernel::Refusal::new(&format!("cases.number-{bad}")).on("number");
        invalid(&view(page.with_refusals(&[refusal]), &typed, false))
    }
}

fn view(page: Page, typed: &str, none: bool) -> Verify {
    Verify {
        number: Markup::of(&Input {
            name: "number".to_owned(),
            label: page.t("verify-number"),
            value: typed.to_owned(),
            error: page.problem_of("number").to_owned(),
            kind: Kind::Digits,
            autocomplete: "off",
            width: 20,
            ..Input::default()
        }),
        none,
        tag: None,
        facts: SummaryList::default(),
        page,
    }
}

/// `GET /verify/{number}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
) -> Result<Response, Trouble> {
    let found = match portal.linli.verify_certificate(&number).await {
        Ok(found) => found,
        Err(Problem::Refused(_)) => None,
        Err(problem) => return Err(trouble(problem)),
    };
    let Some(found) = found else {
        let mut response = html(&view(page, &number, true))?;
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    let (key, tone) = match found.revoked_on {
        Some(_) => ("verify-revoked", Tone::Stop),
        None if found.holds() => ("verify-valid", Tone::Done),
        None => ("verify-invalid", Tone::Stop),
    };
    let tag = Tag::new(page.t(key), tone);
    let rows = rows(&portal, &page, &found);
    html(&Verify {
        tag: Some(tag),
        facts: SummaryList { rows },
        ..view(page, "", false)
    })
}

fn rows(portal: &Portal, page: &Page, standing: &Standing) -> Vec<Row> {
    let found = &standing.decided;
    let service = portal
        .linli
        .catalogue()
        .version(&found.service, found.version);
    let outcome = service.and_then(|service| service.outcome(&found.outcome));
    let from = page.date(found.from);
    let holds = match found.until {
        Some(until) => page.ta(
            "verify-holds-until",
            &[("from", &from), ("until", &page.date(until))],
        ),
        None => page.ta("verify-holds-from", &[("from", &from)]),
    };
    let name = service.map_or_else(|| found.service.clone(), |one| say(page, &one.names));
    let outcome = outcome.map_or_else(|| found.outcome.clone(), |one| say(page, &one.names));
    let mut rows = vec![
        Row::new(page.t("verify-number"), grouped(found.number.as_str())),
        Row::new(page.t("verify-service"), name),
        Row::new(page.t("verify-outcome"), outcome),
        Row::new(page.t("verify-area"), area_name(&portal.linli, &found.area)),
        Row::new(page.t("verify-decided"), page.date(found.decided_on)),
        Row::new(page.t("verify-holds"), holds),
    ];
    if let Some(day) = standing.revoked_on {
        rows.push(Row::new(page.t("verify-revoked-on"), page.date(day)));
    }
    rows
}
