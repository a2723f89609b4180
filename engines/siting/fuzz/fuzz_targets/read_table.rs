//! Any bytes through `properties::read_table`.
#![no_main]

#[path = "../properties.rs"]
#[expect(dead_code, reason = "each target asks one of the properties")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    properties::read_table(bytes);
});
