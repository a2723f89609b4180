//! Fuzz target: see `properties::policies_are_read_or_refused`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::policies_are_read_or_refused(bytes));
