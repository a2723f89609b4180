//! Seats are given once, the queue is called in order, and who may not may not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time, date, time};
use linli_journal::golden::{self, Golden};
use linli_journal::{Config, Recorded};
use linli_kernel::{
    AccountId, Actor, AreaPath, Clock, CommandId, Post, PostId, ResidentId, Role, ShiftedClock,
    StreamId,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::counters::{CounterEvent, Counters};
use super::decide::{self, Moment};
use super::events::{Booked, Contact, Event, Taken};
use super::state::{Day, Standing, stream};
use super::*;
use crate::feature::{Call, Feature, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::residents::{Command, FieldId, Values};

const HOME: &str = "310117/310117001/310117001001";
const STREET: &str = "310117/310117001";
const ELSEWHERE: &str = "310117/310117105/310117105001";
/// A Tuesday, and the Wednesday after it.
const TUESDAY: Date = date(2026, 9, 1);
const WEDNESDAY: Date = date(2026, 9, 2);

/// Tuesday, ten in the morning.
struct Ten;

impl Clock for Ten {
    fn now(&self) -> Timestamp {
        "2026-09-01T02:00:00Z".parse().unwrap()
    }
}

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn who(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(1)), post)
}

fn spec() -> Spec {
    Spec {
        name: "综合窗口".to_owned(),
        area: path(STREET),
        kind: CounterKind::Window,
        services: vec!["dibao".to_owned()],
        hours: vec![Hours {
            from: time(9, 0, 0, 0),
            until: time(11, 30, 0, 0),
        }],
        slot_minutes: 30,
        seats: 2,
        letter: 'A',
    }
}

fn counter() -> Counter {
    Counter {
        id: Some(Uuid::from_u128(500)),
        spec: Some(spec()),
        open: true,
    }
}

fn wanted(n: u128, slot: Time) -> Wanted {
    Wanted {
        booked: Booked {
            booking: Uuid::from_u128(n),
            number: format!("{n:08}"),
            resident: who(n),
            slot,
            service: "dibao".to_owned(),
            channel: "online".to_owned(),
        },
        contact: Contact {
            name: "张建国".to_owned(),
            phone: "10900000001".to_owned(),
            address: String::new(),
        },
        home: path(HOME),
    }
}

fn moment(actor: &Actor) -> Moment<'_> {
    Moment {
        now: TUESDAY.to_datetime(time(8, 0, 0, 0)),
        actor,
        works: Some(true),
    }
}

fn codes<T: std::fmt::Debug>(outcome: Result<T, Vec<linli_kernel::Refusal>>) -> Vec<String> {
    let refusals = outcome.unwrap_err();
    refusals.into_iter().map(|refusal| refusal.code).collect()
}

#[test]
fn the_times_of_a_day_follow_from_its_hours() {
    let slots = spec().slots();
    assert_eq!(slots.len(), 5);
    assert_eq!((slots[0], slots[4]), (time(9, 0, 0, 0), time(11, 0, 0, 0)));
    let mut short = spec();
    short.slot_minutes = 240;
    assert!(short.slots().is_empty());
}

/// One seat at nine of the Tuesday, as `change` makes wish, counter and moment.
fn refused(
    actor: &Actor,
    day: Date,
    change: impl FnOnce(&mut Wanted, &mut Counter, &mut Moment<'_>),
) -> Vec<String> {
    let mut parts = (wanted(1, time(9, 0, 0, 0)), counter(), moment(actor));
    change(&mut parts.0, &mut parts.1, &mut parts.2);
    let (wanted, counter, moment) = parts;
    match decide::book(&Day::default(), day, &counter, &wanted, moment) {
        Ok(_) => Vec::new(),
        wrong => codes(wrong),
    }
}

#[test]
fn every_rule_of_the_day_that_stands_against_a_booking_is_told() {
    let worker = staff(Role::CommitteeWorker, HOME);
    let none: [&str; 0] = [];
    assert_eq!(refused(&worker, TUESDAY, |_, _, _| {}), none);
    let odd = refused(&worker, TUESDAY, |wanted, _, _| {
        wanted.booked.slot = time(9, 10, 0, 0);
    });
    assert_eq!(odd, ["appointments.slot-unknown"]);
    for works in [Some(false), None] {
        let holiday = refused(&worker, TUESDAY, |_, _, moment| moment.works = works);
        assert_eq!(holiday, ["appointments.day-closed"]);
    }
    let noon = refused(&worker, TUESDAY, |_, _, moment| {
        moment.now = TUESDAY.to_datetime(time(12, 0, 0, 0));
    });
    assert_eq!(noon, ["appointments.too-late"]);
    let far = refused(&worker, date(2026, 9, 30), |_, _, _| {});
    assert_eq!(far, ["appointments.too-far"]);
}

#[test]
fn every_rule_of_the_counter_that_stands_against_a_booking_is_told() {
    let worker = staff(Role::CommitteeWorker, HOME);
    let other = refused(&worker, TUESDAY, |wanted, _, _| {
        wanted.booked.service = "certificate".to_owned();
    });
    assert_eq!(other, ["appointments.not-this-service"]);
    let there = staff(Role::CommitteeWorker, ELSEWHERE);
    let away = |actor| {
        refused(actor, TUESDAY, |wanted, _, _| {
            wanted.home = path(ELSEWHERE);
        })
    };
    assert_eq!(away(&there), ["appointments.not-elsewhere"]);
    assert_eq!(away(&worker), ["gate.area"]);
    let somebody = Actor::resident(AccountId(Uuid::from_u128(9)), who(2));
    assert_eq!(refused(&somebody, TUESDAY, |_, _, _| {}), ["gate.own"]);
    let at_home = refused(&worker, TUESDAY, |_, counter, _| {
        counter.spec.as_mut().unwrap().kind = CounterKind::Visit;
    });
    assert_eq!(at_home, ["appointments.address-missing"]);
    let closed = refused(&worker, TUESDAY, |_, counter, _| counter.open = false);
    assert_eq!(closed, ["appointments.counter-closed"]);
}

fn apply(day: &mut Day, event: &Event) {
    day.apply(&stream(Uuid::from_u128(500), TUESDAY), event);
}

#[test]
fn who_booked_is_called_before_who_comes_by_and_who_missed_may_come_again() {
    let worker = staff(Role::CommitteeWorker, STREET);
    let mut day = Day::default();
    for (n, hour) in [(1, 10), (2, 9)] {
        let event = decide::book(
            &day,
            TUESDAY,
            &counter(),
            &wanted(n, time(hour, 0, 0, 0)),
            moment(&worker),
        );
        apply(&mut day, &event.unwrap());
    }
    let take = |day: &Day, booking: Option<u128>| {
        let booking = booking.map(Uuid::from_u128);
        decide::take(day, TUESDAY, &counter(), booking, "dibao", moment(&worker)).unwrap()
    };
    for booking in [None, Some(1), Some(2)] {
        let event = take(&day, booking);
        apply(&mut day, &event);
    }
    let mut order = Vec::new();
    while let Ok(event) = decide::call(&day, 3, moment(&worker)) {
        apply(&mut day, &event);
        order.push(day.last_called.unwrap());
    }
    // Number 3 booked nine o'clock, number 2 ten, number 1 came by.
    assert_eq!(order, [3, 2, 1]);
    let missed = decide::finish(&day, 3, false, moment(&worker)).unwrap();
    apply(&mut day, &missed);
    assert_eq!(
        codes(decide::finish(&day, 3, true, moment(&worker))),
        ["appointments.not-called"]
    );
    let again = take(&day, Some(2));
    apply(&mut day, &again);
    assert_eq!(day.next().unwrap().number, 4);
    let outside = staff(Role::CommitteeWorker, ELSEWHERE);
    assert_eq!(
        codes(decide::call(&day, 1, moment(&outside))),
        ["gate.area"]
    );
    // What is over is noted, once.
    assert!(decide::sweep(&day, TUESDAY).is_empty());
    assert!(decide::sweep(&day, WEDNESDAY).is_empty(), "everybody came");
}

#[derive(Debug, Clone)]
enum Step {
    Book(u128, i8),
    Cancel(u128),
    Take(Option<u128>),
    Call,
    Finish(u16, bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..12_u128, 9..12_i8).prop_map(|(n, hour)| Step::Book(n, hour)),
        2 => (1..12_u128).prop_map(Step::Cancel),
        2 => proptest::option::of(1..12_u128).prop_map(Step::Take),
        2 => Just(Step::Call),
        1 => (1..20_u16, any::<bool>()).prop_map(|(n, came)| Step::Finish(n, came)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever is asked in whatever order: no time has more bookings than seats, nobody has two at
    /// once, no number is given or called twice.
    #[test]
    fn no_seat_and_no_number_is_given_twice(steps in proptest::collection::vec(step(), 0..80)) {
        let worker = staff(Role::CommitteeWorker, STREET);
        let mut day = Day::default();
        let mut calls: BTreeMap<u16, u32> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            let moment = moment(&worker);
            let event = match step {
                Step::Book(n, hour) => {
                    let mut wish = wanted(*n, time(*hour, 0, 0, 0));
                    wish.booked.booking = Uuid::from_u128(1_000 * *n + at as u128);
                    decide::book(&day, TUESDAY, &counter(), &wish, moment)
                }
                Step::Cancel(n) => {
                    let theirs = day.bookings.values().find(|one| one.booked.resident == who(*n));
                    let id = theirs.map_or(Uuid::nil(), |one| one.booked.booking);
                    decide::cancel(&day, id, &path(HOME), moment)
                }
                Step::Take(n) => {
                    let theirs = n.and_then(|n| {
                        day.bookings.values().find(|one| one.booked.resident == who(n))
                    });
                    let id = theirs.map(|one| one.booked.booking);
                    decide::take(&day, TUESDAY, &counter(), id, "dibao", moment)
                }
                Step::Call => decide::call(&day, 1, moment),
                Step::Finish(n, came) => decide::finish(&day, *n, *came, moment),
            };
            let Ok(event) = event else { continue };
            if let Event::Called(number, ..) = &event {
                *calls.entry(*number).or_default() += 1;
            }
            apply(&mut day, &event);
            for slot in spec().slots() {
                prop_assert!(day.given(slot) <= 2, "{slot} is given more than twice");
            }
            let mut open: BTreeMap<ResidentId, u32> = BTreeMap::new();
            for one in day.bookings.values() {
                if matches!(one.standing, Standing::Booked | Standing::Waiting | Standing::Called) {
                    *open.entry(one.booked.resident).or_default() += 1;
                }
            }
            prop_assert!(open.values().all(|many| *many == 1), "somebody has two at once");
            let mut numbers: Vec<u16> = day.tickets.iter().map(|one| one.number).collect();
            let many = numbers.len();
            numbers.dedup();
            prop_assert_eq!(numbers.len(), many);
        }
        prop_assert!(calls.values().all(|many| *many == 1), "a number was called twice");
    }
}

async fn node() -> (Linli, Arc<ShiftedClock<Ten>>) {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let clock = Arc::new(ShiftedClock::new(Ten, 0));
    let linli = Linli::open(config, Arc::clone(&clock) as _).await.unwrap();
    let system = Actor::system();
    linli
        .import_divisions(call(&system), SONGJIANG)
        .await
        .unwrap();
    for n in 1..=12 {
        let facts: Values =
            std::iter::once((FieldId::from("person.name"), json!("张建国"))).collect();
        let command = Command::Register {
            area: path(HOME),
            facts,
            source: "police".to_owned(),
            as_of: date(2026, 8, 1),
        };
        linli.record(call(&system), who(n), &command).await.unwrap();
    }
    let officer = staff(Role::StreetOfficer, STREET);
    linli
        .open_counter(call(&officer), Uuid::from_u128(500), &spec())
        .await
        .unwrap();
    (linli, clock)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Ten),
        actor,
        expected: None,
    }
}

fn wish(n: u128, slot: Time) -> Wish {
    Wish {
        resident: who(n),
        slot,
        service: "dibao".to_owned(),
        channel: "online".to_owned(),
        contact: Contact {
            name: "张建国".to_owned(),
            phone: "109 0000 0001".to_owned(),
            address: String::new(),
        },
    }
}

#[tokio::test]
async fn twelve_who_press_at_once_get_two_seats() {
    let (linli, _clock) = node().await;
    let counter = Uuid::from_u128(500);
    let nine = time(9, 0, 0, 0);
    let mut tasks = Vec::new();
    for n in 1..=12 {
        let linli = linli.clone();
        tasks.push(tokio::spawn(async move {
            let actor = Actor::resident(AccountId(who(n).0), who(n));
            // Who is beaten again and again is told to try once more, and does.
            loop {
                match linli
                    .book(call(&actor), counter, WEDNESDAY, &wish(n, nine))
                    .await
                {
                    Err(Problem::Fault(linli_kernel::Fault::Busy(_))) => {}
                    outcome => return outcome,
                }
            }
        }));
    }
    let mut given = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => given += 1,
            Err(Problem::Refused(refusals)) => assert_eq!(refusals[0].code, "appointments.full"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(given, 2);
    let free = linli.free_slots(counter, WEDNESDAY).await.unwrap();
    assert_eq!(free.len(), 4, "nine o'clock is not offered any more");
}

#[tokio::test]
async fn a_booking_sent_twice_is_one_and_is_found_with_its_telephone() {
    let (linli, _) = node().await;
    let counter = Uuid::from_u128(500);
    let actor = Actor::resident(AccountId(who(1).0), who(1));
    let act = call(&actor);
    let wish = wish(1, time(9, 0, 0, 0));
    let booked = linli.book(act, counter, WEDNESDAY, &wish).await.unwrap();
    let again = linli.book(act, counter, WEDNESDAY, &wish).await.unwrap();
    assert_eq!(again, booked, "sent twice, booked once");
    let found = linli.look_up_booking(&booked.number, "10900000001").await;
    assert_eq!(found.unwrap().booking(), Some(booked.booking));
    let other = linli.look_up_booking(&booked.number, "10900000002").await;
    assert!(other.is_err());
}

#[tokio::test]
async fn a_booking_is_moved_and_kept_where_the_other_day_is_full() {
    let (linli, clock) = node().await;
    let counter = Uuid::from_u128(500);
    let actor = Actor::resident(AccountId(who(1).0), who(1));
    let (nine, thursday) = (time(9, 0, 0, 0), date(2026, 9, 3));
    let at_nine = wish(1, nine);
    let booked = linli.book(call(&actor), counter, WEDNESDAY, &at_nine);
    let booked = booked.await.unwrap().booking;
    for n in [2, 3] {
        let other = Actor::resident(AccountId(who(n).0), who(n));
        let at_nine = wish(n, nine);
        let full = linli.book(call(&other), counter, thursday, &at_nine);
        full.await.unwrap();
    }
    let full = linli.move_booking(call(&actor), booked, (thursday, nine));
    assert!(matches!(full.await, Err(Problem::Refused(_))));
    let day = linli.day(counter, WEDNESDAY).await.unwrap();
    assert_eq!(day.given(nine), 1, "the old seat is kept");
    let half_past = (thursday, time(9, 30, 0, 0));
    let moved = linli.move_booking(call(&actor), booked, half_past);
    let moved = moved.await.unwrap().booking;
    let day = linli.day(counter, WEDNESDAY).await.unwrap();
    assert_eq!(day.given(nine), 0);
    let ten = (thursday, time(10, 0, 0, 0));
    let later = linli.move_booking(call(&actor), moved, ten).await.unwrap();
    let mine = linli.own_bookings(&actor).await.unwrap();
    let open = |row: &&Row| row.standing() == Some(Standing::Booked);
    assert_eq!((mine.len(), mine.iter().filter(open).count()), (3, 1));
    // The day passes and nobody comes.
    clock.push(5);
    assert_eq!(linli.sweep_bookings().await.unwrap(), 3);
    assert_eq!(linli.sweep_bookings().await.unwrap(), 0);
    let found = linli.look_up_booking(&later.number, "10900000001").await;
    assert_eq!(found.unwrap().standing(), Some(Standing::Missed));
}

#[test]
fn every_refusal_in_the_code_is_listed() {
    let code = [
        include_str!("counters.rs"),
        include_str!("decide.rs"),
        include_str!("service.rs"),
    ];
    for rest in code.concat().split("\"appointments.").skip(1) {
        let name = rest.split('"').next().unwrap_or_default();
        let code = format!("appointments.{name}");
        let known = REFUSALS.contains(&code.as_str());
        // The kinds of events begin alike, and one code is put together of its parts.
        let kind = name.starts_with("counter-") || name.starts_with("{");
        assert!(known || kind, "{code}");
    }
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/appointments");
    let area = path(STREET);
    let id = Uuid::from_u128(7);
    let wanted = wanted(7, time(9, 0, 0, 0));
    let taken = Taken {
        ticket: 3,
        booking: Some(id),
        service: "dibao".to_owned(),
    };
    let days = [
        Event::Booked(wanted.booked, Some(wanted.contact), area.clone()),
        Event::Cancelled(id, area.clone()),
        Event::Taken(taken, area.clone()),
        Event::Called(3, 2, area.clone()),
        Event::Served(3, area.clone()),
        Event::Missed(3, area.clone()),
        Event::NoShow(id, area.clone()),
    ];
    let counters = [
        CounterEvent::Opened(spec()),
        CounterEvent::Changed(spec()),
        CounterEvent::Closed(area.clone()),
    ];
    let written = days.iter().map(|event| event.write().unwrap());
    let opened = counters
        .iter()
        .map(|event| Counters::write(&Counter::default(), event).unwrap());
    for parts in written.chain(opened) {
        let today = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: parts.sealed.into_iter().map(|(_, plain)| plain).collect(),
        };
        golden::check(&folder, &today).unwrap();
    }
    let files = golden::all(&folder).unwrap();
    assert_eq!(files.len(), days.len() + counters.len());
    for file in files {
        let entry = recorded(&file, id);
        if file.kind.name.contains("counter-") {
            let event = Counters::read(&entry).unwrap();
            assert!(counters.contains(&event));
        } else {
            let event = Days::read(&entry).unwrap();
            assert!(days.contains(&event));
        }
    }
}

fn recorded(file: &Golden, id: Uuid) -> Recorded {
    let sealed = file.sealed.iter().map(|plain| linli_journal::Opened {
        subject: who(7),
        plain: Some(plain.clone()),
    });
    Recorded {
        seq: 0,
        stream: StreamId::new("counterday", format!("{id}.{TUESDAY}")),
        version: 1,
        area: path(STREET),
        kind: file.kind.clone(),
        at: Ten.now(),
        actor: Actor::system(),
        command: CommandId(id),
        open: file.open.clone(),
        sealed: sealed.collect(),
        digest: [0; 32],
    }
}
