//! Published vectors: RFC 6962 (the certificate-transparency test tree), C2SP signed-note (the
//! example of golang.org/x/mod/sumdb/note), C2SP tlog-tiles.

use linli_translog::proof::{self, BadProof, Claim};
use linli_translog::{
    BadNote, Checkpoint, Edge, Hash, Note, Signer, TileId, TilePath, Tiles, VerifierKey, leaf_hash,
};

const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tree(leaves: &[&[u8]]) -> (Edge, Tiles) {
    let (mut edge, mut tiles) = (Edge::default(), Tiles::default());
    for leaf in leaves {
        edge.push(leaf_hash(leaf));
    }
    for tile in edge.take_changed() {
        tiles.insert(tile.id, tile.bytes);
    }
    (edge, tiles)
}

#[test]
fn the_roots_are_those_of_rfc_6962() {
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(hex(tree(&LEAVES[..size]).0.root()), *root, "size {size}");
    }
}

#[test]
fn every_proof_of_the_published_tree_holds_and_no_other() {
    let (_, tiles) = tree(&LEAVES);
    let roots: Vec<Hash> = (0..=8).map(|n| tree(&LEAVES[..n]).0.root()).collect();
    for size in 1..=8u64 {
        let root = roots[usize::try_from(size).unwrap()];
        for index in 0..size {
            let path = proof::inclusion(index, size, &tiles).unwrap();
            let leaf = leaf_hash(LEAVES[usize::try_from(index).unwrap()]);
            let check = |leaf, path: &[Hash]| proof::check_inclusion(leaf, index, size, path, root);
            assert_eq!(check(leaf, &path), Ok(()));
            assert_eq!(check(leaf_hash(b"other"), &path), Err(BadProof::Root));
            let longer = [path.as_slice(), &[root]].concat();
            assert_eq!(check(leaf, &longer), Err(BadProof::Length));
        }
        for old in 1..=size {
            let path = proof::consistency(old, size, &tiles).unwrap();
            let claim = |size: u64, root| Claim { size, root };
            let before = claim(old, roots[usize::try_from(old).unwrap()]);
            let after = claim(size, root);
            assert_eq!(proof::check_consistency(before, after, &path), Ok(()));
            let forked = claim(old, leaf_hash(b"fork"));
            assert!(proof::check_consistency(forked, after, &path).is_err());
        }
    }
}

const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
then you don't know what your problem is.\n\n\
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_published_note_is_good_and_a_changed_one_is_not() {
    let key: VerifierKey = NEUMANN.parse().unwrap();
    assert_eq!(key.to_string(), NEUMANN);
    let note = Note::parse(NOTE).unwrap();
    assert_eq!(note.check(&key), Ok(()));
    assert_eq!(note.to_string(), NOTE);
    let changed = Note::parse(&NOTE.replace("answer", "cause")).unwrap();
    assert_eq!(
        changed.check(&key),
        Err(BadNote::Forged("PeterNeumann".into()))
    );
    let other = Signer::new("other", [1; 32]).unwrap().verifier();
    assert_eq!(note.check(&other), Err(BadNote::Unsigned("other".into())));
}

#[test]
fn tile_paths_are_those_of_c2sp() {
    let tile = |level, index, width| TilePath::Hashes {
        id: TileId { level, index },
        width,
    };
    for (path, expected) in [
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/0/273.p/112", tile(0, 273, 112)),
        ("tile/1/001.p/17", tile(1, 1, 17)),
        ("tile/2/000.p/1", tile(2, 0, 1)),
        (
            "tile/entries/x001/000",
            TilePath::Entries {
                index: 1000,
                width: 256,
            },
        ),
    ] {
        assert_eq!(TilePath::parse(path), Some(expected), "{path}");
        assert_eq!(expected.to_path(), path);
    }
    for bad in [
        "tile/0/1",
        "tile/0/x000/001",
        "tile/6/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/00/000",
        "tile/0/x001/x234/067/",
        "tile/data/000",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "",
    ] {
        assert_eq!(TilePath::parse(bad), None, "{bad}");
    }
}

#[test]
fn the_edge_of_seventy_thousand_leaves_is_three_tiles() {
    let ids = Edge::tiles_of(70_000);
    let widths: Vec<_> = ids.iter().map(|id| (*id, id.width_in(70_000))).collect();
    let id = |level, index| TileId { level, index };
    assert_eq!(widths, [(id(0, 273), 112), (id(1, 1), 17), (id(2, 0), 1)]);
}

#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let signer = Signer::new("example.org/a", [3; 32]).unwrap();
    let note = Checkpoint::new("example.org/b", 0, Hash::of_nothing()).sign(&signer);
    assert!(Checkpoint::open(&note, &signer.verifier()).is_err());
    for bad in ["a\n01\n", "a\n1\nxx\n", "\n1\n", "a\n1", "a\n-1\n"] {
        assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
    }
}
