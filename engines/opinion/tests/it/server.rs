//! A conversation of 35 people and 44 statements against everything that Polis' own server said of
//! it (`tests/data/polis-4cvkai2ctw`): directions, places, who is in, consensus, priorities.
//!
//! Two statements are moderated out. Four people are in because they were when there were fewer
//! statements, and the server's groups came from a history of 3,355 analyses, so the state says so.
//! The server counts agreement as −1: its directions are ours, its places are turned.

use linli_opinion::{
    Analysis, Conversation, FORMAT, Settings, Smoothing, State, Statement, Statements, read, verify,
};
use serde_json::Value;

const VOTES: &[u8] = include_bytes!("../data/polis-4cvkai2ctw/participants-votes.csv");
const SERVER: &str = include_str!("../data/polis-4cvkai2ctw/server.json");

fn server() -> Value {
    serde_json::from_str(SERVER).unwrap()
}

fn reals(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|one| one.as_f64().unwrap()).collect()
}

fn places(server: &Value) -> Vec<(String, [f64; 2])> {
    let people = server["people"].as_array().unwrap();
    let places = reals(&server["x"]).into_iter().zip(reals(&server["y"]));
    let named = people.iter().map(ToString::to_string);
    named.zip(places.map(|(x, y)| [x, y])).collect()
}

fn statements(server: &Value) -> Statements {
    let mut statements = Statements::new();
    for id in server["moderated_out"].as_array().unwrap() {
        let out = Statement {
            moderated: -1,
            ..Statement::default()
        };
        statements.insert(id.as_i64().unwrap(), out);
    }
    statements
}

/// What the server remembered: who was in, and the centres of its three groups.
fn remembered(server: &Value, turn: [f64; 2]) -> State {
    let mut inside: Vec<i64> = server["in_conversation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_i64().unwrap())
        .collect();
    inside.sort_unstable();
    let groups = server["groups"].as_array().unwrap();
    let centres = groups.iter().map(|group| {
        let centre = reals(&group["centre"]);
        [centre[0] * turn[0], centre[1] * turn[1]]
    });
    State {
        format: FORMAT.to_owned(),
        in_conversation: inside.iter().map(|id| id.to_string().into()).collect(),
        statements: Vec::new(),
        directions: Vec::new(),
        base_clusters: Vec::new(),
        groupings: vec![Vec::new(), centres.collect()],
        smoothing: Some(Smoothing {
            shown_k: 3,
            last_k: 3,
            streak: 1,
        }),
    }
}

/// The analysis, and which way the server's directions are turned.
fn analysis(server: &Value) -> (Analysis, [f64; 2]) {
    let statements = statements(server);
    let votes = read::votes(VOTES).unwrap();
    let conversation = Conversation::new(votes, statements.clone(), Settings::default());
    let cold = conversation.analyse(None);
    let theirs = [0, 1].map(|number| reals(&server["components"][number]));
    let signs = [0, 1].map(|number| {
        let of = |id: i64| theirs[number][usize::try_from(id).unwrap()];
        let dot: f64 = cold
            .statements
            .iter()
            .map(|one| one.components[number] * of(one.id))
            .sum();
        assert!((dot.abs() - 1.0).abs() < 1e-9, "direction {number}: {dot}");
        dot.signum()
    });
    // Their places are Σ (−v + mean) · component.
    let analysis = conversation.analyse(Some(&remembered(server, signs.map(|sign| -sign))));
    let report = verify::verify(conversation.votes(), &statements, &analysis);
    assert!(report.holds, "{report:?}");
    (analysis, signs)
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
    let server = server();
    let (analysis, signs) = analysis(&server);
    assert_eq!(analysis.statements.len(), 44);
    let priorities = reals(&server["priorities"]);
    let theirs = [0, 1].map(|number| reals(&server["components"][number]));
    for one in &analysis.statements {
        let at = usize::try_from(one.id).unwrap();
        for number in [0, 1] {
            let what = format!("statement {at} in direction {number}");
            near(
                one.components[number] * signs[number],
                theirs[number][at],
                &what,
            );
        }
        near(one.priority, priorities[at], &format!("priority of {at}"));
    }
}

#[test]
fn places_and_who_is_in_are_the_servers() {
    let server = server();
    let (analysis, signs) = analysis(&server);
    let theirs = places(&server);
    let inside = analysis.people.iter().filter(|one| one.in_conversation);
    assert_eq!(inside.count(), theirs.len());
    for (name, place) in theirs {
        let one = analysis.people.iter().find(|one| one.id == name).unwrap();
        assert!(one.in_conversation, "{name}");
        near(
            one.x.unwrap() * -signs[0],
            place[0],
            &format!("x of {name}"),
        );
        near(
            one.y.unwrap() * -signs[1],
            place[1],
            &format!("y of {name}"),
        );
    }
}

/// The server begins where its last analysis ended, for 3,355 of them: its groups are where Lloyd's
/// steps stand still, and nothing leads out of there.
#[test]
fn the_servers_groups_are_where_lloyds_steps_stand_still() {
    let server = server();
    let places = places(&server);
    let groups = server["groups"].as_array().unwrap();
    let centres: Vec<Vec<f64>> = groups.iter().map(|group| reals(&group["centre"])).collect();
    let far = |place: [f64; 2], centre: &[f64]| {
        (place[0] - centre[0]).powi(2) + (place[1] - centre[1]).powi(2)
    };
    for (own, group) in groups.iter().enumerate() {
        let members = group["members"].as_array().unwrap().iter();
        let members: Vec<[f64; 2]> = members
            .map(|member| places[usize::try_from(member.as_u64().unwrap()).unwrap()].1)
            .collect();
        for &place in &members {
            let nearest = centres.iter().map(|centre| far(place, centre));
            let nearest = nearest.fold(f64::INFINITY, f64::min);
            assert!(far(place, &centres[own]) <= nearest);
        }
        let count = f64::from(u32::try_from(members.len()).unwrap());
        for axis in [0, 1] {
            let mean = members.iter().map(|place| place[axis]).sum::<f64>() / count;
            near(mean, centres[own][axis], "a centre");
        }
    }
}

/// Ours are looked for from other places too, and are taken where people lie closer by a fiftieth or
/// more: here, by three tenths.
#[test]
fn people_lie_closer_than_in_the_servers_groups() {
    let server = server();
    let (analysis, _) = analysis(&server);
    assert_eq!(analysis.choice.unwrap().k, 3);
    let people = places(&server);
    let mut theirs = 0.0;
    for group in server["groups"].as_array().unwrap() {
        let centre = reals(&group["centre"]);
        for member in group["members"].as_array().unwrap() {
            let place = people[usize::try_from(member.as_u64().unwrap()).unwrap()].1;
            theirs += (place[0] - centre[0]).powi(2) + (place[1] - centre[1]).powi(2);
        }
    }
    let ours = analysis.groupings.iter().find(|one| one.k == 3).unwrap();
    assert!(
        ours.inertia <= 0.7 * theirs,
        "{} and {theirs}",
        ours.inertia
    );
}

#[test]
fn consensus_is_the_servers() {
    let server = server();
    let (analysis, _) = analysis(&server);
    for (ours, theirs) in [
        (&analysis.consensus.agree, &server["consensus"]["agree"]),
        (
            &analysis.consensus.disagree,
            &server["consensus"]["disagree"],
        ),
    ] {
        let theirs = theirs.as_array().unwrap();
        assert_eq!(ours.len(), theirs.len());
        for (one, other) in ours.iter().zip(theirs) {
            assert_eq!(other["statement"], one.statement);
            assert_eq!(other["successes"], one.successes);
            assert_eq!(other["trials"], one.trials);
            near(
                one.probability,
                other["probability"].as_f64().unwrap(),
                "probability",
            );
            near(
                one.probability_test,
                other["test"].as_f64().unwrap(),
                "test",
            );
        }
    }
}
