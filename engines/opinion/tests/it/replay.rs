//! The same votes and the same state give the same bytes: in any order of arrival, in a process
//! that kept running as in one that was started anew.

use linli_opinion::{
    Analysis, Conversation, Record, Settings, State, Statement, Statements, Vote, Votes,
};
use proptest::prelude::*;

fn bytes(analysis: &Analysis) -> Vec<u8> {
    serde_json::to_vec(analysis).unwrap()
}

fn vote(code: u8) -> Vote {
    [Vote::Disagree, Vote::Pass, Vote::Agree][usize::from(code % 3)]
}

/// A conversation with two camps that lean apart, from a list of small numbers.
fn records(seeds: &[(u8, u8, u8)]) -> Vec<Record> {
    seeds
        .iter()
        .enumerate()
        .map(|(at, &(person, statement, lean))| {
            let camp = (person % 2) ^ (statement % 2);
            let code = if lean < 190 { camp * 2 } else { lean % 3 };
            Record {
                person: (person % 40).to_string(),
                statement: i64::from(statement % 14),
                vote: vote(code),
                at: i64::try_from(at).unwrap(),
            }
        })
        .collect()
}

fn moderation() -> Statements {
    let out = Statement {
        moderated: -1,
        ..Statement::default()
    };
    Statements::from([(3, out)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_arrival_changes_nothing(
        seeds in prop::collection::vec(any::<(u8, u8, u8)>(), 50..600),
        turn in any::<u64>(),
    ) {
        let records = records(&seeds);
        let first = Conversation::new(Votes::from_records(records.clone()), moderation(), Settings::default());
        let mut other = records;
        let length = other.len() as u64;
        other.sort_by_key(|record| record.at.cast_unsigned().wrapping_mul(turn | 1) % (length * 7 + 1));
        let second = Conversation::new(Votes::from_records(other), moderation(), Settings::default());
        prop_assert_eq!(bytes(&first.analyse(None)), bytes(&second.analyse(None)));
    }

    #[test]
    fn a_restart_changes_nothing(
        seeds in prop::collection::vec(any::<(u8, u8, u8)>(), 300..600),
        more in prop::collection::vec(any::<(u8, u8, u8)>(), 1..6),
    ) {
        let mut running = Conversation::new(
            Votes::from_records(records(&seeds)), moderation(), Settings::default());
        let mut state: Option<State> = None;
        for (at, one) in records(&more).into_iter().enumerate() {
            let analysis = running.analyse(state.as_ref());
            // What is written and read again is what was kept in memory.
            let written = serde_json::to_string(&analysis.state).unwrap();
            let read: State = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&read, &analysis.state);
            state = Some(read);
            running.cast(&one.person, one.statement + i64::from(at == 3) * 90, one.vote);
            let anew = Conversation::new(
                running.votes().clone(), moderation(), Settings::default());
            prop_assert_eq!(
                bytes(&running.analyse(state.as_ref())), bytes(&anew.analyse(state.as_ref())));
        }
    }
}

#[test]
fn the_map_does_not_flip_and_the_number_of_groups_does_not_flicker() {
    let case = &crate::oracle::cases()[1];
    let mut conversation = case.conversation();
    let mut last = conversation.analyse(None);
    assert_eq!(last.choice.unwrap().k, 3);
    for step in 0..12 {
        let person = format!("new{step}");
        for (at, statement) in (0..12).enumerate() {
            conversation.cast(
                &person,
                statement,
                vote(u8::try_from((at * 7 + step) % 3).unwrap()),
            );
        }
        let next = conversation.analyse(Some(&last.state));
        let choice = next.choice.unwrap();
        if choice.k != last.choice.unwrap().k {
            assert!(choice.streak >= next.settings.patience);
        }
        for person in &last.people {
            let at = next
                .people
                .iter()
                .find(|other| other.id == person.id)
                .unwrap();
            let (x, y) = (
                at.x.unwrap() - person.x.unwrap(),
                at.y.unwrap() - person.y.unwrap(),
            );
            assert!(x.hypot(y) < 1.0, "{} moved by {x}, {y}", person.id);
        }
        last = next;
    }
}

#[test]
fn who_is_in_the_conversation_stays_in_it() {
    let mut votes = Votes::default();
    for person in 0..24_u8 {
        for statement in 0..6_u8 {
            let lean = (person % 2) * 2;
            let code = if (person + statement) % 5 == 0 {
                1
            } else {
                lean
            };
            votes.cast(&person.to_string(), i64::from(statement), vote(code));
        }
    }
    let mut conversation = Conversation::new(votes, Statements::new(), Settings::default());
    let first = conversation.analyse(None);
    let inside = |analysis: &Analysis, name: &str| {
        analysis
            .people
            .iter()
            .any(|person| person.id == name && person.in_conversation)
    };
    let before: Vec<String> = first.state.in_conversation.clone();
    // With more statements, all of the first six are no longer all there are.
    for statement in 10..14 {
        conversation.cast("0", statement, Vote::Agree);
    }
    let warm = conversation.analyse(Some(&first.state));
    assert!(before.iter().all(|name| inside(&warm, name)));
    let cold = conversation.analyse(None);
    assert!(
        before.iter().any(|name| !inside(&cold, name)),
        "else the test says nothing"
    );
}
