//! `linli account`: accounts, posts and tokens from the command line, by whoever may read the
//! node's folder. Everything is recorded as done by Linli itself.

use std::path::Path;

use jiff::ToSpan as _;
use linli_community::Linli;
use linli_community::accounts::{self, AccountRow, Command as Wish, Credential};
use linli_kernel::{Actor, AreaPath, Post, PostId, ResidentId, Role};
use linli_units::IdentityNumber;
use serde::Serialize;

use crate::cli::{
    Account, AccountAdd, AccountFactor, AccountPassword, AccountPerson, AccountPost, AccountToken,
    Asked,
};
use crate::node;
use crate::outcome::{Misuse, Outcome};
use crate::say;
use crate::settings::Settings;

/// `linli account …`
pub(crate) async fn run(account: &Account) -> anyhow::Result<Outcome> {
    match account {
        Account::Add(add) => self::add(add).await,
        Account::Post(post) => give(post).await,
        Account::Person(wish) => name_person(wish).await,
        Account::Password(wish) => password(wish).await,
        Account::Factor(wish) => factor(wish).await,
        Account::Token(token) => issue(token).await,
        Account::List(asked) => list(asked).await,
    }
}

#[derive(Serialize)]
struct Added {
    login: String,
    account: String,
    password: String,
}

async fn add(add: &AccountAdd) -> anyhow::Result<Outcome> {
    let dir = &add.asked.folder.dir;
    let (settings, linli) = node::writing(dir).await?;
    let post = post(&linli, &add.role, &add.area)?;
    let resident = match &add.resident {
        Some(text) => Some(resident(&linli, text).await?),
        None => None,
    };
    let actor = Actor::system();
    let account = accounts::open_staff(&linli, &actor, &add.login, &add.name, &[post])
        .await
        .map_err(node::told)?;
    if resident.is_some() {
        let command = Wish::NamePerson { resident };
        accounts::perform(&linli, node::call(&linli, &actor), account, &command)
            .await
            .map_err(node::told)?;
    }
    let added = Added {
        login: add.login.clone(),
        account: account.to_string(),
        password: node::first_password(),
    };
    let desk = node::desk(dir, &settings).await?;
    desk.give_password(&add.login, account, added.password.clone())
        .await?;
    linli.journal().close().await;
    let text = format!(
        "{} 的密码 · password of {}: {}",
        add.name, add.login, added.password
    );
    answer(&add.asked, &added, &text)
}

#[derive(Serialize)]
struct Named {
    login: String,
    resident: Option<ResidentId>,
}

async fn name_person(wish: &AccountPerson) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let row = by_login(&linli, &wish.login, &wish.asked.folder.dir).await?;
    let resident = match &wish.resident {
        Some(text) => Some(resident(&linli, text).await?),
        None => None,
    };
    let actor = Actor::system();
    let command = Wish::NamePerson { resident };
    accounts::perform(&linli, node::call(&linli, &actor), row.id, &command)
        .await
        .map_err(node::told)?;
    linli.journal().close().await;
    let text = match resident {
        Some(id) => format!("{} 是居民 · is the resident {id}", wish.login),
        None => format!("{} 没有登记本人 · is recorded as nobody", wish.login),
    };
    let named = Named {
        login: wish.login.clone(),
        resident,
    };
    answer(&wish.asked, &named, &text)
}

/// The resident meant by an id or an identity number.
async fn resident(linli: &Linli, text: &str) -> anyhow::Result<ResidentId> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    if let Err(bad) = IdentityNumber::parse(text) {
        let why = format!("--resident: neither an id nor an identity number: {bad}");
        return Err(Misuse(why).into());
    }
    let found = linli.resident_with_number(text).await?;
    found.ok_or_else(|| {
        Misuse("--resident: no resident of this node has that identity number".to_owned()).into()
    })
}

/// Passwords are no facts of the journal: a new one is needed after a restore.
async fn password(wish: &AccountPassword) -> anyhow::Result<Outcome> {
    let dir = &wish.asked.folder.dir;
    let linli = node::reading(dir).await?;
    let row = by_login(&linli, &wish.login, dir).await?;
    let added = Added {
        login: wish.login.clone(),
        account: row.id.to_string(),
        password: node::first_password(),
    };
    let desk = node::desk(dir, &Settings::of(dir)?).await?;
    desk.give_password(&wish.login, row.id, added.password.clone())
        .await?;
    desk.end_visits(row.id, None).await?;
    let text = format!("{} 的新密码 · new password: {}", wish.login, added.password);
    answer(&wish.asked, &added, &text)
}

/// For the security administrator who lost the phone and has no colleague to ask.
async fn factor(wish: &AccountFactor) -> anyhow::Result<Outcome> {
    let dir = &wish.asked.folder.dir;
    let (settings, linli) = node::writing(dir).await?;
    let row = by_login(&linli, &wish.login, dir).await?;
    let actor = Actor::system();
    let command = Wish::ResetCredential {
        credential: Credential::SecondFactor,
    };
    accounts::perform(&linli, node::call(&linli, &actor), row.id, &command)
        .await
        .map_err(node::told)?;
    linli.journal().close().await;
    let desk = node::desk(dir, &settings).await?;
    desk.forget_factor(row.id).await?;
    desk.end_visits(row.id, None).await?;
    let text = format!(
        "{} 下次登录时重新设置第二步验证 · sets up a second factor anew at the next sign-in",
        wish.login
    );
    answer(&wish.asked, &wish.login, &text)
}

async fn give(wish: &AccountPost) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let row = by_login(&linli, &wish.login, &wish.asked.folder.dir).await?;
    let post = post(&linli, &wish.role, &wish.area)?;
    let command = Wish::GivePost {
        post: post.clone(),
        from: linli.clock().today(),
        to: None,
    };
    let actor = Actor::system();
    accounts::perform(&linli, node::call(&linli, &actor), row.id, &command)
        .await
        .map_err(node::told)?;
    linli.journal().close().await;
    let text = format!("{}: {} {}", wish.login, wish.role, wish.area);
    answer(&wish.asked, &post, &text)
}

#[derive(Serialize)]
struct Issued {
    token: String,
    secret: String,
    good_until: String,
}

async fn issue(wish: &AccountToken) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let row = by_login(&linli, &wish.login, &wish.asked.folder.dir).await?;
    let today = linli.clock().today();
    let until = today.checked_add(i64::from(wish.days).days())?;
    let posts = accounts::posts_on(linli.journal().reader(), row.id, today).await?;
    let post = posts.first().map(|post| post.id);
    let actor = Actor::system();
    let call = node::call(&linli, &actor);
    let new = accounts::issue_token(&linli, call, row.id, &wish.label, post, Some(until))
        .await
        .map_err(node::told)?;
    linli.journal().close().await;
    let issued = Issued {
        token: new.id.to_string(),
        secret: new.secret,
        good_until: until.to_string(),
    };
    let text = format!(
        "令牌只显示这一次 · The token is shown this once, good until {until}:\n{}",
        issued.secret
    );
    answer(&wish.asked, &issued, &text)
}

#[derive(Serialize)]
struct Listed {
    login: String,
    name: String,
    closed: bool,
    posts: Vec<Post>,
}

async fn list(asked: &Asked) -> anyhow::Result<Outcome> {
    let linli = node::reading(&asked.folder.dir).await?;
    let db = linli.journal().reader();
    let mut all = Vec::new();
    for row in accounts::staff_within(db, &node::district(&linli)?).await? {
        let posts = accounts::posts_on(db, row.id, linli.clock().today()).await?;
        all.push(Listed {
            login: row.login.unwrap_or_default(),
            name: row.name.unwrap_or_default(),
            closed: row.closed,
            posts,
        });
    }
    if asked.json {
        say::json(&all)?;
        return Ok(Outcome::Done);
    }
    for one in &all {
        let posts: Vec<String> = one
            .posts
            .iter()
            .map(|post| format!("{} {}", post.role.code(), post.area))
            .collect();
        let closed = if one.closed { " (closed)" } else { "" };
        say::line(format!(
            "{}\t{}{closed}\t{}",
            one.login,
            one.name,
            posts.join("; ")
        ));
    }
    Ok(Outcome::Done)
}

fn post(linli: &Linli, role: &str, area: &str) -> anyhow::Result<Post> {
    let role = Role::from_code(role)
        .filter(|role| role.is_staff())
        .ok_or_else(|| {
            let known: Vec<&str> = Role::ALL
                .into_iter()
                .filter(|role| role.is_staff())
                .map(Role::code)
                .collect();
            Misuse(format!(
                "--role {role:?}: expected one of {}",
                known.join(", ")
            ))
        })?;
    let area: AreaPath = area
        .parse()
        .map_err(|error| Misuse(format!("--area: {error}")))?;
    if linli.areas().get(&area).is_none() {
        return Err(Misuse(format!("--area {area}: the node has no such area")).into());
    }
    let id = PostId::new(linli.clock());
    Ok(Post { id, role, area })
}

async fn by_login(linli: &Linli, login: &str, dir: &Path) -> anyhow::Result<AccountRow> {
    let found = accounts::by_login(linli.journal().reader(), login).await?;
    found.ok_or_else(|| {
        let dir = dir.display();
        Misuse(format!(
            "no account {login:?}: see `linli account list --dir {dir}`"
        ))
        .into()
    })
}

fn answer(asked: &Asked, value: &impl Serialize, text: &str) -> anyhow::Result<Outcome> {
    if asked.json {
        say::json(value)?;
    } else {
        say::line(text);
    }
    Ok(Outcome::Done)
}
