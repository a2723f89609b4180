//! Fuzz target: see `properties::readers_never_stop`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::readers_never_stop(bytes));
