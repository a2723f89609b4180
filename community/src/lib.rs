//! The services of a district: one folder each, pure decisions, events and registers.

pub mod catalogue;
