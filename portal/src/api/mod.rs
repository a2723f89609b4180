//! `/api/v1`: cases, services, areas, rolls and the search for other programs, by bearer token.
//!
//! Whatever a token's post may do on pages it may do here, through the same gate and the same doors;
//! commands are idempotent by `command_id`. Errors are problem documents (RFC 9457) in the language
//! of `Accept-Language`. The whole is described at `/openapi.json`, and tests hold the description
//! to the code.
//!
//! Reading order: [`body`] (bounded JSON), [`cases`], [`services`], [`areas`], [`rolls`],
//! [`search`], [`describe`].

mod areas;
mod body;
mod cases;
mod commands;
mod describe;
mod rolls;
mod search;
mod services;
mod shapes;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of the API.
#[must_use]
pub(crate) fn routes() -> Routes {
    const READ: Access = Access::Gate(Action::CaseRead);
    const FILE: Access = Access::AnyOf(&[Action::CaseApply, Action::CaseFileForOther]);
    const ACT: Access = Access::AnyOf(&[
        Action::CaseWork,
        Action::CaseReview,
        Action::CaseDecide,
        Action::CaseSteer,
        Action::CaseSupervise,
        Action::CaseOwn,
    ]);
    const COUNT: Access = Access::Gate(Action::BenefitCount);
    const MAKE: Access = Access::Gate(Action::RollMake);
    Routes::new()
        .get("/api/v1/cases", READ, cases::list)
        .post("/api/v1/cases", FILE, cases::create)
        .get("/api/v1/cases/{case}", READ, cases::read)
        .post("/api/v1/cases/{case}/commands", ACT, cases::act)
        .get("/api/v1/cases/{case}/receipt", READ, cases::receipt)
        .get("/api/v1/services", Access::Public, services::list)
        .get("/api/v1/services/{service}", Access::Public, services::read)
        .post("/api/v1/search", crate::search::MAY, search::find)
        .get("/api/v1/areas", Access::Public, areas::list)
        .get("/api/v1/rolls", COUNT, rolls::list)
        .post(
            "/api/v1/rolls/{roll}/files/{batch}/answer",
            MAKE,
            rolls::answer,
        )
        .get("/openapi.json", Access::Public, describe::openapi)
}
