//! 复式账: every fen that is owed, sent, paid, returned or claimed back, in accounts of which each
//! transaction moves as much out of one as into another.
//!
//! A [`Ledger`] can only be changed by [`Ledger::transfer`], so it sums to zero by construction at
//! every moment; [`Ledger::is_balanced`] says so of what was read from elsewhere.
//!
//! ```text
//!   granted ─approve→ payable ─send→ in transit ─paid→ paid ─claim→ recoverable ─back→ recovered
//!                        │               └─failed→ returned ─send again→ in transit
//!                        └─kept back for a claim→ paid          paid ─late return→ returned
//! ```

use std::collections::BTreeMap;

use linli_kernel::AreaPath;
use serde::{Deserialize, Serialize};

/// 科目: an account of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// 核定支出: what rolls granted; its balance is as far below zero as the others are above.
    Granted,
    /// 应付待遇: approved and not yet handed to the bank.
    Payable,
    /// 银行在途: handed to the bank, not yet answered.
    InTransit,
    /// 已发放: arrived, or set off against a claim.
    Paid,
    /// 退回待付: failed or returned; owed still.
    Returned,
    /// 应收追缴: paid too much, and decided to be claimed back.
    Recoverable,
    /// 已追回: claimed back and received.
    Recovered,
}

impl Account {
    /// Every account, in the order above.
    pub const ALL: [Self; 7] = [
        Self::Granted,
        Self::Payable,
        Self::InTransit,
        Self::Paid,
        Self::Returned,
        Self::Recoverable,
        Self::Recovered,
    ];

    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Payable => "payable",
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Returned => "returned",
            Self::Recoverable => "recoverable",
            Self::Recovered => "recovered",
        }
    }

    /// The account with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.code() == code)
    }
}

/// 明细: for which benefit in which area an account is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose {
    /// The service that grants it.
    pub service: String,
    /// The committee of the household.
    pub area: AreaPath,
}

/// Balances in fen, by purpose and account. They sum to zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(Purpose, Account), i64>);

impl Ledger {
    /// Moves `fen` from one account to another. What is negative or nothing moves nothing: a
    /// transfer back names its accounts the other way round.
    pub fn transfer(&mut self, purpose: &Purpose, from: Account, to: Account, fen: i64) {
        if fen <= 0 || from == to {
            return;
        }
        *self.0.entry((purpose.clone(), from)).or_default() -= fen;
        *self.0.entry((purpose.clone(), to)).or_default() += fen;
    }

    /// What lies in `account`, over all purposes.
    #[must_use]
    pub fn balance(&self, account: Account) -> i64 {
        let of = self.0.iter().filter(|((_, one), _)| *one == account);
        of.map(|(_, fen)| fen).sum()
    }

    /// Each purpose and account with its balance.
    pub fn balances(&self) -> impl Iterator<Item = (&Purpose, Account, i64)> {
        self.0
            .iter()
            .map(|((purpose, account), fen)| (purpose, *account, *fen))
    }

    /// Whether each purpose sums to zero, and nothing but `granted` lies below it.
    ///
    /// A stream that only claims back or only deducts takes from `paid` or `recoverable` what
    /// another put there: `partial` allows for that.
    #[must_use]
    pub fn is_balanced(&self, partial: bool) -> bool {
        let mut sums: BTreeMap<&Purpose, i128> = BTreeMap::new();
        for ((purpose, account), fen) in &self.0 {
            *sums.entry(purpose).or_default() += i128::from(*fen);
            let below = match account {
                Account::Granted => false,
                Account::Paid | Account::Recoverable => *fen < 0 && !partial,
                _ => *fen < 0,
            };
            if below {
                return false;
            }
        }
        sums.values().all(|sum| *sum == 0)
    }
}
