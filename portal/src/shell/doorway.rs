//! The doorway every request passes: who asks and in which look, how much they may ask, what form
//! they sent and whether it came from our own page; and on the way out, errors become pages.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use futures::FutureExt as _;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use linli_kernel::Fault;
use tower_sessions::Session;

use super::error_page;
use super::form::{Fields, MAX_FORM_BYTES};
use super::identity::Identity;
use super::page::{Flash, Look, Mode, Page};
use super::query::Query;
use super::token;
use super::trouble::Trouble;
use super::upload::{self, UploadPaths};
use crate::i18n::Lang;
use crate::{Portal, signin};

/// What the doorway keeps of a request to dress an error with.
struct Kept {
    page: Page,
    fields: Fields,
    method: Method,
    session: Option<Session>,
    api: bool,
}

/// The middleware.
pub async fn doorway(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let (mut parts, body) = request.into_parts();
    let api = parts.uri.path().starts_with("/api/");
    let jar = CookieJar::from_headers(&parts.headers);
    let query = Query::of(&parts.uri);
    let look = look(&portal, &mut parts, &jar, &query).await;
    let cookies = look_cookies(&portal, &jar, &query);
    parts.extensions.insert(look.0);
    let entry = enter(&portal, &mut parts, &jar, body, api).await;
    let kept = Kept {
        page: Page::of(&parts, &portal),
        fields: parts.extensions.get().cloned().unwrap_or_default(),
        method: parts.method.clone(),
        session: parts.extensions.get().cloned(),
        api,
    };
    let path = parts
        .extensions
        .get::<axum::extract::MatchedPath>()
        .cloned();
    let response = match entry {
        Ok(body) => run(next, Request::from_parts(parts, body)).await,
        Err(trouble) => trouble.into_response(),
    };
    let mut response = dress(&kept, response).await;
    for cookie in cookies.into_iter().chain(look.1) {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    measure(
        path.as_ref().map(axum::extract::MatchedPath::as_str),
        &response,
        started,
    );
    response
}

fn measure(path: Option<&str>, response: &Response, started: tokio::time::Instant) {
    let status = response.status().as_u16().to_string();
    let path = path.unwrap_or("none").to_owned();
    metrics::counter!("linli_http_requests_total", "path" => path.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("linli_http_seconds", "path" => path).record(started.elapsed());
}

/// Runs the handler; a panic ends this request and nothing else.
async fn run(next: Next, request: Request) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let what = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Trouble::Fault(Fault::Store(format!("a handler panicked: {what}"))).into_response()
        }
    }
}

/// Language, mode, form token and flash; with the cookie for the token where it is new.
async fn look(
    portal: &Portal,
    parts: &mut Parts,
    jar: &CookieJar,
    query: &Query,
) -> (Look, Option<Cookie<'static>>) {
    let kept = |name: &str| kept(portal, jar, name);
    let lang = query.get("lang").and_then(Lang::from_code);
    let lang = lang.or_else(|| kept("linli_lang").and_then(Lang::from_code));
    let lang = lang.or_else(|| accept_language(parts));
    let mode = query.get("mode").and_then(Mode::from_code);
    let mode = mode.or_else(|| kept("linli_mode").and_then(Mode::from_code));
    let known = kept(token::COOKIE).map(str::to_owned);
    let fresh = known.is_none().then(token::fresh);
    let value = known.or_else(|| fresh.clone()).unwrap_or_default();
    let flash = match parts.extensions.get::<Session>() {
        Some(session) if kept(signin::SESSION_COOKIE).is_some() && parts.method == Method::GET => {
            take_flash(session).await
        }
        _ => None,
    };
    let look = Look {
        lang: lang.unwrap_or_default(),
        mode: mode.unwrap_or_default(),
        form_token: token::token(&portal.desk, &value),
        flash,
    };
    (
        look,
        fresh.map(|value| cookie(portal, token::COOKIE, value, true)),
    )
}

/// What a program asks for; pages are Chinese until somebody chooses otherwise.
fn accept_language(parts: &Parts) -> Option<Lang> {
    if !parts.uri.path().starts_with("/api/") {
        return None;
    }
    let wanted = parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    Lang::from_code(wanted.split([',', ';', '-']).next()?.trim())
}

/// Takes the flash out, where there is one: a session that does not change is not written.
async fn take_flash(session: &Session) -> Option<Flash> {
    session.get::<Flash>("flash").await.ok().flatten()?;
    session.remove::<Flash>("flash").await.ok().flatten()
}

/// The cookies that remember a `?lang=` or `?mode=`.
fn look_cookies(portal: &Portal, jar: &CookieJar, query: &Query) -> Vec<Cookie<'static>> {
    let mut cookies = Vec::new();
    let lang = query.get("lang").and_then(Lang::from_code).map(Lang::code);
    let mode = query.get("mode").and_then(Mode::from_code).map(Mode::code);
    for (name, wish) in [("linli_lang", lang), ("linli_mode", mode)] {
        if let Some(wish) = wish
            && kept(portal, jar, name) != Some(wish)
        {
            cookies.push(cookie(portal, name, wish.to_owned(), false));
        }
    }
    cookies
}

/// The value of our own cookie `name`.
pub(crate) fn kept<'a>(portal: &Portal, jar: &'a CookieJar, name: &str) -> Option<&'a str> {
    let name = portal.shared.settings.cookie(name);
    jar.get(&name).map(Cookie::value)
}

/// A cookie of our own: for this host only, never sent along by other sites' forms, unreadable to
/// scripts. One that only lasts for the visit has no age.
pub(crate) fn cookie(portal: &Portal, name: &str, value: String, visit: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build((portal.shared.settings.cookie(name), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(portal.shared.settings.tls)
        .build();
    if !visit {
        cookie.set_max_age(tower_sessions::cookie::time::Duration::days(365));
    }
    cookie
}

/// Limits, identity, and the form, checked. Gives the body for the handler.
async fn enter(
    portal: &Portal,
    parts: &mut Parts,
    jar: &CookieJar,
    body: Body,
    api: bool,
) -> Result<Body, Trouble> {
    let peer = peer(portal, parts);
    limit(portal, parts, peer)?;
    let identity =
        signin::identify(portal, parts, jar, peer.is_none_or(|ip| ip.is_loopback())).await?;
    parts.extensions.insert(identity);
    if api || matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(body);
    }
    let (fields, body) = match takes_files(parts) {
        Some(boundary) => {
            let keep = signed_in(parts);
            let (fields, uploads) = upload::read(body, boundary, &portal.room, keep).await?;
            parts.extensions.insert(uploads);
            (fields, Body::empty())
        }
        None => {
            let bytes = read_form(parts, body).await?;
            let fields = Fields::parse(&bytes).ok_or(Trouble::Unreadable("form"))?;
            (fields, Body::from(bytes))
        }
    };
    parts.extensions.insert(fields.clone());
    let cookie = kept(portal, jar, token::COOKIE);
    let ours = token::same_site(&parts.headers)
        && token::fits(&portal.desk, cookie, fields.first("_csrf"))?;
    if !ours {
        return Err(Trouble::Forbidden(linli_kernel::Refusal::new("gate.form")));
    }
    Ok(body)
}

/// The boundary of a form with files, where the route takes files.
fn takes_files(parts: &Parts) -> Option<String> {
    let path = parts.extensions.get::<axum::extract::MatchedPath>()?;
    let taken = parts.extensions.get::<UploadPaths>()?;
    let taken = taken.0.contains(&path.as_str());
    upload::boundary(parts).filter(|_| taken)
}

fn signed_in(parts: &Parts) -> bool {
    let identity = parts.extensions.get::<Identity>();
    identity.is_some_and(|identity| identity.signed.is_some())
}

async fn read_form(parts: &Parts, body: Body) -> Result<axum::body::Bytes, Trouble> {
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Trouble::Unreadable("form"));
    }
    axum::body::to_bytes(body, MAX_FORM_BYTES)
        .await
        .map_err(|error| {
            let text = error.to_string();
            if text.contains("limit") {
                Trouble::TooLarge
            } else {
                Trouble::Unreadable("form")
            }
        })
}

/// The address of the one who asks: of the connection, or behind a proxy of our own the last one
/// that the proxy noted.
fn peer(portal: &Portal, parts: &Parts) -> Option<IpAddr> {
    let direct = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    if !portal.shared.settings.behind_proxy {
        return direct;
    }
    parts
        .headers
        .get("x-forwarded-for")
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .or(direct)
}

fn limit(portal: &Portal, parts: &Parts, peer: Option<IpAddr>) -> Result<(), Trouble> {
    let limits = &portal.shared.settings.limits;
    let Some(peer) = peer else { return Ok(()) };
    if peer.is_loopback() && limits.spare_loopback {
        return Ok(());
    }
    let path = parts.uri.path();
    if path.starts_with("/assets/") {
        return Ok(());
    }
    let signing_in = parts.method == Method::POST && path.starts_with("/sign-in");
    let (what, rate) = if signing_in {
        ("sign-in", limits.sign_in)
    } else if path.starts_with("/verify/") {
        ("check", limits.checks)
    } else {
        ("page", limits.pages)
    };
    portal
        .limiter
        .take(peer, what, rate)
        .map_err(|seconds| Trouble::TooMany { seconds })
}

/// Errors become pages in the reader's language, or JSON for the API.
async fn dress(kept: &Kept, response: Response) -> Response {
    let status = response.status();
    let carried = response.extensions().get::<Arc<Trouble>>().cloned();
    let bare = carried.is_none() && !response.headers().contains_key(header::CONTENT_TYPE)
        || carried.is_none()
            && status.is_client_error()
            && response
                .headers()
                .get(header::CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let trouble = match carried {
        Some(trouble) => trouble,
        None if bare => match Trouble::of_status(status) {
            Some(trouble) => Arc::new(trouble),
            None => return response,
        },
        None => return response,
    };
    if kept.api {
        return error_page::json(&kept.page, &trouble, status);
    }
    if matches!(*trouble, Trouble::SignIn) {
        return to_sign_in(kept).await;
    }
    error_page::page(&kept.page, &kept.fields, &kept.method, &trouble, status)
}

/// To sign-in and back to the same page; what was typed waits in the session.
async fn to_sign_in(kept: &Kept) -> Response {
    let here = kept.page.query.here();
    if kept.method != Method::GET
        && let Some(session) = &kept.session
    {
        let waiting = signin::Waiting::new(&here, &kept.fields);
        if let Err(error) = session.insert(signin::WAITING, waiting).await {
            tracing::error!(%error, "what was typed could not be kept");
        }
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &here)
        .finish();
    let mut response = Redirect::to(&format!("/sign-in?{query}")).into_response();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}
