//! What the applicant does with a case: urge, write, withdraw, rate, dispute; and what
//! [`supplement`](super::supplement) shares with them.
//!
//! Each deed carries the command id of its page, so that a form sent twice counts once, and ends on
//! the case's page, which says once what was done.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::Due;
use linli_community::cases::command::{Command, Grade, Verb};
use linli_community::cases::service::{Done, act};
use linli_community::catalogue::Channel;
use linli_community::{Call, Problem};
use linli_kernel::Refusal;
use tower_sessions::Session;

use super::pages::{Mine, find, page_with};
use super::words::{self, tell, trouble};
use crate::Portal;
use crate::catalogue::views::say;
use crate::shell::ui::{BackLink, Choice, Markup, Radios, Textarea};
use crate::shell::{Fields, Mode, Page, Signed, Trouble, html, invalid};

/// The longest words a person writes here, in characters.
const MOST_WORDS: usize = 1_000;

#[derive(Template)]
#[template(path = "progress/templates/ask.html")]
pub(super) struct Ask {
    page: Page,
    back: BackLink,
    title: String,
    heading: String,
    acting: String,
    lines: Vec<String>,
    action: String,
    fields: Vec<Markup>,
    go: String,
    warning: bool,
    other: String,
    /// Whether the form may hold files.
    pub(super) files: bool,
}

impl Ask {
    /// The page of the deed `deed` of `mine`, with `fields`.
    pub(super) fn new(
        page: &Page,
        mine: &Mine,
        deed: &str,
        lines: Vec<String>,
        fields: Vec<Markup>,
    ) -> Self {
        let case = &mine.view.case;
        let number = words::grouped(&case.number);
        Self {
            back: BackLink {
                text: page.t("apply-back"),
                href: format!("/cases/{}", case.number),
            },
            title: page.ta(&format!("{deed}-title"), &[("number", &number)]),
            heading: page.t(&format!("{deed}-heading")),
            acting: mine.whom.acting(page),
            lines,
            action: format!("/cases/{}/{deed}", case.number),
            fields,
            go: page.t(&format!("{deed}-go")),
            warning: false,
            other: String::new(),
            files: false,
            page: page.clone(),
        }
    }
}

/// Goes on only when the verb may be asked now; else says why not.
pub(super) fn open_for(mine: &Mine, verb: Verb) -> Result<(), Trouble> {
    let found = mine.view.allowed.iter().find(|one| one.verb == verb);
    match found.and_then(|one| one.refusal.clone()) {
        Some(refusal) => Err(Trouble::from(refusal)),
        None => Ok(()),
    }
}

pub(super) fn back_to(mine: &Mine) -> Response {
    Redirect::to(&format!("/cases/{}", mine.view.case.number)).into_response()
}

pub(super) async fn do_it(
    portal: &Portal,
    mine: &Mine,
    fields: &Fields,
    command: &Command,
) -> Result<Done, Problem> {
    let Some(id) = fields.command() else {
        return Err(Refusal::new("gate.form").into());
    };
    let call = Call {
        command: id,
        actor: &mine.whom.actor,
        expected: None,
    };
    act(&portal.linli, call, mine.view.case.id, command).await
}

/// Words that may be too long or missing: the problem on their field.
pub(super) fn words_of(page: &mut Page, fields: &Fields, missing: Option<&str>) -> String {
    let text = fields.text("words").to_owned();
    let count = text.chars().count();
    if count > MOST_WORDS {
        let message = page.t1("progress-words-long", "n", count);
        page.problems.push(crate::shell::Problem {
            field: "words".to_owned(),
            message,
        });
    } else if let (true, Some(key)) = (text.is_empty(), missing) {
        page.problem("words", key);
    }
    text
}

pub(super) fn words_field(page: &Page, key: &str, hint: Option<&str>, typed: &str) -> Markup {
    Markup::of(&Textarea {
        name: "words".to_owned(),
        label: page.t(key),
        hint: hint.map(|hint| page.t(hint)).unwrap_or_default(),
        value: typed.to_owned(),
        error: page.problem_of("words").to_owned(),
        rows: 5,
        ..Textarea::default()
    })
}

/// `POST /cases/{number}/urge`
pub(super) async fn urge(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    do_it(&portal, &mine, &fields, &Command::Urge)
        .await
        .map_err(trouble)?;
    tell(&session, "progress-urged", &[]).await?;
    Ok(back_to(&mine))
}

/// `POST /cases/{number}/say`
pub(super) async fn say_words(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let words = words_of(&mut page, &fields, Some("progress-message-required"));
    if !page.problems.is_empty() {
        return invalid(&page_with(&portal, page, &mine, &words));
    }
    let command = Command::Say {
        words,
        internal: false,
    };
    do_it(&portal, &mine, &fields, &command)
        .await
        .map_err(trouble)?;
    tell(&session, "progress-message-sent", &[]).await?;
    Ok(back_to(&mine))
}

/// `GET /cases/{number}/withdraw`
pub(super) async fn withdraw_page(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    open_for(&mine, Verb::Withdraw)?;
    html(&withdraw_view(&page, &mine, ""))
}

fn withdraw_view(page: &Page, mine: &Mine, typed: &str) -> Ask {
    let unasked = mine.view.case.channel == Channel::Unasked;
    let said = if unasked {
        "unasked-withdraw"
    } else {
        "withdraw"
    };
    let lines = vec![page.t(&format!("{said}-meaning"))];
    let fields = vec![words_field(page, &format!("{said}-words"), None, typed)];
    let mut ask = Ask::new(page, mine, "withdraw", lines, fields);
    let number = words::grouped(&mine.view.case.number);
    ask.title = page.t1(&format!("{said}-title"), "number", number);
    ask.heading = page.t(&format!("{said}-heading"));
    ask.go = page.t(&format!("{said}-go"));
    ask.warning = true;
    ask.other = page.t(&format!("{said}-keep"));
    ask
}

/// `POST /cases/{number}/withdraw`
pub(super) async fn withdraw(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let words = words_of(&mut page, &fields, None);
    if !page.problems.is_empty() {
        return invalid(&withdraw_view(&page, &mine, &words));
    }
    do_it(&portal, &mine, &fields, &Command::Withdraw { words })
        .await
        .map_err(trouble)?;
    let unasked = mine.view.case.channel == Channel::Unasked;
    let said = if unasked {
        "unasked-withdraw-done"
    } else {
        "withdraw-done"
    };
    tell(&session, said, &[]).await?;
    Ok(back_to(&mine))
}

/// `GET /cases/{number}/dispute`
pub(super) async fn dispute_page(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    open_for(&mine, Verb::Dispute)?;
    html(&dispute_view(&page, &mine, ""))
}

fn dispute_view(page: &Page, mine: &Mine, typed: &str) -> Ask {
    let lines = vec![page.t("dispute-meaning")];
    let fields = vec![words_field(
        page,
        "dispute-words",
        Some("dispute-words-hint"),
        typed,
    )];
    Ask::new(page, mine, "dispute", lines, fields)
}

/// `POST /cases/{number}/dispute`
pub(super) async fn dispute(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let words = words_of(&mut page, &fields, Some("dispute-required"));
    if !page.problems.is_empty() {
        return invalid(&dispute_view(&page, &mine, &words));
    }
    do_it(&portal, &mine, &fields, &Command::Dispute { words })
        .await
        .map_err(trouble)?;
    tell(&session, "dispute-done", &[]).await?;
    Ok(back_to(&mine))
}

/// `GET /cases/{number}/rate`
pub(super) async fn rate_page(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    open_for(&mine, Verb::Rate)?;
    html(&rate_view(&page, &mine, &Fields::default()))
}

fn rate_view(page: &Page, mine: &Mine, typed: &Fields) -> Ask {
    let choice = |grade: &Grade| {
        let stars = grade.stars().to_string();
        Choice::new(stars.as_str(), page.t(&format!("rate-grade-{stars}")))
            .chosen_if(typed.text("grade"))
    };
    let grades = Radios {
        name: "grade".to_owned(),
        legend: say(page, &mine.view.service.names),
        hint: page.t("rate-low-note"),
        error: page.problem_of("grade").to_owned(),
        choices: Grade::ALL.iter().map(choice).collect(),
        ..Radios::default()
    };
    let words = words_field(page, "rate-words", None, typed.text("words"));
    let lines = vec![page.t("rate-lead")];
    let mut ask = Ask::new(page, mine, "rate", lines, vec![Markup::of(&grades), words]);
    ask.other = page.t("rate-skip");
    ask
}

/// `POST /cases/{number}/rate`
pub(super) async fn rate(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    session: Session,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    let words = words_of(&mut page, &fields, None);
    let grade = fields
        .text("grade")
        .parse()
        .ok()
        .and_then(Grade::from_stars);
    if grade.is_none() {
        page.problem("grade", "rate-required");
    }
    let (Some(grade), true) = (grade, page.problems.is_empty()) else {
        return invalid(&rate_view(&page, &mine, &fields));
    };
    let done = do_it(&portal, &mine, &fields, &Command::Rate { grade, words }).await;
    let done = done.map_err(trouble)?;
    let by = done.case.wait.as_ref().map(|wait| wait.due);
    match by {
        Some(Due::On(day)) if grade.is_low() => {
            tell(&session, "rate-done-low", &[("date", &page.date(day))]).await?;
        }
        _ => tell(&session, "rate-done", &[]).await?,
    }
    Ok(back_to(&mine))
}

/// A kiosk is a channel of its own.
pub(crate) fn channel(page: &Page) -> Channel {
    if page.mode == Mode::Kiosk {
        Channel::Kiosk
    } else {
        Channel::Online
    }
}
