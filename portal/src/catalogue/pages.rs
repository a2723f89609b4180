//! The list of services and the guide.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::catalogue::Service;

use super::views::{self, EventGroup, GuideView};
use crate::Portal;
use crate::session::DraftKey;
use crate::shell::ui::Tiles;
use crate::shell::{Page, Signed, Trouble, html};

/// The longest search, in characters.
const MOST_WORDS: usize = 50;

#[derive(Template)]
#[template(path = "catalogue/templates/list.html")]
struct List {
    page: Page,
    words: String,
    searched: bool,
    found_text: String,
    found: Tiles,
    groups: Vec<EventGroup>,
}

/// `GET /services`: all by situation in life, or those that `?q=` finds.
pub(super) async fn list(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let today = portal.linli.clock().today();
    let services: Vec<Arc<Service>> = portal
        .linli
        .catalogue()
        .services_on(today)
        .cloned()
        .collect();
    let all: Vec<&Service> = services.iter().map(AsRef::as_ref).collect();
    let words: String = page
        .query
        .get("q")
        .unwrap_or_default()
        .chars()
        .take(MOST_WORDS)
        .collect();
    let hits = views::found(&all, &words);
    let found_text = if hits.is_empty() {
        page.ta(
            "services-found-none",
            &[("words", &words), ("phone", page.phone())],
        )
    } else {
        page.ta(
            "services-found",
            &[("n", &hits.len().to_string()), ("words", &words)],
        )
    };
    html(&List {
        searched: !words.is_empty(),
        found: Tiles {
            tiles: hits
                .iter()
                .map(|service| views::tile(&page, service))
                .collect(),
        },
        groups: views::by_event(&page, &all),
        found_text,
        words,
        page,
    })
}

#[derive(Template)]
#[template(path = "catalogue/templates/guide.html")]
struct Guide {
    page: Page,
    guide: GuideView,
    start_key: &'static str,
    /// Whether a policy can say beforehand how an application would end.
    checks: bool,
}

/// `GET /services/{service}`
pub(super) async fn guide(
    State(portal): State<Portal>,
    Path(service): Path<String>,
    page: Page,
    signed: Option<Signed>,
) -> Result<Response, Trouble> {
    let today = portal.linli.clock().today();
    let service = portal
        .linli
        .catalogue()
        .service(&service, today)
        .ok_or(Trouble::NotFound)?
        .clone();
    let begun = match &signed {
        Some(signed) if !signed.is_staff() => {
            let key = DraftKey::of(signed.account, &service.id, "");
            portal.desk.draft(&key).await?.is_some()
        }
        _ => false,
    };
    let checks = portal.linli.policies().prechecks(&service.id, today);
    html(&Guide {
        checks: checks.is_some(),
        guide: views::guide(&page, &service),
        start_key: if begun {
            "guide-continue"
        } else {
            "guide-start"
        },
        page,
    })
}
