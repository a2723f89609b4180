//! The context of a page: language, mode, who is signed in, and the words for all of it. Every
//! template has a field `page` of this type, and the frame (`shell/templates/base.html`) reads it.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{CommandId, Refusal};
use serde::{Deserialize, Serialize};

use super::format;
use super::identity::{Held, Identity, Signed};
use super::query::Query;
use super::routes::Nav;
use super::trouble::Trouble;
use super::ui::Markup;
use crate::i18n::Lang;
use crate::{Portal, Shared};

/// How pages are dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// As the device is: phone or desktop.
    #[default]
    Standard,
    /// 长辈版: big text, high contrast, one column.
    Elder,
    /// 自助终端: a standing screen shared by strangers.
    Kiosk,
}

impl Mode {
    /// The value of `?mode=`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Elder => "elder",
            Self::Kiosk => "kiosk",
        }
    }

    /// The mode that a `?mode=` or cookie value names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "standard" => Some(Self::Standard),
            "elder" => Some(Self::Elder),
            "kiosk" => Some(Self::Kiosk),
            _ => None,
        }
    }
}

/// Something wrong with one field, or (without a field) with the whole form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's name, which is also the id of its input; empty for the whole form.
    pub field: String,
    /// What to do about it, in the reader's language.
    pub message: String,
}

/// A message shown once, on the page after a POST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The key of its text.
    pub key: String,
    /// Values for the text.
    pub facts: Vec<(String, String)>,
}

/// What the doorway learnt about the look wanted and left for the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    pub(crate) lang: Lang,
    pub(crate) mode: Mode,
    pub(crate) form_token: String,
    pub(crate) flash: Option<Flash>,
}

/// The context of a page. An extractor: `async fn show(page: Page) -> …`.
#[derive(Clone)]
pub struct Page {
    /// The language.
    pub lang: Lang,
    /// The mode.
    pub mode: Mode,
    /// Who is signed in.
    pub signed: Option<Signed>,
    /// The address asked for.
    pub query: Query,
    /// What is wrong with the form sent; non-empty makes the frame show the error summary.
    pub problems: Vec<Problem>,
    /// Shown once, above everything.
    pub flash: Option<Flash>,
    /// Browser and system, as the browser says.
    pub device: String,
    form_token: String,
    nav: Arc<Vec<Nav>>,
    shared: Arc<Shared>,
}

impl FromRequestParts<Portal> for Page {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Infallible> {
        Ok(Self::of(parts, portal))
    }
}

impl Page {
    /// The page's context, from what the doorway left in the request.
    #[must_use]
    pub(crate) fn of(parts: &Parts, portal: &Portal) -> Self {
        let look = parts.extensions.get::<Look>().cloned().unwrap_or_default();
        let identity = parts
            .extensions
            .get::<Identity>()
            .cloned()
            .unwrap_or_default();
        Self {
            lang: look.lang,
            mode: look.mode,
            signed: identity.signed,
            query: Query::of(&parts.uri),
            problems: Vec::new(),
            flash: look.flash,
            device: super::device::device(&parts.headers),
            form_token: look.form_token,
            nav: parts.extensions.get().cloned().unwrap_or_default(),
            shared: Arc::clone(&portal.shared),
        }
    }

    /// The message `key`.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.shared.i18n.text(self.lang, key, [])
    }

    /// The message `key` with its places filled.
    #[must_use]
    pub fn ta(&self, key: &str, facts: &[(&str, &str)]) -> String {
        self.shared.i18n.text(self.lang, key, facts.iter().copied())
    }

    /// The message `key` with one place filled by anything that can be shown.
    #[must_use]
    pub fn t1(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        let value = value.to_string();
        self.ta(key, &[(name, &value)])
    }

    /// Whether there is a message `key`.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.shared.i18n.has(self.lang, key)
    }

    /// Of a Chinese and an English text the one to show.
    #[must_use]
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::En if !en.is_empty() => en,
            _ => zh,
        }
    }

    /// Why a rule says no, in the reader's language, with its article.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let key = format!("refusal-{}", refusal.code.replace('.', "-"));
        let facts = refusal
            .facts
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let text = self.shared.i18n.text(self.lang, &key, facts);
        match &refusal.article {
            Some(article) => self.ta("refusal-cited", &[("text", &text), ("article", article)]),
            None => text,
        }
    }

    /// Puts what rules said beside the fields they are about.
    #[must_use]
    pub fn with_refusals(mut self, refusals: &[Refusal]) -> Self {
        let problems: Vec<Problem> = refusals
            .iter()
            .map(|refusal| Problem {
                field: refusal.field.clone().unwrap_or_default(),
                message: self.refusal(refusal),
            })
            .collect();
        self.problems.extend(problems);
        self
    }

    /// Adds a problem with `field`, by the key of its message.
    pub fn problem(&mut self, field: &str, key: &str) {
        let message = self.t(key);
        self.problems.push(Problem {
            field: field.to_owned(),
            message,
        });
    }

    /// What is wrong with `field`; empty when nothing is.
    #[must_use]
    pub fn problem_of(&self, field: &str) -> &str {
        self.problems
            .iter()
            .find(|problem| problem.field == field)
            .map_or("", |problem| problem.message.as_str())
    }

    /// The hidden field that every form with `method="post"` holds.
    #[must_use]
    pub fn csrf(&self) -> Markup {
        Markup::hidden("_csrf", &self.form_token)
    }

    /// The bare token, for the presence script.
    #[must_use]
    pub fn form_token(&self) -> &str {
        &self.form_token
    }

    /// A hidden field with a new command id: a form that holds it counts once, however often sent.
    #[must_use]
    pub fn command(&self) -> Markup {
        let id = CommandId::new(&linli_kernel::SystemClock);
        Markup::hidden("_command", &id.to_string())
    }

    /// A hidden field with the version of what is shown: a second writer is noticed.
    #[must_use]
    pub fn version(&self, version: u64) -> Markup {
        Markup::hidden("_version", &version.to_string())
    }

    /// 2026年9月1日(周二) or its English form.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        format::date(self.lang, date)
    }

    /// 2026年9月1日(周二)14:00 or its English form, in Shanghai's time.
    #[must_use]
    pub fn when(&self, at: Timestamp) -> String {
        format::instant(self.lang, at)
    }

    /// ¥1,200.00 of an amount in fen.
    #[must_use]
    pub fn money(&self, fen: i64) -> String {
        format::money(fen)
    }

    /// The classes of `<html>`.
    #[must_use]
    pub fn classes(&self) -> String {
        let surface = if self.is_desk() {
            "surface-desk"
        } else {
            "surface-public"
        };
        format!("govuk-template mode-{} {surface}", self.mode.code())
    }

    /// Whether this is a page of staff: one of the desk, or any while staff are signed in.
    #[must_use]
    pub fn is_desk(&self) -> bool {
        self.query.path().starts_with("/desk") || self.signed.as_ref().is_some_and(Signed::is_staff)
    }

    /// Whether the box of the search stands on this page: on those of staff who may search, but for
    /// the page of results, which has its own.
    #[must_use]
    pub fn may_search(&self) -> bool {
        let identity = Identity {
            signed: self.signed.clone(),
            ..Identity::default()
        };
        self.is_desk()
            && self.query.path() != "/desk/search"
            && crate::search::MAY.admit(&identity).is_ok()
    }

    /// Whether somebody may take things along on this device: not at a kiosk, nor where the node's
    /// settings say no.
    #[must_use]
    pub fn keeps(&self) -> bool {
        !self.is_kiosk() && self.shared.settings.limits.phone_hours > 0
    }

    /// Where an app installed from this page begins.
    #[must_use]
    pub fn app(&self) -> &'static str {
        crate::phone::begins(self.signed.as_ref(), self.is_desk())
    }

    /// Whether elder mode is on.
    #[must_use]
    pub fn is_elder(&self) -> bool {
        self.mode == Mode::Elder
    }

    /// Whether this is a kiosk.
    #[must_use]
    pub fn is_kiosk(&self) -> bool {
        self.mode == Mode::Kiosk
    }

    /// Whether the node shows synthetic data.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.shared.settings.demo
    }

    /// The phone number people can call.
    #[must_use]
    pub fn phone(&self) -> &str {
        &self.shared.settings.phone
    }

    /// The name of the district or street whose window this is.
    #[must_use]
    pub fn place(&self) -> &str {
        self.pick(
            &self.shared.settings.place_zh,
            &self.shared.settings.place_en,
        )
    }

    /// The address under which the node is reached from outside, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.shared.settings.public_url
    }

    /// The address of a built file such as `app.css`.
    #[must_use]
    pub fn asset(&self, name: &str) -> &str {
        self.shared.assets.href(name)
    }

    /// This address in the other language.
    #[must_use]
    pub fn other_lang(&self) -> String {
        self.query.with("lang", self.lang.other().code())
    }

    /// This address in `mode`.
    #[must_use]
    pub fn in_mode(&self, mode: &str) -> String {
        self.query.with("mode", mode)
    }

    /// The links of the navigation of staff for whoever is signed in.
    #[must_use]
    pub fn nav(&self) -> Vec<&Nav> {
        let identity = Identity {
            signed: self.signed.clone(),
            ..Identity::default()
        };
        self.nav
            .iter()
            .filter(|nav| nav.access.admit(&identity).is_ok())
            .collect()
    }

    /// Whether `href` is the page shown, or one below it.
    #[must_use]
    pub fn is_at(&self, href: &str) -> bool {
        self.query
            .path()
            .strip_prefix(href)
            // The queue stands above all pages of staff; only on itself it is where one is.
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && href != "/desk")
    }

    /// The text of the flash.
    #[must_use]
    pub fn flash_text(&self) -> Option<String> {
        let flash = self.flash.as_ref()?;
        let facts: Vec<(&str, &str)> = flash
            .facts
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Some(self.ta(&flash.key, &facts))
    }

    /// The post as it is shown: area, then role.
    #[must_use]
    pub fn post(&self, held: &Held) -> String {
        let role = self.role(held.post.role);
        match self.lang {
            Lang::Zh => format!("{}{role}", held.area_name),
            Lang::En => format!("{role}, {}", held.area_name),
        }
    }

    /// The name of a role.
    #[must_use]
    pub fn role(&self, role: linli_kernel::Role) -> String {
        self.t(&format!("role-{}", role.code().replace('_', "-")))
    }
}

/// The page a template makes.
///
/// # Errors
/// When the template cannot be written.
pub fn html(template: &impl Template) -> Result<Response, Trouble> {
    Ok(Html(template.render()?).into_response())
}

/// The page a template makes, with status 422: the form sent has problems.
///
/// # Errors
/// When the template cannot be written.
pub fn invalid(template: &impl Template) -> Result<Response, Trouble> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}
