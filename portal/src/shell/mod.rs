//! The frame every page stands in: who asks, in which language and mode; routes with their declared
//! access; forms; errors; the parts pages are made of.
//!
//! A feature hands over its [`Routes`]; its handlers take a [`Page`] (and [`Fields`] after a POST)
//! and answer with [`html`], [`invalid`], a [`Redirect`](axum::response::Redirect) or [`Trouble`].

mod device;
mod doorway;
pub(crate) mod download;
mod error_page;
mod form;
pub mod format;
mod headers;
mod home;
mod identity;
mod limits;
#[cfg(test)]
mod matrix;
pub(crate) mod meter;
mod page;
mod query;
mod routes;
#[cfg(test)]
pub(crate) mod tests;
mod token;
mod trouble;
pub mod ui;
mod upload;

pub use doorway::doorway;
pub(crate) use doorway::{cookie, kept};
pub(crate) use form::is_hostile;
pub use form::{Fields, MAX_FORM_BYTES};
pub use headers::secure;
pub use home::routes;
pub use identity::{Held, Identity, Signed, Via};
pub use limits::{Limiter, Rate};
pub use page::{Flash, Mode, Page, Problem, html, invalid};
pub use query::Query;
pub use routes::{Access, Api, Built, Declared, Nav, Routes};
pub use trouble::{Kept, Trouble, trouble_of};
pub(crate) use upload::{Room, Upload, Uploads};
