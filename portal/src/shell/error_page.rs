//! The pages of errors: what happened in plain words, what to do, whom to call, and what was typed.

use askama::Template;
use axum::Json;
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};
use linli_kernel::{Fault, Refusal};
use rand::RngExt as _;
use serde_json::json;

use super::form::Fields;
use super::page::Page;
use super::trouble::{Kept, Trouble};

#[derive(Template)]
#[template(path = "shell/templates/error.html")]
struct ErrorPage<'a> {
    page: &'a Page,
    title: String,
    lines: Vec<String>,
    /// The reference number to tell on the phone.
    reference: Option<String>,
    /// What was typed, to be sent again or copied.
    again: Vec<(&'a str, &'a str)>,
    typed: Vec<(&'a str, &'a str)>,
    conflict: Option<&'a Kept>,
    search: bool,
    retry: bool,
}

/// Six characters that are read out easily on the phone.
fn reference() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut random = rand::rng();
    (0..6)
        .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
        .collect()
}

/// Logs our own faults once, with the number the person is told.
fn log(trouble: &Trouble, page: &Page) -> Option<String> {
    let Trouble::Fault(fault) = trouble else {
        return None;
    };
    let reference = reference();
    tracing::error!(reference, path = page.query.path(), %fault, "request failed");
    Some(reference)
}

/// The page for `trouble`.
pub(crate) fn page(
    page: &Page,
    fields: &Fields,
    method: &Method,
    trouble: &Trouble,
    status: StatusCode,
) -> Response {
    let reference = log(trouble, page);
    let posted = *method == Method::POST;
    // A password is never written into a page again.
    let retry = posted
        && !fields.has("password")
        && matches!(
            trouble,
            Trouble::Fault(_) | Trouble::TooMany { .. } | Trouble::Forbidden(_)
        )
        && (!matches!(trouble, Trouble::Forbidden(_)) || is_form_trouble(trouble));
    let template = ErrorPage {
        page,
        title: page.t(&title_key(trouble)),
        lines: lines(page, trouble),
        reference,
        again: if retry {
            fields.again().collect()
        } else {
            Vec::new()
        },
        typed: fields
            .typed()
            .filter(|(name, _)| !name.contains("password"))
            .collect(),
        conflict: match trouble {
            Trouble::Conflict(kept) => Some(kept),
            _ => None,
        },
        search: matches!(trouble, Trouble::NotFound),
        retry,
    };
    let body = template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "the error page could not be written");
        status.to_string()
    });
    let mut response = (status, Html(body)).into_response();
    retry_after(trouble, &mut response);
    response
}

fn is_form_trouble(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Forbidden(refusal) if refusal.code == "gate.form")
}

fn retry_after(trouble: &Trouble, response: &mut Response) {
    let seconds = match trouble {
        Trouble::TooMany { seconds } => *seconds,
        Trouble::Fault(Fault::Busy(_)) => 10,
        _ => return,
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

fn title_key(trouble: &Trouble) -> String {
    let name = match trouble {
        Trouble::NotFound => "not-found",
        Trouble::SignIn => "sign-in",
        Trouble::Forbidden(_) if is_form_trouble(trouble) => "form",
        Trouble::Forbidden(_) => "forbidden",
        Trouble::Refused(_) => "refused",
        Trouble::Conflict(_) => "conflict",
        Trouble::TooMany { .. } => "too-many",
        Trouble::Unreadable(_) => "unreadable",
        Trouble::TooLarge => "too-large",
        Trouble::TooSlow => "too-slow",
        Trouble::Fault(Fault::Busy(_)) => "busy",
        Trouble::Fault(Fault::StoreFull(_)) => "full",
        Trouble::Fault(_) => "fault",
    };
    format!("error-{name}")
}

fn lines(page: &Page, trouble: &Trouble) -> Vec<String> {
    match trouble {
        Trouble::Forbidden(refusal) => {
            let mut lines = vec![page.refusal(refusal)];
            if let Some(action) = refusal.facts.get("action") {
                lines.push(page.t1("error-forbidden-who", "roles", roles_of(page, action)));
            }
            if !is_form_trouble(trouble) {
                lines.push(page.t("error-forbidden-ask"));
            }
            lines
        }
        Trouble::Refused(refusals) => refusals.iter().map(|r| page.refusal(r)).collect(),
        Trouble::TooMany { seconds } => vec![page.t1("retry-after", "seconds", seconds)],
        other => vec![page.t(&format!("{}-text", title_key(other)))],
    }
}

/// The roles that may do `action`, as words.
fn roles_of(page: &Page, action: &str) -> String {
    let names: Vec<String> = linli_kernel::gate::RULES
        .iter()
        .filter(|(allowed, _, _)| super::routes::action_code(*allowed) == action)
        .flat_map(|(_, roles, _)| roles.iter())
        .map(|role| page.role(*role))
        .collect();
    names.join(&page.t("list-comma"))
}

fn problem(page: &Page, refusal: &Refusal) -> serde_json::Value {
    json!({
        "code": refusal.code,
        "field": refusal.field,
        "article": refusal.article,
        "facts": refusal.facts,
        "message": page.refusal(refusal),
    })
}

/// The same for the API, in the shape of RFC 9457.
pub(crate) fn json(page: &Page, trouble: &Trouble, status: StatusCode) -> Response {
    let reference = log(trouble, page);
    let title = page.t(&title_key(trouble));
    let problems: Vec<_> = match trouble {
        Trouble::Refused(refusals) => refusals.iter().map(|r| problem(page, r)).collect(),
        Trouble::Forbidden(refusal) => vec![problem(page, refusal)],
        _ => Vec::new(),
    };
    let mut body = json!({ "type": "about:blank", "title": title, "status": status.as_u16() });
    if let Some(fields) = body.as_object_mut() {
        if !problems.is_empty() {
            fields.insert("problems".to_owned(), problems.into());
        }
        if let Some(reference) = reference {
            fields.insert("reference".to_owned(), reference.into());
        }
        if let Trouble::Conflict(kept) = trouble {
            fields.insert("now".to_owned(), json!(kept.now));
        }
    }
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    retry_after(trouble, &mut response);
    response
}
