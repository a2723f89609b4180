//! Filing, acceptance and refusal at intake.

use jiff::ToSpan;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, Refusal, Role};

use super::{Context, Facts, Identity, needed, past};
use crate::cases::command::{AUTHORITIES, Command, Filing};
use crate::cases::events::{Accepted, Fact, IntakeRefused, Private, ReceiptCorrected, Submitted};
use crate::cases::refusal::{MAX_WORDS, No};
use crate::cases::state::State;
use crate::catalogue::{Channel, ClockStart};

/// A paper older than this many days was not received “today with a wrong date”.
const OLDEST_RECEIPT_DAYS: i64 = 366;

pub(super) fn file(
    filing: &Filing,
    identity: &Identity,
    context: &Context<'_>,
) -> Result<(Fact, Private), Refusal> {
    let authority = enter(filing, context)?;
    if !context.rules.channels.contains(&filing.channel) {
        return Err(No::ChannelNotOffered(filing.channel.code().to_owned()).into());
    }
    check(filing, context)?;
    Ok(submitted(filing, identity, authority, context))
}

/// What is recorded of a filing that passed.
pub(super) fn submitted(
    filing: &Filing,
    identity: &Identity,
    authority: Option<String>,
    context: &Context<'_>,
) -> (Fact, Private) {
    let fact = Submitted {
        number: identity.number.clone(),
        serial: identity.serial,
        service: filing.service.clone(),
        version: context.rules.version,
        area: filing.area.clone(),
        channel: filing.channel,
        applicant: filing.applicant,
        authority,
        received_on: filing.received_on.unwrap_or_else(|| context.today()),
        station: context.rules.first_station(&filing.area),
        starts_clock: context.rules.starts == ClockStart::Submitted,
        papers: filing.papers.clone(),
        declared: filing.declared.clone(),
    };
    let private = Private {
        name: Some(filing.name.trim().to_owned()),
        phone: Some(filing.phone.trim().to_owned()),
        answers: Some(std::sync::Arc::new(filing.answers.clone())),
        ..Private::default()
    };
    (Fact::Submitted(fact), private)
}

/// The gate, 回避 and 代办依据. Returns the authority to record.
fn enter(filing: &Filing, context: &Context<'_>) -> Result<Option<String>, Refusal> {
    let actor = context.actor;
    let is_staff = actor.role().is_some_and(Role::is_staff);
    let action = if is_staff {
        Action::CaseFileForOther
    } else {
        Action::CaseApply
    };
    let target = Target {
        area: &filing.area,
        subject: Some(filing.applicant),
    };
    permits(actor, action, target)?;
    let own = actor.resident == Some(filing.applicant) || context.kin.contains(&filing.applicant);
    if is_staff && own {
        return Err(No::OwnCase.into());
    }
    if is_staff == matches!(filing.channel, Channel::Online | Channel::Kiosk) {
        // A resident applies on a screen; staff write down what came in any other way.
        return Err(No::ChannelNotOffered(filing.channel.code().to_owned()).into());
    }
    Ok(authority(filing, actor, is_staff)?)
}

fn authority(filing: &Filing, actor: &Actor, is_staff: bool) -> Result<Option<String>, No> {
    let said = match &actor.mandate {
        Some(mandate) => Some(mandate.authority.as_str()),
        None if is_staff => filing.authority.as_deref(),
        None => return Ok(None),
    };
    match said {
        Some(said) if AUTHORITIES.contains(&said) => Ok(Some(said.to_owned())),
        _ => Err(No::AuthorityMissing),
    }
}

pub(super) fn check(filing: &Filing, context: &Context<'_>) -> Result<(), No> {
    let rules = context.rules;
    for (text, field) in [(&filing.name, "name"), (&filing.phone, "phone")] {
        if text.trim().is_empty() {
            return Err(No::WordsMissing(field));
        }
        if text.chars().count() > MAX_WORDS / 50 {
            return Err(No::WordsTooLong(field));
        }
    }
    if let Some(unknown) = filing.papers.iter().find(|p| !rules.papers.contains(&p.id)) {
        return Err(No::AskedUnknown(unknown.id.clone()));
    }
    let strange = filing
        .answers
        .keys()
        .find(|id| !rules.questions.contains(id));
    if let Some(id) = strange {
        return Err(No::AnswerNotAsked(id.clone()));
    }
    if let Some(day) = filing.received_on {
        past(day, "received_on", context)?;
        let oldest = context.today().saturating_sub(OLDEST_RECEIPT_DAYS.days());
        if day < oldest {
            return Err(No::DateTooEarly("received_on"));
        }
    }
    Ok(())
}

pub(super) fn facts(case: &State, command: &Command, context: &Context<'_>) -> Result<Facts, No> {
    let on = context.today();
    match command {
        Command::RefuseIntake { ground, words } => {
            if !context
                .rules
                .intake_grounds
                .iter()
                .any(|g| g.code == *ground)
            {
                return Err(No::GroundUnknown(ground.clone()));
            }
            let fact = IntakeRefused {
                ground: ground.clone(),
                on,
            };
            Ok(vec![(Fact::IntakeRefused(fact), needed(words, "words")?)])
        }
        Command::CorrectReceipt { received_on, words } => {
            past(*received_on, "received_on", context)?;
            if *received_on == case.received_on {
                return Err(No::NothingToReckon);
            }
            let oldest = on.saturating_sub(OLDEST_RECEIPT_DAYS.days());
            if *received_on < oldest {
                return Err(No::DateTooEarly("received_on"));
            }
            let fact = ReceiptCorrected {
                from: case.received_on,
                to: *received_on,
                restarts_clock: context.rules.starts == ClockStart::Submitted,
            };
            Ok(vec![(
                Fact::ReceiptCorrected(fact),
                needed(words, "words")?,
            )])
        }
        _ => Ok(vec![(Fact::Accepted(Accepted { on }), Private::default())]),
    }
}
