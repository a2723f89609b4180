//! Who asks: found once at the doorway from the session or the token, then read by everyone.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use linli_community::Call;
use linli_kernel::{AccountId, Actor, Post, ResidentId};

use super::form::Fields;
use super::trouble::Trouble;

/// How somebody is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Signed in on pages.
    Session,
    /// A token of the API.
    Token,
}

/// A post an account holds, with the name of its area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The post.
    pub post: Post,
    /// The area's name.
    pub area_name: String,
}

/// Somebody signed in. As an extractor it asks for sign-in where nobody is.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// The account.
    pub account: AccountId,
    /// The name shown.
    pub name: String,
    /// Who acts, in the post chosen.
    pub actor: Actor,
    /// Every post the account holds today; one of them is acted in.
    pub posts: Vec<Held>,
    /// The resident the account belongs to.
    pub resident: Option<ResidentId>,
    /// How they are known.
    pub via: Via,
}

impl Signed {
    /// Whether they act for the public rather than for themselves.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.actor.role().is_some_and(linli_kernel::Role::is_staff)
    }

    /// The post acted in, with its area's name.
    #[must_use]
    pub fn held(&self) -> Option<&Held> {
        let acting = self.actor.post.as_ref()?.id;
        self.posts.iter().find(|held| held.post.id == acting)
    }

    /// The act that a form asks for: sent twice, done once.
    ///
    /// # Errors
    /// [`Trouble::Unreadable`] for a form that carries no act.
    pub(crate) fn call(&self, sent: &Fields) -> Result<Call<'_>, Trouble> {
        Ok(Call {
            command: sent.command().ok_or(Trouble::Unreadable("command"))?,
            actor: &self.actor,
            expected: None,
        })
    }
}

/// What the doorway found out about the one who asks.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Somebody signed in.
    pub signed: Option<Signed>,
    /// The sign-in ran out: told, so that nobody wonders.
    pub expired: bool,
    /// The request comes from this machine.
    pub local: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Trouble;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let identity = parts.extensions.get::<Identity>();
        identity
            .and_then(|identity| identity.signed.clone())
            .ok_or(Trouble::SignIn)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Signed {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        let identity = parts.extensions.get::<Identity>();
        Ok(identity.and_then(|identity| identity.signed.clone()))
    }
}
