//! An answer that waited on a phone without a line, and comes late: it overwrites nothing that was
//! answered elsewhere meanwhile unless the person saw both.

use askama::Template;
use axum::response::Response;
use linli_community::catalogue::{Question, show};
use linli_community::feature::digest_of;
use serde_json::Value;

use super::pages::Application;
use crate::catalogue::views::say;
use crate::shell::ui::Markup;
use crate::shell::{Fields, Page, Trouble, html};

/// A mark of what stands as the answer to `question`: it changes when the answer does.
pub(super) fn stood(application: &Application, question: &str) -> Result<String, Trouble> {
    let digest = digest_of(&application.answers.get(question))?;
    Ok(hex::encode(&digest[..8]))
}

#[derive(Template)]
#[template(path = "apply/templates/conflict.html")]
struct Conflict {
    page: Page,
    title: String,
    label: String,
    now: String,
    sent: String,
    back: String,
    action: String,
    hidden: Markup,
}

/// 409: the answer as it stands beside the one that waited on a phone; the person decides.
pub(super) fn conflict(
    application: &Application,
    page: Page,
    (question, kept): (&Question, &Value),
    fields: &Fields,
) -> Result<Response, Trouble> {
    let mut hidden = Markup::hidden("_stood", &stood(application, &question.id)?);
    let ours = |name: &str| matches!(name, "_stood" | "_kept");
    for (name, value) in fields.again().filter(|(name, _)| !ours(name)) {
        hidden = hidden.then(&Markup::hidden(name, value));
    }
    let words = |value: &Value| say(&page, &show(question, value));
    let now = application.answers.get(&question.id);
    let shown = Conflict {
        title: page.t("apply-conflict-title"),
        label: say(&page, &question.label),
        now: words(now.unwrap_or(&Value::Null)),
        sent: words(kept),
        back: application.href(&question.id),
        action: page.query.here(),
        hidden,
        page,
    };
    let mut response = html(&shown)?;
    *response.status_mut() = http::StatusCode::CONFLICT;
    Ok(response)
}

/// Whether an answer that waited on a phone would overwrite one given elsewhere meanwhile.
pub(super) fn overwrites(
    application: &Application,
    question: &str,
    kept: &Value,
    fields: &Fields,
) -> Result<bool, Trouble> {
    let (true, Some(seen)) = (fields.has("_kept"), fields.given("_stood")) else {
        return Ok(false);
    };
    let same = application.answers.get(question) == Some(kept);
    Ok(!same && stood(application, question)? != seen)
}
