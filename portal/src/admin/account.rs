//! One account: its posts and tokens, and what can be done to it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::accounts::{Account, Accounts, Holder, stream};
use linli_kernel::AccountId;
use linli_kernel::gate::{Target, permits};

use super::pages::post_name;
use crate::Portal;
use crate::shell::ui::{Row, SummaryList};
use crate::shell::{Page, Signed, Trouble, html};

/// A post or a token, with its id for the button beside it.
struct Held {
    id: String,
    text: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "admin/templates/account.html")]
struct AccountPage {
    page: Page,
    id: AccountId,
    name: String,
    token: String,
    facts: SummaryList,
    posts: Vec<Held>,
    tokens: Vec<Held>,
}

/// The account, when the administrator may manage it.
pub(super) async fn load(
    portal: &Portal,
    signed: &Signed,
    id: AccountId,
) -> Result<Account, Trouble> {
    let loaded = portal.linli.load::<Accounts>(&stream(id)).await?;
    let account = Account::clone(&loaded.state).today(&portal.linli.areas());
    let area = account.area.clone().ok_or(Trouble::NotFound)?;
    let target = Target {
        area: &area,
        subject: None,
    };
    permits(&signed.actor, linli_kernel::Action::AccountManage, target)?;
    Ok(account)
}

/// The name at work of staff.
pub(super) fn name_of(account: &Account) -> String {
    match &account.holder {
        Some(Holder::Staff { name, .. }) => name.clone(),
        _ => String::new(),
    }
}

/// `GET /desk/admin/{account}`.
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    render(&portal, page, id, &account, String::new())
}

/// The page, with a token that is shown this once.
pub(super) fn render(
    portal: &Portal,
    page: Page,
    id: AccountId,
    account: &Account,
    token: String,
) -> Result<Response, Trouble> {
    let today = portal.linli.clock().today();
    let login = match &account.holder {
        Some(Holder::Staff { login, .. }) => login.clone(),
        _ => String::new(),
    };
    let state = if account.closed {
        "admin-ended"
    } else {
        "admin-active"
    };
    let person = match account.person() {
        Some(_) => "admin-person-known",
        None => "admin-person-none",
    };
    let posts = account.posts.iter().filter(|held| held.holds_on(today));
    let posts = posts.map(|held| Held {
        id: held.post.id.to_string(),
        text: post_name(portal, &page, &held.post),
        hint: page.t1("admin-since", "date", page.date(held.from)),
    });
    let tokens = account.tokens.iter().filter(|one| !one.revoked);
    let tokens = tokens.map(|one| Held {
        id: one.token.to_string(),
        text: one.label.clone(),
        hint: one
            .post
            .and_then(|post| account.post(post))
            .map(|held| post_name(portal, &page, &held.post))
            .unwrap_or_default(),
    });
    let shown = AccountPage {
        id,
        name: name_of(account),
        token,
        facts: SummaryList {
            rows: vec![
                Row::new(page.t("admin-col-login"), login),
                Row::new(page.t("admin-col-state"), page.t(state)),
                Row::new(page.t("admin-person"), page.t(person)),
            ],
        },
        posts: posts.collect(),
        tokens: tokens.collect(),
        page,
    };
    html(&shown)
}
