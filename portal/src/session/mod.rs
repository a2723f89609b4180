//! The desk (`desk.db`): what a node remembers about people at work and is no part of the journal.
//!
//! Sessions, drafts, uploads, credentials, one-time codes and who has which case open. All of it may be lost
//! without losing a fact: people sign in again. It is never relayed and never in a receipt.

mod codes;
mod credentials;
mod drafts;
mod factors;
mod kiosks;
mod presence;
mod store;
#[cfg(test)]
mod tests;
pub mod totp;
mod uploads;
mod visits;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linli_journal::{Config, SideKey, side_store};
use linli_kernel::{Clock, Fault};
use rand::Rng as _;
use sea_orm::sea_query::{Alias, ColumnDef, Expr, ExprTrait as _, OnConflict, Query, Table};
use sea_orm::{ConnectionTrait, DatabaseConnection, StatementBuilder};

pub use codes::{CodeCheck, CodeSender, ConsoleSender, FileSender, MemorySender};
pub use credentials::{Checked, hash_password};
pub use drafts::{Draft, DraftKey};
pub use factors::FactorCheck;
pub(crate) use kiosks::Allowed;
pub use presence::Present;
pub use store::DeskStore;
pub(crate) use store::key_of;
pub use uploads::Upload;
pub(crate) use visits::Visit;

/// The open desk; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    db: DatabaseConnection,
    clock: Arc<dyn Clock>,
    secret: Arc<[u8; 32]>,
    key: SideKey,
}

impl Desk {
    /// Opens the desk beside the journal of `config` and makes its tables where they are missing.
    /// `clock` is the machine's own: a demo that pushes its calendar forward signs nobody out.
    ///
    /// # Errors
    /// When the database cannot be opened or written.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let db = side_store(config, "desk").await?;
        for table in tables() {
            db.execute(&table).await.map_err(store_fault)?;
        }
        let secret = secret(&db).await?;
        Ok(Self {
            db,
            clock,
            secret: Arc::new(secret),
            key: SideKey::open(config, "desk")?,
        })
    }

    /// The database of the desk.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The key of form tokens and of keyed hashes of phone numbers in this desk.
    #[must_use]
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Seals what a copy of the desk must not show.
    pub(crate) fn key(&self) -> &SideKey {
        &self.key
    }

    /// Now, in microseconds, by the machine's clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    pub(crate) async fn run(&self, statement: &impl StatementBuilder) -> Result<u64, Fault> {
        let done = self.db.execute(statement).await.map_err(store_fault)?;
        Ok(done.rows_affected())
    }

    /// Deletes what is past its time: sessions, codes, presence, drafts older than 30 days.
    /// Run it now and then; reads do not rely on it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sweep(&self) -> Result<(), Fault> {
        const DAY: i64 = 86_400_000_000;
        let now = self.now();
        for (table, column, before) in [
            ("visits", "expires_at", now),
            ("codes", "expires_at", now),
            ("kiosks", "expires_at", now),
            ("tries", "locked_until", now - DAY),
            ("presence", "seen_at", now - DAY),
            ("drafts", "updated_at", now - 30 * DAY),
            ("uploads", "updated_at", now - uploads::DAYS * DAY),
        ] {
            let delete = Query::delete()
                .from_table(Alias::new(table))
                .and_where(Expr::col(Alias::new(column)).lt(before))
                .to_owned();
            self.run(&delete).await?;
        }
        Ok(())
    }
}

/// What the database said, as a fault; a full disk is told apart because reading can go on.
#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
pub(crate) fn store_fault(error: sea_orm::DbErr) -> Fault {
    let text = error.to_string();
    if text.contains("disk is full") || text.contains("No space left") {
        Fault::StoreFull(text)
    } else {
        Fault::Store(text)
    }
}

fn text(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
        .text()
        .not_null()
        .to_owned()
}

fn number(name: &str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
        .big_integer()
        .not_null()
        .default(0)
        .to_owned()
}

fn table(name: &str, columns: Vec<ColumnDef>) -> sea_orm::sea_query::TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name)).if_not_exists();
    for column in columns {
        table.col(column);
    }
    table
}

fn key(name: &str) -> ColumnDef {
    text(name).primary_key().to_owned()
}

fn joint(
    mut made: sea_orm::sea_query::TableCreateStatement,
    columns: &[&'static str],
) -> sea_orm::sea_query::TableCreateStatement {
    let mut index = sea_orm::sea_query::Index::create();
    for column in columns {
        index.col(Alias::new(*column));
    }
    made.primary_key(&mut index).to_owned()
}

fn tables() -> Vec<sea_orm::sea_query::TableCreateStatement> {
    let mut tables = at_work();
    tables.extend(signing_in());
    tables
}

/// What is remembered of people at work.
fn at_work() -> Vec<sea_orm::sea_query::TableCreateStatement> {
    let drafts = ["owner", "service", "about", "answers"].map(text);
    let presence = ["place", "account", "name"].map(text);
    vec![
        table("settings", vec![key("name"), text("value")]),
        table(
            "visits",
            vec![
                key("id"),
                text("account"),
                text("data"),
                number("expires_at"),
            ],
        ),
        joint(
            table("drafts", [&drafts[..], &[number("updated_at")]].concat()),
            &["owner", "service", "about"],
        ),
        joint(
            table("presence", [&presence[..], &[number("seen_at")]].concat()),
            &["place", "account"],
        ),
        table(
            "uploads",
            vec![
                key("id"),
                text("account"),
                text("area"),
                text("name"),
                ColumnDef::new(Alias::new("bytes"))
                    .blob()
                    .not_null()
                    .to_owned(),
                text("work"),
                number("updated_at"),
            ],
        ),
    ]
}

/// What people sign in with.
fn signing_in() -> Vec<sea_orm::sea_query::TableCreateStatement> {
    vec![
        table(
            "credentials",
            vec![
                key("login"),
                text("account"),
                text("phc"),
                number("changed_at"),
            ],
        ),
        table(
            "tries",
            vec![key("name"), number("failures"), number("locked_until")],
        ),
        table("given_passwords", vec![key("account"), number("at")]),
        table(
            "factors",
            vec![
                key("account"),
                text("secret"),
                number("used_step"),
                number("since"),
            ],
        ),
        joint(
            table("recovery", vec![text("account"), text("code")]),
            &["account", "code"],
        ),
        table(
            "codes",
            vec![
                key("phone"),
                text("code"),
                number("tries"),
                number("expires_at"),
            ],
        ),
        table("kiosks", kiosk_columns()),
    ]
}

/// A kiosk that waits for a phone.
fn kiosk_columns() -> Vec<ColumnDef> {
    let mut columns = vec![key("kiosk")];
    columns.extend(["ask", "browser", "code", "account", "resident", "name"].map(text));
    columns.push(number("expires_at"));
    columns
}

/// The secret of this desk, made on the first start.
async fn secret(db: &DatabaseConnection) -> Result<[u8; 32], Fault> {
    let mut fresh = [0_u8; 32];
    rand::rng().fill_bytes(&mut fresh);
    let insert = Query::insert()
        .into_table(Alias::new("settings"))
        .columns([Alias::new("name"), Alias::new("value")])
        .values_panic(["secret".into(), URL_SAFE_NO_PAD.encode(fresh).into()])
        .on_conflict(
            OnConflict::column(Alias::new("name"))
                .do_nothing()
                .to_owned(),
        )
        .to_owned();
    db.execute(&insert).await.map_err(store_fault)?;
    let select = Query::select()
        .column(Alias::new("value"))
        .from(Alias::new("settings"))
        .and_where(Expr::col(Alias::new("name")).eq("secret"))
        .to_owned();
    let row = db.query_one(&select).await.map_err(store_fault)?;
    let stored: String = row
        .ok_or_else(|| Fault::Damaged("the desk lost its secret".to_owned()))?
        .try_get("", "value")
        .map_err(store_fault)?;
    URL_SAFE_NO_PAD
        .decode(stored)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Fault::Damaged("the desk's secret is not 32 bytes".to_owned()))
}
