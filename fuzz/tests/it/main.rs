//! Every fuzz target for a moment: its seeds, and seeded changes of them, the same ones each time.
//! `LINLI_FUZZ_TRIES` multiplies how many.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "shows the bytes that a target fell over"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use linli_fuzz::mutate::{Draws, changed};
use linli_fuzz::{TARGETS, seeds, target};

/// One test a target, so that they run side by side.
macro_rules! moments {
    ($($(#[$when:meta])? $name:ident)*) => {
        $(
            $(#[$when])?
            #[test]
            fn $name() {
                moment(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_its_moment() {
            let here = [$(stringify!($name)),*];
            for target in TARGETS {
                assert!(here.contains(&target.name), "{} is not run here", target.name);
            }
        }
    };
}

moments! {
    policy_file policy_household policy_population
    budget_file budget_result
    opinion_votes opinion_comments
    ballot_procedure ballot_election ballot_counts ballot_owners ballot_result
    ballot_order ballot_more ballot_channels ballot_verified
    siting_table siting_geojson siting_streets siting_plan
    numbers calendar
    checkpoint
    #[cfg(feature = "node")] entry
    #[cfg(feature = "node")] receipt
}

fn moment(name: &str) {
    let target = target(name).unwrap();
    let seeds = seeds(target).unwrap();
    let mut taken = 0;
    for (path, bytes) in &seeds {
        taken += usize::from(tried(target.run, bytes, path));
    }
    assert!(taken > 0, "no seed of {name} is taken: nothing is tried");
    let times: u32 = std::env::var("LINLI_FUZZ_TRIES")
        .ok()
        .map_or(1, |times| times.parse().unwrap());
    for seed in 0..u64::from(target.tries * times) {
        let mut draws = Draws::new(seed);
        let (path, bytes) = &seeds[usize::try_from(seed).unwrap() % seeds.len()];
        let (_, other) = &seeds[usize::try_from(seed / 7).unwrap() % seeds.len()];
        let bytes = changed(bytes, other, &mut draws);
        tried(
            target.run,
            &bytes,
            &format!("{path}, changed by seed {seed}"),
        );
    }
}

/// Runs the target; when it panics, shows the bytes so that they can be kept in `corpus/`.
fn tried(run: fn(&[u8]) -> bool, bytes: &[u8], what: &str) -> bool {
    match catch_unwind(AssertUnwindSafe(|| run(bytes))) {
        Ok(taken) => taken,
        Err(why) => {
            println!("{what}:\n{}", bytes.escape_ascii());
            std::panic::resume_unwind(why)
        }
    }
}
