//! Kiosks that wait for a phone: which kiosk, in which browser, under which code, and who allowed it.
//!
//! One waits for each kiosk at a time. It is good for five minutes and gone once it was used.

use linli_kernel::{AccountId, Fault, ResidentId};
use rand::RngExt as _;
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, OnConflict, Query};

use super::{Desk, store_fault};

const GOOD_FOR_US: i64 = 5 * 60 * 1_000_000;
/// Codes that one account may type in an hour.
const MOST_TRIES: i64 = 10;
const HOUR_US: i64 = 3_600 * 1_000_000;

/// What a kiosk shows while it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waits {
    /// Its name in the address that the phone opens.
    pub(crate) ask: String,
    /// The six digits.
    pub(crate) code: String,
}

/// Who allowed a kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) account: AccountId,
    pub(crate) resident: ResidentId,
    /// Their name, masked.
    pub(crate) name: String,
}

impl Desk {
    /// Lets `kiosk` wait in `browser`, in place of whatever waited there.
    pub(crate) async fn kiosk_waits(&self, kiosk: &str, browser: &str) -> Result<Waits, Fault> {
        let waits = Waits {
            ask: format!("{:032x}", rand::rng().random::<u128>()),
            code: format!("{:06}", rand::rng().random_range(0..1_000_000_u32)),
        };
        let columns = ["ask", "browser", "code", "account", "resident", "name"];
        let insert = Query::insert()
            .into_table(Alias::new("kiosks"))
            .columns(
                ["kiosk"]
                    .into_iter()
                    .chain(columns)
                    .chain(["expires_at"])
                    .map(Alias::new),
            )
            .values_panic([
                kiosk.into(),
                waits.ask.as_str().into(),
                self.keyed("kiosk browser", browser).into(),
                self.keyed("kiosk code", &waits.code).into(),
                "".into(),
                "".into(),
                "".into(),
                (self.now() + GOOD_FOR_US).into(),
            ])
            .on_conflict(
                OnConflict::column(Alias::new("kiosk"))
                    .update_columns(columns.into_iter().chain(["expires_at"]).map(Alias::new))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        Ok(waits)
    }

    /// Which kiosk waits under this ask, as long as nobody allowed it.
    pub(crate) async fn kiosk_of_ask(&self, ask: &str) -> Result<Option<String>, Fault> {
        self.waiting("kiosk", Expr::col(Alias::new("ask")).eq(ask))
            .await
    }

    /// The ask that waits under this code. Every try of the account counts; `Err` of the seconds to
    /// wait after too many.
    pub(crate) async fn ask_of_code(
        &self,
        account: AccountId,
        code: &str,
    ) -> Result<Result<Option<String>, i64>, Fault> {
        let name = self.keyed("kiosk codes of", &account.to_string());
        if let Some(seconds) = self.too_often(&name, MOST_TRIES, HOUR_US).await? {
            return Ok(Err(seconds));
        }
        let code = self.keyed("kiosk code", code);
        let found = self
            .waiting("ask", Expr::col(Alias::new("code")).eq(code))
            .await?;
        Ok(Ok(found))
    }

    async fn waiting(&self, column: &str, which: Expr) -> Result<Option<String>, Fault> {
        let select = Query::select()
            .column(Alias::new(column))
            .from(Alias::new("kiosks"))
            .and_where(which)
            .and_where(Expr::col(Alias::new("account")).eq(""))
            .and_where(Expr::col(Alias::new("expires_at")).gt(self.now()))
            .to_owned();
        let row = self.db().query_one(&select).await.map_err(store_fault)?;
        row.map(|row| row.try_get("", column).map_err(store_fault))
            .transpose()
    }

    /// Allows the kiosk that waits under `ask`; whether there was one. Of two who allow it at once
    /// the first does.
    pub(crate) async fn allow_kiosk(&self, ask: &str, by: &Allowed) -> Result<bool, Fault> {
        let update = Query::update()
            .table(Alias::new("kiosks"))
            .value(Alias::new("account"), by.account.to_string())
            .value(Alias::new("resident"), by.resident.to_string())
            .value(Alias::new("name"), by.name.as_str())
            .and_where(Expr::col(Alias::new("ask")).eq(ask))
            .and_where(Expr::col(Alias::new("account")).eq(""))
            .and_where(Expr::col(Alias::new("expires_at")).gt(self.now()))
            .to_owned();
        Ok(self.run(&update).await? == 1)
    }

    /// Who allowed `kiosk` in `browser`: told once.
    pub(crate) async fn kiosk_allowed(
        &self,
        kiosk: &str,
        browser: &str,
    ) -> Result<Option<Allowed>, Fault> {
        let which = || {
            Condition::all()
                .add(Expr::col(Alias::new("kiosk")).eq(kiosk))
                .add(Expr::col(Alias::new("browser")).eq(self.keyed("kiosk browser", browser)))
                .add(Expr::col(Alias::new("account")).ne(""))
                .add(Expr::col(Alias::new("expires_at")).gt(self.now()))
        };
        let select = Query::select()
            .columns(["ask", "account", "resident", "name"].map(Alias::new))
            .from(Alias::new("kiosks"))
            .cond_where(which())
            .to_owned();
        let Some(row) = self.db().query_one(&select).await.map_err(store_fault)? else {
            return Ok(None);
        };
        let text = |name: &str| row.try_get::<String>("", name).map_err(store_fault);
        let id = |name: &str| -> Result<uuid::Uuid, Fault> {
            let bad = |why: uuid::Error| Fault::Damaged(format!("a kiosk's {name}: {why}"));
            text(name)?.parse().map_err(bad)
        };
        // Taking the row away is the proof: of two who come for it at once only one is let in.
        let take = Query::delete()
            .from_table(Alias::new("kiosks"))
            .cond_where(which())
            .and_where(Expr::col(Alias::new("ask")).eq(text("ask")?))
            .to_owned();
        if self.run(&take).await? != 1 {
            return Ok(None);
        }
        Ok(Some(Allowed {
            account: AccountId(id("account")?),
            resident: ResidentId(id("resident")?),
            name: text("name")?,
        }))
    }
}
