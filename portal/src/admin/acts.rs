//! What the security administrator does to accounts: each its own small form.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::accounts::{self, Command, Holder};
use linli_community::feature::{Call, Problem};
use linli_kernel::{AccountId, AreaPath, CommandId, Post, PostId, Refusal, Role};
use tower_sessions::Session;

use super::account::{load, name_of, render};
use super::pages::{own_area, post_name};
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{self, Link};
use crate::shell::{Fields, Page, Signed, Trouble};

pub(super) fn back(id: AccountId, page: &Page, name: &str) -> Link {
    Link::new(
        page.t1("admin-account", "name", name),
        format!("/desk/admin/{id}"),
    )
}

fn line(page: &Page, name: &str, kind: ui::Kind) -> Field {
    Field::new(name, page.t(&format!("admin-{name}")), Kind::Line(kind))
}

pub(super) fn password(typed: &mut Typed) -> String {
    // Not trimmed elsewhere: what was typed at both ends belongs to the password.
    let password = typed.get("password").to_owned();
    if password.chars().count() < crate::signin::password::SHORTEST {
        typed.refuse(Refusal::new("desk.password-short").on("password"));
    }
    password
}

/// The areas in which a post may be given: the administrator's own and all below.
fn area_field(portal: &Portal, page: &Page, signed: &Signed) -> Result<Field, Trouble> {
    let tree = portal.linli.areas();
    let own = own_area(signed)?;
    let areas = tree.inside(&own);
    let areas = areas.map(|area| Choice::new(area.path().as_str(), tree.full_name(area.path())));
    Ok(Field::new(
        "area",
        page.t("admin-area"),
        Kind::Select(areas.collect()),
    ))
}

fn role_field(page: &Page) -> Field {
    let roles = Role::ALL.into_iter().filter(|role| role.is_staff());
    let roles = roles.map(|role| Choice::new(role.code(), page.role(role)));
    Field::new("role", page.t("admin-role"), Kind::Select(roles.collect()))
}

fn new_fields(portal: &Portal, page: &Page, signed: &Signed) -> Result<Vec<Field>, Trouble> {
    Ok(vec![
        line(page, "name", ui::Kind::Text),
        line(page, "login", ui::Kind::Text).hint(page.t("admin-login-hint")),
        line(page, "password", ui::Kind::Password).hint(page.t("admin-password-hint")),
        area_field(portal, page, signed)?,
    ])
}

fn new_page(page: Page, fields: &[Field]) -> Result<Response, Trouble> {
    let (title, submit) = (page.t("admin-new"), page.t("admin-new-do"));
    let back = Link::new(page.t("admin-title"), "/desk/admin");
    FormPage::new(page, title, submit, back)
        .fields(fields)
        .show()
}

/// `GET /desk/admin/new`.
pub(super) async fn new_form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let fields = new_fields(&portal, &page, &signed)?;
    new_page(page, &fields)
}

/// `POST /desk/admin/new`.
pub(super) async fn create(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let name = typed.words("name", "desk.name-required");
    let login = typed.words("login", "desk.login-required").to_lowercase();
    let secret = password(&mut typed);
    let area = area(&mut typed);
    let mut fields = new_fields(&portal, &page, &signed)?;
    refill(&mut fields, &typed);
    let area = match typed.into_result(area) {
        Ok(area) => area,
        Err(refusals) => return new_page(page.with_refusals(&refusals), &fields),
    };
    let call = signed.call(&sent)?;
    // The act's id is the account's: the same form sent twice opens one account.
    let id = AccountId(call.command.0);
    let command = Command::Open {
        area,
        holder: Holder::Staff {
            login: login.clone(),
            name,
            resident: None,
        },
    };
    match accounts::perform(&portal.linli, call, id, &command).await {
        Ok(_) => {}
        Err(Problem::Refused(refusals)) => {
            return new_page(page.with_refusals(&refusals), &fields);
        }
        Err(problem) => return Err(trouble(problem)),
    }
    portal.desk.give_password(&login, id, secret).await?;
    looks::flash(&session, "admin-done-account", &[]).await?;
    Ok(Redirect::to(&format!("/desk/admin/{id}")).into_response())
}

fn area(typed: &mut Typed) -> Option<AreaPath> {
    let area = typed.get("area").parse().ok();
    if area.is_none() {
        typed.refuse(Refusal::new("desk.choose-one").on("area"));
    }
    area
}

fn give_fields(portal: &Portal, page: &Page, signed: &Signed) -> Result<Vec<Field>, Trouble> {
    Ok(vec![role_field(page), area_field(portal, page, signed)?])
}

pub(super) fn small(
    page: Page,
    act: &str,
    id: AccountId,
    name: &str,
    fields: &[Field],
) -> Result<Response, Trouble> {
    let title = page.t(&format!("admin-{act}"));
    let submit = page.t(&format!("admin-{act}-do"));
    let back = back(id, &page, name);
    FormPage::new(page, title, submit, back)
        .fields(fields)
        .show()
}

/// `GET /desk/admin/{account}/give`.
pub(super) async fn give_form(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let fields = give_fields(&portal, &page, &signed)?;
    small(page, "give", id, &name_of(&account), &fields)
}

/// `POST /desk/admin/{account}/give`.
pub(super) async fn give(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let mut typed = Typed::of(&sent);
    let role: Option<Role> = typed.choice("role");
    let area = area(&mut typed);
    let mut fields = give_fields(&portal, &page, &signed)?;
    refill(&mut fields, &typed);
    let again = |page: Page, refusals: &[Refusal]| {
        small(
            page.with_refusals(refusals),
            "give",
            id,
            &name_of(&account),
            &fields,
        )
    };
    let (role, area) = match typed.into_result(role.zip(area)) {
        Ok(chosen) => chosen,
        Err(refusals) => return again(page, &refusals),
    };
    let call = signed.call(&sent)?;
    let command = Command::GivePost {
        post: Post {
            id: PostId(call.command.0),
            role,
            area,
        },
        from: portal.linli.clock().today(),
        to: None,
    };
    match accounts::perform(&portal.linli, call, id, &command).await {
        Ok(_) => done(&session, id, "admin-done-post").await,
        Err(Problem::Refused(refusals)) => again(page, &refusals),
        Err(problem) => Err(trouble(problem)),
    }
}

pub(super) async fn done(session: &Session, id: AccountId, key: &str) -> Result<Response, Trouble> {
    looks::flash(session, key, &[]).await?;
    Ok(Redirect::to(&format!("/desk/admin/{id}")).into_response())
}

/// `POST /desk/admin/{account}/end`: ends a post.
pub(super) async fn end(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let post: PostId = sent
        .text("post")
        .parse()
        .map_err(|_unreadable| Trouble::NotFound)?;
    let command = Command::EndPost { post };
    accounts::perform(&portal.linli, signed.call(&sent)?, id, &command)
        .await
        .map_err(trouble)?;
    done(&session, id, "admin-done-ended").await
}

/// `POST /desk/admin/{account}/revoke`: revokes a token.
pub(super) async fn revoke(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let token = sent
        .text("token")
        .parse()
        .map_err(|_unreadable| Trouble::NotFound)?;
    let command = Command::RevokeToken { token };
    accounts::perform(&portal.linli, signed.call(&sent)?, id, &command)
        .await
        .map_err(trouble)?;
    done(&session, id, "admin-done-revoked").await
}

fn token_fields(portal: &Portal, page: &Page, account: &accounts::Account) -> [Field; 2] {
    let today = portal.linli.clock().today();
    let posts = account.posts.iter().filter(|held| held.holds_on(today));
    let posts = posts.map(|held| {
        Choice::new(
            &held.post.id.to_string(),
            post_name(portal, page, &held.post),
        )
    });
    [
        Field::new(
            "label",
            page.t("admin-token-label"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("admin-token-label-hint")),
        Field::new(
            "post",
            page.t("admin-token-post"),
            Kind::Radios(posts.collect()),
        ),
    ]
}

fn token_page(
    page: Page,
    id: AccountId,
    name: &str,
    fields: &[Field],
) -> Result<Response, Trouble> {
    let (title, submit) = (page.t("admin-token-new"), page.t("admin-token-do"));
    let back = back(id, &page, name);
    FormPage::new(page, title, submit, back)
        .fields(fields)
        .show()
}

/// `GET /desk/admin/{account}/token`.
pub(super) async fn token_form(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let fields = token_fields(&portal, &page, &account);
    token_page(page, id, &name_of(&account), &fields)
}

/// `POST /desk/admin/{account}/token`: the answer shows the secret, once; nothing keeps it. So this
/// is the one POST that does not end in another address.
pub(super) async fn token(
    State(portal): State<Portal>,
    Path(id): Path<AccountId>,
    page: Page,
    signed: Signed,
    sent: Fields,
) -> Result<Response, Trouble> {
    let account = load(&portal, &signed, id).await?;
    let mut typed = Typed::of(&sent);
    let label = typed.words("label", "desk.name-required");
    let post: Option<PostId> = typed.choice("post");
    let mut fields = token_fields(&portal, &page, &account);
    refill(&mut fields, &typed);
    let post = match typed.into_result(post) {
        Ok(post) => post,
        Err(refusals) => {
            return token_page(
                page.with_refusals(&refusals),
                id,
                &name_of(&account),
                &fields,
            );
        }
    };
    // A token is made anew each time: a repeated press makes another, which can be revoked.
    let call = Call {
        command: CommandId::new(portal.linli.clock()),
        actor: &signed.actor,
        expected: None,
    };
    let issued = accounts::issue_token(&portal.linli, call, id, &label, Some(post), None).await;
    match issued {
        Ok(issued) => {
            let account = load(&portal, &signed, id).await?;
            render(&portal, page, id, &account, issued.secret)
        }
        Err(Problem::Refused(refusals)) => token_page(
            page.with_refusals(&refusals),
            id,
            &name_of(&account),
            &fields,
        ),
        Err(problem) => Err(trouble(problem)),
    }
}
