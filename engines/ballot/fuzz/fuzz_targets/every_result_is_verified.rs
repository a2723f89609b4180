//! Fuzz target: see `properties::every_result_is_verified`.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::every_result_is_verified(bytes));
