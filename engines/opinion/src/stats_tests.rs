//! Proportions by hand, and what Polis' own server says of its groups.

use serde_json::Value;

use super::*;
use crate::read;

/// A conversation: its name, its votes, and what the server said.
macro_rules! case {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!(
                "../tests/data/polis-",
                $name,
                "/participants-votes.csv"
            ))
            .as_slice(),
            include_str!(concat!("../tests/data/polis-", $name, "/server.json")),
        )
    };
}

type Case = (&'static str, &'static [u8], &'static str);

const CASES: [Case; 5] = [
    case!("4cvkai2ctw"),
    case!("6ukkcvfbre"),
    case!("2dhnep37ie"),
    case!("4asymkcrjf"),
    case!("3ntrtcehas"),
];

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

/// What the server says of its groups, and how each of them voted.
struct Server {
    said: Value,
    ids: Vec<i64>,
    /// By group and statement.
    counts: Vec<Vec<Counts>>,
}

fn server((_, votes, said): Case) -> Server {
    let said: Value = serde_json::from_str(said).unwrap();
    let votes = read::votes(votes).unwrap();
    let base = said["base"].as_array().unwrap();
    let of = |group: &Value| {
        let mut counts = vec![Counts::default(); votes.statements().len()];
        let members = group["members"].as_array().unwrap().iter();
        let members = members.map(|place| usize::try_from(place.as_u64().unwrap()).unwrap());
        for person in members.flat_map(|place| base[place].as_array().unwrap()) {
            let row = votes.person(&person.to_string()).unwrap();
            for cell in votes.row(row) {
                counts[cell.statement()].add(cell.code());
            }
        }
        counts
    };
    let counts = said["groups"].as_array().unwrap().iter().map(of).collect();
    let ids = votes.statements().to_vec();
    Server { said, ids, counts }
}

fn near(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() < 1e-6, "{what}: {ours} and {theirs}");
}

#[test]
fn what_speaks_for_the_servers_groups_is_what_the_server_says() {
    for case in CASES {
        let server = server(case);
        for group in 0..server.counts.len() {
            speaks(&server, group, &format!("{}, group {group}", case.0));
        }
    }
}

fn speaks(server: &Server, group: usize, what: &str) {
    let out = server.said["moderated_out"].as_array().unwrap();
    let ids = server.ids.iter().enumerate();
    let kept = ids.filter(|(_, id)| !out.contains(&Value::from(**id)));
    let seen: Vec<Seen> = kept
        .map(|(at, &statement)| {
            let groups = server.counts.iter().enumerate();
            let others = groups.filter(|(other, _)| *other != group);
            let outside = others.fold(Counts::default(), |sum, (_, other)| Counts {
                agree: sum.agree + other[at].agree,
                disagree: sum.disagree + other[at].disagree,
                pass: sum.pass + other[at].pass,
            });
            Seen {
                statement,
                inside: server.counts[group][at],
                outside,
            }
        })
        .collect();
    let ours = representative(&seen);
    let theirs = &server.said["representative"][group.to_string()];
    let theirs = theirs.as_array().unwrap();
    let picked: Vec<i64> = ours.iter().map(|one| one.statement).collect();
    let wanted = theirs.iter().map(|one| one["statement"].as_i64().unwrap());
    assert_eq!(picked, wanted.collect::<Vec<_>>(), "{what}");
    for (one, other) in ours.iter().zip(theirs) {
        let what = format!("{what}, statement {}", one.statement);
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

#[test]
fn where_the_servers_groups_agree_is_what_the_server_says() {
    for case in CASES {
        let server = server(case);
        for (at, id) in server.ids.iter().enumerate() {
            let counts: Vec<Counts> = server.counts.iter().map(|group| group[at]).collect();
            // Where some numbers are missing, the file says which are there.
            let place = match server.said["statements"].as_array() {
                Some(ids) => ids.iter().position(|one| one == id).unwrap(),
                None => usize::try_from(*id).unwrap(),
            };
            let theirs = &server.said["group_aware_consensus"][place];
            let what = format!("{}, statement {id}", case.0);
            near(group_aware(&counts).agree, theirs, &what);
        }
    }
}
