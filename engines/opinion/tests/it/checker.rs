//! The checker accepts what is right and finds what was changed.

use linli_opinion::{Analysis, Side, Stated, Statements, Votes, read, verify};

use crate::oracle::cases;

fn comments(case: &crate::oracle::Case) -> Statements {
    let path = case.folder.join(case.name).join("comments.csv");
    read::comments(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_conversation_passes_cold_and_warm() {
    for case in cases() {
        let conversation = case.conversation();
        let statements = comments(&case);
        let first = conversation.analyse(None);
        let second = conversation.analyse(Some(&first.state));
        for analysis in [&first, &second] {
            let report = verify::verify(conversation.votes(), &statements, analysis);
            assert!(report.holds, "{}: {report:#?}", case.name);
            assert!(report.checks.iter().all(|check| check.held == Some(true)));
        }
    }
}

#[test]
fn each_lie_is_found_by_its_check() {
    let case = &cases()[1];
    let conversation = case.conversation();
    let statements = comments(case);
    let right = conversation.analyse(None);
    type Lie = fn(&mut Analysis);
    let lies: [(&str, Lie); 16] = [
        ("shape", |a| a.input.votes_sha256.replace_range(0..1, "x")),
        ("shape", |a| a.statements[4].moderated_out = true),
        ("entry", |a| {
            a.people[5].in_conversation = !a.people[5].in_conversation;
        }),
        ("counts", |a| a.statements[3].everyone.agree += 1),
        ("counts", |a| a.statements[3].mean += 1e-5),
        ("directions", |a| a.statements[7].components[0] += 1e-4),
        ("directions", |a| a.certificate.eigenvalues[1] *= 1.01),
        ("places", |a| a.people[9].x = Some(0.123)),
        ("base_clusters", |a| a.base_clusters[2].people += 1),
        ("groupings", |a| a.groupings[1].centres[0][0] += 0.01),
        ("groupings", |a| a.groupings[2].silhouette = 0.9),
        ("choice", |a| a.choice.as_mut().unwrap().k = 2),
        ("groups", |a| a.groups[0].votes[0].counts.agree += 1),
        ("representative", |a| {
            a.groups[0].representative.swap_remove(1);
        }),
        ("consensus", |a| a.consensus.agree[0].successes -= 1),
        ("priorities", |a| a.statements[0].priority *= 2.0),
    ];
    for (name, lie) in lies {
        let mut told = right.clone();
        lie(&mut told);
        let report = verify::verify(conversation.votes(), &statements, &told);
        let found = report
            .checks
            .iter()
            .find(|check| check.name == name)
            .unwrap();
        assert_eq!(found.held, Some(false), "{name}: {report:#?}");
        assert!(!report.holds);
        for check in &report.checks {
            crate::told::both(&check.told_zh, &check.told);
        }
    }
}

/// The third direction, by plain power iteration at right angles to the first two.
fn third(votes: &Votes, told: &Analysis) -> Vec<f64> {
    let counted: Vec<_> = told
        .statements
        .iter()
        .filter(|one| told.state.statements.contains(&one.id))
        .collect();
    let cell = |person: &str, one: &Stated| {
        let vote = votes.vote(person, one.id);
        vote.map_or(0.0, |vote| f64::from(vote.value()) - one.mean)
    };
    let row = |person| counted.iter().map(|one| cell(person, one)).collect();
    let rows: Vec<Vec<f64>> = votes.people().iter().map(|person| row(person)).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut found: Vec<f64> = told.state.directions.iter().map(|row| row[2]).collect();
    for _ in 0..300 {
        let mut image = vec![0.0; found.len()];
        let mut add = |other: &[f64], times: f64| {
            for (image, part) in image.iter_mut().zip(other) {
                *image += times * part;
            }
        };
        for row in &rows {
            add(row, dot(row, &found));
        }
        for number in [0, 1] {
            let first: Vec<f64> = counted.iter().map(|one| one.components[number]).collect();
            let value = told.certificate.eigenvalues[number];
            add(&first, -value * dot(&first, &found));
        }
        let length = dot(&image, &image).sqrt();
        found = image.iter().map(|part| part / length).collect();
    }
    found
}

#[test]
fn lesser_directions_are_not_passed_off_as_leading() {
    let case = &cases()[1];
    let conversation = case.conversation();
    let statements = comments(case);
    let mut told = conversation.analyse(None);
    // The second direction is hidden behind the third: an eigenvector, but not a leading one. Its
    // variance is the oracle's (numpy's decomposition), times people − 1.
    let ids = told.state.statements.clone();
    let third = third(conversation.votes(), &told);
    for one in &mut told.statements {
        if let Ok(at) = ids.binary_search(&one.id) {
            one.components[1] = third[at];
        }
    }
    let freedom = f64::from(u32::try_from(told.people.len() - 1).unwrap());
    told.certificate.eigenvalues[1] = 0.768_713_93 * freedom;
    told.certificate.all_others_at_most = 0.768_714 * freedom;
    told.directions.as_mut().unwrap().explained_variance[1] = 0.768_713_93;
    let share = told.certificate.eigenvalues[1] / told.certificate.eigenvalues[0];
    let ratios = &mut told.directions.as_mut().unwrap().explained_variance_ratio;
    ratios[1] = ratios[0] * share;
    let report = verify::verify(conversation.votes(), &statements, &told);
    let held = |name: &str| {
        report
            .checks
            .iter()
            .find(|check| check.name == name)
            .unwrap()
            .held
    };
    assert_eq!(held("directions"), Some(true), "{report:#?}");
    assert_eq!(held("leading_directions"), Some(false));
    told.groups[0].representative[0].side = Side::Disagree;
    assert!(!verify::verify(conversation.votes(), &statements, &told).holds);
}
