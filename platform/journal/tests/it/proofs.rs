//! What a stranger can check: receipts, tiles and checkpoints.

use linli_journal::{BadReceipt, verify_receipt};
use linli_translog::{Checkpoint, Edge, Hash, TileId, Tiles, VerifierKey, leaf_hash, proof};
use sha2::{Digest as _, Sha256};

use crate::site::{Site, write};

#[tokio::test]
async fn a_receipt_proves_its_entry_offline() {
    let site = Site::memory();
    let journal = site.open().await;
    for n in 0..300 {
        write(&journal, &site.clock, &n.to_string(), "字")
            .await
            .unwrap();
    }
    let key = journal.verifier_key().unwrap();
    let receipt = journal.receipt(257, true).await.unwrap().unwrap();
    let json = serde_json::to_string(&receipt).unwrap();
    let proven = verify_receipt(&json, Some(&key)).unwrap();
    assert_eq!((proven.index, proven.size), (257, 300));
    assert!(proven.trusted && proven.entry);
    assert!(!verify_receipt(&json, None).unwrap().trusted);
    assert_eq!(journal.receipt(300, false).await.unwrap(), None);

    let bare = journal.receipt(0, false).await.unwrap().unwrap();
    assert_eq!(bare.entry, None);
    let other = Site::memory().open().await.verifier_key().unwrap();
    assert!(matches!(
        verify_receipt(&json, Some(&other)),
        Err(BadReceipt::Untrusted { .. })
    ));
}

#[tokio::test]
async fn a_receipt_changed_anywhere_proves_nothing() {
    let site = Site::memory();
    let journal = site.open().await;
    for n in 0..9 {
        write(&journal, &site.clock, &n.to_string(), "字")
            .await
            .unwrap();
    }
    let good = journal.receipt(4, true).await.unwrap().unwrap();
    let key = good.key.clone();
    let check = |change: &dyn Fn(&mut linli_journal::Receipt)| {
        let mut receipt = good.clone();
        change(&mut receipt);
        verify_receipt(&serde_json::to_string(&receipt).unwrap(), Some(&key))
    };
    assert!(check(&|_| {}).is_ok());
    assert!(matches!(
        check(&|receipt| receipt.index = 5),
        Err(BadReceipt::Proof(_))
    ));
    assert!(matches!(
        check(&|receipt| receipt.entry = Some("{}".to_owned())),
        Err(BadReceipt::Entry)
    ));
    assert!(matches!(
        check(&|receipt| receipt.checkpoint = receipt.checkpoint.replace("\n9\n", "\n8\n")),
        Err(BadReceipt::Checkpoint(_))
    ));
    assert!(check(&|receipt| drop(receipt.proof.pop())).is_err());
    assert!(check(&|receipt| receipt.digest = "00".repeat(32)).is_err());
    assert!(check(&|receipt| receipt.origin.push('x')).is_err());
    assert!(verify_receipt("no json", None).is_err());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk, told in order")]
async fn tiles_and_checkpoint_are_enough_for_an_outside_client() {
    let site = Site::memory();
    let journal = site.open().await;
    let mut earlier = None;
    for n in 0..600u64 {
        write(&journal, &site.clock, &n.to_string(), "字")
            .await
            .unwrap();
        if n == 299 {
            earlier = Some(journal.checkpoint().await.unwrap());
        }
    }
    let key: VerifierKey = journal.verifier_key().unwrap().parse().unwrap();
    let checkpoint = Checkpoint::open(&journal.checkpoint().await.unwrap(), &key).unwrap();
    assert_eq!(checkpoint.size, 600);
    let mut tiles = Tiles::default();
    for path in [
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
    ] {
        let bytes = journal.tile(path).await.unwrap().unwrap();
        let linli_translog::TilePath::Hashes { id, width } =
            linli_translog::TilePath::parse(path).unwrap()
        else {
            panic!("a tile of hashes")
        };
        assert_eq!(bytes.len(), usize::from(width) * 32);
        tiles.insert(id, bytes);
    }
    assert_eq!(Edge::resume(600, &tiles).unwrap().root(), checkpoint.root);
    // The leaves are over the digests of the entries' exact bytes, which the bundles give.
    let bytes = journal.bytes(599).await.unwrap().unwrap();
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    let last = TileId { level: 0, index: 2 };
    let hashes = tiles.get(last).unwrap();
    assert_eq!(hashes[87 * 32..], leaf_hash(&digest).0);
    let bundle = journal
        .tile("tile/entries/002.p/88")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(bundle.len(), 88 * 34);
    assert_eq!(bundle[87 * 34..87 * 34 + 2], [0, 32]);
    assert_eq!(bundle[87 * 34 + 2..], digest);
    for absent in [
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/003",
        "tile/1/000.p/3",
        "tile/x",
    ] {
        assert_eq!(journal.tile(absent).await.unwrap(), None, "{absent}");
    }

    let (path, note) = journal.consistency(300).await.unwrap().unwrap();
    let path: Vec<Hash> = path
        .iter()
        .map(|hash| Hash::from_base64(hash).unwrap())
        .collect();
    let old = Checkpoint::open(&earlier.unwrap(), &key).unwrap();
    let new = Checkpoint::open(&note, &key).unwrap();
    assert!(proof::check_consistency(old.claim(), new.claim(), &path).is_ok());
}
