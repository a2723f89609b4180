//! 审计: the open parts of the journal with their proofs, for the auditor; the log of access, for the
//! audit administrator. Sealed parts are never shown, whoever asks.
//!
//! Paths: `/desk/audit`, `/desk/access`.

mod access;
mod entry;
mod journal;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of the audit.
#[must_use]
pub(crate) fn routes() -> Routes {
    const AUDIT: Access = Access::Gate(Action::JournalAudit);
    const LOOKS: Access = Access::Gate(Action::AccessLogRead);
    Routes::new()
        .get("/desk/audit", AUDIT, journal::browse)
        .get("/desk/audit/{seq}", AUDIT, entry::entry)
        .get("/desk/audit/{seq}/receipt.json", AUDIT, entry::receipt)
        .get("/desk/access", LOOKS, access::looks)
        .nav(60, "/desk/audit", "audit-nav", AUDIT)
        .nav(61, "/desk/access", "audit-access-nav", LOOKS)
}
