//! Fuzz target: see `properties::channels_make_up_the_roll`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "a target tries one property")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::channels_make_up_the_roll(bytes));
