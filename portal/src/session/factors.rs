//! Second factors of staff: an authenticator app, and recovery codes for the day the phone is gone.
//!
//! The app's secret is sealed under a key that lies outside the desk; of a recovery code only a keyed
//! hash is kept (24 letters of 31: 118 bits, so that a plain hash suffices). A code counts once: the
//! step it belongs to is written with it, and only a later one is taken. Every try is counted before
//! it is looked at, also of two at once, and the pause grows as with passwords.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linli_kernel::{AccountId, Fault};
use rand::{Rng as _, RngExt as _};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Query};

use super::{Desk, store_fault, totp};

/// How many recovery codes are given out at once.
const RECOVERY_CODES: usize = 10;
/// Letters that are not taken for one another.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// The letters of a recovery code.
const CODE_LETTERS: usize = 24;

/// What a check of a second factor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorCheck {
    /// It is right, and used up.
    Right,
    /// It is not, or was used before.
    Wrong,
    /// Too many failures: not looked at. Try again after so many seconds.
    Locked {
        /// Seconds until the next try counts.
        seconds: i64,
    },
}

/// A secret that was shown and not yet confirmed, as the session keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    /// Sealed, for the session.
    pub(crate) kept: String,
    /// As one types it into an app.
    pub(crate) text: String,
    /// As the QR code holds it.
    pub(crate) address: String,
}

fn context(account: AccountId) -> Vec<u8> {
    format!("second factor of {account}").into_bytes()
}

fn is(column: &'static str, value: &str) -> sea_orm::sea_query::SimpleExpr {
    Expr::col(Alias::new(column)).eq(value)
}

impl Desk {
    /// A secret for an app of `account`, to be shown and confirmed; `kept` from an earlier showing is
    /// shown again, so that a page loaded twice does not make the phone's entry worthless.
    pub(crate) fn fresh_factor(
        &self,
        account: AccountId,
        kept: Option<&str>,
        place: &str,
        login: &str,
    ) -> Result<Fresh, Fault> {
        let secret = match kept.and_then(|kept| self.opened(account, kept)) {
            Some(secret) => secret,
            None => {
                let mut secret = vec![0; totp::SECRET];
                rand::rng().fill_bytes(&mut secret);
                secret
            }
        };
        let sealed = self.key().seal(&context(account), &secret)?;
        let (text, address) = totp::told(&secret, place, login);
        Ok(Fresh {
            kept: URL_SAFE_NO_PAD.encode(sealed),
            text,
            address,
        })
    }

    fn opened(&self, account: AccountId, kept: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(kept).ok()?;
        self.key().open_sealed(&context(account), &sealed)
    }

    /// Makes the secret of [`Desk::fresh_factor`] the factor of `account` when `code` is one of its
    /// codes, and gives the recovery codes, which are shown once. `None` when the code is not right.
    pub(crate) async fn enrol(
        &self,
        account: AccountId,
        kept: &str,
        code: &str,
    ) -> Result<Option<Vec<String>>, Fault> {
        let Some(secret) = self.opened(account, kept) else {
            return Ok(None);
        };
        let Some(step) = totp::step_of(&secret, code, self.now()) else {
            return Ok(None);
        };
        let columns = ["account", "secret", "used_step", "since"].map(Alias::new);
        let insert = Query::insert()
            .into_table(Alias::new("factors"))
            .columns(columns.clone())
            .values_panic([
                account.to_string().into(),
                kept.into(),
                step.into(),
                self.now().into(),
            ])
            .on_conflict(
                OnConflict::column(Alias::new("account"))
                    .update_columns(columns.into_iter().skip(1))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        self.renew_recovery(account).await.map(Some)
    }

    /// Since when `account` has a second factor, in microseconds; `None` when it has none.
    ///
    /// # Errors
    /// When the desk cannot be read.
    pub async fn factor_since(&self, account: AccountId) -> Result<Option<i64>, Fault> {
        let select = Query::select()
            .column(Alias::new("since"))
            .from(Alias::new("factors"))
            .and_where(is("account", &account.to_string()))
            .to_owned();
        let row = self.db.query_one(&select).await.map_err(store_fault)?;
        row.map(|row| row.try_get("", "since").map_err(store_fault))
            .transpose()
    }

    /// Checks what was typed: six digits of the app, or a recovery code. Either works once.
    ///
    /// # Errors
    /// When the desk cannot be read or written.
    pub async fn check_factor(
        &self,
        account: AccountId,
        typed: &str,
    ) -> Result<FactorCheck, Fault> {
        let Some(secret) = self.factor(account).await? else {
            return Ok(FactorCheck::Wrong);
        };
        let name = self.keyed("factor", &account.to_string());
        if let Some(seconds) = self.count_try(&name).await? {
            return Ok(FactorCheck::Locked { seconds });
        }
        let typed: String = typed
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let right = match totp::step_of(&secret, &typed, self.now()) {
            Some(step) => self.use_step(account, step).await?,
            None => typed.len() == CODE_LETTERS && self.use_recovery(account, &typed).await?,
        };
        if right {
            self.forgive(&name).await?;
            return Ok(FactorCheck::Right);
        }
        Ok(FactorCheck::Wrong)
    }

    /// The secret of the app of `account`.
    async fn factor(&self, account: AccountId) -> Result<Option<Vec<u8>>, Fault> {
        let select = Query::select()
            .column(Alias::new("secret"))
            .from(Alias::new("factors"))
            .and_where(is("account", &account.to_string()))
            .to_owned();
        let Some(row) = self.db.query_one(&select).await.map_err(store_fault)? else {
            return Ok(None);
        };
        let kept: String = row.try_get("", "secret").map_err(store_fault)?;
        let secret = self.opened(account, &kept).ok_or_else(|| {
            Fault::Damaged(format!("the second factor of {account} does not open"))
        })?;
        Ok(Some(secret))
    }

    async fn use_step(&self, account: AccountId, step: i64) -> Result<bool, Fault> {
        let update = Query::update()
            .table(Alias::new("factors"))
            .value(Alias::new("used_step"), step)
            .and_where(is("account", &account.to_string()))
            .and_where(Expr::col(Alias::new("used_step")).lt(step))
            .to_owned();
        Ok(self.run(&update).await? == 1)
    }

    async fn use_recovery(&self, account: AccountId, code: &str) -> Result<bool, Fault> {
        let take = Query::delete()
            .from_table(Alias::new("recovery"))
            .and_where(is("account", &account.to_string()))
            .and_where(is("code", &self.keyed("recovery", code)))
            .to_owned();
        Ok(self.run(&take).await? == 1)
    }

    /// Ten new recovery codes in place of those there were. Shown once: only hashes are kept.
    pub(crate) async fn renew_recovery(&self, account: AccountId) -> Result<Vec<String>, Fault> {
        self.forget_in("recovery", account).await?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let code = recovery_code();
            let insert = Query::insert()
                .into_table(Alias::new("recovery"))
                .columns(["account", "code"].map(Alias::new))
                .values_panic([
                    account.to_string().into(),
                    self.keyed("recovery", &code).into(),
                ])
                .to_owned();
            self.run(&insert).await?;
            codes.push(grouped(&code));
        }
        Ok(codes)
    }

    /// How many recovery codes `account` has left.
    pub(crate) async fn recovery_left(&self, account: AccountId) -> Result<i64, Fault> {
        let select = Query::select()
            .expr_as(Expr::col(Alias::new("code")).count(), Alias::new("n"))
            .from(Alias::new("recovery"))
            .and_where(is("account", &account.to_string()))
            .to_owned();
        let row = self.db.query_one(&select).await.map_err(store_fault)?;
        row.map_or(Ok(0), |row| row.try_get("", "n").map_err(store_fault))
    }

    /// Takes the second factor of `account` away: at the next sign-in a new one is set up.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn forget_factor(&self, account: AccountId) -> Result<(), Fault> {
        self.forget_in("factors", account).await?;
        self.forget_in("recovery", account).await
    }

    pub(super) async fn forget_in(&self, table: &str, account: AccountId) -> Result<(), Fault> {
        let delete = Query::delete()
            .from_table(Alias::new(table))
            .and_where(is("account", &account.to_string()))
            .to_owned();
        self.run(&delete).await.map(|_| ())
    }
}

fn recovery_code() -> String {
    let mut random = rand::rng();
    (0..CODE_LETTERS)
        .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
        .collect()
}

/// Groups of four, as one copies them from paper.
fn grouped(code: &str) -> String {
    let mut shown = String::new();
    for (at, letter) in code.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push('-');
        }
        shown.push(letter);
    }
    shown
}
