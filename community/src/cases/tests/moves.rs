//! Cases while their committee is moved, split or abolished.

use linli_kernel::Role;

use super::doors::{Hand, call, filed, node};
use super::world::*;
use crate::cases::command::*;
use crate::cases::queries::{self, Filter};
use crate::cases::service::act;
use crate::cases::state::Phase;
use crate::cases::{public, view};
use crate::node::Linli;
use crate::places;

/// A case of each phase that outlives a move, made through the doors.
async fn brought_to(linli: &Linli, clock: &Hand, phase: Phase, n: u128) -> linli_kernel::CaseId {
    let case = filed(linli, n).await.case;
    let mut world = in_phase(Phase::InHand);
    world.today = linli.clock().today();
    let verbs: &[(Who, Verb)] = match phase {
        Phase::Submitted => &[],
        Phase::Supplement => &[
            (Who::Worker, Verb::Accept),
            (Who::Worker, Verb::AskSupplement),
        ],
        _ => &[
            (Who::Worker, Verb::Accept),
            (Who::Worker, Verb::RecordVisit),
            (Who::Worker, Verb::PassOn),
            (Who::Officer, Verb::RecordCheck),
            (Who::Officer, Verb::Review),
            (Who::Officer, Verb::PostNotice),
        ],
    };
    let mut n = n * 100;
    let mut step = async |who: Who, command: &Command| {
        n += 1;
        act(linli, call(&who.actor(), n), case, command)
            .await
            .unwrap();
    };
    for (who, verb) in verbs {
        step(*who, &sample(*verb, &world)).await;
    }
    if matches!(phase, Phase::Delivered | Phase::Closed) {
        clock.days_pass(8);
        for verb in [Verb::Decide, Verb::Deliver] {
            step(Who::Officer, &sample(verb, &world)).await;
        }
    }
    if phase == Phase::Closed {
        let grade = Grade::Satisfied;
        let words = String::new();
        step(Who::Applicant, &Command::Rate { grade, words }).await;
    }
    case
}

#[expect(
    clippy::too_many_lines,
    reason = "one walk: before, during and after the move"
)]
#[tokio::test]
async fn whatever_is_open_when_a_committee_moves_lies_at_a_living_desk() {
    let (linli, clock) = node().await;
    let closed = brought_to(&linli, &clock, Phase::Closed, 11).await;
    let delivered = brought_to(&linli, &clock, Phase::Delivered, 12).await;
    let notice = brought_to(&linli, &clock, Phase::Notice, 13).await;
    let supplement = brought_to(&linli, &clock, Phase::Supplement, 14).await;
    let submitted = brought_to(&linli, &clock, Phase::Submitted, 15).await;
    let moved = area("310117/310117002/310117001001");
    let command = places::Command::Move {
        area: area(COMMITTEE),
        parent: area("310117/310117002"),
        from: linli.clock().today(),
    };
    linli
        .change_places(call(&Who::District.actor(), 6), &command)
        .await
        .unwrap();
    let worker = staff(Role::CommitteeWorker, moved.as_str(), 60);
    let officer = staff(Role::StreetOfficer, "310117/310117002", 61);
    for case in [delivered, notice, supplement, submitted] {
        let seen = view::view(&linli, &worker, case).await.unwrap();
        assert_eq!(seen.case.area, moved, "{:?}", seen.case.phase);
        if let Some(desk) = seen.case.desk() {
            assert!(linli.areas().get(&desk.area).is_some(), "{desk:?}");
        }
    }
    // The notice hangs at the new street, once.
    let hanging = public::notices(&linli, &area("310117/310117002"))
        .await
        .unwrap();
    assert_eq!(hanging.len(), 1);
    assert!(
        public::notices(&linli, &area(STREET))
            .await
            .unwrap()
            .is_empty()
    );
    // What the applicant does next comes to the committee of today.
    let world = in_phase(Phase::Supplement);
    let sent = sample(Verb::Supplement, &world);
    act(&linli, call(&Who::Applicant.actor(), 70), supplement, &sent)
        .await
        .unwrap();
    let seen = view::view(&linli, &worker, supplement).await.unwrap();
    assert!(seen.allows(Verb::RecordVisit), "{:?}", seen.case.wait);
    clock.days_pass(8);
    let decide_it = sample(Verb::Decide, &world);
    act(&linli, call(&officer, 71), notice, &decide_it)
        .await
        .unwrap();
    // What had ended is read where the committee is today, and followed when it is opened again.
    let seen = view::view(&linli, &worker, closed).await.unwrap();
    assert_eq!(seen.case.area, area(COMMITTEE));
    let filter = Filter {
        open: Some(false),
        size: 50,
        page: 1,
        ..Filter::default()
    };
    let listed = queries::list(&linli, &worker, &filter).await.unwrap();
    assert_eq!(listed.rows.len(), 1);
    let dispute = sample(Verb::Dispute, &world);
    let applicant = Who::Applicant.actor();
    let done = act(&linli, call(&applicant, 72), closed, &dispute)
        .await
        .unwrap();
    assert_eq!(done.case.area, moved);
    let desk = done.case.desk().unwrap();
    assert_eq!(
        desk.area,
        area("310117/310117002"),
        "the supervisor of today's street"
    );
    let before = queries::list(
        &linli,
        &Who::District.actor(),
        &Filter {
            open: None,
            ..filter
        },
    )
    .await
    .unwrap();
    linli.journal().rebuild(|_| {}).await.unwrap();
    let filter = Filter {
        size: 50,
        page: 1,
        ..Filter::default()
    };
    let after = queries::list(&linli, &Who::District.actor(), &filter)
        .await
        .unwrap();
    assert_eq!(after, before, "a rebuild gives the same rows");
}

#[tokio::test]
async fn a_split_leaves_open_cases_with_the_committee_that_goes_on() {
    let (linli, _) = node().await;
    let case = filed(&linli, 10).await.case;
    let command = places::Command::Split {
        area: area(COMMITTEE),
        into: vec![places::NewArea {
            code: "310117001901".to_owned(),
            name: "新苑居委会".to_owned(),
            kind: places::AreaKind::ResidentsCommittee,
            statistical_code: None,
        }],
        from: linli.clock().today(),
    };
    linli
        .change_places(call(&Who::District.actor(), 20), &command)
        .await
        .unwrap();
    let seen = view::view(&linli, &Who::Worker.actor(), case)
        .await
        .unwrap();
    assert_eq!(seen.case.area, area(COMMITTEE));
    assert!(seen.allows(Verb::Accept));
    // The new committee gets it by a transfer, and works it at once.
    let part = area("310117/310117001/310117001901");
    let transfer = Command::Transfer {
        area: part.clone(),
        words: words(),
    };
    act(&linli, call(&Who::Officer.actor(), 21), case, &transfer)
        .await
        .unwrap();
    let there = staff(Role::CommitteeWorker, part.as_str(), 60);
    assert!(
        view::view(&linli, &there, case)
            .await
            .unwrap()
            .allows(Verb::Accept)
    );
    // Abolished, it leads back to its heir.
    let command = places::Command::Abolish {
        area: part,
        heir: Some(area(COMMITTEE)),
        on: linli.clock().today(),
    };
    linli
        .change_places(call(&Who::District.actor(), 22), &command)
        .await
        .unwrap();
    let seen = view::view(&linli, &Who::Worker.actor(), case)
        .await
        .unwrap();
    assert!(seen.allows(Verb::Accept));
}
