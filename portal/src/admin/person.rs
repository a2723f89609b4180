//! 回避: recording which resident a member of staff is, so that cases of their own and of their
//! household are closed to them. The administrator types the identity number; it finds the person
//! in the register by its keyed hash, and is neither shown nor kept.

use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::accounts::{self, Command};
use linli_community::feature::Problem;
use linli_kernel::{AccountId, Refusal};
use linli_units::IdentityNumber;
use tower_sessions::Session;

use super::account::{load, name_of};
use super::acts::{back, done};
use crate::Portal;
use crate::desk::fields::{Field, Kind};
use crate::desk::forms::FormPage;
use crate::desk::trouble;
use crate::shell::ui;
use crate::shell::{Fields, Page, Signed, Trouble};

fn show(page: Page, id: AccountId, name: &str) -> Result<Response, Trouble> {
    let (title, submit) = (page.t("admin-person-set"), page.t("admin-person-do"));
    let lead = page.t("admin-person-lead");
    // What was typed is not sent back: it is an identity number.
    let number = Field::new(
        "resident",
        page.t("admin-person-number"),
        Kind::Line(ui::Kind::IdNumber),
    )
    .hint(page.t("admin-person-number-hint"));
    let back = back(id, &page, name);
    FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(&[number])
        .show()
}

/// `GET /desk/admin/{account}/person`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    show(page, id, &name_of(&account))
}

/// `POST /desk/admin/{account}/person`.
pub(super) async fn name(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let name = name_of(&account);
    let typed = sent.text("resident");
    let again = |page: Page, no: &[Refusal]| show(page.with_refusals(no), id, &name);
    let resident = match (typed.is_empty(), IdentityNumber::parse(typed)) {
        (true, _) => None,
        (false, Err(bad)) => {
            let code = format!("residents.id-number-{}", bad.code());
            return again(page, &[Refusal::new(&code).on("resident")]);
        }
        (false, Ok(number)) => {
            let found = portal.linli.resident_with_number(number.as_str()).await?;
            if found.is_none() {
                let no = Refusal::new("accounts.resident-unknown").on("resident");
                return again(page, &[no]);
            }
            found
        }
    };
    let command = Command::NamePerson { resident };
    match accounts::perform(&portal.linli, signed.call(&sent)?, id, &command).await {
        Ok(_) => done(&session, id, "admin-done-person").await,
        Err(Problem::Refused(refusals)) if refusals.iter().all(|no| no.field.is_some()) => {
            again(page, &refusals)
        }
        Err(problem) => Err(trouble(problem)),
    }
}
