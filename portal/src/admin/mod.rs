//! 账号与岗位: for the security administrator: open accounts, give and end posts, reset passwords and
//! second factors, issue and revoke tokens of the API. This post reads no cases and no residents.
//!
//! Paths under `/desk/admin`.

mod account;
mod acts;
mod credentials;
mod pages;
mod person;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of accounts.
#[must_use]
pub(crate) fn routes() -> Routes {
    const MANAGE: Access = Access::Gate(Action::AccountManage);
    Routes::new()
        .get("/desk/admin", MANAGE, pages::accounts)
        .get("/desk/admin/new", MANAGE, acts::new_form)
        .post("/desk/admin/new", MANAGE, acts::create)
        .get("/desk/admin/{account}", MANAGE, account::show)
        .get("/desk/admin/{account}/give", MANAGE, acts::give_form)
        .post("/desk/admin/{account}/give", MANAGE, acts::give)
        .get("/desk/admin/{account}/person", MANAGE, person::form)
        .post("/desk/admin/{account}/person", MANAGE, person::name)
        .post("/desk/admin/{account}/end", MANAGE, acts::end)
        .get(
            "/desk/admin/{account}/reset",
            MANAGE,
            credentials::reset_form,
        )
        .post("/desk/admin/{account}/reset", MANAGE, credentials::reset)
        .get(
            "/desk/admin/{account}/factor",
            MANAGE,
            credentials::factor_form,
        )
        .post("/desk/admin/{account}/factor", MANAGE, credentials::factor)
        .get("/desk/admin/{account}/token", MANAGE, acts::token_form)
        .post("/desk/admin/{account}/token", MANAGE, acts::token)
        .post("/desk/admin/{account}/revoke", MANAGE, acts::revoke)
        .nav(70, "/desk/admin", "admin-nav", MANAGE)
}
