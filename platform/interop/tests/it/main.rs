//! Letters and codes, judged from outside: what a reader of the PDF finds.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod letters;
