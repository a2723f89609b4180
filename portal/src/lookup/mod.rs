//! 凭编号查进度: number and phone, no account. What is shown holds no personal data; which of the
//! two was wrong is told to nobody; tries are counted by address. 证明核验: what the number on a
//! decision or certificate verifies, without a name.

mod pages;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use pages::address;

use crate::shell::{Access, Routes};

/// The pages of the look-up.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/lookup", Access::Public, pages::form)
        .post("/lookup", Access::Public, pages::look_up)
        .get("/lookup/{number}", Access::Public, pages::found)
        .get("/verify", Access::Public, verify::form)
        .get("/verify/{number}", Access::Public, verify::show)
}
