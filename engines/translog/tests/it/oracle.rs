//! Independent oracles: `tlog_tiles` and `signed_note`. Ours must satisfy theirs and theirs ours,
//! at any size.

use std::cell::RefCell;
use std::collections::BTreeMap;

use linli_translog::proof::{self, Claim};
use linli_translog::{
    Checkpoint, Edge, Hash, Note, Signer, TileId, TilePath, Tiles, VerifierKey, leaf_hash,
};
use proptest::prelude::*;
use signed_note::{StandardVerifier, VerifierList};
use tlog_tiles::{HashReader as _, TileReader};

struct Both {
    size: u64,
    edge: Edge,
    ours: Tiles,
    theirs: Vec<tlog_tiles::Hash>,
}

struct Stored<'a>(&'a [tlog_tiles::Hash]);

impl tlog_tiles::HashReader for Stored<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[usize::try_from(*index).unwrap()])
            .collect())
    }
}

fn entry(n: u64) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

/// Grows both trees to `size`; ours stores its tiles at every `step`.
fn grow(size: u64, step: u64) -> Both {
    let (mut edge, mut ours, mut theirs) = (Edge::default(), Tiles::default(), Vec::new());
    for n in 0..size {
        edge.push(leaf_hash(&entry(n)));
        if n % step == 0 || n + 1 == size {
            for tile in edge.take_changed() {
                ours.insert(tile.id, tile.bytes);
            }
        }
        let new = tlog_tiles::stored_hashes(n, &entry(n), &Stored(&theirs)).unwrap();
        theirs.extend(new);
    }
    Both {
        size,
        edge,
        ours,
        theirs,
    }
}

fn same(ours: Hash, theirs: tlog_tiles::Hash) -> bool {
    ours.0 == theirs.0
}

fn theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect()
}

fn ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn roots_and_proofs_are_theirs(size in 1u64..1500, step in 1u64..400, a in any::<u64>(), b in any::<u64>()) {
        let both = grow(size, step);
        let root = both.edge.root();
        let their_root = tlog_tiles::tree_hash(size, &Stored(&both.theirs)).unwrap();
        prop_assert!(same(root, their_root));

        let index = a % size;
        let path = proof::inclusion(index, size, &both.ours).unwrap();
        let their_path = tlog_tiles::prove_record(size, index, &Stored(&both.theirs)).unwrap();
        prop_assert_eq!(&path, &ours(&their_path));
        let leaf = tlog_tiles::record_hash(&entry(index));
        prop_assert!(tlog_tiles::check_record(&theirs(&path), size, their_root, index, leaf).is_ok());
        prop_assert!(proof::check_inclusion(leaf_hash(&entry(index)), index, size, &ours(&their_path), root).is_ok());

        let old = b % size + 1;
        let path = proof::consistency(old, size, &both.ours).unwrap();
        let their_path = tlog_tiles::prove_tree(size, old, &Stored(&both.theirs)).unwrap();
        prop_assert_eq!(&path, &ours(&their_path));
        let old_root = tlog_tiles::tree_hash(old, &Stored(&both.theirs)).unwrap();
        let claim = |size, root| Claim { size, root };
        prop_assert!(proof::check_consistency(claim(old, Hash(old_root.0)), claim(size, root), &path).is_ok());
        prop_assert_eq!(linli_translog::edge::root_at(old, &both.ours).unwrap().0, old_root.0);
    }

    #[test]
    fn a_resumed_edge_goes_on_where_it_stood(size in 0u64..1200, more in 0u64..300) {
        let whole = grow(size + more, 97);
        let mut part = grow(size, 31);
        let mut edge = Edge::resume(size, &part.ours).unwrap();
        prop_assert_eq!(edge.root(), part.edge.root());
        for n in size..size + more {
            edge.push(leaf_hash(&entry(n)));
        }
        for tile in edge.take_changed() {
            part.ours.insert(tile.id, tile.bytes);
        }
        prop_assert_eq!(edge.root(), whole.edge.root());
        let tiles = |both: &Both| both.ours.iter().map(|(id, bytes)| (id, bytes.to_vec())).collect::<Vec<_>>();
        prop_assert_eq!(tiles(&part), tiles(&whole));
    }

    #[test]
    fn a_changed_proof_is_refused(size in 2u64..600, a in any::<u64>(), at in any::<prop::sample::Index>(), bit in 0usize..256) {
        let both = grow(size, 64);
        let index = a % size;
        let mut path = proof::inclusion(index, size, &both.ours).unwrap();
        let hit = at.index(path.len());
        path[hit].0[bit / 8] ^= 1 << (bit % 8);
        let leaf = leaf_hash(&entry(index));
        prop_assert!(proof::check_inclusion(leaf, index, size, &path, both.edge.root()).is_err());
    }

    #[test]
    fn paths_and_ids_survive_the_round_trip(level in 0u8..=5, index in 0u64..1 << 40, width in 1u16..=256) {
        let path = TilePath::Hashes { id: TileId { level, index }, width };
        prop_assert_eq!(TilePath::parse(&path.to_path()), Some(path));
        let their_tile = tlog_tiles::Tile::new(8, level, index, u32::from(width), false);
        let their_path = their_tile.path();
        // Theirs names the height first, as Go's checksum database does.
        prop_assert_eq!(their_path.replacen("tile/8/", "tile/", 1), path.to_path());
    }

    #[test]
    fn any_text_signed_by_us_is_good_to_them(text in "[^\\x00-\\x1f]{1,80}", seed in any::<[u8; 32]>(), size in any::<u64>()) {
        let signer = Signer::new("example.org/松江", seed).unwrap();
        let vkey = signer.verifier().to_string();
        let note = Note::sign(&text, &[&signer]).to_string();
        let verifier = StandardVerifier::new(&vkey).unwrap();
        let list = VerifierList::new(vec![Box::new(verifier)]);
        let (good, unknown) = signed_note::Note::from_bytes(note.as_bytes()).unwrap().verify(&list).unwrap();
        prop_assert_eq!((good.len(), unknown.len()), (1, 0));

        let root = leaf_hash(text.as_bytes());
        let checkpoint = Checkpoint::new("example.org/松江", size, root);
        let parsed = tlog_tiles::Checkpoint::from_bytes(checkpoint.to_string().as_bytes()).unwrap();
        prop_assert_eq!((parsed.size(), parsed.hash().0), (size, root.0));
        let signed = checkpoint.sign(&signer);
        prop_assert_eq!(Checkpoint::open(&signed, &signer.verifier()).unwrap(), checkpoint);
    }

    #[test]
    fn notes_and_keys_signed_by_them_are_good_to_us(seed in any::<[u8; 32]>(), text in "[a-z ]{1,40}\n") {
        use base64::Engine as _;
        let ours = Signer::new("example.org", seed).unwrap().verifier();
        let id = u32::from_be_bytes(ours.id());
        let mut secret = vec![1u8];
        secret.extend_from_slice(&seed);
        let encoded = base64::engine::general_purpose::STANDARD.encode(secret);
        let signer = signed_note::StandardSigner::new(&format!("PRIVATE+KEY+example.org+{id:08x}+{encoded}")).unwrap();
        let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        note.add_sigs(&[&signer]).unwrap();
        let bytes = String::from_utf8(note.to_bytes()).unwrap();
        let key: VerifierKey = ours.to_string().parse().unwrap();
        prop_assert_eq!(Note::parse(&bytes).unwrap().check(&key), Ok(()));
    }

    #[test]
    fn what_is_read_from_outside_is_canonical_or_refused(text in "[\\PC\n]{0,200}") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_string(), text.clone());
        }
        if let Some(path) = TilePath::parse(&text) {
            prop_assert_eq!(path.to_path(), text.clone());
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}

/// Our tiles, served to their client.
struct Served {
    tiles: Tiles,
    asked: RefCell<BTreeMap<String, usize>>,
}

impl TileReader for Served {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &tlog_tiles::Tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            *self.asked.borrow_mut().entry(path.clone()).or_default() += 1;
            let Some(TilePath::Hashes { id, width }) = TilePath::parse(&path) else {
                panic!("their client asks for {path}");
            };
            self.tiles.get(id).unwrap()[..usize::from(width) * 32].to_vec()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn their_client_verifies_records_against_our_tiles() {
    for size in [1, 255, 256, 257, 1000, 66_000] {
        let both = grow(size, 1000);
        let root = tlog_tiles::Hash(both.edge.root().0);
        let served = Served {
            tiles: both.ours.clone(),
            asked: RefCell::default(),
        };
        let reader = tlog_tiles::TileHashReader::new(both.size, root, &served);
        for index in [0, size / 3, size - 1] {
            let at = tlog_tiles::stored_hash_index(0, index);
            // Their reader checks every tile it fetches against the root before it answers.
            let hashes = reader.read_hashes(&[at]).unwrap();
            assert_eq!(hashes[0].0, leaf_hash(&entry(index)).0);
        }
        assert!(!served.asked.borrow().is_empty());
    }
}
