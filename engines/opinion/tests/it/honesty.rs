//! What it must not say: maps of too few people, groups under five, minorities of two.

use linli_opinion::{Conversation, Settings, Statements, Vote, Votes, picture, verify};

fn camp(sizes: &[usize]) -> Conversation {
    camps(sizes, true)
}

fn camps(sizes: &[usize], doubtful: bool) -> Conversation {
    let mut rows = Vec::new();
    for (camp, &size) in sizes.iter().enumerate() {
        for member in 0..size {
            let votes = (0..12_i64)
                .map(|statement| {
                    let agrees = usize::try_from(statement).unwrap() % sizes.len() == camp;
                    let doubts =
                        doubtful && (member * 5 + usize::try_from(statement).unwrap()) % 11 == 0;
                    let vote = match (doubts, agrees) {
                        (true, _) => Vote::Pass,
                        (_, true) => Vote::Agree,
                        _ => Vote::Disagree,
                    };
                    (statement, vote)
                })
                .collect();
            rows.push((format!("{camp}-{member}"), votes));
        }
    }
    Conversation::new(
        Votes::from_rows(rows),
        Statements::new(),
        Settings::default(),
    )
}

fn codes(conversation: &Conversation) -> Vec<String> {
    let analysis = conversation.analyse(None);
    let report = verify::verify(conversation.votes(), &Statements::new(), &analysis);
    assert!(report.holds, "{report:?}");
    analysis
        .limits
        .into_iter()
        .map(|limit| limit.code)
        .collect()
}

#[test]
fn fourteen_people_are_not_mapped_and_fifteen_are() {
    let few = camp(&[7, 7]);
    assert_eq!(codes(&few), ["too_few_people"]);
    let analysis = few.analyse(None);
    assert!(analysis.directions.is_none() && analysis.groups.is_empty());
    assert!(analysis.consensus.agree.is_empty() && analysis.base_clusters.is_empty());
    assert!(
        analysis
            .people
            .iter()
            .all(|one| one.x.is_none() && one.group.is_none())
    );
    assert_eq!(
        analysis.statements[0].everyone.votes(),
        14,
        "votes are counted all the same"
    );
    assert!(codes(&camp(&[8, 7])).is_empty());
}

#[test]
fn a_minority_of_two_is_never_named() {
    let conversation = camp(&[30, 2]);
    assert!(codes(&conversation).contains(&"group_too_small".to_owned()));
    let analysis = conversation.analyse(None);
    let small: Vec<_> = analysis
        .groups
        .iter()
        .filter(|group| group.withheld)
        .collect();
    assert!(!small.is_empty());
    for group in small {
        assert!(group.people.is_none() && group.centre.is_none());
        assert!(group.votes.is_empty() && group.representative.is_empty());
    }
    let marked = |name: &str| {
        analysis
            .people
            .iter()
            .find(|one| one.id == name)
            .unwrap()
            .group
    };
    assert_eq!((marked("1-0"), marked("1-1")), (None, None));
    assert_eq!(marked("0-3"), Some(0));
    let svg = picture::svg(&analysis);
    assert!(svg.contains("too small to be described") && !svg.contains("1-0"));
}

#[test]
fn four_are_not_described_and_five_are() {
    let small = "group_too_small".to_owned();
    assert!(codes(&camps(&[30, 4], false)).contains(&small));
    let five = camps(&[30, 5], false);
    assert!(!codes(&five).contains(&small));
    assert_eq!(five.analyse(None).groups[1].people, Some(5));
}

#[test]
fn nobody_one_person_and_one_mind() {
    let nobody = Conversation::new(Votes::default(), Statements::new(), Settings::default());
    assert_eq!(codes(&nobody), ["too_few_people"]);
    assert_eq!(codes(&camp(&[1])), ["too_few_people"]);
    let mut one_mind = Votes::default();
    for person in 0..20 {
        for statement in 0..9 {
            one_mind.cast(&person.to_string(), statement, Vote::Agree);
        }
    }
    let one_mind = Conversation::new(one_mind, Statements::new(), Settings::default());
    assert_eq!(codes(&one_mind), ["no_difference"]);
    assert_eq!(one_mind.analyse(None).consensus.agree.len(), 5);
    let mut two_minds = Votes::default();
    for person in 0..20 {
        let vote = if person < 10 {
            Vote::Agree
        } else {
            Vote::Disagree
        };
        two_minds.cast(&person.to_string(), 0, vote);
    }
    let two_minds = Conversation::new(two_minds, Statements::new(), Settings::default());
    assert_eq!(codes(&two_minds), ["one_direction"]);
    assert_eq!(two_minds.analyse(None).groups.len(), 2);
}
