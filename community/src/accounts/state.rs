//! What the facts about one account add up to.

use jiff::civil::Date;
use linli_kernel::{AccountId, AreaPath, Post, PostId, ResidentId};
use uuid::Uuid;

use super::events::{Event, Holder};
use crate::places::AreaTree;

/// A post as an account holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPost {
    /// The post.
    pub post: Post,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Option<Date>,
}

impl HeldPost {
    /// Whether it holds on `day`.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// A token as an account holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldToken {
    /// Which token.
    pub token: Uuid,
    /// Its hash.
    pub hash: String,
    /// What it is for.
    pub label: String,
    /// The post acted in.
    pub post: Option<PostId>,
    /// The last day it works.
    pub to: Option<Date>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Its id; `None` while there is no account.
    pub id: Option<AccountId>,
    /// The area it belongs to.
    pub area: Option<AreaPath>,
    /// Whose it is.
    pub holder: Option<Holder>,
    /// Every post ever given.
    pub posts: Vec<HeldPost>,
    /// Every token ever issued.
    pub tokens: Vec<HeldToken>,
    /// Whether it was closed.
    pub closed: bool,
}

impl Account {
    /// Whether it exists and is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.holder.is_some() && !self.closed
    }

    /// The resident whose account it is, or who the member of staff is, where recorded.
    #[must_use]
    pub fn person(&self) -> Option<ResidentId> {
        match self.holder.as_ref()? {
            Holder::Staff { resident, .. } => *resident,
            Holder::Resident { resident } => Some(*resident),
        }
    }

    /// The account with its areas as they are today: they may have moved since.
    #[must_use]
    pub fn today(mut self, areas: &AreaTree) -> Self {
        let posts = self.posts.iter_mut().map(|held| &mut held.post.area);
        for area in self.area.iter_mut().chain(posts) {
            if let Some(today) = areas.today(area) {
                area.clone_from(today);
            }
        }
        self
    }

    /// The post `id`.
    #[must_use]
    pub fn post(&self, id: PostId) -> Option<&HeldPost> {
        self.posts.iter().find(|held| held.post.id == id)
    }

    /// The token `id`.
    #[must_use]
    pub fn token(&self, id: Uuid) -> Option<&HeldToken> {
        self.tokens.iter().find(|held| held.token == id)
    }

    /// Folds one event in; `id` is the key of the account's stream.
    pub fn apply(&mut self, id: Option<AccountId>, event: &Event) {
        match event {
            Event::Opened(event) => {
                self.id = id;
                self.area = Some(event.area.clone());
                self.holder = Some(event.holder.clone());
            }
            Event::PersonNamed(event) => {
                if let Some(Holder::Staff { resident, .. }) = &mut self.holder {
                    *resident = event.resident;
                }
            }
            Event::PostGiven(event) => self.posts.push(HeldPost {
                post: Post {
                    id: event.post,
                    role: event.role,
                    area: event.area.clone(),
                },
                from: event.from,
                to: event.to,
            }),
            Event::PostEnded(event) => {
                for held in self.posts.iter_mut().filter(|p| p.post.id == event.post) {
                    held.to = Some(event.on);
                }
            }
            Event::TokenIssued(event) => self.tokens.push(HeldToken {
                token: event.token,
                hash: event.hash.clone(),
                label: event.label.clone(),
                post: event.post,
                to: event.to,
                revoked: false,
            }),
            Event::TokenRevoked(event) => {
                for held in self.tokens.iter_mut().filter(|t| t.token == event.token) {
                    held.revoked = true;
                }
            }
            // The credential itself lies on the desk of the portal.
            Event::CredentialReset(_) => {}
            Event::Closed(event) => {
                self.closed = true;
                for held in &mut self.posts {
                    held.to = Some(held.to.map_or(event.on, |to| to.min(event.on)));
                }
                for held in &mut self.tokens {
                    held.revoked = true;
                }
            }
        }
    }
}
