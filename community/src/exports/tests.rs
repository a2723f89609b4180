//! Exports: exactly the rows of the list, on record before they leave, once.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use linli_journal::Config;
use linli_journal::golden::{self, Golden};
use linli_kernel::{AccountId, Actor, Clock, CommandId, Post, PostId, Role};
use uuid::Uuid;

use super::*;
use crate::feature::{Call, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::SONGJIANG;
use crate::residents::Filter;
use crate::residents::synthetic::Wish;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

fn staff(role: Role, area: &str) -> Actor {
    let post = Post {
        id: PostId(Uuid::from_u128(1)),
        role,
        area: area.parse().unwrap(),
    };
    Actor::in_post(AccountId(Uuid::from_u128(2)), post)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

async fn node() -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    let wish = Wish {
        seed: 5,
        residents: 300,
        today: linli.clock().today(),
    };
    linli.populate(wish, |_| {}).await.unwrap();
    linli
}

fn asked() -> Asked {
    Asked {
        filter: [("age_from".to_owned(), "60".to_owned())].into(),
        purpose: "重阳节走访名单".to_owned(),
        format: "csv".to_owned(),
    }
}

fn code<T>(outcome: Result<T, Problem>) -> String {
    match outcome {
        Err(Problem::Refused(refusals)) => refusals[0].code.clone(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test]
async fn the_rows_of_every_page_leave_once_and_are_on_record() {
    let linli = node().await;
    let officer = staff(Role::DistrictOfficer, "310117");
    let filter = Filter {
        age_from: Some(20),
        ..Filter::default()
    };
    let call = call(&officer);
    let rows = linli
        .export_residents(call, &filter, &asked())
        .await
        .unwrap();
    let page = |page| Filter {
        page,
        size: 100,
        ..filter.clone()
    };
    let mut listed = Vec::new();
    for n in 1..=3 {
        listed.extend(linli.residents(&officer, &page(n)).await.unwrap().rows);
    }
    assert!(rows.len() > 100, "more than a page");
    assert_eq!(rows, listed);
    let again = linli.export_residents(call, &filter, &asked()).await;
    assert_eq!(code(again), "exports.already-made");
    let stream = linli_kernel::StreamId::new("export", call.command);
    let entries = linli.journal().stream(&stream).await.unwrap();
    assert_eq!(entries.len(), 1);
    let event = Event::read(&entries[0]).unwrap();
    assert_eq!(event.made.rows, rows.len() as u64);
    assert_eq!(event.made.purpose, "重阳节走访名单");
    assert_eq!(entries[0].actor, officer);
}

#[tokio::test]
async fn nothing_leaves_without_a_purpose_that_names_nobody_or_without_the_gate() {
    let linli = node().await;
    let officer = staff(Role::DistrictOfficer, "310117");
    let filter = Filter::default();
    for (purpose, why) in [
        ("", "exports.purpose-missing"),
        ("给 310117194912310021", "exports.purpose-personal"),
        ("１０９００００１１１１", "exports.purpose-personal"),
    ] {
        let asked = Asked {
            purpose: purpose.to_owned(),
            ..asked()
        };
        let refused = linli
            .export_residents(call(&officer), &filter, &asked)
            .await;
        assert_eq!(code(refused), why);
    }
    let auditor = staff(Role::Auditor, "310117");
    let refused = linli
        .export_residents(call(&auditor), &filter, &asked())
        .await;
    assert_eq!(code(refused), "gate.role");
    let worker = staff(Role::CommitteeWorker, "310117/310117001/310117001001");
    let elsewhere = Filter {
        area: Some("310117/310117105".parse().unwrap()),
        ..Filter::default()
    };
    let refused = linli
        .export_residents(call(&worker), &elsewhere, &asked())
        .await;
    assert_eq!(code(refused), "gate.area");
    let cases = crate::cases::Filter::default();
    let none = linli.export_cases(call(&officer), &cases, &asked()).await;
    assert_eq!(code(none), "exports.nothing");
}

#[test]
fn the_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/exports");
    let event = Event {
        area: "310117/310117001".parse().unwrap(),
        made: Made {
            what: What::Residents,
            filter: asked().filter,
            purpose: asked().purpose,
            format: "xlsx".to_owned(),
            rows: 12,
        },
    };
    let parts = event.write().unwrap();
    let golden = Golden {
        kind: parts.kind,
        open: parts.open,
        sealed: Vec::new(),
    };
    golden::check(&folder, &golden).unwrap();
    assert_eq!(golden::all(&folder).unwrap().len(), 1);
}
