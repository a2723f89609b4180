//! The key under which a phone seals what its holder takes along.
//!
//! It is made from the desk's secret, the account and a random number of the phone, so that the same
//! account finds what it had not sent after signing in again, nobody else is ever given it, and a
//! phone that was erased cannot be opened even with the node's help.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::Portal;
use crate::shell::{Page, Signed, Trouble};

/// How long a form that was not sent stays on a phone: as long as a draft at the node.
const WAIT_HOURS: u64 = 30 * 24;
const HOUR_MS: u64 = 3_600_000;

/// `GET /phone/key?device=…`: the key, whose it is, and the token of forms. A kiosk keeps nothing.
pub(super) async fn key(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    if !page.keeps() {
        return Err(Trouble::NotFound);
    }
    let device = page.query.get("device").filter(|one| is_device(one));
    let device = device.ok_or(Trouble::Unreadable("device"))?;
    let account = signed.account.to_string();
    let owner = portal.desk.keyed("phone-owner", &account);
    let body = json!({
        "owner": owner,
        "key": portal.desk.keyed("phone-key", &format!("{account} {device}")),
        "token": page.form_token(),
        "keep": u64::from(portal.shared.settings.limits.phone_hours) * HOUR_MS,
        "wait": WAIT_HOURS * HOUR_MS,
    });
    Ok(axum::Json(body).into_response())
}

/// 128 random bits in hexadecimal digits.
fn is_device(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
