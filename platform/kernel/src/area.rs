//! 区划: areas are paths from the district down, such as `310117/310117001/310117001001`.
//!
//! A segment is the area's stable code. It starts as the statistical code of the division and
//! never changes, even when the statistical code does; an area that is split or moved keeps its
//! history under the path it had at the time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A path of area codes, the widest first. Never empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaPath(String);

/// Why a text is no area path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "“{0}” is no area path: expected codes of 1 to 24 digits, lower-case letters or hyphens, joined by /"
)]
pub struct BadAreaPath(pub String);

const MAX_SEGMENT: usize = 24;

fn is_code(segment: &str) -> bool {
    !segment.is_empty()
        && segment.len() <= MAX_SEGMENT
        && segment
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-')
}

impl AreaPath {
    /// The path below this one whose last code is `code`.
    ///
    /// # Errors
    /// [`BadAreaPath`] when `code` is no area code.
    pub fn child(&self, code: &str) -> Result<Self, BadAreaPath> {
        if is_code(code) {
            Ok(Self(format!("{}/{code}", self.0)))
        } else {
            Err(BadAreaPath(code.to_owned()))
        }
    }

    /// The path one step up, or `None` at the top.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(up, _)| Self(up.to_owned()))
    }

    /// The last code: the area's own.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The codes from the widest to the area's own.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// How many codes the path has: 1 for a district, 2 for a street or town.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.codes().count()
    }

    /// Whether `other` is this area or lies in it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other
            .0
            .strip_prefix(&self.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AreaPath {
    type Err = BadAreaPath;
    fn from_str(text: &str) -> Result<Self, BadAreaPath> {
        if text.split('/').all(is_code) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAreaPath(text.to_owned()))
        }
    }
}

impl TryFrom<String> for AreaPath {
    type Error = BadAreaPath;
    fn try_from(text: String) -> Result<Self, BadAreaPath> {
        text.parse()
    }
}

impl From<AreaPath> for String {
    fn from(path: AreaPath) -> Self {
        path.0
    }
}

impl fmt::Display for AreaPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AreaPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaPath({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_merely_begins_alike_is_not_inside() {
        let street: AreaPath = "310117/310117001".parse().unwrap();
        assert!(street.contains(&"310117/310117001/310117001005".parse().unwrap()));
        assert!(street.contains(&street));
        assert!(!street.contains(&"310117/3101170015".parse().unwrap()));
        assert!(!street.contains(&"310117".parse().unwrap()));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for bad in [
            "",
            "/",
            "310117/",
            "310117//1",
            "../x",
            "310117/A",
            "310117/松江",
        ] {
            assert!(bad.parse::<AreaPath>().is_err(), "{bad}");
        }
    }
}
