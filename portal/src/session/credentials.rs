//! Passwords of staff: Argon2id hashes on the desk, checked away from the async threads, with a
//! pause that grows after each failure. A password that somebody else chose is noted as given: its
//! holder replaces it at the next sign-in.

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
}

impl Desk {
    /// Gives `account` the user name `login` and a `password` that somebody else chose: it is good
    /// for one sign-in, at which the holder chooses their own.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn give_password(
        &self,
        login: &str,
        account: AccountId,
        password: String,
    ) -> Result<(), Fault> {
        let insert = Query::insert()
            .into_table(Alias::new("given_passwords"))
            .columns(["account", "at"].map(Alias::new))
            .values_panic([account.to_string().into(), self.now().into()])
            .on_conflict(
                OnConflict::column(Alias::new("account"))
                    .update_column(Alias::new("at"))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        self.set_password(login, account, password).await
    }

    /// Whether the password of `account` was chosen by somebody else.
    pub(crate) async fn is_given(&self, account: AccountId) -> Result<bool, Fault> {
        let select = Query::select()
            .column(Alias::new("account"))
            .from(Alias::new("given_passwords"))
            .and_where(Expr::col(Alias::new("account")).eq(account.to_string()))
            .to_owned();
        let row = self.db.query_one(&select).await.map_err(store_fault)?;
        Ok(row.is_some())
    }

    /// Lets the holder of `account` choose their own `password`.
    pub(crate) async fn choose_password(
        &self,
        login: &str,
        account: AccountId,
        password: String,
    ) -> Result<(), Fault> {
        self.set_password(login, account, password).await?;
        // Whatever else the account could sign in with was somebody else's choice.
        let others = Query::delete()
            .from_table(Alias::new("credentials"))
            .and_where(Expr::col(Alias::new("account")).eq(account.to_string()))
            .and_where(Expr::col(Alias::new("login")).ne(login))
            .to_owned();
        self.run(&others).await?;
        self.forget_in("given_passwords", account).await
    }

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
            .columns(["login", "account", "phc", "changed_at"].map(Alias::new))
            .values_panic([
                login.into(),
                account.to_string().into(),
                phc.into(),
                self.now().into(),
            ])
            .on_conflict(
                OnConflict::column(Alias::new("login"))
                    .update_columns(["account", "phc", "changed_at"].map(Alias::new))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        self.forgive(&self.keyed("login", login)).await
    }

    /// Checks `login` with `password`. An unknown name takes as long as a wrong password.
    ///
    /// # Errors
    /// When the desk cannot be read or written.
    pub async fn check_password(&self, login: &str, password: String) -> Result<Checked, Fault> {
        let name = self.keyed("login", login);
        if let Some(seconds) = self.count_try(&name).await? {
            return Ok(Checked::Locked { seconds });
        }
        let stored = self.stored(login).await?;
        let phc = stored.as_ref().map(|stored| stored.phc.clone());
        let right = away(move || matches_hash(phc.as_deref(), &password)).await?;
        match stored.filter(|_| right) {
            Some(stored) => {
                self.forgive(&name).await?;
                Ok(Checked::Right(stored.account))
            }
            None => Ok(Checked::Wrong),
        }
    }

    /// Counts a try for `name`, a keyed hash, before it is looked at, also of several at once, and for
    /// what nobody has as for what somebody has: a pause tells nothing. The seconds to wait while
    /// there is one.
    pub(super) async fn count_try(&self, name: &str) -> Result<Option<i64>, Fault> {
        let insert = Query::insert()
            .into_table(Alias::new("tries"))
            .columns(["name", "failures", "locked_until"].map(Alias::new))
            .values_panic([name.into(), 0.into(), 0.into()])
            .on_conflict(
                OnConflict::column(Alias::new("name"))
                    .do_nothing()
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        let select = Query::select()
            .columns(["failures", "locked_until"].map(Alias::new))
            .from(Alias::new("tries"))
            .and_where(Expr::col(Alias::new("name")).eq(name))
            .to_owned();
        let Some(row) = self.db.query_one(&select).await.map_err(store_fault)? else {
            return Ok(Some(1));
        };
        let read: i64 = row.try_get("", "failures").map_err(store_fault)?;
        let locked_until: i64 = row.try_get("", "locked_until").map_err(store_fault)?;
        let now = self.now();
        if locked_until > now {
            return Ok(Some((locked_until - now + 999_999) / 1_000_000));
        }
        let until = now + pause_seconds(read + 1) * 1_000_000;
        let update = Query::update()
            .table(Alias::new("tries"))
            .value(Alias::new("failures"), read + 1)
            .value(Alias::new("locked_until"), until)
            .and_where(Expr::col(Alias::new("name")).eq(name))
            .and_where(Expr::col(Alias::new("failures")).eq(read))
            .to_owned();
        // Where another try of the same moment was counted first, this one waits its turn.
        Ok((self.run(&update).await? == 0).then_some(1))
    }

    /// Forgets the tries for `name`.
    pub(super) async fn forgive(&self, name: &str) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("tries"))
            .and_where(Expr::col(Alias::new("name")).eq(name))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }

    async fn stored(&self, login: &str) -> Result<Option<Stored>, Fault> {
        let select = Query::select()
            .columns(["account", "phc"].map(Alias::new))
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
            })
        })
        .transpose()
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
