//! Fuzz target: see `properties::one_more_vote_never_unseats`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::one_more_vote_never_unseats(bytes));
