//! Finding the resident, and choosing service, channel and authority.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::cases::command::AUTHORITIES;
use linli_community::residents::{Purpose, Row, Why};
use linli_kernel::ResidentId;

use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, draw, refill};
use crate::desk::forms::FormPage;
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::residents::{caption, search, table};
use crate::shell::ui::{self, Link, Markup, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "intake/templates/find.html")]
struct FindPage {
    page: Page,
    parts: Vec<Markup>,
    table: Table,
    found: Vec<Row>,
    searched: bool,
}

impl FindPage {
    fn new(page: Page, fields: &[Field]) -> Self {
        Self {
            parts: draw(&page, fields),
            table: Table::default(),
            found: Vec::new(),
            searched: false,
            page,
        }
    }
}

fn fields(page: &Page) -> Vec<Field> {
    let purposes = ["apply", "phone", "visit", "paper"];
    let purposes =
        purposes.map(|code| Choice::new(code, page.t(&format!("intake-purpose-{code}"))));
    vec![
        Field::new(
            "text",
            page.t("intake-search"),
            Kind::Line(ui::Kind::Search),
        )
        .hint(page.t("intake-search-hint")),
        Field::new(
            "purpose",
            page.t("intake-purpose"),
            Kind::Radios(purposes.to_vec()),
        )
        .preset("apply"),
    ]
}

/// `GET /desk/intake`.
pub(super) async fn start(page: Page) -> Result<Response, Trouble> {
    let fields = fields(&page);
    html(&FindPage::new(page, &fields))
}

/// `POST /desk/intake`: finds people; each one found is a look.
pub(super) async fn find(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let text = typed.words("text", "desk.search-required");
    let known = ["apply", "phone", "visit", "paper"].map(str::to_owned);
    let purpose = typed.one_of("purpose", &known);
    let mut fields = fields(&page);
    refill(&mut fields, &typed);
    if let Err(refusals) = typed.into_result(Some(())) {
        return invalid(&FindPage::new(page.with_refusals(&refusals), &fields));
    }
    let purpose = Purpose {
        why: if purpose == "visit" {
            Why::Visit
        } else {
            Why::Help
        },
        case: None,
        words: page.t(&format!("intake-purpose-{purpose}")),
    };
    let found = search(&portal, &signed, &text, &purpose).await?;
    let caption = caption(&page, &found);
    let mut shown = FindPage::new(page, &fields);
    shown.table = table(&portal, &shown.page, caption, &found.rows, "/desk/intake/");
    shown.found = found.rows;
    shown.searched = true;
    html(&shown)
}

/// `GET /desk/intake/{resident}`: service, channel and authority; the answer is an address.
pub(super) async fn choose(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let row = portal
        .linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    if let Some(service) = page.query.get("service").map(str::to_owned) {
        return super::filing::go_to(&page, resident, &service);
    }
    let today = portal.linli.clock().today();
    let tag = page.lang.tag();
    let services = portal.linli.catalogue().services_on(today);
    let services = services.filter(|one| one.jurisdiction.contains(&row.area));
    let services = services.map(|one| Choice::new(&one.id, one.names.in_lang(tag)));
    let channels = ["counter", "phone", "visit", "paper"];
    let channels = channels.map(|code| Choice::new(code, page.t(&format!("channel-{code}"))));
    let authorities = AUTHORITIES;
    let authorities =
        authorities.map(|code| Choice::new(code, page.t(&format!("case-authority-{code}"))));
    let fields = [
        Field::new(
            "service",
            page.t("intake-service"),
            Kind::Radios(services.collect()),
        ),
        Field::new(
            "channel",
            page.t("intake-channel"),
            Kind::Radios(channels.to_vec()),
        )
        .preset("counter"),
        Field::new(
            "authority",
            page.t("intake-authority"),
            Kind::Radios(authorities.to_vec()),
        )
        .preset("spoken-at-counter"),
    ];
    let title = page.t("intake-choose");
    let go = page.t("intake-choose-go");
    let acting = page.t1("intake-acting", "name", &row.name);
    let back = Link::new(page.t("intake-find"), "/desk/intake");
    let mut form = FormPage::new(page, title, go, back).fields(&fields);
    form.acting = acting;
    form.method = "get";
    form.hidden = Markup::default();
    form.show()
}
