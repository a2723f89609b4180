//! One golden file for each kind of event ever written.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::golden::{self, Golden};
use linli_journal::{Opened as Plain, Recorded};
use linli_kernel::{Actor, CommandId};
use uuid::Uuid;

use super::world::*;
use crate::benefits::events::*;
use crate::benefits::roll;
use crate::benefits::schedule::Rate;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/benefits")
}

#[expect(clippy::too_many_lines, reason = "a table: one of each")]
fn one_of_each() -> Vec<Event> {
    let on = date(2026, 9, 1);
    let from = month("2026-10");
    let said = |fact| Event {
        fact,
        private: Private::words("情况属实"),
    };
    let ground = "circumstances".to_owned();
    vec![
        opened(),
        Event {
            fact: Fact::Rated(Rated {
                from,
                why: RateWhy::Decided,
                by_hand: true,
                on,
            }),
            private: Private {
                rates: vec![Rate { from, fen: 86_000 }],
                ..Private::words("情况属实")
            },
        },
        Event {
            fact: Fact::PayeeChanged(PayeeChanged { on }),
            private: Private {
                payee: Some("张建国".to_owned()),
                account: Some("9900000000000025".to_owned()),
                ..Private::words("情况属实")
            },
        },
        said(Fact::Suspended(Suspended {
            from,
            ground: ground.clone(),
            on,
        })),
        said(Fact::Resumed(Resumed {
            from,
            arrears: true,
            on,
        })),
        said(Fact::Stopped(Stopped { from, ground, on })),
        Event::plain(Fact::ReviewOpened(ReviewOpened {
            why: ReviewWhy::Died,
            on,
            due: date(2026, 9, 8),
        })),
        said(Fact::Heard(Heard { on })),
        said(Fact::Reviewed(Reviewed {
            on,
            by_hand: true,
            next: Some(date(2027, 9, 1)),
        })),
        said(Fact::Claimed(Claimed {
            months: vec![(month("2026-08"), 10_000)],
            on,
        })),
        said(Fact::Repaid(Repaid { fen: 2_000, on })),
        Event::plain(Fact::Moved(Moved {
            area: path(HOME),
            on,
        })),
    ]
}

fn recorded(golden: &Golden, plain: bool) -> Recorded {
    let sealed = golden.sealed.iter().map(|value| Plain {
        subject: who(),
        plain: plain.then(|| value.clone()),
    });
    Recorded {
        seq: 0,
        stream: award_id(1).into(),
        version: 1,
        area: path(HOME),
        kind: golden.kind.clone(),
        at: Timestamp::UNIX_EPOCH,
        actor: Actor::system(),
        command: CommandId(Uuid::nil()),
        open: golden.open.clone(),
        sealed: sealed.collect(),
        digest: [0; 32],
    }
}

#[test]
fn every_kind_is_written_as_its_golden_file_says() {
    let events = one_of_each();
    let kinds: Vec<&str> = events.iter().map(|event| event.fact.kind()).collect();
    assert_eq!(kinds, Fact::KINDS, "one of each, in their order");
    for event in events {
        let (kind, open, sealed) = event.write().unwrap();
        let open_text = open.to_string();
        for private in ["张建国", "9900000000000", "86000", "情况属实", "100000"] {
            assert!(!open_text.contains(private), "{kind} tells {private}");
        }
        let today = Golden {
            kind,
            open,
            sealed: sealed.into_iter().collect(),
        };
        golden::check(&folder(), &today).unwrap();
    }
    for event in roll::samples() {
        let (kind, open) = event.write().unwrap();
        let today = Golden {
            kind,
            open,
            sealed: Vec::new(),
        };
        golden::check(&folder(), &today).unwrap();
    }
}

#[test]
fn every_golden_file_is_read_back_whole_or_erased() {
    let files = golden::all(&folder()).unwrap();
    assert_eq!(files.len(), Fact::KINDS.len() + roll::Fact::KINDS.len());
    for golden in files {
        if golden.kind.name.starts_with("benefits.roll-") {
            let event = roll::Event::read(&recorded(&golden, true)).unwrap();
            assert_eq!(event.write().unwrap().1, golden.open);
            continue;
        }
        let whole = Event::read(&recorded(&golden, true)).unwrap();
        assert_eq!(whole.write().unwrap().1, golden.open);
        let erased = Event::read(&recorded(&golden, false)).unwrap();
        assert_eq!(erased.private, Private::default());
        assert_eq!(erased.fact, whole.fact);
    }
}
