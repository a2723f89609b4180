//! The summary of a case: who, what, with whom, by when; and how its deadline is reckoned.

use askama::Template;
use linli_community::cases::{CaseView, Phase, Reader};
use linli_community::residents::mask;
use linli_units::Fen;
use linli_units::reckoning::Step;

use crate::Portal;
use crate::desk::rows::{self, Names};
use crate::shell::Page;
use crate::shell::ui::{Details, Markup, Row, SummaryList};

/// The summary; names and numbers are masked.
pub(crate) fn summary(portal: &Portal, page: &Page, view: &CaseView, names: &Names) -> SummaryList {
    let case = &view.case;
    let linli = &portal.linli;
    let row = |key: &str, value: String| Row::new(page.t(key), value);
    let tag = Markup::of(&rows::phase_tag(page, case.phase));
    let mut rows = vec![
        row("case-phase", String::new()).with(tag),
        row("case-applicant", gone(page, mask::name(&case.name))),
        row("case-phone", mask::phone(&case.phone)),
        row("case-area", rows::area_name(linli, &case.area)),
        row(
            "case-channel",
            page.t(&format!("channel-{}", case.channel.code())),
        ),
        row("case-received", page.date(case.received_on)),
    ];
    if let Some(authority) = &case.authority {
        rows.push(row(
            "case-authority",
            page.t(&format!("case-authority-{authority}")),
        ));
    }
    if let Some(wait) = &case.wait {
        rows.push(row("case-with", rows::owner_name(page, linli, &wait.owner)));
        rows.push(row("case-next", rows::next_name(page, wait.next.code())));
        rows.push(row(
            "case-by",
            rows::due_shown(page, linli, Some(wait.due)).text,
        ));
        if wait.result_by.is_some() {
            let promised = rows::due_shown(page, linli, wait.result_by);
            rows.push(row("case-promised", promised.text));
        }
        let holder = case.holder.map(|holder| holder.account);
        rows.push(row("case-holder", rows::holder_name(page, holder, names)));
    }
    if let Some(decided) = &case.decided {
        let outcome = view.service.outcome(&decided.outcome);
        let name = outcome.map(|one| one.names.in_lang(page.lang.tag()).to_owned());
        rows.push(row("case-result", name.unwrap_or_default()));
        if let Some(fen) = decided.amount_fen {
            rows.push(row("case-amount", Fen(fen).to_string()));
        }
    }
    if let Some(both) = two_persons(page, view) {
        rows.push(row("case-two-persons", both));
    }
    if let Some(flag) = &case.flag {
        rows.push(row("case-flag", page.t(&format!("case-flag-{flag}"))));
    }
    SummaryList { rows }
}

/// 审核与决定分离, for who oversees: whether one person did both, and whether the service lets them.
fn two_persons(page: &Page, view: &CaseView) -> Option<String> {
    let case = &view.case;
    if view.reader != Reader::Overseer {
        return None;
    }
    let (_, reviewer) = case.review.as_ref()?;
    let key = match &case.decided {
        None if view.rules.two_persons.is_some() => "case-two-persons-must",
        None => return None,
        Some(decided) if decided.by != *reviewer => "case-two-persons-apart",
        Some(_) => "case-two-persons-same",
    };
    Some(page.t(key))
}

fn gone(page: &Page, masked: String) -> String {
    if masked.is_empty() {
        page.t("case-gone")
    } else {
        masked
    }
}

#[derive(Template)]
#[template(path = "cases/templates/clock.html")]
struct Clock {
    lead: String,
    lines: Vec<String>,
}

/// 期限怎么算的, to open: the lines of the reckoning.
pub(crate) fn clock(page: &Page, view: &CaseView) -> Markup {
    let article = &view.rules.total_article;
    let clock = match &view.reckoning {
        _ if view.case.phase == Phase::Submitted => Clock {
            lead: page.t("case-clock-none"),
            lines: Vec::new(),
        },
        None => Clock {
            lead: page.t("case-clock-none"),
            lines: Vec::new(),
        },
        Some(Err(missing)) => Clock {
            lead: page.t1("cases-no-calendar", "year", missing.year),
            lines: Vec::new(),
        },
        Some(Ok(reckoning)) => Clock {
            lead: page.t1("case-clock-lead", "article", article),
            lines: reckoning
                .steps
                .iter()
                .map(|step| line(page, step))
                .collect(),
        },
    };
    Markup::of(&Details {
        summary: page.t("case-clock"),
        content: Markup::of(&clock),
        open: false,
    })
}

fn line(page: &Page, step: &Step) -> String {
    let day = |date: &jiff::civil::Date| page.date(*date);
    match step {
        Step::Began { date } => page.t1("case-step-began", "date", day(date)),
        Step::Counted {
            from,
            to,
            days,
            total,
        } => {
            let (from, to) = (day(from), day(to));
            let (days, total) = (days.to_string(), total.to_string());
            let facts = [
                ("from", from.as_str()),
                ("to", &to),
                ("days", &days),
                ("total", &total),
            ];
            page.ta("case-step-counted", &facts)
        }
        Step::Rested { from, to, holiday } => {
            let (from, to) = (day(from), day(to));
            let why = holiday
                .clone()
                .unwrap_or_else(|| page.t("case-step-weekend"));
            page.ta(
                "case-step-rested",
                &[("from", &from), ("to", &to), ("why", &why)],
            )
        }
        Step::Paused { from, to: Some(to) } => {
            let (from, to) = (day(from), day(to));
            page.ta("case-step-paused", &[("from", &from), ("to", &to)])
        }
        Step::Paused { from, to: None } => page.t1("case-step-paused-still", "from", day(from)),
        Step::Extended { on, days, allowed } => {
            let (on, days, allowed) = (day(on), days.to_string(), allowed.to_string());
            page.ta(
                "case-step-extended",
                &[("on", &on), ("days", &days), ("allowed", &allowed)],
            )
        }
        Step::Rolled { from, to } => {
            let (from, to) = (day(from), day(to));
            page.ta("case-step-rolled", &[("from", &from), ("to", &to)])
        }
        Step::Ends { date } => page.t1("case-step-ends", "date", day(date)),
    }
}
