//! 换岗位: an account that holds several posts acts in one at a time.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use super::who;
use crate::shell::ui::{Choice, Radios};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "signin/templates/post.html")]
struct Posts {
    page: Page,
    posts: Radios,
}

fn form(page: Page, signed: &Signed) -> Posts {
    let acting = signed.actor.post.as_ref().map(|post| post.id.to_string());
    let choices = signed.posts.iter().map(|held| {
        Choice::new(held.post.id.to_string(), page.post(held))
            .chosen_if(acting.as_deref().unwrap_or_default())
    });
    Posts {
        posts: Radios {
            name: "post".to_owned(),
            legend: page.t("sign-in-which-post"),
            heading: true,
            hint: page.t("sign-in-which-post-hint"),
            error: page.problem_of("post").to_owned(),
            choices: choices.collect(),
            ..Radios::default()
        },
        page,
    }
}

/// `GET /sign-in/post`
pub(super) async fn ask(page: Page, signed: Signed) -> Result<Response, Trouble> {
    html(&form(page, &signed))
}

/// `POST /sign-in/post`
pub(super) async fn choose(
    mut page: Page,
    signed: Signed,
    session: Session,
    fields: Fields,
) -> Result<Response, Trouble> {
    let chosen = signed
        .posts
        .iter()
        .find(|held| held.post.id.to_string() == fields.text("post"));
    let Some(chosen) = chosen else {
        page.problem("post", "sign-in-choose-post");
        return invalid(&form(page, &signed));
    };
    who::act_in(&session, chosen.post.id).await?;
    super::waiting::onward(&session, "/desk")
        .await
        .or_else(|_| Ok(Redirect::to("/desk").into_response()))
}
