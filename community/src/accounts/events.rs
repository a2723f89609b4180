//! What happens to accounts. All of it is open: ids, roles, areas, and the work name of staff, which
//! stands under every decision anyway. A resident is named by id only.
//!
//! `accounts.opened` version 2 may say which resident a member of staff is; in version 1 nobody did.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind};
use linli_kernel::{AreaPath, Fault, PostId, ResidentId, Role};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Holder {
    /// Somebody who works for the public.
    Staff {
        /// The user name.
        login: String,
        /// The name at work, shown to colleagues and under decisions.
        name: String,
        /// The resident they are, where recorded: whose cases they keep away from (回避).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resident: Option<ResidentId>,
    },
    /// A resident.
    Resident {
        /// Which one.
        resident: ResidentId,
    },
}

/// An account was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The area it belongs to: whoever manages accounts there manages it.
    pub area: AreaPath,
    /// Whose it is.
    pub holder: Holder,
}

/// It was recorded which resident a member of staff is, or that none is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonNamed {
    /// The resident; `None` when what was recorded is taken back.
    pub resident: Option<ResidentId>,
}

/// A post was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostGiven {
    /// Which post.
    pub post: PostId,
    /// What it is for.
    pub role: Role,
    /// The area it covers, with everything below.
    pub area: AreaPath,
    /// The first day it holds.
    pub from: Date,
    /// The last day it holds; `None` until it is ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
}

/// A post was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostEnded {
    /// Which post.
    pub post: PostId,
    /// The last day it held; the day before its first when it never did.
    pub on: Date,
}

/// A token of the API was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIssued {
    /// Which token.
    pub token: Uuid,
    /// SHA-256 of the token, in hexadecimal. The token itself is shown once and kept nowhere.
    pub hash: String,
    /// What it is for, in the words of whoever asked for it.
    pub label: String,
    /// The post acted in; `None` for a resident's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// The last day it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
}

/// A token was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRevoked {
    /// Which token.
    pub token: Uuid,
}

/// What somebody signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// The password.
    Password,
    /// The second factor, with its recovery codes.
    SecondFactor,
}

/// A credential was reset by somebody else than its holder. Which one it was before and is now
/// stands nowhere; that it happened, and by whom, does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialReset {
    /// Which.
    pub credential: Credential,
}

/// An account was closed: nobody signs in with it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The last day of its posts.
    pub on: Date,
}

/// Something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// See [`Opened`].
    Opened(Opened),
    /// See [`PersonNamed`].
    PersonNamed(PersonNamed),
    /// See [`PostGiven`].
    PostGiven(PostGiven),
    /// See [`PostEnded`].
    PostEnded(PostEnded),
    /// See [`TokenIssued`].
    TokenIssued(TokenIssued),
    /// See [`TokenRevoked`].
    TokenRevoked(TokenRevoked),
    /// See [`CredentialReset`].
    CredentialReset(CredentialReset),
    /// See [`Closed`].
    Closed(Closed),
}

const OPENED: Kind = Kind::new("accounts.opened", 2);
const PERSON_NAMED: Kind = Kind::new("accounts.person-named", 1);
const POST_GIVEN: Kind = Kind::new("accounts.post-given", 1);
const POST_ENDED: Kind = Kind::new("accounts.post-ended", 1);
const TOKEN_ISSUED: Kind = Kind::new("accounts.token-issued", 1);
const TOKEN_REVOKED: Kind = Kind::new("accounts.token-revoked", 1);
const CREDENTIAL_RESET: Kind = Kind::new("accounts.credential-reset", 1);
const CLOSED: Kind = Kind::new("accounts.closed", 1);

impl Event {
    /// Its kind and version, as written today.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Opened(_) => OPENED,
            Self::PersonNamed(_) => PERSON_NAMED,
            Self::PostGiven(_) => POST_GIVEN,
            Self::PostEnded(_) => POST_ENDED,
            Self::TokenIssued(_) => TOKEN_ISSUED,
            Self::TokenRevoked(_) => TOKEN_REVOKED,
            Self::CredentialReset(_) => CREDENTIAL_RESET,
            Self::Closed(_) => CLOSED,
        }
    }

    /// Its open part.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn open(&self) -> Result<Value, Fault> {
        let value = match self {
            Self::Opened(event) => serde_json::to_value(event),
            Self::PersonNamed(event) => serde_json::to_value(event),
            Self::PostGiven(event) => serde_json::to_value(event),
            Self::PostEnded(event) => serde_json::to_value(event),
            Self::TokenIssued(event) => serde_json::to_value(event),
            Self::TokenRevoked(event) => serde_json::to_value(event),
            Self::CredentialReset(event) => serde_json::to_value(event),
            Self::Closed(event) => serde_json::to_value(event),
        };
        value.map_err(|problem| Fault::Damaged(format!("{}: {problem}", self.kind())))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(kind: &Kind, open: &Value) -> Result<Self, FoldError> {
        Ok(match (kind.name.as_ref(), kind.v) {
            // Version 1 is version 2 without a resident for staff.
            ("accounts.opened", 1 | 2) => Self::Opened(parse(kind, open)?),
            ("accounts.person-named", 1) => Self::PersonNamed(parse(kind, open)?),
            ("accounts.post-given", 1) => Self::PostGiven(parse(kind, open)?),
            ("accounts.post-ended", 1) => Self::PostEnded(parse(kind, open)?),
            ("accounts.token-issued", 1) => Self::TokenIssued(parse(kind, open)?),
            ("accounts.token-revoked", 1) => Self::TokenRevoked(parse(kind, open)?),
            ("accounts.credential-reset", 1) => Self::CredentialReset(parse(kind, open)?),
            ("accounts.closed", 1) => Self::Closed(parse(kind, open)?),
            _ => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn parse<T: DeserializeOwned>(kind: &Kind, open: &Value) -> Result<T, FoldError> {
    T::deserialize(open).map_err(|problem| FoldError::Poisonous(format!("{kind}: {problem}")))
}
