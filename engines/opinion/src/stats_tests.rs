//! Proportions by hand, and what Polis' own server says of its groups.

use serde_json::Value;

use super::*;
use crate::read;

const VOTES: &[u8] = include_bytes!("../tests/data/polis-4cvkai2ctw/participants-votes.csv");
const SERVER: &str = include_str!("../tests/data/polis-4cvkai2ctw/server.json");

#[test]
fn tests_of_proportions_by_hand() {
    // 8 of 10: 2·√11·(9/11 − 1/2).
    assert!((one_proportion(8, 10) - 2.0 * 11_f64.sqrt() * (9.0 / 11.0 - 0.5)).abs() < 1e-15);
    assert!((probability(0, 0) - 0.5).abs() < 1e-15);
    assert!(two_proportions((3, 3), (9, 9)).abs() < 1e-15);
    assert!(two_proportions((9, 10), (1, 10)) > NINE_IN_TEN);
    let there = two_proportions((9, 10), (2, 12));
    assert!((there + two_proportions((2, 12), (9, 10))).abs() < 1e-12);
}

#[test]
fn a_new_statement_is_shown_before_a_known_one() {
    let few = Counts {
        agree: 1,
        disagree: 0,
        pass: 0,
    };
    let many = Counts {
        agree: 50,
        disagree: 0,
        pass: 0,
    };
    assert!(priority(few, 0.0, false) > priority(many, 0.0, false));
    assert!(priority(many, 1.0, false) > priority(many, 0.0, false));
    assert!((priority(many, 0.0, true) - 49.0).abs() < 1e-12);
    // The worked value of the source: nobody has voted, 9·¼ squared.
    assert!((priority(Counts::default(), 0.0, false) - 5.0625).abs() < 1e-12);
}

#[test]
fn a_group_without_anything_special_has_one_statement() {
    let counts = Counts {
        agree: 1,
        disagree: 1,
        pass: 3,
    };
    let seen = Seen {
        statement: 4,
        inside: counts,
        outside: counts,
    };
    assert_eq!(representative(&[seen]).len(), 1);
    assert!(representative(&[]).is_empty());
}

/// How each of the server's groups voted: by group and statement.
fn server_groups(server: &Value) -> (Vec<i64>, Vec<Vec<Counts>>) {
    let votes = read::votes(VOTES).unwrap();
    let people = server["people"].as_array().unwrap();
    let of = |group: &Value| {
        let mut counts = vec![Counts::default(); votes.statements().len()];
        for member in group["members"].as_array().unwrap() {
            let place = usize::try_from(member.as_u64().unwrap()).unwrap();
            let row = votes.person(&people[place].to_string()).unwrap();
            for cell in votes.row(row) {
                counts[cell.statement()].add(cell.code());
            }
        }
        counts
    };
    let groups = server["groups"].as_array().unwrap();
    (votes.statements().to_vec(), groups.iter().map(of).collect())
}

fn near(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-6, "{what}: {ours} and {theirs}");
}

#[test]
fn what_speaks_for_the_servers_groups_is_what_the_server_says() {
    let server: Value = serde_json::from_str(SERVER).unwrap();
    let (ids, groups) = server_groups(&server);
    let out = server["moderated_out"].as_array().unwrap();
    for (group, own) in groups.iter().enumerate() {
        let kept = (0..ids.len()).filter(|&at| !out.contains(&Value::from(ids[at])));
        let seen: Vec<Seen> = kept
            .map(|at| {
                let others = groups
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != group);
                let outside = others.fold(Counts::default(), |sum, (_, other)| Counts {
                    agree: sum.agree + other[at].agree,
                    disagree: sum.disagree + other[at].disagree,
                    pass: sum.pass + other[at].pass,
                });
                Seen {
                    statement: ids[at],
                    inside: own[at],
                    outside,
                }
            })
            .collect();
        let ours = representative(&seen);
        let theirs = server["representative"][group.to_string()]
            .as_array()
            .unwrap();
        let picked: Vec<i64> = ours.iter().map(|one| one.statement).collect();
        let wanted: Vec<i64> = theirs
            .iter()
            .map(|one| one["statement"].as_i64().unwrap())
            .collect();
        assert_eq!(picked, wanted, "group {group}");
        for (one, other) in ours.iter().zip(theirs) {
            let what = format!("group {group}, statement {}", one.statement);
            assert_eq!(
                serde_json::to_value(one.side).unwrap(),
                other["side"],
                "{what}"
            );
            assert_eq!(Value::from(one.successes), other["successes"], "{what}");
            assert_eq!(Value::from(one.trials), other["trials"], "{what}");
            near(one.probability, &other["probability"], &what);
            near(one.probability_test, &other["test"], &what);
            near(one.ratio, &other["ratio"], &what);
            near(one.ratio_test, &other["ratio_test"], &what);
        }
    }
}

#[test]
fn where_the_servers_groups_agree_is_what_the_server_says() {
    let server: Value = serde_json::from_str(SERVER).unwrap();
    let (ids, groups) = server_groups(&server);
    for (at, id) in ids.iter().enumerate() {
        let counts: Vec<Counts> = groups.iter().map(|group| group[at]).collect();
        let theirs = &server["group_aware_consensus"][usize::try_from(*id).unwrap()];
        near(
            group_aware(&counts).agree,
            theirs,
            &format!("statement {id}"),
        );
    }
}
