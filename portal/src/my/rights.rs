//! 代办授权 and 同意: who may act for me, what I agreed to, and how either ends.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use linli_community::Call;
use linli_community::residents::{Authority, Granted};
use linli_community::residents::{ConsentRow, MandateRow};
use linli_kernel::ResidentId;
use tower_sessions::Session;

use super::pages::tabs;
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::catalogue::views::say;
use crate::progress::words::{tell, trouble};
use crate::shell::ui::{Choice, DateInput, Markup, Radios, Tabs};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The age from which one may act for others.
const ADULT: i16 = 18;

struct Given {
    id: String,
    text: String,
}

#[derive(Template)]
#[template(path = "my/templates/mandates.html")]
struct Mandates {
    page: Page,
    tabs: Tabs,
    given: Vec<Given>,
    held: Vec<Given>,
    can_grant: bool,
    who: Markup,
    until: Markup,
}

/// `GET /my/mandates`
pub(super) async fn mandates(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    html(&view(&portal, page, &me, &Fields::default()).await?)
}

async fn view(
    portal: &Portal,
    page: Page,
    me: &Whom,
    fields: &Fields,
) -> Result<Mandates, Trouble> {
    let today = portal.linli.clock().today();
    let mut given = Vec::new();
    for row in portal.linli.mandates_of(me.subject).await? {
        if row.ended_on.is_none() && row.until.is_none_or(|until| until >= today) {
            given.push(line(portal, &page, &row, row.agent).await?);
        }
    }
    let mut held = Vec::new();
    for row in portal.linli.mandates_held_by(me.subject).await? {
        if row.ended_on.is_none() && row.until.is_none_or(|until| until >= today) {
            held.push(line(portal, &page, &row, row.principal).await?);
        }
    }
    let adults = adults(portal, me.subject, today).await?;
    Ok(Mandates {
        tabs: tabs(&page, "/my/mandates"),
        given,
        held,
        can_grant: !adults.is_empty(),
        who: who_field(&page, &adults, fields),
        until: until_field(&page, fields),
        page,
    })
}

async fn line(
    portal: &Portal,
    page: &Page,
    row: &MandateRow,
    other: ResidentId,
) -> Result<Given, Trouble> {
    let other = whom::resident(portal, other).await?;
    let authority = page.t(&format!("mandates-authority-{}", row.authority.code()));
    let until = row.until.map_or_else(
        || page.t("mandates-no-end"),
        |until| page.t1("mandates-until", "day", page.date(until)),
    );
    let name = other.text("person.name").unwrap_or_default();
    Ok(Given {
        id: row.id.to_string(),
        text: page.ta(
            "mandates-to",
            &[("name", name), ("authority", &authority), ("until", &until)],
        ),
    })
}

/// The other adults of one's household.
async fn adults(
    portal: &Portal,
    me: ResidentId,
    today: Date,
) -> Result<Vec<(ResidentId, String)>, Trouble> {
    let Some(household) = portal.linli.household_of(me).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for row in portal.linli.members_of(household).await? {
        if row.id == me || row.dead || !is_adult(row.birth_date, today) {
            continue;
        }
        let resident = whom::resident(portal, row.id).await?;
        found.push((
            row.id,
            resident.text("person.name").unwrap_or_default().to_owned(),
        ));
    }
    Ok(found)
}

fn is_adult(born: Option<Date>, today: Date) -> bool {
    born.is_some_and(|born| {
        linli_community::catalogue::age_on(&born.to_string(), today).is_some_and(|age| age >= ADULT)
    })
}

fn who_field(page: &Page, adults: &[(ResidentId, String)], fields: &Fields) -> Markup {
    let chosen = fields.text("agent");
    Markup::of(&Radios {
        name: "agent".to_owned(),
        legend: page.t("mandates-grant-who"),
        hint: page.t("mandates-grant-who-hint"),
        error: page.problem_of("agent").to_owned(),
        choices: adults
            .iter()
            .map(|(id, name)| Choice::new(id.to_string(), name.as_str()).chosen_if(chosen))
            .collect(),
        ..Radios::default()
    })
}

fn until_field(page: &Page, fields: &Fields) -> Markup {
    Markup::of(&DateInput {
        name: "until".to_owned(),
        legend: page.t("mandates-grant-until"),
        hint: page.t("mandates-grant-until-hint"),
        error: page.problem_of("until").to_owned(),
        labels: ["apply-year", "apply-month", "apply-day"].map(|key| page.t(key)),
        values: ["year", "month", "day"]
            .map(|part| fields.text(&format!("until-{part}")).to_owned()),
        ..DateInput::default()
    })
}

/// `POST /my/mandates`: a member of the household may act for me until a day.
pub(super) async fn grant(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let today = portal.linli.clock().today();
    let adults = adults(&portal, me.subject, today).await?;
    let agent = adults
        .iter()
        .find(|(id, _)| id.to_string() == fields.text("agent"));
    if agent.is_none() {
        page.problem("agent", "mandates-who-required");
    }
    let last = today.saturating_add(1.year());
    let until = DateInput::read(&fields, "until").filter(|day| *day > today && *day <= last);
    if until.is_none() {
        page.problem("until", "mandates-until-bad");
    }
    let (Some((agent, _)), Some(until)) = (agent, until) else {
        return invalid(&view(&portal, page, &me, &fields).await?);
    };
    let granted = Granted {
        principal: me.subject,
        agent: *agent,
        authority: Authority::Household,
        services: Vec::new(),
        from: today,
        until: Some(until),
    };
    let call = call(&me, &fields)?;
    Box::pin(portal.linli.grant_mandate(call, granted, ""))
        .await
        .map_err(trouble)?;
    tell(&session, "mandates-granted", &[]).await?;
    Ok(Redirect::to("/my/mandates").into_response())
}

fn call<'a>(me: &'a Whom, fields: &Fields) -> Result<Call<'a>, Trouble> {
    Ok(Call {
        command: fields.command().ok_or(Trouble::Unreadable("form"))?,
        actor: &me.actor,
        expected: None,
    })
}

/// `POST /my/mandates/end`
pub(super) async fn end_mandate(
    State(portal): State<Portal>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let id = fields
        .text("mandate")
        .parse()
        .map_err(|_bad| Trouble::NotFound)?;
    let call = call(&me, &fields)?;
    Box::pin(portal.linli.end_mandate(call, id))
        .await
        .map_err(trouble)?;
    tell(&session, "mandates-ended", &[]).await?;
    Ok(Redirect::to("/my/mandates").into_response())
}

struct ConsentLine {
    id: String,
    text: String,
    details: String,
    can_end: bool,
}

#[derive(Template)]
#[template(path = "my/templates/consents.html")]
struct Consents {
    page: Page,
    tabs: Tabs,
    consents: Vec<ConsentLine>,
}

/// `GET /my/consents`
pub(super) async fn consents(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let rows = portal.linli.consents_of(me.subject).await?;
    html(&Consents {
        tabs: tabs(&page, "/my/consents"),
        consents: rows
            .iter()
            .map(|row| consent(&portal, &page, row))
            .collect(),
        page,
    })
}

fn consent(portal: &Portal, page: &Page, row: &ConsentRow) -> ConsentLine {
    let comma = page.pick("，", ", ");
    let mut details = page.t1("consents-given", "day", page.date(row.from));
    match (row.ended_on, row.until) {
        (Some(ended), _) => {
            let ended = page.t1("consents-withdrawn", "day", page.date(ended));
            details = format!("{details}{comma}{ended}");
        }
        (None, Some(until)) => {
            let until = page.t1("consents-until", "day", page.date(until));
            details = format!("{details}{comma}{until}");
        }
        (None, None) => {}
    }
    ConsentLine {
        id: row.id.to_string(),
        text: purpose(portal, page, &row.purpose),
        details,
        can_end: row.ended_on.is_none(),
    }
}

/// A purpose in words: the declaration of the form in which it was given.
fn purpose(portal: &Portal, page: &Page, purpose: &str) -> String {
    let key = purpose.rsplit(['/', '.']).next().unwrap_or(purpose);
    let versions = portal.linli.catalogue().versions();
    versions
        .flat_map(|service| service.form.declarations.iter())
        .find(|one| one.id == key)
        .map_or_else(|| purpose.to_owned(), |one| say(page, &one.text))
}

/// `POST /my/consents/end`
pub(super) async fn end_consent(
    State(portal): State<Portal>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let id = fields
        .text("consent")
        .parse()
        .map_err(|_bad| Trouble::NotFound)?;
    let call = call(&me, &fields)?;
    Box::pin(portal.linli.withdraw_consent(call, id))
        .await
        .map_err(trouble)?;
    tell(&session, "consents-done", &[]).await?;
    Ok(Redirect::to("/my/consents").into_response())
}
