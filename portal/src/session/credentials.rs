//! Passwords of staff: Argon2id hashes on the desk, checked away from the async threads, with a
//! pause that grows after each failure. A second factor has its place beside `phc`.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use linli_kernel::{AccountId, Fault};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Query};

use super::{Desk, store_fault};

/// Failures allowed before pauses begin.
const FREE_FAILURES: i64 = 4;
/// The longest pause, in seconds.
const LONGEST_PAUSE_S: i64 = 15 * 60;

/// What a check of name and password says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// They belong together.
    Right(AccountId),
    /// They do not; which of the two is wrong is not told.
    Wrong,
    /// Too many failures: not checked at all. Try again after so many seconds.
    Locked {
        /// Seconds until the next try counts.
        seconds: i64,
    },
}

/// The Argon2id hash of `password`. Slow on purpose.
///
/// # Errors
/// When no hash can be made (no randomness).
pub async fn hash_password(password: String) -> Result<String, Fault> {
    away(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Fault::Store(format!("password not hashed: {error}")))
    })
    .await?
}

async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Fault::Busy(error.to_string()))
}

/// The pause in seconds after so many failures in a row: 0 0 0 0 30 60 120 … 900.
fn pause_seconds(failures: i64) -> i64 {
    if failures <= FREE_FAILURES {
        return 0;
    }
    let doublings = u32::try_from(failures - FREE_FAILURES - 1).map_or(5, |n| Ord::min(n, 5));
    Ord::min(30 * 2_i64.pow(doublings), LONGEST_PAUSE_S)
}

struct Stored {
    account: AccountId,
    phc: String,
    failures: i64,
    locked_until: i64,
}

impl Desk {
    /// Gives `account` the user name `login` and `password`.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn set_password(
        &self,
        login: &str,
        account: AccountId,
        password: String,
    ) -> Result<(), Fault> {
        let phc = hash_password(password).await?;
        let insert = Query::insert()
            .into_table(Alias::new("credentials"))
            .columns(
                [
                    "login",
                    "account",
                    "phc",
                    "failures",
                    "locked_until",
                    "changed_at",
                ]
                .map(Alias::new),
            )
            .values_panic([
                login.into(),
                account.to_string().into(),
                phc.into(),
                0.into(),
                0.into(),
                self.now().into(),
            ])
            .on_conflict(
                OnConflict::column(Alias::new("login"))
                    .update_columns(
                        ["account", "phc", "failures", "locked_until", "changed_at"]
                            .map(Alias::new),
                    )
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await.map(|_| ())
    }

    /// Checks `login` with `password`. An unknown name takes as long as a wrong password.
    ///
    /// # Errors
    /// When the desk cannot be read or written.
    pub async fn check_password(&self, login: &str, password: String) -> Result<Checked, Fault> {
        let stored = self.stored(login).await?;
        let now = self.now();
        if let Some(stored) = &stored
            && stored.locked_until > now
        {
            let seconds = (stored.locked_until - now + 999_999) / 1_000_000;
            return Ok(Checked::Locked { seconds });
        }
        let phc = stored.as_ref().map(|stored| stored.phc.clone());
        let right = away(move || matches_hash(phc.as_deref(), &password)).await?;
        let Some(stored) = stored else {
            return Ok(Checked::Wrong);
        };
        if right {
            self.note_failures(login, 0, 0).await?;
            return Ok(Checked::Right(stored.account));
        }
        let failures = stored.failures + 1;
        let locked_until = now + pause_seconds(failures) * 1_000_000;
        self.note_failures(login, failures, locked_until).await?;
        Ok(Checked::Wrong)
    }

    async fn stored(&self, login: &str) -> Result<Option<Stored>, Fault> {
        let select = Query::select()
            .columns(["account", "phc", "failures", "locked_until"].map(Alias::new))
            .from(Alias::new("credentials"))
            .and_where(Expr::col(Alias::new("login")).eq(login))
            .to_owned();
        let row = self.db.query_one(&select).await.map_err(store_fault)?;
        row.map(|row| {
            let account: String = row.try_get("", "account").map_err(store_fault)?;
            Ok(Stored {
                account: account.parse().map_err(|error| {
                    Fault::Damaged(format!("a credential names no account: {error}"))
                })?,
                phc: row.try_get("", "phc").map_err(store_fault)?,
                failures: row.try_get("", "failures").map_err(store_fault)?,
                locked_until: row.try_get("", "locked_until").map_err(store_fault)?,
            })
        })
        .transpose()
    }

    async fn note_failures(&self, login: &str, failures: i64, until: i64) -> Result<(), Fault> {
        let update = Query::update()
            .table(Alias::new("credentials"))
            .value(Alias::new("failures"), failures)
            .value(Alias::new("locked_until"), until)
            .and_where(Expr::col(Alias::new("login")).eq(login))
            .to_owned();
        self.run(&update).await.map(|_| ())
    }
}

/// Whether `password` fits `phc`; without a hash, spends the same time and says no.
fn matches_hash(phc: Option<&str>, password: &str) -> bool {
    let hasher = Argon2::default();
    let Some(phc) = phc else {
        std::hint::black_box(hasher.hash_password(password.as_bytes()).is_ok());
        return false;
    };
    PasswordHash::new(phc)
        .is_ok_and(|hash| hasher.verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::pause_seconds;

    #[test]
    fn pauses_begin_after_four_failures_and_end_at_a_quarter_hour() {
        let pauses: Vec<i64> = (0..=11).map(pause_seconds).collect();
        assert_eq!(pauses, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]);
    }
}
