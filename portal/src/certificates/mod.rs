//! 证明: the signed token beside a certificate's PDF, the keys that check it, and revoking. The check
//! page itself is the look-up's (`/verify/{number}`).

mod pages;
mod revoke;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of certificates.
#[must_use]
pub(crate) fn routes() -> Routes {
    // Where the committee itself certifies, deciding is its work; the gate is asked again.
    const DECIDE: Access = Access::Gate(Action::CaseDecide);
    Routes::new()
        .get("/.well-known/jwks.json", Access::Public, pages::keys)
        .get(
            "/cases/{number}/certificate.jwt",
            Access::Gate(Action::CaseOwn),
            pages::token,
        )
        .get(
            "/desk/cases/{number}/revoke-certificate",
            DECIDE,
            revoke::form,
        )
        .post(
            "/desk/cases/{number}/revoke-certificate",
            DECIDE,
            revoke::revoke,
        )
}
