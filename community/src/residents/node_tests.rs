//! Residents on a node in memory: look-ups, looks, lists, facts for forms, erasure, rebuilding.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use linli_journal::{Config, Destroy};
use linli_kernel::{AccountId, Actor, Clock, CommandId, HouseholdId, Role};
use linli_testkit::Postgres;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;

use super::synthetic::Wish;
use super::tests::{HOME, NEXT_DOOR, TODAY, fact, form, member, path, register, staff, who};
use super::*;
use crate::feature::{Call, Problem};
use crate::node::{Linli, NodeConfig};
use crate::places::{self, SONGJIANG};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T04:00:00Z".parse().unwrap()
    }
}

pub(super) fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&Noon),
        actor,
        expected: None,
    }
}

pub(super) async fn node() -> Linli {
    node_on(Config::memory()).await
}

pub(super) async fn node_on(journal: Config) -> Linli {
    let config = NodeConfig {
        journal,
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(Noon)).await.unwrap();
    let system = Actor::system();
    linli
        .import_divisions(call(&system), SONGJIANG)
        .await
        .unwrap();
    linli
}

/// 张建国 (7) and 李秀英 (8), one household (70).
pub(super) async fn couple(linli: &Linli) -> HouseholdId {
    let system = Actor::system();
    linli
        .record(call(&system), who(7), &register())
        .await
        .unwrap();
    let wife = Command::Register {
        area: path(HOME),
        facts: super::tests::facts(&[
            ("person.name", json!("李秀英")),
            ("person.birth_date", json!("1950-05-05")),
        ]),
        source: "police".to_owned(),
        as_of: date(2026, 11, 1),
    };
    linli.record(call(&system), who(8), &wife).await.unwrap();
    let household = HouseholdId(Uuid::from_u128(70));
    linli
        .record_household(call(&system), household, &form())
        .await
        .unwrap();
    household
}

fn visit() -> Purpose {
    Purpose {
        why: Why::Visit,
        case: None,
        words: "季度走访".to_owned(),
    }
}

pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> String {
    match outcome {
        Err(Problem::Refused(refusals)) => refusals[0].code.clone(),
        other => panic!("a refusal is expected: {other:?}"),
    }
}

pub(super) async fn dump(linli: &Linli, table: &str) -> Vec<String> {
    let reader = linli.journal().reader();
    let sql = format!("SELECT * FROM {table} ORDER BY 1");
    let query = Statement::from_string(reader.get_database_backend(), sql);
    let rows = reader.query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| {
            let columns = row.column_names();
            let cells = columns.iter().map(|column| {
                let text = row.try_get::<Option<String>>("", column);
                let number = || {
                    row.try_get::<Option<i64>>("", column)
                        .map(|n| n.map(|n| n.to_string()))
                };
                format!("{column}={:?}", text.or_else(|_| number()).unwrap())
            });
            cells.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

const TABLES: [&str; 8] = [
    "area",
    "resident",
    "household",
    "look",
    "mandate",
    "consent",
    "merged",
    "apart",
];

async fn dumps(linli: &Linli) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for table in TABLES {
        all.push(dump(linli, table).await);
    }
    all
}

pub(super) async fn assert_rebuilds(linli: &Linli) {
    let before = dumps(linli).await;
    let rebuilt = linli.journal().rebuild(|_| {}).await.unwrap();
    assert_eq!(rebuilt.parked, 0);
    assert_eq!(dumps(linli).await, before);
}

#[tokio::test]
async fn forms_are_filled_with_what_is_known_of_person_and_household() {
    let linli = node().await;
    couple(&linli).await;
    let known = linli.known_facts(who(7)).await.unwrap();
    assert_eq!(known["person.name"].value, json!("张建国"));
    assert_eq!(known["person.name"].source, "公安部门");
    assert_eq!(known["person.name"].as_of, Some(date(2026, 11, 1)));
    assert_eq!(known["household.monthly_income_fen"].value, json!(120_000));
    let members = known["household.members"].value.as_array().unwrap();
    assert_eq!(members.len(), 2);
    assert_eq!(members[1]["name"], json!("李秀英"));
    assert_eq!(members[1]["relation"], json!("1"));
}

#[tokio::test]
async fn a_person_is_found_by_number_and_reads_who_looked() {
    let linli = node().await;
    couple(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let number = "９９０１１７ 19480101 0015";
    let found = linli.find_resident(&worker, number, &visit()).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.id, who(7));
    assert_eq!(found.name, "张*国");
    assert_eq!(found.phone.as_deref(), Some("109****0001"));
    assert_eq!(found.id_number.as_deref(), Some("990117********0015"));
    let own = Actor::resident(AccountId(Uuid::nil()), who(7));
    let looks = linli.looks_at(&own, who(7), 1, 20).await.unwrap();
    assert_eq!(looks.total, 1);
    let look = &looks.rows[0];
    assert_eq!(look.role, Some(Role::CommitteeWorker));
    assert_eq!(look.area, Some(path(HOME)));
    assert_eq!(look.words.as_deref(), Some("季度走访"));
    // Next door nobody of that number is known, and no look is taken.
    let neighbour = staff(Role::CommitteeWorker, NEXT_DOOR);
    let hidden = linli.find_resident(&neighbour, number, &visit()).await;
    assert_eq!(hidden.unwrap(), None);
    let looks = linli.looks_at(&own, who(7), 1, 20).await.unwrap();
    assert_eq!(looks.total, 1);
    let other = Actor::resident(AccountId(Uuid::nil()), who(8));
    assert_eq!(
        code(linli.looks_at(&other, who(7), 1, 20).await),
        "gate.own"
    );
    assert_rebuilds(&linli).await;
}

#[tokio::test]
async fn a_record_opens_only_for_a_purpose() {
    let linli = node().await;
    couple(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let record = linli.open_record(&worker, who(7), &visit()).await.unwrap();
    assert_eq!(record.resident.text("person.name"), Some("张建国"));
    assert_eq!(record.members.len(), 2);
    let without = |why: Why| Purpose {
        why,
        case: None,
        words: String::new(),
    };
    let other = linli
        .open_record(&worker, who(7), &without(Why::Other))
        .await;
    assert_eq!(code(other), "residents.words-missing");
    let case = linli
        .open_record(&worker, who(7), &without(Why::Case))
        .await;
    assert_eq!(code(case), "residents.case-missing");
    for (actor, why) in [
        (staff(Role::CommitteeWorker, NEXT_DOOR), "gate.area"),
        (staff(Role::SystemAdmin, "310117"), "gate.role"),
        (staff(Role::GridWorker, HOME), "gate.role"),
    ] {
        let refused = linli.open_record(&actor, who(7), &visit()).await;
        assert_eq!(code(refused), why);
    }
    let own = Actor::resident(AccountId(Uuid::nil()), who(7));
    assert!(linli.own_record(&own, who(7)).await.is_ok());
    assert_eq!(code(linli.own_record(&own, who(8)).await), "gate.own");
    let logs = staff(Role::AuditAdmin, "310117");
    assert_eq!(linli.looks(&logs, 1, 20).await.unwrap().total, 1);
}

#[tokio::test]
async fn one_number_is_one_person_and_one_person_is_in_one_household() {
    let linli = node().await;
    couple(&linli).await;
    let system = Actor::system();
    let twice = linli.record(call(&system), who(9), &register()).await;
    assert_eq!(code(twice), "residents.number-known");
    let second = HouseholdId(Uuid::from_u128(71));
    let join = HouseholdCommand::Form {
        area: path(HOME),
        members: vec![member(8, "0")],
        facts: Values::new(),
        source: "committee".to_owned(),
        as_of: TODAY,
    };
    let second = linli.record_household(call(&system), second, &join).await;
    assert_eq!(code(second), "residents.member-elsewhere");
}

#[tokio::test]
async fn the_same_act_sent_twice_is_done_once() {
    let linli = node().await;
    couple(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let once = call(&worker);
    let command = Command::RecordFact(fact("person.phone", json!("10900000002"), TODAY));
    let first = linli.record(once, who(7), &command).await.unwrap();
    let second = linli.record(once, who(7), &command).await.unwrap();
    assert_eq!(first.version, 2);
    assert_eq!((second.version, second.answer), (2, first.answer));
    assert_eq!(second.seqs, None);
}

#[tokio::test]
async fn a_household_moves_as_a_whole_and_rows_follow_areas() {
    let linli = node().await;
    let household = couple(&linli).await;
    let officer = staff(Role::StreetOfficer, "310117/310117001");
    let to = HouseholdCommand::Move {
        to: path(NEXT_DOOR),
        address: "醉白池社区听雨园2号".to_owned(),
        on: TODAY,
        source: "committee".to_owned(),
    };
    let once = call(&officer);
    for _ in 0..2 {
        let moved = linli.record_household(once, household, &to).await.unwrap();
        assert_eq!(moved.version, 2);
        assert_eq!(moved.state.area, Some(path(NEXT_DOOR)));
    }
    let neighbour = staff(Role::CommitteeWorker, NEXT_DOOR);
    let listed = linli
        .residents(&neighbour, &Filter::default())
        .await
        .unwrap();
    assert_eq!(listed.total, 2);
    // The committee goes under a new community: its people go along.
    let district = staff(Role::DistrictOfficer, "310117");
    let layer = places::Command::AddLayer {
        parent: path("310117/310117001"),
        code: "310117001-c1".to_owned(),
        name: "岳阳第一社区".to_owned(),
        members: vec![path(NEXT_DOOR)],
        from: TODAY,
    };
    linli.change_places(call(&district), &layer).await.unwrap();
    let now = path("310117/310117001/310117001-c1/310117001002");
    let neighbour = staff(Role::CommitteeWorker, now.as_str());
    let listed = linli
        .residents(&neighbour, &Filter::default())
        .await
        .unwrap();
    assert_eq!(listed.rows[0].area, now);
    let community = staff(Role::SocialWorker, "310117/310117001/310117001-c1");
    let listed = linli
        .residents(&community, &Filter::default())
        .await
        .unwrap();
    assert_eq!(listed.total, 2);
    // Changing a record after the move is a matter of the new path.
    let phone = Command::RecordFact(fact("person.phone", json!("10900000009"), TODAY));
    linli
        .record(call(&neighbour), who(8), &phone)
        .await
        .unwrap();
    assert_rebuilds(&linli).await;
}

#[tokio::test]
async fn an_erased_person_leaves_the_registers_for_good() {
    let linli = node().await;
    couple(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    linli.record_look(&worker, who(7), &visit()).await.unwrap();
    let wish = Destroy {
        command: CommandId::new(&Noon),
        actor: Actor::system(),
        area: path(HOME),
        reason: "PIPL art. 47".to_owned(),
        changes: forget(who(7)),
    };
    linli.journal().destroy(who(7), wish).await.unwrap();
    linli.forget_all();
    assert_rebuilds(&linli).await;
    let all = dumps(&linli).await.concat().join("\n");
    for secret in ["张建国", "松影苑", "季度走访", "10900000001"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(all.contains("李秀英"));
    let facts = linli.facts(who(7)).await.unwrap();
    assert!(!facts.contains_key("person.name"));
    let found = linli.resident_with_number("990117194801010015").await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn mandates_and_consents_are_listed_and_end() {
    let linli = node().await;
    couple(&linli).await;
    let own = Actor::resident(AccountId(Uuid::nil()), who(7));
    let granted = Granted {
        principal: who(7),
        agent: who(8),
        authority: Authority::Household,
        services: vec!["dibao".to_owned()],
        from: TODAY,
        until: None,
    };
    let done = linli.grant_mandate(call(&own), granted, "").await.unwrap();
    let id: Uuid = serde_json::from_value(done.answer["mandate"].clone()).unwrap();
    let held = linli.mandates_held_by(who(8)).await.unwrap();
    assert_eq!((held.len(), held[0].id), (1, id));
    assert!(held[0].holds_on(TODAY, "dibao"));
    assert!(!held[0].holds_on(TODAY, "certificate"));
    let other = Actor::resident(AccountId(Uuid::nil()), who(8));
    assert_eq!(code(linli.end_mandate(call(&other), id).await), "gate.own");
    linli.end_mandate(call(&own), id).await.unwrap();
    let held = linli.mandates_of(who(7)).await.unwrap();
    assert_eq!(held[0].ended_on, Some(TODAY));
    assert!(!held[0].holds_on(date(2026, 11, 24), "dibao"));
    let given = Given {
        resident: who(7),
        purpose: "dibao.economic-check".to_owned(),
        from: TODAY,
        until: None,
        case: None,
    };
    let done = linli.give_consent(call(&own), given, "").await.unwrap();
    let id: Uuid = serde_json::from_value(done.answer["consent"].clone()).unwrap();
    linli.withdraw_consent(call(&own), id).await.unwrap();
    let consents = linli.consents_of(who(7)).await.unwrap();
    assert_eq!(consents[0].ended_on, Some(TODAY));
    assert_eq!(
        code(linli.withdraw_consent(call(&own), Uuid::from_u128(1)).await),
        "residents.no-such-right"
    );
    assert_rebuilds(&linli).await;
}

#[tokio::test]
async fn a_population_is_recorded_once_and_can_be_listed() {
    let linli = node().await;
    let wish = Wish {
        seed: 7,
        residents: 3_000,
        today: TODAY,
    };
    let mut told = 0;
    let recorded = linli.populate(wish, |done| told = done).await.unwrap();
    assert_eq!((recorded, told), (3_000, 3_000));
    linli.populate(wish, |_| {}).await.unwrap();
    let district = staff(Role::DistrictOfficer, "310117");
    let all = linli
        .residents(&district, &Filter::default())
        .await
        .unwrap();
    assert_eq!(all.total, 3_000);
    assert!(
        all.rows
            .iter()
            .all(|row| row.synthetic && row.name.contains('*'))
    );
    let elders = Filter {
        age_from: Some(65),
        oldest_first: true,
        size: 20,
        ..Filter::default()
    };
    let elders = linli.residents(&district, &elders).await.unwrap();
    assert!(
        elders
            .rows
            .iter()
            .all(|row| row.birth_date <= Some(date(1961, 11, 23)))
    );
    assert!(elders.rows.is_sorted_by_key(|row| row.birth_date));
    let mut seen = 0;
    for street in linli.areas().children(&path("310117")) {
        let filter = Filter {
            area: Some(street.path().clone()),
            ..Filter::default()
        };
        seen += linli.residents(&district, &filter).await.unwrap().total;
    }
    assert_eq!(seen, 3_000);
    assert_rebuilds(&linli).await;
}

#[tokio::test]
async fn lists_are_kept_to_the_scope_and_found_by_text() {
    let linli = node().await;
    couple(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let search = |text: &str| Filter {
        text: Some(text.to_owned()),
        ..Filter::default()
    };
    for (text, total) in [
        ("张", 1),
        ("李秀英", 1),
        ("%", 2),
        ("王", 0),
        ("990117194801010015", 1),
        ("109-0000-0001", 1),
        ("109-0000-0002", 0),
        ("", 2),
    ] {
        let listed = linli.residents(&worker, &search(text)).await.unwrap();
        assert_eq!(listed.total, total, "{text}");
    }
    let beyond = Filter {
        area: Some(path(NEXT_DOOR)),
        ..Filter::default()
    };
    assert_eq!(code(linli.residents(&worker, &beyond).await), "gate.area");
    let auditor = staff(Role::Auditor, "310117");
    let listed = linli.residents(&auditor, &Filter::default()).await;
    assert_eq!(code(listed), "gate.role");
}

/// What lists answer on a node with a small population, as one text.
async fn answers(journal: Config) -> String {
    let linli = node_on(journal).await;
    let wish = Wish {
        seed: 11,
        residents: 2_000,
        today: TODAY,
    };
    linli.populate(wish, |_| {}).await.unwrap();
    couple(&linli).await;
    let street = staff(Role::StreetOfficer, "310117/310117001");
    let with = |change: &dyn Fn(&mut Filter)| {
        let mut filter = Filter {
            size: MAX_SIZE,
            ..Filter::default()
        };
        change(&mut filter);
        filter
    };
    let filters = [
        with(&|filter| filter.text = Some("张".to_owned())),
        with(&|filter| filter.text = Some("990117194801010015".to_owned())),
        with(&|filter| filter.text = Some("10900000001".to_owned())),
        with(&|filter| filter.age_from = Some(70)),
        with(&|filter| filter.age_to = Some(5)),
        with(&|filter| filter.disabled = true),
        with(&|filter| filter.special_care = true),
        with(&|filter| {
            filter.hukou = Some("local".to_owned());
            filter.oldest_first = true;
            filter.age_from = Some(60);
        }),
        with(&|filter| filter.area = Some(path(HOME))),
    ];
    let mut told = String::new();
    for filter in filters {
        let listed = linli.residents(&street, &filter).await.unwrap();
        assert!(
            !listed.rows.is_empty() && listed.total <= MAX_SIZE,
            "{filter:?}"
        );
        // Databases sort names by their own rules.
        let mut rows: Vec<_> = listed.rows.iter().map(|row| row.id.to_string()).collect();
        rows.sort();
        told += &format!("{} {rows:?}\n", listed.total);
    }
    told += &dumps(&linli).await.concat().join("\n");
    assert_rebuilds(&linli).await;
    linli.journal().close().await;
    told
}

#[tokio::test]
async fn memory_files_and_postgresql_answer_alike() {
    // Keyed hashes differ from node to node: everything else is the same.
    let told = |text: String| -> Vec<String> {
        let kept = |word: &&str| !word.starts_with("id_key=");
        let line = |line: &str| line.split(' ').filter(kept).collect::<Vec<_>>().join(" ");
        text.lines().map(line).collect()
    };
    let memory = told(answers(Config::memory()).await);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(told(answers(Config::sqlite(folder.path())).await), memory);
    let Some(server) = Postgres::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = Config::postgres(folder.path(), &server.database());
    assert_eq!(told(answers(config).await), memory);
}
