//! 消息: what the resident was told, and how they want to be told; for the committee, whom to call
//! and what to bring. Nobody is told only here: see `linli_community::messages`.

mod by_hand;
mod own;
#[cfg(test)]
mod tests;

use linli_community::messages::Frame;
use linli_kernel::Action;

use crate::shell::{Access, Page, Routes};

const OWN: Access = Access::Gate(Action::ResidentOwn);
const WORK: Access = Access::Gate(Action::CaseWork);

/// The routes of messages.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/my/messages", OWN, own::list)
        .post("/my/messages/channel", OWN, own::choose)
        .get("/desk/messages", WORK, by_hand::list)
        .get("/desk/messages/{message}", WORK, by_hand::show)
        .post("/desk/messages/{message}", WORK, by_hand::done)
        .nav(35, "/desk/messages", "messages-nav", WORK)
}

/// What messages need besides their case, in the reader's language.
fn frame(page: &Page) -> Frame {
    Frame {
        place: page.place().to_owned(),
        phone: page.phone().to_owned(),
        lang: page.lang.tag(),
    }
}
