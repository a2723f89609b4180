//! A case in the reader's words: where it stands now, the reckoning of its clock, what happened,
//! the decision with its reasons.

use askama::Template;
use jiff::civil::Date;
use linli_community::Linli;
use linli_community::cases::clock::Due;
use linli_community::cases::command::Verb;
use linli_community::cases::events::Fact;
use linli_community::cases::state::{Decided, State};
use linli_community::cases::view::{CaseView, Happening};
use linli_community::cases::{Owner, Phase};
use linli_community::catalogue::{Channel, Every, Ground, OutcomeKind, Service, Text, show};
use linli_kernel::{Actor, ResidentId};
use linli_units::{Fen, Reckoning, Step as Reckoned};

use super::words;
use crate::attachments;
use crate::catalogue::views::{AppealLine, appeals, say};
use crate::policies::told;
use crate::shell::Page;
use crate::shell::ui::{Details, Link, Markup, Progress, Row, Step, SummaryList, Tag, Tone};

#[derive(Template)]
#[template(path = "progress/templates/now.html")]
struct Now {
    class: &'static str,
    tag: Tag,
    facts: SummaryList,
}

/// 现在: the phase, who has it, what is next and by when, the promised date with what is left; the
/// reasons of a refusal at intake only where `personal` matters may be shown.
pub(crate) fn now(page: &Page, linli: &Linli, view: &CaseView, personal: bool) -> Markup {
    let case = &view.case;
    let mut rows = Vec::new();
    if let Some(wait) = &case.wait {
        rows.push(Row::new(
            page.t("progress-who"),
            words::owner_name(page, linli, &wait.owner),
        ));
        let next = words::next_text(page, wait.next.code());
        let by = words::due_text(page, linli, wait.due);
        rows.push(Row::new(page.t("progress-next"), format!("{next}\n{by}")));
        if let Some(due) = wait.result_by {
            rows.push(Row::new(
                page.t("progress-promise"),
                words::due_text(page, linli, due),
            ));
        }
    }
    if let Some((ground, words)) = case.intake_refusal.as_ref().filter(|_| personal) {
        rows.extend(ground_rows(
            page,
            &view.service,
            &view.service.intake.grounds,
            ground,
        ));
        rows.push(Row::new(page.t("progress-why"), words.as_str()));
    }
    Markup::of(&Now {
        class: words::card_class(case.phase),
        tag: words::tag(page, case.phase),
        facts: SummaryList { rows },
    })
}

/// The clause a refusal rests on, and what it says.
fn ground_rows(page: &Page, service: &Service, grounds: &[Ground], code: &str) -> Vec<Row> {
    let Some(ground) = grounds.iter().find(|ground| ground.code == code) else {
        return Vec::new();
    };
    let clause = say(page, &service.clause(&ground.basis));
    let mut row = Row::new(page.t("progress-clause"), say(page, &ground.text));
    if !clause.is_empty() {
        row = row.from(page.ta("progress-article", &[("text", &clause)]));
    }
    vec![row]
}

#[derive(Template)]
#[template(path = "progress/templates/clock.html")]
struct Clock {
    lines: Vec<String>,
    basis: String,
}

/// 时限怎么算的: the reckoning line by line, to open.
pub(crate) fn clock(page: &Page, view: &CaseView) -> Markup {
    let lines = match &view.reckoning {
        Some(Ok(reckoning)) => lines(page, reckoning),
        Some(Err(missing)) => vec![page.t1("progress-due-unknown", "year", missing.year)],
        None => return Markup::default(),
    };
    let term = &view.service.clock.total;
    let basis = say(page, &term.basis.text(&view.service.sources));
    let basis = if basis.is_empty() {
        say(page, &term.text())
    } else {
        let text = format!(
            "{}{}{basis}",
            say(page, &term.text()),
            page.pick("，", ", ")
        );
        page.ta("progress-article", &[("text", &text)])
    };
    Markup::of(&Details {
        summary: page.t("progress-clock"),
        content: Markup::of(&Clock { lines, basis }),
        open: false,
    })
}

fn lines(page: &Page, reckoning: &Reckoning) -> Vec<String> {
    reckoning
        .steps
        .iter()
        .map(|step| line(page, step))
        .collect()
}

fn line(page: &Page, step: &Reckoned) -> String {
    let day = |date: Date| page.date(date);
    match step {
        Reckoned::Began { date } => page.ta("progress-step-began", &[("day", &day(*date))]),
        Reckoned::Counted {
            from,
            to,
            days,
            total,
        } => {
            let key = one_or("progress-step-counted", from == to);
            let (days, total) = (days.to_string(), total.to_string());
            span(
                page,
                &key,
                *from,
                *to,
                &[("days", &days), ("total", &total)],
            )
        }
        Reckoned::Rested { from, to, holiday } => match holiday {
            Some(name) => span(
                page,
                &one_or("progress-step-holiday", from == to),
                *from,
                *to,
                &[("name", name)],
            ),
            None => span(
                page,
                &one_or("progress-step-rested", from == to),
                *from,
                *to,
                &[],
            ),
        },
        Reckoned::Paused { from, to: Some(to) } => {
            span(page, "progress-step-paused", *from, *to, &[])
        }
        Reckoned::Paused { from, to: None } => {
            page.ta("progress-step-paused-open", &[("from", &day(*from))])
        }
        Reckoned::Extended { on, days, allowed } => {
            let (days, allowed) = (days.to_string(), allowed.to_string());
            page.ta(
                "progress-step-extended",
                &[("on", &day(*on)), ("days", &days), ("allowed", &allowed)],
            )
        }
        Reckoned::Rolled { from, to } => span(page, "progress-step-rolled", *from, *to, &[]),
        Reckoned::Ends { date } => page.ta("progress-step-ends", &[("day", &day(*date))]),
    }
}

fn one_or(key: &str, one: bool) -> String {
    if one {
        format!("{key}-one")
    } else {
        key.to_owned()
    }
}

fn span(page: &Page, key: &str, from: Date, to: Date, more: &[(&str, &str)]) -> String {
    let (from, to) = (page.date(from), page.date(to));
    let mut facts = vec![("from", from.as_str()), ("to", to.as_str())];
    facts.extend_from_slice(more);
    page.ta(key, &facts)
}

/// What happened, the newest first. Without `personal` no words, amounts and results are shown.
pub(crate) fn timeline(page: &Page, linli: &Linli, view: &CaseView, personal: bool) -> Progress {
    let steps = view
        .progress()
        .filter(|one| personal || !matches!(one.fact, Fact::Said(_) | Fact::Rated(_)))
        .map(|one| step(page, linli, view, one, personal));
    Progress {
        label: page.t("progress-timeline"),
        steps: steps.collect(),
    }
}

fn step(page: &Page, linli: &Linli, view: &CaseView, one: &Happening, personal: bool) -> Step {
    let what = if personal {
        what(page, linli, &one.fact)
    } else {
        public_what(page, linli, &one.fact)
    };
    let promised = one
        .wait
        .as_ref()
        .and_then(|wait| wait.result_by)
        .and_then(Due::date);
    let moved = promised.filter(|_| moves_promise(&one.fact));
    let mut text = if personal {
        one.words.clone()
    } else {
        String::new()
    };
    if let Some(day) = moved {
        if !text.is_empty() {
            text.push_str(page.pick("；", "; "));
        }
        text.push_str(&page.t1("progress-event-promise", "day", page.date(day)));
    }
    Step {
        what,
        when: page.when(one.at),
        who: actor_name(page, linli, view, &one.actor),
        text,
        tone: step_tone(&one.fact),
        link: None,
    }
}

fn moves_promise(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Accepted(_)
            | Fact::Supplemented(_)
            | Fact::Extended(_)
            | Fact::NoticeEnded(_)
            | Fact::ReceiptCorrected(_)
            | Fact::Settled(_)
            | Fact::AppealAnswered(_)
    )
}

fn step_tone(fact: &Fact) -> Tone {
    match fact {
        Fact::Decided(_) | Fact::Delivered(_) | Fact::Closed(_) => Tone::Done,
        Fact::SupplementAsked(_) | Fact::NoticePosted(_) | Fact::Disputed(_) => Tone::Wait,
        Fact::IntakeRefused(_) | Fact::SupplementLapsed(_) => Tone::Stop,
        _ => Tone::Plain,
    }
}

/// Who did it: the reader, a post with its unit, or Linli itself. Never the name of an officer.
fn actor_name(page: &Page, linli: &Linli, view: &CaseView, actor: &Actor) -> String {
    match (&actor.post, actor.subject()) {
        (Some(post), _) => words::post_name(page, linli, post.role, &post.area),
        (None, Some(subject)) if is_one(linli, subject, view.case.applicant) => {
            page.t("progress-by-you")
        }
        _ => page.t("progress-by-system"),
    }
}

/// Whether two records are of one person today.
fn is_one(linli: &Linli, one: ResidentId, other: ResidentId) -> bool {
    linli.survivor(one) == linli.survivor(other)
}

/// What happened, without what is only the applicant's business: the result of a decision.
fn public_what(page: &Page, linli: &Linli, fact: &Fact) -> String {
    match fact {
        Fact::Decided(_) => page.t("progress-event-decided"),
        other => what(page, linli, other),
    }
}

fn what(page: &Page, linli: &Linli, fact: &Fact) -> String {
    let plain = |fact: &Fact| {
        let kind = fact.kind();
        page.t(&format!(
            "progress-event-{}",
            kind.strip_prefix("cases.").unwrap_or(kind)
        ))
    };
    match fact {
        Fact::Submitted(one) if one.channel == Channel::Unasked => {
            page.t("progress-event-submitted-unasked")
        }
        Fact::Submitted(one) => page.ta(
            "progress-event-submitted",
            &[("channel", &say(page, &one.channel.names()))],
        ),
        Fact::Visited(one) => {
            let people = one.people.to_string();
            page.ta(
                "progress-event-visited",
                &[("day", &page.date(one.on)), ("n", &people)],
            )
        }
        Fact::NoticePosted(one) => page.ta(
            "progress-event-notice-posted",
            &[("day", &page.date(one.ends_on))],
        ),
        Fact::Decided(one) => page.t(match one.result {
            OutcomeKind::Refuse => "progress-event-decided-refused",
            OutcomeKind::Grant => "progress-event-decided-granted",
            OutcomeKind::Confirm | OutcomeKind::Certificate => "progress-event-decided-confirmed",
        }),
        Fact::Delivered(one) => {
            let by = page.t(&format!("progress-delivery-{}", delivery(one.by)));
            page.ta("progress-event-delivered", &[("by", &by)])
        }
        Fact::Transferred(one) => page.ta(
            "progress-event-transferred",
            &[("area", &words::area_name(linli, &one.area))],
        ),
        Fact::Extended(one) => page.t1("progress-event-extended", "n", one.days),
        Fact::Settled(one) => page.t(if one.redo {
            "progress-event-settled-redo"
        } else {
            "progress-event-settled-upheld"
        }),
        Fact::AppealAnswered(one) => page.t(if one.set_aside {
            "progress-event-appeal-answered-aside"
        } else {
            "progress-event-appeal-answered-kept"
        }),
        other => plain(other),
    }
}

fn delivery(by: linli_community::cases::command::Delivery) -> &'static str {
    use linli_community::cases::command::Delivery;
    match by {
        Delivery::Online => "online",
        Delivery::Counter => "counter",
        Delivery::Post => "post",
        Delivery::Visit => "visit",
    }
}

/// 结果和理由, ready to be read.
pub(crate) struct DecisionView {
    pub(crate) facts: SummaryList,
    pub(crate) letter: Option<String>,
    /// The token beside a certificate's letter.
    pub(crate) token: Option<String>,
    /// Why: the policy's reckoning as it was kept that day.
    pub(crate) reckoning: Vec<Markup>,
    pub(crate) own: String,
    pub(crate) appeals: Vec<AppealLine>,
}

fn token(case: &State) -> Option<String> {
    let result = case.decided.as_ref().map(|decided| decided.result)?;
    let certifies = matches!(result, OutcomeKind::Certificate | OutcomeKind::Confirm);
    certifies.then(|| format!("/cases/{}/certificate.jwt", case.number))
}

/// The decision in force, once it is delivered or told, or a refusal at intake.
pub(crate) fn decision(page: &Page, linli: &Linli, view: &CaseView) -> Option<DecisionView> {
    let case = &view.case;
    let refused = case.phase == Phase::IntakeRefused;
    // What was granted unasked and declined holds no more.
    if case.phase == Phase::Withdrawn || (case.decided.is_none() && !refused) {
        return None;
    }
    let facts = case
        .decided
        .as_ref()
        .map(|decided| decided_rows(page, view, decided));
    Some(DecisionView {
        facts: SummaryList {
            rows: facts.unwrap_or_default(),
        },
        letter: Some(format!("/cases/{}/letter.pdf", case.number)),
        token: token(case),
        reckoning: case
            .decided
            .as_ref()
            .and_then(|decided| decided.reckoning.as_deref())
            .map(|kept| told::all(linli, page, kept))
            .unwrap_or_default(),
        own: own_way(page, linli, view),
        appeals: appeals(page, &view.service.appeals, &view.service.sources),
    })
}

fn decided_rows(page: &Page, view: &CaseView, decided: &Decided) -> Vec<Row> {
    let service = &view.service;
    let outcome = service.outcome(&decided.outcome);
    let (word, tone) = match decided.result {
        OutcomeKind::Refuse => ("progress-result-refused", Tone::Stop),
        OutcomeKind::Grant => ("progress-result-granted", Tone::Done),
        OutcomeKind::Confirm | OutcomeKind::Certificate => {
            ("progress-result-confirmed", Tone::Done)
        }
    };
    let name = outcome.map_or_else(String::new, |outcome| say(page, &outcome.names));
    let tag = Markup::text(" ").then(&Markup::of(&Tag::new(page.t(word), tone)));
    let mut rows = vec![Row::new(page.t("progress-outcome"), name).with(tag)];
    if let Some(fen) = decided.amount_fen {
        rows.push(amount_row(page, service, decided, fen));
    }
    if decided.result != OutcomeKind::Refuse {
        rows.push(Row::new(page.t("progress-from"), page.date(decided.from)));
    }
    if let Some(until) = decided.until {
        rows.push(Row::new(page.t("progress-until"), page.date(until)));
    }
    rows.push(Row::new(page.t("progress-why"), decided.words.as_str()));
    if let Some(ground) = &decided.ground {
        rows.extend(ground_rows(
            page,
            service,
            &service.decision.grounds,
            ground,
        ));
    }
    rows
}

/// The amount, how often, in capitals, with how the law finds it.
fn amount_row(page: &Page, service: &Service, decided: &Decided, fen: i64) -> Row {
    let key = match decided.every {
        Some(Every::Month) => "progress-amount-month",
        Some(Every::Quarter) => "progress-amount-quarter",
        Some(Every::Once) | None => "progress-amount-once",
    };
    let money = page.money(fen);
    let capitals = Fen(fen).capitals();
    let text = format!(
        "{}\n{}",
        page.ta(key, &[("amount", &money)]),
        page.ta("progress-amount-capital", &[("words", &capitals)])
    );
    let pays = service
        .outcome(&decided.outcome)
        .and_then(|outcome| outcome.pays.as_ref());
    let mut row = Row::new(page.t("progress-amount"), text);
    if let Some(pays) = pays {
        let clause = say(page, &service.clause(&pays.basis));
        let gap = if clause.is_empty() {
            ""
        } else {
            page.pick("", " ")
        };
        let cited = if clause.is_empty() {
            String::new()
        } else {
            page.ta("progress-article", &[("text", &clause)])
        };
        row = row.from(format!("{}{gap}{cited}", say(page, &pays.explain)));
    }
    row
}

/// The way within the house: the supervisor, as long as it is open.
fn own_way(page: &Page, _linli: &Linli, view: &CaseView) -> String {
    if !view.allows(Verb::Dispute) {
        return String::new();
    }
    page.t("progress-appeals-own")
}

/// The answers as they stand, in the groups of the form.
pub(crate) fn answers(page: &Page, view: &CaseView) -> Markup {
    let questions = view.service.form.questions.iter();
    let rows = questions.filter_map(|question| {
        let value = view.case.answers.get(&question.id)?;
        let shown: Text = show(question, value);
        Some(Row::new(say(page, &question.short), say(page, &shown)))
    });
    let page_of = format!("/cases/{}", view.case.number);
    let papers = view.service.guide.papers.iter().filter_map(|paper| {
        let links = attachments::links(page, &view.case, &paper.id, (&page_of, true));
        (!links.is_empty()).then(|| Row::new(say(page, &paper.names), String::new()).with(links))
    });
    Markup::of(&SummaryList {
        rows: rows.chain(papers).collect(),
    })
}

/// What a supplement asks for, in plain lines.
pub(crate) fn asked(page: &Page, linli: &Linli, view: &CaseView) -> Vec<String> {
    let case = &view.case;
    let waits = matches!(
        case.wait.as_ref().map(|wait| &wait.owner),
        Some(Owner::Applicant)
    );
    let (Phase::Supplement, Some(asked), true) = (case.phase, &case.asked, waits) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if !asked.words.is_empty() {
        lines.push(asked.words.clone());
    }
    for id in &asked.papers {
        let name = view
            .service
            .paper(id)
            .map_or_else(|| id.clone(), |paper| say(page, &paper.names));
        lines.push(format!(
            "{}{}{name}",
            page.t("supplement-papers"),
            page.pick("：", ": ")
        ));
    }
    for question in view
        .service
        .form
        .questions
        .iter()
        .filter(|one| asked.fields.contains(&one.id))
    {
        let name = say(page, &question.short);
        lines.push(format!(
            "{}{}{name}",
            page.t("supplement-fields"),
            page.pick("：", ": ")
        ));
    }
    if let Some(wait) = &case.wait {
        let by = words::due_text(page, linli, wait.due);
        lines.push(page.ta("supplement-by", &[("date", &by)]));
    }
    lines
}

/// The buttons above: what the applicant may do now, the most pressing first.
pub(crate) fn actions(page: &Page, view: &CaseView) -> Vec<Link> {
    let withdraw = match view.case.channel {
        Channel::Unasked => "unasked-withdraw-go",
        _ => "progress-withdraw-go",
    };
    let all = [
        (Verb::Supplement, "supplement", "progress-supplement-go"),
        (Verb::Rate, "rate", "progress-rate-go"),
        (Verb::Dispute, "dispute", "progress-dispute-go"),
        (Verb::Withdraw, "withdraw", withdraw),
    ];
    all.into_iter()
        .filter(|(verb, _, _)| view.allows(*verb))
        .map(|(_, path, key)| Link::new(page.t(key), format!("/cases/{}/{path}", view.case.number)))
        .collect()
}
