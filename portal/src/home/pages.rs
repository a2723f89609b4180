//! The home page, help and privacy.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use linli_community::cases::queries;

use crate::Portal;
use crate::catalogue::views::{say, tile};
use crate::my::cards;
use crate::notices;
use crate::shell::ui::{Link, Markup, Tiles};
use crate::shell::{Page, Signed, Trouble, html};

/// 常办的六件事: what people come for most, the rest is one tap away.
const SIX: usize = 6;
/// Of one's own open cases, the home page shows so many.
const MINE: usize = 3;

#[derive(Template)]
#[template(path = "home/templates/home.html")]
struct Home {
    page: Page,
    six: Tiles,
    cases: Vec<Markup>,
    drafts: Vec<Link>,
    notices: u64,
}

/// `GET /`
pub(super) async fn home(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let resident = page.signed.clone().filter(|signed| !signed.is_staff());
    let (cases, drafts) = match &resident {
        Some(signed) => (
            open_cases(&portal, &page, signed).await?,
            drafts(&portal, &page, signed).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    html(&Home {
        six: six(&portal, &page),
        notices: notices::count(&portal).await?,
        cases,
        drafts,
        page,
    })
}

fn six(portal: &Portal, page: &Page) -> Tiles {
    let today = portal.linli.clock().today();
    let mut services: Vec<_> = portal.linli.catalogue().services_on(today).collect();
    services.sort_by_key(|service| service.line);
    Tiles {
        tiles: services
            .into_iter()
            .take(SIX)
            .map(|service| tile(page, service))
            .collect(),
    }
}

async fn open_cases(portal: &Portal, page: &Page, signed: &Signed) -> Result<Vec<Markup>, Trouble> {
    let rows = queries::my_cases(&portal.linli, &signed.actor).await?;
    let open = rows.iter().filter(|row| row.phase.is_open()).take(MINE);
    Ok(open
        .map(|row| cards::card(page, &portal.linli, row, None))
        .collect())
}

/// What was begun and not sent: a link each, with when it was saved.
async fn drafts(portal: &Portal, page: &Page, signed: &Signed) -> Result<Vec<Link>, Trouble> {
    let today = portal.linli.clock().today();
    let drafts = portal.desk.drafts(&signed.account.to_string()).await?;
    let mut links = Vec::new();
    for draft in drafts {
        let Some(service) = portal.linli.catalogue().service(&draft.key.service, today) else {
            continue;
        };
        let text = page.ta("home-draft-go", &[("service", &say(page, &service.names))]);
        let whom = if draft.key.about.is_empty() {
            String::new()
        } else {
            format!("?for={}", draft.key.about)
        };
        let when = Timestamp::from_microsecond(draft.updated_at).map(|at| page.when(at));
        let saved = page.t1("home-draft-saved", "when", when.unwrap_or_default());
        links.push(Link::new(text, format!("/apply/{}{whom}", service.id)).about(saved));
    }
    Ok(links)
}

#[derive(Template)]
#[template(path = "home/templates/help.html")]
struct Help {
    page: Page,
}

/// `GET /help`
pub(super) async fn help(page: Page) -> Result<Response, Trouble> {
    html(&Help { page })
}

#[derive(Template)]
#[template(path = "home/templates/privacy.html")]
struct Privacy {
    page: Page,
}

/// `GET /privacy`
pub(super) async fn privacy(page: Page) -> Result<Response, Trouble> {
    html(&Privacy { page })
}
