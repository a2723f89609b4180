//! 上传: files that somebody sent to be worked on, and how far the work is. Theirs alone, until three
//! days after they last touched it; what came of it is in the journal.

use linli_kernel::{AccountId, AreaPath, Fault};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait as _, Query};
use serde_json::Value;
use uuid::Uuid;

use super::{Desk, store_fault};

/// Days an upload is kept after it was last touched.
pub(super) const DAYS: i64 = 3;

/// The most uploads kept of one account; the oldest go.
const MOST: u64 = 10;

/// A file that somebody sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account: AccountId,
    /// For which area.
    pub area: AreaPath,
    /// What it was called.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// How far the work is.
    pub work: Value,
}

impl Desk {
    /// Keeps a file.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn keep_upload(&self, upload: &Upload) -> Result<(), Fault> {
        let insert = Query::insert()
            .into_table(Alias::new("uploads"))
            .columns(
                [
                    "id",
                    "account",
                    "area",
                    "name",
                    "bytes",
                    "work",
                    "updated_at",
                ]
                .map(Alias::new),
            )
            .values_panic([
                upload.id.to_string().into(),
                upload.account.to_string().into(),
                upload.area.as_str().into(),
                upload.name.as_str().into(),
                upload.bytes.clone().into(),
                upload.work.to_string().into(),
                self.now().into(),
            ])
            .to_owned();
        self.run(&insert).await?;
        let kept = Query::select()
            .column(Alias::new("id"))
            .from(Alias::new("uploads"))
            .and_where(Expr::col(Alias::new("account")).eq(upload.account.to_string()))
            .order_by(Alias::new("updated_at"), sea_orm::Order::Desc)
            .limit(MOST)
            .to_owned();
        let delete = Query::delete()
            .from_table(Alias::new("uploads"))
            .and_where(Expr::col(Alias::new("account")).eq(upload.account.to_string()))
            .and_where(Expr::col(Alias::new("id")).not_in_subquery(kept))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }

    /// The file `id` of `account`.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub async fn upload(&self, id: Uuid, account: AccountId) -> Result<Option<Upload>, Fault> {
        let select = Query::select()
            .columns(["area", "name", "bytes", "work"].map(Alias::new))
            .from(Alias::new("uploads"))
            .cond_where(own(id, account))
            .to_owned();
        let Some(row) = self.db.query_one(&select).await.map_err(store_fault)? else {
            return Ok(None);
        };
        let text = |name: &str| row.try_get::<String>("", name).map_err(store_fault);
        let damaged = |what: String| Fault::Damaged(format!("an upload is not readable: {what}"));
        Ok(Some(Upload {
            id,
            account,
            area: text("area")?
                .parse()
                .map_err(|error| damaged(format!("{error}")))?,
            name: text("name")?,
            bytes: row.try_get("", "bytes").map_err(store_fault)?,
            work: serde_json::from_str(&text("work")?)
                .map_err(|error| damaged(error.to_string()))?,
        }))
    }

    /// Notes how far the work on the file `id` is.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn work_on_upload(
        &self,
        id: Uuid,
        account: AccountId,
        work: &Value,
    ) -> Result<(), Fault> {
        let update = Query::update()
            .table(Alias::new("uploads"))
            .value(Alias::new("work"), work.to_string())
            .value(Alias::new("updated_at"), self.now())
            .cond_where(own(id, account))
            .to_owned();
        self.run(&update).await.map(|_| ())
    }

    /// Throws the file `id` of `account` away.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn drop_upload(&self, id: Uuid, account: AccountId) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("uploads"))
            .cond_where(own(id, account))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }

    /// Throws every file for `area` away: somebody was erased who may stand in one.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn drop_uploads_of(&self, area: &AreaPath) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("uploads"))
            .and_where(Expr::col(Alias::new("area")).eq(area.as_str()))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }
}

fn own(id: Uuid, account: AccountId) -> Cond {
    Cond::all()
        .add(Expr::col(Alias::new("id")).eq(id.to_string()))
        .add(Expr::col(Alias::new("account")).eq(account.to_string()))
}
