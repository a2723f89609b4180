//! 公示: the notices that hang today, by street, with personal data reduced as the rule says, and
//! the form for who objects.
//!
//! A notice is public only while it hangs; afterwards its page says that it has ended.

mod pages;
#[cfg(test)]
mod tests;

use linli_kernel::Fault;

use crate::Portal;
use crate::shell::{Access, Routes};

/// The pages of notices.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/notices", Access::Public, pages::list)
        .get("/notices/{number}", Access::Public, pages::show)
        .post("/notices/{number}/object", Access::Public, pages::object)
        .get(
            "/notices/{number}/objected",
            Access::Public,
            pages::objected,
        )
}

/// How many notices hang today.
///
/// # Errors
/// When the register cannot be read.
pub(crate) async fn count(portal: &Portal) -> Result<u64, Fault> {
    let mut count = 0;
    for district in pages::districts(portal) {
        let found = linli_community::cases::public::notices(&portal.linli, &district).await?;
        count += found.len() as u64;
    }
    Ok(count)
}
