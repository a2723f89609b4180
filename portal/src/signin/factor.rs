//! The second factor at sign-in: asked for, or set up by whoever has none yet.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::accounts;
use linli_interop::qr;
use linli_kernel::{AccountId, Fault};
use tower_sessions::Session;

use super::steps::{self, Half};
use crate::Portal;
use crate::session::FactorCheck;
use crate::shell::ui::{Input, Kind, Markup};
use crate::shell::{Fields, Page, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "signin/templates/factor.html")]
struct Ask {
    page: Page,
    code: Input,
}

#[derive(Template)]
#[template(path = "signin/templates/factor-new.html")]
struct New {
    page: Page,
    qr: Markup,
    secret: String,
    code: Input,
}

#[derive(Template)]
#[template(path = "signin/templates/recovery.html")]
struct Recovery {
    page: Page,
    codes: Vec<String>,
    /// Where the button leads.
    onward: &'static str,
}

/// The field for a code.
pub(crate) fn code_input(page: &Page, name: &str, label: &str) -> Input {
    Input {
        name: name.to_owned(),
        label: page.t(label),
        error: page.problem_of(name).to_owned(),
        autocomplete: "one-time-code",
        width: 30,
        ..Input::default()
    }
}

fn ask_form(page: Page) -> Ask {
    let mut code = code_input(&page, "code", "sign-in-factor-code");
    code.hint = page.t("sign-in-factor-hint");
    Ask { code, page }
}

/// `GET /sign-in/factor`
pub(super) async fn ask(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
) -> Result<Response, Trouble> {
    match steps::half(&portal, &session).await? {
        Some(_) => html(&ask_form(page)),
        None => Ok(steps::again()),
    }
}

/// `POST /sign-in/factor`
pub(super) async fn check(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(mut half) = steps::half(&portal, &session).await? else {
        return Ok(steps::again());
    };
    let typed = fields.text("code");
    if let Some(key) = refused(&portal, half.account, typed).await? {
        page.problem("code", key);
        return invalid(&ask_form(page));
    }
    half.proved = true;
    steps::keep(&session, &half).await?;
    steps::go_on(&portal, &page, &session, &half).await
}

/// Checks `typed` as the second factor of `account`; the key of what to say when it is not.
pub(crate) async fn refused(
    portal: &Portal,
    account: AccountId,
    typed: &str,
) -> Result<Option<&'static str>, Trouble> {
    // Full-width digits, as an input method leaves them, are digits.
    let plain: String = typed.chars().map(half_width).collect();
    match portal.desk.check_factor(account, &plain).await? {
        FactorCheck::Right => Ok(None),
        FactorCheck::Wrong => {
            tracing::warn!(%account, "a second factor was wrong");
            Ok(Some("sign-in-factor-wrong"))
        }
        FactorCheck::Locked { seconds } => Err(Trouble::TooMany {
            seconds: u64::try_from(seconds).unwrap_or(60),
        }),
    }
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' => {
            char::from_u32(u32::from(c) - 0xff10 + u32::from('0')).unwrap_or(c)
        }
        other => other,
    }
}

/// A page with a secret to be taken up by an app: shown again until a code confirms it.
pub(crate) struct Shown {
    /// The QR code.
    pub(crate) qr: Markup,
    /// The secret, in groups of four.
    pub(crate) secret: String,
    /// For the session.
    pub(crate) kept: String,
}

/// A secret for `account`, fresh or the one being set up.
pub(crate) async fn shown(
    portal: &Portal,
    page: &Page,
    account: AccountId,
    kept: Option<&str>,
) -> Result<Shown, Trouble> {
    let login = login_of(portal, account).await?;
    let fresh = portal
        .desk
        .fresh_factor(account, kept, page.place(), &login)?;
    let groups: Vec<String> = fresh
        .text
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    Ok(Shown {
        qr: Markup::svg(qr::svg(&fresh.address)?),
        secret: groups.join(" "),
        kept: fresh.kept,
    })
}

/// The recovery codes, shown this once.
pub(crate) fn recovery(
    page: Page,
    codes: Vec<String>,
    onward: &'static str,
) -> Result<Response, Trouble> {
    html(&Recovery {
        page,
        codes,
        onward,
    })
}

/// Whoever may set a factor up here: half signed in, and without one.
async fn settling(portal: &Portal, session: &Session) -> Result<Option<Half>, Trouble> {
    let Some(half) = steps::half(portal, session).await? else {
        return Ok(None);
    };
    let has = portal.desk.factor_since(half.account).await?.is_some();
    Ok(Some(half).filter(|_| !has))
}

async fn new_form(
    portal: &Portal,
    page: Page,
    session: &Session,
    mut half: Half,
) -> Result<New, Trouble> {
    let shown = shown(portal, &page, half.account, half.fresh.as_deref()).await?;
    half.fresh = Some(shown.kept);
    steps::keep(session, &half).await?;
    let mut code = code_input(&page, "code", "sign-in-factor-first");
    code.kind = Kind::Code;
    code.width = 10;
    Ok(New {
        qr: shown.qr,
        secret: shown.secret,
        code,
        page,
    })
}

/// `GET /sign-in/factor/new`
pub(super) async fn settle(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
) -> Result<Response, Trouble> {
    match settling(&portal, &session).await? {
        Some(half) => html(&new_form(&portal, page, &session, half).await?),
        None => Ok(steps::again()),
    }
}

/// `POST /sign-in/factor/new`
pub(super) async fn settled(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(mut half) = settling(&portal, &session).await? else {
        return Ok(steps::again());
    };
    let kept = half.fresh.clone().unwrap_or_default();
    let code = fields.digits("code");
    let Some(codes) = portal.desk.enrol(half.account, &kept, &code).await? else {
        page.problem("code", "sign-in-factor-wrong");
        return invalid(&new_form(&portal, page, &session, half).await?);
    };
    tracing::info!(account = %half.account, "a second factor was set up");
    half.proved = true;
    half.fresh = None;
    steps::keep(&session, &half).await?;
    recovery(page, codes, "/sign-in/next")
}

/// The user name of an account of staff.
pub(crate) async fn login_of(portal: &Portal, account: AccountId) -> Result<String, Fault> {
    let row = accounts::by_id(portal.linli.journal().reader(), account).await?;
    Ok(row.and_then(|row| row.login).unwrap_or_default())
}
