//! The one page of a filing: shown filled in, checked, filed.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases;
use linli_community::catalogue::{Channel, Facts, Paper, Service};
use linli_community::feature::Problem;
use linli_community::residents::{Purpose, Row, Why};
use linli_kernel::ResidentId;

use super::forms::{self, Chosen, Ctx};
use crate::Portal;
use crate::attachments::{self, Tray, Wanted};
use crate::desk::fields::{Field, draw, refill};
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::shell::ui::Markup;
use crate::shell::{Fields, Page, Signed, Trouble, Uploads, html, invalid};

#[derive(Template)]
#[template(path = "intake/templates/form.html")]
struct FilingPage {
    page: Page,
    title: String,
    back: String,
    acting: String,
    action: String,
    hidden: Markup,
    cautions: Vec<String>,
    contact: Vec<Markup>,
    groups: Vec<(String, Vec<Markup>)>,
    rest: Vec<Markup>,
    slots: Markup,
}

/// What both requests need first.
struct Opened {
    row: Row,
    service: Arc<Service>,
    facts: Facts,
    chosen: Chosen,
    /// Scans and photos so far.
    tray: Tray,
}

impl Opened {
    /// The papers that may be scanned or photographed.
    fn papers(&self) -> impl Iterator<Item = &Paper> {
        let papers = self.service.guide.papers.iter();
        papers.filter(|paper| !paper.held.is_held())
    }
}

async fn open(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    resident: ResidentId,
    service: &str,
) -> Result<Opened, Trouble> {
    let linli = &portal.linli;
    let row = linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    let today = linli.clock().today();
    let service = linli.catalogue().service_in(service, &row.area, today);
    let service = service.ok_or(Trouble::NotFound)?;
    let channel = page.query.get("channel").and_then(Channel::from_code);
    let thing = format!("intake:{}", service.id);
    let key = Tray::key(signed.account, &thing, &resident.to_string());
    Ok(Opened {
        tray: Tray::open(portal, key).await?,
        chosen: Chosen {
            resident,
            area: row.area.clone(),
            channel: channel.unwrap_or(Channel::Counter),
            authority: page
                .query
                .get("authority")
                .unwrap_or("spoken-at-counter")
                .to_owned(),
        },
        facts: linli.known_facts(resident).await?,
        row,
        service,
    })
}

/// From the choice to the address of the form.
pub(super) fn go_to(page: &Page, resident: ResidentId, service: &str) -> Result<Response, Trouble> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["channel", "authority"] {
        query.append_pair(name, page.query.get(name).unwrap_or_default());
    }
    let service: String = form_urlencoded::byte_serialize(service.as_bytes()).collect();
    let to = format!("/desk/intake/{resident}/{service}?{}", query.finish());
    Ok(Redirect::to(&to).into_response())
}

/// `GET /desk/intake/{resident}/{service}`: what the register knows is shown, which is a look.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path((resident, service)): Path<(ResidentId, String)>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let opened = open(&portal, &page, &signed, resident, &service).await?;
    let purpose = Purpose {
        why: Why::Help,
        case: None,
        words: opened.service.names.zh.clone(),
    };
    portal
        .linli
        .record_look(&signed.actor, resident, &purpose)
        .await
        .map_err(trouble)?;
    let today = portal.linli.clock().today();
    let hidden = page.command();
    html(&draw_page(page, &opened, today, hidden, None))
}

/// `POST /desk/intake/{resident}/{service}`.
pub(super) async fn file(
    State(portal): State<Portal>,
    Path((resident, service)): Path<(ResidentId, String)>,
    page: Page,
    signed: Signed,
    (sent, uploads): (Fields, Uploads),
) -> Result<Response, Trouble> {
    let mut opened = open(&portal, &page, &signed, resident, &service).await?;
    let today = portal.linli.clock().today();
    let ctx = Ctx {
        page: &page,
        service: &opened.service,
        facts: &opened.facts,
        today,
    };
    let typed = Typed::of(&sent);
    let filing = forms::filing(&ctx, &opened.chosen, typed.clone());
    let papers: Vec<String> = opened.papers().map(|paper| paper.id.clone()).collect();
    let came = (&sent, &uploads);
    let bad = opened.tray.take_in(&portal, &page, resident, came, &papers);
    let bad = bad.await?;
    let refused = match filing {
        Err(mut refusals) => {
            refusals.extend(bad);
            refusals
        }
        Ok(_) if !bad.is_empty() => bad,
        Ok(mut filing) => {
            filing.papers.extend(opened.tray.papers(&papers));
            let call = signed.call(&sent)?;
            match cases::file(&portal.linli, call, &filing).await {
                Ok(receipt) => {
                    opened.tray.forget(&portal).await?;
                    let to = format!("/desk/intake/receipt/{}", receipt.number.as_str());
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(Problem::Refused(refusals)) => refusals,
                Err(problem) => return Err(trouble(problem)),
            }
        }
    };
    let hidden = Markup::hidden("_command", sent.text("_command"));
    let page = page.with_refusals(&refused);
    invalid(&draw_page(page, &opened, today, hidden, Some(&typed)))
}

fn draw_page(
    page: Page,
    opened: &Opened,
    today: jiff::civil::Date,
    hidden: Markup,
    typed: Option<&Typed>,
) -> FilingPage {
    let ctx = Ctx {
        page: &page,
        service: &opened.service,
        facts: &opened.facts,
        today,
    };
    let parts = |mut fields: Vec<Field>| {
        if let Some(typed) = typed {
            refill(&mut fields, typed);
        }
        draw(&page, &fields)
    };
    let tag = page.lang.tag();
    let name = opened.service.names.in_lang(tag);
    FilingPage {
        title: page.t1("intake-form", "service", name),
        back: format!("/desk/intake/{}", opened.chosen.resident),
        acting: page.t1("intake-acting", "name", &opened.row.name),
        action: page.query.here(),
        cautions: opened
            .service
            .cautions
            .iter()
            .map(|one| one.in_lang(tag).to_owned())
            .collect(),
        contact: parts(forms::contact(&ctx)),
        groups: forms::questions(&ctx)
            .into_iter()
            .map(|(name, fields)| (name, parts(fields)))
            .collect(),
        rest: parts(forms::rest(&ctx)),
        slots: slots(&page, opened),
        hidden,
        page,
    }
}

/// The inputs for scans and photos; nothing where no paper is to be brought.
fn slots(page: &Page, opened: &Opened) -> Markup {
    let wanted: Vec<Wanted> = opened
        .papers()
        .map(|paper| Wanted::of(page, paper))
        .collect();
    if wanted.is_empty() {
        return Markup::default();
    }
    attachments::draw(page, &wanted, &opened.tray)
}
