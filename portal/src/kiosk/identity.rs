//! At the kiosk: card or phone, and what is shown while the phone is waited for.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use linli_community::residents::Residents;
use linli_interop::qr;
use linli_kernel::{Clock as _, ResidentId, StreamId, SystemClock};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::device::{Kiosk, here};
use crate::Portal;
use crate::shell::ui::Markup;
use crate::shell::{Mode, Page, Trouble, html, invalid};
use crate::signin::{self, Entrant, resident_entrant};

/// What the session keeps while the kiosk waits for a phone.
const WAITS: &str = "kiosk-waits";

#[derive(Serialize, Deserialize)]
struct Shown {
    browser: String,
    ask: String,
    code: String,
}

#[derive(Template)]
#[template(path = "kiosk/templates/ways.html")]
struct Ways {
    page: Page,
    name: String,
    card: bool,
    /// Whether the reader is the simulator of a demo.
    simulated: bool,
}

fn at<'a>(portal: &'a Portal, jar: &CookieJar) -> Result<&'a Kiosk, Trouble> {
    here(portal, jar).ok_or(Trouble::NotFound)
}

fn choice(portal: &Portal, page: Page, kiosk: &Kiosk) -> Ways {
    let card = portal.cards.is_there();
    Ways {
        name: kiosk.name(&page).to_owned(),
        card,
        simulated: card && page.is_demo(),
        page,
    }
}

/// `GET /sign-in/kiosk`: only a kiosk of the district has this page.
pub(super) async fn ways(
    State(portal): State<Portal>,
    page: Page,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    let kiosk = at(&portal, &jar)?;
    html(&choice(&portal, page, kiosk))
}

/// `POST /sign-in/kiosk/phone`: begins to wait for a phone.
pub(super) async fn ask(
    State(portal): State<Portal>,
    session: Session,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    let kiosk = at(&portal, &jar)?;
    let browser = format!("{:032x}", rand::rng().random::<u128>());
    let waits = portal.desk.kiosk_waits(&kiosk.id, &browser).await?;
    let shown = Shown {
        browser,
        ask: waits.ask,
        code: waits.code,
    };
    session.insert(WAITS, shown).await?;
    Ok(Redirect::to("/sign-in/kiosk/phone").into_response())
}

#[derive(Template)]
#[template(path = "kiosk/templates/phone.html")]
struct Phone {
    page: Page,
    qr: Markup,
    code: String,
    address: String,
}

async fn waiting(page: Page, session: &Session) -> Result<Option<Phone>, Trouble> {
    let Some(shown) = session.get::<Shown>(WAITS).await? else {
        return Ok(None);
    };
    let address = format!("{}/kiosk/allow", page.public_url());
    let (front, back) = shown.code.split_at_checked(3).unwrap_or((&shown.code, ""));
    Ok(Some(Phone {
        qr: Markup::svg(qr::svg(&format!("{address}?ask={}", shown.ask))?),
        code: format!("{front} {back}"),
        address,
        page,
    }))
}

/// `GET /sign-in/kiosk/phone`
pub(super) async fn shown(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    at(&portal, &jar)?;
    match waiting(page, &session).await? {
        Some(phone) => html(&phone),
        None => Ok(Redirect::to("/sign-in/kiosk").into_response()),
    }
}

/// `POST /sign-in/kiosk/enter`: the phone has allowed it, says whoever stands here.
pub(super) async fn enter(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    let kiosk = at(&portal, &jar)?;
    let Some(shown) = session.get::<Shown>(WAITS).await? else {
        return Ok(Redirect::to("/sign-in/kiosk").into_response());
    };
    let allowed = portal.desk.kiosk_allowed(&kiosk.id, &shown.browser).await?;
    let Some(allowed) = allowed else {
        page.problem("", "kiosk-not-yet");
        return match waiting(page, &session).await? {
            Some(phone) => invalid(&phone),
            None => Ok(Redirect::to("/sign-in/kiosk").into_response()),
        };
    };
    let entrant = Entrant::allowed(allowed.account, allowed.resident, allowed.name);
    let_in(&portal, &session, kiosk, entrant).await
}

/// `POST /sign-in/kiosk/card`: a card lies on the reader, says whoever stands here.
pub(super) async fn card(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    let kiosk = at(&portal, &jar)?;
    // The machine's clock, as the reader has it: a demo's calendar may be pushed.
    let card = match portal.cards.read(&kiosk.id, SystemClock.now()).await {
        Ok(card) => card,
        Err(fault) => {
            tracing::error!(kiosk = kiosk.id, %fault, "the card reader");
            page.problem("", "kiosk-card-fault");
            return invalid(&choice(&portal, page, kiosk));
        }
    };
    let Some(card) = card else {
        page.problem("", "kiosk-card-none");
        return invalid(&choice(&portal, page, kiosk));
    };
    let known = portal.linli.resident_with_number(&card.number).await?;
    let entrant = match known {
        Some(resident) => of_card(&portal, resident).await?,
        None => None,
    };
    let Some(entrant) = entrant else {
        page.problem("", "kiosk-card-no");
        return invalid(&choice(&portal, page, kiosk));
    };
    let_in(&portal, &session, kiosk, entrant).await
}

/// Whoever the card is of; `None` for somebody who cannot be served here.
async fn of_card(portal: &Portal, resident: ResidentId) -> Result<Option<Entrant>, Trouble> {
    let resident = portal.linli.survivor(resident);
    let stream = StreamId::from(resident);
    let loaded = portal.linli.load::<Residents>(&stream).await?;
    let state = &loaded.state;
    let Some(area) = state
        .area
        .clone()
        .filter(|_| !state.withdrawn && !state.dead)
    else {
        return Ok(None);
    };
    let name = state.text("person.name").unwrap_or_default();
    Ok(Some(resident_entrant(portal, resident, &area, name).await?))
}

async fn let_in(
    portal: &Portal,
    session: &Session,
    kiosk: &Kiosk,
    entrant: Entrant,
) -> Result<Response, Trouble> {
    let entrant = entrant.on(&format!("自助机 kiosk：{}", kiosk.name_zh));
    signin::enter(portal, session, entrant, Mode::Kiosk).await?;
    tracing::info!(kiosk = kiosk.id, "somebody showed who they are");
    signin::onward(session, "/").await
}
