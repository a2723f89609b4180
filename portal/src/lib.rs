//! Pages and the API of Linli: one folder a feature, in the frame of [`shell`].
//!
//! Reading order: [`shell`] (what every page stands in), [`session`] (the desk), [`signin`], then
//! the features. [`app`] puts them together; [`server`] serves the whole.

mod account;
mod admin;
mod api;
mod apply;
mod appointments;
pub mod assets;
pub mod attachments;
mod audit;
mod benefits;
mod cases;
mod catalogue;
mod certificates;
pub mod demo;
mod desk;
mod exports;
mod home;
pub mod i18n;
mod intake;
pub mod kiosk;
pub mod ledgers;
mod log;
mod lookup;
mod messages;
mod my;
mod nodes;
mod notices;
mod papers;
mod phone;
mod places;
mod policies;
mod progress;
mod reporting;
mod residents;
mod search;
pub mod server;
pub mod session;
pub mod settings;
pub mod shell;
pub mod signin;
mod supervision;
#[cfg(test)]
pub(crate) mod testing;
mod visits;

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_sessions::{Expiry, SessionManagerLayer};

use linli_community::Linli;

use assets::Assets;
use i18n::I18n;
use session::{CodeSender, Desk, DeskStore};
pub use settings::Settings;
use shell::{Built, Limiter, Room, Routes};

/// What every handler can reach; cheap to clone.
#[derive(Clone)]
pub struct Portal {
    /// The node: journal, catalogue, calendar, clock, areas.
    pub linli: Linli,
    /// Sessions, drafts, credentials, presence.
    pub desk: Desk,
    /// Settings, messages and built files.
    pub shared: Arc<Shared>,
    /// Carries one-time codes to phones.
    pub codes: Arc<dyn CodeSender>,
    pub(crate) cards: Arc<dyn kiosk::CardReader>,
    pub(crate) demo: Option<Arc<demo::Demo>>,
    pub(crate) limiter: Limiter,
    pub(crate) room: Room,
    pub(crate) pictures: attachments::Darkroom,
    pub(crate) tokens: signin::Tokens,
    pub(crate) imports: ledgers::Running,
}

/// What never changes while the node runs.
pub struct Shared {
    /// The settings.
    pub settings: Settings,
    /// The messages.
    pub i18n: I18n,
    /// The built front end.
    pub assets: Assets,
}

impl Portal {
    /// The portal over an open desk.
    ///
    /// # Errors
    /// When messages or the manifest of the front end cannot be read.
    pub fn new(
        linli: Linli,
        desk: Desk,
        settings: Settings,
        codes: Arc<dyn CodeSender>,
    ) -> Result<Self, anyhow::Error> {
        shell::meter::start();
        Ok(Self {
            linli,
            desk,
            shared: Arc::new(Shared {
                settings,
                i18n: I18n::load()?,
                assets: Assets::load()?,
            }),
            codes,
            cards: Arc::new(kiosk::NoReader),
            demo: None,
            limiter: Limiter::default(),
            room: Room::default(),
            pictures: attachments::Darkroom::default(),
            tokens: signin::Tokens::default(),
            imports: ledgers::Running::default(),
        })
    }

    /// The same portal with the card readers of its kiosks.
    #[must_use]
    pub fn with_cards(mut self, cards: Arc<dyn kiosk::CardReader>) -> Self {
        self.cards = cards;
        self
    }

    /// The same portal over a node of synthetic data, with one-press roles and a clock to push.
    #[must_use]
    pub fn with_demo(mut self, demo: demo::Demo) -> Self {
        self.demo = Some(Arc::new(demo));
        self
    }
}

/// Every route of the portal. A feature is added here and nowhere else.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(shell::routes())
        .merge(signin::routes())
        .merge(account::routes())
        .merge(phone::routes())
        .merge(kiosk::routes())
        .merge(home::routes())
        .merge(catalogue::routes())
        .merge(apply::routes())
        .merge(attachments::routes())
        .merge(my::routes())
        .merge(messages::routes())
        .merge(progress::routes())
        .merge(policies::routes())
        .merge(appointments::routes())
        .merge(benefits::routes())
        .merge(notices::routes())
        .merge(lookup::routes())
        .merge(certificates::routes())
        .merge(desk::routes())
        .merge(papers::routes())
        .merge(cases::routes())
        .merge(visits::routes())
        .merge(intake::routes())
        .merge(residents::routes())
        .merge(ledgers::routes())
        .merge(exports::routes())
        .merge(reporting::routes())
        .merge(places::routes())
        .merge(nodes::routes())
        .merge(search::routes())
        .merge(supervision::routes())
        .merge(admin::routes())
        .merge(demo::routes())
        .merge(audit::routes())
        .merge(api::routes())
        .merge(log::routes())
}

/// The application: all routes behind the doorway, sessions, headers and compression.
pub fn app(portal: Portal) -> Router {
    let Built {
        router,
        nav,
        uploads,
    } = routes().build();
    let sessions = SessionManagerLayer::new(DeskStore(portal.desk.clone()))
        .with_name(portal.shared.settings.cookie(signin::SESSION_COOKIE))
        .with_secure(portal.shared.settings.tls)
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(signin::LONGEST));
    let worth = SizeAbove::new(512).and(NotForContentType::IMAGES);
    router
        .layer(from_fn_with_state(portal.clone(), shell::doorway))
        .layer(Extension(Arc::new(nav)))
        .layer(Extension(uploads))
        .layer(sessions)
        .layer(from_fn_with_state(portal.clone(), shell::secure))
        .layer(CompressionLayer::new().gzip(true).compress_when(worth))
        .with_state(portal)
}
