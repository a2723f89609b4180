//! `linli simulate`: years of trouble on eight simulated nodes, to see whether the network's rules hold.
//! Needs no node, no network and no disk.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use linli_network::core::Plants;
use linli_network::sim::{Report, Settings, describe, run as live, shrink};
use serde_json::json;

use crate::cli::Simulate;
use crate::outcome::Outcome;
use crate::say;

/// `linli simulate`
pub(crate) fn run(simulate: &Simulate) -> Outcome {
    let began = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, broken) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let year = next.fetch_add(1, Ordering::Relaxed);
                    if year >= simulate.years {
                        break;
                    }
                    let settings = year_of(simulate, year);
                    let report = live(&settings);
                    say::line(line(settings.seed, &report));
                    if report.violation.is_some()
                        && let Ok(mut broken) = broken.lock()
                    {
                        broken.push(settings);
                    }
                }
            });
        }
    });
    say::note(format!(
        "{} 年 · years, {:.0} s",
        simulate.years,
        began.elapsed().as_secs_f64()
    ));
    let mut broken = broken.into_inner().unwrap_or_default();
    broken.sort_by_key(|settings: &Settings| settings.seed);
    let Some(first) = broken.first() else {
        return Outcome::Done;
    };
    say::note("在找最少的故障步骤… · looking for the least trouble that it needs…");
    // The smallest seed that fails, with as little trouble as it needs.
    let episodes = shrink(first);
    let numbers: Vec<_> = episodes.iter().map(ToString::to_string).collect();
    let (seed, days, numbers) = (first.seed, first.days, numbers.join(","));
    let again = format!("linli simulate --seed {seed} --days {days} --only {numbers}");
    let episodes = describe(first, &episodes);
    say::line(json!({ "seed": seed, "episodes": episodes, "again": again.trim_end() }));
    Outcome::Failed
}

fn year_of(simulate: &Simulate, year: u64) -> Settings {
    let only = simulate.only.as_ref();
    Settings {
        seed: simulate.seed.wrapping_add(year),
        days: simulate.days,
        only: only.map(|only| only.iter().copied().collect()),
        plants: Plants::default(),
    }
}

fn line(seed: u64, report: &Report) -> String {
    let tally = &report.tally;
    let broken = report.violation.as_ref();
    json!({
        "seed": seed,
        "violation": broken.map(ToString::to_string),
        "day": report.day,
        "writes": tally.writes,
        "messages": tally.messages,
        "crashes": tally.crashes,
        "restores": tally.restores,
        "clones": tally.clones,
        "frozen": tally.frozen,
        "new_keys": tally.new_keys,
        "takeovers": tally.takeovers,
        "healed_in_days": tally.healed_in,
    })
    .to_string()
}
