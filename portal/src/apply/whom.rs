//! 为谁办: oneself, or somebody who gave a mandate; and what the register knows of them.

use linli_community::catalogue::Facts;
use linli_community::residents;
use linli_kernel::{Actor, AreaPath, Mandate, ResidentId};

use crate::Portal;
use crate::shell::{Page, Signed, Trouble};

/// For whom something is done, and who acts.
#[derive(Debug, Clone)]
pub(crate) struct Whom {
    /// Who acts: with the mandate, when for another.
    pub(crate) actor: Actor,
    /// Whose matter it is.
    pub(crate) subject: ResidentId,
    /// The name of the one whose matter it is.
    pub(crate) name: String,
    /// The area they live in.
    pub(crate) area: AreaPath,
}

impl Whom {
    /// The part of a draft's key that says about whom it is: empty for oneself.
    pub(crate) fn about(&self) -> String {
        match &self.actor.mandate {
            Some(mandate) => mandate.principal.to_string(),
            None => String::new(),
        }
    }

    /// `?for=…` to keep in addresses; empty for oneself.
    pub(crate) fn suffix(&self) -> String {
        match &self.actor.mandate {
            Some(mandate) => format!("?for={}", mandate.principal),
            None => String::new(),
        }
    }

    /// The sentence that stands on every page while acting for another; empty for oneself.
    pub(crate) fn acting(&self, page: &Page) -> String {
        let Some(mandate) = &self.actor.mandate else {
            return String::new();
        };
        let authority = page.t(&format!("mandates-authority-{}", mandate.authority));
        page.ta(
            "apply-acting",
            &[("name", &self.name), ("authority", &authority)],
        )
    }
}
