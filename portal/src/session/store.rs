//! Sessions on the desk: the store behind tower-sessions, in one table.

use std::collections::HashMap;
use std::fmt;

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use serde_json::Value;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::Desk;

/// Keeps sessions in the desk's table `visits`, each with the account signed in, if one is. An id is stored hashed, so that whoever reads a
/// copy of the file cannot take a session over.
#[derive(Clone)]
pub struct DeskStore(pub Desk);

impl fmt::Debug for DeskStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskStore")
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn backend(error: impl ToString) -> Error {
    Error::Backend(error.to_string())
}

/// The key under which the session `id` is kept.
pub(crate) fn key_of(id: Id) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(id.to_string().as_bytes()))
}

fn data_of(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn expiry_of(record: &Record) -> i64 {
    record.expiry_date.unix_timestamp() * 1_000_000
}

/// Whose session it is; empty while nobody is signed in.
fn account_of(record: &Record) -> String {
    let who = record.data.get("who").and_then(|who| who.get("account"));
    who.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[async_trait::async_trait]
impl SessionStore for DeskStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Ids are 128 random bits: a collision is met by drawing again.
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        let insert = Query::insert()
            .into_table(Alias::new("visits"))
            .columns(["id", "account", "data", "expires_at"].map(Alias::new))
            .values_panic([
                key_of(record.id).into(),
                account_of(record).into(),
                data_of(record)?.into(),
                expiry_of(record).into(),
            ])
            .to_owned();
        self.0.run(&insert).await.map_err(backend)?;
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // Only what is still there: a request under way must not bring back a session that was
        // ended meanwhile.
        let update = Query::update()
            .table(Alias::new("visits"))
            .value(Alias::new("account"), account_of(record))
            .value(Alias::new("data"), data_of(record)?)
            .value(Alias::new("expires_at"), expiry_of(record))
            .and_where(Expr::col(Alias::new("id")).eq(key_of(record.id)))
            .to_owned();
        self.0.run(&update).await.map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let select = Query::select()
            .columns(["data", "expires_at"].map(Alias::new))
            .from(Alias::new("visits"))
            .and_where(Expr::col(Alias::new("id")).eq(key_of(*id)))
            .and_where(Expr::col(Alias::new("expires_at")).gt(self.0.now()))
            .to_owned();
        let Some(row) = self.0.db().query_one(&select).await.map_err(backend)? else {
            return Ok(None);
        };
        let data: String = row.try_get("", "data").map_err(backend)?;
        let expires_at: i64 = row.try_get("", "expires_at").map_err(backend)?;
        let data: HashMap<String, Value> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(expires_at / 1_000_000).map_err(backend)?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let delete = Query::delete()
            .from_table(Alias::new("visits"))
            .and_where(Expr::col(Alias::new("id")).eq(key_of(*id)))
            .to_owned();
        self.0.run(&delete).await.map_err(backend)?;
        Ok(())
    }
}
