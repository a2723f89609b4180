//! The peers' own answers on the same instances: `spopt` for places, `access` for crowding. They are
//! installed by `scripts/peers.sh siting`, and run in a process of their own by `tests/oracle/peer.py`.

use std::ops::ControlFlow;
use std::process::Command;

use linli_siting::place::{Limits, Question, Task, place};
use linli_siting::{Catchment, Leg, Legs, crowding};
use serde_json::Value;

use crate::instances::{Synthetic, synthetic};

/// What the peer printed; nothing where it cannot be installed outside of CI.
fn peer(args: &[&str]) -> Option<Value> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let found = Command::new(format!("{root}/scripts/peers.sh"))
        .arg("siting")
        .output()
        .unwrap();
    if !found.status.success() {
        assert!(
            std::env::var_os("CI").is_none(),
            "the peers of siting could not be installed"
        );
        eprintln!("left out: scripts/peers.sh siting could not install the peers");
        return None;
    }
    let python = String::from_utf8(found.stdout).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/peer.py");
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let ran = Command::new(python.trim())
        .arg(script)
        .args(args)
        .current_dir(data)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let printed = String::from_utf8(ran.stdout).unwrap();
    Some(serde_json::from_str(printed.lines().last().unwrap()).unwrap())
}

fn ours(world: &Synthetic, demands: usize, question: Question, choose: usize) -> u64 {
    let rows = world.legs.iter().take(demands).map(<[Leg]>::to_vec);
    let legs = Legs::new(rows, world.legs.sites());
    let stands = vec![false; legs.sites()];
    let task = Task {
        question,
        legs: &legs,
        people: &world.people[..demands],
        stands: &stands,
        capacity: None,
        choose,
    };
    let plan = place(&task, Limits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(plan.is_proven());
    plan.value
}

#[test]
fn places_are_those_of_spopt() {
    let folder = "synth_500x50_s1";
    let Some(told) = peer(&["place", folder, "8", "1500"]) else {
        return;
    };
    let world = synthetic(folder, None);
    let covering = Question::Covering { within: 1500 };
    for (name, demands, question) in [
        ("median", 500, Question::Median),
        ("covering", 500, covering),
        ("centre", 100, Question::Centre),
    ] {
        let value = ours(&world, demands, question, 8);
        assert_eq!(told[name].as_u64().unwrap(), value, "{name}");
    }
}

#[test]
fn crowding_is_that_of_access() {
    let folder = "synth_400x2000_s1";
    let Some(told) = peer(&["crowding", folder, "3000"]) else {
        return;
    };
    let world = synthetic(folder, Some(3000));
    for (name, catchment) in [
        ("plain", Catchment::plain(3000)),
        ("enhanced", Catchment::enhanced(3000)),
    ] {
        let crowding = crowding(&world.legs, &world.people, &world.capacity, &catchment).unwrap();
        let theirs = told[name].as_array().unwrap();
        assert_eq!(theirs.len(), crowding.access.len());
        for (ours, theirs) in crowding.access.iter().zip(theirs) {
            assert!(
                (ours - theirs.as_f64().unwrap()).abs() < 1e-9,
                "{name}: {ours} and {theirs}"
            );
        }
    }
}
