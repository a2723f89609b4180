//! Two nodes with no line between them but a stick.

use linli_kernel::{ResidentId, StreamId};
use uuid::Uuid;

use crate::site::{COMMITTEE, Site};

fn person(n: u128) -> ResidentId {
    ResidentId(Uuid::from_u128(n))
}

fn stream(name: &str) -> StreamId {
    StreamId::new("case", name)
}

async fn write(site: &Site, name: &str) {
    // A person for each name.
    let number = name
        .bytes()
        .fold(1, |number, byte| number * 31 + u128::from(byte));
    let about = (name, person(number));
    site.note(&stream(name), COMMITTEE, about).await.unwrap();
}

/// A child with 600 entries that its node above has not seen, and one entry the other way; the line
/// is cut.
async fn apart() -> (Site, Site) {
    let top = Site::top().await;
    let child = top.child(COMMITTEE).await;
    top.cut(true);
    for n in 0..600 {
        write(&child, &format!("up-{n}")).await;
    }
    write(&top, "down").await;
    (top, child)
}

#[tokio::test]
async fn a_parcel_carries_everything_up_and_its_answer_everything_down() {
    let (top, child) = apart().await;
    let own = child.status().await.own;
    let parcel = child.line.export().await.unwrap().unwrap();
    let answer = top.line.import(&parcel).await.unwrap().unwrap();
    assert_eq!(top.notes().await.len(), 601);
    // The child did not hear yet that it arrived.
    assert!(child.status().await.countersigned.unwrap() < own);
    assert_eq!(child.line.import(&answer).await.unwrap(), None);
    assert_eq!(child.status().await.countersigned, Some(own));
    assert_eq!(child.notes().await, top.notes().await);
    top.is_sound().await;
    child.is_sound().await;
    // A line that comes later finds nothing to do again.
    top.cut(false);
    child.level().await;
    assert_eq!(child.notes().await, top.notes().await);
}

#[tokio::test]
async fn what_is_carried_twice_or_late_changes_nothing() {
    let (top, child) = apart().await;
    let first = child.line.export().await.unwrap().unwrap();
    write(&child, "later").await;
    let second = child.line.export().await.unwrap().unwrap();
    // The newer one first, the older one after it and twice.
    let answer = top.line.import(&second).await.unwrap().unwrap();
    let old = top.line.import(&first).await.unwrap().unwrap();
    top.line.import(&first).await.unwrap().unwrap();
    assert_eq!(top.notes().await.len(), 602);
    child.line.import(&answer).await.unwrap();
    let told = child.status().await.countersigned;
    assert_eq!(told, Some(child.status().await.own));
    child.line.import(&old).await.unwrap();
    assert_eq!(child.status().await.countersigned, told);
    // An answer is taken once.
    assert!(child.line.import(&answer).await.is_err());
    assert_eq!(child.notes().await, top.notes().await);
    top.is_sound().await;
    child.is_sound().await;
}

#[tokio::test]
async fn a_parcel_is_for_one_node_and_from_one_that_joined() {
    let (top, child) = apart().await;
    let stranger = Site::top().await;
    assert_eq!(top.line.export().await.unwrap(), None);
    let parcel = child.line.export().await.unwrap().unwrap();
    let foreign = stranger.line.import(&parcel).await;
    assert!(
        foreign
            .unwrap_err()
            .to_string()
            .contains("sealed to another")
    );
    for at in [3, 40, 90, 200, parcel.len() / 2, parcel.len() - 1] {
        let mut torn = parcel.clone();
        torn[at] ^= 1;
        assert!(top.line.import(&torn).await.is_err(), "byte {at}");
        assert!(top.line.import(&parcel[..at]).await.is_err(), "cut at {at}");
    }
    assert_eq!(top.notes().await.len(), 1);
    // An answer for one child is nothing to another, nor is it to the node above.
    let answer = top.line.import(&parcel).await.unwrap().unwrap();
    assert!(top.line.import(&answer).await.is_err());
    assert!(stranger.line.import(&answer).await.is_err());
    child.line.import(&answer).await.unwrap();
}
