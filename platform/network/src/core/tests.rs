//! The wire, and proofs of two histories, with Ed25519; in `talk` what nodes say.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

mod talk;

fn entry(log: LogId, seq: u64, n: u32) -> Arc<Entry> {
    let text = format!(
        "{{\"log\":\"{log}\",\"seq\":{seq},\"stream\":\"case/{seq}\",\"version\":1,\"prev\":null,\
         \"area\":\"310117\",\"kind\":\"cases.noted@1\",\"at\":\"2026-11-24T00:00:00Z\",\
         \"actor\":{{}},\"command\":\"{n}\",\"open\":{{\"n\":{n}}}}}"
    );
    Arc::new(Entry::read(text.into_bytes()).unwrap())
}

fn tree(entries: &[Arc<Entry>]) -> (u64, Digest) {
    let mut tree = Frontier::default();
    for entry in entries {
        tree.push(&entry.digest);
    }
    (tree.size(), tree.root())
}

fn stretch(hand: &Ed25519, count: u64, n: u32) -> (Vec<Arc<Entry>>, Head) {
    let log = LogId::of(&hand.public());
    let entries: Vec<_> = (0..count).map(|seq| entry(log, seq, n)).collect();
    let head = Head::sign(hand, (0, empty_root()), tree(&entries));
    (entries, head)
}

fn frame(count: u64, keys: usize) -> Frame {
    let hand = Ed25519::new(&[3; 32]);
    let (entries, head) = stretch(&hand, count, 7);
    let key = |n: usize| Wrapped {
        subject: [u8::try_from(n).unwrap(); 16],
        key: Arc::from([9; 72].as_slice()),
    };
    Frame {
        session: 5,
        nonce: 6,
        message: Message::Batch {
            head,
            entries,
            keys: (0..keys).map(key).collect(),
        },
    }
}

proptest! {
    #[test]
    fn what_was_sent_is_read(count in 0u64..20, keys in 0usize..5) {
        let frame = frame(count, keys);
        prop_assert_eq!(wire::decode(&wire::encode(&frame)), Ok(frame));
    }

    #[test]
    fn half_a_message_is_none(count in 0u64..5, cut in 0usize..1_000) {
        let bytes = wire::encode(&frame(count, 2));
        let end = bytes.len() * cut / 1_000;
        prop_assert!(wire::decode(&bytes[..end]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut framed = b"LNET\x01".to_vec();
        framed.extend_from_slice(&bytes);
        // What is read has one spelling.
        if let Ok(frame) = wire::decode(&framed) {
            prop_assert_eq!(wire::encode(&frame), framed);
        }
    }
}

#[test]
fn a_list_longer_than_the_message_is_refused_before_room_is_made() {
    let mut bytes = b"LNET\x01".to_vec();
    bytes.extend_from_slice(&[0; 16]);
    bytes.push(12);
    bytes.extend_from_slice(&99_999_u32.to_be_bytes());
    assert_eq!(wire::decode(&bytes), Err(wire::BadMessage::Short));
}

#[test]
fn another_version_is_refused_by_name() {
    let mut bytes = wire::encode(&frame(1, 0));
    bytes[4] = 2;
    assert_eq!(wire::decode(&bytes), Err(wire::BadMessage::Version(2)));
}

#[test]
fn two_histories_are_proven_to_a_stranger() {
    let hand = Ed25519::new(&[3; 32]);
    let ((_, one), (_, other)) = (stretch(&hand, 5, 1), stretch(&hand, 5, 2));
    let fork = Fork {
        key: hand.public(),
        one: one.clone(),
        other,
        between: None,
    };
    let stranger = Ed25519::new(&[9; 32]);
    assert_eq!(fork.check(&stranger), Ok(()));
    let back = wire::decode_fork(&wire::encode_fork(&fork)).unwrap();
    assert_eq!(back, fork);
    let same = Fork {
        other: one,
        ..fork.clone()
    };
    assert_eq!(same.check(&stranger), Err(NoFork::Agree));
    let mut forged = fork;
    forged.other.size += 1;
    assert_eq!(forged.check(&stranger), Err(NoFork::Signature));
}

#[test]
fn a_shorter_history_is_proven_to_be_another() {
    let hand = Ed25519::new(&[3; 32]);
    let (entries, one) = stretch(&hand, 21, 1);
    let (_, other) = stretch(&hand, 13, 2);
    let mut tiles = linli_translog::Tiles::default();
    let mut edge = linli_translog::Edge::default();
    for entry in &entries {
        edge.push(linli_translog::leaf_hash(&entry.digest));
    }
    for tile in edge.take_changed() {
        tiles.insert(tile.id, tile.bytes);
    }
    let proof = linli_translog::proof::consistency(13, 21, &tiles).unwrap();
    let proof: Vec<_> = proof.iter().map(|hash| hash.0).collect();
    let root = tree(&entries[..13]).1;
    let fork = Fork {
        key: hand.public(),
        one,
        other,
        between: Some((root, proof)),
    };
    assert_eq!(fork.check(&Ed25519::new(&[9; 32])), Ok(()));
    let mut framed = fork;
    framed.between = framed.between.map(|(_, proof)| ([1; 32], proof));
    assert_eq!(framed.check(&Ed25519::new(&[9; 32])), Err(NoFork::Between));
}
