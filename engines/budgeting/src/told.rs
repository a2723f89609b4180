//! What is said in both languages.

use std::fmt;

/// One message in Chinese and English. Shown as it is, it is the English one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Told {
    /// Both in one line, Chinese first.
    #[must_use]
    pub fn both(&self) -> String {
        format!("{} · {}", self.zh, self.en)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Told {}

/// A [`Told`] of two texts, Chinese first, both of which show the same arguments. Those in brackets
/// are themselves told in two languages: each text shows its own.
macro_rules! told {
    ($zh:literal, $en:literal, [$($both:ident),+] $(,)?) => {
        $crate::told::Told {
            zh: format!($zh, $($both = &$both.zh),+),
            en: format!($en, $($both = &$both.en),+),
        }
    };
    ($zh:literal, $en:literal $(, $($shown:tt)*)?) => {
        $crate::told::Told {
            zh: format!($zh $(, $($shown)*)?),
            en: format!($en $(, $($shown)*)?),
        }
    };
}

pub(crate) use told;
