//! Fuzz target: see `properties::every_result_is_verified`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::every_result_is_verified(bytes));
