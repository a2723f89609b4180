//! 附件 follow the entries that name them, to whoever has these, and to nobody else.

use linli_kernel::{ResidentId, StreamId};
use linli_network::line;
use uuid::Uuid;

use crate::site::{COMMITTEE, ELSEWHERE, STREET, Site};

fn person(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

fn stream(name: &str) -> StreamId {
    StreamId::new("case", name)
}

#[tokio::test]
async fn a_file_goes_up_over_every_node_and_down_where_it_is_needed() {
    let top = Site::top().await;
    let street = top.child(STREET).await;
    let committee = street.child(COMMITTEE).await;
    let paper = (&b"a photo"[..], person(1));
    let up = committee.attach(&stream("up"), COMMITTEE, paper).await;
    let paper = (&b"a decision"[..], person(2));
    let down = top.attach(&stream("down"), COMMITTEE, paper).await;
    for _ in 0..2 {
        committee.level().await;
        street.level().await;
    }
    // The entries are there before the files, and that is no damage.
    top.is_sound().await;
    assert_eq!(top.content(up).await, None);
    for _ in 0..2 {
        street.carry().await;
        committee.carry().await;
    }
    assert_eq!(top.content(up).await.as_deref(), Some(&b"a photo"[..]));
    assert_eq!(
        committee.content(down).await.as_deref(),
        Some(&b"a decision"[..])
    );
    assert_eq!(committee.carry().await, line::Carried::default());
    top.is_sound().await;
    committee.is_sound().await;
}

#[tokio::test]
async fn many_files_and_large_ones_arrive_each_once_over_a_line_that_is_cut() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let mut files = Vec::new();
    for n in 0..300_u32 {
        let paper = (&n.to_be_bytes()[..], person(7));
        files.push(child.attach(&stream("many"), COMMITTEE, paper).await);
    }
    let large = vec![7; 20 * 1024 * 1024];
    files.push(
        child
            .attach(&stream("large"), COMMITTEE, (&large, person(8)))
            .await,
    );
    child.level().await;
    top.cut(true);
    assert_eq!(child.carry().await, line::Carried::default());
    top.cut(false);
    assert_eq!(child.carry().await.up, 301);
    for file in files {
        assert_eq!(top.content(file).await, child.content(file).await);
    }
    // A node that forgot what it sent asks, and sends nothing again.
    let mut child = child.again().await;
    child.above = Some(top.way());
    child.level().await;
    assert_eq!(child.carry().await.up, 0);
}

#[tokio::test]
async fn nobody_gets_or_puts_what_no_entry_here_names() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let elsewhere = top.child(ELSEWHERE).await;
    // What only a draft holds stays where it is.
    let label = serde_json::json!({});
    let draft = child
        .journal
        .keep_file(person(1), label, b"a draft".to_vec());
    let id = draft.await.unwrap();
    child.level().await;
    child.carry().await;
    let draft = linli_journal::FileAt {
        subject: person(1),
        id,
    };
    assert_eq!(top.content(draft).await, None);
    // A file of one area does not come to another's node.
    let paper = (&b"ours"[..], person(2));
    let ours = child.attach(&stream("ours"), COMMITTEE, paper).await;
    child.level().await;
    child.carry().await;
    elsewhere.level().await;
    assert_eq!(elsewhere.carry().await.down, 0);
    assert!(!elsewhere.journal.has_file(ours).await.unwrap());
    // One that is not what its id says is not taken.
    let sealed = child.journal.sealed_file(ours).await.unwrap().unwrap();
    let paper = (&b"theirs"[..], person(2));
    let other = child.attach(&stream("ours"), COMMITTEE, paper).await;
    child.level().await;
    assert!(top.journal.lacks_file(other).await.unwrap());
    for at in (0..sealed.len()).step_by(5) {
        let mut torn = sealed.clone();
        torn[at] ^= 1;
        assert!(!top.journal.take_file(other, torn).await.unwrap());
    }
    assert!(!top.journal.take_file(other, sealed).await.unwrap());
    child.carry().await;
    assert_eq!(top.content(other).await.as_deref(), Some(&b"theirs"[..]));
}

#[tokio::test]
async fn a_node_that_was_shut_out_is_told_and_given_nothing_of_files() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let paper = (&b"ours"[..], person(2));
    let file = child.attach(&stream("ours"), COMMITTEE, paper).await;
    child.level().await;
    assert!(line::revoke(&top.line, child.line.log()).await.unwrap());
    assert_eq!(child.carry().await, line::Carried::default());
    assert!(!top.journal.has_file(file).await.unwrap());
}

#[tokio::test]
async fn a_stick_carries_files_both_ways() {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    let paper = (&b"below"[..], person(1));
    let up = child.attach(&stream("up"), COMMITTEE, paper).await;
    let paper = (&b"above"[..], person(2));
    let down = top.attach(&stream("down"), COMMITTEE, paper).await;
    // The first journey tells the child of the entry, the second of the file.
    for _ in 0..2 {
        let parcel = child.line.export().await.unwrap().unwrap();
        let answer = top.line.import(&parcel).await.unwrap().unwrap();
        child.line.import(&answer).await.unwrap();
    }
    assert_eq!(top.content(up).await.as_deref(), Some(&b"below"[..]));
    assert_eq!(child.content(down).await.as_deref(), Some(&b"above"[..]));
    // What the node above has is not carried again.
    let light = child.line.export().await.unwrap().unwrap();
    let paper = (&[9; 40_000][..], person(1));
    child.attach(&stream("up"), COMMITTEE, paper).await;
    let heavy = child.line.export().await.unwrap().unwrap();
    assert!(
        light.len() < 20_000 && heavy.len() > 40_000,
        "{} {}",
        light.len(),
        heavy.len()
    );
}
