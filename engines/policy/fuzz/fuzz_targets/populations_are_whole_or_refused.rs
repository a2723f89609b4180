//! Fuzz target: see `properties::populations_are_whole_or_refused`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::populations_are_whole_or_refused(bytes));
