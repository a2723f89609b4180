//! What the tests share: an award, people, a node with a clock turned by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use linli_journal::Config;
use linli_kernel::{
    AccountId, Actor, AreaPath, AwardId, CaseId, Clock, CommandId, Post, PostId, ResidentId, Role,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::benefits::events::{Event, Fact, Opened, Private};
use crate::benefits::month::Month;
use crate::benefits::schedule::{Rate, Schedule};
use crate::benefits::state::{Award, MaybeAward, apply};
use crate::catalogue::{Covers, Every};
use crate::feature::{Call, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::residents::{Command, FieldId, NewFact};

pub(crate) const HOME: &str = "310117/310117001/310117001001";
pub(crate) const STREET: &str = "310117/310117001";
pub(crate) const TODAY: Date = date(2026, 9, 1);

pub(crate) fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn who() -> ResidentId {
    ResidentId(Uuid::from_u128(7))
}

pub(crate) fn award_id(n: u128) -> AwardId {
    AwardId(Uuid::from_u128(n))
}

pub(crate) fn staff(role: Role, area: &str, n: u128) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(n)),
        role,
        area: path(area),
    };
    Actor::in_post(AccountId(Uuid::from_u128(n)), post)
}

pub(crate) fn officer(n: u128) -> Actor {
    staff(Role::StreetOfficer, STREET, n)
}

/// 1,000.00 yuan a month from March 2026 on.
pub(crate) fn schedule() -> Schedule {
    Schedule {
        every: Every::Month,
        covers: Covers::ThisQuarter,
        per_payment: false,
        from: month("2026-03"),
        until: None,
        rates: vec![Rate {
            from: month("2026-03"),
            fen: 100_000,
        }],
        pauses: Vec::new(),
        stopped: None,
        claims: Vec::new(),
        repaid: 0,
    }
}

pub(crate) fn opened() -> Event {
    Event {
        fact: Fact::Opened(Opened {
            number: "1234567890".to_owned(),
            case: Some(CaseId(Uuid::from_u128(9))),
            resident: who(),
            service: "dibao".to_owned(),
            area: path(HOME),
            policies: vec!["dibao".to_owned()],
            every: Every::Month,
            covers: Covers::ThisQuarter,
            per_payment: false,
            from: month("2026-03"),
            until: None,
            decided_on: date(2026, 2, 20),
            review_on: Some(date(2027, 2, 1)),
        }),
        private: Private {
            rates: schedule().rates,
            payee: Some("张建国".to_owned()),
            account: Some("9900000000000017".to_owned()),
            reckoning: Some(Arc::new(json!([{ "policy": "dibao", "outcome": "yes" }]))),
            facts: "f0".to_owned(),
            words: String::new(),
        },
    }
}

pub(crate) fn after(events: &[Event]) -> Award {
    let mut state = MaybeAward::default();
    for event in events {
        apply(&mut state, award_id(1), event);
    }
    Award::clone(&state.unwrap())
}

/// A clock turned by hand.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hand {
    pub(crate) fn turn(&self, day: &str) {
        let at: Timestamp = format!("{day}T01:00:00Z").parse().unwrap();
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

/// A node in memory with the areas of Songjiang, on Tuesday 1 September 2026.
pub(crate) async fn node() -> (Linli, Arc<Hand>) {
    let clock = Arc::new(Hand(AtomicI64::new(0)));
    clock.turn("2026-09-01");
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::clone(&clock) as _).await.unwrap();
    let system = Actor::system();
    let divisions = linli
        .import_divisions(call(&linli, &system), SONGJIANG)
        .await;
    divisions.unwrap();
    (linli, clock)
}

pub(crate) fn call<'a>(linli: &Linli, actor: &'a Actor) -> Call<'a> {
    Call {
        command: CommandId::new(linli.clock()),
        actor,
        expected: None,
    }
}

/// An elder of the city, born on `born`, with an account.
pub(crate) async fn elder(linli: &Linli, n: u128, born: &str) -> ResidentId {
    let resident = ResidentId(Uuid::from_u128(n));
    let facts = [
        ("person.name", json!("张建国")),
        ("person.birth_date", json!(born)),
        ("person.hukou", json!("local")),
        ("person.bank_account", json!(format!("99000000000{n:05}"))),
    ];
    let facts = facts
        .into_iter()
        .map(|(field, value)| (FieldId::from(field), value));
    let register = Command::Register {
        area: path(HOME),
        facts: facts.collect(),
        source: "police".to_owned(),
        as_of: date(2026, 1, 1),
    };
    let system = Actor::system();
    linli
        .record(call(linli, &system), resident, &register)
        .await
        .unwrap();
    resident
}

pub(crate) async fn change(linli: &Linli, resident: ResidentId, field: &str, value: Value) {
    let fact = NewFact {
        field: FieldId::from(field),
        value,
        source: "civil_affairs".to_owned(),
        as_of: linli.clock().today(),
        case: None,
    };
    let system = Actor::system();
    let command = Command::RecordFact(fact);
    linli
        .record(call(linli, &system), resident, &command)
        .await
        .unwrap();
}

pub(crate) fn codes(problem: Problem) -> Vec<String> {
    match problem {
        Problem::Refused(refusals) => refusals.into_iter().map(|one| one.code).collect(),
        other => panic!("{other}"),
    }
}
