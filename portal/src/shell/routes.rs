//! The register of routes. A route is made only here, and only with the rule of who may enter:
//! there is no way to serve a path without declaring it, and the matrix test walks what is declared.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};

use super::identity::Identity;
use super::trouble::Trouble;
use super::upload::UploadPaths;
use crate::Portal;

/// Who may enter a route. What a handler then does with one case or one person it asks of the gate
/// again, with the area and the subject at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not.
    Public,
    /// Anyone signed in.
    SignedIn,
    /// Whoever may do this somewhere, by the rules of [`linli_kernel::gate::RULES`].
    Gate(Action),
    /// Whoever may do any of these somewhere.
    AnyOf(&'static [Action]),
    /// Requests from this machine only.
    Loopback,
}

impl Access {
    /// The rule in words, as the list of routes shows it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::SignedIn => "signed in".to_owned(),
            Self::Loopback => "loopback".to_owned(),
            Self::Gate(action) => format!("{action:?}"),
            Self::AnyOf(actions) => format!("{actions:?}"),
        }
    }

    /// Whether `identity` may enter.
    ///
    /// # Errors
    /// [`Trouble::SignIn`] for a visitor who must sign in first, [`Trouble::Forbidden`] otherwise.
    pub fn admit(self, identity: &Identity) -> Result<(), Trouble> {
        let actions = match &self {
            Self::Public => return Ok(()),
            Self::Loopback if identity.local => return Ok(()),
            Self::Loopback => return Err(Trouble::NotFound),
            Self::SignedIn => &[][..],
            Self::Gate(action) => std::slice::from_ref(action),
            Self::AnyOf(actions) => actions,
        };
        let Some(signed) = &identity.signed else {
            return Err(Trouble::SignIn);
        };
        let may = actions.is_empty()
            || actions
                .iter()
                .any(|action| scope(&signed.actor, *action) != Scope::Nothing);
        if may {
            return Ok(());
        }
        Err(Trouble::Forbidden(
            linli_kernel::Refusal::new("gate.role").with("action", action_code(actions[0])),
        ))
    }
}

/// The action's name in message keys and data: `case_read`.
pub(crate) fn action_code(action: Action) -> String {
    serde_json::to_value(action)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A declared route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The path as axum takes it: `/staff/cases/{case}`.
    pub path: &'static str,
    /// Who may enter.
    pub access: Access,
}

/// A link of the navigation of staff, shown to whoever the rule lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nav {
    /// Where it goes.
    pub href: &'static str,
    /// The key of its text.
    pub key: &'static str,
    /// For whom.
    pub access: Access,
    /// Its place among the others, the smallest first.
    pub order: u8,
}

/// A part of the description at `/openapi.json`.
pub type Api = utoipa::openapi::OpenApi;

/// The routes of a feature.
#[derive(Default)]
pub struct Routes {
    router: Router<Portal>,
    declared: Vec<Declared>,
    nav: Vec<Nav>,
    apis: Vec<Api>,
    uploads: Vec<&'static str>,
}

/// Routes put together.
pub struct Built {
    /// The router.
    pub router: Router<Portal>,
    /// The navigation of staff, sorted.
    pub nav: Vec<Nav>,
    pub(crate) uploads: UploadPaths,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `GET path`, for whom `access` says.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.add("GET", path, access, handler)
    }

    /// `POST path`, for whom `access` says.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.add("POST", path, access, handler)
    }

    /// `POST path` of a form that may hold files, for whom `access` says; never for the public.
    #[must_use]
    pub fn upload<H, T>(mut self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.uploads.push(path);
        self.post(path, access, handler)
    }

    /// `PUT path`, for whom `access` says; for the API, since forms know only GET and POST.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.add("PUT", path, access, handler)
    }

    /// A link in the navigation of staff.
    #[must_use]
    pub fn nav(mut self, order: u8, href: &'static str, key: &'static str, access: Access) -> Self {
        self.nav.push(Nav {
            href,
            key,
            access,
            order,
        });
        self
    }

    /// The description of the feature's part of the API.
    #[must_use]
    pub fn api(mut self, api: Api) -> Self {
        self.apis.push(api);
        self
    }

    /// These routes and `other`.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.declared.extend(other.declared);
        self.nav.extend(other.nav);
        self.apis.extend(other.apis);
        self.uploads.extend(other.uploads);
        self
    }

    /// What is declared, in the order of declaration.
    #[must_use]
    pub fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// The descriptions of the API.
    #[must_use]
    pub fn apis(&self) -> &[Api] {
        &self.apis
    }

    /// Puts them together.
    #[must_use]
    pub fn build(mut self) -> Built {
        self.nav.sort_by_key(|nav| nav.order);
        Built {
            router: self.router,
            nav: self.nav,
            uploads: UploadPaths(Arc::new(self.uploads)),
        }
    }

    fn add<H, T>(
        mut self,
        method: &'static str,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        let filter = match method {
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            _ => MethodFilter::GET,
        };
        let guarded =
            on(filter, handler).layer(from_fn(move |request, next| enter(access, request, next)));
        self.router = self.router.route(path, guarded);
        self.declared.push(Declared {
            method,
            path,
            access,
        });
        self
    }
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Lets the request in, or answers in the handler's place.
fn enter(access: Access, request: Request, next: Next) -> Answer {
    Box::pin(async move {
        let admitted = request.extensions().get::<Identity>().map_or_else(
            || access.admit(&Identity::default()),
            |identity| access.admit(identity),
        );
        match admitted {
            Ok(()) => next.run(request).await,
            Err(trouble) => {
                note_refused(&request, &trouble);
                trouble.into_response()
            }
        }
    })
}

/// Somebody signed in knocked at a door that is not theirs: the log says who and which.
fn note_refused(request: &Request, trouble: &Trouble) {
    let signed = request
        .extensions()
        .get::<Identity>()
        .and_then(|identity| identity.signed.as_ref());
    if let (Trouble::Forbidden(_), Some(signed)) = (trouble, signed) {
        let path = request.extensions().get::<axum::extract::MatchedPath>();
        let path = path
            .map(axum::extract::MatchedPath::as_str)
            .unwrap_or_default();
        tracing::warn!(account = %signed.account, path, "not permitted");
    }
}
