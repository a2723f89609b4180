//! A form that was sent while nobody was signed in waits in the session; after sign-in it is shown,
//! and one press sends it on. Nothing typed is lost.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::shell::{Fields, Page, Trouble, html};

/// Where the session keeps it.
pub(crate) const WAITING: &str = "waiting";
/// Where the session keeps the address wanted.
const NEXT: &str = "next";

/// A form that waits for sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    path: String,
    fields: Vec<(String, String)>,
}

impl Waiting {
    /// The form `fields`, sent to `path`.
    pub(crate) fn new(path: &str, fields: &Fields) -> Self {
        Self {
            path: path.to_owned(),
            fields: fields
                .again()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "signin/templates/continue.html")]
struct Continue {
    page: Page,
    waiting: Waiting,
}

/// `GET /sign-in/continue`
pub(super) async fn show(page: Page, session: Session) -> Result<Response, Trouble> {
    match session.get::<Waiting>(WAITING).await? {
        Some(waiting) => {
            session.remove::<Waiting>(WAITING).await?;
            html(&Continue { page, waiting })
        }
        None => Ok(Redirect::to("/").into_response()),
    }
}

/// Remembers where the visitor wanted to go: an address of ours, never another host's.
pub(super) async fn remember(session: &Session, next: Option<&str>) -> Result<(), Trouble> {
    if let Some(next) = next.filter(|next| is_ours(next)) {
        session.insert(NEXT, next).await?;
    }
    Ok(())
}

/// Empties the session but for what waits: whoever signs in next takes over nothing else of whoever
/// was there before.
pub(super) async fn only_what_waits(session: &Session) -> Result<(), Trouble> {
    let waiting: Option<Waiting> = session.get(WAITING).await?;
    let next: Option<String> = session.get(NEXT).await?;
    session.clear().await;
    if let Some(waiting) = waiting {
        session.insert(WAITING, waiting).await?;
    }
    if let Some(next) = next {
        session.insert(NEXT, next).await?;
    }
    Ok(())
}

/// Where to go after sign-in: the waiting form, the page wanted, or `home`.
pub(crate) async fn onward(session: &Session, home: &str) -> Result<Response, Trouble> {
    if session.get::<Waiting>(WAITING).await?.is_some() {
        return Ok(Redirect::to("/sign-in/continue").into_response());
    }
    let next: Option<String> = session.remove(NEXT).await?;
    let next = next.filter(|next| is_ours(next));
    Ok(Redirect::to(next.as_deref().unwrap_or(home)).into_response())
}

/// Whether `next` is a path of this site: `//host`, `/\host` and schemes are not.
fn is_ours(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && !next.starts_with("/sign-in")
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn the_way_back_never_leads_to_another_host() {
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: x",
            "/sign-in",
            "",
        ] {
            assert!(!is_ours(bad), "{bad}");
        }
        for good in ["/", "/cases/1?lang=en", "/apply/dibao/income"] {
            assert!(is_ours(good), "{good}");
        }
    }
}
