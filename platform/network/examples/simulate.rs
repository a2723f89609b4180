//! Simulated cluster-years per minute: `cargo run --release -p linli-network --example simulate -- SEED YEARS`.

use std::io::Write as _;

use linli_network::core::Plants;
use linli_network::sim::{Settings, describe, run, shrink};

/// The allocator of the `linli` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_types, reason = "a figure is measured")]
fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let seed: u64 = arguments.next().unwrap_or(1);
    let years: u64 = arguments.next().unwrap_or(1);
    let days = arguments
        .next()
        .map_or(365, |days| u32::try_from(days).unwrap_or(365));
    let mut out = std::io::stdout().lock();
    for seed in seed..seed + years {
        let settings = Settings {
            seed,
            days,
            only: None,
            plants: Plants::default(),
        };
        let began = std::time::Instant::now();
        let report = run(&settings);
        let took = began.elapsed();
        writeln!(
            out,
            "{seed} {took:.1?} {:?} day {} {:?}",
            report.violation, report.day, report.tally
        )
        .ok();
        if report.violation.is_some() && std::env::var("SHRINK").is_ok() {
            for line in describe(&settings, &shrink(&settings)) {
                writeln!(out, "  {line}").ok();
            }
        }
    }
}
