//! The same votes and the same state give the same bytes: in any order of arrival, in a process
//! that kept running as in one that was started anew.

use linli_opinion::{
    Analysis, Conversation, Measured, Record, Settings, State, Statement, Statements, Vote, Votes,
    verify,
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

/// Among so many, groups are made of base clusters, and much is brought up to date instead of being
/// reckoned anew: votes, changed votes, new people and a new statement give the same bytes all the
/// same.
#[test]
fn a_large_conversation_in_use_is_as_if_it_had_been_read_now() {
    let seed = |at: usize| u8::try_from(at * at % 251).unwrap();
    let rows = (0..5200_usize).map(|person| {
        let votes = (0..24_usize)
            .filter(|statement| seed(person * 31 + statement * 7) < 100)
            .map(|statement| {
                let camp = u8::try_from((person % 3 + statement) % 2).unwrap();
                let doubt = seed(person * 3 + statement * 11);
                let code = if doubt < 160 { camp * 2 } else { doubt % 3 };
                (i64::try_from(statement).unwrap(), vote(code))
            });
        (person.to_string(), votes.collect())
    });
    let votes = Votes::from_rows(rows.collect());
    let mut running = Conversation::new(votes, moderation(), Settings::default());
    let mut last = running.analyse(None);
    let cast = [
        ("17", 5, 2),
        ("17", 5, 0),
        ("4100", 3, 2),
        ("somebody", 7, 1),
        ("0", 90, 2),
        ("somebody", 90, 0),
    ];
    for (person, statement, code) in cast {
        running.cast(person, statement, vote(code));
        let anew = Conversation::new(running.votes().clone(), moderation(), Settings::default());
        let state = Some(&last.state);
        let next = running.analyse(state);
        assert_eq!(bytes(&next), bytes(&anew.analyse(state)));
        last = next;
    }
    let choice = last.choice.unwrap();
    assert_eq!(choice.measured_over, Measured::BaseClusters);
    assert!(last.groups.len() > 1 && last.groups.iter().all(|group| !group.withheld));
    let report = verify::verify(running.votes(), &moderation(), &last);
    assert!(report.holds, "{report:#?}");
    // Who is said to be in another group than their base cluster is found.
    let other = last.people[40].group.map(|group| (group + 1) % choice.k);
    last.people[40].group = other;
    assert!(!verify::verify(running.votes(), &moderation(), &last).holds);
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
    let before: Vec<linli_opinion::Name> = first.state.in_conversation.clone();
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
