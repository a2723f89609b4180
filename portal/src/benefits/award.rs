//! One award: what it is, what was paid, why it is this much, what happened, what may be done.
//!
//! The reckoning shows a household's circumstances, so opening the page is a look at the resident's
//! record: it is written down, once a quarter of an hour, and the resident sees it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::benefits::{Award, Event, Fact, Payment, Row as Standings, Standing};
use linli_community::residents::{Purpose, Why, mask};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, AwardId};
use tower_sessions::Session;

use super::{acts, words};
use crate::Portal;
use crate::desk::{looks, rows, trouble};
use crate::policies::told;
use crate::progress::words::post_name;
use crate::shell::ui::{Cell, Column, Link, Markup, Row, SummaryList, Table};
use crate::shell::{Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "benefits/templates/award.html")]
struct AwardPage {
    page: Page,
    title: String,
    summary: SummaryList,
    acts: Vec<Link>,
    cautions: Vec<String>,
    payments: Table,
    why: Vec<Markup>,
    history: Table,
}

/// `GET /desk/benefits/{award}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let id: AwardId = id.parse().map_err(|_no_id| Trouble::NotFound)?;
    let (award, _) = portal
        .linli
        .award(&signed.actor, id)
        .await
        .map_err(trouble)?;
    note_look(&portal, &signed, &session, &award).await?;
    let row = portal.linli.award_row(id).await?;
    let payments = portal.linli.payments_of(id).await?;
    let area = award.area.clone();
    let target = Target {
        area: &area,
        subject: None,
    };
    let works = permits(&signed.actor, Action::BenefitWork, target).is_ok();
    let deducted = row.as_ref().map_or(0, Standings::deducted);
    let settled = row.as_ref().map(Standings::settled).unwrap_or_default();
    let today = portal.linli.clock().today();
    let overpaid = acts::overpaid(&award, &settled, today);
    let owed = award.schedule.outstanding(deducted);
    let last = award.reckoned.iter().rev().find_map(|one| one.tree.clone());
    let title = words::service(&portal, &page, &award.service);
    html(&AwardPage {
        summary: summary(&portal, &page, &award).await?,
        acts: acts::links(&page, &award, works, overpaid, owed),
        cautions: cautions(&page, &award, overpaid, owed),
        payments: payments_table(&page, &payments),
        why: last
            .map(|tree| told::all(&portal.linli, &page, &tree))
            .unwrap_or_default(),
        history: history(&portal, &page, id).await?,
        title,
        page,
    })
}

async fn note_look(
    portal: &Portal,
    signed: &Signed,
    session: &Session,
    award: &Award,
) -> Result<(), Trouble> {
    let about = format!("award/{}", award.id);
    let now = portal.linli.clock().now();
    if looks::why(session, &about, now).await?.is_some() {
        return Ok(());
    }
    let purpose = Purpose {
        why: if award.case.is_some() {
            Why::Case
        } else {
            Why::Check
        },
        case: award.case,
        words: String::new(),
    };
    portal
        .linli
        .record_look(&signed.actor, award.resident, &purpose)
        .await
        .map_err(trouble)?;
    looks::show(session, &about, "award", now).await
}

async fn summary(portal: &Portal, page: &Page, award: &Award) -> Result<SummaryList, Trouble> {
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let name = words::name(portal, Some(award.resident)).await?;
    let tag = Markup::of(&words::standing(page, award.standing()));
    let rates = award.schedule.rates.iter().map(|rate| {
        let from = words::month(page, rate.from);
        let sum = words::rate(page, award, rate.fen);
        page.ta("benefits-rate-from", &[("from", &from), ("sum", &sum)])
    });
    let mut all = vec![
        row("benefits-col-number", rows::spoken(&award.number)),
        row("benefits-col-who", name).action(Link::new(
            page.t("benefits-open-record"),
            format!("/desk/residents/{}", award.resident),
        )),
        row(
            "benefits-col-where",
            rows::area_name(&portal.linli, &award.area),
        ),
        Row::new(page.t("benefits-col-standing"), String::new()).with(tag),
        row("benefits-from", words::month(page, award.schedule.from)),
    ];
    if let Some(until) = award.schedule.until {
        all.push(row("benefits-until", words::month(page, until)));
    }
    if let Some(ground) = &award.ground {
        all.push(row("benefits-ground", words::ground(page, ground)));
    }
    all.push(row("benefits-rates", rates.collect::<Vec<_>>().join("\n")));
    let by = if award.policies.is_empty() {
        "benefits-by-hand"
    } else {
        "benefits-by-policy"
    };
    all.push(row("benefits-basis", page.t(by)));
    all.extend(whereto(page, award));
    Ok(SummaryList { rows: all })
}

/// Where it is paid to, where it comes from, and when it is looked at again.
fn whereto(page: &Page, award: &Award) -> Vec<Row> {
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let payee = if award.account.is_empty() {
        page.t("benefits-no-account")
    } else {
        let (name, account) = (mask::name(&award.payee), mask::account(&award.account));
        format!("{name}\n{account}")
    };
    let mut all = vec![row("benefits-payee", payee)];
    if award.case.is_some() {
        let case = format!("/desk/cases/{}", award.number);
        let link = Link::new(page.t("benefits-open-case"), case);
        all.push(row("benefits-case", rows::spoken(&award.number)).action(link));
    }
    if let Some(review) = award.review {
        let why = page.t(&format!("benefits-review-{}", review.why.code()));
        let day = page.date(review.due);
        let said = page.ta("benefits-next-review", &[("why", &why), ("day", &day)]);
        all.push(row("benefits-review", said));
    } else if let Some(day) = award
        .review_on
        .filter(|_| award.standing() != Standing::Stopped)
    {
        let said = page.t1("benefits-next-look", "day", page.date(day));
        all.push(row("benefits-review", said));
    }
    if let Some(day) = award.heard_on {
        all.push(row("benefits-heard", page.date(day)));
    }
    all
}

fn cautions(page: &Page, award: &Award, overpaid: i64, owed: i64) -> Vec<String> {
    let mut cautions = Vec::new();
    if award.died {
        cautions.push(page.t("benefits-caution-died"));
    }
    if award.standing() == Standing::Running && !award.is_payable() && !award.died {
        cautions.push(page.t("benefits-caution-account"));
    }
    if overpaid > 0 {
        cautions.push(page.t1("benefits-caution-overpaid", "sum", page.money(overpaid)));
    }
    if owed > 0 {
        cautions.push(page.t1("benefits-caution-owed", "sum", page.money(owed)));
    }
    cautions
}

fn payments_table(page: &Page, payments: &[Payment]) -> Table {
    let keys = [
        "benefits-pay-period",
        "benefits-pay-sum",
        "benefits-pay-why",
        "benefits-pay-state",
    ];
    let row = |payment: &Payment| {
        vec![
            Cell::link(
                words::month_text(page, &payment.period),
                format!("/desk/rolls/{}", payment.roll),
            ),
            Cell::text(page.money(payment.fen - payment.deduct)).class("is-num"),
            Cell::text(why(page, payment)),
            Cell::text(state(page, payment)),
        ]
    };
    Table {
        caption: page.t1("benefits-payments-caption", "n", payments.len()),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: payments.iter().map(row).collect(),
        ..Table::default()
    }
}

/// Why a payment is this much: its reason, its months, what was kept back.
pub(super) fn why(page: &Page, payment: &Payment) -> String {
    let mut said = page.t(&format!("rolls-why-{}", payment.why));
    let months = words::months_text(page, payment.months.as_deref());
    if !months.is_empty() {
        said = format!("{said}{}{months}", page.pick("：", ": "));
    }
    if payment.deduct > 0 {
        let kept = page.t1("benefits-kept-back", "sum", page.money(payment.deduct));
        said = format!("{said}{}{kept}", page.pick("；", "; "));
    }
    said
}

/// What became of a payment.
pub(super) fn state(page: &Page, payment: &Payment) -> String {
    if let Some(outcome) = &payment.outcome {
        let reason = payment.reason.as_deref().unwrap_or("other");
        let reason = page.t(&format!("rolls-reason-{reason}"));
        return page.t1(&format!("benefits-paid-{outcome}"), "reason", reason);
    }
    match (payment.stage.as_str(), &payment.paid_on) {
        ("answered", Some(day)) => {
            let day = day.parse().map(|day| page.date(day)).unwrap_or_default();
            page.t1("benefits-paid-done", "day", day)
        }
        ("approved", _) => page.t("benefits-paid-approved"),
        _ => page.t("benefits-paid-sent"),
    }
}

async fn history(portal: &Portal, page: &Page, id: AwardId) -> Result<Table, Trouble> {
    let mut listed = Vec::new();
    for one in portal.linli.award_history(id).await?.iter().rev() {
        let who = match &one.actor.post {
            Some(post) => post_name(page, &portal.linli, post.role, &post.area),
            None => page.t("progress-by-system"),
        };
        listed.push(vec![
            Cell::text(page.when(one.at)),
            Cell::text(what(page, &one.event)),
            Cell::text(who),
        ]);
    }
    let keys = ["benefits-when", "benefits-what", "benefits-who"];
    Ok(Table {
        caption: page.t("benefits-history"),
        columns: keys.iter().map(|key| Column::new(page.t(key))).collect(),
        rows: listed,
        ..Table::default()
    })
}

/// An event in a sentence, with what was said.
fn what(page: &Page, event: &Event) -> String {
    let kind = event.fact.kind();
    let key = format!("benefits-event-{}", kind.trim_start_matches("benefits."));
    let month = |of| words::month(page, of);
    let said = match &event.fact {
        Fact::Opened(fact) => page.t1(&key, "month", month(fact.from)),
        Fact::Rated(fact) => {
            let from = month(fact.from);
            let why = page.t(&format!("benefits-rated-{}", fact.why.code()));
            page.ta(&key, &[("month", &from), ("why", &why)])
        }
        Fact::Suspended(fact) => {
            let (from, why) = (month(fact.from), words::ground(page, &fact.ground));
            page.ta(&key, &[("month", &from), ("why", &why)])
        }
        Fact::Stopped(fact) => {
            let (from, why) = (month(fact.from), words::ground(page, &fact.ground));
            page.ta(&key, &[("month", &from), ("why", &why)])
        }
        Fact::Resumed(fact) if fact.arrears => {
            page.t1("benefits-event-resumed-arrears", "month", month(fact.from))
        }
        Fact::Resumed(fact) => page.t1(&key, "month", month(fact.from)),
        Fact::ReviewOpened(fact) => {
            let why = page.t(&format!("benefits-review-{}", fact.why.code()));
            page.t1(&key, "why", why)
        }
        Fact::Heard(fact) => page.t1(&key, "day", page.date(fact.on)),
        Fact::Claimed(fact) => {
            let sum: i64 = fact.months.iter().map(|(_, fen)| fen).sum();
            page.t1(&key, "sum", page.money(sum))
        }
        Fact::Repaid(fact) => page.t1(&key, "sum", page.money(fact.fen)),
        Fact::PayeeChanged(_) | Fact::Reviewed(_) | Fact::Moved(_) => page.t(&key),
    };
    match event.private.words.as_str() {
        "" => said,
        words => format!("{said}{}{words}", page.pick("：", ": ")),
    }
}
