//! Any target under libFuzzer: `LINLI_FUZZ` names it.
#![no_main]

use std::sync::LazyLock;

use linli_fuzz::{Target, target};

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("LINLI_FUZZ").expect("LINLI_FUZZ names a target");
    target(&name).unwrap_or_else(|| panic!("there is no target {name}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (TARGET.run)(bytes);
});
