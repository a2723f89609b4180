//! What happens to areas. All of it is open: no personal data.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind};
use linli_kernel::{AreaPath, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of area it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// 区
    District,
    /// 街道
    Subdistrict,
    /// 镇
    Town,
    /// 社区: a layer between a town and its committees (镇管社区).
    Community,
    /// 居民委员会
    ResidentsCommittee,
    /// 村民委员会
    VillagersCommittee,
}

impl AreaKind {
    /// The kind's name in tables and message keys: `residents_committee`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Town => "town",
            Self::Community => "community",
            Self::ResidentsCommittee => "residents_committee",
            Self::VillagersCommittee => "villagers_committee",
        }
    }

    /// Whether it is a committee: where residents live.
    #[must_use]
    pub fn is_committee(self) -> bool {
        matches!(self, Self::ResidentsCommittee | Self::VillagersCommittee)
    }

    /// Whether an area of this kind may lie directly in one of kind `parent`.
    #[must_use]
    pub fn fits_in(self, parent: Self) -> bool {
        match self {
            Self::District => false,
            Self::Subdistrict | Self::Town => parent == Self::District,
            Self::Community => matches!(parent, Self::Subdistrict | Self::Town),
            Self::ResidentsCommittee | Self::VillagersCommittee => {
                matches!(parent, Self::Subdistrict | Self::Town | Self::Community)
            }
        }
    }
}

/// 社区类型, by which governance differs (分类推进).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommunityStyle {
    /// 镇管社区
    TownManaged,
    /// 大型居住社区
    LargeResidential,
    /// 新市镇
    NewTown,
    /// 农村社区
    Rural,
    /// 成熟社区
    Mature,
}

impl CommunityStyle {
    /// The style's name in tables and message keys: `town_managed`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TownManaged => "town_managed",
            Self::LargeResidential => "large_residential",
            Self::NewTown => "new_town",
            Self::Rural => "rural",
            Self::Mature => "mature",
        }
    }
}

/// A path that became another: what stood under `from` stands under `to` now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathChange {
    /// The path before.
    pub from: AreaPath,
    /// The path since.
    pub to: AreaPath,
}

/// An area was established, or first recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Established {
    /// Its path; the last code is its stable code.
    pub area: AreaPath,
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub kind: AreaKind,
    /// Its statistical code of twelve digits, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistical_code: Option<String>,
    /// From when it exists; `None` when nobody has recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The area it was split from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<AreaPath>,
    /// Where this is known from.
    pub source: String,
}

/// An area got another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// The area.
    pub area: AreaPath,
    /// The new name.
    pub name: String,
    /// From when.
    pub from: Date,
}

/// An area got a type of community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Styled {
    /// The area.
    pub area: AreaPath,
    /// Which type.
    pub style: CommunityStyle,
    /// From when.
    pub from: Date,
}

/// An area was moved under another parent, with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The area's path before.
    pub area: AreaPath,
    /// The new parent.
    pub parent: AreaPath,
    /// From when.
    pub from: Date,
    /// The area's own path and that of everything in it.
    pub paths: Vec<PathChange>,
}

/// An area ceased to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abolished {
    /// The area.
    pub area: AreaPath,
    /// The last day of its existence.
    pub on: Date,
    /// The area that takes over what belonged to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<AreaPath>,
}

/// Something that happened to an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// See [`Established`].
    Established(Established),
    /// See [`Renamed`].
    Renamed(Renamed),
    /// See [`Styled`].
    Styled(Styled),
    /// See [`Moved`].
    Moved(Moved),
    /// See [`Abolished`].
    Abolished(Abolished),
}

const ESTABLISHED: Kind = Kind::new("places.established", 1);
const RENAMED: Kind = Kind::new("places.renamed", 1);
const STYLED: Kind = Kind::new("places.styled", 1);
const MOVED: Kind = Kind::new("places.moved", 1);
const ABOLISHED: Kind = Kind::new("places.abolished", 1);

impl Event {
    /// The area it happened to, by its path at the time.
    #[must_use]
    pub fn area(&self) -> &AreaPath {
        match self {
            Self::Established(event) => &event.area,
            Self::Renamed(event) => &event.area,
            Self::Styled(event) => &event.area,
            Self::Moved(event) => &event.area,
            Self::Abolished(event) => &event.area,
        }
    }

    /// Its kind and version, as written today.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Established(_) => ESTABLISHED,
            Self::Renamed(_) => RENAMED,
            Self::Styled(_) => STYLED,
            Self::Moved(_) => MOVED,
            Self::Abolished(_) => ABOLISHED,
        }
    }

    /// Its open part.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn open(&self) -> Result<Value, Fault> {
        let value = match self {
            Self::Established(event) => serde_json::to_value(event),
            Self::Renamed(event) => serde_json::to_value(event),
            Self::Styled(event) => serde_json::to_value(event),
            Self::Moved(event) => serde_json::to_value(event),
            Self::Abolished(event) => serde_json::to_value(event),
        };
        value.map_err(|problem| Fault::Damaged(format!("{}: {problem}", self.kind())))
    }

    /// The event in an entry.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content makes no sense.
    pub fn read(kind: &Kind, open: &Value) -> Result<Self, FoldError> {
        Ok(match (kind.name.as_ref(), kind.v) {
            ("places.established", 1) => Self::Established(parse(kind, open)?),
            ("places.renamed", 1) => Self::Renamed(parse(kind, open)?),
            ("places.styled", 1) => Self::Styled(parse(kind, open)?),
            ("places.moved", 1) => Self::Moved(parse(kind, open)?),
            ("places.abolished", 1) => Self::Abolished(parse(kind, open)?),
            _ => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn parse<T: DeserializeOwned>(kind: &Kind, open: &Value) -> Result<T, FoldError> {
    T::deserialize(open).map_err(|problem| FoldError::Poisonous(format!("{kind}: {problem}")))
}
