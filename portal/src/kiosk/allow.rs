//! On the phone: which kiosk asks, what it will see and for how long, and one press that allows it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use crate::Portal;
use crate::desk::looks;
use crate::session::Allowed;
use crate::shell::ui::{Input, Kind};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "kiosk/templates/code.html")]
struct Code {
    page: Page,
    code: Input,
}

#[derive(Template)]
#[template(path = "kiosk/templates/allow.html")]
struct Allow {
    page: Page,
    ask: String,
    name: String,
}

fn code_form(page: Page) -> Code {
    Code {
        code: Input {
            name: "code".to_owned(),
            label: page.t("kiosk-code"),
            hint: page.t("kiosk-code-hint"),
            error: page.problem_of("code").to_owned(),
            kind: Kind::Code,
            autocomplete: "off",
            width: 10,
            ..Input::default()
        },
        page,
    }
}

/// `GET /kiosk/allow`: with `?ask=`, as the kiosk's QR code has it, the question; else the form for
/// its code.
pub(super) async fn show(State(portal): State<Portal>, page: Page) -> Result<Response, Trouble> {
    let ask = page.query.get("ask").unwrap_or_default().to_owned();
    if ask.is_empty() {
        return html(&code_form(page));
    }
    question(&portal, page, ask).await
}

async fn question(portal: &Portal, mut page: Page, ask: String) -> Result<Response, Trouble> {
    let waits = portal.desk.kiosk_of_ask(&ask).await?;
    let kiosks = &portal.shared.settings.kiosks;
    let kiosk = waits.and_then(|id| kiosks.iter().find(|one| one.id == id));
    let Some(kiosk) = kiosk else {
        page.problem("code", "kiosk-code-gone");
        return invalid(&code_form(page));
    };
    html(&Allow {
        name: kiosk.name(&page).to_owned(),
        ask,
        page,
    })
}

/// `POST /kiosk/allow/code`: the six digits that a kiosk shows.
pub(super) async fn code(
    State(portal): State<Portal>,
    mut page: Page,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let found = portal
        .desk
        .ask_of_code(signed.account, &fields.digits("code"))
        .await?;
    let found = found.map_err(|seconds| Trouble::TooMany {
        seconds: u64::try_from(seconds).unwrap_or(60),
    })?;
    match found {
        Some(ask) => Ok(Redirect::to(&format!("/kiosk/allow?ask={ask}")).into_response()),
        None => {
            page.problem("code", "kiosk-code-gone");
            invalid(&code_form(page))
        }
    }
}

/// `POST /kiosk/allow`
pub(super) async fn allow(
    State(portal): State<Portal>,
    mut page: Page,
    signed: Signed,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let resident = signed.resident.ok_or(Trouble::NotFound)?;
    let by = Allowed {
        account: signed.account,
        resident,
        name: signed.name.clone(),
    };
    if !portal.desk.allow_kiosk(fields.text("ask"), &by).await? {
        page.problem("code", "kiosk-code-gone");
        return invalid(&code_form(page));
    }
    tracing::info!(account = %signed.account, "a kiosk was allowed by phone");
    looks::flash(&session, "kiosk-allowed", &[]).await?;
    Ok(Redirect::to("/account").into_response())
}
