//! Published optima: the OR-Library's p-medians, and the synthetic instances' values.

use std::ops::ControlFlow;

use linli_siting::place::{Limits, Plan, Question, Task, check, place};
use linli_siting::{Catchment, Ring, crowding};

use crate::instances::{or_library, pmed, synthetic};

fn solved(task: &Task<'_>, gap_ppm: u32) -> Plan {
    let limits = Limits {
        gap_ppm,
        ..Limits::default()
    };
    let plan = place(task, limits, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(check(task, &plan), Ok(()));
    plan
}

#[test]
fn p_medians_of_the_or_library_are_proven() {
    let Some(folder) = or_library() else {
        eprintln!("left out: LINLI_ORACLE_DATA names no folder with siting/pmed");
        return;
    };
    let optima = std::fs::read_to_string(folder.join("optimum.csv")).unwrap();
    let mut count = 0;
    for line in optima.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let text = std::fs::read_to_string(folder.join(format!("{}.txt", fields[0]))).unwrap();
        let (legs, choose) = pmed(&text);
        let (people, stands) = (vec![1; legs.demands()], vec![false; legs.sites()]);
        let task = Task {
            question: Question::Median,
            legs: &legs,
            people: &people,
            stands: &stands,
            capacity: None,
            choose,
        };
        let plan = solved(&task, 0);
        let optimum: u64 = fields[3].parse().unwrap();
        assert_eq!(
            (plan.value, plan.bound),
            (optimum, optimum),
            "{}",
            fields[0]
        );
        count += 1;
    }
    assert_eq!(count, 20);
}

/// A folder, how many to choose, and the value that `expected.json` has.
fn expected(kind: &str) -> Vec<(String, usize, u64, bool)> {
    let text = include_str!("../data/expected.json");
    let known: serde_json::Value = serde_json::from_str(text).unwrap();
    let each = known
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.starts_with(kind));
    each.map(|(name, told)| {
        // Such as `mclp 500x50 p=8 seed=1 r=1500`.
        let words: Vec<&str> = name.split(' ').collect();
        let choose = words[2].strip_prefix("p=").unwrap().parse().unwrap();
        let folder = format!("synth_{}_{}", words[1], words[3].replace("seed=", "s"));
        (
            folder,
            choose,
            told["value"].as_u64().unwrap(),
            told["proven"].as_bool().unwrap(),
        )
    })
    .collect()
}

#[test]
fn synthetic_p_medians_are_at_least_as_good_as_known() {
    let known = expected("pmedian");
    assert_eq!(known.len(), 3);
    for (folder, choose, value, proven) in known {
        let world = synthetic(&folder, None);
        let stands = vec![false; world.legs.sites()];
        let task = Task {
            question: Question::Median,
            legs: &world.legs,
            people: &world.people,
            stands: &stands,
            capacity: None,
            choose,
        };
        let plan = solved(&task, 0);
        assert!(plan.is_proven(), "{folder}");
        assert!(
            if proven {
                plan.value == value
            } else {
                plan.value <= value
            },
            "{folder}: {}",
            plan.value
        );
    }
}

#[test]
fn synthetic_coverings_are_within_the_gap() {
    for (folder, choose, value, proven) in expected("mclp") {
        let world = synthetic(&folder, Some(1500));
        let stands = vec![false; world.legs.sites()];
        let task = Task {
            question: Question::Covering { within: 1500 },
            legs: &world.legs,
            people: &world.people,
            stands: &stands,
            capacity: None,
            choose,
        };
        let plan = solved(&task, 5_000);
        assert!(plan.gap_ppm() <= 5_100, "{folder}: {}", plan.gap_ppm());
        assert!(
            proven && plan.value <= value && plan.bound >= value,
            "{folder}: {}",
            plan.value
        );
        assert!(plan.value * 1000 >= value * 995, "{folder}: {}", plan.value);
    }
}

#[test]
fn catchments_are_as_expected() {
    let world = synthetic("synth_400x2000_s1", Some(3000));
    let plain = Catchment::plain(3000);
    let ring = |metres, weight| Ring { metres, weight };
    let rings = vec![ring(1000, 1.0), ring(2000, 0.68), ring(3000, 0.22)];
    let faded = Catchment::of(rings).unwrap();
    let of = |catchment| crowding(&world.legs, &world.people, &world.capacity, catchment).unwrap();
    let (plain, faded) = (of(&plain), of(&faded));
    let expected = include_str!("../data/synth_400x2000_s1/expected_2sfca.csv");
    let mut count = 0;
    for (at, line) in expected.lines().skip(1).enumerate() {
        let fields: Vec<f64> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        assert!(
            (plain.access[at] - fields[1]).abs() < 1e-9,
            "community {at}"
        );
        assert!(
            (faded.access[at] - fields[2]).abs() < 1e-9,
            "community {at}"
        );
        count += 1;
    }
    assert_eq!(count, 400);
}

/// The longest ways of the smallest instances, also found by `spopt`'s `PCenter` (see `peers`).
#[test]
fn p_centres_of_the_or_library_are_proven() {
    let Some(folder) = or_library() else {
        eprintln!("left out: LINLI_ORACLE_DATA names no folder with siting/pmed");
        return;
    };
    for name in ["pmed1", "pmed3", "pmed5", "pmed9", "pmed13"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
        let (legs, choose) = pmed(&text);
        let (people, stands) = (vec![1; legs.demands()], vec![false; legs.sites()]);
        let task = Task {
            question: Question::Centre,
            legs: &legs,
            people: &people,
            stands: &stands,
            capacity: None,
            choose,
        };
        assert!(solved(&task, 0).is_proven(), "{name}");
    }
}
