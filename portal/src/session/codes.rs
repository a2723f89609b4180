//! One-time codes for residents: six digits to a phone, good for five minutes and five tries.
//!
//! The phone number is kept only as a keyed hash, the code likewise. A code works in the browser that
//! asked for it alone: who guesses at somebody's number neither uses up nor shuts out the code of the
//! one who holds the phone. One number gets so many codes an hour, whoever asks.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit as _, Mac as _};
use linli_kernel::Fault;
use rand::RngExt as _;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Query};
use sha2::Sha256;
use tokio::io::AsyncWriteExt as _;

use super::{Desk, store_fault};

const GOOD_FOR_US: i64 = 5 * 60 * 1_000_000;
const MOST_TRIES: i64 = 5;
/// Codes for one number in an hour, from all browsers together.
const MOST_AN_HOUR: i64 = 10;
const HOUR_US: i64 = 3_600 * 1_000_000;

/// Carries a code to a phone. A district puts its SMS gateway here.
#[async_trait::async_trait]
pub trait CodeSender: Send + Sync {
    /// Sends `code` to `phone`.
    ///
    /// # Errors
    /// When the gateway does not take it.
    async fn send(&self, phone: &str, code: &str) -> Result<(), Fault>;
}

/// Writes to the log that a code was made, with the last digits of the phone and without the code:
/// for an installation that has no gateway yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConsoleSender;

#[async_trait::async_trait]
impl CodeSender for ConsoleSender {
    async fn send(&self, phone: &str, _code: &str) -> Result<(), Fault> {
        let tail: String = phone
            .chars()
            .skip(phone.chars().count().saturating_sub(2))
            .collect();
        tracing::warn!(
            tail,
            "a one-time code was made, but no SMS gateway is configured"
        );
        Ok(())
    }
}

/// Appends each code to a file that only the node's own user may read: whatever sends messages for
/// the installation takes them from there.
#[derive(Debug, Clone)]
pub struct FileSender {
    path: PathBuf,
}

impl FileSender {
    /// Codes go to the file at `path`, a line each: phone, tab, code.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

#[async_trait::async_trait]
impl CodeSender for FileSender {
    async fn send(&self, phone: &str, code: &str) -> Result<(), Fault> {
        let told =
            |error: std::io::Error| Fault::Setting(format!("{}: {error}", self.path.display()));
        let mut file = tokio::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .await
            .map_err(told)?;
        let line = format!("{phone}\t{code}\n");
        file.write_all(line.as_bytes()).await.map_err(told)?;
        file.flush().await.map_err(told)
    }
}

/// Keeps what was sent, for tests.
#[derive(Debug, Clone, Default)]
pub struct MemorySender(pub Arc<Mutex<Vec<(String, String)>>>);

#[async_trait::async_trait]
impl CodeSender for MemorySender {
    async fn send(&self, phone: &str, code: &str) -> Result<(), Fault> {
        let mut sent = self
            .0
            .lock()
            .map_err(|error| Fault::Busy(error.to_string()))?;
        sent.push((phone.to_owned(), code.to_owned()));
        Ok(())
    }
}

/// What a check of a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is the code; it cannot be used again.
    Right,
    /// It is not.
    Wrong,
    /// There is none any more: too old, too many tries, or used.
    Gone,
}

impl Desk {
    /// A keyed hash of `text` under the desk's secret.
    #[must_use]
    pub(crate) fn keyed(&self, purpose: &str, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret().as_slice())
            .expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    /// Makes a code for `phone` asked for by `browser`, in place of any earlier one of the two;
    /// `Err` of the seconds to wait when the number got too many in this hour.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn make_code(
        &self,
        phone: &str,
        browser: &str,
    ) -> Result<Result<String, i64>, Fault> {
        if let Some(seconds) = self.too_many(phone).await? {
            return Ok(Err(seconds));
        }
        let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
        let insert = Query::insert()
            .into_table(Alias::new("codes"))
            .columns(["phone", "code", "tries", "expires_at"].map(Alias::new))
            .values_panic([
                self.asked(phone, browser).into(),
                self.keyed("code", &code).into(),
                0.into(),
                (self.now() + GOOD_FOR_US).into(),
            ])
            .on_conflict(
                OnConflict::column(Alias::new("phone"))
                    .update_columns(["code", "tries", "expires_at"].map(Alias::new))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        Ok(Ok(code))
    }

    fn asked(&self, phone: &str, browser: &str) -> String {
        self.keyed("phone", &format!("{phone} {browser}"))
    }

    /// Counts a code for `phone`; the seconds to wait when there were too many in this hour.
    async fn too_many(&self, phone: &str) -> Result<Option<i64>, Fault> {
        let name = self.keyed("codes of", phone);
        self.too_often(&name, MOST_AN_HOUR, HOUR_US).await
    }

    /// Counts an act called `name`; the seconds to wait when there were more than `most` within
    /// `window` microseconds of the first.
    pub(super) async fn too_often(
        &self,
        name: &str,
        most: i64,
        window: i64,
    ) -> Result<Option<i64>, Fault> {
        let now = self.now();
        let over = Query::delete()
            .from_table(Alias::new("tries"))
            .and_where(Expr::col(Alias::new("name")).eq(name))
            .and_where(Expr::col(Alias::new("locked_until")).lte(now))
            .to_owned();
        self.run(&over).await?;
        let count = Query::insert()
            .into_table(Alias::new("tries"))
            .columns(["name", "failures", "locked_until"].map(Alias::new))
            .values_panic([name.into(), 1.into(), (now + window).into()])
            .on_conflict(
                OnConflict::column(Alias::new("name"))
                    .value(
                        Alias::new("failures"),
                        Expr::col((Alias::new("tries"), Alias::new("failures"))).add(1),
                    )
                    .to_owned(),
            )
            .to_owned();
        self.run(&count).await?;
        let select = Query::select()
            .columns(["failures", "locked_until"].map(Alias::new))
            .from(Alias::new("tries"))
            .and_where(Expr::col(Alias::new("name")).eq(name))
            .to_owned();
        let Some(row) = self.db().query_one(&select).await.map_err(store_fault)? else {
            return Ok(None);
        };
        let made: i64 = row.try_get("", "failures").map_err(store_fault)?;
        let until: i64 = row.try_get("", "locked_until").map_err(store_fault)?;
        Ok((made > most).then(|| (until - now) / 1_000_000 + 1))
    }

    /// Checks `code` for `phone` in `browser`. Each try counts, also of two requests at once.
    ///
    /// # Errors
    /// When the desk cannot be read or written.
    pub async fn check_code(
        &self,
        phone: &str,
        browser: &str,
        code: &str,
    ) -> Result<CodeCheck, Fault> {
        let phone = self.asked(phone, browser);
        let count = Query::update()
            .table(Alias::new("codes"))
            .value(Alias::new("tries"), Expr::col(Alias::new("tries")).add(1))
            .and_where(Expr::col(Alias::new("phone")).eq(phone.as_str()))
            .and_where(Expr::col(Alias::new("tries")).lt(MOST_TRIES))
            .and_where(Expr::col(Alias::new("expires_at")).gt(self.now()))
            .to_owned();
        if self.run(&count).await? == 0 {
            return Ok(CodeCheck::Gone);
        }
        // Taking the row away is the proof: of two right answers at once only one succeeds.
        let take = Query::delete()
            .from_table(Alias::new("codes"))
            .and_where(Expr::col(Alias::new("phone")).eq(phone.as_str()))
            .and_where(Expr::col(Alias::new("code")).eq(self.keyed("code", code)))
            .to_owned();
        if self.run(&take).await? == 1 {
            return Ok(CodeCheck::Right);
        }
        Ok(CodeCheck::Wrong)
    }
}
