//! Identifiers: `UUIDv7` newtypes, so that two ids of different things cannot be mixed up, and the
//! name of a stream of the journal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;

/// A new `UUIDv7` whose time part comes from `clock` and whose rest is random.
#[must_use]
pub fn new_uuid(clock: &dyn Clock) -> Uuid {
    let micros = clock.now().as_microsecond().max(0);
    let seconds = u64::try_from(micros / 1_000_000).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or(0);
    let context = uuid::NoContext;
    Uuid::new_v7(uuid::Timestamp::from_unix(context, seconds, nanos))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, dated by `clock`.
            #[must_use]
            pub fn new(clock: &dyn Clock) -> Self {
                Self(new_uuid(clock))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// One act of one person, sent once or many times: the key of idempotency.
    CommandId
);
id!(
    /// A person's means to sign in.
    AccountId
);
id!(
    /// 岗位: a role held at an area.
    PostId
);
id!(
    /// 居民: a natural person the node knows. Also the subject whose key seals personal data.
    ResidentId
);
id!(
    /// 户: a household.
    HouseholdId
);
id!(
    /// 办件: a case.
    CaseId
);
id!(
    /// 待遇: what was granted to somebody and is paid.
    AwardId
);

/// The name of a stream: what it is about and which one, as `case/0190…`.
///
/// Events of one stream are ordered and chained; a stream has one writer at a time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(String);

impl StreamId {
    /// The stream of the `topic` called `key`; `topic` is a lower-case word such as `case`.
    #[must_use]
    pub fn new(topic: &str, key: impl fmt::Display) -> Self {
        Self(format!("{topic}/{key}"))
    }

    /// What the stream is about: the part before the slash.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.0.split_once('/').map_or("", |(topic, _)| topic)
    }

    /// Which one it is: the part after the slash.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, key)| key)
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for StreamId {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<CaseId> for StreamId {
    fn from(id: CaseId) -> Self {
        Self::new("case", id)
    }
}

impl From<ResidentId> for StreamId {
    fn from(id: ResidentId) -> Self {
        Self::new("resident", id)
    }
}

impl From<AwardId> for StreamId {
    fn from(id: AwardId) -> Self {
        Self::new("award", id)
    }
}

impl From<HouseholdId> for StreamId {
    fn from(id: HouseholdId) -> Self {
        Self::new("household", id)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamId({})", self.0)
    }
}
