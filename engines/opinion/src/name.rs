//! A person's id, whose letters are shared by everything that is said of the person.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a person, as the file of votes has it. A copy shares its letters, and all names of a
/// file share one text, so a result about 100,000 people is made without writing their names anew.
#[derive(Debug, Clone)]
pub struct Name {
    text: Arc<str>,
    from: u32,
    to: u32,
}

impl Name {
    /// These names, many to a text.
    pub(crate) fn together(names: &[String]) -> Vec<Self> {
        let mut made = Vec::with_capacity(names.len());
        let mut rest = names;
        while !rest.is_empty() {
            let mut ends = Vec::new();
            let mut text = String::new();
            for name in rest.iter().take(TOGETHER) {
                text.push_str(name);
                ends.push(place(text.len()));
            }
            let text: Arc<str> = text.into();
            let starts = std::iter::once(0).chain(ends.iter().copied());
            made.extend(starts.zip(&ends).map(|(from, &to)| Self {
                text: Arc::clone(&text),
                from,
                to,
            }));
            rest = &rest[ends.len()..];
        }
        made
    }
}

/// So many names share one text.
const TOGETHER: usize = 1 << 16;

/// A place in a text. A file's reader refuses cells that would come near 4 GiB together.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        let range = self.from as usize..self.to as usize;
        self.text.get(range).unwrap_or_default()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            from: 0,
            to: place(text.len()),
        }
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Name {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}
