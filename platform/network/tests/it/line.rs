//! What two nodes on a line owe to people: everything arrives, once, and a stream has one writer.

use linli_journal::AppendError;
use linli_kernel::{AccountId, ResidentId, StreamId};
use linli_network::line;
use uuid::Uuid;

use crate::site::{COMMITTEE, DISTRICT, ELSEWHERE, STREET, Site};

fn person(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

fn stream(name: &str) -> StreamId {
    StreamId::new("case", name)
}

#[tokio::test]
async fn a_new_node_gets_what_is_of_its_area_and_nothing_else() {
    let top = Site::top().await;
    top.note(&stream("ours"), COMMITTEE, ("ours", person(1)))
        .await
        .unwrap();
    top.note(&stream("theirs"), ELSEWHERE, ("theirs", person(2)))
        .await
        .unwrap();
    let public = StreamId::new("places", DISTRICT);
    top.note(&public, DISTRICT, ("public", person(3)))
        .await
        .unwrap();
    let child = top.child(COMMITTEE).await;
    let notes = child.notes().await;
    let streams: Vec<&str> = notes.iter().map(|(stream, ..)| stream.as_str()).collect();
    assert_eq!(streams, ["case/ours", &format!("places/{DISTRICT}")]);
    // The key of a person of its area came along; that of the public entry's subject lives elsewhere.
    assert_eq!(notes[0].2.as_deref(), Some("ours"));
    assert_eq!(notes[1].2, None);
    child.is_sound().await;
    top.is_sound().await;
}

#[tokio::test]
async fn what_was_written_while_cut_off_arrives_once_and_is_countersigned() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    top.cut(true);
    for n in 0..700u32 {
        let name = format!("c{n}");
        let about = (name.as_str(), person(100 + u128::from(n)));
        child.note(&stream(&name), COMMITTEE, about).await.unwrap();
    }
    child.exchange().await;
    assert_eq!(top.notes().await.len(), 0);
    let before = child.status().await;
    assert!(before.countersigned.unwrap() < before.own);
    top.cut(false);
    child.level().await;
    let (here, there) = (child.notes().await, top.notes().await);
    assert_eq!(here.len(), 700);
    assert_eq!(here, there);
    let after = child.status().await;
    assert_eq!(after.countersigned, Some(after.own));
    // Once more changes nothing.
    child.level().await;
    assert_eq!(top.status().await.nodes[0].lag.here, after.own);
    top.is_sound().await;
    child.is_sound().await;
}

#[tokio::test]
async fn both_sides_go_on_after_their_processes_ended() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    child
        .note(&stream("one"), COMMITTEE, ("one", person(1)))
        .await
        .unwrap();
    child.level().await;
    let mut child = child.again().await;
    let top = top.again().await;
    child.above = Some(top.way());
    child
        .note(&stream("two"), COMMITTEE, ("two", person(1)))
        .await
        .unwrap();
    child.level().await;
    assert_eq!(top.notes().await, child.notes().await);
    assert_eq!(top.notes().await.len(), 2);
    top.is_sound().await;
}

#[tokio::test]
async fn a_stream_has_one_writer_and_a_handover_moves_it() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let case = stream("moving");
    child
        .note(&case, COMMITTEE, ("filed", person(1)))
        .await
        .unwrap();
    child.level().await;
    // The node above reads it and may not write it.
    let refused = top.note(&case, COMMITTEE, ("meddled", person(1))).await;
    let Err(AppendError::Refused(no)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(no.code, "journal.not-owner");
    assert!(child.line.release(&case, top.line.log()).await.unwrap());
    assert!(!child.line.release(&case, top.line.log()).await.unwrap());
    assert!(
        child
            .note(&case, COMMITTEE, ("late", person(1)))
            .await
            .is_err()
    );
    child.level().await;
    top.note(&case, COMMITTEE, ("decided", person(1)))
        .await
        .unwrap();
    child.level().await;
    assert_eq!(child.notes().await, top.notes().await);
    assert_eq!(child.notes().await[0].1, "decided");
    assert!(
        child
            .note(&case, COMMITTEE, ("late", person(1)))
            .await
            .is_err()
    );
    // And back again.
    assert!(top.line.release(&case, child.line.log()).await.unwrap());
    child.level().await;
    child.level().await;
    child
        .note(&case, COMMITTEE, ("again", person(1)))
        .await
        .unwrap();
    child.level().await;
    assert_eq!(top.notes().await[0].1, "again");
    top.is_sound().await;
    child.is_sound().await;
}

#[tokio::test]
async fn a_street_between_carries_both_ways() {
    let top = Site::top().await;
    let street = top.child(STREET).await;
    let committee = street.child(COMMITTEE).await;
    committee
        .note(&stream("up"), COMMITTEE, ("up", person(1)))
        .await
        .unwrap();
    committee.level().await;
    street.level().await;
    assert_eq!(top.notes().await[0].2.as_deref(), Some("up"));
    top.note(&stream("down"), COMMITTEE, ("down", person(1)))
        .await
        .unwrap();
    street.level().await;
    committee.level().await;
    assert_eq!(committee.notes().await.len(), 2);
    assert_eq!(committee.notes().await, top.notes().await);
    let reached = street.line.host_of(&crate::site::area(COMMITTEE)).await;
    assert_eq!(reached, Some(committee.line.log()));
    let reached = committee.line.host_of(&crate::site::area(STREET)).await;
    assert_eq!(reached, Some(street.line.log()));
    committee.is_sound().await;
    street.is_sound().await;
    top.is_sound().await;
}

#[tokio::test]
async fn a_stream_that_is_asked_for_comes_with_its_history() {
    let top = Site::top().await;
    let case = stream("wanted");
    top.note(&case, COMMITTEE, ("filed", person(1)))
        .await
        .unwrap();
    let child = top.child(COMMITTEE).await;
    assert!(child.line.ask_for(&case).await.unwrap());
    // Once is enough, and what is one's own needs no asking.
    assert!(!child.line.ask_for(&case).await.unwrap());
    assert!(!child.line.ask_for(&stream("nothing")).await.unwrap());
    child.level().await;
    let asked = top.line.requests().await;
    assert_eq!(asked.len(), 1);
    assert_eq!((&asked[0].about, asked[0].allowed), (&case, true));
    assert_eq!(asked[0].by, child.line.log());
    assert!(top.line.release(&case, asked[0].by).await.unwrap());
    top.line.answer_request(&asked[0]).await.unwrap();
    assert_eq!(top.line.requests().await, []);
    child.level().await;
    child
        .note(&case, COMMITTEE, ("changed", person(1)))
        .await
        .unwrap();
    child.level().await;
    assert_eq!(top.notes().await[0].1, "changed");
    let late = top.note(&case, COMMITTEE, ("late", person(1))).await;
    assert!(late.is_err());
    child.is_sound().await;
    top.is_sound().await;
}

#[tokio::test]
async fn a_node_may_not_ask_for_what_lies_outside_its_area() {
    let top = Site::top().await;
    let theirs = stream("theirs");
    let sibling = top.child(ELSEWHERE).await;
    sibling
        .note(&theirs, ELSEWHERE, ("theirs", person(2)))
        .await
        .unwrap();
    sibling.level().await;
    let mine = stream("mine");
    top.note(&mine, DISTRICT, ("mine", person(3)))
        .await
        .unwrap();
    let child = top.child(STREET).await;
    // Its program was tampered with: it asks for streams it should not even know.
    for (to, about) in [(top.line.log(), &mine), (sibling.line.log(), &theirs)] {
        child.forge_request(&to.to_string(), about).await;
    }
    child.level().await;
    sibling.level().await;
    let asked = top.line.requests().await;
    let asked: Vec<_> = asked.iter().map(|one| (&one.about, one.allowed)).collect();
    assert_eq!(asked, [(&mine, false)]);
    assert_eq!(sibling.line.requests().await, []);
}

#[tokio::test]
async fn two_officers_take_over_what_a_lost_node_kept() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let case = stream("left");
    child
        .note(&case, COMMITTEE, ("filed", person(1)))
        .await
        .unwrap();
    child.level().await;
    let log = child.line.log();
    let officer = |n| AccountId(Uuid::from_u128(n));
    let both = [officer(1), officer(2)];
    // While the node runs there is nothing to take.
    assert_eq!(top.status().await.nodes[0].left, 0);
    assert_eq!(top.line.take_over(log, both).await.unwrap(), 0);
    assert!(line::revoke(&top.line, log).await.unwrap());
    assert_eq!(top.status().await.nodes[0].left, 1);
    let alone = [officer(1), officer(1)];
    assert_eq!(top.line.take_over(log, alone).await.unwrap(), 0);
    let meddled = top.note(&case, COMMITTEE, ("meddled", person(1))).await;
    assert!(meddled.is_err());
    assert_eq!(top.line.take_over(log, both).await.unwrap(), 1);
    assert_eq!(top.line.take_over(log, both).await.unwrap(), 0);
    assert_eq!(top.status().await.nodes[0].left, 0);
    top.note(&case, COMMITTEE, ("goes on", person(1)))
        .await
        .unwrap();
    assert_eq!(top.notes().await[0].1, "goes on");
    top.is_sound().await;
}

#[tokio::test]
async fn what_a_replaced_node_still_wrote_is_kept_beside_and_opens() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let case = stream("left");
    let filed = ("filed", person(1));
    child.note(&case, COMMITTEE, filed).await.unwrap();
    child.level().await;
    top.cut(true);
    let late = ("written while cut off", person(1));
    child.note(&case, COMMITTEE, late).await.unwrap();
    let log = child.line.log();
    let place = line::Invite {
        area: COMMITTEE.parse().unwrap(),
        hours: 1,
        replaces: Some(log),
    };
    let code = line::invite(&top.journal, &*top.clock, &place)
        .await
        .unwrap()
        .code;
    top.cut(false);
    line::join(&top.way(), &code, &[9; 32]).await.unwrap();
    let both = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
    assert_eq!(top.line.take_over(log, both).await.unwrap(), 1);
    top.note(&case, COMMITTEE, ("goes on", person(1)))
        .await
        .unwrap();
    assert_eq!(top.status().await.beside, []);
    for _ in 0..20 {
        child.exchange().await;
    }
    let beside = top.status().await.beside;
    let kept = top.journal.beside(&beside).await.unwrap();
    let words: Vec<_> = kept
        .iter()
        .map(|(_, entry)| entry.open["words"].clone())
        .collect();
    assert_eq!(words, ["written while cut off"]);
    assert_eq!(kept[0].1.stream, case);
    // The key of its subject opens what is sealed in it.
    let sealed = kept[0].1.sealed_of(person(1)).unwrap();
    assert_eq!(sealed["name"], "written while cut off");
    assert_eq!(top.notes().await[0].1, "goes on");
    top.is_sound().await;
}
