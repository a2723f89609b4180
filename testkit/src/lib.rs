//! What tests of every member need: a hand-turned clock, builders, and a PostgreSQL of one's own.

pub mod clock;
pub mod postgres;

pub use clock::ManualClock;
pub use postgres::Postgres;
