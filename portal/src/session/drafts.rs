//! Drafts: what somebody has typed and not yet sent. Saved question by question, kept through an
//! expired sign-in, deleted when sent or after 30 days.

use linli_kernel::{AccountId, Fault};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait as _, OnConflict, Query};
use serde_json::{Map, Value};

use super::{Desk, store_fault};

/// Whose draft, of which service, about whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftKey {
    /// The account, or the random token of a visitor who has not signed in.
    pub owner: String,
    /// The service applied for.
    pub service: String,
    /// The resident it is about; empty for oneself.
    pub about: String,
}

impl DraftKey {
    /// The draft of `account` for `service`, about `about` (empty for oneself).
    #[must_use]
    pub fn of(account: AccountId, service: &str, about: &str) -> Self {
        Self {
            owner: account.to_string(),
            service: service.to_owned(),
            about: about.to_owned(),
        }
    }

    fn condition(&self) -> Cond {
        Cond::all()
            .add(Expr::col(Alias::new("owner")).eq(self.owner.as_str()))
            .add(Expr::col(Alias::new("service")).eq(self.service.as_str()))
            .add(Expr::col(Alias::new("about")).eq(self.about.as_str()))
    }
}

/// A draft as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whose, of what, about whom.
    pub key: DraftKey,
    /// The answers by question.
    pub answers: Map<String, Value>,
    /// When it was last changed, in microseconds since 1970.
    pub updated_at: i64,
}

impl Desk {
    /// The draft under `key`, where there is one.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub async fn draft(&self, key: &DraftKey) -> Result<Option<Draft>, Fault> {
        let select = Query::select()
            .columns(["owner", "service", "about", "answers", "updated_at"].map(Alias::new))
            .from(Alias::new("drafts"))
            .cond_where(key.condition())
            .to_owned();
        let row = self.db.query_one(&select).await.map_err(store_fault)?;
        row.map(|row| read(&row)).transpose()
    }

    /// The drafts of `owner`, the newest first.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub async fn drafts(&self, owner: &str) -> Result<Vec<Draft>, Fault> {
        let select = Query::select()
            .columns(["owner", "service", "about", "answers", "updated_at"].map(Alias::new))
            .from(Alias::new("drafts"))
            .and_where(Expr::col(Alias::new("owner")).eq(owner))
            .order_by(Alias::new("updated_at"), sea_orm::Order::Desc)
            .limit(100)
            .to_owned();
        let rows = self.db.query_all(&select).await.map_err(store_fault)?;
        rows.iter().map(read).collect()
    }

    /// Saves `answers` into the draft under `key`: questions named here are set, others stay.
    /// A question set to `null` is taken out. Returns the whole draft.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn save_draft(
        &self,
        key: &DraftKey,
        answers: Map<String, Value>,
    ) -> Result<Draft, Fault> {
        let mut all = self.draft(key).await?.map_or_else(Map::new, |d| d.answers);
        for (question, answer) in answers {
            if answer == Value::Null {
                all.remove(&question);
            } else {
                all.insert(question, answer);
            }
        }
        let draft = Draft {
            key: key.clone(),
            answers: all,
            updated_at: self.now(),
        };
        let insert = Query::insert()
            .into_table(Alias::new("drafts"))
            .columns(["owner", "service", "about", "answers", "updated_at"].map(Alias::new))
            .values_panic([
                key.owner.as_str().into(),
                key.service.as_str().into(),
                key.about.as_str().into(),
                Value::Object(draft.answers.clone()).to_string().into(),
                draft.updated_at.into(),
            ])
            .on_conflict(
                OnConflict::columns(["owner", "service", "about"].map(Alias::new))
                    .update_columns(["answers", "updated_at"].map(Alias::new))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        Ok(draft)
    }

    /// What every draft holds under `name`, where it holds something there.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub async fn answers_with(&self, name: &str) -> Result<Vec<Value>, Fault> {
        let select = Query::select()
            .columns(["owner", "service", "about", "answers", "updated_at"].map(Alias::new))
            .from(Alias::new("drafts"))
            .and_where(Expr::col(Alias::new("answers")).like(format!("%\"{name}\"%")))
            .to_owned();
        let rows = self.db.query_all(&select).await.map_err(store_fault)?;
        let mut found = Vec::new();
        for row in rows {
            found.extend(read(&row)?.answers.remove(name));
        }
        Ok(found)
    }

    /// Deletes the draft under `key`: it was sent, or thrown away.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn drop_draft(&self, key: &DraftKey) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("drafts"))
            .cond_where(key.condition())
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }

    /// Gives the drafts of `from` (a visitor's token) to `to` (the account that signed in), but
    /// for those the account already has.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn adopt_drafts(&self, from: &str, to: AccountId) -> Result<(), Fault> {
        for draft in self.drafts(from).await? {
            let key = DraftKey::of(to, &draft.key.service, &draft.key.about);
            if self.draft(&key).await?.is_none() {
                self.save_draft(&key, draft.answers).await?;
            }
            self.drop_draft(&draft.key).await?;
        }
        Ok(())
    }

    /// Deletes everything a kiosk visitor left: the drafts of `owner`, and which files they sent.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn erase_drafts(&self, owner: &str) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("drafts"))
            .and_where(
                Expr::col(Alias::new("owner")).is_in([owner.to_owned(), format!("papers:{owner}")]),
            )
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }

    /// Deletes what anybody typed about `about`: a resident who was erased.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn erase_drafts_about(&self, about: &str) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("drafts"))
            .and_where(Expr::col(Alias::new("about")).eq(about))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }
}

fn read(row: &sea_orm::QueryResult) -> Result<Draft, Fault> {
    let column = |name: &str| row.try_get::<String>("", name).map_err(store_fault);
    let answers = serde_json::from_str(&column("answers")?)
        .map_err(|error| Fault::Damaged(format!("a draft is not readable: {error}")))?;
    Ok(Draft {
        key: DraftKey {
            owner: column("owner")?,
            service: column("service")?,
            about: column("about")?,
        },
        answers,
        updated_at: row.try_get("", "updated_at").map_err(store_fault)?,
    })
}
