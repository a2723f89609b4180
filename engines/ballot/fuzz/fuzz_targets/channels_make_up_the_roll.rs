//! Fuzz target: see `properties::channels_make_up_the_roll`.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::channels_make_up_the_roll(bytes));
