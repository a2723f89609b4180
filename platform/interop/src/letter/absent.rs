//! The press of a build without the `pdf` feature: it says so.

use std::path::Path;
use std::sync::OnceLock;

use linli_kernel::Fault;

use super::Letter;

/// Makes PDFs; in this build it only says that it cannot.
#[derive(Debug, Default)]
pub struct Press;

/// Sets the folder of further fonts, which this build does not read.
pub fn use_fonts_of(_folder: &Path) {}

fn absent() -> Fault {
    Fault::Setting("this build makes no PDF: build linli with the feature `pdf`".to_owned())
}

impl Press {
    /// The process-wide press.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Press> = OnceLock::new();
        SHARED.get_or_init(Self::default)
    }

    /// A press without fonts.
    #[must_use]
    pub fn new(_folder: Option<&Path>) -> Self {
        Self
    }

    /// Never.
    #[must_use]
    pub fn draws(&self, _c: char) -> bool {
        false
    }

    /// Always [`Fault::Setting`].
    ///
    /// # Errors
    /// Always.
    pub fn letter(&self, _letter: &Letter) -> Result<Vec<u8>, Fault> {
        Err(absent())
    }
}
