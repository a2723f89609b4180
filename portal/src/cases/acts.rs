//! The form of one act on a case: shown, view, done; refused beside its fields; in conflict with a
//! colleague shown side by side, with nothing typed lost.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use linli_community::cases::command::Verb;
use linli_community::cases::{self};
use linli_community::catalogue::{OutcomeKind, Service, Shown};
use linli_community::feature::{Call, Problem};
use linli_community::residents::mask;
use linli_kernel::Refusal;
use linli_units::Fen;
use tower_sessions::Session;

use super::forms::{self, Act, Ctx};
use super::{commands, history, read, summary};
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, rows, trouble};
use crate::shell::ui::{Link, Markup, Row, SummaryList};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};
use linli_community::cases::CaseView;

/// `GET /desk/cases/{number}/<act>`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let act = forms::at(page.query.path()).ok_or(Trouble::NotFound)?;
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let service = std::sync::Arc::clone(&view.service);
    if act.verb == Verb::Decide && page.query.get("outcome").is_none() {
        return html(&chooser(page, &view, &service));
    }
    let hidden = page.command().then(&page.version(view.version));
    let areas = areas(&portal, act.verb);
    let ctx = ctx(&portal, &page, &view, &service, &areas);
    let fields = forms::fields(act.verb, &ctx);
    shown(
        &portal,
        &page,
        act,
        &view,
        &service,
        &fields,
        hidden,
        &Typed::default(),
    )
}

/// `POST /desk/cases/{number}/<act>`.
pub(super) async fn act(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let act = forms::at(page.query.path()).ok_or(Trouble::NotFound)?;
    let view = read::case(&portal.linli, &signed.actor, &number).await?;
    let service = std::sync::Arc::clone(&view.service);
    let areas = areas(&portal, act.verb);
    let typed = Typed::of(&sent);
    let ctx_page = page.clone();
    let ctx = ctx(&portal, &ctx_page, &view, &service, &areas);
    let command = match commands::command(act.verb, typed.clone(), &ctx) {
        Ok(command) => command,
        Err(refusals) => return again(&portal, page, act, &view, &service, &ctx, &sent, &refusals),
    };
    if act.verb == Verb::PostNotice && sent.text("_seen") != "yes" {
        return again(&portal, page, act, &view, &service, &ctx, &sent, &[]);
    }
    let call = Call {
        command: sent.command().ok_or(Trouble::Unreadable("command"))?,
        actor: &signed.actor,
        expected: sent.version(),
    };
    match cases::act(&portal.linli, call, view.case.id, &command).await {
        Ok(done) => {
            let what = page.t(&format!("act-{}", forms::key(act.verb)));
            let key = if done.seqs.is_some() {
                "case-done"
            } else {
                "case-repeated"
            };
            looks::flash(&session, key, &[("what", &what)]).await?;
            Ok(Redirect::to(&read::href(&view)).into_response())
        }
        Err(Problem::Refused(refusals)) => {
            again(&portal, page, act, &view, &service, &ctx, &sent, &refusals)
        }
        Err(Problem::Conflict { expected, .. }) => {
            let view = read::case(&portal.linli, &signed.actor, &number).await?;
            conflict(&portal, page, act, &view, &sent, expected).await
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn ctx<'a>(
    portal: &Portal,
    page: &'a Page,
    view: &'a CaseView,
    service: &'a Service,
    areas: &'a [Choice],
) -> Ctx<'a> {
    Ctx {
        page,
        service,
        state: &view.case,
        today: portal.linli.clock().today(),
        areas,
        outcome: page.query.get("outcome").map(str::to_owned),
    }
}

/// Where a case may be transferred to: every committee and street of the district.
fn areas(portal: &Portal, verb: Verb) -> Vec<Choice> {
    if verb != Verb::Transfer {
        return Vec::new();
    }
    let tree = portal.linli.areas();
    tree.living()
        .filter(|area| area.path().depth() > 1)
        .map(|area| Choice::new(area.path().as_str(), tree.full_name(area.path())))
        .collect()
}

/// The form as it was sent, with its problems or (for a notice) the preview.
#[expect(
    clippy::too_many_arguments,
    reason = "everything the form was made from"
)]
fn again(
    portal: &Portal,
    page: Page,
    act: &Act,
    view: &CaseView,
    service: &Service,
    ctx: &Ctx<'_>,
    sent: &Fields,
    refusals: &[Refusal],
) -> Result<Response, Trouble> {
    let typed = Typed::of(sent);
    let mut fields = forms::fields(act.verb, ctx);
    refill(&mut fields, &typed);
    let page = page.with_refusals(&placed(refusals, &fields));
    let mut hidden = Markup::hidden("_command", sent.text("_command"));
    hidden = hidden.then(&Markup::hidden("_version", sent.text("_version")));
    if act.verb == Verb::PostNotice && refusals.is_empty() {
        hidden = hidden.then(&Markup::hidden("_seen", "yes"));
    }
    shown(portal, &page, act, view, service, &fields, hidden, &typed)
}

/// Refusals about fields that the form does not have stand for the whole form.
fn placed(refusals: &[Refusal], fields: &[Field]) -> Vec<Refusal> {
    refusals
        .iter()
        .cloned()
        .map(|mut refusal| {
            let there = |name: &String| fields.iter().any(|field| field.name == *name);
            refusal.field = refusal.field.filter(there);
            refusal
        })
        .collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "everything the form is made from"
)]
fn shown(
    portal: &Portal,
    page: &Page,
    act: &Act,
    view: &CaseView,
    service: &Service,
    fields: &[Field],
    hidden: Markup,
    typed: &Typed,
) -> Result<Response, Trouble> {
    let key = forms::key(act.verb);
    let title = page.t(&format!("act-{key}"));
    let heading = format!(
        "{title}: {}",
        page.t1("cases-case", "number", &view.case.number)
    );
    let back = Link::new(
        page.t1("cases-case", "number", &view.case.number),
        read::href(view),
    );
    let lead = lead(page, &key, service);
    let mut form = FormPage::new(page.clone(), heading, title, back)
        .fields(fields)
        .lead(lead);
    form.hidden = hidden;
    form.danger = matches!(act.verb, Verb::RefuseIntake | Verb::Withdraw);
    if act.verb == Verb::PostNotice {
        form.above = preview(portal, page, view, service, typed);
    }
    if act.verb == Verb::Decide {
        form.above = chosen(page, view, service);
        form.below = appeals(page, service);
    }
    form.show()
}

fn lead(page: &Page, key: &str, service: &Service) -> String {
    let days = service
        .notice
        .term
        .as_ref()
        .map_or(0, |term| term.days)
        .to_string();
    page.ta(&format!("act-{key}-lead"), &[("days", &days)])
}

/// The first page of a decision: which result.
fn chooser(page: Page, view: &CaseView, service: &Service) -> FormPage {
    let results = service.decision.results.iter();
    let choices = results.map(|one| Choice::new(&one.code, one.names.in_lang(page.lang.tag())));
    let field = Field::new(
        "outcome",
        page.t("act-decide-choose"),
        Kind::Radios(choices.collect()),
    );
    let back = Link::new(
        page.t1("cases-case", "number", &view.case.number),
        read::href(view),
    );
    let title = page.t("act-decide");
    let heading = format!(
        "{title}: {}",
        page.t1("cases-case", "number", &view.case.number)
    );
    let lead = page.t("act-decide-lead");
    let go = page.t("continue");
    let mut form = FormPage::new(page, heading, go, back)
        .fields(&[field])
        .lead(lead);
    form.method = "get";
    form.hidden = Markup::default();
    form
}

/// What was chosen, with the published rates to go by.
fn chosen(page: &Page, view: &CaseView, service: &Service) -> Markup {
    let Some(outcome) = page
        .query
        .get("outcome")
        .and_then(|code| service.outcome(code))
    else {
        return Markup::default();
    };
    let tag = page.lang.tag();
    let change = Link::new(
        page.t("act-decide-change"),
        format!("{}/decide", read::href(view)),
    );
    let mut rows =
        vec![Row::new(page.t("act-decide-outcome"), outcome.names.in_lang(tag)).action(change)];
    if let Some(pays) = outcome
        .pays
        .as_ref()
        .filter(|_| outcome.kind == OutcomeKind::Grant)
    {
        let rates = pays.rates.iter().map(|rate| {
            let mut line = format!("{} {}", rate.names.in_lang(tag), Fen(rate.amount_fen));
            if rate.basis.unverified {
                line.push_str(&page.t("cases-unverified"));
            }
            line
        });
        let rates: Vec<String> = rates.collect();
        if !rates.is_empty() {
            rows.push(Row::new(page.t("act-decide-rates"), rates.join("\n")));
        }
    }
    Markup::of(&SummaryList { rows })
}

/// The ways of appeal that the letter will name.
fn appeals(page: &Page, service: &Service) -> Markup {
    let tag = page.lang.tag();
    let ways = service.appeals.iter();
    let lines: Vec<String> = ways
        .map(|way| format!("{}: {}", way.names.in_lang(tag), way.to.in_lang(tag)))
        .collect();
    if lines.is_empty() {
        return Markup::default();
    }
    let row = Row::new(page.t("act-decide-appeal"), lines.join("\n"));
    Markup::of(&SummaryList { rows: vec![row] })
}

/// Everything the notice will show, and nothing else.
fn preview(
    portal: &Portal,
    page: &Page,
    view: &CaseView,
    service: &Service,
    typed: &Typed,
) -> Markup {
    let tag = page.lang.tag();
    let case = &view.case;
    let street =
        linli_community::cases::rules::area_on(linli_community::cases::Level::Street, &case.area);
    let rows = service.notice.shows.iter().map(|shown| {
        let value = match shown {
            Shown::MaskedName => mask::name(&case.name),
            Shown::Street => rows::area_name(&portal.linli, &street),
            Shown::Committee => rows::area_name(&portal.linli, &case.area),
            Shown::HouseholdSize => typed.get("people").to_owned(),
            Shown::Service => service.names.in_lang(tag).to_owned(),
            Shown::Proposal => service
                .outcome(typed.get("outcome"))
                .map_or_else(String::new, |one| one.names.in_lang(tag).to_owned()),
            Shown::Amount => forms::shown_amount(typed).unwrap_or_default(),
        };
        let key = serde_json::to_value(shown).ok();
        let key = key
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        Row::new(page.t(&format!("guide-shown-{key}")), value)
    });
    let title = page.t("act-post-notice-preview");
    let list = Markup::of(&SummaryList {
        rows: rows.collect(),
    });
    Markup::of(&crate::shell::ui::Details {
        summary: title,
        content: list,
        open: true,
    })
}

#[derive(Template)]
#[template(path = "cases/templates/conflict.html")]
struct ConflictPage {
    page: Page,
    back: String,
    theirs: SummaryList,
    since: Markup,
    yours: SummaryList,
    action: String,
    hidden: Markup,
}

/// 409: how the case stands now and what has happened since, beside what was about to be done.
async fn conflict(
    portal: &Portal,
    page: Page,
    act: &Act,
    view: &CaseView,
    sent: &Fields,
    expected: u64,
) -> Result<Response, Trouble> {
    let names = history::people(portal, view).await?;
    let since = history::table(portal, &page, view, &names, view.since(expected));
    let what = page.t(&format!("act-{}", forms::key(act.verb)));
    let mut yours = vec![Row::new(page.t("case-conflict-act"), what)];
    let typed = Typed::of(sent);
    let service = std::sync::Arc::clone(&view.service);
    let areas = areas(portal, act.verb);
    let context = ctx(portal, &page, view, &service, &areas);
    for field in forms::fields(act.verb, &context) {
        let value = typed
            .all(&field.name)
            .into_iter()
            .map(|one| field.words_of(&one));
        let value: Vec<String> = value.collect();
        let value = value.join("\n");
        yours.push(Row::new(field.label, value));
    }
    let mut hidden = Markup::hidden("_version", &view.version.to_string());
    for (name, value) in sent.again().filter(|(name, _)| *name != "_version") {
        hidden = hidden.then(&Markup::hidden(name, value));
    }
    let shown = ConflictPage {
        back: read::href(view),
        theirs: summary::summary(portal, &page, view, &names),
        since: Markup::of(&since),
        yours: SummaryList { rows: yours },
        action: page.query.here(),
        hidden,
        page,
    };
    let mut response = invalid(&shown)?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// What a command that needs no form is: for the buttons on the case page.
pub(super) fn at_once(verb: Verb, view: &CaseView) -> bool {
    matches!(verb, Verb::Accept | Verb::PutBack | Verb::EndNotice)
        || verb == Verb::Take && view.case.holder.is_none()
}
