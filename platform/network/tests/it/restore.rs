//! A node that was made anew from an old backup: it writes nothing until its neighbours returned
//! what they have of its log, and then goes on as if nothing had happened.

use linli_journal::{AppendError, Mode};
use linli_kernel::{ResidentId, StreamId};
use uuid::Uuid;

use crate::site::{COMMITTEE, Site};

fn person(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

fn stream(name: &str) -> StreamId {
    StreamId::new("case", name)
}

async fn write(site: &Site, name: &str, words: &str) {
    // A person for each name.
    let number = name
        .bytes()
        .fold(1, |number, byte| number * 31 + u128::from(byte));
    let about = (words, person(number));
    site.note(&stream(name), COMMITTEE, about).await.unwrap();
}

#[tokio::test]
async fn a_restored_child_takes_its_tail_back_and_goes_on() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    write(&child, "one", "first").await;
    child.level().await;
    let backup = child.backup().await;
    // What came after the backup: more than one page, changes of known streams, a handover.
    for n in 0..300 {
        write(&child, &format!("after-{n}"), "later").await;
    }
    write(&child, "one", "second").await;
    write(&child, "handed", "mine").await;
    let to = top.line.log();
    assert!(child.line.release(&stream("handed"), to).await.unwrap());
    child.level().await;
    write(&top, "handed", "theirs").await;
    let (known, own) = (top.notes().await, child.status().await.own);
    let child = child.restored(backup).await;
    assert_eq!(child.journal.mode(), Mode::Held);
    let refused = child
        .note(&stream("too-early"), COMMITTEE, ("no", person(9)))
        .await;
    assert!(
        matches!(refused, Err(AppendError::ReadOnly(_))),
        "{refused:?}"
    );
    child.level().await;
    assert_eq!(child.journal.mode(), Mode::Active);
    assert!(child.status().await.own >= own);
    assert_eq!(child.notes().await, known);
    write(&child, "one", "third").await;
    let late = child
        .note(&stream("handed"), COMMITTEE, ("late", person(1)))
        .await;
    assert!(late.is_err());
    child.level().await;
    assert_eq!(top.notes().await, child.notes().await);
    assert_eq!(top.status().await.nodes[0].stopped, None);
    child.is_sound().await;
    top.is_sound().await;
    // And once more after its process ended.
    let child = child.again().await;
    assert_eq!(child.journal.mode(), Mode::Active);
    child.level().await;
}

#[tokio::test]
async fn a_restored_top_hears_its_children_before_it_writes() {
    let top = Site::top().await;
    let mut child = top.child(COMMITTEE).await;
    write(&top, "one", "first").await;
    write(&child, "two", "mine").await;
    child.level().await;
    let backup = top.backup().await;
    for n in 0..300 {
        write(&top, &format!("after-{n}"), "later").await;
    }
    write(&top, "one", "second").await;
    child.level().await;
    let known = child.notes().await;
    let top = top.restored(backup).await;
    let refused = top
        .note(&stream("too-early"), COMMITTEE, ("no", person(9)))
        .await;
    assert!(
        matches!(refused, Err(AppendError::ReadOnly(_))),
        "{refused:?}"
    );
    child.above = Some(top.way());
    child.level().await;
    assert_eq!(top.journal.mode(), Mode::Active);
    assert_eq!(top.notes().await, known);
    write(&top, "one", "third").await;
    child.level().await;
    assert_eq!(top.notes().await, child.notes().await);
    top.is_sound().await;
    child.is_sound().await;
}
