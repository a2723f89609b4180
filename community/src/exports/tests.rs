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
    node_by(Arc::new(Noon)).await
}

async fn node_by(clock: Arc<dyn Clock>) -> Linli {
    let config = NodeConfig {
        journal: Config::memory(),
        catalogue: None,
    };
    let linli = Linli::open(config, clock).await.unwrap();
    let system = Actor::system();
    let divisions = linli.import_divisions(call(&system), SONGJIANG).await;
    divisions.unwrap();
    let wish = crate::residents::synthetic::Wish {
        seed: 5,
        residents: 300,
        today: linli.clock().today(),
    };
    linli.populate(wish, |_| {}).await.unwrap();
    linli
}

fn wish() -> Wish {
    Wish {
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
        .export_residents(call, &filter, &wish())
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
    let again = linli.export_residents(call, &filter, &wish()).await;
    assert_eq!(code(again), "exports.already-made");
    let stream = linli_kernel::StreamId::new("export", call.command);
    let entries = linli.journal().stream(&stream).await.unwrap();
    assert_eq!(entries.len(), 1);
    let event = Event::read(&entries[0]).unwrap();
    let Fact::Made(made) = event.fact else {
        panic!("not made")
    };
    assert_eq!(made.rows, rows.len() as u64);
    assert_eq!(made.purpose, "重阳节走访名单");
    assert!(!made.full);
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
        let wish = Wish {
            purpose: purpose.to_owned(),
            ..wish()
        };
        let refused = linli.export_residents(call(&officer), &filter, &wish).await;
        assert_eq!(code(refused), why);
    }
    let auditor = staff(Role::Auditor, "310117");
    let refused = linli
        .export_residents(call(&auditor), &filter, &wish())
        .await;
    assert_eq!(code(refused), "gate.role");
    let worker = staff(Role::CommitteeWorker, "310117/310117001/310117001001");
    let elsewhere = Filter {
        area: Some("310117/310117105".parse().unwrap()),
        ..Filter::default()
    };
    let refused = linli
        .export_residents(call(&worker), &elsewhere, &wish())
        .await;
    assert_eq!(code(refused), "gate.area");
    let cases = crate::cases::Filter::default();
    let none = linli.export_cases(call(&officer), &cases, &wish()).await;
    assert_eq!(code(none), "exports.nothing");
}

/// An officer of one street, each with an account of their own.
fn street(account: u128, area: &str) -> Actor {
    Actor {
        account: Some(AccountId(Uuid::from_u128(account))),
        ..staff(Role::StreetOfficer, area)
    }
}

/// The street with the most elders, and how many it has.
async fn elders(linli: &Linli) -> (String, u64) {
    let district = staff(Role::DistrictOfficer, "310117");
    let mut best = (String::new(), 0);
    for area in linli.areas().inside(&"310117".parse().unwrap()) {
        let path = area.path().to_string();
        if area.path().depth() == 2 {
            let filter = Filter {
                area: Some(path.parse().unwrap()),
                ..Filter::of_codes(|name| (name == "age_from").then_some("60"))
            };
            let total = linli.residents(&district, &filter).await.unwrap().total;
            best = std::cmp::max_by_key(best, (path, total), |(_, total)| *total);
        }
    }
    best
}

#[tokio::test]
async fn whole_names_leave_when_another_says_yes_once_and_each_is_told() {
    let linli = node().await;
    let (area, many) = elders(&linli).await;
    assert!(many > 0);
    let (asker, other) = (street(11, &area), street(12, &area));
    let asked = call(&asker);
    linli.ask_export(asked, &wish()).await.unwrap();
    let id = asked.command.0;
    let take = || linli.take_export(call(&asker), id);
    assert_eq!(code(take().await), "exports.not-granted");
    let waiting = linli.exports_waiting(&other).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].id), (1, id));
    assert_eq!(linli.exports_waiting(&asker).await.unwrap(), []);
    let answer = async |who: &Actor, granted, reason: &str| {
        linli.answer_export(call(who), id, granted, reason).await
    };
    assert_eq!(code(answer(&asker, true, "").await), "exports.own");
    let elsewhere = street(13, "310117/310117999");
    assert_eq!(code(answer(&elsewhere, true, "").await), "gate.area");
    let worker = staff(Role::CommitteeWorker, &area);
    assert_eq!(code(answer(&worker, true, "").await), "gate.role");
    answer(&other, true, "").await.unwrap();
    assert_eq!(
        code(answer(&other, false, "太多").await),
        "exports.not-waiting"
    );
    let stranger = linli.take_export(call(&other), id).await;
    assert_eq!(code(stranger), "exports.not-yours");
    let moved = Actor {
        post: street(11, "310117/310117999").post,
        ..asker.clone()
    };
    let moved = linli.take_export(call(&moved), id).await;
    assert_eq!(code(moved), "exports.not-yours");

    let (taken, people) = take().await.unwrap();
    assert_eq!(taken, wish());
    let Taken::Residents(people) = people else {
        panic!("not residents")
    };
    assert_eq!(people.len() as u64, many);
    for one in &people {
        let name = one.resident.text("person.name").unwrap();
        assert_eq!(crate::residents::mask::name(name), one.row.name);
        assert!(one.resident.text("person.id_number").unwrap().len() == 18);
        let own = Actor::resident(AccountId(one.row.id.0), one.row.id);
        let looks = linli.looks_at(&own, one.row.id, 1, 20).await.unwrap().rows;
        assert_eq!(looks[0].why, crate::residents::Why::Export);
        assert_eq!(looks[0].words.as_deref(), Some("重阳节走访名单"));
        assert_eq!(looks[0].role, Some(Role::StreetOfficer));
    }
    assert_eq!(code(take().await), "exports.already-made");
    let mine = linli.exports_of(&asker).await.unwrap();
    assert_eq!(mine[0].stage, "made");
    assert!(linli.exports_waiting(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_elsewhere_hides_nothing_here() {
    let linli = node().await;
    let (area, _) = elders(&linli).await;
    let district = staff(Role::DistrictOfficer, "310117");
    for _ in 0..queries::MOST {
        linli.ask_export(call(&district), &wish()).await.unwrap();
    }
    let asked = street(11, &area);
    let asked = call(&asked);
    linli.ask_export(asked, &wish()).await.unwrap();
    let waiting = linli.exports_waiting(&street(12, &area)).await.unwrap();
    let ids: Vec<Uuid> = waiting.iter().map(|one| one.id).collect();
    assert_eq!(ids, [asked.command.0]);
}

#[tokio::test]
async fn what_waits_goes_along_when_the_committee_moves() {
    let linli = node().await;
    let district = staff(Role::DistrictOfficer, "310117");
    let everybody = linli.residents(&district, &Filter::default()).await;
    let home = everybody.unwrap().rows[0].area.clone();
    let old = crate::places::street_path(&home).to_owned();
    let new = ["310117/310117001", "310117/310117002"]
        .into_iter()
        .find(|street| **street != *old)
        .unwrap();
    let worker = staff(Role::CommitteeWorker, home.as_str());
    let asked = call(&worker);
    let wish = Wish {
        filter: [].into(),
        ..wish()
    };
    linli.ask_export(asked, &wish).await.unwrap();
    let moved = crate::places::Command::Move {
        area: home.clone(),
        parent: new.parse().unwrap(),
        from: linli.clock().today(),
    };
    linli.change_places(call(&district), &moved).await.unwrap();
    assert_eq!(linli.exports_waiting(&street(12, &old)).await.unwrap(), []);
    let officer = street(12, new);
    let waiting = linli.exports_waiting(&officer).await.unwrap();
    let today = format!("{new}/{}", home.as_str().rsplit('/').next().unwrap());
    assert_eq!(waiting[0].area.as_str(), today);
    linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(linli.exports_waiting(&officer).await.unwrap(), waiting);
    let id = asked.command.0;
    linli
        .answer_export(call(&officer), id, true, "")
        .await
        .unwrap();
    let there = staff(Role::CommitteeWorker, &today);
    let (_, taken) = linli.take_export(call(&there), id).await.unwrap();
    assert!(!taken.people().is_empty());
}

#[tokio::test]
async fn a_no_has_a_reason_and_a_yes_does_not_last() {
    let clock = Arc::new(linli_kernel::ShiftedClock::new(Noon, 0));
    let linli = node_by(Arc::clone(&clock) as _).await;
    let (area, _) = elders(&linli).await;
    let (asker, other) = (street(11, &area), street(12, &area));
    let ask = async || {
        let asked = call(&asker);
        linli.ask_export(asked, &wish()).await.unwrap();
        asked.command.0
    };
    let refused = ask().await;
    for (reason, why) in [
        ("", "exports.reason-missing"),
        ("问 13800000001", "exports.reason-personal"),
    ] {
        let no = linli
            .answer_export(call(&other), refused, false, reason)
            .await;
        assert_eq!(code(no), why);
    }
    linli
        .answer_export(call(&other), refused, false, "遮盖的名单就够了")
        .await
        .unwrap();
    let taken = linli.take_export(call(&asker), refused).await;
    assert_eq!(code(taken), "exports.not-granted");

    let granted = ask().await;
    linli
        .answer_export(call(&other), granted, true, "")
        .await
        .unwrap();
    clock.push(4);
    let taken = linli.take_export(call(&asker), granted).await;
    assert_eq!(code(taken), "exports.lapsed");
}

#[tokio::test]
async fn more_than_can_be_told_is_not_asked_for_and_grid_workers_ask_for_nothing() {
    let linli = node().await;
    let (area, _) = elders(&linli).await;
    let nobody = Wish {
        filter: [("age_from".to_owned(), "140".to_owned())].into(),
        ..wish()
    };
    let asker = street(11, &area);
    assert_eq!(
        code(linli.ask_export(call(&asker), &nobody).await),
        "exports.nothing"
    );
    let grid = staff(Role::GridWorker, &area);
    assert_eq!(
        code(linli.ask_export(call(&grid), &wish()).await),
        "gate.role"
    );
    assert_eq!(
        decide::enough(MOST_FULL + 1, MOST_FULL).unwrap_err().code,
        "exports.too-many"
    );
}

#[test]
fn every_event_has_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/exports");
    let Wish {
        filter, purpose, ..
    } = wish();
    let format = "xlsx".to_owned();
    let facts = [
        Fact::Made(Made {
            what: What::Residents,
            filter: filter.clone(),
            purpose: purpose.clone(),
            format: format.clone(),
            rows: 12,
            full: false,
        }),
        Fact::Asked(Asked {
            filter,
            purpose,
            format,
            rows: 12,
        }),
        Fact::Answered(Answered {
            granted: false,
            reason: "遮盖的名单就够了".to_owned(),
        }),
    ];
    for fact in facts {
        let event = Event {
            area: "310117/310117001".parse().unwrap(),
            fact,
        };
        let parts = event.write().unwrap();
        let golden = Golden {
            kind: parts.kind,
            open: parts.open,
            sealed: Vec::new(),
        };
        golden::check(&folder, &golden).unwrap();
    }
    assert_eq!(golden::all(&folder).unwrap().len(), 3);
}
