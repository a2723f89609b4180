//! A member of staff lost the password or the phone: the administrator resets it, which is recorded in
//! the journal, and every session of the account ends.

use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::accounts::{self, Command, Credential, Holder};
use linli_community::feature::Problem;
use linli_kernel::AccountId;
use tower_sessions::Session;

use super::account::{load, name_of};
use super::acts::{back, done, password, small};
use crate::Portal;
use crate::desk::fields::{Field, Kind};
use crate::desk::forms::FormPage;
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::shell::ui;
use crate::shell::{Fields, Page, Signed, Trouble};

fn reset_fields(page: &Page) -> [Field; 1] {
    [Field::new(
        "password",
        page.t("admin-reset-new"),
        Kind::Line(ui::Kind::Password),
    )
    .hint(page.t("admin-password-hint"))]
}

/// `GET /desk/admin/{account}/reset`.
pub(super) async fn reset_form(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let fields = reset_fields(&page);
    small(page, "reset", id, &name_of(&account), &fields)
}

/// `POST /desk/admin/{account}/reset`: the password given is good for one sign-in.
pub(super) async fn reset(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let mut typed = Typed::of(&sent);
    let secret = password(&mut typed);
    let again = |page: Page| {
        let fields = reset_fields(&page);
        small(page, "reset", id, &name_of(&account), &fields)
    };
    if let Err(refusals) = typed.into_result(Some(())) {
        return again(page.with_refusals(&refusals));
    }
    let command = Command::ResetCredential {
        credential: Credential::Password,
    };
    match accounts::perform(&portal.linli, signed.call(&sent)?, id, &command).await {
        Ok(_) => {}
        Err(Problem::Refused(refusals)) => return again(page.with_refusals(&refusals)),
        Err(problem) => return Err(trouble(problem)),
    }
    let Some(Holder::Staff { login, .. }) = &account.holder else {
        return Err(Trouble::NotFound);
    };
    portal.desk.give_password(login, id, secret).await?;
    portal.desk.end_visits(id, None).await?;
    done(&session, id, "admin-done-reset").await
}

/// `GET /desk/admin/{account}/factor`.
pub(super) async fn factor_form(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    factor_page(page, id, &name_of(&account))
}

fn factor_page(page: Page, id: AccountId, name: &str) -> Result<Response, Trouble> {
    let back = back(id, &page, name);
    let (title, submit) = (page.t("admin-factor"), page.t("admin-factor-do"));
    let lead = page.t("admin-factor-lead");
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    form.danger = true;
    form.show()
}

/// `POST /desk/admin/{account}/factor`: at the next sign-in a new second factor is set up.
pub(super) async fn factor(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let command = Command::ResetCredential {
        credential: Credential::SecondFactor,
    };
    match accounts::perform(&portal.linli, signed.call(&sent)?, id, &command).await {
        Ok(_) => {}
        Err(Problem::Refused(refusals)) => {
            return factor_page(page.with_refusals(&refusals), id, &name_of(&account));
        }
        Err(problem) => return Err(trouble(problem)),
    }
    portal.desk.forget_factor(id).await?;
    portal.desk.end_visits(id, None).await?;
    done(&session, id, "admin-done-factor").await
}
