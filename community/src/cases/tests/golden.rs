//! One golden file for each kind of event ever written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_journal::golden::{self, Golden};
use linli_journal::{Kind, Opened, Recorded};
use linli_kernel::{Actor, CommandId};
use uuid::Uuid;

use super::world::*;
use crate::cases::Desk;
use crate::cases::clock::Due;
use crate::cases::command::*;
use crate::cases::events::*;
use crate::cases::state::{Next, Owner, Wait};
use crate::catalogue::{Channel, Every, OutcomeKind};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/cases")
}

fn day() -> jiff::civil::Date {
    "2026-09-01".parse().unwrap()
}

/// One of each kind, with every optional part there.
fn one_of_each() -> Vec<Event> {
    let on = day();
    let wait = Wait {
        owner: Owner::Desk(Desk {
            role: linli_kernel::Role::StreetOfficer,
            area: area(STREET),
        }),
        next: Next::Review,
        due: Due::On(on),
        result_by: Some(Due::Paused(on)),
    };
    let private = Private {
        name: Some("张建国".to_owned()),
        phone: Some("10900000012".to_owned()),
        answers: Some(Arc::new([("missed".to_owned(), "never".into())].into())),
        amount_fen: Some(86_000),
        reckoning: None,
        words: words(),
    };
    let paper = Paper {
        id: "tenancy".to_owned(),
        given: Given::Attached,
        attachment: Some("a1".to_owned()),
    };
    facts(on, &paper)
        .into_iter()
        .map(|fact| Event {
            fact,
            private: private.clone(),
            wait: Some(wait.clone()),
        })
        .collect()
}

fn facts(on: jiff::civil::Date, paper: &Paper) -> Vec<Fact> {
    let papers = vec![paper.clone()];
    let mut facts = vec![
        Fact::Submitted(Submitted {
            number: "1234567890".to_owned(),
            serial: 5,
            service: "dibao".to_owned(),
            version: 1,
            area: area(COMMITTEE),
            channel: Channel::Counter,
            applicant: APPLICANT,
            authority: Some("spoken-at-counter".to_owned()),
            received_on: on,
            station: 1,
            starts_clock: true,
            papers: papers.clone(),
            declared: vec!["true_statement".to_owned()],
        }),
        Fact::Accepted(Accepted { on }),
        Fact::IntakeRefused(IntakeRefused {
            ground: "not_here".to_owned(),
            on,
        }),
        Fact::Taken(Taken {
            by: linli_kernel::AccountId(Uuid::from_u128(11)),
            post: linli_kernel::PostId(Uuid::from_u128(11)),
            from: Some(linli_kernel::AccountId(Uuid::from_u128(12))),
        }),
        Fact::PutBack(PutBack {}),
        Fact::SupplementAsked(SupplementAsked {
            papers: vec!["tenancy".to_owned()],
            fields: vec!["income".to_owned()],
            stops_clock: true,
            on,
        }),
        Fact::Supplemented(Supplemented {
            channel: Channel::Visit,
            papers,
            on,
        }),
        Fact::SupplementLapsed(SupplementLapsed { on }),
        Fact::Checked(Checked {
            check: "income".to_owned(),
            outcome: Outcome::Differs,
        }),
        Fact::Visited(Visited { on, people: 2 }),
        Fact::PassedOn(PassedOn { station: 1 }),
        Fact::SentBack(SentBack { station: 0 }),
        Fact::Reviewed(Reviewed {
            opinion: Opinion::Grant,
        }),
    ];
    facts.extend(later_facts(on));
    facts
}

#[expect(clippy::too_many_lines, reason = "a table: one of each kind")]
fn later_facts(on: jiff::civil::Date) -> Vec<Fact> {
    vec![
        Fact::NoticePosted(NoticePosted {
            on,
            ends_on: on,
            stops_clock: true,
            place: "公示栏".to_owned(),
            outcome: "grant".to_owned(),
            people: Some(2),
        }),
        Fact::Objected(Objected { objection: 1, on }),
        Fact::ObjectionAnswered(ObjectionAnswered {
            objection: 1,
            upheld: false,
        }),
        Fact::NoticeEnded(NoticeEnded { on }),
        Fact::Decided(Decided {
            outcome: "grant".to_owned(),
            result: OutcomeKind::Grant,
            ground: Some("income_above".to_owned()),
            from: on,
            until: Some(on),
            every: Some(Every::Month),
            on,
        }),
        Fact::Delivered(Delivered {
            by: Delivery::Online,
            on,
        }),
        Fact::Rated(Rated {
            grade: Grade::Satisfied,
            on,
        }),
        Fact::FollowedUp(FollowedUp { reached: true, on }),
        Fact::Withdrawn(Withdrawn { on }),
        Fact::Transferred(Transferred {
            from: area(COMMITTEE),
            area: area(STREET),
        }),
        Fact::Extended(Extended { days: 5 }),
        Fact::Urged(Urged { on }),
        Fact::Disputed(Disputed { on }),
        Fact::Settled(Settled {
            redo: true,
            station: Some(1),
            on,
        }),
        Fact::Appealed(Appealed {
            to: "reconsideration".to_owned(),
            filed_on: on,
        }),
        Fact::AppealAnswered(AppealAnswered {
            set_aside: true,
            station: Some(1),
            on,
        }),
        Fact::Said(Said { internal: true }),
        Fact::ReceiptCorrected(ReceiptCorrected {
            from: on,
            to: on,
            restarts_clock: true,
        }),
        Fact::Reckoned(Reckoned {}),
        Fact::Flagged(Flagged {
            reason: "applicant-died".to_owned(),
        }),
        Fact::Closed(Closed {
            ending: Ending::Rated,
            on,
        }),
    ]
}

fn recorded(golden: &Golden, erased: bool) -> Recorded {
    Recorded {
        seq: 0,
        stream: CASE.into(),
        version: 1,
        area: area(COMMITTEE),
        kind: golden.kind.clone(),
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: golden
            .sealed
            .iter()
            .map(|plain| Opened {
                subject: APPLICANT,
                plain: (!erased).then(|| plain.clone()),
            })
            .collect(),
        digest: [0; 32],
    }
}

#[test]
fn every_kind_is_written_as_its_golden_file_says() {
    let events = one_of_each();
    let kinds: Vec<&str> = events.iter().map(|event| event.fact.kind()).collect();
    assert_eq!(kinds, Fact::KINDS, "one of each, in their order");
    for event in events {
        let written = event.write().unwrap();
        let today = Golden {
            kind: written.kind,
            open: written.open,
            sealed: written.sealed.into_iter().collect(),
        };
        golden::check(&folder(), &today).unwrap();
    }
}

#[test]
fn every_golden_file_is_read_back_whole_or_erased() {
    let files = golden::all(&folder()).unwrap();
    assert!(files.len() >= Fact::KINDS.len());
    for golden in files {
        let whole = Event::read(&recorded(&golden, false)).unwrap();
        let written = whole.write().unwrap();
        assert_eq!(
            (written.open, written.kind),
            (golden.open.clone(), golden.kind.clone())
        );
        let erased = Event::read(&recorded(&golden, true)).unwrap();
        assert!(erased.private.is_empty());
        assert_eq!(erased.fact, whole.fact);
    }
}

#[test]
fn an_unknown_kind_or_version_is_told_from_a_poisonous_one() {
    use linli_journal::FoldError;
    let golden = Golden {
        kind: Kind::new("cases.accepted", 1),
        open: serde_json::json!({ "on": "2026-09-01" }),
        sealed: Vec::new(),
    };
    assert!(Event::read(&recorded(&golden, false)).is_ok());
    let newer = Golden {
        kind: Kind::new("cases.accepted", 2),
        ..golden.clone()
    };
    assert!(matches!(
        Event::read(&recorded(&newer, false)),
        Err(FoldError::Unknown(_))
    ));
    let strange = Golden {
        kind: Kind::new("cases.danced", 1),
        ..golden.clone()
    };
    assert!(matches!(
        Event::read(&recorded(&strange, false)),
        Err(FoldError::Unknown(_))
    ));
    let poisonous = Golden {
        open: serde_json::json!({ "on": "soon" }),
        ..golden
    };
    assert!(matches!(
        Event::read(&recorded(&poisonous, false)),
        Err(FoldError::Poisonous(_))
    ));
}

/// Open parts hold no personal data: nothing of the sealed part is in them.
#[test]
fn nothing_private_is_in_the_open_part() {
    for event in one_of_each() {
        let open = event.write().unwrap().open.to_string();
        for private in ["张建国", "10900000012", "never", "86000", "情况属实"] {
            assert!(
                !open.contains(private),
                "{} tells {private}",
                event.fact.kind()
            );
        }
    }
}
