//! The registers of accounts, posts and tokens, and the questions sign-in asks of them.

use jiff::civil::Date;
use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{AccountId, AreaPath, Fault, Post, PostId, ResidentId, Role, StreamId};
use sea_orm::sea_query::{
    ColumnDef, Cond, Expr, ExprTrait as _, Index, IndexCreateStatement, Query, SelectStatement,
    Table, TableCreateStatement,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use sha2::{Digest as _, Sha256};

use super::events::{Event, Holder};
use super::state::{Account, HeldPost, HeldToken};
use crate::feature::{Feature, Meta, Parts};

/// 账号与岗位 as a feature: one stream an account, `account/<id>`.
#[derive(Debug, Clone, Copy)]
pub struct Accounts;

/// The stream of the account `id`.
#[must_use]
pub fn stream(id: AccountId) -> StreamId {
    StreamId::new(Accounts::TOPIC, id)
}

/// What is recorded of a token.
#[must_use]
pub fn token_hash(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let table = |name: &'static str, key: &'static str, columns: &[&'static str]| {
        let mut table = Table::create();
        table.table(name);
        table.col(ColumnDef::new(key).text().not_null().primary_key());
        for column in columns {
            table.col(ColumnDef::new(*column).text());
        }
        table
    };
    let mut account = table(
        "account",
        "id",
        &["area", "kind", "login", "name", "resident"],
    );
    account.col(ColumnDef::new("closed").big_integer());
    let post = table(
        "post",
        "id",
        &["account", "role", "area", "valid_from", "valid_to"],
    );
    let mut token = table(
        "token",
        "hash",
        &["id", "account", "label", "post", "valid_to"],
    );
    token.col(ColumnDef::new("revoked").big_integer());
    vec![account, post, token]
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, table: &'static str, column: &'static str| {
        Index::create().name(name).table(table).col(column).take()
    };
    vec![
        index("account_login", "account", "login"),
        index("account_resident", "account", "resident"),
        index("account_area", "account", "area"),
        index("post_account", "post", "account"),
        index("post_area", "post", "area"),
        index("token_account", "token", "account"),
    ]
}

impl Feature for Accounts {
    const TOPIC: &'static str = "account";
    type State = Account;
    type Event = Event;

    fn write(after: &Account, event: &Event) -> Result<Parts, Fault> {
        let area = after.area.clone();
        Ok(Parts {
            kind: event.kind(),
            area: area.ok_or_else(|| Fault::Damaged("an account without an area".to_owned()))?,
            open: event.open()?,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(&entry.kind, &entry.open)
    }

    fn apply(state: &mut Account, stream: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(stream.key().parse().ok(), event);
    }

    fn rows(before: &Account, after: &Account, rows: &mut Vec<Change>) {
        let Some(id) = after.id else { return };
        if before.holder != after.holder || before.closed != after.closed {
            rows.push(account_row(id, before, after));
        }
        for held in &after.posts {
            if before.post(held.post.id) != Some(held) {
                rows.push(post_row(id, held, before.post(held.post.id).is_some()));
            }
        }
        for held in &after.tokens {
            if before.token(held.token) != Some(held) {
                rows.push(token_row(id, held));
            }
        }
    }
}

fn date(day: Option<Date>) -> Value {
    Value::from(day.map(|day| day.to_string()))
}

/// Where a row is there already its area is left alone: it follows areas that move.
fn account_row(id: AccountId, before: &Account, account: &Account) -> Change {
    let (kind, login, name, resident) = match &account.holder {
        Some(Holder::Staff { login, name, .. }) => {
            ("staff", Some(login.clone()), Some(name.clone()), None)
        }
        Some(Holder::Resident { resident }) => ("resident", None, None, Some(resident.to_string())),
        None => ("", None, None, None),
    };
    let mut row = vec![
        ("id", id.to_string().into()),
        (
            "area",
            account.area.as_ref().map(AreaPath::to_string).into(),
        ),
        ("kind", kind.into()),
        ("login", login.into()),
        ("name", name.into()),
        ("resident", resident.into()),
        ("closed", i64::from(account.closed).into()),
    ];
    row.retain(|(column, _)| before.id.is_none() || *column != "area");
    Change::Upsert {
        table: "account",
        key: &["id"],
        row,
    }
}

fn post_row(account: AccountId, held: &HeldPost, known: bool) -> Change {
    let mut row = vec![
        ("id", held.post.id.to_string().into()),
        ("account", account.to_string().into()),
        ("role", held.post.role.code().into()),
        ("area", held.post.area.as_str().into()),
        ("valid_from", held.from.to_string().into()),
        ("valid_to", date(held.to)),
    ];
    row.retain(|(column, _)| !known || *column != "area");
    Change::Upsert {
        table: "post",
        key: &["id"],
        row,
    }
}

fn token_row(account: AccountId, held: &HeldToken) -> Change {
    Change::Upsert {
        table: "token",
        key: &["hash"],
        row: vec![
            ("hash", held.hash.as_str().into()),
            ("id", held.token.to_string().into()),
            ("account", account.to_string().into()),
            ("label", held.label.as_str().into()),
            ("post", held.post.map(|post| post.to_string()).into()),
            ("valid_to", date(held.to)),
            ("revoked", i64::from(held.revoked).into()),
        ],
    }
}

/// An account as the register holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The area it belongs to.
    pub area: AreaPath,
    /// The user name of staff.
    pub login: Option<String>,
    /// The name at work of staff.
    pub name: Option<String>,
    /// The resident it belongs to; `None` for staff.
    pub resident: Option<ResidentId>,
    /// Whether it was closed.
    pub closed: bool,
}

fn accounts() -> SelectStatement {
    Query::select()
        .columns(["id", "area", "login", "name", "resident", "closed"])
        .from("account")
        .order_by("id", sea_orm::Order::Asc)
        .take()
}

/// The account `id`.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn by_id(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<AccountRow>, Fault> {
    one(db, accounts().and_where(Expr::col("id").eq(id.to_string()))).await
}

/// The account of staff with the user name `login`.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn by_login(db: &impl ConnectionTrait, login: &str) -> Result<Option<AccountRow>, Fault> {
    one(db, accounts().and_where(Expr::col("login").eq(login))).await
}

/// The account of the resident `resident`.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn by_resident(
    db: &impl ConnectionTrait,
    resident: ResidentId,
) -> Result<Option<AccountRow>, Fault> {
    let resident = resident.to_string();
    one(
        db,
        accounts()
            .and_where(Expr::col("resident").eq(resident))
            .and_where(Expr::col("closed").eq(0)),
    )
    .await
}

/// The account whose token is `token` on `day`, with the post it acts in.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn by_token(
    db: &impl ConnectionTrait,
    token: &str,
    day: Date,
) -> Result<Option<(AccountId, Option<PostId>)>, Fault> {
    let select = Query::select()
        .columns(["account", "post"])
        .from("token")
        .and_where(Expr::col("hash").eq(token_hash(token)))
        .and_where(Expr::col("revoked").eq(0))
        .cond_where(good_on(day))
        .take();
    let row = db.query_one(&select).await.map_err(fault)?;
    row.map(|row| {
        let post: Option<String> = row.try_get("", "post").map_err(fault)?;
        Ok((
            read(&row, "account")?,
            post.map(|id| parse(&id)).transpose()?,
        ))
    })
    .transpose()
}

/// The posts that the account holds on `day`.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn posts_on(
    db: &impl ConnectionTrait,
    account: AccountId,
    day: Date,
) -> Result<Vec<Post>, Fault> {
    let select = Query::select()
        .columns(["id", "role", "area"])
        .from("post")
        .and_where(Expr::col("account").eq(account.to_string()))
        .and_where(Expr::col("valid_from").lte(day.to_string()))
        .cond_where(good_on(day))
        .order_by("id", sea_orm::Order::Asc)
        .take();
    let rows = db.query_all(&select).await.map_err(fault)?;
    rows.iter().map(post).collect()
}

/// The accounts of staff that belong to `area` or below, by user name.
///
/// # Errors
/// [`Fault`] when the register cannot be read.
pub async fn staff_within(
    db: &impl ConnectionTrait,
    area: &AreaPath,
) -> Result<Vec<AccountRow>, Fault> {
    let below = format!("{area}/");
    // The paths below an area lie between “area/” and “area0”: 0 follows / in ASCII.
    let end = format!("{area}0");
    let select = accounts()
        .and_where(Expr::col("kind").eq("staff"))
        .cond_where(
            Cond::any()
                .add(Expr::col("area").eq(area.as_str()))
                .add(Expr::col("area").gte(below).and(Expr::col("area").lt(end))),
        )
        .order_by("login", sea_orm::Order::Asc)
        .take();
    let rows = db.query_all(&select).await.map_err(fault)?;
    rows.iter().map(account).collect()
}

fn good_on(day: Date) -> Cond {
    Cond::any()
        .add(Expr::col("valid_to").is_null())
        .add(Expr::col("valid_to").gte(day.to_string()))
}

async fn one(
    db: &impl ConnectionTrait,
    select: &mut SelectStatement,
) -> Result<Option<AccountRow>, Fault> {
    let row = db.query_one(select.limit(1)).await.map_err(fault)?;
    row.map(|row| account(&row)).transpose()
}

fn account(row: &QueryResult) -> Result<AccountRow, Fault> {
    let optional = |name: &str| row.try_get::<Option<String>>("", name).map_err(fault);
    Ok(AccountRow {
        id: read(row, "id")?,
        area: read(row, "area")?,
        login: optional("login")?,
        name: optional("name")?,
        resident: optional("resident")?.map(|id| parse(&id)).transpose()?,
        closed: row.try_get::<i64>("", "closed").map_err(fault)? != 0,
    })
}

fn post(row: &QueryResult) -> Result<Post, Fault> {
    let role: String = row.try_get("", "role").map_err(fault)?;
    Ok(Post {
        id: read(row, "id")?,
        role: Role::from_code(&role)
            .ok_or_else(|| Fault::Damaged(format!("a post has the unknown role {role}")))?,
        area: read(row, "area")?,
    })
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &QueryResult,
    column: &str,
) -> Result<T, Fault> {
    let text: String = row.try_get("", column).map_err(fault)?;
    parse(&text)
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Fault> {
    text.parse()
        .map_err(|error: T::Err| Fault::Damaged(format!("register of accounts: {error}")))
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn fault(error: DbErr) -> Fault {
    Fault::Store(error.to_string())
}
