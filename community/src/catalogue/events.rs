//! What happens to the catalogue: a service, or what a town adds to it, is published.
//!
//! All of it is open: no personal data. The whole file travels in the event, so that whoever holds
//! the journal can show the rules under which a case was filed.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind};
use linli_kernel::{AreaPath, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A version of a service, or of what a town adds to it, was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The service's id.
    pub service: String,
    /// Where it holds: the service's jurisdiction, or the town.
    pub area: AreaPath,
    /// Its version.
    pub version: u32,
    /// 1 when the version is new; one more each time its file changes without a new version.
    pub edition: u32,
    /// The hex SHA-256 of the file's bytes.
    pub hash: String,
    /// From when it holds.
    pub valid_from: Date,
    /// The file's name.
    pub file: String,
    /// The file's text.
    pub text: String,
}

/// Something that happened to the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// 事项发布: the district published a service.
    ServicePublished(Published),
    /// 街镇补充: a town added to a service.
    TownAdded(Published),
}

const PUBLISHED: Kind = Kind::new("catalogue.published", 1);
const TOWN_ADDED: Kind = Kind::new("catalogue.town-added", 1);

impl Event {
    /// What was published.
    #[must_use]
    pub fn published(&self) -> &Published {
        match self {
            Self::ServicePublished(published) | Self::TownAdded(published) => published,
        }
    }

    /// Its kind and version, as written today.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::ServicePublished(_) => PUBLISHED,
            Self::TownAdded(_) => TOWN_ADDED,
        }
    }

    /// Its open part.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn open(&self) -> Result<Value, Fault> {
        serde_json::to_value(self.published())
            .map_err(|problem| Fault::Damaged(format!("{}: {problem}", self.kind())))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(kind: &Kind, open: &Value) -> Result<Self, FoldError> {
        Ok(match (kind.name.as_ref(), kind.v) {
            ("catalogue.published", 1) => Self::ServicePublished(parse(kind, open)?),
            ("catalogue.town-added", 1) => Self::TownAdded(parse(kind, open)?),
            _ => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn parse<T: DeserializeOwned>(kind: &Kind, open: &Value) -> Result<T, FoldError> {
    T::deserialize(open).map_err(|problem| FoldError::Poisonous(format!("{kind}: {problem}")))
}
