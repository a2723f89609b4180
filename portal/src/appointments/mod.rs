//! 预约与叫号: booking a counter or a visit, one's own bookings, the counter's day for staff, and the
//! display with the numbers that are called.
//!
//! Paths: `/book` (a resident, for oneself or with a mandate), `/my/appointments`, `/appointments`
//! (number and phone, no account), `/queue/{counter}` (the display), `/desk/counters` (staff), and
//! `/desk/book/{resident}` (staff, for a caller). The display shows numbers and desks, nobody's name.

mod booking;
mod display;
mod lookup;
mod mine;
mod settings;
mod staff;
#[cfg(test)]
mod tests;
mod words;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of appointments.
#[must_use]
pub(crate) fn routes() -> Routes {
    const OWN: Access = Access::Gate(Action::ResidentOwn);
    const SERVE: Access = Access::AnyOf(&[Action::AppointmentServe, Action::CounterManage]);
    const MANAGE: Access = Access::Gate(Action::CounterManage);
    const FOR_OTHER: Access = Access::Gate(Action::CaseFileForOther);
    Routes::new()
        .get("/book", OWN, booking::own)
        .post("/book", OWN, booking::book_own)
        .get("/my/appointments", OWN, mine::list)
        .post("/my/appointments/cancel", OWN, mine::cancel)
        .get("/appointments", Access::Public, lookup::form)
        .post("/appointments", Access::Public, lookup::look_up)
        .get("/queue/{counter}", Access::Public, display::show)
        .get("/desk/counters", SERVE, staff::list)
        .get("/desk/counters/new", MANAGE, settings::new_form)
        .post("/desk/counters/new", MANAGE, settings::open)
        .get("/desk/counters/{counter}", SERVE, staff::day)
        .post("/desk/counters/{counter}/take", SERVE, staff::take)
        .post("/desk/counters/{counter}/call", SERVE, staff::call)
        .get(
            "/desk/counters/{counter}/change",
            MANAGE,
            settings::change_form,
        )
        .post("/desk/counters/{counter}/change", MANAGE, settings::change)
        .post("/desk/counters/{counter}/close", MANAGE, settings::close)
        .get("/desk/book/{resident}", FOR_OTHER, booking::other)
        .post("/desk/book/{resident}", FOR_OTHER, booking::book_other)
        .nav(35, "/desk/counters", "counters-nav", SERVE)
}
