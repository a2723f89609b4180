//! Fuzz target: see `properties::order_never_matters`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::order_never_matters(bytes));
