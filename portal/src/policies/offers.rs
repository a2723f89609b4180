//! 您可能享受的待遇: the reader's offers with their reckoning, taken with one button or declined for
//! good; and the list of a committee.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::Call;
use linli_community::cases::Filing;
use linli_community::catalogue::{Answers, Channel, Service};
use linli_community::offers::{Measured, Row, Sought, filled};
use linli_community::residents::mask;
use linli_kernel::{AreaPath, ResidentId};
use tower_sessions::Session;

use super::told;
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::desk::rows;
use crate::my::pages::tabs;
use crate::progress::words::{tell, trouble};
use crate::shell::ui::{Cell, Column, Markup, Table, Tabs};
use crate::shell::{Fields, Page, Signed, Trouble, html};

const PHONE: &str = "person.phone";

#[derive(Template)]
#[template(path = "policies/templates/offers.html")]
struct Own {
    page: Page,
    tabs: Tabs,
    offers: Vec<Offered>,
    granted: Vec<Granted>,
}

/// What was granted without having been asked for.
struct Granted {
    title: String,
    whom: String,
    number: String,
}

struct Offered {
    title: String,
    whom: String,
    policy: String,
    resident: String,
    service: String,
    why: Option<Markup>,
    /// Whether the register knows all that the form asks.
    ready: bool,
}

/// `GET /my/offers`: mine, and those of the ones I act for.
pub(super) async fn own(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let (mut offers, mut granted) = (Vec::new(), Vec::new());
    for whom in whom::all(&portal, &signed).await? {
        for (policy, number) in portal.linli.granted_unasked(whom.subject).await? {
            granted.push(Granted {
                title: policy_name(&portal, &page, &policy),
                whom: about(&whom),
                number,
            });
        }
        for row in portal.linli.own_offers(whom.subject).await? {
            offers.extend(offered(&portal, &page, &whom, &row).await?);
        }
    }
    html(&Own {
        tabs: tabs(&page, "/my/offers"),
        offers,
        granted,
        page,
    })
}

/// The name of the one it is about; empty for oneself.
fn about(whom: &Whom) -> String {
    let acting = whom.actor.mandate.as_ref();
    acting.map_or_else(String::new, |_| whom.name.clone())
}

async fn offered(
    portal: &Portal,
    page: &Page,
    whom: &Whom,
    row: &Row,
) -> Result<Option<Offered>, Trouble> {
    let Some(service) = service(portal, &row.service, &whom.area) else {
        return Ok(None);
    };
    let offer = portal
        .linli
        .offer(&whom.actor, whom.subject, &row.policy)
        .await
        .map_err(trouble)?;
    let why = offer.reckoning.as_ref();
    let why = why.and_then(|kept| told::answer(&portal.linli, page, kept));
    Ok(Some(Offered {
        title: policy_name(portal, page, &row.policy),
        whom: about(whom),
        policy: row.policy.clone(),
        resident: whom.subject.to_string(),
        service: service.id.clone(),
        ready: answers(portal, page, whom, &service).await?.is_some(),
        why,
    }))
}

fn service(portal: &Portal, id: &str, area: &AreaPath) -> Option<std::sync::Arc<Service>> {
    let today = portal.linli.clock().today();
    portal.linli.catalogue().service_in(id, area, today)
}

fn policy_name(portal: &Portal, page: &Page, id: &str) -> String {
    let policies = portal.linli.policies();
    policies.head(id).map_or_else(
        || id.to_owned(),
        |head| page.pick(&head.names.zh, &head.names.en).to_owned(),
    )
}

/// The form's answers from what the register knows and what the service says of those it missed;
/// `None` where something must still be asked.
async fn answers(
    portal: &Portal,
    page: &Page,
    whom: &Whom,
    service: &Service,
) -> Result<Option<(Answers, String)>, Trouble> {
    let facts = whom::facts(portal, page, whom).await?;
    let answers = filled(service, &facts, portal.linli.clock().today());
    let phone = facts.get(PHONE).and_then(|fact| fact.value.as_str());
    Ok(answers.zip(phone.map(str::to_owned)))
}

/// `POST /my/offers/take`: 一键申办.
pub(super) async fn take(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let whom = asked(&portal, &signed, &fields).await?;
    let command = fields.command().ok_or(Trouble::Unreadable("form"))?;
    let policy = fields.text("policy").to_owned();
    let offer = portal
        .linli
        .offer(&whom.actor, whom.subject, &policy)
        .await
        .map_err(trouble)?;
    let service = service(&portal, &offer.service, &whom.area).ok_or(Trouble::NotFound)?;
    let Some((answers, phone)) = answers(&portal, &page, &whom, &service).await? else {
        return Ok(
            Redirect::to(&format!("/apply/{}{}", service.id, whom.suffix())).into_response(),
        );
    };
    let declared = service.form.declarations.iter();
    let filing = Filing {
        service: service.id.clone(),
        area: whom.area.clone(),
        channel: Channel::Online,
        applicant: whom.subject,
        authority: whom.actor.mandate.as_ref().map(|one| one.authority.clone()),
        received_on: None,
        name: whom.name.clone(),
        phone,
        answers,
        declared: declared.map(|one| one.id.clone()).collect(),
        papers: Vec::new(),
    };
    let call = Call {
        command,
        actor: &whom.actor,
        expected: None,
    };
    let receipt = Box::pin(portal.linli.take_offer(call, &policy, &filing))
        .await
        .map_err(trouble)?;
    let number = receipt.number.as_str();
    Ok(Redirect::to(&format!("/cases/{number}/receipt")).into_response())
}

/// `POST /my/offers/decline`: 不再提示.
pub(super) async fn decline(
    State(portal): State<Portal>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let whom = asked(&portal, &signed, &fields).await?;
    let call = Call {
        command: fields.command().ok_or(Trouble::Unreadable("form"))?,
        actor: &whom.actor,
        expected: None,
    };
    let declined = portal
        .linli
        .decline_offer(call, whom.subject, fields.text("policy"));
    Box::pin(declined).await.map_err(trouble)?;
    tell(&session, "offers-declined", &[]).await?;
    Ok(Redirect::to("/my/offers").into_response())
}

/// For whom a form of this page was sent: oneself, or one who gave a mandate.
async fn asked(portal: &Portal, signed: &Signed, fields: &Fields) -> Result<Whom, Trouble> {
    let me = whom::find(portal, signed, None).await?;
    let resident = fields.text("resident");
    if resident == me.subject.to_string() {
        return Ok(me);
    }
    whom::find(portal, signed, Some(resident)).await
}

#[derive(Template)]
#[template(path = "policies/templates/found.html")]
struct Found {
    page: Page,
    measured: String,
    table: Table,
}

/// `GET /desk/offers`: whom the policies say yes to in the reader's area.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let actor = signed.actor.clone();
    let sought = Sought {
        page: page.query.page(),
        ..Sought::default()
    };
    let offers = portal
        .linli
        .offers(&actor, &sought)
        .await
        .map_err(trouble)?;
    let measured = portal
        .linli
        .offers_measured(&actor)
        .await
        .map_err(trouble)?;
    let mut rows = Vec::new();
    for offer in &offers {
        rows.push(found(&portal, &page, offer).await?);
    }
    let keys = [
        "offers-who",
        "offers-what",
        "offers-sum",
        "offers-where",
        "offers-since",
    ];
    html(&Found {
        measured: said(&page, measured),
        table: Table {
            caption: page.t1("offers-caption", "n", offers.len()),
            columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
            rows,
            ..Table::default()
        },
        page,
    })
}

async fn found(portal: &Portal, page: &Page, offer: &Row) -> Result<Vec<Cell>, Trouble> {
    let name = match offer.resident() {
        Some(resident) => shown_name(portal, resident).await?,
        None => String::new(),
    };
    let area = offer
        .area()
        .map(|area| rows::area_name(&portal.linli, &area));
    let since = offer.on_day.parse().map(|day| page.date(day));
    Ok(vec![
        Cell::link(name, format!("/desk/residents/{}", offer.resident)),
        Cell::text(policy_name(portal, page, &offer.policy)),
        Cell::text(
            offer
                .amount_fen
                .map(|fen| page.money(fen))
                .unwrap_or_default(),
        ),
        Cell::text(area.unwrap_or_default()),
        Cell::text(since.unwrap_or_default()),
    ])
}

async fn shown_name(portal: &Portal, resident: ResidentId) -> Result<String, Trouble> {
    let resident = whom::resident(portal, resident).await?;
    Ok(mask::name(resident.text("person.name").unwrap_or_default()))
}

fn said(page: &Page, measured: Measured) -> String {
    let Measured {
        open,
        declined,
        taken,
        unasked,
        granted,
        refused,
    } = measured;
    let numbers = [open, taken, declined, granted, refused, unasked];
    let numbers = numbers.map(|number| number.to_string());
    let [open, taken, declined, granted, refused, unasked] = numbers.each_ref().map(String::as_str);
    let said = page.ta(
        "offers-measured",
        &[
            ("open", open),
            ("taken", taken),
            ("declined", declined),
            ("granted", granted),
            ("refused", refused),
            ("unasked", unasked),
        ],
    );
    match measured.wrong_per_mille() {
        Some(wrong) => {
            let percent = format!("{}.{} %", wrong / 10, wrong % 10);
            format!("{said} {}", page.t1("offers-wrong", "percent", percent))
        }
        None => said,
    }
}
