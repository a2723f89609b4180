//! Counters, bookings and queues on a running node.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use linli_kernel::clock::shanghai;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, CommandId, Fault, Refusal, ResidentId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{BinOper, Cond, Expr, ExprTrait, Order, Query, SelectStatement};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::counters::{self, Counter, Counters, Spec};
use super::decide::{self, DAYS_AHEAD, Moment, Wanted};
use super::events::{Booked, Contact, Event};
use super::register::{Days, Row};
use super::state::{Day, Standing, stream};
use crate::feature::{Call, Feature, Loaded, Meta, Performed, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::nodes::is_ours;
use crate::registers::store;
use crate::residents::among;

/// The most rows a list shows.
const MOST: u64 = 200;
/// How often two days are decided anew when others are faster.
const ATTEMPTS: usize = 8;

/// A time that can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// When.
    pub slot: Time,
    /// How many seats are left.
    pub left: usize,
}

/// What became of a number that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// The next is called to this desk.
    Next(u8),
    /// This number was served.
    Served(u16),
    /// Nobody came for this number.
    Missed(u16),
}

impl Linli {
    /// Opens a counter, or changes what it offers.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn open_counter(
        &self,
        call: Call<'_>,
        id: Uuid,
        spec: &Spec,
    ) -> Result<Performed<Counter>, Problem> {
        let digest = digest_of(&("open-counter", id, spec))?;
        let opened = |counter: &Counter| {
            let event = counters::open(counter, spec, call.actor)?;
            Ok((vec![event], json!({ "counter": id })))
        };
        self.perform::<Counters, _>(call, digest, &counters::stream(id), opened)
            .await
    }

    /// Closes a counter: what is booked stays booked.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn close_counter(
        &self,
        call: Call<'_>,
        id: Uuid,
    ) -> Result<Performed<Counter>, Problem> {
        let digest = digest_of(&("close-counter", id))?;
        let closed =
            |counter: &Counter| Ok((vec![counters::close(counter, call.actor)?], json!({})));
        self.perform::<Counters, _>(call, digest, &counters::stream(id), closed)
            .await
    }

    /// A counter as it is, in the area that its own is today.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn counter(&self, id: Uuid) -> Result<Arc<Counter>, Fault> {
        let mut counter = self.load::<Counters>(&counters::stream(id)).await?.state;
        let moved = counter.spec.as_ref().and_then(|spec| {
            let today = self.area_today(&spec.area);
            (today != spec.area).then_some(today)
        });
        if let Some(area) = moved
            && let Some(spec) = &mut Arc::make_mut(&mut counter).spec
        {
            spec.area = area;
        }
        Ok(counter)
    }

    /// The open counters that serve `home` and take `service`, where one is named.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn counters_for(
        &self,
        home: &AreaPath,
        service: Option<&str>,
    ) -> Result<Vec<Counter>, Fault> {
        let mut above = Vec::new();
        let mut at = Some(home.clone());
        while let Some(here) = at {
            above.push(here.to_string());
            at = here.parent();
        }
        let cond = Cond::all().add(Expr::col("area").is_in(above));
        let mut found = self.counters_where(cond).await?;
        let takes = |counter: &Counter| {
            let spec = counter.spec.as_ref();
            spec.is_some_and(|spec| service.is_none_or(|service| spec.takes(service)))
        };
        found.retain(takes);
        Ok(found)
    }

    /// The open counters of the area in which `actor` calls, or manages counters.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn counters_of(&self, actor: &Actor) -> Result<Vec<Counter>, Fault> {
        let areas =
            [Action::AppointmentServe, Action::CounterManage].map(|action| scope(actor, action));
        let ([Scope::Area(own), _] | [_, Scope::Area(own)]) = areas else {
            return Ok(Vec::new());
        };
        let mut found = self.counters_where(Cond::all()).await?;
        found.retain(|counter| {
            counter
                .spec
                .as_ref()
                .is_some_and(|spec| own.contains(&spec.area))
        });
        Ok(found)
    }

    /// The open counters of `area`.
    pub(crate) async fn counters_within(&self, area: &AreaPath) -> Result<Vec<Uuid>, Fault> {
        let found = self.counters_where(Cond::all()).await?;
        let within = found.into_iter().filter(|counter| {
            let spec = counter.spec.as_ref();
            spec.is_some_and(|spec| area.contains(&spec.area))
        });
        Ok(within.filter_map(|counter| counter.id).collect())
    }

    async fn counters_where(&self, cond: Cond) -> Result<Vec<Counter>, Fault> {
        let query = Query::select()
            .column("id")
            .from("counter")
            .cond_where(cond.add(Expr::col("open").eq(1_i64)))
            .order_by("name", Order::Asc)
            .order_by("id", Order::Asc)
            .take();
        let rows = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut found = Vec::new();
        for row in rows {
            let id: String = row.try_get("", "id").map_err(store)?;
            if let Ok(id) = id.parse() {
                found.push(Counter::clone(&*self.counter(id).await?));
            }
        }
        Ok(found)
    }

    /// The days on which a counter can be booked from today on.
    #[must_use]
    pub fn bookable_days(&self) -> Vec<Date> {
        let mut days = Vec::new();
        let mut day = self.clock().today();
        for _ in 0..=DAYS_AHEAD {
            if self.calendar().is_workday(day) == Ok(true) {
                days.push(day);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }

    /// The times of a counter's day that are still free and not past.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn free_slots(&self, counter: Uuid, date: Date) -> Result<Vec<Free>, Fault> {
        let known = self.counter(counter).await?;
        let Some(spec) = known.spec.as_ref().filter(|_| known.open) else {
            return Ok(Vec::new());
        };
        if self.calendar().is_workday(date) != Ok(true) {
            return Ok(Vec::new());
        }
        let day = self.day(counter, date).await?;
        let now = self.moment();
        let slots = spec.slots().into_iter();
        let free = slots
            .filter(|slot| date.to_datetime(*slot) > now)
            .map(|slot| Free {
                slot,
                left: usize::from(spec.seats).saturating_sub(day.given(slot)),
            });
        Ok(free.filter(|free| free.left > 0).collect())
    }

    /// A counter's day: its bookings and its queue.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn day(&self, counter: Uuid, date: Date) -> Result<Arc<Day>, Fault> {
        Ok(self.load::<Days>(&stream(counter, date)).await?.state)
    }

    /// Books a seat. The booking's id and number are made of the act's id: sent twice, booked once.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn book(
        &self,
        call: Call<'_>,
        counter: Uuid,
        date: Date,
        wish: &Wish,
    ) -> Result<Booked, Problem> {
        let wanted = self.wanted(call.command, wish).await?;
        let known = self.counter(counter).await?;
        self.may_begin(counter, date).await?;
        let digest = digest_of(&("book", counter, date, &wanted.booked, &wanted.contact))?;
        let booked = |day: &Day| {
            let event = decide::book(day, date, &known, &wanted, self.when(call.actor, date))?;
            Ok((vec![event], json!({ "booking": wanted.booked.booking })))
        };
        self.perform::<Days, _>(call, digest, &stream(counter, date), booked)
            .await?;
        Ok(wanted.booked)
    }

    /// A day's queue begins where its counter is kept: two nodes that both began one would give the
    /// same seats and numbers to two people.
    async fn may_begin(&self, counter: Uuid, date: Date) -> Result<(), Problem> {
        let begun = self.load::<Days>(&stream(counter, date)).await?.version > 0;
        let kept = counters::stream(counter);
        if begun || self.journal().owned_elsewhere(&kept).await?.is_none() {
            return Ok(());
        }
        Err(Refusal::new("appointments.kept-elsewhere")
            .on("slot")
            .into())
    }

    async fn wanted(&self, command: CommandId, wish: &Wish) -> Result<Wanted, Problem> {
        let resident = self.survivor(wish.resident);
        let home = self.area_of(resident).await?;
        let phone = crate::residents::phone_number(&wish.contact.phone);
        let phone = phone.map_err(|code| Refusal::new(&code).on("phone"))?;
        if wish.contact.name.trim().is_empty() {
            return Err(Refusal::new("appointments.name-wrong").on("name").into());
        }
        if !decide::is_whole(wish.slot) {
            return Err(Refusal::new("appointments.slot-unknown").on("slot").into());
        }
        Ok(Wanted {
            booked: Booked {
                booking: command.0,
                number: number(command),
                resident,
                slot: wish.slot,
                service: wish.service.clone(),
                channel: wish.channel.clone(),
            },
            contact: Contact {
                phone,
                ..wish.contact.clone()
            },
            home,
        })
    }

    /// Gives a seat back.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn cancel_booking(&self, call: Call<'_>, booking: Uuid) -> Result<(), Problem> {
        let (row, counter, date) = self.placed(booking).await?;
        let home = self.home_of(&row).await?;
        let acting = self.acting_as(call.actor, row.resident());
        let digest = digest_of(&("cancel", booking))?;
        let cancelled = |day: &Day| {
            let event = decide::cancel(day, booking, &home, self.when(&acting, date))?;
            Ok((vec![event], json!({})))
        };
        self.perform::<Days, _>(call, digest, &stream(counter, date), cancelled)
            .await?;
        Ok(())
    }

    /// 改期: gives a seat back and takes another in one act: both or neither.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn move_booking(
        &self,
        call: Call<'_>,
        booking: Uuid,
        to: (Date, Time),
    ) -> Result<Booked, Problem> {
        let (row, counter, date) = self.placed(booking).await?;
        let home = self.home_of(&row).await?;
        let known = self.counter(counter).await?;
        let acting = self.acting_as(call.actor, row.resident());
        let digest = digest_of(&("move", booking, to))?;
        if let Some(done) = self.moved_before(call, digest, (counter, to.0)).await? {
            return Ok(done);
        }
        self.may_begin(counter, to.0).await?;
        for _ in 0..ATTEMPTS {
            let old: Loaded<Day> = self.load::<Days>(&stream(counter, date)).await?;
            let found = old.state.bookings.get(&booking);
            let unknown = || Refusal::new("appointments.booking-unknown");
            let found = found.ok_or_else(unknown)?;
            let wanted = Wanted {
                booked: Booked {
                    booking: call.command.0,
                    number: number(call.command),
                    slot: to.1,
                    ..found.booked.clone()
                },
                contact: found.contact.clone().unwrap_or_default(),
                home: home.clone(),
            };
            let moment = |date| self.when(&acting, date);
            let given = decide::cancel(&old.state, booking, &home, moment(date))
                .map_err(Problem::Refused)?;
            let meta = Meta {
                at: self.clock().now(),
                actor: call.actor,
            };
            let mut plan = Plan::default();
            let mut same = Day::clone(&old.state);
            if to.0 == date {
                same.apply(&stream(counter, date), &given);
                let taken = decide::book(&same, date, &known, &wanted, moment(date));
                let events = [given, taken.map_err(Problem::Refused)?];
                plan.add::<Days>(&stream(counter, date), &old, &events, meta)?;
            } else {
                let new: Loaded<Day> = self.load::<Days>(&stream(counter, to.0)).await?;
                let taken = decide::book(&new.state, to.0, &known, &wanted, moment(to.0));
                let taken = taken.map_err(Problem::Refused)?;
                plan.add::<Days>(&stream(counter, date), &old, &[given], meta)?;
                plan.add::<Days>(&stream(counter, to.0), &new, &[taken], meta)?;
            }
            let answer = json!({ "booking": wanted.booked.booking });
            match self.submit(call, digest, plan, answer, meta.at).await {
                Ok(_) => return Ok(wanted.booked),
                Err(Problem::Conflict { .. }) => {}
                Err(problem) => return Err(problem),
            }
        }
        Err(Fault::Busy("the counter's day is being changed by many".to_owned()).into())
    }

    /// The seat that was taken when this very act was done before.
    async fn moved_before(
        &self,
        call: Call<'_>,
        digest: [u8; 32],
        (counter, date): (Uuid, Date),
    ) -> Result<Option<Booked>, Problem> {
        let answered = self.journal().answered(call.command, digest).await;
        if answered.map_err(|error| self.problem(error))?.is_none() {
            return Ok(None);
        }
        let day = self.day(counter, date).await?;
        let taken = day.bookings.get(&call.command.0);
        Ok(taken.map(|booking| booking.booked.clone()))
    }

    /// 取号: a number for who is here, with the number of a booking or without.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn take_number(
        &self,
        call: Call<'_>,
        counter: Uuid,
        booking: Option<Uuid>,
        service: &str,
    ) -> Result<u16, Problem> {
        let date = self.clock().today();
        let known = self.counter(counter).await?;
        self.may_begin(counter, date).await?;
        let digest = digest_of(&("take-number", counter, booking, service))?;
        let taken = |day: &Day| {
            let moment = self.when(call.actor, date);
            let event = decide::take(day, date, &known, booking, service, moment)?;
            let ticket = match &event {
                Event::Taken(taken, _) => taken.ticket,
                _ => 0,
            };
            Ok((vec![event], json!({ "ticket": ticket })))
        };
        let done = self
            .perform::<Days, _>(call, digest, &stream(counter, date), taken)
            .await?;
        let ticket = done.answer["ticket"].as_u64().unwrap_or(0);
        Ok(u16::try_from(ticket).unwrap_or(0))
    }

    /// 叫号 and what became of it.
    ///
    /// # Errors
    /// [`Problem`]: refused, in conflict, or a fault.
    pub async fn call_number(
        &self,
        call: Call<'_>,
        counter: Uuid,
        called: Called,
    ) -> Result<(), Problem> {
        let date = self.clock().today();
        let digest = digest_of(&("call-number", counter, format!("{called:?}")))?;
        let done = |day: &Day| {
            let moment = self.when(call.actor, date);
            let event = match called {
                Called::Next(desk) => decide::call(day, desk, moment),
                Called::Served(ticket) => decide::finish(day, ticket, true, moment),
                Called::Missed(ticket) => decide::finish(day, ticket, false, moment),
            }?;
            Ok((vec![event], json!({})))
        };
        self.perform::<Days, _>(call, digest, &stream(counter, date), done)
            .await?;
        Ok(())
    }

    /// 未到: notes the bookings of past days to which nobody came. Returns how many.
    ///
    /// # Errors
    /// [`Problem`]: in conflict, or a fault.
    pub async fn sweep_bookings(&self) -> Result<usize, Problem> {
        let today = self.clock().today();
        let cond = Cond::all()
            .add(Expr::col("on_day").lt(today.to_string()))
            .add(Expr::col("standing").eq(Standing::Booked.code()))
            .add(is_ours(<Days as Feature>::TOPIC, day_of_row()));
        let left = self.booking_rows(cond).await?;
        let mut days: Vec<(Uuid, Date)> = left
            .iter()
            .filter_map(|row| Some((row.counter()?, row.day()?)))
            .collect();
        days.sort();
        days.dedup();
        let actor = Actor::system();
        for (counter, date) in days {
            let call = self.own_call(&actor);
            let digest = digest_of(&("sweep-day", counter, date))?;
            let swept = |day: &Day| Ok((decide::sweep(day, today), json!({})));
            self.perform::<Days, _>(call, digest, &stream(counter, date), swept)
                .await?;
        }
        Ok(left.len())
    }

    /// The bookings of the one acting, or of whom they act for, the latest first.
    ///
    /// # Errors
    /// [`Problem`]: `gate.own`, or a fault.
    pub async fn own_bookings(&self, actor: &Actor) -> Result<Vec<Row>, Problem> {
        let Scope::Own(resident) = scope(actor, Action::AppointmentBook) else {
            return Err(Refusal::new("gate.own").into());
        };
        let cond = Cond::all().add(among("resident", &self.same_as(resident)));
        Ok(self.booking_rows(cond).await?)
    }

    /// The booking with this number, for who knows the telephone number it was made with.
    ///
    /// # Errors
    /// [`Problem`]: `appointments.number-and-phone-differ`, or a fault.
    pub async fn look_up_booking(&self, number: &str, phone: &str) -> Result<Row, Problem> {
        let differ = || Refusal::new("appointments.number-and-phone-differ").on("number");
        let digits = linli_units::digits::compact(number);
        let phone = crate::residents::phone_number(phone).map_err(|_bad| differ())?;
        let rows = self
            .booking_rows(Cond::all().add(Expr::col("number").eq(digits)))
            .await?;
        let found = rows
            .into_iter()
            .find(|row| row.phone.as_deref() == Some(phone.as_str()));
        Ok(found.ok_or_else(differ)?)
    }

    /// Today's bookings of a counter that `actor` may see, by time.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn bookings_of_day(
        &self,
        actor: &Actor,
        counter: Uuid,
        date: Date,
    ) -> Result<Vec<Row>, Problem> {
        let known = self.counter(counter).await?;
        let closed = || Refusal::new("appointments.counter-closed");
        let spec = known.spec.as_ref().ok_or_else(closed)?;
        decide::may_serve(actor, &spec.area).map_err(Problem::Refused)?;
        let cond = Cond::all()
            .add(Expr::col("on_day").eq(date.to_string()))
            .add(Expr::col("counter").eq(counter.to_string()));
        // A day has as many as it has seats: none is left out.
        let mut rows: Vec<Row> = self.rows_of(&bookings().cond_where(cond).take()).await?;
        rows.sort_by(|a, b| (&a.slot, &a.number).cmp(&(&b.slot, &b.number)));
        Ok(rows)
    }

    async fn placed(&self, booking: Uuid) -> Result<(Row, Uuid, Date), Problem> {
        let cond = Cond::all().add(Expr::col("id").eq(booking.to_string()));
        let unknown = || Refusal::new("appointments.booking-unknown");
        let row = self.booking_rows(cond).await?.pop().ok_or_else(unknown)?;
        let (counter, date) = row.counter().zip(row.day()).ok_or_else(unknown)?;
        Ok((row, counter, date))
    }

    async fn home_of(&self, row: &Row) -> Result<AreaPath, Problem> {
        let unknown = || Refusal::new("appointments.booking-unknown");
        let resident: ResidentId = row.resident().ok_or_else(unknown)?;
        self.area_of(resident).await
    }

    async fn booking_rows(&self, cond: Cond) -> Result<Vec<Row>, Fault> {
        let query = bookings()
            .cond_where(cond)
            .order_by("on_day", Order::Desc)
            .order_by("slot", Order::Desc)
            .limit(MOST)
            .take();
        self.rows_of(&query).await
    }

    fn moment(&self) -> DateTime {
        self.clock().now().to_zoned(shanghai()).datetime()
    }

    fn when<'a>(&self, actor: &'a Actor, date: Date) -> Moment<'a> {
        Moment {
            now: self.moment(),
            actor,
            works: self.calendar().is_workday(date).ok(),
        }
    }
}

/// The day's stream of a row of bookings, without its topic.
fn day_of_row() -> Expr {
    let dot = BinOper::Custom("||");
    let counter = Expr::col("counter").binary(dot, Expr::val("."));
    counter.binary(dot, Expr::col("on_day"))
}

/// Every booking, as rows.
fn bookings() -> SelectStatement {
    let columns = [
        "id", "number", "counter", "on_day", "slot", "resident", "service", "name", "phone",
        "standing", "ticket",
    ];
    Query::select().columns(columns).from("booking").take()
}

/// What somebody wants to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// For whom.
    pub resident: ResidentId,
    /// At what time.
    pub slot: Time,
    /// For what.
    pub service: String,
    /// `online`, `phone`, `counter` or `kiosk`.
    pub channel: String,
    /// How they are reached.
    pub contact: Contact,
}

/// The number of a booking, for people: eight digits of the act's digest. Two may be alike; the
/// telephone number tells them apart.
fn number(command: CommandId) -> String {
    let digest = Sha256::digest(command.0.as_bytes());
    let mut value = 0_u64;
    for byte in digest.iter().take(8) {
        value = (value << 8) | u64::from(*byte);
    }
    format!("{:08}", value % 100_000_000)
}
