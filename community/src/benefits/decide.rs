//! What may become of an award. Pure: values in, events or a refusal out.

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal, ResidentId};
use serde::{Deserialize, Serialize};

use super::events::{
    Claimed, Event, Fact, Heard, PayeeChanged, Private, RateWhy, Rated, Repaid, Resumed,
    ReviewOpened, ReviewWhy, Reviewed, Stopped, Suspended,
};
use super::month::Month;
use super::reckon::Says;
use super::rules::Rules;
use super::schedule::{Rate, total};
use super::settled::Settled;
use super::state::{Award, Standing, is_account, is_payee};

/// The most characters of words.
pub const MAX_WORDS: usize = 2_000;

/// How many months ahead a change may be decided.
const AHEAD: i32 = 12;

/// Every refusal of awards, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "benefits.unknown",
    "benefits.own",
    "benefits.stopped",
    "benefits.paused",
    "benefits.not-paused",
    "benefits.ground-unknown",
    "benefits.words-missing",
    "benefits.words-too-long",
    "benefits.not-heard",
    "benefits.month-wrong",
    "benefits.account-wrong",
    "benefits.payee-wrong",
    "benefits.no-review",
    "benefits.nothing-overpaid",
    "benefits.amount-wrong",
    "benefits.more-than-owed",
    "benefits.date-in-future",
];

/// What somebody in a post does to an award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// 变更收款账户.
    ChangePayee {
        /// 收款人.
        payee: String,
        /// 收款账户.
        account: String,
        /// Why, and what was seen.
        words: String,
    },
    /// 暂停发放.
    Suspend {
        /// The first month that is not paid.
        from: Month,
        /// A ground of `catalogue/benefits.toml`.
        ground: String,
        /// Why.
        words: String,
    },
    /// 恢复发放.
    Resume {
        /// The first month that is paid again.
        from: Month,
        /// 补发: whether the months between are made up for.
        arrears: bool,
        /// Why.
        words: String,
    },
    /// 终止.
    Stop {
        /// The first month that is owed no more.
        from: Month,
        /// A ground of `catalogue/benefits.toml`.
        ground: String,
        /// Why.
        words: String,
    },
    /// 听取意见.
    Hear {
        /// When.
        on: Date,
        /// What the family said.
        words: String,
    },
    /// 复核后继续.
    Keep {
        /// What was found.
        words: String,
    },
    /// 复核后调整: another rate from a month on.
    Adjust {
        /// The first month.
        from: Month,
        /// How much.
        fen: i64,
        /// Why.
        words: String,
    },
    /// 追缴: claims back what was paid too much.
    Claim {
        /// How much the page showed.
        fen: i64,
        /// Why.
        words: String,
    },
    /// 登记交回: paid back over the counter.
    Repay {
        /// How much.
        fen: i64,
        /// The number of the receipt.
        words: String,
    },
}

/// What deciding needs to know besides the award.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The day.
    pub today: Date,
    /// Who acts.
    pub actor: &'a Actor,
    /// 回避: whose affairs the actor keeps away from.
    pub kin: &'a [ResidentId],
    /// The award's area as it is today.
    pub area: &'a AreaPath,
    /// What rolls brought.
    pub settled: &'a Settled,
    /// What rolls kept back for claims.
    pub deducted: i64,
    /// The grounds and the share of a claim.
    pub rules: &'a Rules,
    /// What the policies say: for [`Command::Keep`] of this month, for [`Command::Adjust`] of its
    /// first.
    pub says: Option<&'a Says>,
    /// After how many months it is looked at again; `None` where the service does not say.
    pub review_months: Option<u32>,
}

impl Command {
    fn action(&self) -> Action {
        match self {
            Self::Hear { .. } => Action::BenefitRead,
            _ => Action::BenefitWork,
        }
    }

    fn words(&self) -> &str {
        match self {
            Self::ChangePayee { words, .. }
            | Self::Suspend { words, .. }
            | Self::Resume { words, .. }
            | Self::Stop { words, .. }
            | Self::Hear { words, .. }
            | Self::Keep { words }
            | Self::Adjust { words, .. }
            | Self::Claim { words, .. }
            | Self::Repay { words, .. } => words,
        }
    }
}

/// Does `command` to `award`.
///
/// # Errors
/// [`Refusal`] `gate.…` or one of [`REFUSALS`].
pub fn decide(
    award: &Award,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let target = Target {
        area: context.area,
        subject: Some(award.resident),
    };
    permits(context.actor, command.action(), target)?;
    if context.kin.contains(&award.resident) {
        return Err(Refusal::new("benefits.own"));
    }
    let private = needed(command.words())?;
    let on = context.today;
    let fact = match command {
        Command::ChangePayee { payee, account, .. } => {
            return change_payee(payee, account, private, on);
        }
        Command::Suspend { from, ground, .. } => suspend(award, *from, ground, context)?,
        Command::Resume { from, arrears, .. } => resume(award, *from, *arrears, context)?,
        Command::Stop { from, ground, .. } => stop(award, *from, ground, context)?,
        Command::Hear { on: day, .. } => {
            running(award)?;
            if *day > on {
                return Err(Refusal::new("benefits.date-in-future").on("on"));
            }
            Fact::Heard(Heard { on: *day })
        }
        Command::Keep { .. } => return keep(award, private, context),
        Command::Adjust { from, fen, .. } => {
            return adjust(
                award,
                Rate {
                    from: *from,
                    fen: *fen,
                },
                private,
                context,
            );
        }
        Command::Claim { fen, .. } => claim(award, *fen, context)?,
        Command::Repay { fen, .. } => repay(award, *fen, context)?,
    };
    Ok(vec![Event { fact, private }])
}

/// Words that are there and not too long, as the private part of an event.
fn needed(words: &str) -> Result<Private, Refusal> {
    let count = words.trim().chars().count();
    if count == 0 {
        return Err(Refusal::new("benefits.words-missing").on("words"));
    }
    if count > MAX_WORDS {
        let long = Refusal::new("benefits.words-too-long").on("words");
        return Err(long.with("max", MAX_WORDS));
    }
    Ok(Private::words(words))
}

fn running(award: &Award) -> Result<(), Refusal> {
    match award.standing() {
        Standing::Stopped => Err(Refusal::new("benefits.stopped")),
        Standing::Running | Standing::Paused => Ok(()),
    }
}

/// A month that a decision of today may name: not before the award, nor more than a year ahead.
fn sensible(award: &Award, month: Month, today: Date) -> Result<(), Refusal> {
    if month < award.schedule.from || month.since(Month::of(today)) > AHEAD {
        let first = award.schedule.from;
        return Err(Refusal::new("benefits.month-wrong")
            .on("from")
            .with("first", first));
    }
    Ok(())
}

fn change_payee(
    payee: &str,
    account: &str,
    private: Private,
    on: Date,
) -> Result<Vec<Event>, Refusal> {
    let (payee, account) = (payee.trim(), linli_units::digits::compact(account));
    if !is_payee(payee) {
        return Err(Refusal::new("benefits.payee-wrong").on("payee"));
    }
    if !is_account(&account) {
        return Err(Refusal::new("benefits.account-wrong").on("account"));
    }
    Ok(vec![Event {
        fact: Fact::PayeeChanged(PayeeChanged { on }),
        private: Private {
            payee: Some(payee.to_owned()),
            account: Some(account),
            ..private
        },
    }])
}

/// 社会救助法 art. 48: the family is heard before less is paid. Who died or waived is not.
fn heard(award: &Award, ground: Option<&str>, context: &Context<'_>) -> Result<(), Refusal> {
    let asks = match ground {
        None => true,
        Some(code) => {
            let unknown = || Refusal::new("benefits.ground-unknown").on("ground");
            context.rules.ground(code).ok_or_else(unknown)?.hearing
        }
    };
    if asks && award.heard_on.is_none() {
        let article = context.rules.hearing_article();
        return Err(Refusal::new("benefits.not-heard").citing(&article));
    }
    Ok(())
}

fn suspend(
    award: &Award,
    from: Month,
    ground: &str,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    running(award)?;
    if award.standing() == Standing::Paused {
        return Err(Refusal::new("benefits.paused"));
    }
    sensible(award, from, context.today)?;
    let last = award.schedule.pauses.last().and_then(|pause| pause.to);
    if let Some(last) = last.filter(|last| from < *last) {
        return Err(Refusal::new("benefits.month-wrong")
            .on("from")
            .with("first", last));
    }
    heard(award, Some(ground), context)?;
    Ok(Fact::Suspended(Suspended {
        from,
        ground: ground.to_owned(),
        on: context.today,
    }))
}

fn resume(
    award: &Award,
    from: Month,
    arrears: bool,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    running(award)?;
    let open = award
        .schedule
        .pauses
        .last()
        .filter(|pause| pause.to.is_none());
    let since = open.map(|pause| pause.from);
    let since = since.ok_or_else(|| Refusal::new("benefits.not-paused"))?;
    if from < since || from.since(Month::of(context.today)) > AHEAD {
        return Err(Refusal::new("benefits.month-wrong")
            .on("from")
            .with("first", since));
    }
    Ok(Fact::Resumed(Resumed {
        from,
        arrears,
        on: context.today,
    }))
}

fn stop(award: &Award, from: Month, ground: &str, context: &Context<'_>) -> Result<Fact, Refusal> {
    running(award)?;
    sensible(award, from, context.today)?;
    heard(award, Some(ground), context)?;
    Ok(Fact::Stopped(Stopped {
        from,
        ground: ground.to_owned(),
        on: context.today,
    }))
}

fn keep(award: &Award, private: Private, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    running(award)?;
    if award.review.is_none() {
        return Err(Refusal::new("benefits.no-review"));
    }
    let months = context
        .review_months
        .and_then(|months| i32::try_from(months).ok());
    let this = Month::of(context.today);
    let fact = Fact::Reviewed(Reviewed {
        on: context.today,
        by_hand: !agrees(context, award.schedule.rate(this)),
        next: months.map(|months| this.plus(months).first_day()),
    });
    Ok(vec![Event {
        fact,
        private: resting_on(private, context),
    }])
}

/// Whether the policies say the same, or are not asked.
fn agrees(context: &Context<'_>, fen: i64) -> bool {
    context.says.is_none_or(|says| says.fen == fen)
}

fn resting_on(private: Private, context: &Context<'_>) -> Private {
    let facts = context.says.map(|says| says.facts.clone());
    Private {
        facts: facts.unwrap_or_default(),
        ..private
    }
}

fn adjust(
    award: &Award,
    rate: Rate,
    private: Private,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    running(award)?;
    sensible(award, rate.from, context.today)?;
    if rate.fen <= 0 {
        return Err(Refusal::new("benefits.amount-wrong").on("fen"));
    }
    if rate.fen < award.schedule.rate(rate.from) {
        heard(award, None, context)?;
    }
    let fact = Fact::Rated(Rated {
        from: rate.from,
        why: RateWhy::Decided,
        by_hand: !agrees(context, rate.fen),
        on: context.today,
    });
    let says = context.says.filter(|says| says.fen == rate.fen);
    let private = Private {
        rates: vec![rate],
        reckoning: says.map(|says| std::sync::Arc::clone(&says.tree)),
        ..resting_on(private, context)
    };
    Ok(vec![Event { fact, private }])
}

/// 追缴: the whole of what is now known to be paid too much, month by month.
fn claim(award: &Award, fen: i64, context: &Context<'_>) -> Result<Fact, Refusal> {
    let months = award
        .schedule
        .compare(context.settled, Month::of(context.today))
        .overpaid;
    let overpaid = total(&months);
    if overpaid == 0 {
        return Err(Refusal::new("benefits.nothing-overpaid"));
    }
    if fen != overpaid {
        let wrong = Refusal::new("benefits.amount-wrong").on("fen");
        return Err(wrong.with("fen", overpaid));
    }
    heard(award, None, context)?;
    Ok(Fact::Claimed(Claimed {
        months,
        on: context.today,
    }))
}

fn repay(award: &Award, fen: i64, context: &Context<'_>) -> Result<Fact, Refusal> {
    if fen <= 0 {
        return Err(Refusal::new("benefits.amount-wrong").on("fen"));
    }
    if fen > award.schedule.outstanding(context.deducted) {
        return Err(Refusal::new("benefits.more-than-owed").on("fen"));
    }
    Ok(Fact::Repaid(Repaid {
        fen,
        on: context.today,
    }))
}

/// 复核: opened by Linli. `None` where one is open already that is as urgent, or nothing is paid.
pub(super) fn open_review(award: &Award, why: ReviewWhy, on: Date, due: Date) -> Option<Event> {
    if award.standing() == Standing::Stopped {
        return None;
    }
    let urgent = why == ReviewWhy::Died && !award.died;
    if award.review.is_some() && !urgent {
        return None;
    }
    Some(Event::plain(Fact::ReviewOpened(ReviewOpened {
        why,
        on,
        due,
    })))
}
