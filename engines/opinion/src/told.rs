//! What is said in both languages.

/// One message in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// 中文.
    pub(crate) zh: String,
    /// English.
    pub(crate) en: String,
}

/// A [`Told`] of two texts, Chinese first, both of which show the same arguments.
macro_rules! told {
    ($zh:literal, $en:literal $(, $($shown:tt)*)?) => {
        $crate::told::Told {
            zh: format!($zh $(, $($shown)*)?),
            en: format!($en $(, $($shown)*)?),
        }
    };
}

pub(crate) use told;
