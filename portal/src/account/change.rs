//! Changing how one signs in: each asks again for the password or a code of the second factor, so
//! that a screen left open is not enough.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use super::pages::{back, own_key};
use crate::Portal;
use crate::session::Checked;
use crate::shell::ui::{Input, Kind, Markup};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};
use crate::signin::{factor, password};

/// Where the session keeps the sealed secret that is being set up.
const FRESH: &str = "fresh-factor";

#[derive(Template)]
#[template(path = "account/templates/change.html")]
struct Change {
    page: Page,
    title: String,
    lead: String,
    /// The QR code and the secret of a new app.
    qr: Markup,
    secret: String,
    inputs: Vec<Input>,
    action: &'static str,
    submit: String,
}

fn form(page: Page, what: &str, action: &'static str, inputs: Vec<Input>) -> Change {
    Change {
        title: page.t(&format!("account-{what}")),
        lead: page.t(&format!("account-{what}-lead")),
        submit: page.t(&format!("account-{what}-do")),
        qr: Markup::default(),
        secret: String::new(),
        inputs,
        action,
        page,
    }
}

/// These pages are for staff: residents sign in by a code to their phone and have nothing to change.
async fn login_of(portal: &Portal, signed: &Signed) -> Result<String, Trouble> {
    if !signed.is_staff() {
        return Err(Trouble::NotFound);
    }
    Ok(factor::login_of(portal, signed.account).await?)
}

fn password_inputs(page: &Page) -> Vec<Input> {
    let mut new = password::field(page, "password", "sign-in-password-new", "new-password");
    new.hint = page.t("sign-in-password-hint");
    vec![
        password::field(page, "current", "account-current", "current-password"),
        new,
        password::field(page, "again", "sign-in-password-again", "new-password"),
    ]
}

fn password_page(page: Page) -> Change {
    let inputs = password_inputs(&page);
    form(page, "password", "/account/password", inputs)
}

/// `GET /account/password`
pub(super) async fn password_form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    login_of(&portal, &signed).await?;
    html(&password_page(page))
}

/// `POST /account/password`: all other sessions end.
pub(super) async fn password(
    State(portal): State<Portal>,
    mut page: Page,
    signed: Signed,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let login = login_of(&portal, &signed).await?;
    let Some(chosen) = password::chosen(&mut page, &fields, &login) else {
        return invalid(&password_page(page));
    };
    let current = fields.first("current").unwrap_or_default().to_owned();
    match portal.desk.check_password(&login, current).await? {
        Checked::Right(account) if account == signed.account => {}
        Checked::Right(_) | Checked::Wrong => {
            page.problem("current", "account-current-wrong");
            return invalid(&password_page(page));
        }
        Checked::Locked { seconds } => {
            return Err(Trouble::TooMany {
                seconds: u64::try_from(seconds).unwrap_or(60),
            });
        }
    }
    portal
        .desk
        .choose_password(&login, signed.account, chosen)
        .await?;
    portal
        .desk
        .end_visits(signed.account, Some(&own_key(&session)))
        .await?;
    back(&session, "account-done-password").await
}

/// The fields that prove it is still the same person: a code where there is a second factor, else
/// the password.
fn proof(page: &Page, has_factor: bool) -> Input {
    if has_factor {
        let mut input = factor::code_input(page, "current", "account-current-code");
        input.hint = page.t("sign-in-factor-hint");
        input
    } else {
        password::field(page, "current", "account-current", "current-password")
    }
}

/// Whether the proof is wrong; then the page says so.
async fn unproved(
    portal: &Portal,
    page: &mut Page,
    signed: &Signed,
    fields: &Fields,
) -> Result<bool, Trouble> {
    if portal.desk.factor_since(signed.account).await?.is_some() {
        let refused = factor::refused(portal, signed.account, fields.text("current")).await?;
        if let Some(key) = refused {
            page.problem("current", key);
        }
        return Ok(refused.is_some());
    }
    let login = factor::login_of(portal, signed.account).await?;
    let current = fields.first("current").unwrap_or_default().to_owned();
    match portal.desk.check_password(&login, current).await? {
        Checked::Right(account) if account == signed.account => Ok(false),
        Checked::Right(_) | Checked::Wrong => {
            page.problem("current", "account-current-wrong");
            Ok(true)
        }
        Checked::Locked { seconds } => Err(Trouble::TooMany {
            seconds: u64::try_from(seconds).unwrap_or(60),
        }),
    }
}

async fn factor_page(
    portal: &Portal,
    page: Page,
    session: &Session,
    signed: &Signed,
) -> Result<Change, Trouble> {
    let kept: Option<String> = session.get(FRESH).await?;
    let shown = factor::shown(portal, &page, signed.account, kept.as_deref()).await?;
    session.insert(FRESH, &shown.kept).await?;
    let has = portal.desk.factor_since(signed.account).await?.is_some();
    let mut code = factor::code_input(&page, "code", "sign-in-factor-first");
    code.kind = Kind::Code;
    code.width = 10;
    let inputs = vec![code, proof(&page, has)];
    Ok(Change {
        qr: shown.qr,
        secret: shown.secret,
        ..form(page, "factor", "/account/factor", inputs)
    })
}

/// `GET /account/factor`: a new authenticator app, in place of the one there was.
pub(super) async fn factor_form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    login_of(&portal, &signed).await?;
    html(&factor_page(&portal, page, &session, &signed).await?)
}

/// `POST /account/factor`: all other sessions end; the recovery codes are new too.
pub(super) async fn factor(
    State(portal): State<Portal>,
    mut page: Page,
    signed: Signed,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    login_of(&portal, &signed).await?;
    if unproved(&portal, &mut page, &signed, &fields).await? {
        return invalid(&factor_page(&portal, page, &session, &signed).await?);
    }
    let kept: String = session.get(FRESH).await?.unwrap_or_default();
    let code = fields.digits("code");
    let Some(codes) = portal.desk.enrol(signed.account, &kept, &code).await? else {
        page.problem("code", "sign-in-factor-wrong");
        return invalid(&factor_page(&portal, page, &session, &signed).await?);
    };
    session.remove::<String>(FRESH).await?;
    portal
        .desk
        .end_visits(signed.account, Some(&own_key(&session)))
        .await?;
    factor::recovery(page, codes, "/account/noted")
}

async fn codes_page(portal: &Portal, page: Page, signed: &Signed) -> Result<Change, Trouble> {
    let has = portal.desk.factor_since(signed.account).await?.is_some();
    if !has {
        return Err(Trouble::NotFound);
    }
    let inputs = vec![proof(&page, has)];
    Ok(form(page, "codes", "/account/codes", inputs))
}

/// `GET /account/codes`
pub(super) async fn codes_form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    login_of(&portal, &signed).await?;
    html(&codes_page(&portal, page, &signed).await?)
}

/// `POST /account/codes`: new recovery codes; the old ones are worth nothing.
pub(super) async fn codes(
    State(portal): State<Portal>,
    mut page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    login_of(&portal, &signed).await?;
    if unproved(&portal, &mut page, &signed, &fields).await? {
        return invalid(&codes_page(&portal, page, &signed).await?);
    }
    if portal.desk.factor_since(signed.account).await?.is_none() {
        return Err(Trouble::NotFound);
    }
    let codes = portal.desk.renew_recovery(signed.account).await?;
    factor::recovery(page, codes, "/account/noted")
}

/// `POST /account/noted`: the recovery codes were noted.
pub(super) async fn noted(_signed: Signed) -> Response {
    Redirect::to("/account").into_response()
}
