//! Upcasters: how an entry written in an older version of its form is read today.
//!
//! Events are permanent. A changed form gets a new version; whoever changes it adds the step from
//! the version before, and the golden file of the old version stays for ever.

use crate::entry::{Kind, Recorded};
use crate::registers::FoldError;

/// One step: changes `open` and the plain values of `sealed` from one version to the next.
pub type Upcast = fn(&mut Recorded) -> Result<(), FoldError>;

/// Every step known, by kind and the version it starts from.
#[derive(Debug, Clone, Default)]
pub struct Upcasters {
    steps: Vec<(Kind, Upcast)>,
}

impl Upcasters {
    /// The same steps with one more: from version `from` of `name` to the next.
    #[must_use]
    pub fn with(mut self, name: &'static str, from: u16, step: Upcast) -> Self {
        self.steps.push((Kind::new(name, from), step));
        self
    }

    /// Raises `entry` step by step to the newest version a step leads to. Its digest stays that of
    /// the bytes that were written.
    ///
    /// # Errors
    /// What the step reports when the content makes no sense.
    pub fn raise(&self, entry: &mut Recorded) -> Result<(), FoldError> {
        while let Some((_, step)) = self.steps.iter().find(|(from, _)| *from == entry.kind) {
            step(entry)?;
            entry.kind.v += 1;
        }
        Ok(())
    }
}
