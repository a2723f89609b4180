//! Merging and parting: nothing is lost, parting gives both back, rows equal the fold; who may not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use linli_kernel::{Actor, HouseholdId, ResidentId, Role, StreamId};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::node::Linli;
use crate::residents::node_tests::{assert_rebuilds, call, code, dump, node};
use crate::residents::tests::{
    HOME, NEXT_DOOR, TODAY, World, fact, facts, member, path, staff, who,
};
use crate::residents::{
    Command, Erasure, Event, Fact, Facts, FieldId, Filter, Ground, Happened, HouseholdCommand,
    Member, Purpose, Resident, Why,
};

const FIELDS: [&str; 5] = [
    "person.name",
    "person.phone",
    "person.birth_date",
    "person.hukou",
    "person.id_number",
];

fn known(value: u8) -> Fact {
    Fact {
        value: json!(value),
        source: "police".into(),
        as_of: date(2026, 11, 1),
        case: None,
    }
}

fn person(number: u128, values: &BTreeMap<usize, u8>) -> Resident {
    let known = |(field, value): (&usize, &u8)| (FieldId::from(FIELDS[*field]), known(*value));
    let number_key = values.get(&4).map(|value| format!("key of {value}"));
    Resident {
        id: Some(who(number)),
        area: Some(path(HOME)),
        facts: values.iter().map(known).collect(),
        id_key: number_key,
        ..Resident::default()
    }
}

fn wish(survivor: u128, other: u128) -> Merge {
    Merge {
        survivor: who(survivor),
        other: who(other),
        take: BTreeSet::new(),
        household: Side::Survivor,
        words: "同一人登记了两次".to_owned(),
    }
}

fn then(state: &Resident, event: &Event) -> Resident {
    let mut after = state.clone();
    after.apply(&StreamId::from(state.id.unwrap()), event);
    after
}

fn merged(world: &World, states: (&Resident, &Resident), wish: &Merge) -> (Resident, Resident) {
    let key = |number: &str| number.to_owned();
    let decided = merge(states, wish, Vec::new(), Vec::new(), &world.context(&key));
    let (one, other) = decided.unwrap();
    (then(states.0, &one), then(states.1, &other))
}

fn parted(world: &World, states: (&Resident, &Resident)) -> (Resident, Resident) {
    let key = |number: &str| number.to_owned();
    let (one, other) = part(states.0, states.1, &world.context(&key)).unwrap();
    (then(states.0, &one), then(states.1, &other))
}

fn recorded(state: &Resident, field: usize, value: u8) -> Resident {
    let open = crate::residents::FactRecorded {
        field: FieldId::from(FIELDS[field]),
        source: "committee".to_owned(),
        as_of: TODAY,
        case: None,
    };
    let sealed = crate::residents::FactSealed {
        value: json!(value),
        id_key: (field == 4).then(|| format!("key of {value}")),
        words: String::new(),
    };
    let event = Event {
        area: path(HOME),
        what: Happened::FactRecorded(open, Some(sealed)),
    };
    then(state, &event)
}

fn values() -> impl Strategy<Value = BTreeMap<usize, u8>> {
    prop::collection::btree_map(0_usize..5, 0_u8..4, 0..5)
}

proptest! {
    #[test]
    fn parting_gives_both_records_back_with_what_happened_in_between(
        one in values(),
        other in values(),
        third in values(),
        take in prop::collection::btree_set(0_usize..5, 0..5),
        between in prop::collection::vec((0_usize..5, 10_u8..14), 0..4),
    ) {
        let world = World::new();
        let (one, other, third) = (person(1, &one), person(2, &other), person(3, &third));
        let take = |of: &Resident| -> BTreeSet<FieldId> {
            let chosen = take.iter().map(|field| FieldId::from(FIELDS[*field]));
            chosen.filter(|field| of.facts.contains_key(field)).collect()
        };
        let first = Merge { take: take(&other), ..wish(1, 2) };
        let (both, away) = merged(&world, (&one, &other), &first);
        // Of every field there is a value, and it is the one that was chosen.
        for field in one.facts.keys().chain(other.facts.keys()) {
            let chosen = if first.take.contains(field) { other.facts.get(field) } else { None };
            let expected = chosen.or(one.facts.get(field)).or(other.facts.get(field));
            prop_assert_eq!(both.facts.get(field), expected);
        }
        prop_assert_eq!(&away.facts, &other.facts);
        let number = both.facts.get("person.id_number").map(|fact| format!("key of {}", fact.value));
        prop_assert_eq!(&both.id_key, &number);
        // A second merge on top of it, facts in between, and both undone.
        let second = Merge { take: take(&third), ..wish(1, 3) };
        let (mut all, gone) = merged(&world, (&both, &third), &second);
        let key = |number: &str| number.to_owned();
        let early = part(&all, &away, &world.context(&key)).unwrap_err();
        prop_assert_eq!(&early[0].code, "residents.part-latest-first");
        let mut newer = Facts::new();
        for (field, value) in between {
            all = recorded(&all, field, value);
            let field = FieldId::from(FIELDS[field]);
            newer.insert(field.clone(), all.facts.get(&field).unwrap().clone());
        }
        let (all, third_again) = parted(&world, (&all, &gone));
        let (one_again, other_again) = parted(&world, (&all, &away));
        let mut expected = one.facts.clone();
        expected.extend(newer);
        prop_assert_eq!(&one_again.facts, &expected);
        let number = expected.get("person.id_number").map(|fact| format!("key of {}", fact.value));
        prop_assert_eq!(&one_again.id_key, &number);
        prop_assert!(one_again.absorbed.is_empty());
        for (again, before) in [(&other_again, &other), (&third_again, &third)] {
            prop_assert_eq!(&again.facts, &before.facts);
            prop_assert_eq!(&again.id_key, &before.id_key);
            prop_assert_eq!(again.merged_into, None);
        }
    }

    #[test]
    fn households_are_whole_after_a_merge_and_as_before_after_parting(
        own in members(1),
        theirs in members(2),
        shared in any::<bool>(),
        keep in prop_oneof![Just(Side::Survivor), Just(Side::Other)],
        joins in any::<bool>(),
        leaves in prop::option::of(0_usize..6),
    ) {
        let (home, away) = (HouseholdId(Uuid::from_u128(70)), HouseholdId(Uuid::from_u128(80)));
        let together: Vec<Member> = [own.clone(), theirs.iter().filter(|one| one.relation != "0").cloned().collect()].concat();
        let both_inside = together.iter().any(|one| one.resident == who(2));
        let (first, second) = match shared && both_inside {
            true => ((home, together.as_slice()), (home, together.as_slice())),
            false => ((home, own.as_slice()), (away, theirs.as_slice())),
        };
        let placed = regroup((who(1), Some(first)), (who(2), Some(second)), keep);
        let Ok(placed) = placed else {
            // Only a head who would leave others behind.
            prop_assert!(first.0 != second.0);
            let leaving = if keep == Side::Survivor { (theirs, who(2)) } else { (own, who(1)) };
            prop_assert_eq!(leaving.0[0].resident, leaving.1);
            prop_assert!(leaving.0.len() > 1);
            return Ok(());
        };
        let inside = |members: &[Member], id: ResidentId| members.iter().filter(|one| one.resident == id).count();
        let all: Vec<&Placed> = placed.iter().collect();
        prop_assert_eq!(all.iter().map(|one| inside(&one.after, who(2))).sum::<usize>(), 0);
        for one in &placed {
            prop_assert!(is_headed(&one.after));
            prop_assert_eq!(restore(one, &one.after), one.before.clone());
            // Somebody joins or leaves in between: one head still, nobody twice, nobody else lost.
            let mut now = one.after.clone();
            if let Some(at) = leaves.filter(|at| *at > 0 && *at < now.len()) {
                now.remove(at);
            }
            if joins && !now.is_empty() {
                now.push(member(99, "8"));
            }
            let back = restore(one, &now);
            prop_assert!(is_headed(&back), "{back:?}");
            let ids: BTreeSet<ResidentId> = back.iter().map(|one| one.resident).collect();
            prop_assert_eq!(ids.len(), back.len());
            for stays in now.iter().filter(|one| one.resident != who(1)) {
                prop_assert!(ids.contains(&stays.resident));
            }
        }
    }
}

fn is_headed(members: &[Member]) -> bool {
    let heads = members.iter().filter(|one| one.relation == "0").count();
    members.is_empty() || (heads == 1 && members[0].relation == "0")
}

/// A household of up to five in which `whose` stands somewhere.
fn members(whose: u128) -> impl Strategy<Value = Vec<Member>> {
    (0_usize..4, 0_usize..5).prop_map(move |(others, place)| {
        let mut ids: Vec<u128> = (0..others).map(|n| whose * 10 + n as u128).collect();
        ids.insert(place.min(ids.len()), whose);
        let relation = |at: usize| if at == 0 { "0" } else { "2" };
        ids.iter()
            .enumerate()
            .map(|(at, id)| member(*id, relation(at)))
            .collect()
    })
}

/// 张建国 (7), registered again as 张健国 (9) with a household of its own.
async fn twice(linli: &Linli) {
    let system = Actor::system();
    for (id, name, phone) in [(7, "张建国", Some("10900000001")), (9, "张健国", None)] {
        let mut known = facts(&[
            ("person.name", json!(name)),
            ("person.birth_date", json!("1948-01-01")),
        ]);
        if let Some(phone) = phone {
            known.insert(FieldId::from("person.phone"), json!(phone));
        } else {
            known.insert(
                FieldId::from("person.id_number"),
                json!("990117194801010015"),
            );
        }
        let register = Command::Register {
            area: path(HOME),
            facts: known,
            source: "committee".to_owned(),
            as_of: date(2026, 11, 1),
        };
        linli
            .record(call(&system), who(id), &register)
            .await
            .unwrap();
    }
    let form = HouseholdCommand::Form {
        area: path(HOME),
        members: vec![member(9, "0")],
        facts: facts(&[("household.address", json!("松影苑12号301室"))]),
        source: "committee".to_owned(),
        as_of: date(2026, 11, 1),
    };
    let home = HouseholdId(Uuid::from_u128(90));
    linli
        .record_household(call(&system), home, &form)
        .await
        .unwrap();
}

const ROWS: [&str; 4] = ["resident", "household", "merged", "apart"];

async fn rows(linli: &Linli) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for table in ROWS {
        all.push(dump(linli, table).await);
    }
    all
}

#[tokio::test]
async fn a_merged_record_leads_to_its_survivor_and_parting_leaves_the_registers_as_they_were() {
    let linli = node().await;
    twice(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let before = rows(&linli).await;
    let take = BTreeSet::from([FieldId::from("person.name")]);
    let wish = Merge { take, ..wish(7, 9) };
    let act = call(&worker);
    linli.merge_residents(act, &wish, None).await.unwrap();
    // Sent twice, done once.
    linli.merge_residents(act, &wish, None).await.unwrap();
    assert_eq!(linli.survivor(who(9)), who(7));
    assert_eq!(linli.same_as(who(9)), [who(7), who(9)]);
    let found = linli
        .resident_with_number("990117194801010015")
        .await
        .unwrap();
    assert_eq!(found, Some(who(7)));
    let filter = Filter {
        size: 20,
        page: 1,
        ..Filter::default()
    };
    let listed = linli.residents(&worker, &filter).await.unwrap();
    assert_eq!(listed.rows.len(), 1);
    let visit = Purpose {
        why: Why::Visit,
        case: None,
        words: "走访".to_owned(),
    };
    let record = linli.open_record(&worker, who(9), &visit).await.unwrap();
    assert_eq!(record.resident.text("person.name"), Some("张健国"));
    assert_eq!(record.resident.text("person.phone"), Some("10900000001"));
    assert_eq!(record.members.len(), 1);
    assert_rebuilds(&linli).await;
    // What is said of the other is said of the survivor.
    let phone = Command::RecordFact(fact("person.phone", json!("10900000002"), TODAY));
    linli.record(call(&worker), who(9), &phone).await.unwrap();
    let correct = Command::RecordFact(fact("person.phone", json!("10900000001"), TODAY));
    linli.record(call(&worker), who(7), &correct).await.unwrap();
    linli
        .part_residents(call(&worker), who(9), "认错人了")
        .await
        .unwrap();
    let mut after = rows(&linli).await;
    assert_eq!(linli.survivor(who(9)), who(9));
    assert_eq!(after, before);
    assert_rebuilds(&linli).await;
    after = rows(&linli).await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn both_persons_are_told_of_it() {
    let linli = node().await;
    twice(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    linli
        .merge_residents(call(&worker), &wish(7, 9), None)
        .await
        .unwrap();
    linli
        .part_residents(call(&worker), who(9), "认错人了")
        .await
        .unwrap();
    let auditor = staff(Role::AuditAdmin, "310117");
    for resident in [7, 9] {
        let looks = linli
            .looks_at(&auditor, who(resident), 1, 20)
            .await
            .unwrap();
        // At one moment by the clock of the test, so in no order.
        let said = |why| {
            let mut rows = looks.rows.iter().filter(|look| look.why == why);
            rows.next().and_then(|look| look.words.as_deref())
        };
        assert_eq!(looks.rows.len(), 2);
        assert_eq!(said(Why::Merge), Some("同一人登记了两次"));
        assert_eq!(said(Why::Part), Some("认错人了"));
    }
}

#[tokio::test]
async fn who_may_not_see_both_or_saw_older_records_does_not_merge() {
    let linli = node().await;
    twice(&linli).await;
    let next_door = staff(Role::CommitteeWorker, NEXT_DOOR);
    let no = linli
        .merge_residents(call(&next_door), &wish(7, 9), None)
        .await;
    assert_eq!(code(no), "gate.area");
    let worker = staff(Role::CommitteeWorker, HOME);
    let moved = Command::Move {
        to: path(NEXT_DOOR),
        address: "龙潭苑1号".to_owned(),
        on: TODAY,
        source: "committee".to_owned(),
    };
    linli
        .record(call(&Actor::system()), who(9), &moved)
        .await
        .unwrap();
    for actor in [&worker, &next_door] {
        assert_eq!(
            code(linli.merge_residents(call(actor), &wish(7, 9), None).await),
            "gate.area"
        );
        assert_eq!(code(linli.beside(actor, who(7), who(9)).await), "gate.area");
    }
    let street = staff(Role::StreetOfficer, "310117/310117001");
    let seen = Seen {
        survivor: 1,
        other: 1,
    };
    let stale = linli
        .merge_residents(call(&street), &wish(7, 9), Some(seen))
        .await;
    assert!(
        matches!(stale, Err(crate::Problem::Conflict { found: 2, .. })),
        "{stale:?}"
    );
    let seen = Seen {
        survivor: 1,
        other: 2,
    };
    linli
        .merge_residents(call(&street), &wish(7, 9), Some(seen))
        .await
        .unwrap();
    assert_eq!(
        code(linli.part_residents(call(&worker), who(9), "x").await),
        "gate.area"
    );
}

#[tokio::test]
async fn who_is_erased_after_a_merge_is_erased_whole() {
    let linli = node().await;
    twice(&linli).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    linli
        .merge_residents(call(&worker), &wish(7, 9), None)
        .await
        .unwrap();
    let district = staff(Role::DistrictOfficer, "310117");
    let erasure = Erasure {
        ground: Ground::RetentionOver,
        reference: "沪松民〔2026〕1号".to_owned(),
    };
    linli
        .erase_resident(call(&district), who(9), &erasure)
        .await
        .unwrap();
    assert!(dump(&linli, "resident").await.is_empty());
    let row = dump(&linli, "merged").await.concat();
    assert!(row.contains("id_key=None"), "{row}");
    assert_rebuilds(&linli).await;
    for resident in [7, 9] {
        assert!(
            linli
                .erased(&district, who(resident))
                .await
                .unwrap()
                .is_some()
        );
        let no = linli
            .part_residents(call(&worker), who(resident), "x")
            .await;
        assert!(no.is_err());
    }
}
