//! How a message goes, and what becomes of it. Pure: values in, events or refusals out.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use linli_kernel::clock::{shanghai, shanghai_date};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal};

use super::events::{ChannelChosen, Event, Failed};
use super::mail;
use super::state::{Channel, Choice, Message, Standing};
use super::template::Quiet;

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "messages.none",
    "messages.not-by-hand",
    "messages.address-unreadable",
];

/// How often the carrier is asked before somebody calls.
pub const TRIES: u8 = 5;

/// How long to wait after each try, in minutes: longer each time.
const BACK_OFF: [i64; 4] = [1, 5, 30, 240];

/// The channel: as chosen, where the person can be reached so; else by short message where there is
/// a mobile number, by a call where there is another, on paper where there is none.
pub(super) fn channel(choice: &Choice, phone: &str) -> Channel {
    let chosen = choice.channel;
    if chosen == Some(Channel::Mail) && choice.address.is_some() {
        return Channel::Mail;
    }
    let possible = match phone.len() {
        0 => Channel::Paper,
        11 if phone.starts_with('1') => Channel::Sms,
        _ => Channel::Phone,
    };
    match (chosen, possible) {
        (Some(Channel::Paper), _) | (_, Channel::Paper) => Channel::Paper,
        (Some(Channel::Phone), _) => Channel::Phone,
        (_, possible) => possible,
    }
}

/// The first moment from `now` on that is not in the quiet hours.
pub(super) fn after_quiet(now: Timestamp, quiet: &Quiet) -> Timestamp {
    let local = now.to_zoned(shanghai());
    let (at, day) = (local.time(), local.date());
    if !is_quiet(at, quiet) {
        return now;
    }
    let morning = if at >= quiet.to {
        day.saturating_add(jiff::Span::new().days(1))
    } else {
        day
    };
    let end = morning.to_datetime(quiet.to).to_zoned(shanghai());
    end.map_or(now, |end| end.timestamp())
}

/// Quiet hours may lie over midnight.
fn is_quiet(at: Time, quiet: &Quiet) -> bool {
    if quiet.from > quiet.to {
        at >= quiet.from || at < quiet.to
    } else {
        at >= quiet.from && at < quiet.to
    }
}

/// What happens to a message that the carrier did not take: tried again later, and after the last
/// time called by `due`. A carrier that will never take it is not asked again.
pub(super) fn failed(
    message: &Message,
    for_good: bool,
    (now, quiet, due): (Timestamp, &Quiet, Date),
) -> Option<Event> {
    let area = message.area.clone()?;
    let tried = message.tries.saturating_add(1);
    let minutes = BACK_OFF.get(usize::from(tried) - 1);
    let failed = match minutes {
        Some(minutes) if !for_good && tried < TRIES => {
            let later = SignedDuration::from_mins(*minutes);
            let later = now.checked_add(later).unwrap_or(now);
            Failed {
                next: message.channel.unwrap_or(Channel::Sms),
                not_before: after_quiet(later, quiet),
                due: None,
            }
        }
        _ => Failed {
            next: Channel::Phone,
            not_before: now,
            due: Some(due),
        },
    };
    Some(Event::Failed(failed, area))
}

/// 已告知 or 没联系上: by who works on cases in the area. Who did not answer a call is brought a
/// letter, by `due`; a letter that found nobody is the last. The message belongs to `area` today.
pub(super) fn by_hand(
    message: &Message,
    area: AreaPath,
    actor: &Actor,
    reached: bool,
    (now, due): (Timestamp, Date),
) -> Result<Event, Refusal> {
    enter(message, &area, actor, Action::CaseWork)?;
    let waits = message.standing == Standing::Waiting;
    let by_hand = message.channel.is_some_and(Channel::is_by_hand);
    if !waits || !by_hand {
        return Err(Refusal::new("messages.not-by-hand"));
    }
    if !reached && message.channel == Some(Channel::Phone) {
        let letter = Failed {
            next: Channel::Paper,
            not_before: now,
            due: Some(due),
        };
        return Ok(Event::Failed(letter, area));
    }
    Ok(Event::ByHand(reached, area))
}

/// 已读: by the one it is to, once. The message belongs to `area` today.
pub(super) fn read(
    message: &Message,
    area: AreaPath,
    actor: &Actor,
) -> Result<Option<Event>, Refusal> {
    enter(message, &area, actor, Action::CaseOwn)?;
    Ok(message.read_at.is_none().then_some(Event::Read(area)))
}

/// Whether the actor may do that to a message in `area`.
fn enter(message: &Message, area: &AreaPath, actor: &Actor, action: Action) -> Result<(), Refusal> {
    let made = message.made.as_ref();
    let made = made.ok_or_else(|| Refusal::new("messages.none"))?;
    let target = Target {
        area,
        subject: Some(made.resident),
    };
    permits(actor, action, target)
}

/// What somebody chose: by mail only with an address.
pub(super) fn choose(
    channel: Channel,
    address: &str,
    area: AreaPath,
) -> Result<ChannelChosen, Refusal> {
    let address = match channel {
        Channel::Mail => {
            let unreadable = || Refusal::new("messages.address-unreadable").on("address");
            Some(mail::address(address).ok_or_else(unreadable)?)
        }
        Channel::Sms | Channel::Phone | Channel::Paper => None,
    };
    Ok(ChannelChosen {
        channel,
        address,
        area,
    })
}

/// The day in Shanghai.
pub(super) fn day(now: Timestamp) -> Date {
    shanghai_date(now)
}
