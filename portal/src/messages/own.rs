//! My messages, the newest first; opening the page is reading them. And how I want to be told.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::queries;
use linli_community::messages::{Channel, Matter, Row};
use linli_community::{Call, Problem};
use tower_sessions::Session;

use super::frame;
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::my::pages::tabs;
use crate::progress::words::{tell, trouble};
use crate::shell::ui::{Choice, Input, Markup, Radios, Tabs};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

struct Line {
    title: String,
    body: String,
    when: String,
    how: String,
    unread: bool,
    href: String,
    /// What the link says.
    leads: String,
}

#[derive(Template)]
#[template(path = "messages/templates/own.html")]
struct Own {
    page: Page,
    tabs: Tabs,
    lines: Vec<Line>,
    channel: Markup,
    address: Markup,
}

/// `GET /my/messages`
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    html(&view(&portal, page, &me, None).await?)
}

/// `typed` is what was chosen and typed, where something is wrong with it.
async fn view(
    portal: &Portal,
    page: Page,
    me: &Whom,
    typed: Option<(Option<Channel>, &str)>,
) -> Result<Own, Trouble> {
    let rows = portal.linli.own_messages(me.subject).await?;
    let mine = queries::my_cases(&portal.linli, &me.actor).await;
    let mine = mine.map_err(trouble)?;
    let mut lines = Vec::new();
    for row in &rows {
        lines.extend(line(portal, &page, &mine, row).await?);
    }
    // Somebody who acts for another reads only their own.
    portal
        .linli
        .read_messages(&me.actor, &rows)
        .await
        .map_err(trouble)?;
    let choice = portal.linli.message_choice(me.subject).await?;
    Ok(Own {
        tabs: tabs(&page, "/my/messages"),
        channel: Markup::of(&channels(
            &page,
            typed.map_or(choice.channel, |(one, _)| one),
        )),
        address: Markup::of(&address(
            &page,
            typed.map_or(choice.address.as_deref(), |(_, typed)| Some(typed)),
        )),
        lines,
        page,
    })
}

async fn line(
    portal: &Portal,
    page: &Page,
    mine: &[queries::Row],
    row: &Row,
) -> Result<Option<Line>, Trouble> {
    let worded = portal.linli.message_words(row, &frame(page)).await;
    let Some((worded, _)) = worded.map_err(trouble)? else {
        return Ok(None);
    };
    let (href, leads) = leads_to(mine, row);
    let how = format!(
        "messages-how-{}-{}",
        row.channel,
        row.standing.replace('_', "-")
    );
    Ok(Some(Line {
        title: worded.title,
        body: worded.body,
        when: page.when(row.made_at()),
        how: page.t(&how),
        unread: row.read_at.is_none(),
        leads: page.t(leads),
        href,
    }))
}

/// Where more is to be read, and what the link there says.
fn leads_to(mine: &[queries::Row], row: &Row) -> (String, &'static str) {
    match row.about() {
        Some(Matter::Case(id)) => {
            let case = mine.iter().find(|case| case.id == id);
            let href = case.map(|case| format!("/cases/{}", case.number));
            (href.unwrap_or_default(), "messages-case")
        }
        Some(Matter::Award(_) | Matter::Payment { .. }) => {
            ("/my/payments".to_owned(), "messages-benefits")
        }
        Some(Matter::Offer { .. }) => ("/my/offers".to_owned(), "messages-offers"),
        None => (String::new(), "messages-case"),
    }
}

fn channels(page: &Page, chosen: Option<Channel>) -> Radios {
    let choices = Channel::ALL.map(|channel| {
        let code = channel.code();
        let chosen = chosen.map(Channel::code).unwrap_or_default();
        Choice::new(code, page.t(&format!("messages-channel-{code}")))
            .hinting(page.t(&format!("messages-channel-{code}-hint")))
            .chosen_if(chosen)
    });
    Radios {
        name: "channel".to_owned(),
        legend: page.t("messages-channel"),
        hint: page.t("messages-channel-hint"),
        error: page.problem_of("channel").to_owned(),
        choices: choices.into_iter().collect(),
        ..Radios::default()
    }
}

fn address(page: &Page, value: Option<&str>) -> Input {
    Input {
        name: "address".to_owned(),
        label: page.t("messages-address"),
        hint: page.t("messages-address-hint"),
        value: value.unwrap_or_default().to_owned(),
        error: page.problem_of("address").to_owned(),
        autocomplete: "email",
        width: 30,
        ..Input::default()
    }
}

/// `POST /my/messages/channel`
pub(super) async fn choose(
    State(portal): State<Portal>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let me = whom::find(&portal, &signed, None).await?;
    let command = fields.command().ok_or(Trouble::Unreadable("command"))?;
    let typed = fields.text("address").to_owned();
    let Some(channel) = Channel::from_code(fields.text("channel")) else {
        page.problem("channel", "messages-channel-required");
        return invalid(&view(&portal, page, &me, Some((None, &typed))).await?);
    };
    let call = Call {
        command,
        actor: &me.actor,
        expected: None,
    };
    let wish = (channel, typed.as_str());
    let chosen = portal.linli.choose_channel(call, me.subject, wish).await;
    match chosen {
        Ok(()) => {}
        Err(Problem::Refused(refusals)) if refusals.iter().all(|no| no.field.is_some()) => {
            let page = page.with_refusals(&refusals);
            let typed = Some((Some(channel), typed.as_str()));
            return invalid(&view(&portal, page, &me, typed).await?);
        }
        Err(problem) => return Err(trouble(problem)),
    }
    tell(&session, "messages-channel-done", &[]).await?;
    Ok(Redirect::to("/my/messages").into_response())
}
