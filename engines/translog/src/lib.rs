//! An append-only Merkle log whose every claim can be checked by a stranger.
//!
//! - [`hash`]: leaves and nodes as in RFC 6962.
//! - [`tile`]: hashes kept and served in tiles of 256 (C2SP tlog-tiles).
//! - [`edge`]: growing a tree: what is in memory is the right edge only.
//! - [`proof`]: inclusion and consistency proofs, made from tiles, checked by anyone (RFC 9162).
//! - [`note`] and [`checkpoint`]: signed notes and the signed size and root of a tree (C2SP).
//!
//! Pure: values in, values out. Where tiles are kept is the caller's affair.
//!
//! ```
//! use linli_translog::{Checkpoint, Edge, Signer, Tiles, leaf_hash, proof};
//!
//! let mut edge = Edge::default();
//! let mut tiles = Tiles::default();
//! for entry in ["一", "二", "三"] {
//!     edge.push(leaf_hash(entry.as_bytes()));
//! }
//! for tile in edge.take_changed() {
//!     tiles.insert(tile.id, tile.bytes);
//! }
//!
//! let signer = Signer::new("example.org/log", [7; 32])?;
//! let note = Checkpoint::new("example.org/log", edge.size(), edge.root()).sign(&signer);
//!
//! let seen = Checkpoint::open(&note, &signer.verifier())?;
//! let path = proof::inclusion(1, seen.size, &tiles)?;
//! proof::check_inclusion(leaf_hash("二".as_bytes()), 1, seen.size, &path, seen.root)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod checkpoint;
pub mod edge;
pub mod hash;
pub mod note;
pub mod proof;
pub mod tile;

pub use checkpoint::{BadCheckpoint, Checkpoint};
pub use edge::{ChangedTile, Edge};
pub use hash::{Hash, leaf_hash, node_hash};
pub use note::{BadNote, Note, Signature, Signer, VerifierKey};
pub use tile::{HashReader, MissingTile, TileId, TilePath, Tiles};
