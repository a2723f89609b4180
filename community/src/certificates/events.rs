//! What happened to certificates and their keys: facts for ever, kinds `certificates.*`.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault, ResidentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::feature::Parts;

/// 公钥已公布: tokens signed with its private part can be checked from now on, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPublished {
    /// The public key, base64url.
    pub x: String,
    /// The district whose node it is.
    pub area: AreaPath,
}

/// 已撤销: the certificate holds no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Its number.
    pub number: String,
    /// On what ground, one of [`GROUNDS`](super::GROUNDS).
    pub ground: String,
    /// On which day.
    pub on: Date,
    /// Whose it was.
    pub subject: ResidentId,
    /// The area of its case.
    pub area: AreaPath,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    words: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A key was published.
    KeyPublished(KeyPublished),
    /// A certificate was revoked, and why in words; without them after erasure.
    Revoked(Revoked, String),
}

const KEY_PUBLISHED: Kind = Kind::new("certificates.key-published", 1);
const REVOKED: Kind = Kind::new("certificates.revoked", 1);

impl Event {
    /// Splits the event for writing.
    ///
    /// # Errors
    /// [`Fault`] when a part has no JSON form, which none of this file's lacks.
    pub fn write(&self) -> Result<Parts, Fault> {
        Ok(match self {
            Self::KeyPublished(published) => Parts {
                kind: KEY_PUBLISHED,
                area: published.area.clone(),
                open: value(published)?,
                sealed: Vec::new(),
            },
            Self::Revoked(revoked, words) => {
                let sealed = Sealed {
                    words: words.clone(),
                };
                Parts {
                    kind: REVOKED,
                    area: revoked.area.clone(),
                    open: value(revoked)?,
                    sealed: vec![(revoked.subject, value(&sealed)?)],
                }
            }
        })
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        Ok(match &entry.kind {
            kind if *kind == KEY_PUBLISHED => Self::KeyPublished(parse(entry, &entry.open)?),
            kind if *kind == REVOKED => {
                let plain = entry.sealed.first().and_then(|part| part.plain.as_ref());
                let sealed: Option<Sealed> = plain.map(|plain| parse(entry, plain)).transpose()?;
                let words = sealed.map(|sealed| sealed.words).unwrap_or_default();
                Self::Revoked(parse(entry, &entry.open)?, words)
            }
            kind => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn value(of: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(of).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}

fn parse<T: DeserializeOwned>(entry: &Recorded, from: &Value) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(from).map_err(poisonous)
}
