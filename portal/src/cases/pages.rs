//! The page of one case: summary and tabs on the left, what can be done now on the right.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use linli_community::cases::{CaseView, Fact, Reader, Verb};
use linli_community::catalogue::OutcomeKind;
use linli_kernel::Action;
use linli_kernel::gate::{Scope, scope};
use serde_json::json;
use tower_sessions::Session;

use super::{acts, answers, forms, history, read, summary};
use crate::Portal;
use crate::desk::rows::{self, Names};
use crate::papers;
use crate::policies::told;
use crate::shell::ui::{Link, Markup, Row, SummaryList, Tab, Tabs};
use crate::shell::{Page, Signed, Trouble, html};

/// Something that can be done now.
struct Possible {
    label: String,
    href: String,
    at_once: bool,
}

#[derive(Template)]
#[template(path = "cases/templates/case.html")]
struct CasePage {
    page: Page,
    number: String,
    spoken: String,
    service: String,
    presence: String,
    unverified: String,
    summary: SummaryList,
    clock: Markup,
    reckoning: Vec<Markup>,
    reckoned: String,
    tabs: Tabs,
    content: Markup,
    version: Markup,
    actions: Vec<Possible>,
    letters: Vec<Link>,
    not_now: Vec<String>,
}

/// `GET /desk/cases/{number}`.
pub(super) async fn case(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let names = history::people(&portal, &view).await?;
    let present = presence_text(&portal, &page, &signed, &view.case.number).await?;
    let tab = page.query.get("tab").unwrap_or("papers").to_owned();
    let content = match tab.as_str() {
        "history" => {
            let lines = view.history.iter().rev();
            Markup::of(&history::table(&portal, &page, &view, &names, lines))
        }
        "people" => Markup::of(&people(&portal, &page, &view, &names)),
        "messages" => messages(&portal, &page, &view, &names),
        _ => answers::papers(&portal, &page, &view, &session).await?,
    };
    let (reckoned, reckoning) = reckoned(&portal, &page, &view).await?;
    html(&CasePage {
        reckoned,
        reckoning,
        spoken: rows::spoken(&view.case.number),
        number: view.case.number.clone(),
        service: view.service.names.in_lang(page.lang.tag()).to_owned(),
        presence: present,
        unverified: cautions(&page, &view),
        summary: summary::summary(&portal, &page, &view, &names),
        clock: summary::clock(&page, &view),
        tabs: tabs(&page, &view, &tab),
        content,
        version: page.version(view.version),
        actions: actions(&page, &view),
        letters: letters(&page, &view),
        not_now: not_now(&page, &view),
        page,
    })
}

/// What the policy says: as kept with the decision, or as of today for who is about to decide.
async fn reckoned(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
) -> Result<(String, Vec<Markup>), Trouble> {
    let case = &view.case;
    if view.reader == Reader::Overseer {
        return Ok((String::new(), Vec::new()));
    }
    if let Some(decided) = &case.decided {
        let kept = decided.reckoning.as_deref();
        let shown = kept.map(|kept| told::all(&portal.linli, page, kept));
        return Ok((page.t("told-case-kept"), shown.unwrap_or_default()));
    }
    if !case.phase.is_before_decision() {
        return Ok((String::new(), Vec::new()));
    }
    let today = portal.linli.clock().today();
    let now = portal.linli.reckon_case(case, today).await?;
    let shown = now
        .iter()
        .filter_map(|one| told::answer(&portal.linli, page, &one.told));
    Ok((page.t("told-case-now"), shown.collect()))
}

fn cautions(page: &Page, view: &CaseView) -> String {
    let cautions = view.service.cautions.iter();
    let lines: Vec<&str> = cautions.map(|one| one.in_lang(page.lang.tag())).collect();
    lines.join(" ")
}

fn actions(page: &Page, view: &CaseView) -> Vec<Possible> {
    forms::ACTS
        .iter()
        .filter(|act| view.allows(act.verb))
        .map(|act| Possible {
            label: page.t(&format!("act-{}", forms::key(act.verb))),
            href: format!("{}/{}", read::href(view), forms::key(act.verb)),
            at_once: acts::at_once(act.verb, view),
        })
        .collect()
}

/// What cannot be done now, with why not; what this post may never do is left out.
fn not_now(page: &Page, view: &CaseView) -> Vec<String> {
    let refused = view
        .allowed
        .iter()
        .filter_map(|one| Some((one.verb, one.refusal.as_ref()?)));
    refused
        .filter(|(verb, why)| {
            let known = forms::ACTS.iter().any(|act| act.verb == *verb);
            known && !why.code.starts_with("gate.")
        })
        .map(|(verb, why)| {
            let what = page.t(&format!("act-{}", forms::key(verb)));
            let why = page.refusal(why);
            page.ta("case-not-now-why", &[("what", &what), ("why", &why)])
        })
        .collect()
}

fn letters(page: &Page, view: &CaseView) -> Vec<Link> {
    let href = format!("{}/letter.pdf", read::href(view));
    let mut links = papers::links(page, view, &href);
    // Before acceptance there is no more than the receipt.
    if links.len() > 1 {
        let large = format!("{href}?large=yes");
        links.insert(1, Link::new(page.t("case-large"), large));
    }
    let decides = page
        .signed
        .as_ref()
        .is_some_and(|signed| scope(&signed.actor, Action::CaseDecide) != Scope::Nothing);
    let result = view.case.decided.as_ref().map(|decided| decided.result);
    if decides
        && matches!(
            result,
            Some(OutcomeKind::Certificate | OutcomeKind::Confirm)
        )
    {
        let revoke = format!("{}/revoke-certificate", read::href(view));
        links.push(Link::new(page.t("certificates-revoke"), revoke));
    }
    links
}

fn tabs(page: &Page, view: &CaseView, current: &str) -> Tabs {
    let all = ["papers", "history", "people", "messages"];
    let known = all.contains(&current);
    let tab = |name: &str| Tab {
        link: Link::new(
            page.t(&format!("case-tab-{name}")),
            format!("{}?tab={name}", read::href(view)),
        ),
        current: name == current || (!known && name == "papers"),
    };
    Tabs {
        label: page.t("case-tabs"),
        tabs: all.map(tab).into_iter().collect(),
    }
}

fn people(portal: &Portal, page: &Page, view: &CaseView, names: &Names) -> SummaryList {
    let case = &view.case;
    let name = linli_community::residents::mask::name(&case.name);
    let record = format!("/desk/residents/{}", case.applicant);
    let open = Link::new(page.t("case-open-resident"), record);
    let mut rows = vec![Row::new(page.t("case-people-applicant"), name).action(open)];
    let filed = history::who(portal, page, &case.filed_by, names);
    rows.push(Row::new(page.t("case-people-filed"), filed));
    if let Some(holder) = case.holder {
        let holder = rows::holder_name(page, Some(holder.account), names);
        rows.push(Row::new(page.t("case-people-holder"), holder));
    }
    let mut desks: Vec<String> = Vec::new();
    for line in &view.history {
        if let Some(wait) = &line.wait {
            let desk = rows::owner_name(page, &portal.linli, &wait.owner);
            if desks.last() != Some(&desk) {
                desks.push(desk);
            }
        }
    }
    rows.push(Row::new(page.t("case-people-desks"), desks.join("\n")));
    SummaryList { rows }
}

/// One word between desk and applicant, or among staff.
struct Said {
    when: String,
    who: String,
    reader: String,
    words: String,
}

#[derive(Template)]
#[template(path = "cases/templates/messages.html")]
struct Messages<'a> {
    page: &'a Page,
    said: Vec<Said>,
    href: String,
}

fn messages(portal: &Portal, page: &Page, view: &CaseView, names: &Names) -> Markup {
    let said = view.history.iter().rev().filter_map(|line| {
        let Fact::Said(fact) = &line.fact else {
            return None;
        };
        let reader = if fact.internal {
            "case-messages-internal"
        } else {
            "case-messages-applicant"
        };
        Some(Said {
            when: page.when(line.at),
            who: history::who(portal, page, &line.actor, names),
            reader: page.t(reader),
            words: line.words.clone(),
        })
    });
    let href = if view.allows(Verb::Say) {
        format!("{}/say", read::href(view))
    } else {
        String::new()
    };
    Markup::of(&Messages {
        page,
        said: said.collect(),
        href,
    })
}

async fn presence_text(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    number: &str,
) -> Result<String, Trouble> {
    let others = portal
        .desk
        .present(number, signed.account, &signed.name)
        .await?;
    if others.is_empty() {
        return Ok(String::new());
    }
    let names: Vec<String> = others.into_iter().map(|one| one.name).collect();
    Ok(page.t1("case-presence", "names", names.join(&page.t("list-comma"))))
}

/// `POST /desk/cases/{number}/presence`: who else has it open, for the script.
pub(super) async fn presence(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let text = presence_text(&portal, &page, &signed, &view.case.number).await?;
    Ok(Json(json!({ "text": text })).into_response())
}
