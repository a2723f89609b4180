//! Conversations of 27 to 267 people against everything that Polis' own server said of them
//! (`tests/data/polis-*`): directions, places, who is in, consensus, priorities, groups.
//!
//! Some people are in because they were when there were fewer statements, and the server's groups come
//! from a history of hundreds of analyses, so the state says so. The server counts agreement as −1: its
//! directions are ours, its places are turned.

use std::path::Path;

use linli_opinion::{
    Analysis, Conversation, FORMAT, Settings, Smoothing, State, Statement, Statements, read, verify,
};
use serde_json::Value;

const CASES: [&str; 5] = [
    "4cvkai2ctw",
    "6ukkcvfbre",
    "2dhnep37ie",
    "4asymkcrjf",
    "3ntrtcehas",
];

/// An old fault of the server gave every statement of this one the priority of metadata.
const WITHOUT_PRIORITIES: &str = "6ukkcvfbre";

/// A conversation, what the server said of it, and what we say.
struct Case {
    name: &'static str,
    server: Value,
    analysis: Analysis,
    /// Which way the server's directions are turned.
    signs: [f64; 2],
}

fn file(case: &str, name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(data.join(format!("polis-{case}")).join(name)).unwrap()
}

/// Where the server's figures of a statement stand: by number, unless some numbers are missing.
fn place_of(server: &Value, id: i64) -> Option<usize> {
    match server["statements"].as_array() {
        Some(ids) => ids.iter().position(|one| *one == id),
        None => usize::try_from(id).ok(),
    }
}

fn list<'a>(server: &'a Value, what: &str) -> &'a [Value] {
    server[what].as_array().map_or(&[], Vec::as_slice)
}

fn reals(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|one| one.as_f64().unwrap()).collect()
}

/// The server's base clusters: who is in each (up to a hundred people, one each), and where it lies.
fn places(server: &Value) -> Vec<(Vec<String>, [f64; 2])> {
    let places = reals(&server["x"]).into_iter().zip(reals(&server["y"]));
    let members = list(server, "base").iter().map(|members| {
        let members = members.as_array().unwrap().iter();
        members.map(ToString::to_string).collect()
    });
    members.zip(places.map(|(x, y)| [x, y])).collect()
}

fn statements(server: &Value) -> Statements {
    let mut statements = Statements::new();
    for id in list(server, "moderated_out") {
        let number = id.as_i64().unwrap();
        if place_of(server, number).is_none() {
            // Nobody voted on it, and the server has no figures of it.
            continue;
        }
        let out = Statement {
            moderated: -1,
            meta: list(server, "meta").contains(id),
            ..Statement::default()
        };
        statements.insert(number, out);
    }
    statements
}

fn centres(server: &Value, turn: [f64; 2]) -> Vec<[f64; 2]> {
    let groups = list(server, "groups").iter().map(|group| {
        let centre = reals(&group["centre"]);
        [centre[0] * turn[0], centre[1] * turn[1]]
    });
    groups.collect()
}

/// What the server remembered: who was in, and the centres of its groups.
fn remembered(server: &Value, turn: [f64; 2]) -> State {
    let inside = list(server, "in_conversation").iter();
    let mut inside: Vec<i64> = inside.map(|one| one.as_i64().unwrap()).collect();
    inside.sort_unstable();
    let centres = centres(server, turn);
    let k = centres.len();
    let mut groupings = vec![Vec::new(); k - 2];
    groupings.push(centres);
    State {
        format: FORMAT.to_owned(),
        in_conversation: inside.iter().map(|id| id.to_string().into()).collect(),
        statements: Vec::new(),
        directions: Vec::new(),
        base_clusters: Vec::new(),
        groupings,
        beaten: Vec::new(),
        smoothing: Some(Smoothing {
            shown_k: k,
            last_k: k,
            streak: 1,
        }),
    }
}

fn case(name: &'static str) -> Case {
    let server: Value = serde_json::from_slice(&file(name, "server.json")).unwrap();
    let statements = statements(&server);
    let votes = read::votes(&file(name, "participants-votes.csv")).unwrap();
    let conversation = Conversation::new(votes, statements.clone(), Settings::default());
    let cold = conversation.analyse(None);
    let theirs = [0, 1].map(|number| reals(&server["components"][number]));
    let signs = [0, 1].map(|number| {
        let of = |id: i64| theirs[number][place_of(&server, id).unwrap()];
        let dot: f64 = cold
            .statements
            .iter()
            .map(|one| one.components[number] * of(one.id))
            .sum();
        assert!(
            (dot.abs() - 1.0).abs() < 1e-9,
            "{name}, direction {number}: {dot}"
        );
        dot.signum()
    });
    // Their places are Σ (−v + mean) · component.
    let analysis = conversation.analyse(Some(&remembered(&server, signs.map(|sign| -sign))));
    let report = verify::verify(conversation.votes(), &statements, &analysis);
    assert!(report.holds, "{name}: {report:?}");
    Case {
        name,
        server,
        analysis,
        signs,
    }
}

fn near(ours: f64, theirs: f64, what: &str) {
    let off = (ours - theirs).abs();
    assert!(
        off < 1e-8 * theirs.abs().max(1.0),
        "{what}: {ours}, expected {theirs}"
    );
}

#[test]
fn directions_and_priorities_are_the_servers() {
    for case in CASES.map(case) {
        let name = case.name;
        let priorities = reals(&case.server["priorities"]);
        assert_eq!(case.analysis.statements.len(), priorities.len(), "{name}");
        let theirs = [0, 1].map(|number| reals(&case.server["components"][number]));
        for one in &case.analysis.statements {
            let at = place_of(&case.server, one.id).unwrap();
            for number in [0, 1] {
                near(
                    one.components[number] * case.signs[number],
                    theirs[number][at],
                    &format!("{name}, statement {} in direction {number}", one.id),
                );
            }
            if name != WITHOUT_PRIORITIES {
                near(
                    one.priority,
                    priorities[at],
                    &format!("{name}, priority of {}", one.id),
                );
            }
        }
    }
}

#[test]
fn places_and_who_is_in_are_the_servers() {
    for case in CASES.map(case) {
        let name = case.name;
        let theirs = places(&case.server);
        let people = &case.analysis.people;
        let inside = people.iter().filter(|one| one.in_conversation).count();
        let members = theirs.iter().map(|(members, _)| members.len());
        assert_eq!(inside, members.sum::<usize>(), "{name}");
        for (members, place) in theirs {
            let lies = |member: &String| {
                let one = people.iter().find(|one| one.id == *member).unwrap();
                assert!(one.in_conversation, "{name}, {member}");
                [one.x.unwrap(), one.y.unwrap()]
            };
            let found: Vec<[f64; 2]> = members.iter().map(lies).collect();
            let count = f64::from(u32::try_from(found.len()).unwrap());
            for axis in [0, 1] {
                let mean = found.iter().map(|place| place[axis]).sum::<f64>() / count;
                near(
                    mean * -case.signs[axis],
                    place[axis],
                    &format!("{name}, place of {members:?}"),
                );
            }
        }
    }
}

/// Given where the server's groups were, ours are the same people in the same order; but that the server
/// groups base clusters, and ours are over people: of those who share one, whoever lies nearer to
/// another of the server's centres than to that of their base cluster's group is there (3 of 208).
#[test]
fn groups_are_the_servers() {
    for case in CASES.map(case) {
        let name = case.name;
        let base = places(&case.server);
        let centres = centres(&case.server, case.signs.map(|sign| -sign));
        assert_eq!(case.analysis.choice.unwrap().k, centres.len(), "{name}");
        let (mut placed, mut nearer) = (0, 0);
        for (number, group) in list(&case.server, "groups").iter().enumerate() {
            let members = group["members"].as_array().unwrap().iter();
            let members = members.map(|place| usize::try_from(place.as_u64().unwrap()).unwrap());
            let members = members.map(|place| &base[place].0);
            for (member, together) in members.flat_map(|all| all.iter().map(|one| (one, all.len())))
            {
                let mut people = case.analysis.people.iter();
                let one = people.find(|one| one.id == *member).unwrap();
                placed += 1;
                // Who is in a group too small to be shown is in none.
                let shown = !case.analysis.groups[number].withheld;
                if one.group == shown.then_some(number) {
                    continue;
                }
                let far = |centre: [f64; 2]| {
                    (one.x.unwrap() - centre[0]).hypot(one.y.unwrap() - centre[1])
                };
                let elsewhere = far(centres[one.group.unwrap()]) < far(centres[number]);
                assert!(together > 1 && elsewhere, "{name}, {member}");
                nearer += 1;
            }
        }
        let people = case.analysis.people.iter();
        let inside = people.filter(|one| one.in_conversation).count();
        assert_eq!(placed, inside, "{name}");
        assert!(nearer * 50 < placed, "{name}: {nearer} of {placed}");
    }
}

/// The server begins where its last analysis ended, and nothing leads out of there. Ours give way to
/// groups in which people lie clearly closer (here by two fifths), once found so in four analyses.
#[test]
fn groups_that_fit_badly_give_way_in_time() {
    let case = case("4cvkai2ctw");
    let of_three = |analysis: &Analysis| {
        let of = analysis.groupings.iter().find(|one| one.k == 3);
        of.unwrap().inertia
    };
    let theirs = of_three(&case.analysis);
    let statements = statements(&case.server);
    let votes = read::votes(&file(case.name, "participants-votes.csv")).unwrap();
    let conversation = Conversation::new(votes, statements, Settings::default());
    let mut state = case.analysis.state.clone();
    let mut after = Vec::new();
    for _ in 0..4 {
        let next = conversation.analyse(Some(&state));
        after.push(of_three(&next) / theirs);
        state = next.state;
    }
    assert!(after[..2].iter().all(|part| (part - 1.0).abs() < 1e-9));
    assert!(after[2..].iter().all(|part| *part < 0.7), "{after:?}");
}

#[test]
fn consensus_is_the_servers() {
    for case in CASES.map(case) {
        for side in ["agree", "disagree"] {
            let ours = match side {
                "agree" => &case.analysis.consensus.agree,
                _ => &case.analysis.consensus.disagree,
            };
            let theirs = case.server["consensus"][side].as_array().unwrap();
            assert_eq!(ours.len(), theirs.len(), "{} {side}", case.name);
            for (one, other) in ours.iter().zip(theirs) {
                let what = format!("{} {side} {}", case.name, one.statement);
                assert_eq!(other["statement"], one.statement, "{what}");
                assert_eq!(other["successes"], one.successes, "{what}");
                assert_eq!(other["trials"], one.trials, "{what}");
                let real = |name: &str| other[name].as_f64().unwrap();
                near(one.probability, real("probability"), &what);
                near(one.probability_test, real("test"), &what);
            }
        }
    }
}
