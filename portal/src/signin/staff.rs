//! Sign-in of staff: user name and password, then the steps that follow. Which of the two was wrong
//! is not told, and a pause grows with each failure.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tower_sessions::Session;

use super::steps;
use super::waiting::remember;
use super::who::staff_entrant;
use crate::Portal;
use crate::session::Checked;
use crate::shell::ui::{Input, Kind};
use crate::shell::{Fields, Page, Query, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "signin/templates/staff.html")]
struct Staff {
    page: Page,
    login: Input,
    password: Input,
}

fn form(page: Page, login: &str) -> Staff {
    Staff {
        login: Input {
            name: "login".to_owned(),
            label: page.t("sign-in-login"),
            value: login.to_owned(),
            error: page.problem_of("login").to_owned(),
            autocomplete: "username",
            width: 20,
            ..Input::default()
        },
        password: Input {
            name: "password".to_owned(),
            label: page.t("sign-in-password"),
            error: page.problem_of("password").to_owned(),
            kind: Kind::Password,
            autocomplete: "current-password",
            width: 20,
            ..Input::default()
        },
        page,
    }
}

/// `GET /sign-in/staff`
pub(super) async fn ask(page: Page, session: Session, query: Query) -> Result<Response, Trouble> {
    remember(&session, query.get("next")).await?;
    html(&form(page, ""))
}

/// `POST /sign-in/staff`
pub(super) async fn check(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let login = fields.text("login").to_lowercase();
    let password = fields.first("password").unwrap_or_default().to_owned();
    if login.is_empty() {
        page.problem("login", "sign-in-login-missing");
    }
    if password.is_empty() {
        page.problem("password", "sign-in-password-missing");
    }
    if !page.problems.is_empty() {
        return invalid(&form(page, &login));
    }
    let account = match portal.desk.check_password(&login, password).await? {
        Checked::Right(account) => account,
        Checked::Wrong => {
            // Without the name: people type their password into that field.
            tracing::warn!("a sign-in of staff failed");
            page.problem("password", "sign-in-wrong");
            return invalid(&form(page, &login));
        }
        Checked::Locked { seconds } => {
            return Err(Trouble::TooMany {
                seconds: u64::try_from(seconds).unwrap_or(60),
            });
        }
    };
    if staff_entrant(&portal, account).await?.is_none() {
        page.problem("login", "sign-in-no-post");
        return invalid(&form(page, &login));
    }
    steps::begin(&portal, &page, &session, account, false).await
}
