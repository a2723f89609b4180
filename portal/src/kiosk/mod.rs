//! 自助机: whose hands a kiosk is in. A resident shows who they are by their identity card, which a
//! reader reads (`reader`), or by their own phone (`identity` on the kiosk, `allow` on the
//! phone).
//!
//! **What is trusted.** Which kiosk it is: a browser that was made one with the kiosk's key
//! (`device`); a mode that anybody can choose is none. The card: what the reader's driver laid
//! down for this kiosk moments ago, never what a browser says. The phone: the one signed in there,
//! who was shown which kiosk asks, what it will see and for how long.
//!
//! **Attacks looked at.** A code shown at one kiosk opens no other and works once, in the browser
//! that asked, for five minutes; guessing codes gains nothing but giving oneself away, and is
//! limited all the same. Somebody who lures a person to a code has to stand at a kiosk of the
//! district, whose place the person reads before they allow it. A card that nobody knows and one
//! whose holder cannot be served are answered alike.
//!
//! **The end.** A minute and a half without a request ends the session in the store itself, and so
//! does half an hour in all; the person sees the kiosk among their sign-ins and ends it from there.
//!
//! Paths: `/sign-in/kiosk…` (the stricter limit of sign-ins counts), `/kiosk/allow`, `/kiosk/here`.

mod allow;
mod device;
mod identity;
mod reader;
#[cfg(test)]
mod tests;

use http::StatusCode;
use linli_kernel::Action;

use crate::shell::{Access, Routes};

pub use device::Kiosk;
pub(crate) use device::{here, made_kiosk};
pub use reader::{Card, CardReader, FolderReader, NoReader};

/// The routes of kiosks.
#[must_use]
pub(crate) fn routes() -> Routes {
    const OWN: Access = Access::Gate(Action::ResidentOwn);
    Routes::new()
        .get("/sign-in/kiosk", Access::Public, identity::ways)
        .get("/sign-in/kiosk/phone", Access::Public, identity::shown)
        .post("/sign-in/kiosk/phone", Access::Public, identity::ask)
        .post("/sign-in/kiosk/enter", Access::Public, identity::enter)
        .post("/sign-in/kiosk/card", Access::Public, identity::card)
        .get("/sign-in/kiosk/device", Access::Public, device::form)
        .post("/sign-in/kiosk/device", Access::Public, device::make)
        .get("/kiosk/allow", OWN, allow::show)
        .post("/kiosk/allow/code", OWN, allow::code)
        .post("/kiosk/allow", OWN, allow::allow)
        .get("/kiosk/here", Access::Public, still_here)
}

/// `GET /kiosk/here`: somebody is still typing; being asked is all that counts.
async fn still_here() -> StatusCode {
    StatusCode::NO_CONTENT
}
