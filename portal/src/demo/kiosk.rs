//! The kiosk of the demo: one press makes this browser it, another lays the demo resident's card on
//! the simulated reader.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use linli_community::residents::Residents;
use linli_kernel::{Clock as _, StreamId, SystemClock};

use super::pages::the_demo;
use crate::Portal;
use crate::kiosk::{self, Card, made_kiosk};
use crate::shell::Trouble;

/// `POST /demo/kiosk`: this browser is the demo's kiosk from now on.
pub(super) async fn become_one(State(portal): State<Portal>) -> Result<Response, Trouble> {
    the_demo(&portal)?;
    let kiosk = portal.shared.settings.kiosks.first();
    let kiosk = kiosk.ok_or(Trouble::NotFound)?;
    Ok(made_kiosk(&portal, kiosk, "/sign-in/kiosk?mode=kiosk"))
}

/// `POST /demo/card`: the card of the first resident among the roles lies on the reader.
pub(super) async fn lay_card(
    State(portal): State<Portal>,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    let demo = the_demo(&portal)?;
    let kiosk = kiosk::here(&portal, &jar).ok_or(Trouble::NotFound)?;
    let resident = demo.cards.iter().find_map(|card| card.resident);
    let stream = StreamId::from(resident.ok_or(Trouble::NotFound)?);
    let loaded = portal.linli.load::<Residents>(&stream).await?;
    let number = loaded.state.text("person.id_number");
    let card = Card {
        kiosk: kiosk.id.clone(),
        number: number.ok_or(Trouble::NotFound)?.to_owned(),
        // The machine's clock, as a driver has it.
        read_at: SystemClock.now(),
    };
    demo.reader.lay(&card).await?;
    Ok(Redirect::to("/sign-in/kiosk").into_response())
}
