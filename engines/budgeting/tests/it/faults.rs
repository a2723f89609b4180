//! The faults of real files, each at its line and column, and what is done about it.

use linli_budgeting::pabulib::{self, Code, Fault, Severity, write};

use crate::world::{approvals, count, election, shares};

const GOOD: &str = "META\nkey;value\nnum_projects;3\nnum_votes;4\nbudget;10\nvote_type;approval\n\
    PROJECTS\nproject_id;cost;votes;name\n1;5;2;Park\n2;4;2;Pond\n3;6;1;Path\n\
    VOTES\nvoter_id;age;vote\na;30;1,2\nb;31;1\nc;32;2\nd;33;3\n";

type Place = (u32, u32, Code);

fn places(faults: &[Fault]) -> Vec<Place> {
    faults
        .iter()
        .map(|it| (it.line, it.column, it.code))
        .collect()
}

/// The text is read as the good file is, with these notes.
fn met(text: impl AsRef<[u8]>, expected: &[Place]) {
    let (file, notes) =
        pabulib::read(text.as_ref(), &mut |_| {}).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(places(&notes), expected, "{notes:#?}");
    crate::told::faults(&notes);
    assert!(notes.iter().all(|note| note.severity == Severity::Note));
    let good = election(GOOD);
    let options = shares(Default::default(), Default::default());
    let costs = |election: &linli_budgeting::Election| -> Vec<(String, u64)> {
        let projects = election.projects.iter();
        projects.map(|it| (it.id.clone(), it.cost)).collect()
    };
    assert_eq!(costs(&file.election), costs(&good));
    let (ours, theirs) = (count(&file.election, options), count(&good, options));
    assert_eq!(ours.selected, theirs.selected);
}

/// The text is refused, with these errors (notes apart).
fn refused(text: impl AsRef<[u8]>, expected: &[Place]) {
    let faults = pabulib::read(text.as_ref(), &mut |_| {}).unwrap_err();
    crate::told::faults(&faults);
    let errors: Vec<Fault> = faults
        .into_iter()
        .filter(|fault| fault.severity == Severity::Error)
        .collect();
    assert_eq!(places(&errors), expected, "{errors:#?}");
}

fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

#[test]
fn what_leaves_no_doubt_is_read_and_noted() {
    met(GOOD, &[]);
    met(GOOD.trim_end(), &[]);
    met(format!("\u{feff}{GOOD}"), &[(1, 1, Code::ByteOrderMark)]);
    met(GOOD.replace('\n', "\r\n"), &[(1, 0, Code::LineEnds)]);
    met(GOOD.replace('\n', "\r"), &[(1, 0, Code::LineEnds)]);
    met(with("META\n", ""), &[(1, 1, Code::MissingHeader)]);
    met(
        with("META\nkey;value\n", ""),
        &[(1, 1, Code::MissingHeader)],
    );
    met(with("key;value\n", ""), &[(2, 1, Code::MissingHeader)]);
    met(with("PROJECTS\n", ""), &[(7, 1, Code::MissingHeader)]);
    met(with("VOTES\n", ""), &[(12, 1, Code::MissingHeader)]);
    met(with("META\n", "META;;\n"), &[(1, 6, Code::StraySeparator)]);
    met(with("PROJECTS\n", " projects \n"), &[]);
    met(
        with("budget;10\n", "budget;10;;\n"),
        &[(5, 11, Code::StraySeparator)],
    );
    met(
        with("2;4;2;Pond\n", "2;4;2;Pond;;\n"),
        &[(10, 12, Code::StraySeparator)],
    );
    met(
        with("b;31;1\n", "b;31;1;\n"),
        &[(15, 8, Code::StraySeparator)],
    );
    met(
        with("b;31;1\n", "b;31;,1,\n"),
        &[(15, 6, Code::StraySeparator), (15, 9, Code::StraySeparator)],
    );
    met(with("a;30;1,2\n", "a;30; 1 , 2 \n"), &[]);
    met(
        with("b;31;1\n", "\nb;31;1\n;;\n"),
        &[(15, 1, Code::BlankLine), (17, 1, Code::StraySeparator)],
    );
    met(
        with("c;32;2\n", "a;32;2\n"),
        &[(16, 1, Code::DuplicateVoter)],
    );
    met(
        with("b;31;1\n", "b;31;\"1,1\"\n"),
        &[(15, 6, Code::DuplicateVote)],
    );
    met(with("Park", "\"Park"), &[(9, 7, Code::OpenQuote)]);
}

#[test]
fn numbers_are_read_as_written_and_doubts_noted() {
    met(with("budget;10\n", "budget;10,0\n"), &[]);
    met(with("budget;10\n", "budget;1.0e1\n"), &[]);
    let (file, notes) = pabulib::read(
        with("budget;10\n", "budget;1 000 010\n").as_bytes(),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(file.election.budget, 1_000_010);
    assert_eq!(places(&notes), [(5, 8, Code::Number)]);
}

#[test]
fn what_the_file_says_of_itself_is_checked() {
    met(with("num_votes;4", "num_votes;5"), &[(4, 11, Code::Count)]);
    met(with("1;5;2;Park", "1;5;3;Park"), &[(9, 5, Code::Count)]);
    met(
        with("budget;10", "budget;9\nbudget;10"),
        &[(6, 1, Code::DuplicateKey)],
    );
    met(with("vote_type;approval\n", ""), &[(1, 1, Code::VoteType)]);
    met(
        with("budget;10\n", "budget;10\nmax_length;1\n"),
        &[(15, 6, Code::Length)],
    );
}

#[test]
fn what_leaves_doubt_is_refused() {
    refused("", &[(1, 1, Code::Missing)]);
    refused("\n \r\n", &[(1, 1, Code::Missing)]);
    refused(with("Pond", "P\0nd"), &[(10, 8, Code::NotUtf8)]);
    refused(with("budget;10\n", ""), &[(1, 1, Code::Missing)]);
    refused(with("budget;10\n", "budget;ten\n"), &[(5, 8, Code::Number)]);
    refused(
        with("budget;10\n", "budget;-10\n"),
        &[(5, 8, Code::Negative)],
    );
    refused(
        with("vote_type;approval", "vote_type;shouting"),
        &[(6, 11, Code::VoteType)],
    );
    refused(with("2;4;2;Pond", "2;NaN;2;Pond"), &[(10, 3, Code::Number)]);
    refused(
        with("2;4;2;Pond", "2;-4;2;Pond"),
        &[(10, 3, Code::Negative)],
    );
    refused(with("2;4;2;Pond", "2;;2;Pond"), &[(10, 3, Code::Number)]);
    refused(
        with("2;4;2;Pond", "2;1e30;2;Pond"),
        &[(10, 3, Code::TooLarge)],
    );
}

#[test]
fn what_leaves_doubt_about_projects_or_ballots_is_refused() {
    refused(
        with("2;4;2;Pond", ";4;2;Pond"),
        &[
            (10, 1, Code::NoId),
            (14, 8, Code::UnknownProject),
            (16, 6, Code::UnknownProject),
        ],
    );
    refused(
        with("2;4;2;Pond", "1;4;2;Pond"),
        &[
            (10, 1, Code::DuplicateProject),
            (14, 8, Code::UnknownProject),
            (16, 6, Code::UnknownProject),
        ],
    );
    refused(
        with("a;30;1,2", "a;30;1,7"),
        &[(14, 8, Code::UnknownProject)],
    );
    refused(with("a;30;1,2", "a;30;1;2"), &[(14, 8, Code::TooManyCells)]);
    refused(with("a;30;1,2", "a;30"), &[(14, 3, Code::Missing)]);
    refused(
        with("project_id;cost;", "project_id;price;"),
        &[(7, 1, Code::Missing)],
    );
    refused(with("age;vote", "age;ballot"), &[(12, 1, Code::Missing)]);
    refused(
        &GOOD[..GOOD.find("VOTES").unwrap()],
        &[(11, 1, Code::Missing)],
    );
    refused(
        "\u{feff}x"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
        &[(1, 1, Code::NotUtf8)],
    );
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let mut bytes = with("Pond", "P?nd").into_bytes();
    let at = bytes.windows(4).position(|it| it == b"P?nd").unwrap();
    bytes[at + 1] = 0xf3;
    let (_, notes) = pabulib::read(&bytes, &mut |_| {}).unwrap();
    assert_eq!(places(&notes), [(10, 8, Code::NotUtf8)]);
}

#[test]
fn points_must_match_their_projects() {
    let text = |ballot: &str| {
        format!(
            "META\nkey;value\nbudget;10\nvote_type;cumulative\nPROJECTS\nproject_id;cost\n1;5\n2;4\nVOTES\nvoter_id;vote;points\na;{ballot}\n"
        )
    };
    let points = |ballot: &str| {
        let election = election(&text(ballot));
        let marks: Vec<(u32, i64)> = election
            .marks
            .iter()
            .map(|it| (it.project, it.points))
            .collect();
        (marks, election.point_unit)
    };
    assert_eq!(points("2,1;3,1"), (vec![(0, 1), (1, 3)], 1));
    assert_eq!(points("2,1;0.5,1"), (vec![(0, 10), (1, 5)], 10));
    assert_eq!(points("2,2;3,1"), (vec![(1, 1)], 1));
    assert_eq!(points(";"), (vec![], 1));
    refused(text("1,2;3"), &[(11, 7, Code::Points)]);
    refused(text("1;3,2"), &[(11, 5, Code::Points)]);
    refused(text("1;many"), &[(11, 5, Code::Points)]);
}

#[test]
fn many_faults_of_a_kind_are_counted() {
    let ballots = vec!["1,9"; 200];
    let text = approvals("10", &[("1", "5")], &ballots);
    let faults = pabulib::read(text.as_bytes(), &mut |_| {}).unwrap_err();
    assert_eq!(faults.len(), 51);
    let more: Vec<&Fault> = faults.iter().filter(|fault| fault.line == 0).collect();
    assert!(more[0].text.contains("150 more"), "{more:?}");
}

#[test]
fn written_files_read_as_they_were() {
    let odd = with("Park", "\"Park; \"\"old\"\"\"");
    let (file, _) = pabulib::read(odd.as_bytes(), &mut |_| {}).unwrap();
    let text = write(&file, None);
    assert_eq!(text, odd);
    let chosen = write(&file, Some(&["2".to_owned()]));
    assert!(chosen.contains("project_id;cost;votes;name;selected\n"));
    assert!(chosen.contains("2;4;2;Pond;1\n") && chosen.contains("3;6;1;Path;0\n"));
    let (again, notes) = pabulib::read(chosen.as_bytes(), &mut |_| {}).unwrap();
    assert_eq!((again.election.marks, notes), (file.election.marks, vec![]));
}
