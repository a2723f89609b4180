//! What the events of an award add up to.

use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::{AreaPath, AwardId, CaseId, ResidentId};
use serde_json::Value;

use super::events::{Event, Fact, Opened, Private, RateWhy, ReviewWhy};
use super::ledger::{Account, Ledger, Purpose};
use super::month::Month;
use super::schedule::{Pause, Schedule, total};

/// 复核: somebody shall look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenReview {
    /// Why.
    pub why: ReviewWhy,
    /// Since which day.
    pub on: Date,
    /// By when.
    pub due: Date,
}

/// What a rate rests on, as it was reckoned then.
#[derive(Debug, Clone, PartialEq)]
pub struct Reckoned {
    /// From which month on.
    pub from: Month,
    /// Why it changed; `None` for the grant itself.
    pub why: Option<RateWhy>,
    /// On which day.
    pub on: Date,
    /// The policies' answers with their trees; `None` where an officer set the rate, or after
    /// erasure.
    pub tree: Option<Arc<Value>>,
}

/// 待遇: what was granted to somebody and is paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Award {
    /// Which.
    pub id: AwardId,
    /// The number it is spoken of by.
    pub number: String,
    /// The case that granted it.
    pub case: Option<CaseId>,
    /// To whom.
    pub resident: ResidentId,
    /// The service that grants it.
    pub service: String,
    /// The policies whose sum it is.
    pub policies: Vec<String>,
    /// Where they live.
    pub area: AreaPath,
    /// The day of the decision.
    pub decided_on: Date,
    /// What is owed when.
    pub schedule: Schedule,
    /// 收款人; empty after erasure.
    pub payee: String,
    /// 收款账户; empty after erasure.
    pub account: String,
    /// The review that is open.
    pub review: Option<OpenReview>,
    /// When it is looked at again.
    pub review_on: Option<Date>,
    /// When the family was last heard, since the last decision.
    pub heard_on: Option<Date>,
    /// Whether the register knows the recipient to have died.
    pub died: bool,
    /// The ground of the last suspension or stop.
    pub ground: Option<String>,
    /// What its rates rest on, the newest last.
    pub reckoned: Vec<Reckoned>,
    /// The keyed hash of the facts it was last reckoned from.
    pub facts: String,
    /// What was claimed back.
    pub ledger: Ledger,
}

/// Where an award stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// 发放中.
    Running,
    /// 暂停.
    Paused,
    /// 已终止.
    Stopped,
}

impl Standing {
    /// Each, in the order above.
    pub const ALL: [Self; 3] = [Self::Running, Self::Paused, Self::Stopped];

    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }

    /// The one with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// An award's state; `None` before it was opened.
pub type MaybeAward = Option<Arc<Award>>;

impl Award {
    fn opened(id: AwardId, opened: &Opened, event: &Event) -> Self {
        let private = &event.private;
        Self {
            id,
            number: opened.number.clone(),
            case: opened.case,
            resident: opened.resident,
            service: opened.service.clone(),
            policies: opened.policies.clone(),
            area: opened.area.clone(),
            decided_on: opened.decided_on,
            schedule: Schedule {
                every: opened.every,
                covers: opened.covers,
                per_payment: opened.per_payment,
                from: opened.from,
                until: opened.until,
                rates: private.rates.clone(),
                pauses: Vec::new(),
                stopped: None,
                claims: Vec::new(),
                repaid: 0,
            },
            payee: private.payee.clone().unwrap_or_default(),
            account: private.account.clone().unwrap_or_default(),
            review: None,
            review_on: opened.review_on,
            heard_on: None,
            died: false,
            ground: None,
            reckoned: vec![Reckoned {
                from: opened.from,
                why: None,
                on: opened.decided_on,
                tree: private.reckoning.clone(),
            }],
            facts: private.facts.clone(),
            ledger: Ledger::default(),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.schedule.stopped.is_some() {
            Standing::Stopped
        } else if self
            .schedule
            .pauses
            .last()
            .is_some_and(|pause| pause.to.is_none())
        {
            Standing::Paused
        } else {
            Standing::Running
        }
    }

    /// Whether a bank can be told where to pay.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        !self.died && is_account(&self.account) && is_payee(&self.payee)
    }

    /// For what its claims are kept in the ledger.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        Purpose {
            service: self.service.clone(),
            area: self.area.clone(),
        }
    }

    fn fold(&mut self, event: &Event) {
        match &event.fact {
            Fact::Opened(_) => {}
            Fact::Rated(fact) => {
                self.schedule.rates.retain(|rate| rate.from < fact.from);
                self.schedule
                    .rates
                    .extend(event.private.rates.iter().copied());
                self.schedule.rates.dedup_by_key(|rate| rate.fen);
                self.reckoned.push(Reckoned {
                    from: fact.from,
                    why: Some(fact.why),
                    on: fact.on,
                    tree: event.private.reckoning.clone(),
                });
                self.rests_on(fact.by_hand, &event.private.facts);
                if fact.why != RateWhy::Policy {
                    self.decided();
                }
            }
            Fact::PayeeChanged(_) => {
                self.payee = event.private.payee.clone().unwrap_or_default();
                self.account = event.private.account.clone().unwrap_or_default();
            }
            Fact::Suspended(fact) => {
                self.schedule.pauses.push(Pause {
                    from: fact.from,
                    to: None,
                    arrears: false,
                });
                self.ground = Some(fact.ground.clone());
                self.decided();
            }
            Fact::Resumed(fact) => {
                if let Some(pause) = self.schedule.pauses.last_mut() {
                    pause.to = Some(fact.from);
                    pause.arrears = fact.arrears;
                }
                self.ground = None;
                self.decided();
            }
            Fact::Stopped(fact) => {
                self.schedule.stopped = Some(fact.from);
                self.ground = Some(fact.ground.clone());
                self.decided();
            }
            other => self.fold_review(other, &event.private),
        }
    }

    /// Reviews, claims and moves.
    fn fold_review(&mut self, fact: &Fact, private: &Private) {
        let purpose = self.purpose();
        match fact {
            Fact::ReviewOpened(fact) => {
                self.died |= fact.why == ReviewWhy::Died;
                self.review = Some(OpenReview {
                    why: fact.why,
                    on: fact.on,
                    due: fact.due,
                });
            }
            Fact::Heard(fact) => self.heard_on = Some(fact.on),
            Fact::Reviewed(fact) => {
                self.review_on = fact.next;
                self.rests_on(fact.by_hand, &private.facts);
                self.decided();
            }
            Fact::Claimed(fact) => {
                let fen = total(&fact.months);
                self.ledger
                    .transfer(&purpose, Account::Paid, Account::Recoverable, fen);
                self.schedule.claims.extend(fact.months.iter().copied());
            }
            Fact::Repaid(fact) => {
                self.ledger
                    .transfer(&purpose, Account::Recoverable, Account::Recovered, fact.fen);
                self.schedule.repaid += fact.fen;
            }
            Fact::Moved(fact) => self.area = fact.area.clone(),
            _ => {}
        }
    }

    /// From which facts its rate was reckoned; a rate set by hand follows no policy any more.
    fn rests_on(&mut self, by_hand: bool, facts: &str) {
        if by_hand {
            self.policies.clear();
        } else if !facts.is_empty() {
            facts.clone_into(&mut self.facts);
        }
    }

    /// Somebody decided: what was open is closed, and the next cut needs a hearing of its own.
    fn decided(&mut self) {
        self.review = None;
        self.heard_on = None;
    }
}

/// Folds one event into the state of the award `id`.
pub(super) fn apply(state: &mut MaybeAward, id: AwardId, event: &Event) {
    match (&mut *state, &event.fact) {
        (None, Fact::Opened(opened)) => *state = Some(Arc::new(Award::opened(id, opened, event))),
        (Some(award), _) => Arc::make_mut(award).fold(event),
        (None, _) => {}
    }
}

/// Whether a text is an account number: 8 to 30 digits, nothing else.
#[must_use]
pub fn is_account(text: &str) -> bool {
    (8..=30).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a name that a bank file can carry: letters, with dots and spaces between.
#[must_use]
pub fn is_payee(text: &str) -> bool {
    let count = text.chars().count();
    let fits = |c: char| c.is_alphabetic() || matches!(c, '·' | '.' | ' ' | '-' | '\'');
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    begins && (1..=60).contains(&count) && text.chars().all(fits)
}
