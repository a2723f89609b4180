//! Signs, points and pairs: what is found against everybody compared with everybody.

use std::collections::BTreeSet;

use jiff::civil::date;
use linli_kernel::{Actor, Role};
use serde_json::json;

use super::*;
use crate::residents::Command;
use crate::residents::node_tests::{call, code, node};
use crate::residents::synthetic::Wish;
use crate::residents::tests::{HOME, NEXT_DOOR, TODAY, facts, path, staff, who};

fn person(number: u128) -> Person {
    Person {
        id: who(number),
        name: Some("张建国".to_owned()),
        birth: Some("1948-01-01".to_owned()),
        sex: Some("1".to_owned()),
        phone: Some("10900000001".to_owned()),
        id_key: None,
        id_masked: None,
        address: Some("岳阳街道松影苑12号301室".to_owned()),
    }
}

fn signs(one: &Person, other: &Person) -> BTreeSet<Reason> {
    let found = compare(one, other, Weights::built_in().unwrap());
    assert_eq!(
        found.points,
        found.reasons.iter().map(|(_, points)| points).sum::<i32>()
    );
    assert_eq!(found, compare(other, one, Weights::built_in().unwrap()));
    found
        .reasons
        .into_iter()
        .map(|(reason, _)| reason)
        .collect()
}

#[expect(
    clippy::too_many_lines,
    reason = "one table: what changed, and the sign of it"
)]
#[test]
fn signs_are_told_apart() {
    use Reason as R;
    let known = |text: &str| Some(text.to_owned());
    let base = person(1);
    let same = BTreeSet::from([R::NameSame, R::BirthSame, R::PhoneSame, R::AddressSame]);
    assert_eq!(signs(&base, &person(2)), same);
    for (changed, sign) in [
        (
            Person {
                name: known("张健国"),
                ..person(2)
            },
            Some(R::NameSoundsSame),
        ),
        (
            Person {
                name: known("李秀英"),
                ..person(2)
            },
            Some(R::NameDiffers),
        ),
        (
            Person {
                birth: known("1948-01-10"),
                ..person(2)
            },
            Some(R::BirthNear),
        ),
        (
            Person {
                birth: known("1949-01-01"),
                ..person(2)
            },
            Some(R::BirthNear),
        ),
        (
            Person {
                birth: known("1950-07-01"),
                ..person(2)
            },
            Some(R::BirthDiffers),
        ),
        (
            Person {
                birth: None,
                ..person(2)
            },
            None,
        ),
        (
            Person {
                address: known("岳阳街道松影园12号301室"),
                ..person(2)
            },
            Some(R::AddressNear),
        ),
        (
            Person {
                address: known("岳阳街道松影苑12号31室"),
                ..person(2)
            },
            Some(R::AddressNear),
        ),
        (
            Person {
                address: known("岳阳街道龙潭苑12号301室"),
                ..person(2)
            },
            None,
        ),
        (
            Person {
                phone: known("10900000002"),
                ..person(2)
            },
            None,
        ),
        (
            Person {
                sex: known("2"),
                ..person(2)
            },
            Some(R::SexDiffers),
        ),
        (
            Person {
                sex: known("9"),
                ..person(2)
            },
            None,
        ),
    ] {
        let found = signs(&base, &changed);
        let new: Vec<R> = found.difference(&same).copied().collect();
        assert_eq!(new.first().copied(), sign, "{changed:?}");
        assert!(new.len() < 2);
    }
    let numbered = |key: &str, masked: &str| Person {
        id_key: known(key),
        id_masked: known(masked),
        ..person(3)
    };
    let mine = numbered("a", "310117********002X");
    assert!(signs(&mine, &numbered("a", "310117********002X")).contains(&R::NumberSame));
    assert!(signs(&mine, &numbered("b", "310117********0128")).contains(&R::NumberNear));
    assert!(signs(&mine, &numbered("b", "340822********1234")).contains(&R::NumberDiffers));
}

#[test]
fn twins_and_families_stay_below_what_is_shown() {
    let weights = Weights::built_in().unwrap();
    let known = |text: &str| Some(text.to_owned());
    let twin = |name: &str, key: &str, masked: &str| Person {
        name: known(name),
        id_key: known(key),
        id_masked: known(masked),
        ..person(4)
    };
    let one = twin("张小明", "a", "310117********0015");
    let other = twin("张小亮", "b", "310117********0031");
    assert!(compare(&one, &other, weights).points < weights.threshold);
    // Name and date of birth are enough; with another number they are not.
    let bare = |number: Option<&str>| Person {
        phone: None,
        address: None,
        id_key: number.map(str::to_owned),
        id_masked: number.map(|_| "310117********0015".to_owned()),
        ..person(5)
    };
    assert!(compare(&bare(None), &bare(Some("a")), weights).points >= weights.threshold);
    let elsewhere = Person {
        id_key: known("b"),
        id_masked: known("340822********1234"),
        ..bare(None)
    };
    assert!(compare(&bare(Some("a")), &elsewhere, weights).points < weights.threshold);
}

#[tokio::test]
async fn pairs_are_those_that_comparing_everybody_finds() {
    let linli = node().await;
    let wish = Wish {
        seed: 7,
        residents: 400,
        today: TODAY,
    };
    linli.populate(wish, |_| {}).await.unwrap();
    let area = path("310117");
    let found = linli.duplicates(&Actor::system(), &area).await.unwrap();
    let mut everybody = Vec::new();
    for committee in linli.committees_of(&area) {
        everybody.extend(linli.persons(linli.living_in(&committee)).await.unwrap());
    }
    assert_eq!(everybody.len(), 400);
    let weights = Weights::built_in().unwrap();
    let mut expected = BTreeSet::new();
    for (at, one) in everybody.iter().enumerate() {
        for other in everybody.iter().skip(at + 1) {
            let likeness = compare(one, other, weights);
            if likeness.points >= weights.threshold {
                expected.insert((one.id.min(other.id), one.id.max(other.id), likeness.points));
            }
        }
    }
    let found: BTreeSet<_> = found
        .iter()
        .map(|pair| (pair.first, pair.second, pair.likeness.points))
        .collect();
    assert_eq!(found, expected);
}

async fn register(linli: &crate::Linli, number: u128, name: &str, area: &str) {
    let register = Command::Register {
        area: path(area),
        facts: facts(&[
            ("person.name", json!(name)),
            ("person.birth_date", json!("1948-01-01")),
            ("person.phone", json!("10900000001")),
        ]),
        source: "committee".to_owned(),
        as_of: date(2026, 11, 1),
    };
    let system = Actor::system();
    linli
        .record(call(&system), who(number), &register)
        .await
        .unwrap();
}

#[tokio::test]
async fn pairs_lie_where_the_actor_may_change_both_and_those_told_apart_are_gone() {
    let linli = node().await;
    register(&linli, 1, "张建国", HOME).await;
    register(&linli, 2, "张健国", HOME).await;
    register(&linli, 3, "张建国", NEXT_DOOR).await;
    let worker = staff(Role::CommitteeWorker, HOME);
    let pairs = |found: Vec<Pair>| -> Vec<(u128, u128)> {
        let number = |id: linli_kernel::ResidentId| id.0.as_u128();
        found
            .iter()
            .map(|pair| (number(pair.first), number(pair.second)))
            .collect()
    };
    let found = linli.duplicates(&worker, &path(HOME)).await.unwrap();
    assert_eq!(pairs(found), [(1, 2)]);
    for elsewhere in [NEXT_DOOR, "310117/310117001"] {
        assert_eq!(
            code(linli.duplicates(&worker, &path(elsewhere)).await),
            "gate.area"
        );
    }
    let auditor = staff(Role::Auditor, "310117");
    assert_eq!(
        code(linli.duplicates(&auditor, &path(HOME)).await),
        "gate.role"
    );
    let street = staff(Role::StreetOfficer, "310117/310117001");
    let found = linli
        .duplicates(&street, &path("310117/310117001"))
        .await
        .unwrap();
    assert_eq!(pairs(found), [(1, 3), (1, 2), (2, 3)]);
    linli
        .tell_apart(call(&worker), who(2), who(1))
        .await
        .unwrap();
    assert_eq!(
        code(linli.tell_apart(call(&worker), who(1), who(2)).await),
        "residents.nothing-new"
    );
    assert_eq!(
        code(linli.tell_apart(call(&worker), who(1), who(3)).await),
        "gate.area"
    );
    assert!(
        linli
            .duplicates(&worker, &path(HOME))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(linli.beside(&worker, who(1), who(2)).await.unwrap().apart);
    crate::residents::node_tests::assert_rebuilds(&linli).await;
}
