//! A browser that is one of the district's kiosks: it was given the kiosk's key once, by whoever set
//! the machine up, and keeps it where scripts cannot read it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use http::{HeaderValue, header};

use crate::Portal;
use crate::shell::ui::{Input, Kind};
use crate::shell::{Fields, Page, Trouble, cookie, html, invalid, kept};

const COOKIE: &str = "linli_kiosk";

/// A kiosk of the district, as the settings have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kiosk {
    /// Its short name, under which the card reader lays cards down.
    pub id: String,
    /// Where it stands, in Chinese.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// What its browser is given once.
    pub key: String,
}

impl Kiosk {
    /// Where it stands, in the reader's language.
    pub(crate) fn name<'a>(&'a self, page: &Page) -> &'a str {
        page.pick(&self.name_zh, &self.name_en)
    }
}

/// The kiosk with this key. Compared by keyed hash, so that time tells nothing.
fn with_key<'a>(portal: &'a Portal, key: &str) -> Option<&'a Kiosk> {
    let hash = |key: &str| portal.desk.keyed("kiosk", key);
    let wanted = hash(key);
    let kiosks = portal.shared.settings.kiosks.iter();
    kiosks
        .filter(|one| !one.key.is_empty())
        .find(|one| hash(&one.key) == wanted)
}

/// The kiosk that this browser is; `None` for any other browser, whatever mode it chose.
pub(crate) fn here<'a>(portal: &'a Portal, jar: &CookieJar) -> Option<&'a Kiosk> {
    with_key(portal, kept(portal, jar, COOKIE)?)
}

#[derive(Template)]
#[template(path = "kiosk/templates/device.html")]
struct Device {
    page: Page,
    now: String,
    key: Input,
}

fn device(portal: &Portal, page: Page, jar: &CookieJar) -> Device {
    Device {
        now: here(portal, jar).map_or_else(String::new, |kiosk| kiosk.name(&page).to_owned()),
        key: Input {
            name: "key".to_owned(),
            label: page.t("kiosk-key"),
            hint: page.t("kiosk-key-hint"),
            error: page.problem_of("key").to_owned(),
            kind: Kind::Password,
            autocomplete: "off",
            ..Input::default()
        },
        page,
    }
}

/// `GET /sign-in/kiosk/device`
pub(super) async fn form(
    State(portal): State<Portal>,
    page: Page,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    html(&device(&portal, page, &jar))
}

/// `POST /sign-in/kiosk/device`: makes this browser the kiosk whose key was typed.
pub(super) async fn make(
    State(portal): State<Portal>,
    mut page: Page,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response, Trouble> {
    match with_key(&portal, fields.text("key")) {
        Some(kiosk) => Ok(made_kiosk(&portal, kiosk, "/?mode=kiosk")),
        None => {
            page.problem("key", "kiosk-key-wrong");
            invalid(&device(&portal, page, &jar))
        }
    }
}

/// Sends the browser on as this kiosk.
pub(crate) fn made_kiosk(portal: &Portal, kiosk: &Kiosk, to: &str) -> Response {
    tracing::info!(kiosk = kiosk.id, "a browser was made a kiosk");
    let mut response = Redirect::to(to).into_response();
    let cookie = cookie(portal, COOKIE, kiosk.key.clone(), false).to_string();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
