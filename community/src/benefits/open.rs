//! 建立待遇: a granted decision becomes an award, and one granted before Linli is carried over.

use std::sync::Arc;

use jiff::civil::Date;
use linli_journal::{Append, AppendError, Appended};
use linli_kernel::{Actor, AreaPath, AwardId, CommandId, Fault, ResidentId, StreamId};
use serde_json::{Value, json};

use super::events::{Event, Fact, Opened, Private, RateWhy, Rated, ReviewWhy};
use super::month::Month;
use super::reckon::{Asked, matched};
use super::register::Awards;
use super::schedule::Rate;
use super::state::{Award, MaybeAward};
use crate::cases::State;
use crate::catalogue::{Covers, Every, OutcomeKind, Pays, Service, Starts};
use crate::feature::{Call, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::policies::Reckoned;

/// The field of the register that holds somebody's account.
const ACCOUNT: &str = "person.bank_account";

/// How many months before its decision an award may begin: a slip of the year must not make a roll
/// of centuries.
const EARLIEST: i32 = 40 * 12;

/// How many awards are opened in one go.
const AT_ONCE: usize = 4_000;

/// What an award is opened with.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The open part.
    pub opened: Opened,
    /// The sealed part.
    pub private: Private,
}

/// 接续: a benefit that was granted before Linli and goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// To whom.
    pub resident: ResidentId,
    /// Their name, as the bank knows it.
    pub name: String,
    /// The service that grants it.
    pub service: String,
    /// Where they live.
    pub area: AreaPath,
    /// The day of the decision.
    pub decided_on: Date,
    /// The first month that Linli pays.
    pub from: Month,
    /// How much each time, in fen; `None` for what the policies say.
    pub amount_fen: Option<i64>,
    /// Their account; `None` for the one in the register.
    pub account: Option<String>,
}

/// The award of a case: one case, one award.
fn award_of(case: &State) -> AwardId {
    AwardId(case.id.0)
}

impl Linli {
    /// What a case's decision makes of its award: opened by a grant, rated anew by a grant decided
    /// anew, looked at again when the decision is gone. Done once, however often it is asked.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub async fn award_case(&self, case: &State) -> Result<bool, Problem> {
        let stream = StreamId::from(award_of(case));
        let known = self.load::<Awards>(&stream).await?;
        let granted = case
            .decided
            .as_ref()
            .filter(|one| one.result == OutcomeKind::Grant);
        let Some(decided) = granted else {
            return match &*known.state {
                Some(award) if case.decided.is_some() || award.review.is_none() => {
                    self.review(award.id, ReviewWhy::Decision).await
                }
                _ => Ok(false),
            };
        };
        let again = known.state.as_deref();
        let decided_before = |award: &Award| {
            let of_case = |why| matches!(why, None | Some(RateWhy::Case));
            award
                .reckoned
                .iter()
                .any(|one| of_case(one.why) && one.on == decided.on)
        };
        if again.is_some_and(decided_before) {
            return Ok(false);
        }
        let Some(opening) = self.opening(case).await? else {
            return Ok(false);
        };
        let digest = digest_of(&("award", case.id, decided.on))?;
        let system = Actor::system();
        let opens = |state: &MaybeAward| {
            let event = match state.as_deref() {
                None => Event {
                    fact: Fact::Opened(opening.opened.clone()),
                    private: opening.private.clone(),
                },
                Some(award) if decided_before(award) => return Ok((Vec::new(), json!({}))),
                Some(_) => rated_anew(&opening),
            };
            Ok((vec![event], json!({ "award": award_of(case) })))
        };
        self.perform::<Awards, _>(self.own_call(&system), digest, &stream, opens)
            .await?;
        Ok(true)
    }

    /// What an award of a case is opened with; `None` where nothing is paid.
    async fn opening(&self, case: &State) -> Result<Option<Opening>, Problem> {
        let filed = case
            .submitted_at
            .to_zoned(linli_kernel::clock::shanghai())
            .date();
        let service = self.service(&case.service, case.service_version, &case.area, filed);
        let (Some(service), Some(decided)) = (service, &case.decided) else {
            return Ok(None);
        };
        let (Some(fen), Some(pays)) = (decided.amount_fen, pays(&service, &decided.outcome)) else {
            return Ok(None);
        };
        let from = first_month(pays, decided.from, decided.on);
        let kept = decided.reckoning.as_deref();
        let policies = kept
            .map(|kept| matched(kept, fen, pays.every))
            .unwrap_or_default();
        let family = self.family_of_case(case).await?;
        let asked = Asked {
            family: &family,
            service: &case.service,
            policies: &policies,
        };
        let rates = self.rates(&asked, from, fen);
        let opened = Opened {
            number: case.number.clone(),
            case: Some(case.id),
            resident: case.applicant,
            service: case.service.clone(),
            area: self.area_today(&case.area),
            per_payment: policies.is_empty() && pays.every == Every::Quarter,
            policies: policies.clone(),
            every: pays.every,
            covers: pays.covers,
            from,
            until: decided.until.map(Month::of),
            decided_on: decided.on,
            review_on: review_on(&service, decided.on),
        };
        let private = Private {
            rates,
            payee: Some(case.name.clone()),
            account: self.account_of(case).await?,
            reckoning: decided.reckoning.clone(),
            facts: self.facts_key(&asked),
            words: String::new(),
        };
        Ok(Some(Opening { opened, private }))
    }

    /// The account the form asked for, else the one in the register.
    async fn account_of(&self, case: &State) -> Result<Option<String>, Fault> {
        let filed = case
            .submitted_at
            .to_zoned(linli_kernel::clock::shanghai())
            .date();
        let fields = self.fields_asked(case, filed);
        let told = fields.iter().find(|(_, field)| *field == ACCOUNT);
        let told = told.and_then(|(question, _)| case.answers.get(question));
        match told.and_then(Value::as_str) {
            Some(account) => Ok(Some(plain(account))),
            None => self.known_account(case.applicant).await,
        }
    }

    async fn known_account(&self, resident: ResidentId) -> Result<Option<String>, Fault> {
        let facts = self.facts(resident).await?;
        let known = facts.get(ACCOUNT).and_then(|fact| fact.value.as_str());
        Ok(known.map(plain))
    }

    /// 接续: opens an award for what was granted before Linli. Sent again under the same command, it
    /// is opened once; the award's id is in the answer under `award`.
    ///
    /// # Errors
    /// [`Problem`]: `cases.service-unknown`, `benefits.amount-wrong` where no policy says how much
    /// and nothing was given, or a fault.
    pub async fn carry_over(&self, call: Call<'_>, carried: &Carried) -> Result<AwardId, Problem> {
        let today = self.clock().today();
        let service = self
            .catalogue()
            .service_in(&carried.service, &carried.area, today);
        let unknown = || linli_kernel::Refusal::new("cases.service-unknown").on("service");
        let service = service.ok_or_else(unknown)?;
        let opening = self.carried(&service, carried).await?;
        // The act's id makes the award's: the same act sent twice opens one.
        let id = AwardId(call.command.0);
        let digest = digest_of(&(carried.resident, &carried.service, carried.from))?;
        let number = number_of(id);
        let opens = |state: &MaybeAward| {
            if state.is_some() {
                return Ok((Vec::new(), json!({ "award": id })));
            }
            let opened = Opened {
                number: number.clone(),
                ..opening.opened.clone()
            };
            let event = Event {
                fact: Fact::Opened(opened),
                private: opening.private.clone(),
            };
            Ok((vec![event], json!({ "award": id })))
        };
        self.perform::<Awards, _>(call, digest, &id.into(), opens)
            .await?;
        Ok(id)
    }

    pub(super) async fn carried(
        &self,
        service: &Service,
        carried: &Carried,
    ) -> Result<Opening, Problem> {
        let wrong = || linli_kernel::Refusal::new("benefits.amount-wrong").on("amount");
        let mut results = service.decision.results.iter();
        let pays = results
            .find_map(|one| one.pays.as_ref())
            .ok_or_else(wrong)?;
        let family = self.family(carried.resident).await?;
        let first = carried.from.first_day();
        let now = family.reckon_service(&self.policies(), &service.id, first);
        let (sum, told, policies) = said_yes(now);
        let by_policy = sum > 0 && carried.amount_fen.is_none_or(|fen| fen == sum);
        let fen = carried.amount_fen.or((sum > 0).then_some(sum));
        let fen = fen.ok_or_else(wrong)?;
        let policies = if by_policy { policies } else { Vec::new() };
        let asked = Asked {
            family: &family,
            service: &service.id,
            policies: &policies,
        };
        let account = match &carried.account {
            Some(account) => Some(plain(account)),
            None => self.known_account(carried.resident).await?,
        };
        Ok(Opening {
            opened: Opened {
                number: String::new(),
                case: None,
                resident: carried.resident,
                service: service.id.clone(),
                area: self.area_today(&carried.area),
                per_payment: policies.is_empty() && pays.every == Every::Quarter,
                policies: policies.clone(),
                every: pays.every,
                covers: pays.covers,
                from: carried.from,
                until: None,
                decided_on: carried.decided_on,
                review_on: review_on(service, carried.decided_on),
            },
            private: Private {
                rates: self.rates(&asked, carried.from, fen),
                payee: Some(carried.name.clone()),
                account,
                reckoning: by_policy.then(|| Arc::new(Value::Array(told))),
                facts: self.facts_key(&asked),
                words: String::new(),
            },
        })
    }

    /// 批量接续: opens many awards at once, each as a whole or not at all, for a district that begins
    /// with Linli. Returns how many were opened; one whose id is known already is not opened again.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal.
    pub async fn open_awards(
        &self,
        actor: &Actor,
        openings: Vec<(AwardId, Opening)>,
    ) -> Result<u64, Problem> {
        let mut opened = 0;
        let mut openings = openings.into_iter().peekable();
        while openings.peek().is_some() {
            let some: Result<Vec<Append>, Fault> = openings
                .by_ref()
                .take(AT_ONCE)
                .map(|one| self.append_of(actor, one))
                .collect();
            let done = self.journal().append_bulk(some?).await;
            for outcome in done.map_err(|error| self.problem(error))? {
                match outcome {
                    Ok(done) => opened += u64::from(matches!(done, Appended::Done { .. })),
                    Err(AppendError::Conflict { .. }) => {}
                    Err(error) => return Err(self.problem(error)),
                }
            }
        }
        Ok(opened)
    }

    fn append_of(&self, actor: &Actor, (id, opening): (AwardId, Opening)) -> Result<Append, Fault> {
        let at = self.clock().now();
        let event = Event {
            fact: Fact::Opened(opening.opened),
            private: opening.private,
        };
        let new = Loaded {
            state: Arc::new(MaybeAward::default()),
            version: 0,
        };
        let mut plan = Plan::default();
        let meta = Meta { at, actor };
        let _award = plan.add::<Awards>(&id.into(), &new, &[event], meta)?;
        Ok(Append {
            command: CommandId(id.0),
            digest: digest_of(&id)?,
            at,
            actor: actor.clone(),
            expected: plan.expected,
            entries: plan.entries,
            changes: plan.changes,
            answer: json!({ "award": id }),
            notices: plan.notices,
        })
    }
}

/// The number of an award without a case: `A` and twelve digits, which no case number looks like.
fn number_of(id: AwardId) -> String {
    const DIGITS: u128 = 1_000_000_000_000;
    format!("A{:012}", id.0.as_u128() % DIGITS)
}

/// What the policies that say yes come to, with their trees and names.
fn said_yes(answers: Vec<Reckoned>) -> (i64, Vec<Value>, Vec<String>) {
    let (mut sum, mut told, mut policies) = (0, Vec::new(), Vec::new());
    for one in answers {
        if let Some(fen) = one.amount_fen.filter(|fen| *fen > 0) {
            sum += fen;
            told.push(one.told);
            policies.push(one.policy);
        }
    }
    (sum, told, policies)
}

/// The open part of an award that is paid each month and was granted before Linli.
#[must_use]
pub fn opened(
    number: &str,
    resident: ResidentId,
    service: &str,
    area: &AreaPath,
    from: Month,
) -> Opened {
    Opened {
        number: number.to_owned(),
        case: None,
        resident,
        service: service.to_owned(),
        area: area.clone(),
        policies: Vec::new(),
        every: Every::Month,
        covers: Covers::ThisQuarter,
        per_payment: false,
        from,
        until: None,
        decided_on: from.first_day(),
        review_on: None,
    }
}

/// A grant decided anew: from its first month on, what it says.
fn rated_anew(opening: &Opening) -> Event {
    let fact = Fact::Rated(Rated {
        from: opening.opened.from,
        why: RateWhy::Case,
        by_hand: opening.opened.policies.is_empty(),
        on: opening.opened.decided_on,
    });
    let private = Private {
        payee: None,
        account: None,
        ..opening.private.clone()
    };
    Event { fact, private }
}

/// How the result `code` of a service pays.
fn pays<'s>(service: &'s Service, code: &str) -> Option<&'s Pays> {
    let mut results = service.decision.results.iter();
    results.find(|one| one.code == code)?.pays.as_ref()
}

/// 起发月: a decision that names no day is of the day it was made; one that names an earlier day or
/// a later one means that month.
fn first_month(pays: &Pays, from: Date, decided: Date) -> Month {
    let first = match pays.starts {
        Starts::NextMonth if from == decided => Month::of(from).plus(1),
        Starts::NextMonth | Starts::SameMonth => Month::of(from),
    };
    first.max(Month::of(decided).plus(-EARLIEST))
}

fn review_on(service: &Service, decided: Date) -> Option<Date> {
    let months = i32::try_from(service.review.as_ref()?.months).ok()?;
    Some(Month::of(decided).plus(months).first_day())
}

fn plain(account: &str) -> String {
    linli_units::digits::compact(account)
}

/// The rates of months, each with the first of those that have it.
pub(super) fn changes(months: impl Iterator<Item = (Month, i64)>) -> Vec<Rate> {
    let mut rates: Vec<Rate> = Vec::new();
    for (from, fen) in months {
        if rates.last().is_none_or(|last| last.fen != fen) {
            rates.push(Rate { from, fen });
        }
    }
    rates
}
