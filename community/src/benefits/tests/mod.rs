//! Awards: what is due, what may be decided, the golden files, and their life on a node.

mod decide;
mod due;
mod golden;
mod messages;
mod node;
pub(super) mod world;
