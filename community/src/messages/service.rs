//! The doors: what the outbox says becomes messages, messages are carried, read, called, brought.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal, ResidentId, StreamId};
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::compose::{Frame, Worded, compose};
use super::decide;
use super::events::{Event, Made};
use super::mail::Mail;
use super::matter::{Happened, Named, Wanted};
use super::register::{Choices, Messages, Row};
use super::state::{Channel, Choice, Message, Standing, choice_stream};
use crate::feature::{Call, Feature, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::nodes::is_ours;
use crate::places::within;
use crate::residents::among;

/// The name under which the outbox remembers how far messages were made.
pub const TELLER: &str = "messages";

/// How many notices or messages one round handles.
const ROUND: u64 = 100;

/// How many messages a page lists.
const PAGE: u64 = 100;

/// A short message on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which message it is: the carrier may use it to send nothing twice.
    pub id: String,
    /// The mobile number.
    pub phone: String,
    /// What it says.
    pub text: String,
}

/// Why a carrier did not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// It may later.
    NotNow,
    /// It never will: the number is none.
    Never,
}

/// 承运: takes short messages and mails out of the house. A gateway implements it; the demo writes
/// files.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Takes one short message.
    async fn carry(&self, outgoing: &Outgoing) -> Result<(), Carried>;

    /// Takes one mail.
    async fn mail(&self, mail: &Mail) -> Result<(), Carried>;
}

impl Linli {
    /// Makes the messages that the outbox asks for; says how many. What was made before is not made
    /// again.
    ///
    /// # Errors
    /// [`Problem`]: the journal refuses to write, or a fault.
    pub async fn make_messages(&self) -> Result<u64, Problem> {
        let mut made = 0;
        for waiting in self.journal().notices(TELLER, ROUND).await? {
            if waiting.notice.topic == TELLER {
                let happened = Happened::deserialize(&waiting.notice.body)
                    .map_err(|why| Fault::Damaged(format!("a notice: {why}")))?;
                for wanted in self.wanted_messages(happened).await? {
                    made += u64::from(self.make_message(wanted).await?);
                }
            }
            self.journal().told(TELLER, waiting.id).await?;
        }
        Ok(made)
    }

    async fn make_message(&self, wanted: Wanted) -> Result<bool, Problem> {
        let templates = self.message_templates();
        if templates.of(&wanted.on).is_none() {
            return Ok(false);
        }
        let reached = self.reached(&wanted.about, wanted.resident).await?;
        let Some(reached) = reached else {
            return Ok(false);
        };
        let choice = self.message_choice(wanted.resident).await?;
        let channel = decide::channel(&choice, &reached.phone);
        let now = self.clock().now();
        let made = Made {
            resident: wanted.resident,
            about: wanted.about,
            on: wanted.on,
            date: wanted.date,
            channel,
            not_before: decide::after_quiet(now, &templates.quiet),
            due: channel.is_by_hand().then(|| self.call_by(now)),
        };
        let event = Event::Made(made, reached.area);
        let at = wanted.stream;
        let digest = digest_of(&at)?;
        let actor = Actor::system();
        let call = self.own_call(&actor);
        let done = self.perform::<Messages, _>(call, digest, &at, |(_, message, _)| {
            let fresh = message.made.is_none();
            Ok((
                fresh.then(|| event.clone()).into_iter().collect(),
                json!({}),
            ))
        });
        Ok(done.await?.seqs.is_some_and(|(first, last)| first <= last))
    }

    /// By when somebody calls: so many working days from now; where no calendar knows the year, so
    /// many days.
    fn call_by(&self, now: Timestamp) -> Date {
        let today = decide::day(now);
        let days = u32::from(self.message_templates().calls.within_days);
        let plain = today.saturating_add(jiff::Span::new().days(i64::from(days)));
        self.calendar().add_workdays(today, days).unwrap_or(plain)
    }

    /// Hands waiting short messages and mails to `carrier`; says how many it took. One it took and that was
    /// not noted, because the node died, is handed over again: with the same id.
    ///
    /// # Errors
    /// [`Problem`]: the journal refuses to write, or a fault.
    pub async fn carry_messages(
        &self,
        carrier: &dyn Carrier,
        frame: &Frame,
    ) -> Result<u64, Problem> {
        let now = self.clock().now();
        let cond = Cond::all()
            .add(Expr::col("standing").eq(Standing::Waiting.code()))
            .add(Expr::col("channel").is_in([Channel::Sms.code(), Channel::Mail.code()]))
            .add(Expr::col("not_before").lte(now.as_microsecond()))
            .add(is_ours(<Messages as Feature>::TOPIC, Expr::col("id")));
        let mut taken = 0;
        for row in self
            .message_rows(cond, ("not_before", Order::Asc), ROUND)
            .await?
        {
            taken += u64::from(self.carry(&row, carrier, frame).await?);
        }
        Ok(taken)
    }

    async fn carry(
        &self,
        row: &Row,
        carrier: &dyn Carrier,
        frame: &Frame,
    ) -> Result<bool, Problem> {
        let at = StreamId::new("message", &row.id);
        let Some((worded, phone)) = self.message_words(row, frame).await? else {
            // Erased meanwhile: there is nobody to tell.
            return Ok(false);
        };
        let carried = if row.channel == Channel::Mail.code() {
            self.mail(row, worded, (carrier, frame)).await?
        } else {
            let outgoing = Outgoing {
                id: row.id.clone(),
                phone,
                text: worded.sms,
            };
            carrier.carry(&outgoing).await
        };
        let now = self.clock().now();
        let due = self.call_by(now);
        let templates = self.message_templates();
        let actor = Actor::system();
        let digest = digest_of(&(&row.id, row.tries))?;
        self.perform::<Messages, _>(self.own_call(&actor), digest, &at, |(_, message, _)| {
            let event = match carried {
                Ok(()) => message.area.clone().map(Event::Sent),
                Err(why) => {
                    let never = why == Carried::Never;
                    decide::failed(message, never, (now, &templates.quiet, due))
                }
            };
            Ok((event.into_iter().collect(), json!({})))
        })
        .await?;
        Ok(carried.is_ok())
    }

    /// A mail says what a short message says: it too goes over foreign networks.
    async fn mail(
        &self,
        row: &Row,
        worded: Worded,
        (carrier, frame): (&dyn Carrier, &Frame),
    ) -> Result<Result<(), Carried>, Problem> {
        let whose = row.resident();
        let choice = match whose {
            Some(resident) => self.message_choice(resident).await?,
            None => Choice::default(),
        };
        // Whoever chose another way meanwhile has no address any more: somebody calls.
        let Some(address) = choice.address else {
            return Ok(Err(Carried::Never));
        };
        let mail = Mail {
            id: row.id.clone(),
            address,
            subject: self.message_templates().subject(frame),
            text: worded.sms,
        };
        Ok(carrier.mail(&mail).await)
    }

    /// What a message says, and the number it goes to; `None` when its person was erased.
    ///
    /// # Errors
    /// [`Problem`]: a fault.
    pub async fn message_words(
        &self,
        row: &Row,
        frame: &Frame,
    ) -> Result<Option<(Worded, String)>, Problem> {
        let (Some(about), Some(resident)) = (row.about(), row.resident()) else {
            return Ok(None);
        };
        let template = self.message_templates().of(&row.on_kind);
        let named = self.named(&about, resident).await?;
        let (Some(template), Some(named)) = (template, named) else {
            return Ok(None);
        };
        let named = Named {
            date: row.on_day.as_deref().and_then(|day| day.parse().ok()),
            ..named
        };
        let phone = self.reached(&about, resident).await?;
        let phone = phone.map(|reached| reached.phone).unwrap_or_default();
        Ok(Some((compose(template, &named, frame), phone)))
    }

    /// How `resident` wants to be told; empty while they said nothing.
    ///
    /// # Errors
    /// A fault.
    pub async fn message_choice(&self, resident: ResidentId) -> Result<Choice, Fault> {
        let resident = self.survivor(resident);
        let loaded = self.load::<Choices>(&choice_stream(resident)).await?;
        Ok(loaded.state.1.clone())
    }

    /// 选择渠道: by the resident, or by who acts for them.
    ///
    /// # Errors
    /// [`Problem`]: `gate.own`, `messages.address-unreadable`, or a fault.
    pub async fn choose_channel(
        &self,
        call: Call<'_>,
        resident: ResidentId,
        (channel, address): (Channel, &str),
    ) -> Result<(), Problem> {
        let area = self
            .own_record(call.actor, resident)
            .await?
            .resident
            .area
            .clone();
        let area = area.ok_or_else(|| Refusal::new("residents.not-registered"))?;
        let chosen = decide::choose(channel, address, area)?;
        // An address is guessable: it is not hashed into the open.
        let digest = digest_of(&(resident, channel))?;
        let at = choice_stream(resident);
        self.perform::<Choices, _>(call, digest, &at, |(_, choice)| {
            let same = choice.channel == Some(channel) && choice.address == chosen.address;
            let events = if same {
                Vec::new()
            } else {
                vec![chosen.clone()]
            };
            Ok((events, json!({})))
        })
        .await?;
        Ok(())
    }

    /// One's own messages, the newest first.
    ///
    /// # Errors
    /// A fault.
    pub async fn own_messages(&self, resident: ResidentId) -> Result<Vec<Row>, Fault> {
        let cond = Cond::all().add(among("resident", &self.same_as(resident)));
        self.message_rows(cond, ("made_at", Order::Desc), PAGE)
            .await
    }

    /// 已读: notes that the messages were read, each once.
    ///
    /// # Errors
    /// [`Problem`]: `gate.own`, or a fault.
    pub async fn read_messages(&self, actor: &Actor, rows: &[Row]) -> Result<(), Problem> {
        let now = self.clock().now();
        let mut plan = Plan::default();
        for row in rows.iter().filter(|row| row.read_at.is_none()) {
            let at = StreamId::new("message", &row.id);
            let loaded: Loaded<_> = self.load::<Messages>(&at).await?;
            let message = &loaded.state.1;
            let area = self.message_area(message)?;
            if let Some(event) = {
                let whose = message.made.as_ref().map(|made| made.resident);
                decide::read(message, area, &self.acting_as(actor, whose))?
            } {
                plan.add::<Messages>(&at, &loaded, &[event], Meta { at: now, actor })?;
            }
        }
        if plan.is_empty() {
            return Ok(());
        }
        let call = self.own_call(actor);
        let digest = digest_of(&call.command)?;
        self.submit(call, digest, plan, Value::Null, now).await?;
        Ok(())
    }

    /// 待打电话、待送: what the actor's area has to call or bring, the most urgent first.
    ///
    /// # Errors
    /// A fault.
    pub async fn messages_by_hand(&self, actor: &Actor) -> Result<Vec<Row>, Fault> {
        let Scope::Area(area) = scope(actor, Action::CaseWork) else {
            return Ok(Vec::new());
        };
        let cond = by_hand().add(within(&self.areas(), &area));
        self.message_rows(cond, ("due", Order::Asc), PAGE).await
    }

    /// One message to be called or brought, for who may.
    ///
    /// # Errors
    /// [`Problem`]: `messages.none`, or a fault.
    pub async fn message_by_hand(&self, actor: &Actor, id: &str) -> Result<Row, Problem> {
        let none = || Refusal::new("messages.none");
        let Scope::Area(area) = scope(actor, Action::CaseWork) else {
            return Err(none().into());
        };
        let cond = by_hand()
            .add(within(&self.areas(), &area))
            .add(Expr::col("id").eq(id));
        let found = self.message_rows(cond, ("due", Order::Asc), 1).await?.pop();
        Ok(found.ok_or_else(none)?)
    }

    /// 已告知 or 没联系上.
    ///
    /// # Errors
    /// [`Problem`]: the gate, `messages.…`, or a fault.
    pub async fn told_by_hand(
        &self,
        call: Call<'_>,
        id: &str,
        reached: bool,
    ) -> Result<(), Problem> {
        let at = StreamId::new("message", id);
        let digest = digest_of(&(id, reached))?;
        let now = self.clock().now();
        let due = self.call_by(now);
        self.perform::<Messages, _>(call, digest, &at, |(_, message, _)| {
            let area = self.message_area(message).map_err(|no| vec![no])?;
            let event = decide::by_hand(message, area, call.actor, reached, (now, due));
            Ok((vec![event.map_err(|no| vec![no])?], json!({})))
        })
        .await?;
        Ok(())
    }

    /// Where a message belongs today: it goes along when its committee moves.
    fn message_area(&self, message: &Message) -> Result<AreaPath, Refusal> {
        let area = message.area.as_ref();
        let area = area.ok_or_else(|| Refusal::new("messages.none"))?;
        Ok(self.area_today(area))
    }

    async fn message_rows(
        &self,
        cond: Cond,
        (column, order): (&'static str, Order),
        most: u64,
    ) -> Result<Vec<Row>, Fault> {
        let columns = [
            "id", "resident", "area", "about", "on_kind", "on_day", "channel", "standing", "tries",
            "made_at", "due", "read_at",
        ];
        let query = Query::select()
            .columns(columns)
            .from("message")
            .cond_where(cond)
            .order_by(column, order)
            .order_by("id", Order::Asc)
            .limit(most)
            .take();
        self.rows_of(&query).await
    }
}

/// That a message waits for somebody to call or to bring it.
fn by_hand() -> Cond {
    Cond::all()
        .add(Expr::col("standing").eq(Standing::Waiting.code()))
        .add(Expr::col("channel").is_in([Channel::Phone.code(), Channel::Paper.code()]))
}

/// The digits of a number as somebody typed it.
pub(super) fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    // The country's own code may stand before a mobile number.
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => digits,
    }
}
