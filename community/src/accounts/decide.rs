//! Whether something may be done to an account, and what follows: pure.

use jiff::civil::Date;
use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, Actor, AreaPath, Post, PostId, Refusal, ResidentId, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::events::{
    Closed, Credential, CredentialReset, Event, Holder, Opened, PersonNamed, PostEnded, PostGiven,
    TokenIssued, TokenRevoked,
};
use super::refusal;
use super::state::Account;

/// What a decision about an account needs to know besides the account.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The day.
    pub today: Date,
    /// Who asks.
    pub actor: &'a Actor,
    /// Whether another account has the user name asked for.
    pub login_taken: bool,
    /// Whether the resident asked for is in no register.
    pub resident_unknown: bool,
}

/// What may be asked of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Open it.
    Open {
        /// The area it belongs to.
        area: AreaPath,
        /// Whose it is.
        holder: Holder,
    },
    /// Record which resident the member of staff is, or take that back.
    NamePerson {
        /// The resident.
        resident: Option<ResidentId>,
    },
    /// Give a post.
    GivePost {
        /// The post, its id new.
        post: Post,
        /// The first day.
        from: Date,
        /// The last day.
        to: Option<Date>,
    },
    /// End a post; today is its last day.
    EndPost {
        /// Which.
        post: PostId,
    },
    /// Issue a token.
    IssueToken {
        /// Its id, new.
        token: Uuid,
        /// Its hash.
        hash: String,
        /// What it is for.
        label: String,
        /// The post acted in.
        post: Option<PostId>,
        /// The last day.
        to: Option<Date>,
    },
    /// Revoke a token.
    RevokeToken {
        /// Which.
        token: Uuid,
    },
    /// Reset a credential of somebody who lost it.
    ResetCredential {
        /// Which.
        credential: Credential,
    },
    /// Close the account.
    Close,
}

/// What follows from `command`, or why it may not be.
///
/// # Errors
/// A [`Refusal`] of `refusal.rs` or of the gate.
pub fn decide(
    account: &Account,
    command: &Command,
    context: Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let asked = Asked { account, context };
    let event = match command {
        Command::Open { area, holder } => asked.open(area, holder)?,
        Command::NamePerson { resident } => asked.name_person(*resident)?,
        Command::GivePost { post, from, to } => asked.give(post, *from, *to)?,
        Command::EndPost { post } => asked.end(*post)?,
        Command::IssueToken {
            token,
            hash,
            label,
            post,
            to,
        } => asked.issue(TokenIssued {
            token: *token,
            hash: hash.clone(),
            label: label.trim().to_owned(),
            post: *post,
            to: *to,
        })?,
        Command::RevokeToken { token } => asked.revoke(*token)?,
        Command::ResetCredential { credential } => asked.reset(*credential)?,
        Command::Close => asked.close()?,
    };
    Ok(vec![event])
}

struct Asked<'a> {
    account: &'a Account,
    context: Context<'a>,
}

impl Asked<'_> {
    /// Whoever manages accounts of `area`, or Linli itself, and nobody for themselves.
    fn may(&self, area: &AreaPath) -> Result<(), Refusal> {
        let actor = self.context.actor;
        if *actor == Actor::system() {
            return Ok(());
        }
        let target = Target {
            area,
            subject: None,
        };
        gate::permits(actor, Action::AccountManage, target)?;
        if self.account.id.is_some() && actor.account == self.account.id {
            return Err(refusal::own_account());
        }
        Ok(())
    }

    /// The area of the account, which must be open and the actor's to manage.
    fn managed(&self) -> Result<(), Refusal> {
        let area = self.account.area.as_ref().ok_or_else(refusal::not_open)?;
        self.may(area)?;
        if self.account.is_open() {
            Ok(())
        } else {
            Err(refusal::not_open())
        }
    }

    fn open(&self, area: &AreaPath, holder: &Holder) -> Result<Event, Refusal> {
        self.may(area)?;
        if self.account.holder.is_some() {
            return Err(refusal::exists());
        }
        if let Holder::Staff {
            login,
            name,
            resident,
        } = holder
        {
            self.known(*resident)?;
            if !is_login(login) {
                return Err(refusal::login_wrong());
            }
            if self.context.login_taken {
                return Err(refusal::login_taken());
            }
            if name.trim().is_empty() || name.chars().count() > 40 {
                return Err(refusal::name_wrong());
            }
        }
        Ok(Event::Opened(Opened {
            area: area.clone(),
            holder: holder.clone(),
        }))
    }

    fn name_person(&self, resident: Option<ResidentId>) -> Result<Event, Refusal> {
        self.managed()?;
        if !matches!(self.account.holder, Some(Holder::Staff { .. })) {
            return Err(refusal::not_staff());
        }
        self.known(resident)?;
        if self.account.person() == resident {
            return Err(refusal::person_unchanged());
        }
        Ok(Event::PersonNamed(PersonNamed { resident }))
    }

    fn known(&self, resident: Option<ResidentId>) -> Result<(), Refusal> {
        if resident.is_some() && self.context.resident_unknown {
            return Err(refusal::resident_unknown());
        }
        Ok(())
    }

    fn give(&self, post: &Post, from: Date, to: Option<Date>) -> Result<Event, Refusal> {
        self.managed()?;
        self.may(&post.area)?;
        if !matches!(self.account.holder, Some(Holder::Staff { .. })) {
            return Err(refusal::resident_holds_no_post());
        }
        if !post.role.is_staff() {
            return Err(refusal::role_is_no_post());
        }
        if to.is_some_and(|to| to < from) {
            return Err(refusal::days_reversed());
        }
        // GB/T 22239 三员分立: an administrator holds that one post and no other.
        let others = self.account.posts.iter().filter(|held| {
            let ended = held.to.is_some_and(|end| end < from);
            let begins_later = to.is_some_and(|to| to < held.from);
            !ended && !begins_later && held.post.role != post.role
        });
        let apart = |role: Role| is_administrator(role) || is_administrator(post.role);
        if others.map(|held| held.post.role).any(apart) {
            return Err(refusal::duties_apart());
        }
        Ok(Event::PostGiven(PostGiven {
            post: post.id,
            role: post.role,
            area: post.area.clone(),
            from,
            to,
        }))
    }

    fn end(&self, post: PostId) -> Result<Event, Refusal> {
        self.managed()?;
        let held = self.account.post(post).ok_or_else(refusal::no_such_post)?;
        let today = self.context.today;
        if held.to.is_some_and(|to| to <= today) {
            return Err(refusal::no_such_post());
        }
        let on = if held.from > today {
            held.from.yesterday().unwrap_or(today)
        } else {
            today
        };
        Ok(Event::PostEnded(PostEnded { post, on }))
    }

    fn issue(&self, token: TokenIssued) -> Result<Event, Refusal> {
        self.managed()?;
        if token.label.is_empty() || token.label.chars().count() > 80 {
            return Err(refusal::label_wrong());
        }
        if token.to.is_some_and(|to| to < self.context.today) {
            return Err(refusal::days_reversed());
        }
        let held = token.post.map(|post| self.account.post(post));
        let holds = |held: Option<&super::HeldPost>| {
            held.is_some_and(|held| held.holds_on(self.context.today))
        };
        let staff = matches!(self.account.holder, Some(Holder::Staff { .. }));
        if held.map_or(staff, |held| !holds(held)) {
            return Err(refusal::no_such_post());
        }
        Ok(Event::TokenIssued(token))
    }

    fn revoke(&self, token: Uuid) -> Result<Event, Refusal> {
        self.managed()?;
        match self.account.token(token) {
            Some(held) if !held.revoked => Ok(Event::TokenRevoked(TokenRevoked { token })),
            _ => Err(refusal::no_such_token()),
        }
    }

    fn reset(&self, credential: Credential) -> Result<Event, Refusal> {
        self.managed()?;
        if !matches!(self.account.holder, Some(Holder::Staff { .. })) {
            return Err(refusal::resident_has_no_credential());
        }
        Ok(Event::CredentialReset(CredentialReset { credential }))
    }

    fn close(&self) -> Result<Event, Refusal> {
        self.managed()?;
        Ok(Event::Closed(Closed {
            on: self.context.today,
        }))
    }
}

fn is_administrator(role: Role) -> bool {
    matches!(
        role,
        Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin
    )
}

fn is_login(login: &str) -> bool {
    (3..=40).contains(&login.len())
        && login
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}
