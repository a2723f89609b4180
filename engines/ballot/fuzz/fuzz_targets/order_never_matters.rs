//! Fuzz target: see `properties::order_never_matters`.
#![no_main]

#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::order_never_matters(bytes));
