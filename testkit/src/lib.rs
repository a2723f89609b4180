//! What tests of every member need: a hand-turned clock, builders, and a PostgreSQL of one's own.

pub mod clock;

pub use clock::ManualClock;
