//! Sign-in of residents: a phone number, then the code sent to it. No name is asked. Whether a
//! number is known is not told before the code is right.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use linli_kernel::{AreaPath, Fault, ResidentId};
use rand::RngExt as _;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query as Select};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::waiting::{onward, remember};
use super::who::{enter, resident_entrant};
use crate::Portal;
use crate::kiosk;
use crate::session::{CodeCheck, store_fault};
use crate::shell::ui::{Choice, Input, Kind, Radios};
use crate::shell::{Fields, Page, Query, Trouble, html, invalid};

const PHONE: &str = "phone";
/// A number of this browser's own, to which its codes are bound.
const BROWSER: &str = "browser";
const SHOWN_CODE: &str = "shown-code";
const FOUND: &str = "found";
/// One phone may serve a family; more than so many are not listed.
const MOST_OF_ONE_PHONE: u64 = 8;

#[derive(Template)]
#[template(path = "signin/templates/phone.html")]
struct Phone {
    page: Page,
    phone: Input,
}

#[derive(Template)]
#[template(path = "signin/templates/code.html")]
struct Code {
    page: Page,
    phone: String,
    code: Input,
    /// The code itself, in a demo: no message is sent.
    shown: Option<String>,
}

#[derive(Template)]
#[template(path = "signin/templates/whom.html")]
struct Whom {
    page: Page,
    whom: Radios,
}

/// Somebody whose phone it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Found {
    resident: ResidentId,
    area: AreaPath,
    name: String,
}

fn phone_form(page: Page, value: &str) -> Phone {
    Phone {
        phone: Input {
            name: PHONE.to_owned(),
            label: page.t("sign-in-phone"),
            hint: page.t("sign-in-phone-hint"),
            value: value.to_owned(),
            error: page.problem_of(PHONE).to_owned(),
            kind: Kind::Phone,
            autocomplete: "tel",
            width: 20,
            ..Input::default()
        },
        page,
    }
}

/// `GET /sign-in`. At a kiosk of the district card and phone come first.
pub(super) async fn ask_phone(
    State(portal): State<Portal>,
    page: Page,
    session: Session,
    query: Query,
    jar: CookieJar,
) -> Result<Response, Trouble> {
    remember(&session, query.get("next")).await?;
    if kiosk::here(&portal, &jar).is_some() && query.get("by") != Some("code") {
        return Ok(Redirect::to("/sign-in/kiosk").into_response());
    }
    html(&phone_form(page, ""))
}

/// `POST /sign-in`
pub(super) async fn send_code(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let phone = fields.digits(PHONE);
    let phone = phone.strip_prefix("+86").unwrap_or(&phone);
    if phone.len() != 11 || !phone.bytes().all(|b| b.is_ascii_digit()) || !phone.starts_with('1') {
        page.problem(PHONE, "sign-in-phone-wrong");
        return invalid(&phone_form(page, fields.text(PHONE)));
    }
    let browser = match session.get::<String>(BROWSER).await? {
        Some(known) => known,
        None => format!("{:032x}", rand::rng().random::<u128>()),
    };
    let made = portal.desk.make_code(phone, &browser).await?;
    let code = made.map_err(|seconds| Trouble::TooMany {
        seconds: u64::try_from(seconds).unwrap_or(60),
    })?;
    session.insert(BROWSER, &browser).await?;
    session.insert(PHONE, phone).await?;
    if page.is_demo() {
        session.insert(SHOWN_CODE, &code).await?;
    } else {
        portal.codes.send(phone, &code).await?;
    }
    Ok(Redirect::to("/sign-in/code").into_response())
}

async fn code_form(page: Page, session: &Session) -> Result<Option<Code>, Trouble> {
    let Some(phone) = session.get::<String>(PHONE).await? else {
        return Ok(None);
    };
    let shown = session.get::<String>(SHOWN_CODE).await?;
    Ok(Some(Code {
        phone: crate::shell::format::masked_number(&phone),
        code: Input {
            name: "code".to_owned(),
            label: page.t("sign-in-code"),
            error: page.problem_of("code").to_owned(),
            kind: Kind::Code,
            autocomplete: "one-time-code",
            width: 10,
            ..Input::default()
        },
        shown: shown.filter(|_| page.is_demo()),
        page,
    }))
}

/// `GET /sign-in/code`
pub(super) async fn ask_code(page: Page, session: Session) -> Result<Response, Trouble> {
    match code_form(page, &session).await? {
        Some(form) => html(&form),
        None => Ok(Redirect::to("/sign-in").into_response()),
    }
}

/// `POST /sign-in/code`
pub(super) async fn check_code(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(phone) = session.get::<String>(PHONE).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let browser: String = session.get(BROWSER).await?.unwrap_or_default();
    let wrong = match portal
        .desk
        .check_code(&phone, &browser, &fields.digits("code"))
        .await?
    {
        CodeCheck::Right => None,
        CodeCheck::Wrong => Some("sign-in-code-wrong"),
        CodeCheck::Gone => Some("sign-in-code-gone"),
    };
    if let Some(key) = wrong {
        page.problem("code", key);
        return match code_form(page, &session).await? {
            Some(form) => invalid(&form),
            None => Ok(Redirect::to("/sign-in").into_response()),
        };
    }
    session.remove::<String>(PHONE).await?;
    session.remove::<String>(SHOWN_CODE).await?;
    let mut found = residents_of(&portal, &phone).await?;
    match found.len() {
        0 => {
            page.problem(PHONE, "sign-in-unknown");
            invalid(&phone_form(page, ""))
        }
        1 => sign_in(&portal, &page, &session, found.remove(0)).await,
        _ => {
            session.insert(FOUND, &found).await?;
            html(&whom_form(page, &found))
        }
    }
}

fn whom_form(page: Page, found: &[Found]) -> Whom {
    let choices = found.iter().map(|one| {
        let name = linli_community::residents::mask::name(&one.name);
        Choice::new(one.resident.to_string(), name)
    });
    Whom {
        whom: Radios {
            name: "whom".to_owned(),
            legend: page.t("sign-in-whom"),
            heading: true,
            hint: page.t("sign-in-whom-hint"),
            error: page.problem_of("whom").to_owned(),
            choices: choices.collect(),
            ..Radios::default()
        },
        page,
    }
}

/// `POST /sign-in/whom`: a phone that serves several people.
pub(super) async fn choose(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(found) = session.get::<Vec<Found>>(FOUND).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let chosen = found
        .iter()
        .find(|one| one.resident.to_string() == fields.text("whom"));
    match chosen {
        Some(chosen) => {
            session.remove::<Vec<Found>>(FOUND).await?;
            sign_in(&portal, &page, &session, chosen.clone()).await
        }
        None => {
            page.problem("whom", "sign-in-choose-whom");
            invalid(&whom_form(page, &found))
        }
    }
}

async fn sign_in(
    portal: &Portal,
    page: &Page,
    session: &Session,
    found: Found,
) -> Result<Response, Trouble> {
    let entrant = resident_entrant(portal, found.resident, &found.area, &found.name).await?;
    enter(portal, session, entrant.on(&page.device), page.mode).await?;
    onward(session, "/").await
}

/// The living residents whose number is `phone`.
async fn residents_of(portal: &Portal, phone: &str) -> Result<Vec<Found>, Fault> {
    let select = Select::select()
        .columns(["id", "area", "name"])
        .from("resident")
        .and_where(Expr::col("phone").eq(phone))
        .and_where(Expr::col("dead").eq(0))
        .order_by("birth_date", sea_orm::Order::Asc)
        .limit(MOST_OF_ONE_PHONE)
        .take();
    let reader = portal.linli.journal().reader();
    let rows = reader.query_all(&select).await.map_err(store_fault)?;
    let damaged = |what: String| Fault::Damaged(format!("register of residents: {what}"));
    rows.iter()
        .map(|row| {
            let text = |name: &str| row.try_get::<String>("", name).map_err(store_fault);
            Ok(Found {
                resident: text("id")?
                    .parse()
                    .map_err(|e: uuid::Error| damaged(e.to_string()))?,
                area: AreaPath::try_from(text("area")?).map_err(|e| damaged(e.to_string()))?,
                name: text("name")?,
            })
        })
        .collect()
}
