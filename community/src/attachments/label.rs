//! What is kept with a file, sealed like its content.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of file it is: told from its bytes, never from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A photo or scan.
    Jpeg,
    /// A document.
    Pdf,
}

impl Media {
    /// Its type on the web.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }

    /// How names of its files end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Pdf => "pdf",
        }
    }

    /// Its name in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.extension()
    }
}

/// What is said about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its name, cleaned; see [`clean`](super::clean).
    pub name: String,
    /// What kind of file it is.
    pub media: Media,
    /// When it was first received.
    pub received_at: Timestamp,
}
