//! A log of three entries, a checkpoint, a proof, and a stranger who checks it.
//!
//! `cargo run -p linli-translog --example receipt`

use std::io::{self, Write as _};

use linli_translog::{Checkpoint, Edge, Signer, Tiles, VerifierKey, leaf_hash, proof};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut edge, mut tiles) = (Edge::default(), Tiles::default());
    for entry in ["申请", "受理", "办结"] {
        edge.push(leaf_hash(entry.as_bytes()));
    }
    for tile in edge.take_changed() {
        tiles.insert(tile.id, tile.bytes);
    }
    let signer = Signer::new("example.org/log", [7; 32])?;
    let note = Checkpoint::new("example.org/log", edge.size(), edge.root()).sign(&signer);
    let path = proof::inclusion(1, edge.size(), &tiles)?;

    // From here on, a stranger who has only the note, the path and the log's key.
    let key: VerifierKey = signer.verifier().to_string().parse()?;
    let seen = Checkpoint::open(&note, &key)?;
    let leaf = leaf_hash("受理".as_bytes());
    proof::check_inclusion(leaf, 1, seen.size, &path, seen.root)?;
    writeln!(io::stdout(), "{note}\n受理 is entry 1 of {}", seen.size)?;
    Ok(())
}
