//! 我的待遇: what the reader was granted, each payment and why, and when the next one comes.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use linli_community::benefits::{Award, Month, Row, Standing};

use super::award::{state, why};
use super::words;
use crate::Portal;
use crate::apply::whom::{self, Whom};
use crate::my::pages::tabs;
use crate::policies::told;
use crate::progress::words::trouble;
use crate::shell::ui::{Cell, Column, Markup, Table, Tabs, Tag};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "benefits/templates/mine.html")]
struct Mine {
    page: Page,
    tabs: Tabs,
    awards: Vec<Granted>,
}

struct Granted {
    title: String,
    whom: String,
    tag: Tag,
    rate: String,
    next: String,
    notes: Vec<String>,
    payments: Table,
    why: Vec<Markup>,
}

/// `GET /my/payments`: mine, and those of the ones I act for.
pub(super) async fn show(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mut awards = Vec::new();
    for whom in whom::all(&portal, &signed).await? {
        for row in portal.linli.own_awards(whom.subject).await? {
            if let Some(id) = row.id() {
                awards.push(granted(&portal, &page, &whom, id).await?);
            }
        }
    }
    html(&Mine {
        tabs: tabs(&page, "/my/payments"),
        awards,
        page,
    })
}

async fn granted(
    portal: &Portal,
    page: &Page,
    whom: &Whom,
    id: linli_kernel::AwardId,
) -> Result<Granted, Trouble> {
    let (award, _) = portal.linli.award(&whom.actor, id).await.map_err(trouble)?;
    let row = portal.linli.award_row(id).await?;
    let payments = portal.linli.payments_of(id).await?;
    let last = row.as_ref().and_then(Row::last_period);
    let today = Month::of(portal.linli.clock().today());
    let keys = [
        "benefits-pay-period",
        "benefits-pay-sum",
        "benefits-pay-why",
        "benefits-pay-state",
    ];
    let acting = whom.actor.mandate.is_some();
    let tree = award.reckoned.iter().rev().find_map(|one| one.tree.clone());
    let paying = payments.iter().map(|payment| {
        vec![
            Cell::text(words::month_text(page, &payment.period)),
            Cell::text(page.money(payment.fen - payment.deduct)).class("is-num"),
            Cell::text(why(page, payment)),
            Cell::text(state(page, payment)),
        ]
    });
    Ok(Granted {
        title: words::service(portal, page, &award.service),
        whom: if acting {
            whom.name.clone()
        } else {
            String::new()
        },
        tag: words::standing(page, award.standing()),
        rate: words::rate(
            page,
            &award,
            award.schedule.rate(today.max(award.schedule.from)),
        ),
        next: next(portal, page, &award, last, today),
        notes: notes(page, &award),
        payments: Table {
            caption: page.t1("benefits-payments-caption", "n", payments.len()),
            columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
            rows: paying.collect(),
            ..Table::default()
        },
        why: tree
            .map(|tree| told::all(&portal.linli, page, &tree))
            .unwrap_or_default(),
    })
}

/// When the next payment comes, as far as it is published.
fn next(portal: &Portal, page: &Page, award: &Award, last: Option<Month>, today: Month) -> String {
    if award.standing() != Standing::Running {
        return String::new();
    }
    let after = last.map_or(today, |last| today.max(last.plus(1)));
    let Some(month) = award.schedule.next_payment(after) else {
        return page.t("mine-no-next");
    };
    let service = portal
        .linli
        .catalogue()
        .service(&award.service, portal.linli.clock().today());
    let day = service.and_then(|service| {
        let mut results = service.decision.results.iter();
        results.find_map(|one| one.pays.as_ref()?.day)
    });
    let first = month.first_day();
    match day.and_then(|day| jiff::civil::Date::new(first.year(), first.month(), day).ok()) {
        Some(day) => page.t1("mine-next-day", "day", page.date(day)),
        None => page.t1("mine-next-month", "month", words::month(page, month)),
    }
}

fn notes(page: &Page, award: &Award) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(ground) = &award.ground {
        notes.push(page.t1("mine-ground", "why", words::ground(page, ground)));
    }
    if award.account.is_empty() {
        notes.push(page.t("mine-no-account"));
    }
    if award.review.is_some() {
        notes.push(page.t("mine-review"));
    }
    notes
}
