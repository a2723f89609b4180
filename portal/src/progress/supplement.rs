//! 补正: exactly what was asked: questions anew, papers as photos or files, or a word about them.
//!
//! Files that were sent are held while something else on the page is wrong, or the person goes away
//! and comes back.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::Problem;
use linli_community::cases::command::{Answers, Command, Verb};
use linli_community::catalogue::{Facts, Form, Question, from_form};
use linli_kernel::Refusal;
use serde_json::Value;
use tower_sessions::Session;

use super::deeds::{Ask, back_to, channel, do_it, open_for, words_field, words_of};
use super::pages::{Mine, find};
use super::words::{tell, trouble};
use crate::Portal;
use crate::apply::{draw_question, pairs, sent};
use crate::attachments::{self, Tray, Wanted};
use crate::shell::ui::Markup;
use crate::shell::{Fields, Page, Signed, Trouble, Uploads, html, invalid};

/// `GET /cases/{number}/supplement`
pub(super) async fn page(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    open_for(&mine, Verb::Supplement)?;
    let shown: Vec<(String, String)> = asked_questions(&mine)
        .into_iter()
        .filter_map(|question| Some(pairs(question, mine.view.case.answers.get(&question.id)?)))
        .flatten()
        .collect();
    let tray = tray(&portal, &signed, &mine).await?;
    html(&view(&portal, &page, &mine, &tray, (&shown, "")))
}

async fn tray(portal: &Portal, signed: &Signed, mine: &Mine) -> Result<Tray, Trouble> {
    let key = Tray::key(signed.account, &mine.view.case.number, &mine.whom.about());
    Tray::open(portal, key).await
}

/// The questions to be answered anew, in the form's order.
fn asked_questions(mine: &Mine) -> Vec<&Question> {
    let asked = mine.view.case.asked.as_ref();
    let fields = asked
        .map(|asked| asked.fields.as_slice())
        .unwrap_or_default();
    let questions = mine.view.service.form.questions.iter();
    questions
        .filter(|question| fields.contains(&question.id))
        .collect()
}

/// The papers asked for.
fn asked_papers(mine: &Mine) -> &[String] {
    let asked = mine.view.case.asked.as_ref();
    asked
        .map(|asked| asked.papers.as_slice())
        .unwrap_or_default()
}

fn view(
    portal: &Portal,
    page: &Page,
    mine: &Mine,
    tray: &Tray,
    (shown, typed): (&[(String, String)], &str),
) -> Ask {
    let mut lines = super::views::asked(page, &portal.linli, &mine.view);
    let mut fields: Vec<Markup> = asked_questions(mine)
        .into_iter()
        .map(|question| draw_question(page, question, shown, None, (false, 1)))
        .collect();
    let papers = asked_papers(mine);
    if papers.is_empty() {
        fields.push(words_field(page, "supplement-words", None, typed));
    } else {
        lines.push(page.t("supplement-paper-how"));
        let papers = papers.iter().filter_map(|id| mine.view.service.paper(id));
        let wanted: Vec<Wanted> = papers.map(|paper| Wanted::of(page, paper)).collect();
        fields.push(attachments::draw(page, &wanted, tray));
        let hint = Some("supplement-words-papers-hint");
        fields.push(words_field(page, "supplement-words-papers", hint, typed));
    }
    let mut ask = Ask::new(page, mine, "supplement", lines, fields);
    ask.files = !asked_papers(mine).is_empty();
    ask
}

/// `POST /cases/{number}/supplement`
pub(super) async fn supplement(
    State(portal): State<Portal>,
    Path(number): Path<String>,
    mut page: Page,
    session: Session,
    signed: Signed,
    (fields, uploads): (Fields, Uploads),
) -> Result<Response, Trouble> {
    let mine = find(&portal, &signed, &number).await?;
    open_for(&mine, Verb::Supplement)?;
    let shown = sent(&fields);
    let asked = asked_papers(&mine);
    let mut tray = tray(&portal, &signed, &mine).await?;
    let came = (&fields, &uploads);
    let subject = mine.whom.subject;
    let bad = tray.take_in(&portal, &page, subject, came, asked).await?;
    page = page.with_refusals(&bad);
    // A word is needed only about papers that did not come.
    let lacks = asked.iter().any(|id| tray.count(id) == 0);
    let words = words_of(
        &mut page,
        &fields,
        lacks.then_some("supplement-words-required"),
    );
    let answers = match read_answers(&portal, &mine, &shown) {
        Ok(answers) => answers,
        Err(refusals) => {
            page = page.with_refusals(&refusals);
            Answers::new()
        }
    };
    if !page.problems.is_empty() {
        return invalid(&view(&portal, &page, &mine, &tray, (&shown, &words)));
    }
    let command = Command::Supplement {
        channel: channel(&page),
        answers,
        papers: tray.papers(asked),
        words: words.clone(),
    };
    match do_it(&portal, &mine, &fields, &command).await {
        Ok(_) => {
            tray.forget(&portal).await?;
            tell(&session, "supplement-done", &[]).await?;
            Ok(back_to(&mine))
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|one| one.field.is_some()) => {
            let page = page.with_refusals(&refusals);
            invalid(&view(&portal, &page, &mine, &tray, (&shown, &words)))
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn read_answers(
    portal: &Portal,
    mine: &Mine,
    shown: &[(String, String)],
) -> Result<Answers, Vec<Refusal>> {
    let facts = Facts::default();
    let form = Form::new(&mine.view.service, &facts, portal.linli.clock().today());
    let mut answers = BTreeMap::new();
    let mut refusals = Vec::new();
    for question in asked_questions(mine) {
        match form.read(question, &from_form(question, shown)) {
            Ok(Value::Null) => {}
            Ok(value) => drop(answers.insert(question.id.clone(), value)),
            Err(more) => refusals.extend(more),
        }
    }
    if refusals.is_empty() {
        Ok(answers)
    } else {
        Err(refusals)
    }
}
